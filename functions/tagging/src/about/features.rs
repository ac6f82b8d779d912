//! What the classifier sees of a text: hashed n-grams of its letters.
//!
//! Latin words give n-grams of two to five letters with their edges marked, and the word; Han characters give themselves,
//! pairs and triples. Hashes are FNV-1a. A change here needs weights trained anew.

use crate::letters::{Gap, Letter};
use crate::text::is_han;

/// Letters that the classifier reads; a title or a headline is shorter, and a long text says early what it is about.
const READ: usize = 600;

/// Calls `sink` with the hash of each feature.
pub fn each(letters: &[Letter], mut sink: impl FnMut(u32)) {
    let letters = letters.get(..letters.len().min(READ)).unwrap_or_default();
    let mut at = 0;
    while let Some(first) = letters.get(at) {
        let han = is_han(first.letter);
        let same = |letter: &&Letter| letter.gap == Gap::None && is_han(letter.letter) == han;
        let length = 1 + letters.iter().skip(at + 1).take_while(same).count();
        let word: Vec<char> = letters.iter().skip(at).take(length).map(|letter| letter.letter).collect();
        if han {
            runs(&word, 1..=3, &mut sink)
        } else {
            latin(&word, &mut sink)
        }
        at += length;
    }
}

fn latin(word: &[char], sink: &mut impl FnMut(u32)) {
    let mut marked = Vec::with_capacity(word.len() + 2);
    marked.push('<');
    marked.extend(word);
    marked.push('>');
    runs(&marked, 2..=5, sink);
    if marked.len() > 5 {
        sink(hash(marked.iter()));
    }
}

fn runs(word: &[char], sizes: std::ops::RangeInclusive<usize>, sink: &mut impl FnMut(u32)) {
    for size in sizes {
        for run in word.windows(size) {
            sink(hash(run.iter()));
        }
    }
}

fn hash<'a>(letters: impl Iterator<Item = &'a char>) -> u32 {
    let mut hash = 0x811C_9DC5u32;
    for letter in letters {
        for byte in u32::from(*letter).to_le_bytes() {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    hash ^ hash >> 15
}

//! What the classifier sees of a text: hashed n-grams of its letters.
//!
//! Latin words give n-grams of two to five letters with their edges marked, and the word; Han characters give themselves,
//! pairs and triples. What a clause ends with says most of what it names (a cat toy is a toy), so its last word and its last
//! characters are marked once more. Hashes are FNV-1a. A change here needs weights trained anew.

use crate::letters::{Gap, Letter};
use crate::text::is_han;

/// Letters that the classifier reads; a title or a headline is shorter, and a long text says early what it is about.
const READ: usize = 256;

/// The hash of each feature; every classifier takes of it the bits that it has buckets for.
#[must_use]
pub fn of(letters: &[Letter]) -> Vec<u32> {
    let letters = letters.get(..letters.len().min(READ)).unwrap_or_default();
    let mut hashes = Vec::with_capacity(letters.len() * 4);
    each(letters, |hash| hashes.push(hash));
    hashes
}

fn each(letters: &[Letter], mut sink: impl FnMut(u32)) {
    let mut word = Vec::new();
    let mut at = 0;
    while let Some(first) = letters.get(at) {
        let han = is_han(first.letter);
        let same = |letter: &&Letter| letter.gap == Gap::None && is_han(letter.letter) == han;
        let length = 1 + letters.iter().skip(at + 1).take_while(same).count();
        let ends = letters.get(at + length).is_none_or(|next| next.gap >= Gap::Clause);
        word.clear();
        if han {
            word.extend(letters.iter().skip(at).take(length).map(|letter| letter.letter));
            runs(&word, 1..=3, &mut sink);
            if ends {
                word.push('$');
                tails(&word, 2..=4, &mut sink);
            }
        } else {
            word.push('<');
            word.extend(letters.iter().skip(at).take(length).map(|letter| letter.letter));
            word.push('>');
            runs(&word, 2..=5, &mut sink);
            if word.len() > 5 {
                sink(hash(word.iter()));
            }
            if ends {
                word.push('$');
                sink(hash(word.iter()));
            }
        }
        at += length;
    }
}

fn runs(word: &[char], sizes: std::ops::RangeInclusive<usize>, sink: &mut impl FnMut(u32)) {
    for from in 0..word.len() {
        // The hash of a run is the next one's beginning.
        let mut state = BASIS;
        for (letter, size) in word.iter().skip(from).zip(1..=*sizes.end()) {
            state = taken(state, *letter);
            if size >= *sizes.start() {
                sink(finished(state));
            }
        }
    }
}

fn tails(word: &[char], sizes: std::ops::RangeInclusive<usize>, sink: &mut impl FnMut(u32)) {
    for size in sizes {
        if let Some(tail) = word.len().checked_sub(size).and_then(|from| word.get(from..)) {
            sink(hash(tail.iter()));
        }
    }
}

const BASIS: u32 = 0x811C_9DC5;

/// The four bytes of a letter taken, lowest first. A byte of zero only multiplies, so that what follows the last other byte is one
/// multiplication by a power of the prime.
fn taken(state: u32, letter: char) -> u32 {
    const PRIME: u32 = 0x0100_0193;
    const CUBE: u32 = PRIME.wrapping_mul(PRIME).wrapping_mul(PRIME);
    const FOURTH: u32 = CUBE.wrapping_mul(PRIME);
    let point = u32::from(letter);
    if point < 0x100 {
        return (state ^ point).wrapping_mul(FOURTH);
    }
    let state = (state ^ point & 0xFF).wrapping_mul(PRIME);
    if point < 0x1_0000 {
        return (state ^ point >> 8).wrapping_mul(CUBE);
    }
    let state = (state ^ point >> 8 & 0xFF).wrapping_mul(PRIME);
    (state ^ point >> 16).wrapping_mul(PRIME).wrapping_mul(PRIME)
}

fn finished(state: u32) -> u32 {
    state ^ state >> 15
}

fn hash<'a>(letters: impl Iterator<Item = &'a char>) -> u32 {
    finished(letters.fold(BASIS, |state, letter| taken(state, *letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_fnv() {
        for letter in ['a', 'é', '最', '\u{1F525}', '\u{20BB7}'] {
            let by_bytes = u32::from(letter)
                .to_le_bytes()
                .iter()
                .fold(BASIS, |state, byte| (state ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
            assert_eq!(taken(BASIS, letter), by_bytes, "{letter}");
        }
    }
}

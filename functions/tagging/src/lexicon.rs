//! Finds words: one pass of an Aho-Corasick automaton (daachorse) over the letters of a text, whatever the words stand
//! for.
//!
//! Words of Latin letters must begin and end where a word does; words of Han characters may stand anywhere. A find may
//! reach over what [`Gap::Soft`] holds, never over the end of a clause. What must never be in here: what a word means.

use crate::letters::{Gap, Letter};
use daachorse::CharwiseDoubleArrayAhoCorasick;

/// Which letters words are made of: letter to a dense code by bitmap and rank.
pub struct Alphabet<'a> {
    bits: &'a [u64],
    ranks: &'a [u16],
}

impl<'a> Alphabet<'a> {
    /// 1,024 words of bits, and the number of bits before each.
    #[must_use]
    pub fn new(bits: &'a [u64], ranks: &'a [u16]) -> Self {
        Self { bits, ranks }
    }

    /// The code of a letter; NUL, which no word has, for a letter that no word has.
    #[must_use]
    pub fn code(&self, letter: char) -> char {
        let point = u32::from(letter);
        let (word, bit) = ((point / 64) as usize, point % 64);
        let Some((bits, before)) = self.bits.get(word).zip(self.ranks.get(word)) else { return '\0' };
        if bits >> bit & 1 == 0 {
            return '\0';
        }
        let rank = u32::from(*before) + (bits & ((1u64 << bit) - 1)).count_ones();
        char::from_u32(rank + 1).unwrap_or('\0')
    }
}

/// A word found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Find {
    /// Which word.
    pub word: u32,
    /// Its first letter.
    pub from: u32,
    /// One past its last letter.
    pub to: u32,
}

/// Finds words in letters, by their ends; `lengths` gives the letters of each word.
pub fn find(
    automaton: &CharwiseDoubleArrayAhoCorasick<u32>,
    alphabet: &Alphabet<'_>,
    lengths: impl Fn(u32) -> Option<u8>,
    letters: &[Letter],
) -> Vec<Find> {
    let mut finds = Vec::new();
    let mut stepper = automaton.find_overlapping_stepper();
    // The last letter that opens a clause: a word that starts before it reaches over a clause's end.
    let mut opened = 0;
    for (index, letter) in letters.iter().enumerate() {
        if letter.gap >= Gap::Clause {
            opened = index;
        }
        stepper.consume(alphabet.code(letter.letter));
        for found in stepper.matches() {
            let Some(length) = lengths(found.value()) else { continue };
            let Some(from) = (index + 1).checked_sub(usize::from(length)) else { continue };
            if from >= opened && is_whole(letters, from, index) {
                let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
                finds.push(Find { word: found.value(), from: number(from), to: number(index + 1) });
            }
        }
    }
    finds
}

/// Whether letters `from..=last` cut no Latin word or number in two.
fn is_whole(letters: &[Letter], from: usize, last: usize) -> bool {
    let Some((first, end)) = letters.get(from).zip(letters.get(last)) else { return false };
    let starts = !first.letter.is_ascii_alphanumeric()
        || first.gap != Gap::None
        || from
            .checked_sub(1)
            .and_then(|before| letters.get(before))
            .is_none_or(|before| !before.letter.is_ascii_alphanumeric());
    let ends = !end.letter.is_ascii_alphanumeric()
        || letters.get(last + 1).is_none_or(|after| after.gap != Gap::None || !after.letter.is_ascii_alphanumeric());
    starts && ends
}

//! Finds words: one pass of an Aho-Corasick automaton (daachorse) over the letters of a text, whatever the words stand
//! for. The crate's own words are read where the build laid them; a merchant's automaton is daachorse's own.
//!
//! Words of Latin letters must begin and end where a word does; words of Han characters may stand anywhere. A find may
//! reach over what [`Gap::Soft`] holds, never over the end of a clause. What must never be in here: what a word means.

use crate::letters::{Gap, Letter};
use daachorse::CharwiseDoubleArrayAhoCorasick;
use daachorse::charwise::iter::FindOverlappingStepper;

/// Which letters words are made of: letter to a dense code by bitmap and rank.
pub struct Alphabet<'a> {
    bits: &'a [u64],
    ranks: &'a [u16],
}

impl<'a> Alphabet<'a> {
    /// Words of bits up to that of the last letter, and the number of bits before each.
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

/// An automaton on its way through a text.
pub trait Steps {
    /// Takes the next letter and gives each word that ends with it.
    fn step(&mut self, letter: char, ends: impl FnMut(u32));
}

/// daachorse's own automaton on its way.
pub struct Stepper<'a> {
    alphabet: Alphabet<'a>,
    stepper: FindOverlappingStepper<'a, u32>,
}

impl<'a> Stepper<'a> {
    /// At the beginning of a text.
    #[must_use]
    pub fn new(automaton: &'a CharwiseDoubleArrayAhoCorasick<u32>, alphabet: Alphabet<'a>) -> Self {
        Self { alphabet, stepper: automaton.find_overlapping_stepper() }
    }
}

impl Steps for Stepper<'_> {
    fn step(&mut self, letter: char, mut ends: impl FnMut(u32)) {
        self.stepper.consume(self.alphabet.code(letter));
        self.stepper.matches().for_each(|found| ends(found.value()));
    }
}

/// An automaton read where it lies: nothing is unpacked when an instance starts. The build writes it (`build/lexicon.rs`).
pub struct Laid<'a> {
    alphabet: Alphabet<'a>,
    states: &'a [[u8; 8]],
    codes: &'a [[u8; 2]],
    outputs: &'a [[u8; 4]],
    state: usize,
}

impl<'a> Laid<'a> {
    /// At the beginning of a text; `None` where the bytes are no automaton.
    #[must_use]
    pub fn read(bytes: &'a [u8], alphabet: Alphabet<'a>) -> Option<Self> {
        let ([states, more, letters, most], rest) = bytes.split_first_chunk::<4>()?;
        let number = |low: &u8, high: &u8| usize::from(u16::from_le_bytes([*low, *high]));
        let (states, rest) = rest.split_at_checked(number(states, more) * 8)?;
        let (codes, outputs) = rest.split_at_checked(number(letters, most) * 2)?;
        let (states, codes, outputs) = (states.as_chunks().0, codes.as_chunks().0, outputs.as_chunks().0);
        Some(Self { alphabet, states, codes, outputs, state: 0 })
    }

    /// Base, check, where it fails to, and the first output of a state.
    fn state(&self, state: usize) -> [usize; 4] {
        let state = self.states.get(state).map_or(0, |state| u64::from_le_bytes(*state));
        [state, state >> 16, state >> 32, state >> 48].map(|part| (part & 0xFFFF) as usize)
    }

    /// The state that a letter leads to, and its first output.
    fn next(&self, code: usize) -> (usize, usize) {
        let mut at = self.state;
        loop {
            let [base, _, fail, _] = self.state(at);
            if base != 0 {
                let child = base ^ code;
                let [_, check, _, output] = self.state(child);
                if check == at {
                    return (child, output);
                }
            }
            if at == 0 {
                return (0, 0);
            }
            at = fail;
        }
    }
}

impl Steps for Laid<'_> {
    fn step(&mut self, letter: char, mut ends: impl FnMut(u32)) {
        let code = match self.alphabet.code(letter) {
            '\0' => None,
            letter => self.codes.get(letter as usize),
        };
        let Some(code) = code else {
            self.state = 0;
            return;
        };
        let (state, mut output) = self.next(usize::from(u16::from_le_bytes(*code)));
        self.state = state;
        while let Some([word, high, next, more]) = output.checked_sub(1).and_then(|place| self.outputs.get(place)) {
            ends(u32::from(u16::from_le_bytes([*word, *high])));
            output = usize::from(u16::from_le_bytes([*next, *more]));
        }
    }
}

/// Finds words in letters, by their ends; `lengths` gives the letters of each word.
pub fn find(
    mut steps: impl Steps,
    lengths: impl Fn(u32) -> Option<u8>,
    letters: &[Letter],
    mut sink: impl FnMut(Find),
) {
    // The last letter that opens a clause: a word that starts before it reaches over a clause's end.
    let mut opened = 0;
    for (index, letter) in letters.iter().enumerate() {
        if letter.gap >= Gap::Clause {
            opened = index;
        }
        steps.step(letter.letter, |word| {
            let Some(length) = lengths(word) else { return };
            let Some(from) = (index + 1).checked_sub(usize::from(length)) else { return };
            if from >= opened && is_whole(letters, from, index) {
                let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
                sink(Find { word, from: number(from), to: number(index + 1) });
            }
        });
    }
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

//! The tables that the build made of `data/`: nothing is computed when an instance starts.

use crate::letters::Letter;
use crate::lexicon::{self, Alphabet, Find, Laid};

/// Most bytes of all weights and tables together, in the component.
pub const MOST_BYTES: usize = 600_000;

/// What a word stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// A term of the review.
    Term(u16),
    /// A phrase that makes a term harmless.
    Cover(u16),
    /// A word that says how what stands around it is to be taken.
    Cue(u16),
    /// A word of a tag.
    Word(u16),
}

/// What a statute says of a category of terms.
#[derive(Clone, Copy, Debug)]
pub struct Law {
    /// The category's place.
    pub category: u8,
    /// `CN`, `EU` or `US`.
    pub jurisdiction: &'static str,
    /// The statute.
    pub statute: &'static str,
    /// The article.
    pub article: &'static str,
    /// What one violation may cost: least, most, currency.
    pub penalty: Option<(i64, i64, &'static str)>,
    /// In force from, in seconds since 1970.
    pub from: i64,
    /// In force until (exclusive).
    pub until: i64,
    /// The gravest level that a finding of it has: 0 info, 1 warn, 2 block.
    pub gravest: u8,
    /// What to write instead.
    pub suggestion: &'static str,
}

#[allow(clippy::unreadable_literal, missing_docs, reason = "generated")]
mod generated {
    use super::Law;
    include!(concat!(env!("OUT_DIR"), "/tables.rs"));

    pub(super) static BINARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lexicon.bin"));
    /// Of each word: its letters, how many senses it has, and its one sense or where its senses start.
    pub(super) fn patterns() -> &'static [(u8, u8, u16)] {
        &PATTERNS
    }
    pub(super) fn senses() -> &'static [u16] {
        &SENSES
    }
    pub(super) fn alphabet() -> (&'static [u64], &'static [u16]) {
        (&BITS, &RANKS)
    }
    pub fn laws() -> &'static [Law] {
        &LAWS
    }
    pub fn categories() -> &'static [&'static str] {
        &CATEGORIES
    }
    pub(super) fn terms() -> (&'static str, &'static [u32]) {
        (NAMES, &TERMS)
    }
    pub fn covers() -> &'static [&'static str] {
        &COVERS
    }
    pub fn words() -> &'static [(&'static str, &'static str, &'static str)] {
        &WORDS
    }
}

pub use generated::{categories, covers, cue, laws, words};

/// A term of the review: its name, its category's place and its level (0 info, 1 warn, 2 block).
#[must_use]
pub fn term(place: u16) -> Option<(&'static str, u8, u8)> {
    let (names, terms) = generated::terms();
    let packed = *terms.get(usize::from(place))?;
    let (start, length) = ((packed >> 15) as usize, (packed >> 7 & 0xFF) as usize);
    let [low, ..] = packed.to_le_bytes();
    Some((names.get(start..start + length)?, low >> 2 & 0x1F, low & 3))
}

fn sense(packed: u16) -> Sense {
    let place = packed & 0x3FFF;
    match packed >> 14 {
        0 => Sense::Term(place),
        1 => Sense::Cover(place),
        2 => Sense::Cue(place),
        _ => Sense::Word(place),
    }
}

fn automaton() -> Option<Laid<'static>> {
    let (bits, ranks) = generated::alphabet();
    Laid::read(generated::BINARY, Alphabet::new(bits, ranks))
}

/// Words found in a text, each with what it stands for.
#[must_use]
pub fn find(letters: &[Letter]) -> Vec<(Sense, Find)> {
    // The build made it; a test holds that it reads.
    let Some(automaton) = automaton() else { return Vec::new() };
    let lengths = |word: u32| generated::patterns().get(word as usize).map(|pattern| pattern.0);
    let mut senses = Vec::with_capacity(letters.len() / 2);
    lexicon::find(automaton, lengths, letters, |found| {
        let Some((_, count, first)) = generated::patterns().get(found.word as usize) else { return };
        if *count == 1 {
            senses.push((sense(*first), found));
            return;
        }
        let first = usize::from(*first);
        for packed in generated::senses().get(first..first + usize::from(*count)).unwrap_or_default() {
            senses.push((sense(*packed), found));
        }
    });
    senses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{letters, text::Text};
    use commerce::facts::tags::Markup;

    #[test]
    fn the_automaton_reads() {
        assert!(automaton().is_some());
        let text = Text::read("最 佳 口感", Markup::Plain);
        assert!(!find(&letters::of(&text)).is_empty());
    }

    #[test]
    fn weights_and_tables_are_small() {
        // A text in a table is a place and a length of four bytes each, in Wasm.
        let texts = |texts: &mut dyn Iterator<Item = &str>| texts.map(|text| text.len() + 8).sum::<usize>();
        let (bits, ranks) = generated::alphabet();
        let parts = [
            ("product", include_bytes!("../data/product.bin").len()),
            ("vertical", include_bytes!("../data/vertical.bin").len()),
            ("words' automaton", generated::BINARY.len()),
            ("alphabet", size_of_val(bits) + size_of_val(ranks)),
            ("words", size_of_val(generated::patterns()) + size_of_val(generated::senses())),
            ("terms", generated::terms().0.len() + size_of_val(generated::terms().1)),
            ("tags", texts(&mut words().iter().flat_map(|word| [word.0, word.1, word.2]))),
            ("covers", texts(&mut covers().iter().copied())),
            (
                "laws",
                laws().len() * 40
                    + texts(&mut laws().iter().flat_map(|law| [law.statute, law.article, law.suggestion])),
            ),
            ("simplified", crate::simplified::bytes()),
        ];
        let bytes: usize = parts.iter().map(|part| part.1).sum();
        assert!(bytes <= MOST_BYTES, "{bytes}: {parts:?}");
        println!("{bytes}: {parts:?}");
    }
}

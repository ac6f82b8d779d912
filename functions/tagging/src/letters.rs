//! The letters of a text without what stands between them: the form that words are found in, so that a space, a dot or an
//! emoji put into a word does not hide it.
//!
//! Each letter knows what stood before it; whether a find may reach over that is the finder's to decide.

use crate::text::Text;

/// What stood between a letter and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// Nothing.
    None,
    /// A space, a symbol, an emoji, a quotation mark or a bracket: words may reach over it.
    Soft,
    /// A comma, a colon or the like: a clause ends.
    Clause,
    /// A full stop, a question or exclamation mark or a line's end: a sentence ends.
    Sentence,
}

/// One letter or digit.
#[derive(Clone, Copy, Debug)]
pub struct Letter {
    /// The letter.
    pub letter: char,
    /// Its place among the text's characters.
    pub glyph: u32,
    /// What stood before it.
    pub gap: Gap,
}

/// The letters of a text, in order.
#[must_use]
pub fn of(text: &Text<'_>) -> Vec<Letter> {
    let mut letters = Vec::with_capacity(text.len());
    let mut gap = Gap::Sentence;
    for (index, glyph) in text.glyphs.iter().enumerate() {
        let next = || text.letter(index + 1).unwrap_or(' ');
        if is_letter(glyph.letter, || meant(text, index)) {
            letters.push(Letter { letter: glyph.letter, glyph: u32::try_from(index).unwrap_or(u32::MAX), gap });
            gap = Gap::None;
        } else {
            let before = || index.checked_sub(1).and_then(|before| text.letter(before)).unwrap_or(' ');
            gap = gap.max(kind(glyph.letter, before, next));
        }
    }
    letters
}

/// The next letter or digit, over a space or a symbol or two that are put before it to dodge a filter.
fn meant(text: &Text<'_>, index: usize) -> char {
    (index + 1..index + 4).filter_map(|at| text.letter(at)).find(|letter| letter.is_alphanumeric()).unwrap_or(' ')
}

/// Letters, digits, the percent sign, and the number sign before a digit (#1).
fn is_letter(letter: char, next: impl Fn() -> char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_alphanumeric() || letter == '%' || letter == '#' && next().is_ascii_digit();
    }
    crate::text::is_han(letter) || letter.is_alphanumeric()
}

fn kind(letter: char, before: impl Fn() -> char, next: impl Fn() -> char) -> Gap {
    match letter {
        '。' | '!' | '?' | '\n' | '\r' | '｡' => Gap::Sentence,
        // A full stop stands right behind a word; one with spaces on both sides was put there.
        '.' if next().is_whitespace() && !before().is_whitespace() => Gap::Sentence,
        ',' | '、' | ';' | ':' => Gap::Clause,
        _ => Gap::Soft,
    }
}

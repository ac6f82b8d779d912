//! A text as it is read: normalised characters, each of which knows the stretch of the original that it came from.
//!
//! Form: NFKC (Unicode Standard Annex 15) of each base character with its marks, lower case, simplified Han; what has no
//! width is gone. What must never be in here: a rule about what a text may say.

use crate::markup;
use crate::simplified;
use commerce::facts::tags::{Markup, Span};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

/// One character as it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyph {
    /// The normalised character.
    pub letter: char,
    /// First byte of the original.
    pub start: u32,
    /// One past the last byte of the original.
    pub end: u32,
}

/// A text as it is read.
pub struct Text<'a> {
    original: &'a str,
    /// The characters, in order.
    pub glyphs: Vec<Glyph>,
    /// Scalar values before each stretch of [`STRIDE`] bytes.
    marks: Vec<u32>,
}

const STRIDE: usize = 64;

impl<'a> Text<'a> {
    /// Reads a text; it must be within `commerce::bounds::CONTENT_BYTES`.
    #[must_use]
    pub fn read(original: &'a str, markup: Markup) -> Self {
        let mut reader =
            Reader { glyphs: Vec::with_capacity(original.len() / 2 + 8), cluster: Vec::new(), from: 0, to: 0 };
        markup::visible(original, markup, &mut |letter, start, end| reader.take(letter, start, end));
        reader.flush();
        Self { original, glyphs: reader.glyphs, marks: marks(original) }
    }

    /// The original.
    #[must_use]
    pub fn original(&self) -> &'a str {
        self.original
    }

    /// Characters read.
    #[must_use]
    pub fn len(&self) -> usize {
        self.glyphs.len()
    }

    /// Whether nothing is to be read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.glyphs.is_empty()
    }

    /// The character at a place.
    #[must_use]
    pub fn letter(&self, index: usize) -> Option<char> {
        self.glyphs.get(index).map(|glyph| glyph.letter)
    }

    /// The stretch of the original that the characters `from..to` came from.
    #[must_use]
    pub fn span(&self, from: usize, to: usize) -> Span {
        let start = self.glyphs.get(from).map_or(0, |glyph| glyph.start);
        let end = to.checked_sub(1).and_then(|last| self.glyphs.get(last)).map_or(start, |glyph| glyph.end);
        self.bytes(start, end.max(start))
    }

    /// The characters `from..to` with their neighbours that came from the same characters of the original: `¼` is read as
    /// `1⁄4`, and who takes the 4 out takes all of it.
    #[must_use]
    pub fn whole(&self, mut from: usize, mut to: usize) -> std::ops::Range<usize> {
        let glyph = |at: Option<usize>| at.and_then(|at| self.glyphs.get(at));
        let shared = |one: usize| {
            let both = glyph(one.checked_sub(1)).zip(glyph(Some(one)));
            both.is_some_and(|(before, after)| after.start < before.end)
        };
        while shared(from) {
            from -= 1;
        }
        while shared(to) {
            to += 1;
        }
        from..to
    }

    /// A stretch of the original by its bytes.
    #[must_use]
    pub fn bytes(&self, start: u32, end: u32) -> Span {
        Span { start_byte: start, end_byte: end, start: self.scalar(start), end: self.scalar(end) }
    }

    fn scalar(&self, byte: u32) -> u32 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(self.original.len());
        let stretch = byte / STRIDE;
        let rest = self.original.as_bytes().get(stretch * STRIDE..byte).unwrap_or_default();
        self.marks.get(stretch).copied().unwrap_or_default() + scalars(rest)
    }
}

/// Scalar values that start in a stretch of UTF-8.
fn scalars(bytes: &[u8]) -> u32 {
    let (words, rest) = bytes.as_chunks::<8>();
    let starts = |word: &[u8; 8]| {
        let word = u64::from_le_bytes(*word);
        // Of each byte, the highest bit where it is one and the next is none: a continuation.
        8 - (word & !(word << 1) & 0x8080_8080_8080_8080).count_ones()
    };
    words.iter().map(starts).sum::<u32>() + rest.iter().map(|byte| u32::from(byte & 0xC0 != 0x80)).sum::<u32>()
}

fn marks(original: &str) -> Vec<u32> {
    let mut before = 0;
    let mut marks = Vec::with_capacity(original.len() / STRIDE + 1);
    for stretch in original.as_bytes().chunks(STRIDE) {
        marks.push(before);
        before += scalars(stretch);
    }
    marks.push(before);
    marks
}

/// Collects a base character and its marks, and normalises them together.
struct Reader {
    glyphs: Vec<Glyph>,
    cluster: Vec<char>,
    from: u32,
    to: u32,
}

impl Reader {
    fn take(&mut self, letter: char, start: u32, end: u32) {
        if letter.is_ascii() {
            self.flush();
            self.glyphs.push(Glyph { letter: letter.to_ascii_lowercase(), start, end });
        } else if is_han(letter) {
            self.flush();
            self.glyphs.push(Glyph { letter: simplified::of(letter), start, end });
        } else if let Some(letter) = half(letter) {
            self.flush();
            self.glyphs.push(Glyph { letter, start, end });
        } else if is_joined(letter) {
            // A variation selector or an enclosing mark belongs to what it follows.
            if !self.cluster.is_empty() {
                self.to = end;
            } else if let Some(last) = self.glyphs.last_mut() {
                last.end = end;
            }
        } else if is_invisible(letter) {
            // An end that a mark may still move is not moved by what nobody sees.
        } else if canonical_combining_class(letter) != 0 {
            self.mark(letter, start, end);
        } else {
            self.flush();
            self.cluster.push(letter);
            (self.from, self.to) = (start, end);
        }
    }

    fn mark(&mut self, letter: char, start: u32, end: u32) {
        if self.cluster.is_empty() {
            match self.glyphs.pop() {
                Some(last) => {
                    self.cluster.push(last.letter);
                    self.from = last.start;
                }
                None => self.from = start,
            }
        }
        // Thirty marks are the most that a stream-safe text has (UAX 15); more are not read.
        if self.cluster.len() <= 30 {
            self.cluster.push(letter);
        }
        self.to = end;
    }

    fn flush(&mut self) {
        if self.cluster.is_empty() {
            return;
        }
        let (start, end) = (self.from, self.to);
        for letter in self.cluster.drain(..).nfkc() {
            for letter in letter.to_lowercase() {
                if !is_invisible(letter) && !is_joined(letter) {
                    self.glyphs.push(Glyph { letter: simplified::of(letter), start, end });
                }
            }
        }
    }
}

/// What NFKC makes of the commonest signs of Chinese text, in lower case: full width becomes half, others stay.
fn half(letter: char) -> Option<char> {
    match letter {
        '！'..='～' => char::from_u32(u32::from(letter) - 0xFEE0).map(|letter| letter.to_ascii_lowercase()),
        '、'..='】' => Some(letter),
        _ => None,
    }
}

/// The block of Han characters that NFKC leaves alone.
#[must_use]
pub fn is_han(letter: char) -> bool {
    matches!(letter, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}')
}

fn is_joined(letter: char) -> bool {
    matches!(letter, '\u{FE00}'..='\u{FE0F}' | '\u{20DD}'..='\u{20E4}' | '\u{E0100}'..='\u{E01EF}')
}

/// Default-ignorable characters: no width, no meaning of their own here.
fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E00FF}' | '\u{E01F0}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str) -> String {
        Text::read(text, Markup::Plain).glyphs.iter().map(|glyph| glyph.letter).collect()
    }

    #[test]
    fn reads_what_a_person_reads() {
        for (written, read) in [
            ("ＮＯ．１ 爆款", "no.1 爆款"),
            ("全網第①", "全网第1"),
            ("1️⃣3️⃣8️⃣", "138"),
            ("最\u{200b}佳", "最佳"),
            ("Cafe\u{301} ½", "café 1⁄2"),
            ("㎏ ㊀ ﬁne", "kg 一 fine"),
            ("\u{200b}\u{200d}\u{feff}", ""),
        ] {
            assert_eq!(letters(written), read, "{written}");
        }
    }

    #[test]
    fn spans_slice_the_original() {
        let text = Text::read("v我1️⃣3️⃣，最\u{200b}佳", Markup::Plain);
        let span = text.span(2, 4);
        assert_eq!(&text.original()[span.start_byte as usize..span.end_byte as usize], "1️⃣3️⃣");
        assert_eq!((span.start, span.end), (2, 8));
        let span = text.span(5, 7);
        assert_eq!(&text.original()[span.start_byte as usize..span.end_byte as usize], "最\u{200b}佳");
    }
}

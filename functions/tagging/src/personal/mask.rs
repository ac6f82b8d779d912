//! Takes personal data out: `[KIND]`, or `[KIND:pseudonym]` where the caller gives a key.
//!
//! A pseudonym is the first 60 bits of HMAC-SHA-256 (RFC 2104) over the kind and the value's normal form, in letters only,
//! so that one person stays the same person and no digit of the value, nor one that could be taken for it, remains.

use crate::text::Text;
use commerce::facts::tags::{Markup, Personal};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Letters of a pseudonym: sixteen without vowels, so that it spells nothing.
const LETTERS: &[u8; 16] = b"BCDFGHJKLMNPQRST";

/// The text with personal data masked.
#[must_use]
pub fn redact(text: &Text<'_>, personal: &[Personal], key: Option<&[u8]>) -> String {
    let original = text.original();
    let mut redacted = String::with_capacity(original.len() + personal.len() * 8);
    let mut at = 0;
    for found in personal {
        let (start, end) = (found.span.start_byte as usize, found.span.end_byte as usize);
        redacted.push_str(original.get(at..start).unwrap_or_default());
        redacted.push('[');
        redacted.push_str(&found.kind);
        if let Some(key) = key {
            redacted.push(':');
            redacted.push_str(&pseudonym(key, &found.kind, original.get(start..end).unwrap_or_default()));
        }
        redacted.push(']');
        at = end;
    }
    redacted.push_str(original.get(at..).unwrap_or_default());
    redacted
}

/// The name that a value has under a key.
fn pseudonym(key: &[u8], kind: &str, value: &str) -> String {
    let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    hmac.update(kind.as_bytes());
    hmac.update(b"\0");
    hmac.update(canonical(kind, value).as_bytes());
    let code = hmac.finalize().into_bytes();
    let nibbles = code.iter().flat_map(|byte| [byte >> 4, byte & 15]).take(15);
    nibbles.filter_map(|nibble| LETTERS.get(usize::from(nibble)).map(|letter| char::from(*letter))).collect()
}

/// One spelling for all spellings of a value: letters and digits only, a mobile number without the country's code.
fn canonical(kind: &str, value: &str) -> String {
    let text = Text::read(value, Markup::Plain);
    let letters = text.glyphs.iter().map(|glyph| glyph.letter);
    let mut plain: String = match kind {
        "EMAIL" => super::mail::canonical(&letters.collect::<Vec<char>>()),
        _ => letters
            .map(|letter| super::numbers::digit(letter).unwrap_or(letter))
            .filter(|letter| letter.is_alphanumeric())
            .collect(),
    };
    if kind == "CN_MOBILE" && plain.len() > 11 {
        plain = plain.split_off(plain.len() - 11);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_keeps_one_name() {
        let key = [7; 16];
        let name = pseudonym(&key, "CN_MOBILE", "13800005678");
        assert_eq!(name.len(), 15);
        for spelling in ["+86 138-0000-5678", "１３８００００５６７８", "幺三八零零零零五六七八"]
        {
            assert_eq!(pseudonym(&key, "CN_MOBILE", spelling), name);
        }
        assert_eq!(pseudonym(&key, "EMAIL", "a(at)example(dot)com"), pseudonym(&key, "EMAIL", "A@example.com"));
        assert_ne!(pseudonym(&[8; 16], "CN_MOBILE", "13800005678"), name);
    }
}

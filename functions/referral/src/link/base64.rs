//! base64url without padding (RFC 4648, section 5), canonical: one text for one sequence of bytes.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The text of these bytes.
pub fn write(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 3);
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0_u32, |word, place| word << 8 | u32::from(chunk.get(place).copied().unwrap_or(0)));
        for place in 0..=chunk.len() {
            let index = usize::try_from(word >> (18 - 6 * place) & 63).unwrap_or(0);
            text.push(LETTERS.get(index).map_or('A', |letter| char::from(*letter)));
        }
    }
    text
}

/// The bytes of this text; `None` where it is not the one text of any bytes.
pub fn read(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for chunk in text.as_bytes().chunks(4) {
        let mut word = 0_u32;
        for letter in chunk {
            word = word << 6 | u32::from(value(*letter)?);
        }
        let (kept, spare) = match chunk.len() {
            4 => (3, 0),
            3 => (2, 2),
            2 => (1, 4),
            _ => return None,
        };
        if word & ((1 << spare) - 1) != 0 {
            return None;
        }
        word >>= spare;
        for place in (0..kept).rev() {
            bytes.push(u8::try_from(word >> (8 * place) & 255).ok()?);
        }
    }
    Some(bytes)
}

fn value(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

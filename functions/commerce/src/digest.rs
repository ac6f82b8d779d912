//! SHA-256 names for documents: rules are stored and named by what they say.

use sha2::{Digest as _, Sha256};

/// `sha256:` and 64 lower-case hexadecimal digits.
///
/// ```
/// assert_eq!(commerce::digest::of(b"")[..19], *"sha256:e3b0c44298fc");
/// ```
#[must_use]
pub fn of(bytes: &[u8]) -> String {
    let mut name = String::with_capacity(71);
    name.push_str("sha256:");
    for byte in Sha256::digest(bytes) {
        for nibble in [byte >> 4, byte & 15] {
            name.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    name
}

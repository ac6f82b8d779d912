//! Traditional Han characters and their simplified form: a bitmap says whether there is one, a rank says which.
//!
//! Source of the pairs: OpenCC's `TSCharacters` (Apache-2.0), the first reading of each; see NOTICE.

include!(concat!(env!("OUT_DIR"), "/simplified.rs"));

/// The simplified form, or the character itself.
#[must_use]
pub fn of(letter: char) -> char {
    let point = u32::from(letter);
    let Some(offset) = point.checked_sub(FIRST) else { return letter };
    let (word, bit) = ((offset / 64) as usize, offset % 64);
    let Some((bits, before)) = BITS.get(word).zip(RANKS.get(word)) else { return letter };
    if bits >> bit & 1 == 0 {
        return letter;
    }
    let rank = usize::from(*before) + (bits & ((1 << bit) - 1)).count_ones() as usize;
    FORMS.get(rank).and_then(|form| char::from_u32(u32::from(*form))).unwrap_or(letter)
}

/// Bytes of the tables.
#[cfg(test)]
pub fn bytes() -> usize {
    size_of_val(&BITS) + size_of_val(&RANKS) + size_of_val(&FORMS)
}

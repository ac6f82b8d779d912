//! In which language and script a text is written, by counting letters; no more is claimed than that.

use crate::letters::Letter;
use crate::text::{Text, is_han};

/// `zh`, `en`, `mixed` or `und`, and the ISO 15924 code of the script.
#[must_use]
pub fn of(text: &Text<'_>, letters: &[Letter]) -> (&'static str, &'static str) {
    let han = letters.iter().filter(|letter| is_han(letter.letter)).count();
    let latin = letters.iter().filter(|letter| letter.letter < '\u{250}' && letter.letter.is_alphabetic()).count();
    // A Han character says as much as about four Latin letters.
    let (zh, en) = (han * 4, latin);
    let language = match (zh, en) {
        (0, 0) => "und",
        _ if zh >= en * 5 => "zh",
        _ if en >= zh * 5 => "en",
        _ => "mixed",
    };
    let traditional =
        text.original().chars().filter(|letter| is_han(*letter) && crate::simplified::of(*letter) != *letter).count();
    let script = match () {
        () if zh == 0 && en == 0 => "Zyyy",
        () if zh < en => "Latn",
        // Some characters are shared by both; one in twelve that only the traditional script has tells them apart.
        () if traditional * 12 > han => "Hant",
        () => "Hans",
    };
    (language, script)
}

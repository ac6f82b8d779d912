//! Hashtags: #word, and #words# as Weibo and Xiaohongshu write them.

use crate::text::Text;
use commerce::facts::tags::Span;

/// Characters that a hashtag may have.
const LONGEST: usize = 60;

/// Hashtags without their signs, and where they stand with them.
#[must_use]
pub fn read(text: &Text<'_>) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let start = at;
        at += 1;
        let fresh =
            start == 0 || !text.letter(start - 1).is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == '&');
        if text.letter(start) != Some('#') || !fresh {
            continue;
        }
        let mut word = String::new();
        let mut end = start + 1;
        while let Some(letter) = text.letter(end).filter(|letter| letter.is_alphanumeric() || *letter == '_') {
            word.push(letter);
            end += 1;
        }
        // A number is a place in a list, not a theme.
        if (1..=LONGEST).contains(&word.chars().count()) && !word.bytes().all(|byte| byte.is_ascii_digit()) {
            let closing = usize::from(text.letter(end) == Some('#'));
            found.push((word, text.span(start, end + closing)));
            at = end + closing;
        }
    }
    found
}

//! E-mail addresses, also as people write them to dodge a filter: wang(at)example(dot)com.

use super::{Found, word_at};

const EMAIL: usize = 1;
/// Characters of a local part that are looked back at: RFC 5321, section 4.5.3.1.1.
const LOCAL: usize = 64;
/// Characters of a domain that are looked forward to.
const DOMAIN: usize = 253;
/// What ends the name of a file, not of a domain.
const FILES: &[&str] =
    &["png", "jpg", "jpeg", "gif", "webp", "svg", "bmp", "pdf", "mp4", "mov", "css", "js", "html", "zip", "psd"];
const AT: &[&str] = &["@", " (at) ", " [at] ", "(at)", "[at]", "{at}", "<at>", "艾特", " at "];
const DOT: &[&str] = &[".", " (dot) ", " [dot] ", "(dot)", "[dot]", "{dot}", "<dot>", " dot ", "点"];

/// Finds addresses.
pub fn find(letters: &[char], found: &mut Vec<Found>) {
    for at in 0..letters.len() {
        if !matches!(letters.get(at), Some('@' | '(' | '[' | '{' | '<' | '艾' | ' ')) {
            continue;
        }
        let Some(length) = AT.iter().find_map(|sign| starts(letters, at, sign)) else { continue };
        let Some(from) = local(letters, at) else { continue };
        let plain = letters.get(at) == Some(&'@');
        let Some(to) = domain(letters, at + length, plain) else { continue };
        found.push(Found { kind: EMAIL, from, to });
    }
}

/// The address with `@` and dots, whatever was written for them.
pub fn canonical(letters: &[char]) -> String {
    let mut plain: String = letters.iter().collect();
    for sign in AT.iter().skip(1) {
        plain = plain.replace(sign, "@");
    }
    for sign in DOT.iter().skip(1) {
        plain = plain.replace(sign, ".");
    }
    plain
}

fn starts(letters: &[char], at: usize, sign: &str) -> Option<usize> {
    word_at(letters, at, sign).map(|end| end - at)
}

fn is_local(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '%' | '+' | '-')
}

fn local(letters: &[char], at: usize) -> Option<usize> {
    let reach = letters.get(at.saturating_sub(LOCAL + 1)..at)?;
    let count = reach.iter().rev().take_while(|letter| is_local(**letter)).count();
    if count > LOCAL {
        return None;
    }
    // A dot or a hyphen opens no address.
    let lead = letters.get(at - count..at)?.iter().take_while(|letter| matches!(letter, '.' | '-' | '%' | '+')).count();
    (count > lead && letters.get(at - 1) != Some(&'.')).then_some(at - count + lead)
}

/// One past the domain that starts here; words for dots are read only where the sign was a word too.
fn domain(letters: &[char], start: usize, plain: bool) -> Option<usize> {
    let dots = if plain { DOT.get(..8)? } else { DOT };
    let mut at = start;
    let mut label = start;
    let mut best = None;
    let mut labels = 0;
    loop {
        while at - start < DOMAIN
            && letters.get(at).is_some_and(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
        {
            at += 1;
        }
        let name = letters.get(label..at)?;
        if name.is_empty() || name.first() == Some(&'-') {
            break;
        }
        let word: String = name.iter().collect();
        let word = word.trim_end_matches('-');
        labels += 1;
        let top = word.len() >= 2 && word.len() <= 24 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        if labels >= 2 {
            // A shorter reading that ends before a dot is an address only where what follows is none of its labels.
            best = if top && !FILES.contains(&word) { Some(label + word.len()) } else { best };
        }
        let Some(length) = dots.iter().find_map(|dot| starts(letters, at, dot)) else { break };
        at += length;
        label = at;
    }
    best.filter(|to| !letters.get(*to).is_some_and(char::is_ascii_alphanumeric))
}

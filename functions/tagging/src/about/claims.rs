//! Prices and discounts that a text claims, as amounts: 券后39.9元, 满199减100, 八五折, 20% off, buy one get one free.
//!
//! What must never be in here: whether the claim is true; that is for who knows the prices.

use crate::personal::word_at;
use crate::text::Text;
use commerce::facts::tags::Claim;

/// A number as written, in hundredths.
struct Number {
    hundredths: i64,
    from: usize,
    to: usize,
}

/// Signs before an amount.
const BEFORE: &[(&str, &str)] = &[
    ("us$", "USD"),
    ("hk$", "HKD"),
    ("¥", "CNY"),
    ("$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("rmb", "CNY"),
    ("cny", "CNY"),
    ("usd", "USD"),
    ("eur", "EUR"),
];
/// Words behind an amount.
const BEHIND: &[(&str, &str)] = &[
    ("元", "CNY"),
    ("块钱", "CNY"),
    ("块", "CNY"),
    ("圆", "CNY"),
    ("rmb", "CNY"),
    ("cny", "CNY"),
    ("人民币", "CNY"),
    ("美元", "USD"),
    ("美金", "USD"),
    ("欧元", "EUR"),
    ("英镑", "GBP"),
    ("港币", "HKD"),
    ("usd", "USD"),
    ("dollars", "USD"),
    ("bucks", "USD"),
    ("eur", "EUR"),
    ("euros", "EUR"),
    ("€", "EUR"),
];
const OFF: &[&str] = &["立减", "直降", "直减", "减", "省", "优惠", "抵", "返", "save", "take"];
const REFERENCE: &[&str] =
    &["原价", "市场价", "吊牌价", "专柜价", "日常价", "划线价", "官网价", "was", "rrp", "list price", "reg."];
const SPEND: &[&str] = &["满", "每满", "over", "spend"];

/// Claims in the order of the text.
#[must_use]
pub fn read(text: &Text<'_>) -> Vec<Claim> {
    let letters: Vec<char> = text.glyphs.iter().map(|glyph| glyph.letter).collect();
    let numbers = numbers(&letters);
    let mut claims = Vec::new();
    let mut skip = false;
    for (place, number) in numbers.iter().enumerate() {
        if std::mem::take(&mut skip) {
            continue;
        }
        if let Some(claim) = discount(text, &letters, number) {
            claims.push(claim);
            continue;
        }
        let spend = ends(&letters, number.from, SPEND);
        if let (Some(word), Some(next)) = (spend, numbers.get(place + 1))
            && let Some(claim) = threshold(text, &letters, number, next, number.from - word)
        {
            claims.push(claim);
            skip = true;
            continue;
        }
        claims.extend(amount(text, &letters, number));
    }
    gifts(text, &letters, &mut claims);
    claims.sort_by_key(|claim| claim.span.start_byte);
    claims
}

/// Arabic numbers with at most nine digits before the point and two behind; thousands may be parted by commas.
fn numbers(letters: &[char]) -> Vec<Number> {
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        if !letters.get(at).is_some_and(char::is_ascii_digit) {
            at += 1;
            continue;
        }
        let from = at;
        let mut whole = String::new();
        let mut part = String::new();
        let digit = |at: usize| letters.get(at).copied().filter(char::is_ascii_digit);
        while let Some(letter) = letters.get(at) {
            let grouped = *letter == ',' && (1..=3).all(|next| digit(at + next).is_some()) && digit(at + 4).is_none();
            match letter {
                '0'..='9' => whole.push(*letter),
                ',' if grouped => {}
                _ => break,
            }
            at += 1;
        }
        if letters.get(at) == Some(&'.') && digit(at + 1).is_some() {
            at += 1;
            while let Some(letter) = digit(at) {
                part.push(letter);
                at += 1;
            }
        }
        // Within a word or an id it is no number, and a third place is no money.
        let touched = from > 0 && letters.get(from - 1).is_some_and(|letter| matches!(letter, '.' | '-' | '_' | '/'));
        if whole.len() <= 9 && part.len() <= 2 && !touched {
            let hundredths = format!("{whole}{part:0<2}").parse().unwrap_or_default();
            numbers.push(Number { hundredths, from, to: at });
        }
    }
    numbers
}

/// Characters of the word that ends right before a place, spaces left out.
fn ends(letters: &[char], place: usize, words: &[&str]) -> Option<usize> {
    let gap = letters.get(..place)?.iter().rev().take(1).take_while(|letter| **letter == ' ').count();
    let end = place - gap;
    words.iter().find_map(|word| {
        let length = word.chars().count();
        let stretch = letters.get(end.checked_sub(length)?..end)?;
        stretch.iter().copied().eq(word.chars()).then_some(length + gap)
    })
}

fn starts(letters: &[char], place: usize, words: &[&str]) -> Option<usize> {
    let gap = usize::from(letters.get(place) == Some(&' '));
    words.iter().find_map(|word| {
        let end = word_at(letters, place + gap, word)?;
        let whole = !word.is_ascii() || !letters.get(end).is_some_and(char::is_ascii_alphanumeric);
        whole.then_some(end - place)
    })
}

/// 8折, 85折, 8.5折, 20% off, 立减20%.
fn discount(text: &Text<'_>, letters: &[char], number: &Number) -> Option<Claim> {
    let claim = |rate: i64, from: usize, to: usize| {
        let rate = u32::try_from(rate).ok()?;
        Some(Claim {
            kind: "percent-off".into(),
            amount: None,
            currency: None,
            rate: Some(rate),
            threshold: None,
            span: text.span(from, to),
        })
    };
    if let Some(length) = starts(letters, number.to, &["折"]) {
        let paid = if number.hundredths > 1_000 { number.hundredths } else { number.hundredths * 10 };
        return if (1..10_000).contains(&paid) { claim(10_000 - paid, number.from, number.to + length) } else { None };
    }
    let percent = starts(letters, number.to, &["%"])?;
    let off = starts(letters, number.to + percent, &["off", "discount"]);
    let before = ends(letters, number.from, OFF);
    if off.is_none() && before.is_none() || number.hundredths > 10_000 {
        return None;
    }
    claim(number.hundredths, number.from - before.unwrap_or_default(), number.to + percent + off.unwrap_or_default())
}

/// The currency of a number, and the characters that its sign takes before and behind.
fn currency(letters: &[char], number: &Number) -> Option<(&'static str, usize, usize)> {
    let before =
        BEFORE.iter().find_map(|(sign, code)| ends(letters, number.from, &[sign]).map(|length| (*code, length, 0)));
    before.or_else(|| {
        BEHIND.iter().find_map(|(word, code)| starts(letters, number.to, &[word]).map(|length| (*code, 0, length)))
    })
}

/// 满199减100, spend $50 save $10: the second number follows within a few characters.
fn threshold(text: &Text<'_>, letters: &[char], spend: &Number, off: &Number, from: usize) -> Option<Claim> {
    let (known, _, length) = currency(letters, spend).unwrap_or(("CNY", 0, 0));
    let (named, lead, behind) = currency(letters, off).unwrap_or((known, 0, 0));
    let word = ends(letters, off.from - lead, OFF)?;
    let between = (off.from - lead - word).checked_sub(spend.to + length)?;
    let percent = starts(letters, off.to, &["%"]).is_some();
    (between <= 3 && !percent && known == named).then(|| Claim {
        kind: "amount-off".into(),
        amount: Some(off.hundredths),
        currency: Some(named.to_owned()),
        rate: None,
        threshold: Some(spend.hundredths),
        span: text.span(from, off.to + behind),
    })
}

fn amount(text: &Text<'_>, letters: &[char], number: &Number) -> Option<Claim> {
    let (code, lead, behind) = currency(letters, number)?;
    let from = number.from - lead;
    let (kind, word) = if let Some(word) = ends(letters, from, OFF) {
        ("amount-off", word)
    } else if let Some(word) = ends(letters, from, REFERENCE) {
        ("reference-price", word)
    } else if let Some(word) = ends(letters, from, SPEND) {
        ("threshold", word)
    } else {
        ("price", 0)
    };
    Some(Claim {
        kind: kind.into(),
        amount: Some(number.hundredths),
        currency: Some(code.to_owned()),
        rate: None,
        threshold: None,
        span: text.span(from - word, number.to + behind),
    })
}

fn gifts(text: &Text<'_>, letters: &[char], claims: &mut Vec<Claim>) {
    let words: &[&str] =
        &["买一送一", "买二送一", "买1送1", "买2送1", "买赠", "赠品", "buy one get one", "bogo", "free gift"];
    for at in 0..letters.len() {
        if !matches!(letters.get(at), Some('买' | '赠' | 'b' | 'f')) {
            continue;
        }
        for word in words {
            let length = word.chars().count();
            if letters.get(at..at + length).is_some_and(|stretch| stretch.iter().copied().eq(word.chars())) {
                claims.push(Claim {
                    kind: "gift".into(),
                    amount: None,
                    currency: None,
                    rate: None,
                    threshold: None,
                    span: text.span(at, at + length),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use commerce::facts::tags::Markup;

    #[test]
    fn reads_amounts() {
        for (written, expected) in [
            ("券后39.9元，原价¥199", "price 3990 CNY|reference-price 19900 CNY"),
            ("满199减100，限前2000名", "amount-off 10000 CNY from 19900"),
            ("全场8折，会员85折", "percent-off 2000|percent-off 1500"),
            ("20% off, was $1,299.00 now $999", "percent-off 2000|reference-price 129900 USD|price 99900 USD"),
            ("买一送一，立减20元", "gift|amount-off 2000 CNY"),
            ("9块9包邮", "price 900 CNY"),
            ("取件码8-2-3047，500ml", ""),
        ] {
            let text = Text::read(written, Markup::Plain);
            let read: Vec<String> = read(&text)
                .into_iter()
                .map(|claim| {
                    let amount = claim
                        .amount
                        .map(|amount| format!(" {amount} {}", claim.currency.unwrap_or_default()))
                        .unwrap_or_default();
                    let rate = claim.rate.map(|rate| format!(" {rate}")).unwrap_or_default();
                    let from = claim.threshold.map(|from| format!(" from {from}")).unwrap_or_default();
                    format!("{}{amount}{rate}{from}", claim.kind)
                })
                .collect();
            assert_eq!(read.join("|"), expected, "{written}");
        }
    }
}

//! Finds what names or reaches a person, and takes it out of the text.
//!
//! Kinds and their shapes: CN mobile (MIIT numbering plan), CN identity number (GB 11643-1999, MOD 11-2 of ISO 7064), bank
//! card (ISO/IEC 7812, Luhn), e-mail (RFC 5321's common part), international phone (ITU-T E.164), and in context only:
//! landline, passport, plate (GA 36), WeChat and QQ ids, addresses. What must never be in here: a value found, in any
//! answer, log or message.

mod context;
mod mail;
pub mod mask;
mod numbers;

use crate::text::Text;
use commerce::facts::tags::{Markup, Personal, Span};

/// Every kind, in the order of precedence: where two overlap, the earlier kind holds.
pub const KINDS: [&str; 11] = [
    "CN_ID",
    "EMAIL",
    "CN_MOBILE",
    "BANK_CARD",
    "INTL_PHONE",
    "CN_LANDLINE",
    "CN_PASSPORT",
    "CN_PLATE",
    "WECHAT_ID",
    "QQ_ID",
    "CN_ADDRESS",
];

/// A kind by its place in [`KINDS`].
pub type Kind = usize;

/// Something found, by characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub kind: Kind,
    pub from: usize,
    pub to: usize,
}

/// What has been taken out already reads as this: neither a letter nor a digit, and part of no pattern.
pub(crate) const TAKEN: char = '\u{FFFC}';

/// The last so many letters before a place; none from before what has been taken out, so that a mask's length says nothing.
pub(crate) fn before(letters: &[char], place: usize, count: usize) -> &[char] {
    let window = letters.get(place.saturating_sub(count)..place).unwrap_or_default();
    window.rsplit(|letter| *letter == TAKEN).next().unwrap_or_default()
}

/// Reads masks (`[CN_ID]`, `[CN_ID:BCDF…]`) as what has been taken out: their letters are no context (`[INTL_PHONE]` names no phone).
fn take_masks(letters: &mut [char]) {
    let opened: Vec<usize> = (0..letters.len()).filter(|place| letters.get(*place) == Some(&'[')).collect();
    for from in opened {
        let body = letters.get(from + 1..).unwrap_or_default();
        let Some(length) = body.iter().take(MASK).position(|letter| *letter == ']') else { continue };
        let name = body.iter().take(length).take_while(|letter| **letter != ':').map(char::to_ascii_uppercase);
        if KINDS.iter().any(|kind| name.clone().eq(kind.chars()))
            && let Some(mask) = letters.get_mut(from..from + length + 2)
        {
            mask.fill(TAKEN);
        }
    }
}

/// Letters within the brackets of a mask: the longest kind, a colon and a pseudonym.
const MASK: usize = 32;

/// One past a word that starts at a place.
pub(crate) fn word_at(letters: &[char], at: usize, word: &str) -> Option<usize> {
    let mut end = at;
    for letter in word.chars() {
        if letters.get(end) != Some(&letter) {
            return None;
        }
        end += 1;
    }
    Some(end)
}

/// Finds personal data of the kinds wanted, in the order of the text, none overlapping another.
///
/// In HTML and Markdown, what a reader does not see (a `tel:` link) is searched too.
#[must_use]
pub fn find(text: &Text<'_>, markup: Markup, wanted: impl Fn(&str) -> bool) -> Vec<Personal> {
    let mut found = spans(text, &wanted);
    if markup != Markup::Plain {
        found.extend(spans(&Text::read(text.original(), Markup::Plain), &wanted));
    }
    found.sort_by_key(|(kind, span)| (span.start_byte, std::cmp::Reverse(span.end_byte), *kind));
    let mut end = 0;
    let mut personal: Vec<Personal> = Vec::with_capacity(found.len());
    for (kind, span) in found {
        if span.start_byte >= end {
            end = span.end_byte;
            personal.push(Personal { kind: KINDS.get(kind).copied().unwrap_or_default().to_owned(), span });
        } else if span.end_byte > end {
            // Two readings of one stretch: what either takes is taken.
            end = span.end_byte;
            if let Some(last) = personal.last_mut() {
                last.span = text.bytes(last.span.start_byte, end);
            }
        }
    }
    personal
}

fn spans(text: &Text<'_>, wanted: &impl Fn(&str) -> bool) -> Vec<(Kind, Span)> {
    let mut letters: Vec<char> = text.glyphs.iter().map(|glyph| glyph.letter).collect();
    take_masks(&mut letters);
    let mut all = Vec::new();
    // What is taken out may uncover more beside it; a second search finds it, so that a redacted text is clean.
    loop {
        let mut found = Vec::new();
        numbers::find(&letters, &mut found);
        mail::find(&letters, &mut found);
        context::find(&letters, &mut found);
        found.retain(|one| KINDS.get(one.kind).is_some_and(|kind| wanted(kind)));
        let chosen = choose(found);
        if chosen.is_empty() {
            break;
        }
        for one in &chosen {
            if let Some(stretch) = letters.get_mut(text.whole(one.from, one.to)) {
                stretch.fill(TAKEN);
            }
        }
        all.extend(chosen.iter().map(|one| (one.kind, text.span(one.from, one.to))));
    }
    all
}

/// Of what overlaps, the longest holds, then the earlier kind.
fn choose(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|one| (one.from, std::cmp::Reverse(one.to), one.kind));
    let mut chosen: Vec<Found> = Vec::with_capacity(found.len());
    for one in found {
        match chosen.last() {
            Some(last) if one.from < last.to => {
                let better = (one.to - one.from, std::cmp::Reverse(one.kind))
                    > (last.to - last.from, std::cmp::Reverse(last.kind));
                if better {
                    chosen.pop();
                    chosen.push(one);
                }
            }
            _ => chosen.push(one),
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let read = Text::read(text, Markup::Plain);
        mask::redact(&read, &find(&read, Markup::Plain, |_| true), None)
    }

    /// A character that is read as several is taken out whole, so that nothing of it hides what stands beside it.
    #[test]
    fn what_is_read_of_a_character_goes_with_it() {
        assert_eq!(masked("13800005678¼a.b@example.com"), "[CN_MOBILE][EMAIL]");
    }

    #[test]
    fn finds_and_leaves_alone() {
        for (text, expected) in [
            ("加V：１３８００００５２５３", "加V：[CN_MOBILE]"),
            ("电话幺三八零零零零幺二三四拨打即可", "电话[CN_MOBILE]拨打即可"),
            ("v我1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣0️⃣1️⃣2️⃣3️⃣4️⃣", "v我[CN_MOBILE]"),
            ("138 0000 5678，138-0000-5678；138.0000.5678", "[CN_MOBILE]，[CN_MOBILE]；[CN_MOBILE]"),
            ("+8613800005678 0086-138 0000 5678 8613800005678", "[CN_MOBILE] [CN_MOBILE] [CN_MOBILE]"),
            ("4111 1111 1111 1111 12/29", "[BANK_CARD] 12/29"),
            ("amex 3782 822463 10005", "amex [BANK_CARD]"),
            ("+44 20 7946 0958 or +1 (415) 555-0132", "[INTL_PHONE] or [INTL_PHONE]"),
            ("座机021-55550123，电话01055550123", "座机[CN_LANDLINE]，电话[CN_LANDLINE]"),
            ("护照号E00000001，车牌沪A·12345", "护照号[CN_PASSPORT]，车牌[CN_PLATE]"),
            ("微信号：shop_2026 QQ:100000001", "微信号：[WECHAT_ID] QQ:[QQ_ID]"),
            ("收货地址：上海市徐汇区示例路100号2栋301室，谢谢", "收货地址：[CN_ADDRESS]，谢谢"),
            ("邮箱 wang(at)example(dot)com 防爬，A.B@Example.com。", "邮箱 [EMAIL] 防爬，[EMAIL]。"),
            (
                "订单20260618138000012345 SF1380000123456 ¥13800001234",
                "订单20260618138000012345 SF1380000123456 ¥13800001234",
            ),
            (
                "icon@2x.png follow @creator_cn 微信支付 加微信领券",
                "icon@2x.png follow @creator_cn 微信支付 加微信领券",
            ),
            ("满199减100，13,800 buyers, 2026-06-18 12:30:00", "满199减100，13,800 buyers, 2026-06-18 12:30:00"),
            ("uuid 550e8400-e29b-41d4-a716-446655440000", "uuid 550e8400-e29b-41d4-a716-446655440000"),
            ("中山路步行街好吃，买2号链接", "中山路步行街好吃，买2号链接"),
        ] {
            assert_eq!(masked(text), expected, "{text}");
        }
    }
}

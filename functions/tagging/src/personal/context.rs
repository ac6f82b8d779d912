//! What is personal only where the words around it say so: WeChat and QQ ids, passports, plates, addresses.

use super::{Found, TAKEN, before, word_at};

const CN_PASSPORT: usize = 6;
const CN_PLATE: usize = 7;
const WECHAT_ID: usize = 8;
const QQ_ID: usize = 9;
const CN_ADDRESS: usize = 10;

const WECHAT: &[&str] = &["微信", "薇信", "威信", "v信", "wechat", "weixin", "wx", "vx", "加v", "v号"];
const QQ: &[&str] = &["qq", "扣扣", "企鹅号"];
const PASSPORT: &[&str] = &["护照", "passport"];
const HOME: &[&str] =
    &["地址", "收货", "寄到", "寄往", "送到", "送至", "住在", "家住", "住址", "收件", "邮寄", "ship to", "address"];
/// What a street's name ends with.
const STREETS: &str = "路街道巷弄村镇里苑园区坊";
/// What follows a number within an address.
const PARTS: &str = "号栋幢座单元楼层室房门弄甲乙丙丁";

/// Finds what its context makes personal.
pub fn find(letters: &[char], found: &mut Vec<Found>) {
    for at in 0..letters.len() {
        let Some(letter) = letters.get(at) else { return };
        match letter {
            '微' | '薇' | '威' | 'v' | 'w' | '加' => named(letters, at, WECHAT, WECHAT_ID, found),
            'q' | '扣' | '企' => named(letters, at, QQ, QQ_ID, found),
            '护' | 'p' => passport(letters, at, found),
            '号' => address(letters, at, found),
            // A province's character.
            '京' | '津' | '沪' | '渝' | '冀' | '豫' | '云' | '辽' | '黑' | '湘' | '皖' | '鲁' | '新' | '苏' | '浙'
            | '赣' | '鄂' | '桂' | '甘' | '晋' | '蒙' | '陕' | '吉' | '闽' | '贵' | '粤' | '青' | '藏' | '川'
            | '宁' | '琼' => plate(letters, at, found),
            _ => {}
        }
    }
}

fn starts(letters: &[char], at: usize, words: &[&str]) -> Option<usize> {
    words.iter().find_map(|word| word_at(letters, at, word))
}

/// An id after the word that names its service: 微信号：shop_2026, QQ 100000001.
fn named(letters: &[char], at: usize, words: &[&str], kind: usize, found: &mut Vec<Found>) {
    let Some(end) = starts(letters, at, words) else { return };
    if letters.get(at).is_some_and(char::is_ascii)
        && at > 0
        && letters.get(at - 1).is_some_and(char::is_ascii_alphanumeric)
    {
        return;
    }
    let mut from = end;
    let mut marked = false;
    while from < end + 6 {
        match letters.get(from) {
            Some('号' | ':' | '=' | '：') => marked = true,
            Some(' ' | '是' | '为' | '同' | '我' | '群' | '联' | '系') => {}
            Some('i')
                if starts(letters, from, &["id"]).is_some()
                    && !letters.get(from + 2).is_some_and(char::is_ascii_alphanumeric) =>
            {
                marked = true;
                from += 1;
            }
            _ => break,
        }
        from += 1;
    }
    let token: Vec<char> = letters
        .iter()
        .skip(from)
        .take(21)
        .copied()
        .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
        .collect();
    let digits = token.iter().filter(|letter| letter.is_ascii_digit()).count();
    let fits = if kind == QQ_ID {
        (5..=11).contains(&token.len()) && digits == token.len() && token.first() != Some(&'0')
    } else {
        // Six to twenty letters, digits, _ and -, the first a letter; a plain word is an id only after a sign.
        (6..=20).contains(&token.len())
            && token.first().is_some_and(char::is_ascii_alphabetic)
            && (marked || digits > 0 || token.contains(&'_'))
    };
    if fits {
        found.push(Found { kind, from, to: from + token.len() });
    }
}

/// One or two letters and seven or eight digits, soon after the word.
fn passport(letters: &[char], at: usize, found: &mut Vec<Found>) {
    let Some(end) = starts(letters, at, PASSPORT) else { return };
    for from in end..end + 10 {
        if letters.get(from) == Some(&TAKEN) {
            return;
        }
        let free = from == 0 || !letters.get(from - 1).is_some_and(char::is_ascii_alphanumeric);
        let token: Vec<char> =
            letters.iter().skip(from).take(11).copied().take_while(char::is_ascii_alphanumeric).collect();
        let head = token.iter().take_while(|letter| letter.is_ascii_alphabetic()).count();
        let digits = token.iter().skip(head).filter(|letter| letter.is_ascii_digit()).count();
        if free && (1..=2).contains(&head) && head + digits == token.len() && (7..=8).contains(&digits) {
            found.push(Found { kind: CN_PASSPORT, from, to: from + token.len() });
            return;
        }
    }
}

/// A province's character, an office's letter, five characters, or six for new energy; no I and no O (GA 36-2018).
fn plate(letters: &[char], at: usize, found: &mut Vec<Found>) {
    let office = letters.get(at + 1).is_some_and(|letter| letter.is_ascii_lowercase() && !matches!(letter, 'i' | 'o'));
    if !office {
        return;
    }
    let from = at + 2 + usize::from(matches!(letters.get(at + 2), Some('·' | ' ' | '-' | '•')));
    let token: Vec<char> = letters.iter().skip(from).take(7).copied().take_while(char::is_ascii_alphanumeric).collect();
    let digits = token.iter().filter(|letter| letter.is_ascii_digit()).count();
    if (5..=6).contains(&token.len()) && digits >= 3 && !token.iter().any(|letter| matches!(letter, 'i' | 'o')) {
        found.push(Found { kind: CN_PLATE, from: at, to: from + token.len() });
    }
}

/// A street, a number and 号, after a word for a home or with a room behind it.
fn address(letters: &[char], at: usize, found: &mut Vec<Found>) {
    let back = letters.get(at.saturating_sub(5)..at).unwrap_or_default();
    let digits = back.iter().rev().take_while(|letter| letter.is_ascii_digit()).count();
    let number = at - digits;
    let street =
        number.checked_sub(1).and_then(|before| letters.get(before)).is_some_and(|letter| STREETS.contains(*letter));
    if digits == 0 || !street {
        return;
    }
    let mut to = at + 1;
    let mut rooms = 0;
    while let Some(letter) = letters.get(to) {
        if letter.is_ascii_digit() || *letter == '-' && letters.get(to + 1).is_some_and(char::is_ascii_digit) {
            to += 1;
        } else if PARTS.contains(*letter) {
            rooms += usize::from(letters.get(to - 1).is_some_and(char::is_ascii_digit) || *letter == '元');
            to += 1;
        } else {
            break;
        }
    }
    // Back to what opens it: a sign, a word for a home, or thirty characters.
    let reach = number.saturating_sub(30);
    let opened = (reach..number).rev().find(|place| {
        letters.get(*place).is_some_and(|letter| !crate::text::is_han(*letter) && !letter.is_ascii_digit())
    });
    let mut from = opened.map_or(reach, |place| place + 1);
    let window: String = before(letters, number, number - from.saturating_sub(8)).iter().collect();
    let home = HOME.iter().any(|word| window.contains(word));
    if let Some(end) = (from..number).rev().find_map(|place| starts(letters, place, HOME)) {
        from = end + usize::from(matches!(letters.get(end), Some('是' | '在' | '到' | '人')));
    }
    if (home || rooms > 0) && from < number {
        found.push(Found { kind: CN_ADDRESS, from, to });
    }
}

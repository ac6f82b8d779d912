//! Numbers of persons: mobile, landline and international phones, identity numbers, bank cards.
//!
//! A number is read as groups of digits with one separator between neighbours. A match touches no further ASCII letter or
//! digit, so that a phone within an order number is none; Chinese letters may stand right beside it.

use super::Found;

const CN_ID: usize = 0;
const CN_MOBILE: usize = 2;
const BANK_CARD: usize = 3;
const INTL_PHONE: usize = 4;
const CN_LANDLINE: usize = 5;

/// The ASCII digit that a character stands for when numbers are spoken or written out.
#[must_use]
pub fn digit(letter: char) -> Option<char> {
    Some(match letter {
        '0'..='9' => letter,
        '零' | '〇' | '○' | '洞' => '0',
        '一' | '幺' | '壹' | '么' => '1',
        '二' | '两' | '贰' => '2',
        '三' | '叁' => '3',
        '四' | '肆' => '4',
        '五' | '伍' => '5',
        '六' | '陆' => '6',
        '七' | '柒' | '拐' => '7',
        '八' | '捌' => '8',
        '九' | '玖' | '勾' => '9',
        _ => return None,
    })
}

/// A run of ASCII digits.
struct Group {
    from: usize,
    to: usize,
    /// The separator to the next group, where exactly one stands between.
    separator: Option<char>,
}

/// Finds every number of a person; overlaps are the caller's to choose from.
pub fn find(letters: &[char], found: &mut Vec<Found>) {
    let groups = groups(letters);
    for first in 0..groups.len() {
        runs(letters, &groups, first, found);
    }
    spoken(letters, found);
}

fn groups(letters: &[char]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        if !letter.is_ascii_digit() {
            at += 1;
            continue;
        }
        let from = at;
        while letters.get(at).is_some_and(char::is_ascii_digit) {
            at += 1;
        }
        if let Some(last) = groups.last_mut()
            && let Some(stretch) = letters.get(last.to..from)
        {
            last.separator = match stretch {
                [one @ (' ' | '-' | '.' | '·')] => Some(*one),
                // (021) 5555 0123 and +1 (415) 555-0132
                [')'] | [')', ' '] | [' ', '('] | ['('] | [')', '-'] => Some(')'),
                _ => None,
            };
        }
        groups.push(Group { from, to: at, separator: None });
    }
    groups
}

fn touches(letter: Option<&char>) -> bool {
    letter.is_some_and(char::is_ascii_alphanumeric)
}

/// Tries the numbers that start with a group and go over up to eleven of them.
fn runs(letters: &[char], groups: &[Group], first: usize, found: &mut Vec<Found>) {
    let Some(start) = groups.get(first) else { return };
    let before = start.from.checked_sub(1).and_then(|at| letters.get(at));
    if touches(before) {
        return;
    }
    let mut digits = String::new();
    let mut sizes: Vec<usize> = Vec::new();
    let mut separators: Vec<char> = Vec::new();
    for group in groups.iter().skip(first).take(11) {
        digits.extend(letters.get(group.from..group.to).unwrap_or_default());
        sizes.push(group.to - group.from);
        if digits.len() > 21 {
            return;
        }
        let run = Run {
            letters,
            from: start.from,
            to: group.to,
            before: before.copied(),
            digits: &digits,
            sizes: &sizes,
            separators: &separators,
        };
        run.identity(found);
        if !touches(letters.get(group.to)) {
            run.mobile(found);
            run.card(found);
            run.landline(found);
            run.international(found);
        }
        let Some(separator) = group.separator else { return };
        separators.push(separator);
    }
}

/// What names a number that is no person's.
const REFERENCES: &[&str] = &[
    "订单号",
    "订单编号",
    "单号",
    "货号",
    "商品编号",
    "产品编号",
    "商品id",
    "流水号",
    "条码",
    "条形码",
    "批号",
    "序列号",
    "sku",
    "order",
    "order no",
    "order number",
    "order id",
    "tracking",
    "tracking no",
    "tracking number",
    "invoice",
    "invoice no",
    "invoice number",
    "serial number",
    "barcode",
    "ean",
    "item no",
    "item number",
];

/// Groups of digits read as one number.
struct Run<'a> {
    letters: &'a [char],
    from: usize,
    to: usize,
    before: Option<char>,
    digits: &'a str,
    sizes: &'a [usize],
    separators: &'a [char],
}

impl Run<'_> {
    fn push(&self, kind: usize, from: usize, to: usize, found: &mut Vec<Found>) {
        found.push(Found { kind, from, to });
    }

    fn is_uniform(&self, allowed: &[char]) -> bool {
        self.separators.iter().all(|separator| allowed.contains(separator))
    }

    /// Whether what stands before says that it is an amount, or a fraction goes on.
    fn is_amount(&self) -> bool {
        let decimal = self.before == Some('.')
            && self.from >= 2
            && self.letters.get(self.from - 2).is_some_and(char::is_ascii_digit);
        let behind = matches!(self.letters.get(self.to), Some('元' | '件' | '万' | '亿'));
        decimal || behind || matches!(self.before, Some('¥' | '$' | '€' | '£' | '₩'))
    }

    /// Whether the word right before names an order, a parcel or a product: its number is nobody's.
    fn is_reference(&self) -> bool {
        let window = self.letters.get(self.from.saturating_sub(20)..self.from).unwrap_or_default();
        let between = |letter: &&char| matches!(letter, ' ' | ':' | '#' | '.' | '-' | '=' | '为' | '是' | '"');
        let kept = window.len() - window.iter().rev().take_while(between).count();
        let word: String = window.get(..kept).unwrap_or_default().iter().collect();
        REFERENCES.iter().any(|reference| word.ends_with(reference))
    }

    fn mobile(&self, found: &mut Vec<Found>) {
        let prefix = if self.digits.starts_with("0086") { 4 } else { 2 * usize::from(self.digits.starts_with("86")) };
        for skipped in [0, prefix] {
            let Some(number) = self.digits.get(skipped..) else { continue };
            if number.len() != 11
                || !is_mobile(number)
                || (skipped == 0) != (number.len() == self.digits.len())
                || self.is_amount()
                || self.is_reference()
            {
                continue;
            }
            let Some(sizes) = self.national(skipped) else { continue };
            let grouped =
                matches!(sizes.as_slice(), [11] | [3, 4, 4] | [3, 8] | [7, 4] | [3, 3, 5] | [4, 3, 4] | [4, 4, 3])
                    || sizes.iter().all(|size| *size == 1);
            let plus = skipped == 2 && self.before == Some('+');
            // A plus sign before any other number is another country's code.
            if grouped && self.is_uniform(&[' ', '-', '.', '·']) && (plus || self.before != Some('+')) {
                self.push(CN_MOBILE, self.from - usize::from(plus), self.to, found);
                return;
            }
        }
    }

    /// The sizes of the groups after a prefix of so many digits; `None` where the prefix ends within a group of others.
    fn national(&self, skipped: usize) -> Option<Vec<usize>> {
        let mut sizes = self.sizes.to_vec();
        if skipped > 0 {
            let first = sizes.first_mut()?;
            *first = first.checked_sub(skipped)?;
            if *first == 0 {
                sizes.remove(0);
            }
        }
        Some(sizes)
    }

    fn identity(&self, found: &mut Vec<Found>) {
        let grouped = matches!(self.sizes, [18 | 17] | [6, 8, 4 | 3] | [6, 4, 4, 4 | 3] | [3, 3, 4, 4, 4 | 3]);
        if !grouped || !self.is_uniform(&[' ', '-']) {
            return;
        }
        let (check, to) = match self.digits.len() {
            18 => (None, self.to),
            17 if self.letters.get(self.to) == Some(&'x') => (Some('x'), self.to + 1),
            _ => return,
        };
        let number: String = self.digits.chars().chain(check).collect();
        if !touches(self.letters.get(to)) && is_identity(&number) {
            self.push(CN_ID, self.from, to, found);
        }
    }

    fn card(&self, found: &mut Vec<Found>) {
        let first = self.digits.chars().next();
        let long = (15..=19).contains(&self.digits.len()) && matches!(first, Some('3'..='6'));
        // Groups as cards print them: fours, or American Express' four, six, five.
        let grouped = match self.sizes {
            [_] | [4, 6, 5] | [6, 13] | [6, 4..=6, ..] => true,
            [fours @ .., last] => {
                fours.iter().all(|size| *size == 4) && *last <= 4 || fours.iter().all(|size| *size >= 3) && *last >= 3
            }
            [] => false,
        };
        let same = self.separators.windows(2).all(|pair| pair.first() == pair.last());
        if long
            && grouped
            && same
            && self.is_uniform(&[' ', '-'])
            && is_luhn(self.digits)
            && !self.is_amount()
            && !self.is_device()
            && !self.is_reference()
        {
            self.push(BANK_CARD, self.from, self.to, found);
        }
    }

    /// An IMEI has fifteen digits and Luhn's check too.
    fn is_device(&self) -> bool {
        let window: String = super::before(self.letters, self.from, 8).iter().collect();
        window.contains("imei")
    }

    fn landline(&self, found: &mut Vec<Found>) {
        let (abroad, rest) = match self.digits.strip_prefix("86") {
            Some(rest) if self.before == Some('+') && !rest.starts_with('1') => (true, format!("0{rest}")),
            _ => (false, self.digits.to_owned()),
        };
        let area = match rest.as_bytes() {
            [b'0', b'1', b'0', ..] | [b'0', b'2', b'0'..=b'9', ..] => 3,
            [b'0', b'3'..=b'9', b'1'..=b'9', ..] => 4,
            _ => return,
        };
        let local = rest.len().saturating_sub(area);
        if !(7..=8).contains(&local) || rest.as_bytes().get(area).is_none_or(|digit| !(b'2'..=b'8').contains(digit)) {
            return;
        }
        let separated = self.sizes.first() == Some(&area)
            && self.sizes.len() <= 3
            && self.sizes.iter().skip(1).all(|size| *size >= 3);
        let opened = self.before == Some('(') && self.separators.first() == Some(&')');
        let named = self.sizes.len() == 1 && self.is_called();
        if abroad || separated && (self.is_uniform(&['-', ')']) || self.is_called()) || named {
            let lead = usize::from(abroad || opened);
            self.push(CN_LANDLINE, self.from - lead, self.to, found);
        }
    }

    /// Whether a word for a telephone stands right before.
    fn is_called(&self) -> bool {
        let window: String = super::before(self.letters, self.from, 8).iter().collect();
        ["电话", "座机", "固话", "致电", "tel", "phone", "call", "热线"].iter().any(|word| window.contains(word))
    }

    fn international(&self, found: &mut Vec<Found>) {
        let plus = self.before == Some('+') && !touches(self.from.checked_sub(2).and_then(|at| self.letters.get(at)));
        if !plus || !(8..=15).contains(&self.digits.len()) || self.sizes.len() > 6 {
            return;
        }
        let Some(code) = country(self.digits) else { return };
        let national = self.digits.get(code..).unwrap_or_default();
        let fits = match self.digits.get(..code) {
            Some("1") => national.len() == 10 && !national.starts_with(['0', '1']),
            Some("39") => national.len() >= 6,
            _ => national.len() >= 6 && !national.starts_with('0'),
        };
        let zeros = national.bytes().rev().take_while(|byte| *byte == b'0').count();
        if fits && zeros < 6 {
            self.push(INTL_PHONE, self.from - 1, self.to, found);
        }
    }
}

fn is_mobile(number: &str) -> bool {
    matches!(number.as_bytes(), [b'1', b'3'..=b'9', ..])
}

/// Date of birth and check digit (GB 11643-1999: weights 2^(18−i) mod 11, ISO 7064 MOD 11-2).
fn is_identity(number: &str) -> bool {
    let part =
        |from: usize, to: usize| number.get(from..to).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or_default();
    let (year, month, day) = (part(6, 10), part(10, 12), part(12, 14));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return false,
    };
    let mut sum = 0;
    for letter in number.chars() {
        let value = letter.to_digit(10).unwrap_or(10);
        sum = (sum * 2 + value) % 11;
    }
    (1900..=2099).contains(&year) && (1..=days).contains(&day) && sum == 1
}

fn is_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let value = u32::from(byte - b'0') << (place % 2);
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Digits of the country's code at the start (ITU-T E.164, list of 2024); China's own is not asked for.
fn country(digits: &str) -> Option<usize> {
    const TWO: [u8; 43] = [
        20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61,
        62, 63, 64, 65, 66, 81, 82, 84, 90, 91, 92, 93, 94, 95, 98,
    ];
    match digits.as_bytes() {
        [b'1' | b'7', ..] => Some(1),
        [b'2', b'1' | b'2' | b'3' | b'4' | b'5' | b'6' | b'9', _, ..]
        | [b'3', b'5' | b'7' | b'8', _, ..]
        | [b'4', b'2', _, ..]
        | [b'5', b'0' | b'9', _, ..]
        | [b'6', b'7' | b'8' | b'9', _, ..]
        | [b'8', b'0' | b'5' | b'7' | b'8', _, ..]
        | [b'9', b'6' | b'7' | b'9', _, ..] => Some(3),
        _ => {
            digits.get(..2).and_then(|code| code.parse().ok()).is_some_and(|code: u8| TWO.contains(&code)).then_some(2)
        }
    }
}

/// Eleven digits of which some are written out: 幺三八 0000 1234.
fn spoken(letters: &[char], found: &mut Vec<Found>) {
    let mut at = 0;
    while at < letters.len() {
        let from = at;
        let mut number = String::new();
        let mut to = at;
        let mut written = false;
        while let Some(letter) = letters.get(at) {
            match digit(*letter) {
                Some(value) => {
                    if number.len() < 14 {
                        number.push(value);
                    }
                    written |= !letter.is_ascii_digit();
                    at += 1;
                    to = at;
                }
                None if at == to && matches!(letter, ' ' | '-' | '.' | '·') && at > from => at += 1,
                None => break,
            }
        }
        let alone = !touches(from.checked_sub(1).and_then(|before| letters.get(before))) && !touches(letters.get(to));
        if written && alone && number.len() == 11 && is_mobile(&number) {
            found.push(Found { kind: CN_MOBILE, from, to });
        }
        at = at.max(from + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_digits() {
        assert!(is_identity("440305200002290002") && is_identity("33010619860816000x"));
        assert!(!is_identity("440305200002290003") && !is_identity("440305200102290002"));
        assert!(is_luhn("6200000000000005") && !is_luhn("4111111111111112"));
    }
}

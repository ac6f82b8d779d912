//! Names a decision, so that using up twice can be told from using up two.

use crate::index::Key;
use crate::scene::Scene;
use commerce::facts::offers::Verdict;

/// A name for what was decided: the same cart, moment and rules give the same name, so that a checkout that asks twice
/// uses up once.
#[must_use]
pub fn name(scene: &Scene<'_>, verdict: &Verdict) -> String {
    let mut name = Name::new();
    let shopper = scene.context.shopper.as_ref().and_then(|shopper| shopper.id.as_deref());
    name.text(shopper.unwrap_or_default()).number(scene.context.at);
    for line in scene.lines {
        name.text(&line.id).text(&line.sku).number(i64::from(line.quantity)).number(line.subtotal);
    }
    for off in &verdict.discounts {
        name.number(off.line.into()).text(&off.promotion).number(off.amount);
    }
    for used in &verdict.consume {
        name.text(&used.kind).text(&used.id).text(&used.scope).number(used.amount);
    }
    let [first, second] = name.0.map(|hash| format!("{:016x}", Key::mixed(hash)));
    first + &second
}

/// Two hashes of 64 bits in one pass over words of 8 bytes: names are told apart by accident, and nobody gains from making
/// two alike.
struct Name([u64; 2]);

impl Name {
    /// The fractional parts of the golden ratio and of the square root of 2, made odd.
    const ODD: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0x6a09_e667_f3bc_c909];

    /// Of nothing yet.
    const fn new() -> Self {
        Self(Self::ODD)
    }

    /// One word more. For a given word each hash is a bijection of the one before (turned, changed, multiplied by an odd
    /// number), so that what differed stays apart until another word differs too.
    #[inline]
    fn word(&mut self, word: u64) -> &mut Self {
        let ([first, second], [one, other]) = (self.0, Self::ODD);
        self.0 =
            [(first.rotate_left(23) ^ word).wrapping_mul(one), (second.rotate_left(29) ^ word).wrapping_mul(other)];
        self
    }

    fn number(&mut self, number: i64) -> &mut Self {
        self.word(u64::from_le_bytes(number.to_le_bytes()))
    }

    /// A text with its length, so that no two decisions read alike.
    fn text(&mut self, text: &str) -> &mut Self {
        self.word(u64::try_from(text.len()).unwrap_or(u64::MAX));
        let (words, rest) = text.as_bytes().as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        let last = rest.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte));
        if rest.is_empty() { self } else { self.word(last) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_reads_otherwise_is_named_otherwise() {
        // Where one text ends, zeros at an end, the order, and every single bit of a number: each makes another name.
        let texts = ["", "\0", "l1", "l1\0", "line-001", "line-0012", "0123456789abcdef", "fedcba9876543210"];
        let mut names: BTreeSet<[u64; 2]> = BTreeSet::new();
        for one in texts {
            for other in texts {
                names.insert(Name::new().text(one).text(other).number(7).0);
            }
        }
        names.extend((0..64).map(|bit| Name::new().number(1 << bit).number(7).0));
        names.extend((0..64).map(|bit| Name::new().number(7).number(1 << bit).0));
        assert_eq!(names.len(), texts.len() * texts.len() + 2 * 64);
        let halves = |half: usize| names.iter().map(|name| name[half]).collect::<BTreeSet<_>>().len();
        assert_eq!((halves(0), halves(1)), (names.len(), names.len()));
    }
}

//! Names a decision, so that using up twice can be told from using up two.

use crate::index::Key;
use crate::scene::Scene;
use commerce::facts::offers::Verdict;

/// A name for what was decided: the same cart, moment and rules give the same name, so that a checkout that asks twice
/// uses up once.
#[must_use]
pub fn name(scene: &Scene<'_>, verdict: &Verdict) -> String {
    let mut name = Name([Key::start(1), Key::start(2)]);
    let shopper = scene.context.shopper.as_ref().and_then(|shopper| shopper.id.as_deref());
    name.text(shopper.unwrap_or_default()).number(scene.context.at);
    for line in scene.lines {
        name.text(&line.id).text(&line.sku).number(i64::from(line.quantity)).number(line.subtotal);
    }
    for off in &verdict.discounts {
        name.text(&off.line).text(&off.promotion).number(off.amount);
    }
    for used in &verdict.consume {
        name.text(&used.kind).text(&used.id).text(&used.scope).number(used.amount);
    }
    let [first, second] = name.0.map(|hash| format!("{:016x}", Key::mixed(hash)));
    first + &second
}

/// Two hashes of 64 bits in one pass: names are told apart by accident, and nobody gains from making two alike.
struct Name([u64; 2]);

impl Name {
    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        let [mut first, mut second] = self.0;
        for byte in bytes {
            (first, second) = (Key::step(first, *byte), Key::step(second, *byte));
        }
        self.0 = [first, second];
        self
    }

    /// The lowest bytes of a word, the lowest first, without a step for each of the zeros that small numbers end in.
    fn word(&mut self, word: u64, bytes: u32) -> &mut Self {
        let [mut first, mut second] = self.0;
        let (mut word, mut zeros) = (word, bytes);
        while word != 0 {
            let [byte, ..] = word.to_le_bytes();
            (first, second) = (Key::step(first, byte), Key::step(second, byte));
            (word, zeros) = (word >> 8, zeros.saturating_sub(1));
        }
        self.0 = [Key::zeros(first, zeros), Key::zeros(second, zeros)];
        self
    }

    fn number(&mut self, number: i64) -> &mut Self {
        self.word(u64::from_le_bytes(number.to_le_bytes()), 8)
    }

    /// A text with its length, so that no two decisions read alike.
    fn text(&mut self, text: &str) -> &mut Self {
        self.word(u32::try_from(text.len()).unwrap_or(u32::MAX).into(), 4).bytes(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_hashed_as_if_each_were_a_step() {
        for number in [0, 1, 255, 256, 65_536, 9_900, 1 << 40, i64::MAX, -1, i64::MIN] {
            let (mut short, mut long) = (Name([Key::start(1), Key::start(2)]), Name([Key::start(1), Key::start(2)]));
            assert_eq!(short.number(number).0, long.bytes(&number.to_le_bytes()).0, "{number}");
        }
        for text in ["", "l1", &"x".repeat(300)] {
            let (mut short, mut long) = (Name([Key::start(1), Key::start(2)]), Name([Key::start(1), Key::start(2)]));
            let length = u32::try_from(text.len()).unwrap().to_le_bytes();
            assert_eq!(short.text(text).0, long.bytes(&length).bytes(text.as_bytes()).0, "{text}");
        }
    }
}

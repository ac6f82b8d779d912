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

    fn number(&mut self, number: i64) -> &mut Self {
        self.bytes(&number.to_le_bytes())
    }

    /// A text with its length, so that no two decisions read alike.
    fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes()).bytes(text.as_bytes())
    }
}

//! A red packet: money of the shopper's purse that pays a part (红包). It is a means of payment: prices stay as they are.

use crate::allowance::Fullest;
use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene};
use commerce::Object;
use commerce::facts::offers::Allowance;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RedPacket {
    id: String,
    amount: i64,
}

impl Give for RedPacket {
    const KIND: Kind = Kind {
        name: "red-packet",
        about: "Pays up to `amount` minor units of what the goods still cost from the purse `id`, as a means of payment, not as a discount; what is used up of it already is the counter of kind `tender`. A `budget` of the promotion counts what is paid.",
        fields: r##""id": {"$ref": "#/$defs/Identifier"}, "amount": {"type": "integer", "minimum": 1, "maximum": 9007199254740991}"##,
        required: &["id", "amount"],
        example: r#"{"kind": "red-packet", "id": "new-year", "amount": 888}"#,
        codes: &[("tender-exhausted", "minor units: what the purse held, what is used up of it")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        let id = object.required("id").and_then(|value| value.identifier());
        let amount = object.required("amount").and_then(|value| value.integer(1..=commerce::bounds::AMOUNT));
        Some(Self { id: id?.to_owned(), amount: amount? })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let used = self.used(desk.scene, desk.ledger);
        let unpaid = desk.ledger.remaining() - desk.ledger.drawn("tender", None);
        let amount = self.amount.saturating_sub(used).min(unpaid);
        if amount > 0 {
            let picks = desk.everything();
            desk.grant("tender", Some(self.id.clone()), amount, Some(self.amount), &picks);
            desk.draw("tender", &self.id, amount);
        }
    }

    fn short(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Refusal> {
        let used = self.used(scene, ledger);
        (used >= self.amount).then_some(Refusal::numbers("tender-exhausted", self.amount, used))
    }

    fn allows(&self, _cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        Some(Vec::new())
    }
}

impl RedPacket {
    /// What is used up of the purse, before this cart and by it so far.
    fn used(&self, scene: &Scene<'_>, ledger: &Ledger) -> i64 {
        scene.used("tender", &self.id, "total").saturating_add(ledger.drawn("tender", Some(&self.id)))
    }
}

//! Which of the shopper's orders this is: the first, the fifth, every third.

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderNumber {
    is: Option<i64>,
    every: Option<i64>,
    at_least: Option<i64>,
}

impl Test for OrderNumber {
    const KIND: Kind = Kind {
        name: "order-number",
        about: "This would be the shopper's n-th completed order (`is`), a multiple of n (`every`), or the n-th or a later one (`atLeast`). A shopper of whom no orders are known orders for the first time.",
        fields: r##""is": {"$ref": "#/$defs/Units"}, "every": {"$ref": "#/$defs/Units"}, "atLeast": {"$ref": "#/$defs/Units"}"##,
        required: &["is|every|atLeast"],
        example: r#"{"kind": "order-number", "is": 1}"#,
        codes: &[("wrong-order-number", "orders, this one counted: which it takes, which it is")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        let number = |name: &str| object.field(name).and_then(|value| value.integer(1..=1_000_000));
        let found = Self { is: number("is"), every: number("every"), at_least: number("atLeast") };
        if found.is.is_none() && found.every.is_none() && found.at_least.is_none() {
            object.value().fault("missing-field", "one of `is`, `every` and `atLeast` is required");
        }
        Some(found)
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        let orders =
            scene.shopper().and_then(|shopper| shopper.orders.as_ref()).map_or(0, |orders| i64::from(orders.count));
        let this = orders + 1;
        let wrong = |need: i64| Err(Refusal::numbers("wrong-order-number", need, this));
        match self {
            Self { is: Some(is), .. } if this != *is => wrong(*is),
            Self { at_least: Some(least), .. } if this < *least => wrong(*least),
            Self { every: Some(every), .. } if this % every != 0 => wrong((this / every + 1) * every),
            _ => Ok(()),
        }
    }
}

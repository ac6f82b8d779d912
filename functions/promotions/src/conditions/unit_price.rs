//! A line whose unit price lies in a range.

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, holds};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitPrice {
    at_least: i64,
    at_most: i64,
}

impl Test for UnitPrice {
    const KIND: Kind = Kind {
        name: "unit-price",
        about: "A line of the cart has a unit price within the range, both ends included.",
        fields: r##""atLeast": {"$ref": "#/$defs/MinorUnits"}, "atMost": {"$ref": "#/$defs/MinorUnits"}"##,
        required: &[],
        example: r#"{"kind": "unit-price", "atLeast": 5000, "atMost": 20000}"#,
        codes: &[("no-price-in-range", "no line has such a price")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        let at_least = object.field("atLeast").map_or(Some(0), |value| value.amount())?;
        let at_most = object.field("atMost").map_or(Some(commerce::bounds::AMOUNT), |value| value.amount())?;
        if at_least > at_most {
            object.value().fault("empty-range", "`atLeast` is more than `atMost`");
        }
        Some(Self { at_least, at_most })
    }

    fn test(&self, _scene: &Scene<'_>, ledger: &Ledger) -> Result<(), Refusal> {
        holds("no-price-in-range", ledger.runs.iter().any(|run| (self.at_least..=self.at_most).contains(&run.price)))
    }
}

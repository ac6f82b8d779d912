//! How many units any one line holds.

use crate::catalogue::{Kind, Lack, Test};
use crate::index::Key;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, at_least};
use crate::target::Target;
use commerce::Object;
use commerce::facts::prices::PricedLine;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineQuantity {
    of: Target,
    at_least: i64,
}

impl LineQuantity {
    fn have(&self, scene: &Scene<'_>, ledger: &Ledger) -> i64 {
        self.of.lines(scene, ledger).map(|(_, line)| i64::from(line.quantity)).max().unwrap_or(0)
    }
}

impl Test for LineQuantity {
    const KIND: Kind = Kind {
        name: "line-quantity",
        about: "One line, of those of `of`, holds at least so many units by itself.",
        fields: r##""of": {"$ref": "#/$defs/Target"}, "atLeast": {"$ref": "#/$defs/Units"}"##,
        required: &["atLeast"],
        example: r#"{"kind": "line-quantity", "atLeast": 3}"#,
        codes: &[("line-quantity-below-minimum", "units on one line: what it takes, the most there are on one")],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let of = super::of(object, reader);
        Some(Self {
            of,
            at_least: object.required("atLeast").and_then(|value| value.integer(1..=commerce::bounds::QUANTITY))?,
        })
    }

    fn test(&self, scene: &Scene<'_>, ledger: &Ledger) -> Result<(), Refusal> {
        at_least("line-quantity-below-minimum", self.at_least, self.have(scene, ledger))
    }

    fn keys(&self) -> Option<Vec<Key>> {
        super::keys_of(&self.of)
    }

    /// More of the product whose line is completed for least.
    fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
        let short = |line: &PricedLine| self.at_least - i64::from(line.quantity);
        let lines = self.of.lines(scene, ledger).map(|(_, line)| line);
        match lines.min_by_key(|line| (short(line).saturating_mul(line.unit_price), line.unit_price)) {
            Some(nearest) => Lack::units(&Target::either(std::slice::from_ref(&nearest.sku), &[]), short(nearest)),
            None => Lack::units(&self.of, self.at_least),
        }
    }
}

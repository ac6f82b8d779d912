//! How many units the cart, or a part of it, holds.

use crate::allowance::Fullest;
use crate::catalogue::{Kind, Lack, Test};
use crate::index::Key;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, at_least};
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Need;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    of: Target,
    at_least: i64,
}

impl Quantity {
    fn have(&self, scene: &Scene<'_>, ledger: &Ledger) -> i64 {
        self.of.lines(scene, ledger).map(|(_, line)| i64::from(line.quantity)).sum()
    }
}

impl Test for Quantity {
    const KIND: Kind = Kind {
        name: "quantity",
        about: "The cart, or the lines of `of`, hold at least so many units.",
        fields: r##""of": {"$ref": "#/$defs/Target"}, "atLeast": {"$ref": "#/$defs/Units"}"##,
        required: &["atLeast"],
        example: r#"{"kind": "quantity", "atLeast": 3, "of": {"skus": ["TEA-LJ-100"]}}"#,
        codes: &[("quantity-below-minimum", "units: what it takes, what there are")],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let of = super::of(object, reader);
        Some(Self {
            of,
            at_least: object.required("atLeast").and_then(|value| value.integer(1..=commerce::bounds::QUANTITY))?,
        })
    }

    fn test(&self, scene: &Scene<'_>, ledger: &Ledger) -> Result<(), Refusal> {
        at_least("quantity-below-minimum", self.at_least, self.have(scene, ledger))
    }

    fn keys(&self) -> Option<Vec<Key>> {
        super::keys_of(&self.of)
    }

    fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
        Lack::units(&self.of, self.at_least - self.have(scene, ledger))
    }

    fn needs(&self, cart: &Fullest<'_>) -> Vec<Need> {
        vec![cart.have(&self.of, self.at_least)]
    }
}

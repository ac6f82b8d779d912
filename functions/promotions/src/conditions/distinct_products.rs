//! How many different products the cart, or a part of it, holds.

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
pub struct DistinctProducts {
    of: Target,
    at_least: i64,
}

impl DistinctProducts {
    fn have(&self, scene: &Scene<'_>, ledger: &Ledger) -> i64 {
        let skus: std::collections::BTreeSet<&str> =
            self.of.lines(scene, ledger).map(|(_, line)| line.sku.as_str()).collect();
        i64::try_from(skus.len()).unwrap_or(i64::MAX)
    }
}

impl Test for DistinctProducts {
    const KIND: Kind = Kind {
        name: "distinct-products",
        about: "The cart, or the lines of `of`, hold at least so many different products.",
        fields: r##""of": {"$ref": "#/$defs/Target"}, "atLeast": {"$ref": "#/$defs/Units"}"##,
        required: &["atLeast"],
        example: r#"{"kind": "distinct-products", "atLeast": 2}"#,
        codes: &[("products-below-minimum", "different products: what it takes, what there are")],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let of = super::of(object, reader);
        Some(Self {
            of,
            at_least: object.required("atLeast").and_then(|value| value.integer(1..=commerce::bounds::QUANTITY))?,
        })
    }

    fn test(&self, scene: &Scene<'_>, ledger: &Ledger) -> Result<(), Refusal> {
        at_least("products-below-minimum", self.at_least, self.have(scene, ledger))
    }

    fn keys(&self) -> Option<Vec<Key>> {
        super::keys_of(&self.of)
    }

    fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
        let _ = (scene, ledger);
        None
    }

    /// So many units at least.
    fn needs(&self, cart: &Fullest<'_>) -> Vec<Need> {
        vec![cart.have(&self.of, self.at_least)]
    }
}

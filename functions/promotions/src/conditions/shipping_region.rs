//! The order ships to one of these regions (ISO 3166-2, or the merchant's own names).

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, holds};
use crate::target::{has, sorted};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShippingRegion {
    any_of: Vec<String>,
}

impl Test for ShippingRegion {
    const KIND: Kind = Kind {
        name: "shipping-region",
        about: "The order ships to one of these regions (ISO 3166-2, or the merchant's own names).",
        fields: super::ANY_OF,
        required: &["anyOf"],
        example: r#"{"kind": "shipping-region", "anyOf": ["CN-SH"]}"#,
        codes: &[("region-not-eligible", "it ships elsewhere, or nobody said where")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        Some(Self { any_of: sorted(super::words(object, "anyOf")?) })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        holds("region-not-eligible", scene.context.region.as_ref().is_some_and(|region| has(&self.any_of, region)))
    }
}

//! The order ships to one of these countries (ISO 3166-1 alpha-2).

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, holds};
use crate::target::{has, sorted};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShippingCountry {
    any_of: Vec<String>,
}

impl Test for ShippingCountry {
    const KIND: Kind = Kind {
        name: "shipping-country",
        about: "The order ships to one of these countries (ISO 3166-1 alpha-2).",
        fields: super::ANY_OF,
        required: &["anyOf"],
        example: r#"{"kind": "shipping-country", "anyOf": ["CN"]}"#,
        codes: &[("country-not-eligible", "it ships elsewhere, or nobody said where")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        Some(Self { any_of: sorted(super::words(object, "anyOf")?) })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        holds("country-not-eligible", scene.context.country.as_ref().is_some_and(|country| has(&self.any_of, country)))
    }
}

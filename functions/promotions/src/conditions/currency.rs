//! The cart is in one of these currencies.

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, holds};
use crate::target::{has, sorted};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Currency {
    any_of: Vec<String>,
}

impl Test for Currency {
    const KIND: Kind = Kind {
        name: "currency",
        about: "The cart is in one of these currencies.",
        fields: super::ANY_OF,
        required: &["anyOf"],
        example: r#"{"kind": "currency", "anyOf": ["CNY"]}"#,
        codes: &[("currency-not-eligible", "the cart is in another currency")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        Some(Self { any_of: sorted(super::words(object, "anyOf")?) })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        holds("currency-not-eligible", has(&self.any_of, &scene.context.currency))
    }
}

//! The shopper holds one of these entitlements.

use crate::catalogue::{Kind, Test};
use crate::index::Key;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, holds};
use crate::target::{has, sorted};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entitlement {
    any_of: Vec<String>,
}

impl Test for Entitlement {
    const KIND: Kind = Kind {
        name: "entitlement",
        about: "The shopper holds one of these entitlements.",
        fields: super::ANY_OF,
        required: &["anyOf"],
        example: r#"{"kind": "entitlement", "anyOf": ["free-shipping-card"]}"#,
        codes: &[("entitlement-missing", "the shopper holds none of them")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        Some(Self { any_of: sorted(super::words(object, "anyOf")?) })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        holds(
            "entitlement-missing",
            scene.shopper().is_some_and(|shopper| shopper.entitlements.iter().any(|held| has(&self.any_of, held))),
        )
    }

    fn keys(&self) -> Option<Vec<Key>> {
        Some(self.any_of.iter().map(|word| Key::entitlement(word)).collect())
    }
}

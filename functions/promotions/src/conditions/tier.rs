//! The shopper has one of these tiers of membership.

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
pub struct Tier {
    any_of: Vec<String>,
}

impl Test for Tier {
    const KIND: Kind = Kind {
        name: "tier",
        about: "The shopper has one of these tiers of membership.",
        fields: super::ANY_OF,
        required: &["anyOf"],
        example: r#"{"kind": "tier", "anyOf": ["platinum"]}"#,
        codes: &[("tier-not-reached", "the shopper has none of the tiers")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        Some(Self { any_of: sorted(super::words(object, "anyOf")?) })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        holds(
            "tier-not-reached",
            scene.shopper().is_some_and(|shopper| shopper.tier.as_ref().is_some_and(|tier| has(&self.any_of, tier))),
        )
    }

    fn keys(&self) -> Option<Vec<Key>> {
        Some(self.any_of.iter().map(|word| Key::tier(word)).collect())
    }
}

//! The shopper is in one of these customer groups.

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
pub struct Group {
    any_of: Vec<String>,
}

impl Test for Group {
    const KIND: Kind = Kind {
        name: "customer-group",
        about: "The shopper is in one of these customer groups.",
        fields: super::ANY_OF,
        required: &["anyOf"],
        example: r#"{"kind": "customer-group", "anyOf": ["gold", "staff"]}"#,
        codes: &[("not-in-group", "the shopper is in none of the groups")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        Some(Self { any_of: sorted(super::words(object, "anyOf")?) })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        holds(
            "not-in-group",
            scene.shopper().is_some_and(|shopper| shopper.groups.iter().any(|group| has(&self.any_of, group))),
        )
    }

    fn keys(&self) -> Option<Vec<Key>> {
        Some(self.any_of.iter().map(|word| Key::group(word)).collect())
    }
}

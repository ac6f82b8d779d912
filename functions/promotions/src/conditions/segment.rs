//! The shopper is in one of these segments: the rulebook's own, or those that the storefront says.

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
pub struct Segment {
    any_of: Vec<String>,
}

impl Test for Segment {
    const KIND: Kind = Kind {
        name: "segment",
        about: "The shopper is in one of these segments: the rulebook's own, or those that the storefront says.",
        fields: super::ANY_OF,
        required: &["anyOf"],
        example: r#"{"kind": "segment", "anyOf": ["dormant"]}"#,
        codes: &[("not-in-segment", "the shopper is in none of the segments")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        Some(Self { any_of: sorted(super::words(object, "anyOf")?) })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        holds("not-in-segment", scene.segments.iter().any(|segment| has(&self.any_of, segment)))
    }

    fn keys(&self) -> Option<Vec<Key>> {
        Some(self.any_of.iter().map(|word| Key::segment(word)).collect())
    }
}

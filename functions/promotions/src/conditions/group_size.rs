//! People who buy together (拼团).

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, at_least};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupSize {
    at_least: i64,
}

impl Test for GroupSize {
    const KIND: Kind = Kind {
        name: "group-size",
        about: "So many people buy together, the shopper counted.",
        fields: r#""atLeast": {"type": "integer", "minimum": 1, "maximum": 1000000000}"#,
        required: &["atLeast"],
        example: r#"{"kind": "group-size", "atLeast": 3}"#,
        codes: &[("group-too-small", "people: what it takes, how many there are")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        Some(Self { at_least: object.required("atLeast").and_then(|value| value.integer(1..=1_000_000_000))? })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        at_least("group-too-small", self.at_least, i64::from(scene.context.gathering.group_size))
    }
}

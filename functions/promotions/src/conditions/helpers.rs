//! Friends who helped (助力, 砍价).

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, at_least};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Helpers {
    at_least: i64,
}

impl Test for Helpers {
    const KIND: Kind = Kind {
        name: "helpers",
        about: "So many friends helped.",
        fields: r#""atLeast": {"type": "integer", "minimum": 1, "maximum": 1000000000}"#,
        required: &["atLeast"],
        example: r#"{"kind": "helpers", "atLeast": 5}"#,
        codes: &[("helpers-missing", "friends: what it takes, how many helped")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        Some(Self { at_least: object.required("atLeast").and_then(|value| value.integer(1..=1_000_000_000))? })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        at_least("helpers-missing", self.at_least, i64::from(scene.context.gathering.helpers))
    }
}

//! Points that the shopper can burn.

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, at_least};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Points {
    at_least: i64,
}

impl Test for Points {
    const KIND: Kind = Kind {
        name: "points",
        about: "The shopper has so many points to burn.",
        fields: r#""atLeast": {"type": "integer", "minimum": 1, "maximum": 1000000000}"#,
        required: &["atLeast"],
        example: r#"{"kind": "points", "atLeast": 500}"#,
        codes: &[("points-missing", "points: what it takes, what the shopper has")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        Some(Self { at_least: object.required("atLeast").and_then(|value| value.integer(1..=1_000_000_000))? })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        at_least(
            "points-missing",
            self.at_least,
            scene.shopper().map_or(0, |shopper| i64::try_from(shopper.points).unwrap_or(i64::MAX)),
        )
    }
}

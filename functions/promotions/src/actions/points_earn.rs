//! Points earned with the order.

use crate::allowance::Fullest;
use crate::catalogue::{Give, Kind};
use crate::desk::{self, Desk};
use crate::index::Key;
use crate::ledger::Ledger;
use crate::policy::Basis;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, at_least};
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointsEarn {
    points: i64,
    spend: Option<i64>,
    of: Target,
}

impl Give for PointsEarn {
    const KIND: Kind = Kind {
        name: "points-earn",
        about: "Earns `points` points: once, or for every `spend` minor units that the lines of `of` cost after the discounts so far. Each line's share is exact.",
        fields: r##""points": {"type": "integer", "minimum": 1, "maximum": 9007199254740991}, "spend": {"type": "integer", "minimum": 1, "maximum": 9007199254740991}, "of": {"$ref": "#/$defs/Target"}"##,
        required: &["points"],
        example: r#"{"kind": "points-earn", "points": 1, "spend": 100}"#,
        codes: &[super::SUBTOTAL],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let number = |value: commerce::Value<'_>| value.integer(1..=commerce::bounds::AMOUNT);
        let points = object.required("points").and_then(number);
        let spend = object.field("spend").and_then(number);
        Some(Self { points: points?, spend, of: super::of(object, reader) })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let picks = desk.pick(&self.of);
        let times = self.spend.map_or(1, |spend| desk.total(&picks, Basis::Remaining) / spend);
        if times > 0 && !picks.is_empty() {
            desk.grant("points-earned", None, self.points.saturating_mul(times), None, &picks);
        }
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn short(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Refusal> {
        at_least("subtotal-below-minimum", self.spend?, desk::left(&self.of, scene, ledger)).err()
    }

    fn allows(&self, _cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        Some(Vec::new())
    }
}

//! Points of the shopper burned as money (积分抵扣).

use crate::allowance::{Fullest, shared, smaller};
use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::given::Granted;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::policy::Basis;
use crate::reader::Reader;
use crate::reader::read_rate;
use crate::scene::{Refusal, Scene, at_least};
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
use commerce::money::{Rounding, part};
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointsBurn {
    minor_per_point: i64,
    points_per_step: i64,
    most: Option<i64>,
    share: i64,
    of: Target,
}

impl Give for PointsBurn {
    const KIND: Kind = Kind {
        name: "points-burn",
        about: "Burns the shopper's points, `pointsPerStep` at a time (1 by default) for `minorPerStep` minor units each, up to `most` minor units and to `basisPoints` of what the lines of `of` cost.",
        fields: r##""minorPerStep": {"type": "integer", "minimum": 1, "maximum": 9007199254740991}, "pointsPerStep": {"type": "integer", "minimum": 1, "maximum": 9007199254740991}, "most": {"$ref": "#/$defs/MinorUnits"}, "basisPoints": {"$ref": "#/$defs/BasisPoints"}, "of": {"$ref": "#/$defs/Target"}"##,
        required: &["minorPerStep"],
        example: r#"{"kind": "points-burn", "minorPerStep": 1, "pointsPerStep": 1, "most": 5000, "basisPoints": 3000}"#,
        codes: &[("points-missing", "points: what a step takes, what the shopper has left")],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let minor = object.required("minorPerStep").and_then(|value| value.integer(1..=commerce::bounds::AMOUNT));
        let step = object.field("pointsPerStep").map_or(Some(1), |value| value.integer(1..=commerce::bounds::AMOUNT));
        let share = object.field("basisPoints").map_or(Some(10_000), |value| read_rate(value, 10_000));
        let most = object.field("most").and_then(|value| value.amount());
        Some(Self {
            minor_per_point: minor?,
            points_per_step: step?,
            most,
            share: share?,
            of: super::of(object, reader),
        })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let points = points(desk.scene, desk.ledger);
        let picks = desk.pick(&self.of);
        let cost = desk.total(&picks, Basis::Remaining);
        let most = part(cost, self.share, 10_000, Rounding::Down).unwrap_or(0).min(self.most.unwrap_or(i64::MAX));
        // Whole steps of what the units can bear and the promotion may cost: no point is burned for nothing.
        let most = most.min(desk.room(&picks)).min(desk.most - desk.given.taken());
        let steps = (points / self.points_per_step).min(most / self.minor_per_point);
        if steps > 0 {
            let before = desk.given.goods();
            desk.off_order(&picks, steps.saturating_mul(self.minor_per_point), false);
            let taken = desk.given.goods() - before;
            let burned = part(taken, self.points_per_step, self.minor_per_point, Rounding::Up).unwrap_or(0);
            desk.given.grants.push(Granted {
                kind: "points-burned",
                id: None,
                amount: burned,
                limit: None,
                lines: Vec::new(),
            });
            desk.draw("points", "", burned);
        }
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn ceiling(&self, _scene: &Scene<'_>, _opening: &Ledger) -> Option<i64> {
        self.most
    }

    fn short(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Refusal> {
        at_least("points-missing", self.points_per_step, points(scene, ledger)).err()
    }

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        let points = cart.scene.shopper().map_or(0, |shopper| i64::try_from(shopper.points).unwrap_or(i64::MAX));
        let steps = (points / self.points_per_step.max(1)).saturating_mul(self.minor_per_point);
        let part = shared(&cart.lines(&self.of), self.share, 10_000, |line| line.price);
        Some(vec![smaller(steps.min(self.most.unwrap_or(i64::MAX)), part, cart)])
    }
}

/// The points that the shopper has and that this cart does not burn yet.
fn points(scene: &Scene<'_>, ledger: &Ledger) -> i64 {
    let points = scene.shopper().map_or(0, |shopper| i64::try_from(shopper.points).unwrap_or(i64::MAX));
    points.saturating_sub(ledger.drawn("points", None))
}

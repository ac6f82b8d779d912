//! Every X spent, Y off (每满减), and every N units, Y off; 跨店满减 when the lines are of several shops.
//!
//! The amount is split over all lines that it was earned with, so that each shop's part is exact.

use crate::allowance::{Fullest, cost_of, shared, smaller, some, units_of};
use crate::catalogue::{Give, Kind, Lack};
use crate::desk;
use crate::desk::Desk;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::policy::{Basis, Threshold};
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, at_least};
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::{Allowance, Capped};
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Every {
    spend: Option<i64>,
    units: Option<i64>,
    off: i64,
    times: i64,
    of: Target,
}

impl Give for Every {
    const KIND: Kind = Kind {
        name: "every",
        about: "For every `spend` minor units, or every `units` units, of the lines of `of`: `off` minor units off them; at most `times` times. Lines of several shops count together, and each shop's part is exact.",
        fields: r##""spend": {"type": "integer", "minimum": 1, "maximum": 9007199254740991}, "units": {"type": "integer", "minimum": 1, "maximum": 9007199254740991}, "off": {"$ref": "#/$defs/MinorUnits"}, "times": {"type": "integer", "minimum": 1, "maximum": 9007199254740991}, "of": {"$ref": "#/$defs/Target"}"##,
        required: &["off", "spend^units"],
        example: r#"{"kind": "every", "spend": 30000, "off": 5000}"#,
        codes: &[super::SUBTOTAL, super::QUANTITY],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let number = |name: &str| object.field(name).and_then(|value| value.integer(1..=commerce::bounds::AMOUNT));
        let off = object.required("off").and_then(|value| value.amount());
        let found = (number("spend"), number("units"));
        if found.0.is_some() == found.1.is_some() {
            object.value().fault("missing-field", "either `spend` or `units` is required");
        }
        Some(Self {
            spend: found.0,
            units: found.1,
            times: number("times").unwrap_or(i64::MAX),
            of: super::of(object, reader),
            off: off?,
        })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let picks = desk.pick(&self.of);
        let basis = match desk.scene.policy.thresholds {
            Threshold::Initial => Basis::Original,
            Threshold::Discounted => Basis::Remaining,
        };
        let times = match (self.spend, self.units) {
            (Some(spend), _) => desk.total(&picks, basis) / spend.max(1),
            (None, Some(units)) => Desk::count(&picks) / units.max(1),
            (None, None) => 0,
        };
        let times = times.min(self.times);
        if times > 0 {
            desk.off_order(&picks, self.off.saturating_mul(times), false);
        }
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
        let next = |have: i64, each: i64| (have / each.max(1) < self.times).then(|| each - have % each.max(1));
        match (self.spend, self.units) {
            (Some(spend), _) => Lack::spend(&self.of, next(desk::spent(&self.of, scene, ledger), spend)?),
            (None, units) => Lack::units(&self.of, next(desk::counted(&self.of, scene, ledger), units?)?),
        }
    }

    fn short(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Refusal> {
        let spend = self.spend.map(|spend| ("subtotal-below-minimum", spend, desk::spent(&self.of, scene, ledger)));
        let units = self.units.map(|units| ("quantity-below-minimum", units, desk::counted(&self.of, scene, ledger)));
        let (code, need, have) = spend.or(units)?;
        at_least(code, need, have).err()
    }

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        let lines = cart.lines(&self.of);
        let (parts, times, limit) = match (self.spend, self.units.unwrap_or(1)) {
            (Some(spend), _) => {
                let part = shared(&lines, self.off, spend, |line| line.price);
                (part, Fullest::total(&lines) / spend.max(1), cost_of(&lines, spend, 1))
            }
            (None, units) => {
                let part = shared(&lines, 1, units, |_| self.off);
                (part, Fullest::units(&lines) / units.max(1), units_of(&lines, units, 1))
            }
        };
        let most = self.off.saturating_mul(times.min(self.times));
        let steps = Capped { each: self.off, ..some(&[], self.times, vec![limit], |_| 0) };
        Some(vec![Allowance { capped: vec![steps], ..smaller(most, parts, cart) }])
    }
}

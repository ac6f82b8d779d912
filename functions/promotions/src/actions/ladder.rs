//! Spend more, get more (满减阶梯), or buy more, get more (N件X折): the highest step that is reached gives.
//!
//! Steps may also grant points and free shipping (满减送).

use super::tier::{self, Tier};
use crate::allowance::{Fullest, highest};
use crate::catalogue::{Give, Kind, Lack};
use crate::desk;
use crate::desk::Desk;
use crate::desk::Spread;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::ledger::Pick;
use crate::policy::{Basis, Threshold};
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, at_least};
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    by: Measure,
    of: Target,
    over: Option<Target>,
    tiers: Vec<Tier>,
    spread: Spread,
    cumulative: bool,
}

/// What the steps are reached by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Measure {
    Subtotal,
    Quantity,
    LineSubtotal,
    LineQuantity,
}

const MEASURES: [(&str, Measure); 4] = [
    ("subtotal", Measure::Subtotal),
    ("quantity", Measure::Quantity),
    ("line-subtotal", Measure::LineSubtotal),
    ("line-quantity", Measure::LineQuantity),
];

impl Give for Ladder {
    const KIND: Kind = Kind {
        name: "ladder",
        about: "Steps reached by the subtotal or the quantity of `over` (by default of `of`), or of each line by itself; the highest one reached gives its rate, amount or unit price on `of`, and points or free shipping; with `cumulative`, all that are reached.",
        fields: r##""by": {"enum": ["subtotal", "quantity", "line-subtotal", "line-quantity"]}, "of": {"$ref": "#/$defs/Target"}, "over": {"$ref": "#/$defs/Target"}, "tiers": {"type": "array", "minItems": 1, "maxItems": 1000, "items": {"$ref": "#/$defs/Tier"}}, "spread": {"enum": ["order", "line", "unit"]}, "cumulative": {"type": "boolean"}"##,
        required: &["by", "tiers"],
        example: r#"{"kind": "ladder", "by": "subtotal", "tiers": [{"from": 30000, "amount": 4000}, {"from": 60000, "amount": 10000, "freeShipping": true}]}"#,
        codes: &[super::SUBTOTAL, super::QUANTITY],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let by = object.required("by").and_then(|value| value.one_of(&MEASURES));
        let tiers = object.required("tiers").map(|value| tier::read(value));
        let over = object.field("over").and_then(|value| Target::read(value, reader));
        Some(Self {
            of: super::of(object, reader),
            spread: super::spread(object),
            cumulative: super::flag(object, "cumulative"),
            over,
            tiers: tiers?,
            by: by?,
        })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let basis = match desk.scene.policy.thresholds {
            Threshold::Initial => Basis::Original,
            Threshold::Discounted => Basis::Remaining,
        };
        let measured = |desk: &Desk<'_>, picks: &[Pick]| match self.by {
            Measure::Subtotal | Measure::LineSubtotal => desk.total(picks, basis),
            Measure::Quantity | Measure::LineQuantity => Desk::count(picks),
        };
        if matches!(self.by, Measure::Subtotal | Measure::Quantity) {
            let over = desk.pick(self.over.as_ref().unwrap_or(&self.of));
            let have = measured(desk, &over);
            for tier in self.reached(have) {
                let picks = desk.pick(&self.of);
                tier.give(desk, &picks, self.spread);
            }
            return;
        }
        let line = |desk: &Desk<'_>, pick: &Pick| desk.ledger.runs.get(pick.run).map(|run| run.line);
        let mut places: Vec<usize> = desk.pick(&self.of).iter().filter_map(|pick| line(desk, pick)).collect();
        places.dedup();
        for place in places {
            let own = |desk: &Desk<'_>| -> Vec<Pick> {
                desk.pick(&self.of).into_iter().filter(|pick| line(desk, pick) == Some(place)).collect()
            };
            let have = measured(desk, &own(desk));
            for tier in self.reached(have) {
                let picks = own(desk);
                tier.give(desk, &picks, self.spread);
            }
        }
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
        let over = self.over.as_ref().unwrap_or(&self.of);
        let next =
            |have: i64| self.tiers.iter().map(|tier| tier.from).find(|from| *from > have).map(|from| from - have);
        match self.by {
            Measure::Subtotal => Lack::spend(over, next(desk::spent(over, scene, ledger))?),
            Measure::Quantity => Lack::units(over, next(desk::counted(over, scene, ledger))?),
            Measure::LineSubtotal | Measure::LineQuantity => None,
        }
    }

    fn short(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Refusal> {
        let over = self.over.as_ref().unwrap_or(&self.of);
        let each =
            |measure: fn(&Target, &Scene<'_>, &Ledger) -> Vec<i64>| measure(&self.of, scene, ledger).into_iter().max();
        let (code, have) = match self.by {
            Measure::Subtotal => ("subtotal-below-minimum", desk::spent(over, scene, ledger)),
            Measure::Quantity => ("quantity-below-minimum", desk::counted(over, scene, ledger)),
            Measure::LineSubtotal => ("subtotal-below-minimum", each(desk::spent_by_line).unwrap_or(0)),
            Measure::LineQuantity => ("quantity-below-minimum", each(desk::counted_by_line).unwrap_or(0)),
        };
        at_least(code, self.tiers.first()?.from, have).err()
    }

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        let lines = cart.lines(&self.of);
        let over = self.over.as_ref().unwrap_or(&self.of);
        let each = |tier: &Tier| {
            let allowance = tier.allows(&lines, self.spread, cart);
            match self.by {
                Measure::Subtotal => Allowance { needs: vec![cart.spend(over, tier.from)], ..allowance },
                Measure::Quantity => Allowance { needs: vec![cart.have(over, tier.from)], ..allowance },
                Measure::LineSubtotal | Measure::LineQuantity => {
                    let times = i64::try_from(lines.len()).unwrap_or(i64::MAX);
                    Allowance { fixed: allowance.fixed.saturating_mul(times), ..allowance }
                }
            }
        };
        let tiers: Vec<Allowance> = self.tiers.iter().map(each).collect();
        Some(if self.cumulative { tiers } else { highest(tiers) })
    }
}

impl Ladder {
    fn reached(&self, have: i64) -> Vec<&Tier> {
        let mut reached = self.tiers.iter().filter(|tier| tier.holds(have));
        if self.cumulative { reached.collect() } else { reached.next_back().into_iter().collect() }
    }
}

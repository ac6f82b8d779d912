//! A percentage off the order, a category, a set of products, each line or each unit.

use super::reach::Reach;
use crate::allowance::{Fullest, smaller};
use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::desk::Spread;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::policy::Basis;
use crate::reader::Reader;
use crate::reader::read_rate;
use crate::scene::Scene;
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
use commerce::money::{Rounding, part};
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PercentOff {
    rate: i64,
    of: Target,
    spread: Spread,
    basis: Option<Basis>,
    most: Option<i64>,
    includes_shipping: bool,
    reach: Reach,
}

impl Give for PercentOff {
    const KIND: Kind = Kind {
        name: "percent-off",
        about: "A percentage off the lines of `of`: of all together (`spread` order, the default), of each line, or of each unit; at most `most` minor units.",
        fields: r##""basisPoints": {"$ref": "#/$defs/BasisPoints"}, "of": {"$ref": "#/$defs/Target"}, "spread": {"enum": ["order", "line", "unit"]}, "basis": {"enum": ["remaining", "original", "gross"]}, "most": {"$ref": "#/$defs/MinorUnits"}, "includesShipping": {"type": "boolean"}, "reach": {"$ref": "#/$defs/Reach"}"##,
        required: &["basisPoints"],
        example: r#"{"kind": "percent-off", "basisPoints": 1500, "of": {"categories": ["tea"]}, "most": 5000}"#,
        codes: &[],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let rate = object.required("basisPoints").and_then(|value| read_rate(value, 10_000));
        Some(Self {
            of: super::of(object, reader),
            spread: super::spread(object),
            basis: object.field("basis").and_then(|value| value.one_of(Basis::ALL)),
            most: object.field("most").and_then(|value| value.amount()),
            includes_shipping: super::flag(object, "includesShipping"),
            reach: Reach::read(object),
            rate: rate?,
        })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let picks = self.reach.of(desk.pick(&self.of), desk);
        desk.percent(&picks, self.rate, self.spread, self.basis, self.most);
        if self.includes_shipping {
            for charge in 0..desk.ledger.shipping.len() {
                let left = desk.ledger.shipping.get(charge).copied().unwrap_or(0);
                desk.off_shipping(charge, part(left, self.rate, 10_000, desk.rounding).unwrap_or(0));
            }
        }
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn ceiling(&self, scene: &Scene<'_>, opening: &Ledger) -> Option<i64> {
        if self.includes_shipping {
            return None;
        }
        // Every rounding rounds by less than one minor unit; at most each unit is rounded by itself.
        let picks = self.of.pick(scene, opening);
        let sums = picks.iter().filter_map(|pick| opening.runs.get(pick.run)).map(|run| {
            let (count, tax) =
                (i64::from(run.count), i64::from(scene.lines.get(run.line).map_or(0, |line| line.tax_on_top)));
            part(count.saturating_mul(run.price), self.rate.saturating_mul(10_000 + tax), 100_000_000, Rounding::Up)
                .unwrap_or(i64::MAX)
                .saturating_add(count)
        });
        Some(sums.fold(0, i64::saturating_add).min(self.most.unwrap_or(i64::MAX)))
    }

    fn by_line(&self) -> bool {
        self.spread != Spread::Order
            && self.most.is_none()
            && self.reach.is_all()
            && !self.includes_shipping
            && !self.of.is_only()
    }

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        let percent = cart.percent(&cart.lines(&self.of), self.rate, self.spread, self.basis);
        Some(vec![smaller(self.most.unwrap_or(i64::MAX), percent, cart)])
    }
}

//! An amount off the order, a category, a set of products, each line or each unit.

use super::reach::Reach;
use crate::allowance::{Fullest, each, fixed, smaller};
use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::desk::Spread;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::Scene;
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AmountOff {
    amount: i64,
    of: Target,
    spread: Spread,
    includes_shipping: bool,
    reach: Reach,
}

impl Give for AmountOff {
    const KIND: Kind = Kind {
        name: "amount-off",
        about: "An amount in minor units off the lines of `of`: split over all together (`spread` order, the default), off each line, or off each unit; never more than they cost.",
        fields: r##""amount": {"$ref": "#/$defs/MinorUnits"}, "of": {"$ref": "#/$defs/Target"}, "spread": {"enum": ["order", "line", "unit"]}, "includesShipping": {"type": "boolean"}, "reach": {"$ref": "#/$defs/Reach"}"##,
        required: &["amount"],
        example: r#"{"kind": "amount-off", "amount": 5000, "of": {"skus": ["TEA-LJ-100", "CUP-CEL-01"]}}"#,
        codes: &[],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let amount = object.required("amount").and_then(|value| value.amount());
        Some(Self {
            of: super::of(object, reader),
            spread: super::spread(object),
            includes_shipping: super::flag(object, "includesShipping"),
            reach: Reach::read(object),
            amount: amount?,
        })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let picks = self.reach.of(desk.pick(&self.of), desk);
        match self.spread {
            Spread::Order => desk.off_order(&picks, self.amount, self.includes_shipping),
            Spread::Line => desk.off_lines(&picks, self.amount),
            Spread::Unit => desk.off_units(&picks, |_| self.amount),
        }
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn ceiling(&self, scene: &Scene<'_>, opening: &Ledger) -> Option<i64> {
        let picks = self.of.pick(scene, opening);
        let times = match self.spread {
            Spread::Order => 1,
            Spread::Line | Spread::Unit => Desk::count(&picks),
        };
        Some(self.amount.saturating_mul(times))
    }

    fn by_line(&self) -> bool {
        self.spread != Spread::Order && self.reach.is_all() && !self.of.is_only()
    }

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        let lines = cart.lines(&self.of);
        let units = each(&lines, |_| self.amount);
        let by_line = i64::try_from(lines.len()).unwrap_or(i64::MAX).saturating_mul(self.amount);
        Some(vec![match self.spread {
            Spread::Order => fixed(self.amount),
            Spread::Line => smaller(by_line, units, cart),
            Spread::Unit => units,
        }])
    }
}

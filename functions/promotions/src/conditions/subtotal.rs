//! What the cart, or a part of it, comes to: before or after other discounts.

use crate::allowance::Fullest;
use crate::catalogue::{Kind, Lack, Test};
use crate::index::Key;
use crate::ledger::Ledger;
use crate::policy::Threshold;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene};
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Need;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subtotal {
    of: Target,
    at_least: Option<i64>,
    above: Option<i64>,
    at_most: Option<i64>,
    basis: Option<Threshold>,
}

impl Subtotal {
    fn discounted(&self, scene: &Scene<'_>) -> bool {
        self.basis.unwrap_or(scene.policy.thresholds) == Threshold::Discounted
    }

    fn have(&self, scene: &Scene<'_>, ledger: &Ledger) -> i64 {
        let discounted = self.discounted(scene);
        let price = |run: &crate::ledger::Run| if discounted { run.left } else { run.price };
        let counts = |run: &crate::ledger::Run| {
            self.of.is_all()
                || scene.lines.get(run.line).is_some_and(|line| self.of.matches(scene, line, ledger, run.line))
        };
        ledger
            .runs
            .iter()
            .filter(|run| counts(run))
            .map(|run| i64::from(run.count).saturating_mul(price(run)))
            .fold(0, i64::saturating_add)
    }
}

impl Test for Subtotal {
    const KIND: Kind = Kind {
        name: "subtotal",
        about: "The cart, or the lines of `of`, come to at least, more than, or at most an amount in minor units.",
        fields: r##""of": {"$ref": "#/$defs/Target"}, "atLeast": {"$ref": "#/$defs/MinorUnits"}, "above": {"$ref": "#/$defs/MinorUnits"}, "atMost": {"$ref": "#/$defs/MinorUnits"}, "basis": {"enum": ["initial", "discounted"]}"##,
        required: &["atLeast|above|atMost"],
        example: r#"{"kind": "subtotal", "atLeast": 30000, "of": {"categories": ["tea"]}, "basis": "initial"}"#,
        codes: &[
            ("subtotal-below-minimum", "minor units: what it takes, what there is"),
            ("subtotal-above-maximum", "minor units: what it may be, what it is"),
        ],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let amount = |name: &str| object.field(name).and_then(|value| value.amount());
        let found = Self {
            of: super::of(object, reader),
            at_least: amount("atLeast"),
            above: amount("above"),
            at_most: amount("atMost"),
            basis: object.field("basis").and_then(|value| value.one_of(Threshold::ALL)),
        };
        if found.at_least.is_none() && found.above.is_none() && found.at_most.is_none() {
            object.value().fault("missing-field", "one of `atLeast`, `above` and `atMost` is required");
        }
        let least = found.at_least.into_iter().chain(found.above.map(|above| above + 1)).max();
        if let (Some(least), Some(most)) = (least, found.at_most)
            && least > most
        {
            object.value().fault("empty-range", "no subtotal is at least, or more than, the one and at most the other");
        }
        Some(found)
    }

    fn test(&self, scene: &Scene<'_>, ledger: &Ledger) -> Result<(), Refusal> {
        let have = self.have(scene, ledger);
        let need = self.at_least.into_iter().chain(self.above.map(|above| above + 1)).max();
        if let Some(need) = need.filter(|need| have < *need) {
            return Err(Refusal::numbers("subtotal-below-minimum", need, have));
        }
        match self.at_most {
            Some(most) if have > most => Err(Refusal::numbers("subtotal-above-maximum", most, have)),
            _ => Ok(()),
        }
    }

    fn keys(&self) -> Option<Vec<Key>> {
        let positive = self.at_least.is_some_and(|least| least > 0) || self.above.is_some();
        if positive { super::keys_of(&self.of) } else { None }
    }

    fn looks_at_discounts(&self, scene: &Scene<'_>) -> bool {
        self.discounted(scene)
    }

    fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
        let need = self.at_least.into_iter().chain(self.above.map(|above| above + 1)).max()?;
        let spend = need - self.have(scene, ledger);
        Lack::spend(&self.of, spend)
    }

    fn needs(&self, cart: &Fullest<'_>) -> Vec<Need> {
        let need = self.at_least.into_iter().chain(self.above.map(|above| above + 1)).max();
        need.map(|need| cart.spend(&self.of, need)).into_iter().collect()
    }
}

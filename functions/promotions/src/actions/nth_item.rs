//! Every n-th item reduced (第二件半价): of all together, or of each line by itself.

use super::reduction::Reduction;
use crate::allowance::{Fullest, units_of};
use crate::catalogue::{Give, Kind, Lack};
use crate::desk;
use crate::desk::Desk;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::ledger::Pick;
use crate::policy::Choice;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, at_least};
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NthItem {
    n: i64,
    reduction: Reduction,
    of: Target,
    per_line: bool,
    times: i64,
    choose: Option<Choice>,
}

impl Give for NthItem {
    const KIND: Kind = Kind {
        name: "nth-item",
        about: "Of every `n` units of `of`, counted over all lines or on each line (`per` line), one is reduced by a rate, to a price, or by an amount. Which is `choose` or the policy's `freeItem`.",
        fields: r##""n": {"$ref": "#/$defs/Units"}, "basisPoints": {"$ref": "#/$defs/BasisPoints"}, "price": {"$ref": "#/$defs/MinorUnits"}, "amount": {"$ref": "#/$defs/MinorUnits"}, "of": {"$ref": "#/$defs/Target"}, "per": {"enum": ["order", "line"]}, "times": {"$ref": "#/$defs/Units"}, "choose": {"$ref": "#/$defs/Choice"}"##,
        required: &["n"],
        example: r#"{"kind": "nth-item", "n": 2, "basisPoints": 5000, "of": {"skus": ["TEA-LJ-100"]}}"#,
        codes: &[super::QUANTITY],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let number = |value: commerce::Value<'_>| value.integer(1..=commerce::bounds::QUANTITY);
        let n = object.required("n").and_then(number);
        let times = object.field("times").map_or(Some(i64::MAX), number);
        let per_line =
            object.field("per").and_then(|value| value.one_of(&[("order", false), ("line", true)])).unwrap_or(false);
        let choose = object.field("choose").and_then(|value| value.one_of(Choice::ALL));
        let reduction = Reduction::read(object);
        Some(Self { n: n?, reduction: reduction?, of: super::of(object, reader), per_line, times: times?, choose })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let choice = self.choose.unwrap_or(desk.scene.policy.free_item);
        let pool = desk.pick(&self.of);
        let line = |pick: &Pick| desk.ledger.runs.get(pick.run).map(|run| run.line);
        let picks: Vec<Pick> = if self.per_line {
            let groups = pool.chunk_by(|one, other| line(one) == line(other));
            groups.flat_map(|own| desk.first(own, (Desk::count(own) / self.n).min(self.times), choice)).collect()
        } else {
            desk.first(&pool, (Desk::count(&pool) / self.n).min(self.times), choice)
        };
        self.reduction.give(desk, &picks);
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
        let have = desk::counted(&self.of, scene, ledger);
        let open = !self.per_line && have / self.n.max(1) < self.times;
        open.then(|| Lack::units(&self.of, self.n - have % self.n.max(1))).flatten()
    }

    fn short(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Refusal> {
        let all = || vec![desk::counted(&self.of, scene, ledger)];
        let have = if self.per_line { desk::counted_by_line(&self.of, scene, ledger) } else { all() };
        at_least("quantity-below-minimum", self.n, have.into_iter().max().unwrap_or(0)).err()
    }

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        let lines = cart.lines(&self.of);
        let units = Fullest::units(&lines) / self.n.max(1);
        let units = if self.per_line { units } else { units.min(self.times) };
        let choice = self.choose.unwrap_or(cart.scene.policy.free_item);
        let cheapest = choice == Choice::Cheapest && !self.per_line && cart.is_certain(&self.of);
        let limits = vec![units_of(&lines, self.n, 1)];
        Some(vec![self.reduction.allows(&lines, units, limits, cheapest.then_some((1, self.n)), cart)])
    }
}

//! Buy some, get some reduced: the same, others, the cheapest or the dearest. A unit is bought or got, never both.
//!
//! The most applications that the cart allows are made; of a pool that serves both sides, the units that are worth least as
//! got ones are bought.

use super::reduction::Reduction;
use crate::allowance::{Fullest, counted, units_of};
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
pub struct BuyGet {
    buy: Target,
    buy_units: i64,
    get: Target,
    get_units: i64,
    reduction: Reduction,
    times: i64,
    choose: Option<Choice>,
    complete: bool,
}

impl Give for BuyGet {
    const KIND: Kind = Kind {
        name: "buy-get",
        about: "For every `buy.units` units of `buy.of`, `get.units` units of `get.of` are reduced by a rate (all of it by default), to a price, or by an amount; at most `times` times. Which are got is `choose` or the policy's `freeItem`. With `complete`, an application with fewer units to get is not made.",
        fields: r##""buy": {"type": "object", "additionalProperties": false, "properties": {"of": {"$ref": "#/$defs/Target"}, "units": {"$ref": "#/$defs/Units"}}}, "get": {"type": "object", "additionalProperties": false, "properties": {"of": {"$ref": "#/$defs/Target"}, "units": {"$ref": "#/$defs/Units"}, "basisPoints": {"$ref": "#/$defs/BasisPoints"}, "price": {"$ref": "#/$defs/MinorUnits"}, "amount": {"$ref": "#/$defs/MinorUnits"}}}, "times": {"$ref": "#/$defs/Units"}, "choose": {"$ref": "#/$defs/Choice"}, "complete": {"type": "boolean"}"##,
        required: &["buy", "get"],
        example: r#"{"kind": "buy-get", "buy": {"of": {"categories": ["tea"]}, "units": 2}, "get": {"of": {"categories": ["cups"]}, "units": 1, "basisPoints": 10000}, "times": 1}"#,
        codes: &[("quantity-below-minimum", "units to buy or to get: what it takes, what there are")],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let side = |name: &str| -> Option<(Target, i64, Reduction)> {
            let inner = object.required(name)?.object()?;
            let of = super::of(&inner, reader);
            let units = inner.field("units").map_or(Some(1), |value| value.integer(1..=commerce::bounds::QUANTITY));
            let reduction = if name == "get" { Reduction::read(&inner) } else { Some(Reduction::default()) };
            inner.finish();
            Some((of, units?, reduction?))
        };
        let (buy, get) = (side("buy"), side("get"));
        let times = object.field("times").map_or(Some(i64::MAX), |value| value.integer(1..=commerce::bounds::QUANTITY));
        let choose = object.field("choose").and_then(|value| value.one_of(Choice::ALL));
        let complete = super::flag(object, "complete");
        let ((buy, buy_units, _), (get, get_units, reduction)) = (buy?, get?);
        Some(Self { buy, buy_units, get, get_units, reduction, times: times?, choose, complete })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let choice = self.choose.unwrap_or(desk.scene.policy.free_item);
        let (buys, gets) = (desk.pick(&self.buy), desk.pick(&self.get));
        let both: Vec<Pick> = gets.iter().filter(|pick| buys.iter().any(|buy| buy.run == pick.run)).copied().collect();
        let (buy, get, shared) = (Desk::count(&buys), Desk::count(&gets), Desk::count(&both));
        let (only_buy, only_get) = (buy - shared, get - shared);
        // The largest number of applications for which bought and got units can be told apart.
        let feasible = |times: i64, got: i64| {
            let (need_buy, need_get) =
                ((self.buy_units.saturating_mul(times) - only_buy).max(0), (got - only_get).max(0));
            need_buy + need_get <= shared && self.buy_units.saturating_mul(times) <= buy && got <= get
        };
        let (mut low, mut high) = (0, self.times.min(buy / self.buy_units.max(1)));
        let least = |times: i64| {
            if self.complete {
                self.get_units.saturating_mul(times)
            } else {
                self.get_units.saturating_mul(times - 1) + 1
            }
        };
        while low < high {
            let middle = low + (high - low + 1) / 2;
            if feasible(middle, least(middle)) { low = middle } else { high = middle - 1 }
        }
        if low == 0 {
            return;
        }
        let most = self.get_units.saturating_mul(low).min(get);
        let spare = shared - (self.buy_units.saturating_mul(low) - only_buy).max(0);
        let got = most.min(only_get + spare);
        // Of the shared pool at most `spare` units may be got: those that the choice puts first.
        let from_shared = desk.first(&both, spare, choice);
        let alone: Vec<Pick> =
            gets.iter().filter(|pick| !both.iter().any(|other| other.run == pick.run)).copied().collect();
        let mut pool: Vec<Pick> = alone.into_iter().chain(from_shared).collect();
        pool.sort_by_key(|pick| pick.run);
        let picks = desk.first(&pool, got, choice);
        self.reduction.give(desk, &picks);
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.get)
    }

    /// Where what is bought suffices for one more time, something to get; else something more to buy. One pool for both
    /// sides lacks what completes the next group.
    fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
        let (bought, got) = (desk::counted(&self.buy, scene, ledger), desk::counted(&self.get, scene, ledger));
        if self.buy == self.get {
            let group = self.buy_units.saturating_add(self.get_units);
            let open = bought / group.max(1) < self.times;
            return open.then(|| Lack::units(&self.buy, group - bought % group.max(1))).flatten();
        }
        let times = (got / self.get_units.max(1)).min(self.times);
        if times < self.times && bought >= self.buy_units.saturating_mul(times + 1) {
            return Lack::units(&self.get, self.get_units - got % self.get_units.max(1));
        }
        let have = bought / self.buy_units.max(1);
        let open = have < self.times && got > have.saturating_mul(self.get_units);
        open.then(|| Lack::units(&self.buy, self.buy_units - bought % self.buy_units.max(1))).flatten()
    }

    fn short(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Refusal> {
        let (bought, got) = (desk::counted(&self.buy, scene, ledger), desk::counted(&self.get, scene, ledger));
        let least = if self.complete { self.get_units } else { 1 };
        // One pool for both sides takes what both sides take.
        let sides = if self.buy == self.get {
            [(self.buy_units.saturating_add(least), bought); 2]
        } else {
            [(self.buy_units, bought), (least, got)]
        };
        sides.into_iter().find_map(|(need, have)| at_least("quantity-below-minimum", need, have).err())
    }

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        let (buys, gets) = (cart.lines(&self.buy), cart.lines(&self.get));
        let times = (Fullest::units(&buys) / self.buy_units.max(1)).min(self.times);
        let got = self.get_units.saturating_mul(times).min(Fullest::units(&gets));
        let mut limits = vec![units_of(&buys, self.buy_units, self.get_units)];
        let mut cheapest = None;
        if self.buy == self.get {
            // Of the units bought and got together no more than this part is got.
            let group = self.buy_units.saturating_add(self.get_units);
            limits.push(counted(&gets, group, 1, |_| self.get_units));
            let choice = self.choose.unwrap_or(cart.scene.policy.free_item);
            cheapest = (choice == Choice::Cheapest && cart.is_certain(&self.get)).then_some((self.get_units, group));
        }
        Some(vec![self.reduction.allows(&gets, got, limits, cheapest, cart)])
    }
}

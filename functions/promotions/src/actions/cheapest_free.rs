//! Of every group of units, some are free: three for two.

use super::reduction::Reduction;
use crate::allowance::{Fullest, units_of};
use crate::catalogue::{Give, Kind, Lack};
use crate::desk;
use crate::desk::Desk;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::policy::Choice;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, at_least};
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheapestFree {
    group_size: i64,
    free: i64,
    times: i64,
    of: Target,
    choose: Option<Choice>,
}

impl Give for CheapestFree {
    const KIND: Kind = Kind {
        name: "cheapest-free",
        about: "Of every `groupSize` units of `of`, `free` units (1 by default) cost nothing, at most `times` times: the cheapest of all, unless `choose` or the policy's `freeItem` says otherwise.",
        fields: r##""groupSize": {"$ref": "#/$defs/Units"}, "free": {"$ref": "#/$defs/Units"}, "times": {"$ref": "#/$defs/Units"}, "of": {"$ref": "#/$defs/Target"}, "choose": {"$ref": "#/$defs/Choice"}"##,
        required: &["groupSize"],
        example: r#"{"kind": "cheapest-free", "groupSize": 3, "of": {"categories": ["tea"]}}"#,
        codes: &[super::QUANTITY],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let number = |value: commerce::Value<'_>| value.integer(1..=commerce::bounds::QUANTITY);
        let group_size = object.required("groupSize").and_then(number);
        let free = object.field("free").map_or(Some(1), number);
        let times = object.field("times").map_or(Some(i64::MAX), number);
        let choose = object.field("choose").and_then(|value| value.one_of(Choice::ALL));
        if let (Some(size), Some(free)) = (group_size, free)
            && free > size
        {
            object.value().fault("out-of-range", "`free` is more than `groupSize`");
        }
        Some(Self { group_size: group_size?, free: free?, times: times?, of: super::of(object, reader), choose })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let choice = self.choose.unwrap_or(desk.scene.policy.free_item);
        let pool = desk.pick(&self.of);
        let groups = (Desk::count(&pool) / self.group_size).min(self.times);
        let picks = desk.first(&pool, groups.saturating_mul(self.free), choice);
        desk.at_price(&picks, 0);
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
        let have = desk::counted(&self.of, scene, ledger);
        let open = have / self.group_size.max(1) < self.times;
        open.then(|| Lack::units(&self.of, self.group_size - have % self.group_size.max(1))).flatten()
    }

    fn short(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Refusal> {
        at_least("quantity-below-minimum", self.group_size, desk::counted(&self.of, scene, ledger)).err()
    }

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        let lines = cart.lines(&self.of);
        let groups = (Fullest::units(&lines) / self.group_size.max(1)).min(self.times);
        let choice = self.choose.unwrap_or(cart.scene.policy.free_item);
        let cheapest = choice == Choice::Cheapest && cart.is_certain(&self.of);
        let limits = vec![units_of(&lines, self.group_size, self.free)];
        let (units, part) = (groups.saturating_mul(self.free), (self.free, self.group_size));
        Some(vec![Reduction::Price(0).allows(&lines, units, limits, cheapest.then_some(part), cart)])
    }
}

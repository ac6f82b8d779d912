//! Some units together at a price: any so many of a set (3 for 20), or a set of given parts (套装).

use crate::catalogue::{Give, Kind, Lack};
use crate::desk;
use crate::desk::Desk;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::ledger::Pick;
use crate::policy::{Basis, Choice};
use crate::reader::Reader;
use crate::reader::read_list;
use crate::scene::{Refusal, Scene, at_least};
use crate::target::Target;
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    parts: Vec<(Target, i64)>,
    price: i64,
    times: i64,
    choose: Option<Choice>,
}

impl Give for Bundle {
    const KIND: Kind = Kind {
        name: "bundle",
        about: "One of each of `parts` (so many units of a target) together cost `price`, as often as the cart has them, at most `times` times. Where a part has a choice of units, the dearest are taken first, or as `choose` says.",
        fields: r##""parts": {"type": "array", "minItems": 1, "maxItems": 100, "items": {"type": "object", "additionalProperties": false, "properties": {"of": {"$ref": "#/$defs/Target"}, "units": {"$ref": "#/$defs/Units"}}}}, "price": {"$ref": "#/$defs/MinorUnits"}, "times": {"$ref": "#/$defs/Units"}, "choose": {"$ref": "#/$defs/Choice"}"##,
        required: &["parts", "price"],
        example: r#"{"kind": "bundle", "parts": [{"of": {"skus": ["POT-01"]}, "units": 1}, {"of": {"categories": ["cups"]}, "units": 2}], "price": 19900}"#,
        codes: &[("bundle-incomplete", "parts: how many it has, how many of them the cart has")],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let price = object.required("price").and_then(|value| value.amount());
        let times = object.field("times").map_or(Some(i64::MAX), |value| value.integer(1..=commerce::bounds::QUANTITY));
        let choose = object.field("choose").and_then(|value| value.one_of(Choice::ALL));
        let parts = object.required("parts").map(|value| {
            let parts = read_list(value, 100, |part| {
                let part = part.object()?;
                let of = super::of(&part, reader);
                let units = part.field("units").map_or(Some(1), |value| value.integer(1..=commerce::bounds::QUANTITY));
                part.finish();
                Some((of, units?))
            });
            if parts.is_empty() {
                value.fault("empty-list", "must hold a part");
            }
            parts
        });
        Some(Self { parts: parts?, price: price?, times: times?, choose })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let choice = self.choose.unwrap_or(Choice::Dearest);
        let mut times = 0;
        let mut taken: Vec<Pick> = Vec::new();
        // One more bundle at a time while it makes the bundle cheaper than its parts: parts may share units.
        while times < self.times {
            let Some(next) = self.one(desk, &taken, choice) else { break };
            if desk.total(&next, Basis::Remaining) <= self.price {
                break;
            }
            desk.given.reached = true;
            taken = join(&taken, &next);
            times += 1;
        }
        let total = desk.total(&taken, Basis::Remaining);
        desk.off_order(&taken, total - self.price.saturating_mul(times), false);
    }

    fn keys(&self) -> Option<Vec<Key>> {
        self.parts.iter().filter_map(|(of, _)| crate::conditions::keys_of(of)).min_by_key(Vec::len)
    }

    /// The one part that the first bundle lacks.
    fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
        let mut missing =
            self.parts.iter().filter_map(|(of, units)| Lack::units(of, units - desk::counted(of, scene, ledger)));
        missing.next().filter(|_| missing.next().is_none())
    }

    fn short(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Refusal> {
        let there = self.parts.iter().filter(|(of, units)| desk::counted(of, scene, ledger) >= *units).count();
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        at_least("bundle-incomplete", number(self.parts.len()), number(there)).err()
    }
}

impl Bundle {
    /// The units of one more bundle, from what is not taken yet: part by part, and where that fails because an earlier part
    /// takes what only a later one could have used, the part with the least to spare first.
    fn one(&self, desk: &Desk<'_>, taken: &[Pick], choice: Choice) -> Option<Vec<Pick>> {
        let mut parts: Vec<&(Target, i64)> = self.parts.iter().collect();
        self::filled(&parts, desk, taken, choice).or_else(|| {
            parts.sort_by_cached_key(|(of, units)| Desk::count(&free(desk, of, taken)) - units);
            self::filled(&parts, desk, taken, choice)
        })
    }
}

/// The units that match and are not taken.
fn free(desk: &Desk<'_>, of: &Target, taken: &[Pick]) -> Vec<Pick> {
    let left = |pick: Pick| {
        let used = taken.iter().find(|other| other.run == pick.run).map_or(0, |other| other.count);
        Pick { count: pick.count.saturating_sub(used), ..pick }
    };
    desk.pick(of).into_iter().map(left).collect()
}

/// Fills the parts one after the other.
fn filled(parts: &[&(Target, i64)], desk: &Desk<'_>, taken: &[Pick], choice: Choice) -> Option<Vec<Pick>> {
    let mut found: Vec<Pick> = Vec::new();
    for (of, units) in parts {
        let picks = desk.first(&free(desk, of, &join(taken, &found)), *units, choice);
        if Desk::count(&picks) < *units {
            return None;
        }
        found = join(&found, &picks);
    }
    Some(found)
}

/// Both together, each run once.
fn join(one: &[Pick], other: &[Pick]) -> Vec<Pick> {
    let mut sum = one.to_vec();
    for pick in other {
        match sum.iter_mut().find(|known| known.run == pick.run) {
            Some(known) => known.count += pick.count,
            None => sum.push(*pick),
        }
    }
    sum.sort_by_key(|pick| pick.run);
    sum
}

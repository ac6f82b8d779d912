//! Some units together at a price: any so many of a set (3 for 20), or a set of given parts (套装).

use crate::allowance::{Fullest, Reached, smaller, some, units_of, whole};
use crate::catalogue::{Give, Kind, Lack};
use crate::desk;
use crate::desk::Desk;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::ledger::Pick;
use crate::matching::{self, Supply};
use crate::policy::{Basis, Choice};
use crate::reader::Reader;
use crate::reader::read_list;
use crate::scene::{Refusal, Scene, at_least};
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
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
        let (picks, supplies) = self.order(desk);
        // The units of so many bundles and what those save, where the cart has them.
        let bundles = |times: i64| {
            let wants: Vec<i64> = self.parts.iter().map(|(_, units)| units.saturating_mul(times)).collect();
            let taken = taken(&picks, &matching::fill(&supplies, &wants)?);
            let saved = desk.total(&taken, Basis::Remaining).saturating_sub(self.price.saturating_mul(times));
            Some((taken, saved))
        };
        // What bundles save grows less with each, so that the last one that saves more is the best.
        let (mut low, mut best) = (0, None);
        let mut high = self.most(&supplies);
        while low < high {
            let middle = low + (high - low + 1) / 2;
            match bundles(middle).zip(bundles(middle - 1)) {
                Some((more, fewer)) if more.1 > fewer.1 => (low, best) = (middle, Some(more)),
                _ => high = middle - 1,
            }
        }
        if let Some((taken, saved)) = best.filter(|(_, saved)| *saved > 0) {
            desk.given.reached = true;
            desk.off_order(&taken, saved, false);
        }
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

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        let parts: Vec<(Vec<Reached>, i64)> = self.parts.iter().map(|(of, units)| (cart.lines(of), *units)).collect();
        let times = parts.iter().map(|(lines, units)| Fullest::units(lines) / units.max(&1)).fold(self.times, i64::min);
        let dearest = |(lines, units): &(Vec<Reached>, i64)| {
            units.saturating_mul(lines.iter().map(|line| line.price).max().unwrap_or(0))
        };
        let saved = parts.iter().map(dearest).fold(0, i64::saturating_add).saturating_sub(self.price).max(0);
        let saved = smaller(saved.saturating_mul(times), whole(&united(&parts)), cart);
        // Each unit bears an even part of the price; what saves nothing is bought by itself.
        let units = parts.iter().map(|(_, units)| *units).fold(0, i64::saturating_add);
        let off = |line: &Reached| (line.price - self.price / units.max(1)).max(0);
        let limits = |gives: i64| parts.iter().map(|(lines, units)| units_of(lines, *units, gives)).collect();
        let part = |(lines, units): &(Vec<Reached>, i64)| some(lines, units.saturating_mul(times), limits(*units), off);
        Some(vec![Allowance { capped: parts.iter().map(part).collect(), ..saved }])
    }
}

impl Bundle {
    /// The units that fit some part, those first that are taken first, and the parts that each of them can serve.
    fn order(&self, desk: &Desk<'_>) -> (Vec<Pick>, Vec<Supply>) {
        let fits: Vec<Vec<Pick>> = self.parts.iter().map(|(of, _)| desk.pick(of)).collect();
        let mut all: Vec<Pick> = fits.iter().flatten().copied().collect();
        all.sort_unstable_by_key(|pick| pick.run);
        all.dedup_by_key(|pick| pick.run);
        let supply = |pick: &Pick| {
            let each = fits.iter().enumerate();
            let fitting = each.filter(|(_, picks)| picks.iter().any(|other| other.run == pick.run));
            Supply { units: i64::from(pick.count), parts: fitting.map(|(part, _)| part).collect() }
        };
        let ordered = desk.ordered(&all, self.choose.unwrap_or(Choice::Dearest));
        let supplies = ordered.iter().map(supply).collect();
        (ordered, supplies)
    }

    /// No more bundles than these can there be.
    fn most(&self, supplies: &[Supply]) -> i64 {
        let part = |(part, (_, units)): (usize, &(Target, i64))| {
            let fitting = supplies.iter().filter(|supply| supply.parts.contains(&part));
            fitting.map(|supply| supply.units).sum::<i64>() / units.max(&1)
        };
        self.parts.iter().enumerate().map(part).fold(self.times, i64::min)
    }
}

/// So many units of each pick, in the order of runs.
fn taken(picks: &[Pick], units: &[i64]) -> Vec<Pick> {
    let taken = picks.iter().zip(units).filter_map(|(pick, units)| {
        let count = u32::try_from(*units).ok().filter(|count| *count > 0)?;
        Some(Pick { count, ..*pick })
    });
    let mut taken: Vec<Pick> = taken.collect();
    taken.sort_unstable_by_key(|pick| pick.run);
    taken
}

/// The lines of all parts, each once.
fn united(parts: &[(Vec<Reached>, i64)]) -> Vec<Reached> {
    let mut all: Vec<Reached> = parts.iter().flat_map(|(lines, _)| lines).copied().collect();
    all.sort_unstable_by_key(|line| line.place);
    all.dedup();
    all
}

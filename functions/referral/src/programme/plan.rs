//! What is paid: rates and fixed amounts by what they are for, caps, the base they apply to, and splits.
//!
//! Rates are lists with an entry for each tier: the referrer, then the one above. Where several are given for a line, the
//! closest wins: SKU, category, campaign, segment, grade, revenue, and then the rates of the programme.

use super::{NAMES, TIERS, lawful};
use commerce::{Object, Value, bounds};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An entry for each tier, the referrer first.
pub type Rates = Vec<u32>;

/// What is paid for a SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Terms {
    /// Basis points of the base, by tier.
    Rates(Rates),
    /// Minor units for each unit sold, by tier; zero is an amount too.
    Fixed(Vec<i64>),
}

/// What happens when the buyer is on the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SelfPurchase {
    /// The buyer gets nothing; the other tier is still paid.
    #[default]
    Deny,
    /// The buyer is paid like anybody.
    Allow,
    /// The buyer takes the first tier and moves the referrer to the second.
    Shift,
}

/// The most that is paid, by tier, in minor units; a tier without an entry has no cap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caps {
    /// For one order.
    pub order: Vec<i64>,
    /// For one day, less what the request's counters say was earned.
    pub day: Vec<i64>,
    /// For one month, likewise.
    pub month: Vec<i64>,
}

/// The commission plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Where nothing closer is given.
    pub rates: Rates,
    /// By revenue of the referrer, this order included: from how much on, and the rates; ascending.
    pub revenue: Vec<(i64, Rates)>,
    /// By the referrer's grade.
    pub grades: BTreeMap<String, Rates>,
    /// By the shopper's segment.
    pub segments: BTreeMap<String, Rates>,
    /// By the campaign of the touch or code.
    pub campaigns: BTreeMap<String, Rates>,
    /// By the line's category.
    pub categories: BTreeMap<String, Rates>,
    /// By SKU.
    pub skus: BTreeMap<String, Terms>,
    /// The most that is paid.
    pub caps: Caps,
    /// The base leaves out the tax that is in the price.
    pub without_tax: bool,
    /// The base takes in the line's share of shipping.
    pub with_shipping: bool,
    /// What happens when the buyer is on the chain.
    pub self_purchase: SelfPurchase,
    /// Basis points of the base for a shopper who opened the group that buys.
    pub leader: Option<u32>,
    /// Activities (flash sale, bargain, …) whose lines earn referrers nothing; a group's leader is rewarded all the same.
    pub without: BTreeSet<String>,
    /// By channel id (a live room): parties and their parts of the referrer's commission, in basis points, summing to 10000.
    pub splits: BTreeMap<String, Vec<(String, u32)>>,
}

impl Plan {
    pub(super) fn read(value: &Value<'_>) -> Self {
        let mut plan = Self::default();
        let Some(object) = value.object() else { return plan };
        lawful::refuse_fields(&object);
        plan.rates = object.field("rates").map(|value| rates(&value)).unwrap_or_default();
        plan.revenue = object.field("revenue").map(|value| revenue(&value)).unwrap_or_default();
        let table = |name| object.field(name).map(|value| named(&value)).unwrap_or_default();
        (plan.grades, plan.segments, plan.campaigns, plan.categories) =
            (table("grades"), table("segments"), table("campaigns"), table("categories"));
        for (sku, value) in object.field("skus").iter().flat_map(|value| value.entries(NAMES)) {
            if let Some(found) = terms(&value) {
                plan.skus.insert(sku.to_owned(), found);
            }
        }
        plan.caps = object.field("caps").map(|value| caps(&value)).unwrap_or_default();
        if let Some(base) = object.field("base").and_then(|value| value.object()) {
            let flag = |name, otherwise| base.field(name).and_then(|value| value.boolean()).unwrap_or(otherwise);
            (plan.without_tax, plan.with_shipping) = (!flag("tax", true), flag("shipping", false));
            base.finish();
        }
        let words = [("deny", SelfPurchase::Deny), ("allow", SelfPurchase::Allow), ("shift", SelfPurchase::Shift)];
        plan.self_purchase = object.field("selfPurchase").and_then(|value| value.one_of(&words)).unwrap_or_default();
        plan.leader = object.field("leader").and_then(|value| leader(&value, plan.largest()));
        plan.without = object
            .field("without")
            .map(|value| value.identifiers(bounds::ENTRIES).into_iter().collect())
            .unwrap_or_default();
        plan.splits = splits(&object);
        if let Some(needed) = object.field("uplineOwnSales").filter(|value| value.boolean() == Some(false)) {
            lawful::refuse_idle_upline(&needed);
        }
        object.finish();
        plan
    }

    /// The most that all tiers together get of any line, in basis points.
    fn largest(&self) -> u32 {
        let skus =
            self.skus.values().filter_map(|terms| if let Terms::Rates(rates) = terms { Some(rates) } else { None });
        let tables = [&self.grades, &self.segments, &self.campaigns, &self.categories];
        let named = tables.into_iter().flat_map(BTreeMap::values);
        let every = named.chain(skus).chain(self.revenue.iter().map(|(_, rates)| rates)).chain([&self.rates]);
        every.map(|rates| rates.iter().sum()).max().unwrap_or(0)
    }
}

/// A leader is rewarded beside the tiers, so that all of them together must not be more than the sale.
fn leader(value: &Value<'_>, tiers: u32) -> Option<u32> {
    let rate = value.whole(0..=10_000)?;
    if rate + tiers > 10_000 {
        value.fault(
            "rates-above-whole",
            format!("the leader's {rate} and the tiers' {tiers} basis points are together more than the sale"),
        );
    }
    Some(rate)
}

fn rates(value: &Value<'_>) -> Rates {
    let items: Vec<_> = value.list(bounds::ENTRIES).collect();
    lawful::refuse_tiers(value, items.len());
    let rates: Rates = items.iter().filter_map(|item| item.whole(0..=10_000)).take(TIERS).collect();
    let whole: u32 = rates.iter().sum();
    if whole > 10_000 {
        value.fault(
            "rates-above-whole",
            format!("the tiers' rates sum to {whole} basis points, which is more than the sale"),
        );
    }
    rates
}

fn amounts(value: &Value<'_>) -> Vec<i64> {
    let items: Vec<_> = value.list(bounds::ENTRIES).collect();
    lawful::refuse_tiers(value, items.len());
    items.iter().filter_map(|item| item.amount()).take(TIERS).collect()
}

fn named(value: &Value<'_>) -> BTreeMap<String, Rates> {
    value.entries(NAMES).map(|(name, value)| (name.to_owned(), rates(&value))).collect()
}

fn terms(value: &Value<'_>) -> Option<Terms> {
    let object = value.object()?;
    let found = match (object.field("fixed"), object.field("rates")) {
        (Some(fixed), None) => Some(Terms::Fixed(amounts(&fixed))),
        (None, Some(value)) => Some(Terms::Rates(rates(&value))),
        _ => {
            value.fault("fixed-or-rates", "must have either `fixed` or `rates`");
            None
        }
    };
    object.finish();
    found
}

fn revenue(value: &Value<'_>) -> Vec<(i64, Rates)> {
    let mut steps: Vec<(i64, Rates)> = Vec::new();
    for item in value.list(bounds::ENTRIES) {
        let Some(object) = item.object() else { continue };
        let from = object.required("from").and_then(|value| value.amount());
        let rates = object.required("rates").map(|value| rates(&value));
        object.finish();
        let (Some(from), Some(rates)) = (from, rates) else { continue };
        if steps.last().is_some_and(|(before, _)| *before >= from) {
            item.fault("steps-not-ascending", format!("`from` must grow from step to step, {from} does not"));
        }
        steps.push((from, rates));
    }
    steps
}

fn caps(value: &Value<'_>) -> Caps {
    let Some(object) = value.object() else { return Caps::default() };
    let list = |name| object.field(name).map(|value| amounts(&value)).unwrap_or_default();
    let caps = Caps { order: list("order"), day: list("day"), month: list("month") };
    object.finish();
    caps
}

fn splits(plan: &Object<'_>) -> BTreeMap<String, Vec<(String, u32)>> {
    let mut splits = BTreeMap::new();
    for (room, value) in plan.field("splits").iter().flat_map(|value| value.entries(NAMES)) {
        let parties: Vec<(String, u32)> =
            value.entries(16).filter_map(|(party, part)| Some((party.to_owned(), part.whole(0..=10_000)?))).collect();
        let whole: u32 = parties.iter().map(|(_, part)| part).sum();
        if whole != 10_000 {
            value.fault("split-not-whole", format!("the parts must sum to 10000, sum to {whole}"));
        }
        splits.insert(room.to_owned(), parties);
    }
    splits
}

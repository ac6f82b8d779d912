//! Available to promise: how many units of a product a node has for this shopper.
//!
//! On hand, less what orders reserved, less live reservations of other carts, less safety stock, less what is kept for
//! other channels, less a buffer for what may have been sold since the count. With lots, only those count that keep long
//! enough after they arrive.

use crate::freshness;
use crate::offers::Offer;
use crate::rulebook::items::Item;
use crate::rules::Rules;
use commerce::Context;
use commerce::facts::stock::{FromLot, Level, Lot};

/// More than any cart wants: what is not counted never runs out.
pub const ENDLESS: u32 = 1 << 30;

/// Units of a product at a node.
#[derive(Clone, Debug, Default)]
pub struct Stock<'a> {
    /// What the level says.
    pub level: Option<&'a Level>,
    /// Units for this shopper.
    pub free: u32,
    /// Units that are owed: sold beyond what was there.
    pub owed: u32,
    /// Units before anything was kept back.
    pub there: i64,
    /// The mean of what was sold since the count.
    pub sold: f64,
    /// The count is too old.
    pub stale: bool,
    /// It may be sold beyond what is there.
    pub backorder: bool,
}

/// Whether a level's count is too old.
#[must_use]
pub fn is_stale(rules: &Rules, level: &Level, context: &Context) -> bool {
    rules.root.policy.stale_after.is_some_and(|most| context.at - level.at >= most)
}

/// The units of a product that a node has; `held` of them are kept by carts of others.
#[must_use]
pub fn at_node<'a>(
    rules: &Rules,
    item: &Item,
    offer: &Offer<'_>,
    level: &'a Level,
    held: i64,
    context: &Context,
) -> Stock<'a> {
    let stale = is_stale(rules, level, context);
    let stock =
        Stock { level: Some(level), stale, backorder: level.backorderable || item.backorder, ..Stock::default() };
    if !level.tracked || !item.tracked {
        return Stock { free: ENDLESS, there: i64::from(ENDLESS), ..stock };
    }
    let others = level.quotas.iter().filter(|quota| quota.channel != context.channel.kind);
    let others: i64 = others.map(|quota| i64::from(quota.quantity)).sum();
    let policy = &rules.root.policy;
    let safety = level.safety.or(item.safety).or(offer.node.safety).unwrap_or(policy.safety);
    let sold = freshness::mean(level.velocity, context.at - level.at);
    let buffer = policy.confidence.map_or(0, |wanted| freshness::buffer(sold, wanted));
    let keeping: i64 = usable(level, item, offer).map(|lot| i64::from(lot.quantity)).sum();
    let counted = if level.lots.is_empty() { level.on_hand } else { level.on_hand.min(keeping) };
    let there = counted - level.reserved - held;
    let free = (there - i64::from(safety) - others - buffer).clamp(0, i64::from(ENDLESS));
    Stock {
        free: u32::try_from(free).unwrap_or(0),
        owed: u32::try_from((-there).clamp(0, i64::from(ENDLESS))).unwrap_or(0),
        there,
        sold,
        ..stock
    }
}

/// Lots that keep long enough after they arrive.
fn usable<'a>(level: &'a Level, item: &Item, offer: &Offer<'_>) -> impl Iterator<Item = &'a Lot> {
    let until = offer.window.latest.saturating_add(item.shelf_life);
    level.lots.iter().filter(move |lot| lot.expires.is_none_or(|expires| expires >= until))
}

/// Which lots so many units come from: what expires first goes out first, after what others reserved.
#[must_use]
pub fn from_lots(stock: &Stock<'_>, item: &Item, offer: &Offer<'_>, units: u32) -> Vec<FromLot> {
    let Some(level) = stock.level else { return Vec::new() };
    let mut lots: Vec<&Lot> = usable(level, item, offer).collect();
    lots.sort_by_key(|lot| (lot.expires.unwrap_or(i64::MAX), lot.id.as_str()));
    let counted: i64 = lots.iter().map(|lot| i64::from(lot.quantity)).sum();
    let mut skip = (counted.min(level.on_hand) - stock.there).max(0);
    let mut left = i64::from(units);
    let mut taken = Vec::new();
    for lot in lots {
        let there = i64::from(lot.quantity);
        let passed = skip.min(there);
        skip -= passed;
        let many = (there - passed).min(left);
        left -= many;
        if let Some(quantity) = u32::try_from(many).ok().filter(|many| *many > 0) {
            taken.push(FromLot { id: lot.id.clone(), quantity, trace: lot.trace.clone() });
        }
    }
    taken
}

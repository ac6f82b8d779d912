//! By when a node can deliver: an interval from handling, cut-off, hours, distance and date.
//!
//! A mode promises either a moment (instant, pickup: from the minute it is ready) or a day (same day, next day, express:
//! between two hours of the shopper's day). A node works in its own zone; what arrives is told in the shopper's.

use crate::calendar::{DAY, Zone};
use crate::rulebook::nodes::Node;
use crate::rulebook::policy::Delivery;
use crate::words::Mode;

/// When something arrives, in seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// Not before.
    pub earliest: i64,
    /// Not after.
    pub latest: i64,
}

/// What a promise is made from, beside the node.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// When the goods can be worked on: now, or when they are there or made.
    pub at: i64,
    /// The shopper's offset from UTC in seconds.
    pub offset: i64,
    /// Metres to the shopper.
    pub metres: i64,
}

/// The window in which a node delivers by a mode; `None` where it does not open.
#[must_use]
pub fn window(node: &Node, zone: &Zone, mode: Mode, delivery: &Delivery, order: Order) -> Option<Window> {
    let begin = after_cut_off(node, zone, order.at)?;
    let ready = node.hours.done(zone, begin, node.handling)?;
    let travel = order.metres.saturating_mul(3_600).div_euclid(delivery.speed.max(1));
    let moment = |earliest: i64| Window { earliest, latest: earliest + delivery.window };
    let day_in = |days: i64| {
        let day = (ready + order.offset).div_euclid(DAY) + days;
        let at = |second: i64| day * DAY + second - order.offset;
        let arrives = if days == 0 { ready + travel } else { 0 };
        (arrives <= at(delivery.to))
            .then(|| Window { earliest: at(delivery.from).max(arrives), latest: at(delivery.to) })
    };
    match mode {
        Mode::Instant => Some(moment(ready + travel)),
        Mode::Pickup => Some(moment(ready)),
        // What cannot be brought today any more is brought tomorrow.
        Mode::SameDay => day_in(0).or_else(|| day_in(1)),
        Mode::NextDay => day_in(1),
        Mode::Express => day_in(1 + travel.div_euclid(DAY)),
    }
}

/// When work on an order begins: with the next working day from the cut-off on.
fn after_cut_off(node: &Node, zone: &Zone, at: i64) -> Option<i64> {
    let Some(cut_off) = node.cut_off else { return Some(at) };
    let local = zone.local(at);
    if local.rem_euclid(DAY) < cut_off {
        return Some(at);
    }
    node.hours.next_day(local.div_euclid(DAY) + 1).map(|day| zone.moment(day * DAY))
}

//! By when a node can deliver: an interval from handling, cut-off, hours, distance and date.
//!
//! A mode promises either a moment (instant: on the way from the minute it is ready; pickup: from that minute on) or a day
//! (same day, next day, express: between two hours of the shopper's day). A node works in its own zone; what is brought
//! arrives in the shopper's.

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
pub struct Order<'a> {
    /// When the goods can be worked on: now, or when they are there or made.
    pub at: i64,
    /// The shopper's zone.
    pub zone: &'a Zone,
    /// Metres to the shopper.
    pub metres: i64,
}

/// The window in which a node delivers by a mode; `None` where it does not open.
#[must_use]
pub fn window(node: &Node, zone: &Zone, mode: Mode, delivery: &Delivery, order: Order<'_>) -> Option<Window> {
    let begin = after_cut_off(node, zone, order.at)?;
    let ready = node.hours.done(zone, begin, node.handling)?;
    let travel = order.metres.saturating_mul(3_600).div_euclid(delivery.speed.max(1));
    match mode {
        Mode::Instant => Some(brought(ready + travel, delivery, order.zone)),
        // It is handed out while the node works.
        Mode::Pickup => node.hours.done(zone, ready, delivery.window).map(|latest| Window { earliest: ready, latest }),
        // What cannot be brought today any more is brought tomorrow.
        Mode::SameDay => {
            let arrives = ready + travel;
            let today = day(ready, 0, delivery, order.zone);
            let today = Window { earliest: today.earliest.max(arrives), ..today };
            Some(if arrives <= today.latest { today } else { day(ready, 1, delivery, order.zone) })
        }
        Mode::NextDay => Some(day(ready, 1, delivery, order.zone)),
        Mode::Express => Some(day(ready, 1 + travel.div_euclid(DAY), delivery, order.zone)),
    }
}

/// The hours of delivery of the shopper's day that is so many days after that of a moment.
fn day(of: i64, after: i64, delivery: &Delivery, zone: &Zone) -> Window {
    let midnight = (zone.local(of).div_euclid(DAY) + after) * DAY;
    let at = |second: i64| zone.moment(midnight + second);
    Window { earliest: at(delivery.from), latest: at(delivery.to) }
}

/// What arrives at a moment, within the hours of delivery: before them when they begin, after them on the next day.
fn brought(arrives: i64, delivery: &Delivery, zone: &Zone) -> Window {
    let until = |earliest: i64, end: i64| Window { earliest, latest: (earliest + delivery.window).min(end) };
    if (delivery.from, delivery.to) == (0, DAY) {
        return until(arrives, i64::MAX);
    }
    let today = day(arrives, 0, delivery, zone);
    if arrives <= today.latest {
        return until(arrives.max(today.earliest), today.latest);
    }
    let tomorrow = day(arrives, 1, delivery, zone);
    until(tomorrow.earliest, tomorrow.latest)
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

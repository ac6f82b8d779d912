//! Which nodes may send to this shopper, by which mode and by when; of every other one, why not.

use crate::calendar::Zone;
use crate::distance;
use crate::promise::{self, Order, Window};
use crate::rulebook::nodes::Node;
use crate::rules::Rules;
use crate::words::Mode;
use commerce::Context;
use commerce::facts::stock::{Inquiry, LocalInstant, Promise};

/// A node that may send.
#[derive(Clone, Debug)]
pub struct Offer<'a> {
    /// The node.
    pub node: &'a Node,
    /// By which mode.
    pub mode: Mode,
    /// When it arrives.
    pub window: Window,
    /// Everything the window depends on is known.
    pub known: bool,
    /// Metres, where both places are known.
    pub metres: Option<i64>,
    /// It arrives by the time asked for.
    pub kept: bool,
    /// Units it can still send.
    pub capacity: Option<u32>,
}

impl Offer<'_> {
    /// The promise as the shopper's clock shows it, where it can be given.
    #[must_use]
    pub fn promise(&self, zone: &Zone) -> Option<Promise> {
        self.told(self.window, zone)
    }

    /// The same of goods that are there only from a moment on.
    #[must_use]
    pub fn promise_from(&self, asked: Asked<'_>, at: i64) -> Option<Promise> {
        self.told(self.arrival(asked, at)?, asked.zone)
    }

    /// When goods arrive that are there from a moment on; `None` where the node does not open.
    fn arrival(&self, asked: Asked<'_>, at: i64) -> Option<Window> {
        let delivery = asked.rules.root.policy.modes.of(self.mode);
        let order = Order { at, zone: asked.zone, metres: self.metres.unwrap_or(0) };
        promise::window(self.node, asked.rules.zone(self.node)?, self.mode, delivery, order)
    }

    /// The last moment, from now on, from which goods that are there then arrive by a time; `None` where those do not
    /// that are there now. What is there later never arrives sooner, so that what is between is halved.
    #[must_use]
    pub fn last_for(&self, asked: Asked<'_>, by: i64) -> Option<i64> {
        let arrives = |at: i64| self.arrival(asked, at).is_some_and(|window| window.latest <= by);
        let (mut early, mut late) = (asked.context.at, by + 1);
        if early >= late || !arrives(early) {
            return None;
        }
        while early + 1 < late {
            let middle = i64::midpoint(early, late);
            if arrives(middle) {
                early = middle;
            } else {
                late = middle;
            }
        }
        Some(early)
    }

    fn told(&self, window: Window, zone: &Zone) -> Option<Promise> {
        let Window { earliest, latest } = window;
        let local = |at: i64| LocalInstant { at, utc_offset: zone.offset(at) };
        self.known.then(|| Promise {
            mode: self.mode.word().to_owned(),
            earliest: local(earliest),
            latest: local(latest),
        })
    }

    /// What a shipment costs, in minor units.
    #[must_use]
    pub fn shipment_cost(&self) -> i64 {
        self.node.shipment_cost + per_kilometre(self.metres, self.node.kilometre_cost)
    }

    /// Grams of carbon dioxide of a shipment.
    #[must_use]
    pub fn carbon(&self) -> i64 {
        self.node.shipment_carbon + per_kilometre(self.metres, self.node.kilometre_carbon)
    }
}

fn per_kilometre(metres: Option<i64>, price: i64) -> i64 {
    // A begun kilometre counts as it was gone: half a kilometre rounds up.
    metres.map_or(0, |metres| (metres * price + 500) / 1_000)
}

/// Metres from a node to the shopper.
#[must_use]
pub fn metres(node: &Node, context: &Context) -> Option<i64> {
    let shopper = context.shopper.as_ref()?.place.as_ref()?;
    Some(distance::metres(shopper, &node.place()?))
}

/// Who asks for what, by which mode.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The rules.
    pub rules: &'a Rules,
    /// The mode wished for.
    pub wish: Option<Mode>,
    /// The shopper's zone.
    pub zone: &'a Zone,
    /// The inquiry.
    pub inquiry: &'a Inquiry,
    /// What is around the cart.
    pub context: &'a Context,
}

/// What a node offers; where its counts are `stale`, it promises nothing within minutes.
///
/// # Errors
/// The reason why it offers nothing.
pub fn offer<'a>(asked: Asked<'_>, node: &'a Node, stale: bool) -> Result<Offer<'a>, &'static str> {
    let Asked { inquiry, context, .. } = asked;
    let named = inquiry.nodes.contains(&node.id);
    if !inquiry.nodes.is_empty() && !named {
        return Err("not-asked-for");
    }
    if inquiry.excluded.contains(&node.id) {
        return Err("excluded");
    }
    if !node.active && !named {
        return Err("inactive");
    }
    if !node.channels.is_empty() && !node.channels.contains(&context.channel.kind) {
        return Err("channel-not-served");
    }
    let capacity = capacity(node, context);
    if capacity == Some(0) {
        return Err("no-capacity");
    }
    let metres = metres(node, context);
    let (mode, window) = mode(asked, node, stale, metres)?;
    let kept = inquiry.by.is_none_or(|by| window.latest <= by);
    if inquiry.strictly && !kept {
        return Err("too-late");
    }
    let anywhere = node.place.is_none() || matches!(mode, Mode::Pickup | Mode::SameDay | Mode::NextDay);
    Ok(Offer { node, mode, window, known: metres.is_some() || anywhere, metres, kept, capacity })
}

/// The mode wished, or the node's first that reaches the shopper; pickup only where it was wished or is all there is.
fn mode(asked: Asked<'_>, node: &Node, stale: bool, metres: Option<i64>) -> Result<(Mode, Window), &'static str> {
    let Asked { rules, wish, zone: shopper, inquiry: _, context } = asked;
    let only = node.modes.len() == 1;
    let mut refused = "mode-not-offered";
    for mode in node.modes.iter().copied() {
        if wish.is_some_and(|wish| wish != mode) || (wish.is_none() && mode == Mode::Pickup && !only) {
            continue;
        }
        if mode == Mode::Instant && stale {
            refused = "stale";
            continue;
        }
        if mode != Mode::Pickup && metres.zip(node.radius).is_some_and(|(metres, radius)| metres > radius) {
            refused = "out-of-radius";
            continue;
        }
        let order = Order { at: context.at, zone: shopper, metres: metres.unwrap_or(0) };
        let zone = rules.zone(node).ok_or("closed")?;
        match promise::window(node, zone, mode, rules.root.policy.modes.of(mode), order) {
            Some(window) => return Ok((mode, window)),
            None => refused = "closed",
        }
    }
    Err(refused)
}

/// What is left of the slot: a counter of kind `capacity` says what is used of it.
fn capacity(node: &Node, context: &Context) -> Option<u32> {
    let counters = context.counters.iter().filter(|counter| counter.kind == "capacity" && counter.id == node.id);
    let used: i64 = counters.map(|counter| counter.used).sum();
    node.capacity.map(|capacity| u32::try_from((i64::from(capacity) - used).max(0)).unwrap_or(0))
}

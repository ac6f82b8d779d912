//! A first check: nodes in their order, each giving what it has.

use crate::calendar::Zone;
use crate::rulebook::{self, Root, nodes::Node};
use crate::words::Mode;
use crate::{distance, promise};
use commerce::facts::stock::{Availability, Level, Plan, Portion, Promise, Supply, Wanted};
use commerce::{Context, Fault};
use std::collections::BTreeMap;

/// Compiled rules, ready to use.
pub struct Rules {
    root: Root,
    zones: Vec<Option<Zone>>,
}

impl Rules {
    /// Takes the root of what [`crate::compile`] gave.
    ///
    /// # Errors
    /// Another version's form, or none at all.
    pub fn load(root: &[u8]) -> Result<Self, String> {
        let root = rulebook::load(root)?;
        let zones = root.zones.iter().map(|name| Zone::named(name)).collect();
        Ok(Self { root, zones })
    }

    /// Plans the cart.
    ///
    /// # Errors
    /// Levels of unknown nodes or below zero, and an unknown wish.
    pub fn check(
        &self,
        lines: &[Wanted],
        levels: &[Level],
        wish: Option<&str>,
        context: &Context,
    ) -> Result<Plan, Vec<Fault>> {
        let mut faults = Vec::new();
        let mode = wish.and_then(Mode::from_word);
        if wish.is_some() && mode.is_none() {
            faults.push(fault("unknown-mode", "/delivery/wish", "is no mode of delivery"));
        }
        let mut left: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for (index, level) in levels.iter().enumerate() {
            if !self.root.nodes.iter().any(|node| node.id == level.node) {
                faults.push(fault("unknown-node", &format!("/stock/{index}/node"), "is no node of the rulebook"));
            }
            *left.entry((&level.sku, &level.node)).or_insert(0) += level.on_hand - level.reserved;
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let nodes: Vec<(&Node, Promise, i64)> =
            self.root.nodes.iter().filter_map(|node| self.offer(node, mode, context)).collect();
        let mut used: BTreeMap<&str, i64> = BTreeMap::new();
        let mut plan = Plan { lines: Vec::new(), shipments: 0, cost: 0, optimal: false };
        for line in lines {
            let mut supply = Supply {
                id: line.id.clone(),
                status: Availability::Unavailable,
                quantity: 0,
                portions: vec![],
                promise: None,
                reasons: vec![],
            };
            for (node, promise, cost) in &nodes {
                let Some(stock) = left.get_mut(&(line.sku.as_str(), node.id.as_str())) else { continue };
                let take = (*stock).clamp(0, i64::from(line.quantity - supply.quantity));
                let Some(quantity) = u32::try_from(take).ok().filter(|take| *take > 0) else { continue };
                *stock -= take;
                supply.quantity += quantity;
                supply.portions.push(Portion { node: node.id.clone(), quantity });
                if supply.promise.as_ref().is_none_or(|known| known.latest < promise.latest) {
                    supply.promise = Some(promise.clone());
                }
                used.insert(&node.id, *cost);
                plan.cost += take * node.unit_cost;
            }
            supply.status = match supply.quantity {
                0 => Availability::Unavailable,
                some if some < line.quantity => Availability::Partial,
                _ => Availability::Available,
            };
            if supply.quantity < line.quantity {
                supply.reasons.push("not-enough-stock".to_owned());
            }
            plan.lines.push(supply);
        }
        plan.shipments = u32::try_from(used.len()).unwrap_or(u32::MAX);
        plan.cost += used.values().sum::<i64>();
        Ok(plan)
    }

    fn offer<'a>(&'a self, node: &'a Node, wish: Option<Mode>, context: &Context) -> Option<(&'a Node, Promise, i64)> {
        let served = node.channels.is_empty() || node.channels.contains(&context.channel.kind);
        let mode = wish.or(node.modes.first().copied()).filter(|mode| node.modes.contains(mode))?;
        let place = context.shopper.as_ref().and_then(|shopper| shopper.place.as_ref());
        let metres = place.zip(node.place()).map_or(0, |(shopper, node)| distance::metres(shopper, &node));
        let near = mode == Mode::Pickup || node.radius.is_none_or(|radius| metres <= radius);
        let zone = usize::try_from(node.zone).ok().and_then(|index| self.zones.get(index)).and_then(Option::as_ref)?;
        let order = promise::Order { at: context.at, offset: i64::from(context.utc_offset), metres };
        let window = promise::window(node, zone, mode, self.root.policy.modes.of(mode), order)?;
        let promise = Promise { mode: mode.word().to_owned(), earliest: window.earliest, latest: window.latest };
        (node.active && served && near).then_some((
            node,
            promise,
            node.shipment_cost + metres * node.kilometre_cost / 1_000,
        ))
    }
}

fn fault(code: &str, pointer: &str, detail: &str) -> Fault {
    Fault { code: code.to_owned(), pointer: pointer.to_owned(), detail: detail.to_owned() }
}

//! The best allocation over chosen nodes where lines depend on each other beyond capacities: kits over shared parts, the
//! same product on lines that may not be split, whole lines where a capacity binds.
//!
//! Depth first over the lines that depend on each other, each tried at its nodes from the cheapest, most units first; the
//! other lines follow by themselves or as a flow. A branch is closed when the lines that remain, each looking at itself
//! alone, cannot bring it below the best.
#![allow(clippy::indexing_slicing, reason = "matrices of the problem's dimensions")]

use super::flow;
use super::problem::{Problem, Score};
use super::relaxed;

/// The best allocation over the open nodes, below `ceiling` (the units' value; choosing nodes not counted), and whether
/// the search ended by itself.
pub fn best<V: Score>(
    problem: &Problem<'_, V>,
    open: &[bool],
    ceiling: V,
    steps: &mut u32,
) -> (Option<Vec<u32>>, bool) {
    let capped =
        problem.case.suppliers.iter().enumerate().any(|(node, supplier)| open[node] && supplier.capacity.is_some());
    let hard = |want: &usize| problem.coupled[*want] || (capped && problem.case.wants[*want].whole);
    let (mut hard, easy): (Vec<usize>, Vec<usize>) = (0..problem.wants).partition(hard);
    // What is hard to fit comes first.
    hard.sort_by_key(|want| (std::cmp::Reverse(problem.quantity(*want)), *want));
    let wanted = (0..problem.wants).fold(0_u32, |sum, want| sum.saturating_add(problem.quantity(want)));
    let room: Vec<u32> =
        problem.case.suppliers.iter().map(|supplier| supplier.capacity.unwrap_or(u32::MAX).min(wanted)).collect();
    let price = if capped {
        let all: Vec<usize> = (0..problem.wants).collect();
        flow::prices(problem, open, &flow::units(problem, &problem.unit, open, &all, &room))
    } else {
        vec![V::from(0); problem.nodes]
    };
    let mut deep = Deep {
        problem,
        open,
        order: order(problem, &price),
        hard,
        easy,
        capped,
        rest: Vec::new(),
        room,
        price,
        pools: problem.case.pools.clone(),
        units: vec![0; problem.wants * problem.nodes],
        ceiling,
        best: None,
        steps,
        ended: true,
    };
    deep.rest = deep.rest();
    deep.line(0, V::from(0));
    (deep.best, deep.ended)
}

/// For each want, the nodes that have it, the cheapest first when capacity has its price too.
fn order<V: Score>(problem: &Problem<'_, V>, price: &[V]) -> Vec<Vec<usize>> {
    let sorted = |(want, order): (usize, &Vec<usize>)| {
        let mut order = order.clone();
        order.sort_by_key(|node| (problem.unit[want * problem.nodes + node] + price[*node], *node));
        order
    };
    problem.order.iter().enumerate().map(sorted).collect()
}

struct Deep<'p, 'a, V> {
    problem: &'p Problem<'a, V>,
    open: &'p [bool],
    hard: Vec<usize>,
    easy: Vec<usize>,
    capped: bool,
    /// From each hard line on, the least that all that follows can cost, capacity paid for.
    rest: Vec<V>,
    room: Vec<u32>,
    /// The price of a unit of each node's capacity. What lines pay for it, less what all that is left of it is worth, is
    /// a lower bound (Lagrange); with the dual prices of the flow it is the flow's own.
    price: Vec<V>,
    order: Vec<Vec<usize>>,
    pools: Vec<Vec<u32>>,
    units: Vec<u32>,
    ceiling: V,
    best: Option<Vec<u32>>,
    steps: &'p mut u32,
    ended: bool,
}

impl<V: Score> Deep<'_, '_, V> {
    fn rest(&self) -> Vec<V> {
        let single = |want: usize| {
            let (mut left, mut value) = (self.problem.quantity(want), V::from(0));
            for node in self.order[want].iter().filter(|node| self.open[**node]) {
                let at = want * self.problem.nodes + node;
                let cost = self.problem.unit[at] + self.price[*node];
                if cost >= self.problem.short {
                    break;
                }
                let many = left.min(self.problem.most[at]);
                left -= many;
                value += cost * V::from(many);
            }
            value + self.problem.short * V::from(left)
        };
        let mut rest = vec![self.easy.iter().fold(V::from(0), |sum, want| sum + single(*want))];
        for want in self.hard.iter().rev() {
            let last = rest[rest.len() - 1];
            rest.push(last + single(*want));
        }
        rest.reverse();
        rest
    }

    /// What the capacity that is left is worth.
    fn worth(&self) -> V {
        let worth = |(price, room): (&V, &u32)| *price * V::from(*room);
        self.price
            .iter()
            .zip(&self.room)
            .filter(|(price, _)| **price > V::from(0))
            .map(worth)
            .fold(V::from(0), |sum, worth| sum + worth)
    }

    fn line(&mut self, index: usize, value: V) {
        let Some(want) = self.hard.get(index).copied() else { return self.leaf(value) };
        let nodes: Vec<usize> = self.order[want].iter().copied().filter(|node| self.open[*node]).collect();
        self.place(index, &nodes, self.problem.quantity(want), value);
    }

    fn place(&mut self, index: usize, nodes: &[usize], left: u32, value: V) {
        let steps = self.steps.checked_sub(1).filter(|_| !self.problem.is_spent());
        let Some(steps) = steps else {
            self.ended = false;
            return;
        };
        *self.steps = steps;
        self.problem.spend(2 * nodes.len() + 2);
        let want = self.hard[index];
        if value + self.ahead(want, nodes, left) + self.rest[index + 1] >= self.ceiling + self.worth() {
            return;
        }
        let (Some((node, others)), true) = (nodes.split_first(), left > 0) else {
            return self.line(index + 1, value + self.problem.short * V::from(left));
        };
        let most = self.available(want, *node).min(left);
        let whole = self.problem.case.wants[want].whole;
        let at = want * self.problem.nodes + node;
        for many in (0..=most).rev() {
            if whole && many != 0 && many != self.problem.quantity(want) {
                continue;
            }
            self.take(want, *node, many);
            self.units[at] = many;
            self.place(index, others, left - many, value + self.problem.unit[at] * V::from(many));
            self.units[at] = 0;
            self.give(want, *node, many);
        }
    }

    /// The least that these units of a want cost at these nodes, as the pools stand, capacity paid for.
    fn ahead(&self, want: usize, nodes: &[usize], left: u32) -> V {
        let (mut left, mut value) = (left, V::from(0));
        let whole = self.problem.case.wants[want].whole;
        for node in nodes {
            let cost = self.problem.unit[want * self.problem.nodes + node] + self.price[*node];
            if left == 0 || cost >= self.problem.short {
                break;
            }
            let has = self.available(want, *node);
            if whole && has < left {
                continue;
            }
            let many = left.min(has);
            left -= many;
            value += cost * V::from(many);
        }
        value + self.problem.short * V::from(left)
    }

    fn available(&self, want: usize, node: usize) -> u32 {
        let parts = &self.problem.case.wants[want].parts;
        let has = parts.iter().map(|(pool, units)| self.pools[*pool][node] / (*units).max(1)).min().unwrap_or(0);
        has.min(self.room[node]).min(self.problem.most[want * self.problem.nodes + node])
    }

    fn take(&mut self, want: usize, node: usize, many: u32) {
        self.room[node] -= many;
        for (pool, units) in &self.problem.case.wants[want].parts {
            self.pools[*pool][node] -= units * many;
        }
    }

    fn give(&mut self, want: usize, node: usize, many: u32) {
        self.room[node] += many;
        for (pool, units) in &self.problem.case.wants[want].parts {
            self.pools[*pool][node] += units * many;
        }
    }

    fn leaf(&mut self, value: V) {
        self.problem.spend(self.problem.wants * self.problem.nodes);
        let others = if self.capped {
            flow::units(self.problem, &self.problem.unit, self.open, &self.easy, &self.room)
        } else {
            relaxed::units(self.problem, self.open)
        };
        let mut units = self.units.clone();
        let mut total = value;
        for want in &self.easy {
            let mut left = self.problem.quantity(*want);
            for node in 0..self.problem.nodes {
                let at = want * self.problem.nodes + node;
                units[at] = others[at];
                left -= others[at];
                total += self.problem.unit[at] * V::from(others[at]);
            }
            total += self.problem.short * V::from(left);
        }
        if total < self.ceiling {
            self.ceiling = total;
            self.best = Some(units);
        }
    }
}

//! A case as dense numbers.
#![allow(clippy::indexing_slicing, reason = "matrices of this module's own dimensions")]

use super::Case;
use super::objective::{self, Scale};
use crate::words::Criterion;
use std::cell::Cell;
use std::ops::{Add, AddAssign, Div, Mul, Sub, SubAssign};

/// A whole number that values are counted in: 64 bits where they fit, 128 where not.
pub trait Score:
    Copy
    + Ord
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + SubAssign
    + From<u32>
    + std::fmt::Debug
{
    /// From 128 bits, which must fit.
    fn narrow(value: i128) -> Self;
    /// To 128 bits.
    fn wide(self) -> i128;
}

impl Score for i64 {
    #[allow(clippy::cast_possible_truncation, reason = "the scale was asked whether it fits")]
    fn narrow(value: i128) -> Self {
        value as Self
    }
    fn wide(self) -> i128 {
        i128::from(self)
    }
}

impl Score for i128 {
    fn narrow(value: i128) -> Self {
        value
    }
    fn wide(self) -> i128 {
        self
    }
}

/// A case as dense numbers. Matrices have a row for each want and a column for each node.
#[derive(Debug)]
pub struct Problem<'a, V> {
    /// The case that it was made from.
    pub case: &'a Case,
    /// Nodes.
    pub nodes: usize,
    /// Wants.
    pub wants: usize,
    /// What choosing a node costs.
    pub fixed: Vec<V>,
    /// What a unit costs.
    pub unit: Vec<V>,
    /// Units that a node could send of a want if it wanted nothing else.
    pub most: Vec<u32>,
    /// What a missing unit costs.
    pub short: V,
    /// For each want, the nodes that have it, cheapest unit first.
    pub order: Vec<Vec<usize>>,
    /// Wants, those that the fewest nodes have first.
    pub scarce: Vec<usize>,
    /// Wants that share a pool with another.
    pub coupled: Vec<bool>,
    /// Cells that a search may still look at: time without a clock.
    work: Cell<u64>,
    /// Cells that it may look at in all.
    given: Cell<u64>,
}

impl<'a, V: Score> Problem<'a, V> {
    /// The numbers of a case, and how many cells a search for its plan may look at.
    #[must_use]
    pub fn new(case: &'a Case, scale: &Scale, work: u64) -> Self {
        let (nodes, wants) = (case.suppliers.len(), case.wants.len());
        let fixed = case
            .suppliers
            .iter()
            .map(|supplier| V::narrow(scale.value(|criterion| objective::of_node(supplier, criterion))))
            .collect();
        let short = scale.value(objective::of_missing);
        let late = scale.value(|criterion| i64::from(criterion == Criterion::Promise));
        let money = scale.value(|criterion| i64::from(criterion == Criterion::Cost));
        let mut unit = Vec::with_capacity(nodes * wants);
        let mut most = Vec::with_capacity(nodes * wants);
        for want in &case.wants {
            for (node, supplier) in case.suppliers.iter().enumerate() {
                let cost = i128::from(want.unit_cost.get(node).copied().unwrap_or(0)) * money;
                unit.push(V::narrow(if supplier.kept { cost } else { cost + late }));
                let has =
                    want.parts.iter().map(|(pool, units)| case.pools[*pool][node] / (*units).max(1)).min().unwrap_or(0);
                let has = has.min(want.quantity).min(supplier.capacity.unwrap_or(u32::MAX));
                most.push(if want.whole && has < want.quantity { 0 } else { has });
            }
        }
        let order: Vec<Vec<usize>> = (0..wants)
            .map(|want| {
                let mut order: Vec<usize> = (0..nodes).filter(|node| most[want * nodes + node] > 0).collect();
                order.sort_by_key(|node| (unit[want * nodes + node], *node));
                order
            })
            .collect();
        let mut scarce: Vec<usize> = (0..wants).collect();
        scarce.sort_by_key(|want| (order[*want].len(), *want));
        Self {
            case,
            nodes,
            wants,
            fixed,
            unit,
            most,
            short: V::narrow(short),
            order,
            scarce,
            coupled: coupled(case),
            work: Cell::new(work),
            given: Cell::new(work),
        }
    }

    /// Says that so many cells were looked at.
    #[inline]
    pub fn spend(&self, cells: usize) {
        self.work.set(self.work.get().saturating_sub(u64::try_from(cells).unwrap_or(u64::MAX)));
    }

    /// Whether the search is to end with what it has.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.work.get() == 0
    }

    /// Gives so much more work.
    pub fn extend(&self, work: u64) {
        self.work.set(self.work.get().saturating_add(work));
        self.given.set(self.given.get().saturating_add(work));
    }

    /// Cells that were looked at.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.given.get().saturating_sub(self.work.get())
    }

    /// Units wanted.
    #[must_use]
    pub fn quantity(&self, want: usize) -> u32 {
        self.case.wants[want].quantity
    }

    /// The value of an allocation, choosing every node that sends.
    #[must_use]
    pub fn value(&self, units: &[u32]) -> V {
        let mut value = V::from(0);
        let mut used = vec![false; self.nodes];
        for want in 0..self.wants {
            let mut sent = 0;
            for node in 0..self.nodes {
                let many = units[want * self.nodes + node];
                if many > 0 {
                    used[node] = true;
                    sent += many;
                    value += self.unit[want * self.nodes + node] * V::from(many);
                }
            }
            value += self.short * V::from(self.quantity(want) - sent);
        }
        for (fixed, _) in self.fixed.iter().zip(&used).filter(|(_, used)| **used) {
            value += *fixed;
        }
        value
    }

    /// Whether an allocation keeps to pools, capacities and whole lines.
    #[must_use]
    pub fn feasible(&self, units: &[u32]) -> bool {
        self.within_capacity(units) && self.within_pools(units) && self.whole(units)
    }

    /// Whether it keeps to capacities.
    #[must_use]
    pub fn within_capacity(&self, units: &[u32]) -> bool {
        self.case.suppliers.iter().enumerate().all(|(node, supplier)| {
            supplier.capacity.is_none_or(|capacity| {
                let sent: u64 = (0..self.wants).map(|want| u64::from(units[want * self.nodes + node])).sum();
                sent <= u64::from(capacity)
            })
        })
    }

    fn within_pools(&self, units: &[u32]) -> bool {
        if !self.coupled.contains(&true) {
            return true;
        }
        (0..self.nodes).all(|node| {
            let mut taken = vec![0_u64; self.case.pools.len()];
            for (want, row) in self.case.wants.iter().enumerate() {
                for (pool, each) in &row.parts {
                    taken[*pool] += u64::from(*each) * u64::from(units[want * self.nodes + node]);
                }
            }
            taken.iter().zip(&self.case.pools).all(|(taken, pool)| *taken <= u64::from(pool[node]))
        })
    }

    fn whole(&self, units: &[u32]) -> bool {
        self.case.wants.iter().enumerate().filter(|(_, want)| want.whole).all(|(row, want)| {
            units[row * self.nodes..(row + 1) * self.nodes].iter().all(|many| *many == 0 || *many == want.quantity)
                && units[row * self.nodes..(row + 1) * self.nodes].iter().filter(|many| **many > 0).count() <= 1
        })
    }
}

/// Which wants share a pool with another.
fn coupled(case: &Case) -> Vec<bool> {
    let mut users = vec![0_u32; case.pools.len()];
    for want in &case.wants {
        for (pool, _) in &want.parts {
            users[*pool] += 1;
        }
    }
    case.wants.iter().map(|want| want.parts.iter().any(|(pool, _)| users[*pool] > 1)).collect()
}

//! A plan from what prices say: where nodes want a line most it goes, and what finds no room makes room by moving
//! another line on.
#![allow(clippy::indexing_slicing, reason = "matrices of the problem's dimensions")]

use super::problem::{Problem, Score};

/// A plan in the making; it keeps to pools, capacities and whole lines.
#[derive(Debug)]
pub struct Rounded<'p, 'a, V> {
    problem: &'p Problem<'a, V>,
    /// Nodes that may send, and how much each still can.
    free: Vec<u32>,
    pools: Vec<Vec<u32>>,
    left: Vec<u32>,
    /// Units of each want from each node.
    pub units: Vec<u32>,
}

impl<'p, 'a, V: Score> Rounded<'p, 'a, V> {
    /// The plan that gives cells what nodes want, the surest first: `mean` says how many units, in parts of 256.
    #[must_use]
    pub fn new(problem: &'p Problem<'a, V>, open: &[bool], taken: &[u32], mean: &[i64]) -> Self {
        let (nodes, wants) = (problem.nodes, problem.wants);
        let capacity = problem.case.suppliers.iter().zip(open);
        let free = capacity.map(|(supplier, open)| if *open { supplier.capacity.unwrap_or(u32::MAX) } else { 0 });
        let mut plan = Self {
            problem,
            free: free.collect(),
            pools: problem.case.pools.clone(),
            left: (0..wants).map(|want| problem.quantity(want)).collect(),
            units: vec![0; nodes * wants],
        };
        for (at, units) in taken.iter().enumerate().filter(|(_, units)| **units > 0) {
            plan.put(at / nodes, at % nodes, *units);
        }
        let mut cells: Vec<(i64, usize)> = Vec::new();
        for want in 0..wants {
            let quantity = i64::from(problem.quantity(want).max(1));
            let row = (0..nodes).map(|node| want * nodes + node).filter(|at| mean[*at] >= 16);
            cells.extend(row.map(|at| (mean[at] * 16 / quantity, at)));
        }
        cells.sort_unstable_by_key(|(sure, at)| (std::cmp::Reverse(*sure), *at));
        problem.spend(cells.len() * 4);
        for (_, at) in cells {
            let (want, node) = (at / nodes, at % nodes);
            let many = if problem.case.wants[want].whole {
                u32::MAX
            } else {
                u32::try_from((mean[at] + 128) / 256).unwrap_or(0)
            };
            plan.send(want, node, many);
        }
        plan
    }

    /// Gives what is left to whoever has room, and makes room where that brings more units.
    pub fn fill(&mut self) {
        let mut order: Vec<usize> = (0..self.problem.wants).collect();
        let size = |want: &usize| if self.problem.case.wants[*want].whole { self.left[*want] } else { 0 };
        order.sort_by_key(|want| (std::cmp::Reverse(size(want)), self.problem.order[*want].len()));
        for want in &order {
            self.spread(*want);
        }
        for _ in 0..2 {
            let mut changed = false;
            for want in &order {
                if self.left[*want] > 0 && !self.problem.is_spent() {
                    changed |= self.eject(*want);
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// How many more units of a want a node can send.
    fn room(&self, want: usize, node: usize) -> u32 {
        let row = &self.problem.case.wants[want];
        let at = want * self.problem.nodes + node;
        let most = self.problem.most[at].saturating_sub(self.units[at]).min(self.left[want]).min(self.free[node]);
        let has = |most: u32, (pool, each): &(usize, u32)| most.min(self.pools[*pool][node] / (*each).max(1));
        let most = if self.problem.coupled[want] { row.parts.iter().fold(most, has) } else { most };
        if row.whole && most < row.quantity { 0 } else { most }
    }

    fn put(&mut self, want: usize, node: usize, many: u32) {
        self.units[want * self.problem.nodes + node] += many;
        self.left[want] = self.left[want].saturating_sub(many);
        self.free[node] = self.free[node].saturating_sub(many);
        for (pool, each) in &self.problem.case.wants[want].parts {
            self.pools[*pool][node] = self.pools[*pool][node].saturating_sub(each * many);
        }
    }

    fn take(&mut self, want: usize, node: usize, many: u32) {
        self.units[want * self.problem.nodes + node] -= many;
        self.left[want] += many;
        self.free[node] += many;
        for (pool, each) in &self.problem.case.wants[want].parts {
            self.pools[*pool][node] += each * many;
        }
    }

    fn send(&mut self, want: usize, node: usize, most: u32) -> u32 {
        let many = self.room(want, node).min(most);
        if many > 0 {
            self.put(want, node, many);
        }
        many
    }

    /// Sends what is left of a want from whoever has it, the cheapest first.
    fn spread(&mut self, want: usize) {
        let problem = self.problem;
        problem.spend(problem.order[want].len());
        for node in &problem.order[want] {
            if self.left[want] == 0 {
                break;
            }
            let _ = self.send(want, *node, u32::MAX);
        }
    }

    /// Moves another line away from a node for one that finds no room, where more is sent then.
    fn eject(&mut self, want: usize) -> bool {
        let (problem, nodes) = (self.problem, self.problem.nodes);
        for node in &problem.order[want] {
            if self.free[*node] == 0 && self.problem.case.suppliers[*node].capacity.is_none() {
                continue;
            }
            problem.spend(problem.wants * 4);
            for other in (0..problem.wants).filter(|other| *other != want) {
                let many = self.units[other * nodes + node];
                if many == 0 {
                    continue;
                }
                let before = (self.left[want], self.left[other]);
                self.take(other, *node, many);
                let sent = self.send(want, *node, u32::MAX);
                let back = self.units[other * nodes..(other + 1) * nodes].to_vec();
                if sent > 0 {
                    self.spread(other);
                }
                let gained = u64::from(self.left[want]) + u64::from(self.left[other]);
                if sent > 0 && gained < u64::from(before.0) + u64::from(before.1) {
                    return true;
                }
                for (place, before) in back.iter().enumerate() {
                    let more = self.units[other * nodes + place] - before;
                    if more > 0 {
                        self.take(other, place, more);
                    }
                }
                if sent > 0 {
                    self.take(want, *node, sent);
                }
                self.put(other, *node, many);
            }
        }
        false
    }
}

//! The best allocation over chosen nodes where lines depend on each other beyond capacities: kits over shared parts, the
//! same product on lines that may not be split, whole lines where a capacity binds.
//!
//! A branch and bound: the allocation of least cost with capacities ([`Flow`]), units paying for the pools they are taken
//! from ([`pooled`]), is a lower bound. Where it takes more from a pool than there is, or splits a line that must stay
//! whole, two branches settle that: so many units at least of one line at one node, or fewer. A branch changes little, and
//! its allocation is the one before it, mended.
#![allow(clippy::indexing_slicing, reason = "matrices of the problem's dimensions")]

use super::demand::{Paid, Stage, State};
use super::dual::Choice;
use super::flow::Flow;
use super::objective::Scale;
use super::pooled::{Prices, Shared};
use super::problem::{Problem, Score};
use super::rounded::Rounded;

/// Rounds of moving prices of lines in each branch.
const ROUNDS: u32 = 12;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Task<'t, V> {
    /// The scale of values.
    pub scale: &'t Scale,
    /// Nodes that may send.
    pub open: &'t [bool],
    /// What a unit costs.
    pub unit: &'t [V],
    /// What is counted besides the units.
    pub fixed: V,
    /// Only what is below this, all counted, is of interest.
    pub ceiling: V,
    /// What is to be proven where the criteria before the last are settled, and prices to begin with.
    pub stage: Option<(&'t Stage, &'t Paid)>,
}

/// The best allocation.
#[derive(Debug)]
pub struct Best<V> {
    /// Its units, where there is one below the ceiling.
    pub units: Option<Vec<u32>>,
    /// No allocation is below it, all counted; the ceiling where none is below that.
    pub bound: V,
}

/// The best allocation over the open nodes.
pub fn best<V: Score>(problem: &Problem<'_, V>, shared: &Shared, task: Task<'_, V>, steps: &mut u32) -> Best<V> {
    let wanted = (0..problem.wants).fold(0_u32, |sum, want| sum.saturating_add(problem.quantity(want)));
    let room: Vec<u32> =
        problem.case.suppliers.iter().map(|supplier| supplier.capacity.unwrap_or(u32::MAX).min(wanted)).collect();
    let prices = Prices::none(problem, shared);
    // A cart of billions may leave no room for prices: then pools cost nothing.
    let priced = !shared.pools.is_empty() && task.scale.fits(124 - super::pooled::bits(problem.case).min(124));
    let prices = if !priced { prices } else { prices.raised(problem, shared, task.unit, task.open, &room) };
    let unit = prices.unit(problem, shared, task.unit);
    let wants: Vec<usize> = (0..problem.wants).collect();
    let node = Node {
        flow: Flow::least(problem, &unit, task.open, &wants, &room),
        taken: vec![0; problem.wants * problem.nodes],
        pools: problem.case.pools.clone(),
        free: room,
        paid: V::from(0),
    };
    let choices = task.open.iter().map(|open| if *open { Choice::In } else { Choice::Out }).collect();
    let mut deep = Deep { problem, shared, task, choices, best: None, left_open: None, steps };
    deep.look(node, &prices, task.stage.map(|(_, paid)| paid));
    let bound = deep.left_open.map_or(deep.task.ceiling, |open| open.min(deep.task.ceiling));
    Best { units: deep.best, bound }
}

/// A branch.
#[derive(Clone, Debug)]
struct Node<'p, 'a, V> {
    /// What can be changed.
    flow: Flow<'p, 'a, V>,
    /// What is settled.
    taken: Vec<u32>,
    /// Units left in each pool at each node beside what is settled.
    pools: Vec<Vec<u32>>,
    /// What each node can send beside what is settled.
    free: Vec<u32>,
    /// What that which is settled costs, its pools paid for.
    paid: V,
}

/// A line at a node, and how many units it sends there at least in one branch; it sends fewer in the other.
#[derive(Clone, Copy, Debug)]
struct Cut {
    want: usize,
    node: usize,
    least: u32,
}

struct Deep<'t, 'a, V> {
    problem: &'t Problem<'a, V>,
    shared: &'t Shared,
    task: Task<'t, V>,
    choices: Vec<Choice>,
    best: Option<Vec<u32>>,
    left_open: Option<V>,
    steps: &'t mut u32,
}

impl<'a, V: Score> Deep<'_, 'a, V> {
    fn look(&mut self, node: Node<'_, 'a, V>, prices: &Prices<V>, paid: Option<&Paid>) {
        let worth = prices.worth(self.problem, self.shared).into_iter().zip(self.task.open);
        let worth = worth.filter(|(_, open)| **open).fold(V::from(0), |sum, (worth, _)| sum + worth);
        self.branch(node, prices, worth, paid);
    }

    fn branch(&mut self, mut node: Node<'_, 'a, V>, prices: &Prices<V>, worth: V, paid: Option<&Paid>) {
        // The copy of a branch and the look through it.
        self.problem.spend(self.problem.wants * self.problem.nodes * 2);
        let bound = self.task.fixed + node.flow.total() + node.paid - worth;
        let bound = V::narrow(self.task.scale.round_up(bound.wide()));
        if bound >= self.task.ceiling {
            return;
        }
        let Some(steps) = self.steps.checked_sub(1).filter(|_| !self.problem.is_spent()) else {
            self.left_open = Some(self.left_open.map_or(bound, |known| known.min(bound)));
            return;
        };
        *self.steps = steps;
        let Some(cut) = self.split(&node).or_else(|| self.oversold(&node)) else {
            return self.leaf(&node, prices, bound, paid);
        };
        let mut own = paid.cloned();
        if self.closes(&node, own.as_mut()) {
            return;
        }
        let paid = own.as_ref();
        let mut with = node.clone();
        self.send(&mut with, cut);
        self.branch(with, prices, worth, paid);
        node.flow.restrict(cut.want, cut.node, if self.is_whole(cut.want) { 0 } else { cut.least - 1 });
        node.flow.settle();
        self.branch(node, prices, worth, paid);
    }

    /// Whether prices of lines say that nothing of interest is in a branch; they are raised for it.
    fn closes(&mut self, node: &Node<'_, '_, V>, paid: Option<&mut Paid>) -> bool {
        let (Some((stage, _)), Some(paid)) = (self.task.stage, paid) else { return false };
        let nodes = self.problem.nodes;
        let left = |want: usize| {
            let taken: u32 = node.taken[want * nodes..(want + 1) * nodes].iter().sum();
            self.problem.quantity(want).saturating_sub(taken)
        };
        let wanted: Vec<u32> = (0..self.problem.wants).map(left).collect();
        let state = State {
            choices: &self.choices,
            most: &node.flow.most,
            free: &node.free,
            pools: &node.pools,
            wanted: &wanted,
            taken: &node.taken,
        };
        let below = stage.below(&self.task.scale.digits(self.task.ceiling.wide()));
        let priced = stage.ascend(self.problem, state, paid, below, ROUNDS);
        if stage.passes(&priced, below) {
            return true;
        }
        let mut plan = Rounded::new(self.problem, self.task.open, &node.taken, &priced.mean);
        plan.fill();
        self.offer(plan.units);
        let below = stage.below(&self.task.scale.digits(self.task.ceiling.wide()));
        stage.passes(&priced, below)
    }

    fn offer(&mut self, units: Vec<u32>) {
        let value = self.task.fixed + self.value(&units);
        if value < self.task.ceiling && self.problem.feasible(&units) {
            self.task.ceiling = value;
            self.best = Some(units);
        }
    }

    fn is_whole(&self, want: usize) -> bool {
        self.problem.case.wants[want].whole
    }

    /// A line that must stay whole and does not: the largest, and the node that sends most of it.
    fn split(&self, node: &Node<'_, '_, V>) -> Option<Cut> {
        let nodes = self.problem.nodes;
        let split = |want: &usize| {
            let row = &node.flow.units[want * nodes..(want + 1) * nodes];
            let most = row.iter().copied().max().unwrap_or(0);
            most > 0 && most < self.problem.quantity(*want)
        };
        let wholes = (0..self.problem.wants).filter(|want| self.is_whole(*want));
        let want = wholes.filter(split).max_by_key(|want| (self.problem.quantity(*want), std::cmp::Reverse(*want)))?;
        let row = &node.flow.units[want * nodes..(want + 1) * nodes];
        let node = (0..nodes).max_by_key(|node| (row[*node], std::cmp::Reverse(*node)))?;
        Some(Cut { want, node, least: self.problem.quantity(want) })
    }

    /// A line that takes from a pool from which more is taken than there is: the one that takes most where most is
    /// missing.
    fn oversold(&self, node: &Node<'_, '_, V>) -> Option<Cut> {
        let nodes = self.problem.nodes;
        let mut worst: Option<(u64, Cut)> = None;
        for (pool, users) in &self.shared.pools {
            self.problem.spend(nodes / 2);
            for place in (0..nodes).filter(|place| self.task.open[*place]) {
                let takes =
                    |(want, each): &(usize, u32)| u64::from(*each) * u64::from(node.flow.units[want * nodes + place]);
                let has = u64::from(node.pools[*pool][place]);
                let over = users.iter().map(takes).sum::<u64>().saturating_sub(has);
                if over == 0 || worst.as_ref().is_some_and(|(known, _)| *known >= over) {
                    continue;
                }
                if let Some((want, each)) = users.iter().max_by_key(|user| (takes(user), std::cmp::Reverse(user.0))) {
                    let units = node.flow.units[want * nodes + place];
                    let fewer = over.div_ceil(u64::from((*each).max(1)));
                    let fewer = units.saturating_sub(u32::try_from(fewer).unwrap_or(u32::MAX));
                    let least = if self.is_whole(*want) { units } else { fewer + 1 };
                    worst = Some((over, Cut { want: *want, node: place, least }));
                }
            }
        }
        worst.map(|(_, cut)| cut)
    }

    /// Settles that a line sends so many units from a node.
    fn send(&self, node: &mut Node<'_, 'a, V>, cut: Cut) {
        let Cut { want, node: place, least } = cut;
        let at = want * self.problem.nodes + place;
        node.paid += node.flow.price(at) * V::from(least);
        if self.is_whole(want) {
            node.flow.remove(want);
            node.flow.settle();
            node.flow.narrow(place, least);
        } else {
            node.flow.keep(want, place, least);
        }
        node.taken[at] += least;
        node.free[place] = node.free[place].saturating_sub(least);
        for (pool, each) in &self.problem.case.wants[want].parts {
            node.pools[*pool][place] = node.pools[*pool][place].saturating_sub(each * least);
        }
        for other in 0..self.problem.wants {
            let row = &self.problem.case.wants[other];
            let mut most = node.flow.most[other * self.problem.nodes + place];
            if most == 0 {
                continue;
            }
            if self.problem.coupled[other] {
                let has = row.parts.iter().map(|(pool, each)| node.pools[*pool][place] / (*each).max(1));
                most = most.min(has.min().unwrap_or(0));
            }
            if row.whole && most.min(node.free[place]) < row.quantity {
                most = 0;
            }
            node.flow.restrict(other, place, most);
        }
        node.flow.settle();
    }

    /// An allocation that keeps to everything. It is the best of its branch where pools that cost something are empty;
    /// where they are not, the branch is looked at again without their prices.
    fn leaf(&mut self, node: &Node<'_, 'a, V>, prices: &Prices<V>, bound: V, paid: Option<&Paid>) {
        let units: Vec<u32> = node.taken.iter().zip(&node.flow.units).map(|(taken, units)| taken + units).collect();
        let binding = prices.binding(self.problem, self.shared, &units);
        self.offer(units);
        if bound >= self.task.ceiling || prices.is_none() {
            return;
        }
        let prices = if binding == *prices { Prices::none(self.problem, self.shared) } else { binding };
        let unit = prices.unit(self.problem, self.shared, self.task.unit);
        let mut again = Node {
            flow: node.flow.again(&unit),
            taken: node.taken.clone(),
            pools: node.pools.clone(),
            free: node.free.clone(),
            paid: V::from(0),
        };
        for (taken, unit) in again.taken.iter().zip(&unit) {
            again.paid += *unit * V::from(*taken);
        }
        self.look(again, &prices, paid);
    }

    /// What units cost, choosing nodes not counted.
    fn value(&self, units: &[u32]) -> V {
        let mut value = V::from(0);
        for want in 0..self.problem.wants {
            let row = want * self.problem.nodes..(want + 1) * self.problem.nodes;
            let sent: u32 = units[row.clone()].iter().sum();
            value += self.problem.short * V::from(self.problem.quantity(want).saturating_sub(sent));
            for at in row {
                value += self.task.unit[at] * V::from(units[at]);
            }
        }
        value
    }
}

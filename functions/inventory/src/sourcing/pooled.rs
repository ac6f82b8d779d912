//! What a unit of a pool is worth where lines compete for it: prices that bring lines which look at themselves alone to
//! share what there is.
//!
//! Whatever the prices, what units cost when they pay for the pools they are taken from, less what all that is in the
//! pools is worth, is at most what any plan costs (M. L. Fisher, "The Lagrangian Relaxation Method for Solving Integer
//! Programming Problems", Management Science 27, 1981). Prices are raised one pool after the other, each to the point
//! where no more is asked for than there is: that is the best for it while the others stay, in whole numbers.
#![allow(clippy::indexing_slicing, reason = "matrices of the problem's dimensions")]

use super::Case;
use super::flow::{self, Flow};
use super::problem::{Problem, Score};

/// Rounds of raising prices.
const ROUNDS: usize = 6;

/// How many bits more than any plan's value what all pools are worth may need: each unit may pay for all its parts at each
/// node, rounded up.
#[must_use]
pub fn bits(case: &Case) -> u32 {
    let parts = case.wants.iter().map(|want| want.parts.len()).max().unwrap_or(0);
    if !shares(case) {
        return 0;
    }
    (case.suppliers.len().max(1) * parts.max(1)).ilog2() + 3
}

/// Whether a pool has more than one user.
fn shares(case: &Case) -> bool {
    let mut used = vec![false; case.pools.len()];
    let mut parts = case.wants.iter().flat_map(|want| &want.parts);
    parts.any(|(pool, _)| std::mem::replace(&mut used[*pool], true))
}

/// Pools that more than one want takes from.
#[derive(Debug)]
pub struct Shared {
    /// Each pool, and the wants that take from it with the units of it that one of theirs takes.
    pub pools: Vec<(usize, Vec<(usize, u32)>)>,
}

impl Shared {
    /// The shared pools of a problem.
    #[must_use]
    pub fn of<V: Score>(problem: &Problem<'_, V>) -> Self {
        let mut users: Vec<Vec<(usize, u32)>> = vec![Vec::new(); problem.case.pools.len()];
        for (want, row) in problem.case.wants.iter().enumerate().filter(|(want, _)| problem.coupled[*want]) {
            for (pool, each) in &row.parts {
                users[*pool].push((want, *each));
            }
        }
        Self { pools: users.into_iter().enumerate().filter(|(_, users)| users.len() > 1).collect() }
    }
}

/// Prices of pools at nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices<V> {
    /// For each shared pool, a row of nodes.
    of: Vec<V>,
}

impl<V: Score> Prices<V> {
    /// Pools that cost nothing.
    #[must_use]
    pub fn none(problem: &Problem<'_, V>, shared: &Shared) -> Self {
        Self { of: vec![V::from(0); shared.pools.len() * problem.nodes] }
    }

    /// Whether all pools cost nothing.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.of.iter().all(|price| *price == V::from(0))
    }

    /// What a unit costs with the pools it is taken from, `unit` being what it costs without.
    #[must_use]
    pub fn unit(&self, problem: &Problem<'_, V>, shared: &Shared, unit: &[V]) -> Vec<V> {
        problem.spend(problem.wants);
        let mut unit = unit.to_vec();
        for (row, (_, users)) in shared.pools.iter().enumerate() {
            for node in 0..problem.nodes {
                let price = self.of[row * problem.nodes + node];
                if price > V::from(0) {
                    for (want, each) in users {
                        let at = want * problem.nodes + node;
                        unit[at] = pays(problem.short, unit[at], price, *each);
                    }
                }
            }
        }
        unit
    }

    /// What the pools of each node are worth.
    #[must_use]
    pub fn worth(&self, problem: &Problem<'_, V>, shared: &Shared) -> Vec<V> {
        let mut worth = vec![V::from(0); problem.nodes];
        for (row, (pool, _)) in shared.pools.iter().enumerate() {
            for (node, worth) in worth.iter_mut().enumerate() {
                let price = self.of[row * problem.nodes + node];
                if price > V::from(0) {
                    *worth += price * V::from(problem.case.pools[*pool][node]);
                }
            }
        }
        worth
    }

    /// The prices without those of pools that these units leave something in.
    #[must_use]
    pub fn binding(&self, problem: &Problem<'_, V>, shared: &Shared, units: &[u32]) -> Self {
        let mut prices = self.clone();
        for (row, (pool, users)) in shared.pools.iter().enumerate() {
            for node in 0..problem.nodes {
                let takes =
                    |(want, each): &(usize, u32)| u64::from(*each) * u64::from(units[want * problem.nodes + node]);
                if users.iter().map(takes).sum::<u64>() < u64::from(problem.case.pools[*pool][node]) {
                    prices.of[row * problem.nodes + node] = V::from(0);
                }
            }
        }
        prices
    }

    /// Raises prices for these nodes, as long as that raises what any plan costs at least.
    #[must_use]
    pub fn raised(self, problem: &Problem<'_, V>, shared: &Shared, base: &[V], open: &[bool], room: &[u32]) -> Self {
        let wants: Vec<usize> = (0..problem.wants).collect();
        let mut best: Option<(V, Self)> = None;
        let mut prices = self;
        for _ in 0..ROUNDS {
            let unit = prices.unit(problem, shared, base);
            let flow = Flow::least(problem, &unit, open, &wants, room);
            let worth = prices.worth(problem, shared).into_iter().zip(open).filter(|(_, open)| **open);
            let value = worth.fold(flow.total(), |sum, (worth, _)| sum - worth);
            if best.as_ref().is_some_and(|(known, _)| value <= *known) {
                break;
            }
            best = Some((value, prices.clone()));
            let slots = flow::prices(problem, &unit, open, &flow.units);
            let mut climb = Climb { problem, base, open, slots, unit };
            let mut changed = false;
            for row in 0..shared.pools.len() {
                for node in (0..problem.nodes).filter(|node| open[*node]) {
                    changed |= climb.best(shared, row, node, &mut prices);
                }
            }
            if !changed {
                break;
            }
        }
        best.map_or_else(|| Self::none(problem, shared), |(_, prices)| prices)
    }
}

/// What a unit costs when it pays a price for each unit of a pool it takes; what costs as much as leaving it out is left
/// out, so more need not be counted.
fn pays<V: Score>(short: V, unit: V, price: V, each: u32) -> V {
    if unit >= short || price > (short - unit) / V::from(each.max(1)) {
        return unit.max(short);
    }
    unit + price * V::from(each)
}

/// Prices on their way.
struct Climb<'p, 'a, V> {
    problem: &'p Problem<'a, V>,
    base: &'p [V],
    open: &'p [bool],
    /// What a unit of each node's capacity costs.
    slots: Vec<V>,
    /// What a unit costs with all its pools.
    unit: Vec<V>,
}

impl<V: Score> Climb<'_, '_, V> {
    /// Brings one price to where it is best; `true` where that changed it.
    fn best(&mut self, shared: &Shared, row: usize, node: usize, prices: &mut Prices<V>) -> bool {
        let (pool, users) = &shared.pools[row];
        let at = row * self.problem.nodes + node;
        let before = prices.of[at];
        prices.of[at] = V::from(0);
        let mut base: Vec<V> = users.iter().map(|(want, _)| self.without(shared, prices, *want, node)).collect();
        for ((want, _), base) in users.iter().zip(&base) {
            self.unit[want * self.problem.nodes + node] = *base;
        }
        let mut price = V::from(0);
        loop {
            let (mut used, mut rise) = (0_u64, None);
            for ((want, each), base) in users.iter().zip(&mut base) {
                let unit = pays(self.problem.short, *base, price, *each);
                self.unit[want * self.problem.nodes + node] = unit;
                let (units, next) = self.asked(*want, node);
                if units > 0 {
                    used += u64::from(*each) * u64::from(units);
                    let each = V::from((*each).max(1));
                    let step = (next + each - V::from(1)) / each;
                    rise = Some(rise.map_or(step, |rise: V| rise.min(step)));
                }
            }
            let Some(rise) = rise.filter(|_| used > u64::from(self.problem.case.pools[*pool][node])) else { break };
            price += rise.max(V::from(1));
        }
        prices.of[at] = price;
        price != before
    }

    /// What a unit of a want costs at a node, as prices are.
    fn without(&self, shared: &Shared, prices: &Prices<V>, want: usize, node: usize) -> V {
        self.problem.spend(shared.pools.len() / 8);
        let mut unit = self.base[want * self.problem.nodes + node];
        for (row, (_, users)) in shared.pools.iter().enumerate() {
            let price = prices.of[row * self.problem.nodes + node];
            if price > V::from(0) {
                for (_, each) in users.iter().filter(|(user, _)| *user == want) {
                    unit = pays(self.problem.short, unit, price, *each);
                }
            }
        }
        unit
    }

    /// How many units a want takes at a node when it costs a little more there, and how much more it is to the next node
    /// at which it would take fewer.
    fn asked(&self, want: usize, node: usize) -> (u32, V) {
        let row = want * self.problem.nodes;
        let short = self.problem.short;
        let own = self.unit[row + node] + self.slots[node];
        if own >= short {
            return (0, short);
        }
        self.problem.spend(self.problem.order[want].len());
        let mut left = self.problem.quantity(want);
        let mut next = short - own;
        for other in self.problem.order[want].iter().filter(|other| **other != node && self.open[**other]) {
            let there = self.unit[row + other] + self.slots[*other];
            if there <= own {
                left = left.saturating_sub(self.problem.most[row + other]);
            } else {
                next = next.min(there - own);
            }
        }
        (left.min(self.problem.most[row + node]), next)
    }
}

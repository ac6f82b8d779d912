//! A lower bound of one criterion when those before it are as good as they can be: lines pay prices to nodes, and each
//! node sends what pays best for it.
//!
//! That a line gets as much as it wants is not asked for but priced (the Lagrangian relaxation of demand in capacitated
//! facility location: A. M. Geoffrion and R. McBride, "Lagrangean Relaxation Applied to Capacitated Facility Location
//! Problems", AIIE Transactions 10, 1978); what a node can send is looked at exactly ([`super::packed`]), with its
//! capacity, shared parts and lines that stay whole, so the bound is above that of the linear relaxation. Any prices
//! give a bound. They are moved along subgradients (B. T. Polyak, "Minimization of Unsmooth Functionals", 1969). Criteria
//! before this one have prices too: more of them than the best plan has is not allowed. Prices are whole numbers.
#![allow(clippy::indexing_slicing, reason = "matrices of the problem's dimensions")]

mod ascent;
mod row;

use super::Case;
use super::dual::Choice;
use super::packed::{Item, Packer};
use super::problem::{Problem, Score};
use crate::words::Criterion;
use row::Row;

/// What a criterion may reach.
const LARGE: i64 = 1 << 30;
/// What all of a criterion may be in prices: one of it is some power of two.
const WIDE: i64 = 1 << 38;
/// Nodes that may be priced.
const NODES: usize = 64;
/// Units of a cart that may be priced.
const UNITS: u64 = 1 << 14;

/// A criterion to be proven, those before it being settled.
#[derive(Debug)]
pub struct Stage {
    own: Row,
    /// Criteria before it that have a price, and the best that they can be.
    before: Vec<(Row, i64)>,
    /// Units that are missing in every plan that is sought.
    missing: Option<i64>,
    /// Nodes that send in every plan that is sought.
    shipments: Option<usize>,
    /// No plan has more.
    most_shipments: Option<usize>,
    /// The best that criteria before it can be, one after the other.
    settled: Vec<i64>,
    /// What all values of the criterion are multiples of.
    step: i64,
    /// The most that the criterion can be.
    most: i64,
    /// What one of the criterion is in prices.
    one: i64,
    /// What one of a criterion before is to a unit of a line, on which scale its price is moved, and the most that the
    /// price may be.
    scale: Vec<(i64, i64)>,
    /// What a unit costs, in prices, when the criteria before cost nothing.
    unit: Vec<i64>,
    /// The criterion before it: no plan is sought that has more of that either.
    former: Option<Box<Stage>>,
}

/// Prices.
#[derive(Clone, Debug)]
pub struct Paid {
    lines: Vec<i64>,
    before: Vec<i64>,
    former: Option<Box<Paid>>,
}

/// What may still be decided.
#[derive(Clone, Copy, Debug)]
pub struct State<'s> {
    /// What was decided of nodes.
    pub choices: &'s [Choice],
    /// The most that a node may send of a want beside what is settled.
    pub most: &'s [u32],
    /// What each node can send beside what is settled.
    pub free: &'s [u32],
    /// Units left in each pool at each node.
    pub pools: &'s [Vec<u32>],
    /// Units of each want that are neither settled nor given up.
    pub wanted: &'s [u32],
    /// What is settled.
    pub taken: &'s [u32],
}

/// What prices come to.
#[derive(Debug)]
pub struct Priced {
    /// No plan is below it, in parts of a unit of the criterion ([`Stage::passes`]).
    bound: i64,
    /// The open nodes and what each costs above what it earns, the least first.
    open: Vec<(i64, usize)>,
    /// How many of them are chosen at least and at most.
    limits: (usize, usize),
    /// What each node would send.
    units: Vec<u32>,
    /// What each node sent on average while prices were moved, in parts of 256.
    pub mean: Vec<i64>,
    over: Vec<i64>,
    over_before: Vec<i64>,
    former: Option<Box<Priced>>,
}

impl Priced {
    /// The node of those not decided for which it is least clear whether it is chosen, and what is more likely.
    #[must_use]
    pub fn doubt(&self, choices: &[Choice]) -> Option<(usize, Choice)> {
        let open = self.open.iter().filter(|(_, node)| choices[*node] == Choice::Open);
        let (reduced, node) = open.min_by_key(|(reduced, node)| (reduced.abs(), *node))?;
        Some((*node, if *reduced < 0 { Choice::In } else { Choice::Out }))
    }
}

impl Stage {
    /// The last of these criteria, the others having been proven to be as little as `settled` says; nothing where
    /// numbers are too large.
    #[must_use]
    pub fn of(case: &Case, criteria: &[Criterion], settled: &[i64]) -> Option<Self> {
        let nodes = case.suppliers.len();
        let own = Row::of(case, *criteria.last()?);
        let mut stage = Self {
            step: own.divisor().max(1),
            most: 0,
            one: 1,
            scale: Vec::new(),
            unit: Vec::new(),
            former: None,
            own,
            before: Vec::new(),
            missing: None,
            shipments: None,
            most_shipments: case.most_shipments.and_then(|most| usize::try_from(most).ok()),
            settled: settled.to_vec(),
        };
        for (criterion, settled) in criteria.iter().zip(settled) {
            match criterion {
                Criterion::Units => stage.missing = Some(*settled),
                Criterion::Shipments => stage.shipments = usize::try_from(*settled).ok(),
                _ => stage.before.push((Row::of(case, *criterion), *settled)),
            }
        }
        let units: u64 = case.wants.iter().map(|want| u64::from(want.quantity)).sum();
        let small = |row: &Row| row.most(case, nodes) < i128::from(LARGE);
        if units >= UNITS || nodes > NODES || !small(&stage.own) || !stage.before.iter().all(|(row, _)| small(row)) {
            return None;
        }
        if let (Some(former), Some(before)) =
            (criteria.get(..criteria.len() - 1), settled.get(..settled.len().saturating_sub(1)))
        {
            // That units are missing is counted exactly.
            if former.last().is_some_and(|last| *last != Criterion::Units) {
                stage.former = Self::of(case, former, before).map(Box::new);
            }
        }
        stage.most = i64::try_from(stage.own.most(case, nodes)).unwrap_or(LARGE);
        stage.one = 1 << (WIDE / stage.most.max(1)).ilog2().min(24);
        stage.unit = stage.own.unit.iter().map(|unit| unit * stage.one).collect();
        let scale = |(row, best): &(Row, i64)| {
            let dearest = WIDE / i64::try_from(row.most(case, nodes)).unwrap_or(LARGE).max(1);
            ((best / i64::try_from(units.max(1)).unwrap_or(1)).max(1), dearest)
        };
        stage.scale = stage.before.iter().map(scale).collect();
        Some(stage)
    }

    /// Prices to begin with.
    #[must_use]
    pub fn begin<V: Score>(&self, problem: &Problem<'_, V>) -> Paid {
        let short = self.own.short * self.one / 2;
        let lines = (0..problem.wants).map(|want| {
            let costs = problem.order[want].iter().map(|node| {
                let capacity = problem.case.suppliers[*node].capacity.unwrap_or(u32::MAX);
                let share = i64::from(capacity.clamp(1, 20));
                self.one * (self.own.unit[want * problem.nodes + node] + self.own.fixed[*node] / share)
            });
            costs.min().unwrap_or(0).max(short)
        });
        Paid {
            lines: lines.collect(),
            before: vec![0; self.before.len()],
            former: self.former.as_ref().map(|former| Box::new(former.begin(problem))),
        }
    }

    /// What plans of interest are below, where the best plan has these digits; the criterion's own is the last.
    #[must_use]
    pub fn below(&self, digits: &[i64]) -> i64 {
        match digits.split_last() {
            Some((own, before)) if before == self.settled => *own,
            _ => self.most + 1,
        }
    }

    /// The value that says so much of the criterion, in the digits of a scale.
    #[must_use]
    pub fn digits(&self, own: i64) -> Vec<i64> {
        self.settled.iter().copied().chain([own]).collect()
    }

    /// Whether a bound says that the criterion is not below so much.
    #[must_use]
    pub fn passes(&self, priced: &Priced, below: i64) -> bool {
        priced.bound > self.last(below)
    }

    /// The largest value below so much, in prices.
    fn last(&self, below: i64) -> i64 {
        (below - 1).div_euclid(self.step) * self.step * self.one
    }

    /// What the criterion is at least; one more than it can be where no plan is sought.
    #[must_use]
    pub fn least(&self, priced: &Priced) -> i64 {
        let least = priced.bound.div_euclid(self.one) + i64::from(priced.bound.rem_euclid(self.one) > 0);
        ((least + self.step - 1).div_euclid(self.step) * self.step).clamp(0, self.most + 1)
    }

    /// What these prices come to.
    fn priced<V: Score>(&self, problem: &Problem<'_, V>, state: State<'_>, paid: &Paid) -> Priced {
        let (nodes, wants) = (problem.nodes, problem.wants);
        let sum = |own: i64, of: &dyn Fn(&Row) -> i64| {
            let before = self.before.iter().zip(&paid.before);
            before.fold(own * self.one, |sum, ((row, _), price)| sum + price * of(row))
        };
        let mut priced = Priced {
            bound: 0,
            open: Vec::new(),
            limits: (0, usize::MAX),
            units: vec![0; nodes * wants],
            mean: Vec::new(),
            over: (0..wants).map(|want| i64::from(state.wanted[want])).collect(),
            over_before: Vec::new(),
            former: None,
        };
        let mut unit = self.unit.clone();
        for ((row, _), price) in self.before.iter().zip(&paid.before).filter(|(_, price)| **price > 0) {
            unit.iter_mut().zip(&row.unit).for_each(|(unit, row)| *unit += price * row);
        }
        // Settled: units that are sent, and the nodes that are chosen.
        for (at, units) in state.taken.iter().enumerate().filter(|(_, units)| **units > 0) {
            priced.bound += unit[at] * i64::from(*units);
        }
        let short = sum(self.own.short, &|row| row.short);
        let mut pay = paid.lines.clone();
        self.leave_out(state, short, &mut pay, &mut priced);
        let mut chosen = vec![false; nodes];
        for node in (0..nodes).filter(|node| state.choices[*node] != Choice::Out) {
            let earned = load(problem, state, (&pay, &unit), node, &mut priced.units);
            let reduced = sum(self.own.fixed[node], &|row| row.fixed[node]) - earned;
            if state.choices[node] == Choice::In {
                priced.bound += reduced;
                chosen[node] = true;
            } else {
                priced.open.push((reduced, node));
            }
        }
        priced.open.sort_unstable();
        let inside = chosen.iter().filter(|chosen| **chosen).count();
        priced.limits = self.limits(inside);
        let all = priced.open.iter().map(|(reduced, _)| *reduced);
        priced.bound += cheapest(all, priced.limits);
        choose(&priced, &mut chosen);
        for (want, over) in priced.over.iter_mut().enumerate() {
            for (units, chosen) in priced.units[want * nodes..(want + 1) * nodes].iter_mut().zip(&chosen) {
                *units = if *chosen { *units } else { 0 };
                *over -= i64::from(*units);
            }
        }
        if self.missing.is_none() {
            // What is left out where that costs no more than it pays.
            for (over, paid) in priced.over.iter_mut().zip(&paid.lines) {
                *over = if *paid >= short { (*over).min(0) } else { *over };
            }
        }
        self.count_before(state, paid, &chosen, &mut priced);
        priced
    }

    /// How many nodes are chosen at least and at most beside so many.
    fn limits(&self, inside: usize) -> (usize, usize) {
        let most = self.shipments.into_iter().chain(self.most_shipments).min().unwrap_or(usize::MAX);
        (self.shipments.unwrap_or(0).saturating_sub(inside), most.saturating_sub(inside))
    }

    /// The units that are left out at these prices, and what all pay.
    fn leave_out(&self, state: State<'_>, short: i64, pay: &mut [i64], priced: &mut Priced) {
        match self.missing {
            None => pay.iter_mut().for_each(|pay| *pay = (*pay).min(short)),
            Some(missing) => {
                let mut order: Vec<usize> = (0..pay.len()).filter(|want| state.wanted[*want] > 0).collect();
                order.sort_unstable_by_key(|want| (std::cmp::Reverse(pay[*want]), *want));
                let mut left = missing;
                for want in order {
                    let many = left.min(i64::from(state.wanted[want]));
                    left -= many;
                    priced.bound += (short - pay[want]) * many;
                    priced.over[want] -= many;
                }
            }
        }
        for (pay, wanted) in pay.iter().zip(state.wanted) {
            priced.bound += pay * i64::from(*wanted);
        }
    }

    /// How much more of the criteria before there is than there may be.
    fn count_before(&self, state: State<'_>, paid: &Paid, chosen: &[bool], priced: &mut Priced) {
        for ((row, best), price) in self.before.iter().zip(&paid.before) {
            let fixed = row.fixed.iter().zip(chosen).filter(|(_, chosen)| **chosen).map(|(fixed, _)| fixed);
            let units = row.unit.iter().zip(priced.units.iter().zip(state.taken));
            let units = units.map(|(unit, (sent, taken))| unit * (i64::from(*sent) + i64::from(*taken)));
            let short = row.short * self.missing.unwrap_or(0);
            priced.over_before.push(fixed.sum::<i64>() + units.sum::<i64>() + short - best);
            priced.bound -= price * best;
        }
    }

    /// The nodes that are chosen at these prices.
    #[must_use]
    pub fn chosen(&self, choices: &[Choice], priced: &Priced) -> Vec<bool> {
        let mut chosen: Vec<bool> = choices.iter().map(|choice| *choice == Choice::In).collect();
        choose(priced, &mut chosen);
        chosen
    }

    /// What must be so of a node that is not decided in every plan below so much.
    #[must_use]
    pub fn forced(&self, priced: &Priced, node: usize, below: i64) -> Option<Choice> {
        let former = self.former.as_ref().zip(priced.former.as_ref());
        let forced = former.and_then(|(stage, priced)| stage.forced(priced, node, self.settled.last()? + 1));
        if forced.is_some() {
            return forced;
        }
        let (least, most) = priced.limits;
        let without = priced.bound - cheapest(priced.open.iter().map(|(reduced, _)| *reduced), priced.limits);
        let others = || priced.open.iter().filter(|(_, other)| *other != node).map(|(reduced, _)| *reduced);
        let own = priced.open.iter().find(|(_, other)| *other == node).map(|(reduced, _)| *reduced)?;
        let with = without + own + cheapest(others(), (least.saturating_sub(1), most.saturating_sub(1)));
        if most == 0 || with > self.last(below) {
            return Some(Choice::Out);
        }
        (without + cheapest(others(), priced.limits) > self.last(below)).then_some(Choice::In)
    }
}

/// What the cheapest nodes cost, so many at least and at most, of what each costs in order.
fn cheapest(sorted: impl Iterator<Item = i64>, (least, most): (usize, usize)) -> i64 {
    sorted
        .enumerate()
        .take(most)
        .filter(|(place, reduced)| *place < least || *reduced < 0)
        .map(|(_, reduced)| reduced)
        .sum()
}

/// Chooses the open nodes that are cheapest.
fn choose(priced: &Priced, chosen: &mut [bool]) {
    let (least, most) = priced.limits;
    for (place, (reduced, node)) in priced.open.iter().enumerate() {
        chosen[*node] |= place < least || (*reduced < 0 && place < most);
    }
}

/// What a node earns at most where lines pay so much and units cost so much, and what it sends for that.
fn load<V: Score>(
    problem: &Problem<'_, V>,
    state: State<'_>,
    (pay, unit): (&[i64], &[i64]),
    node: usize,
    units: &mut [u32],
) -> i64 {
    let mut items: Vec<Item<'_>> = Vec::new();
    for (want, row) in problem.case.wants.iter().enumerate() {
        let at = want * problem.nodes + node;
        let most = state.most[at].min(state.wanted[want]);
        let gain = pay[want] - unit[at];
        if most > 0 && gain > 0 && !(row.whole && most < row.quantity) {
            let parts: &[(usize, u32)] = if problem.coupled[want] { &row.parts } else { &[] };
            items.push(Item { want, gain, most, whole: row.whole, parts });
        }
    }
    items.sort_unstable_by_key(|item| (std::cmp::Reverse(item.gain), item.want));
    let shared = items.iter().any(|item| !item.parts.is_empty());
    let pools = if shared { state.pools.iter().map(|pool| pool[node]).collect() } else { Vec::new() };
    let (earned, sent, work) = Packer::new(&items, pools).pack(state.free[node]);
    problem.spend(problem.wants * 2 + work * 5);
    for (item, sent) in items.iter().zip(sent) {
        units[item.want * problem.nodes + node] = sent;
    }
    earned
}

//! Which node sends how many of what: the best plan by a list of criteria, one after the other, and the proof of it.
//!
//! The problem is facility location with limited stock: choosing a node costs something once, sending a unit costs
//! something each, and what cannot be sent costs most. All criteria but the latest arrival are sums, so a list of them is
//! one whole number whose digits are the criteria ([`objective`]). The search ([`search`]) decides node by node, and
//! closes a branch when a lower bound says that nothing better is in it: the relaxed allocation ([`relaxed`]), with
//! capacities a flow of least cost ([`flow`]), and a dual ascent after D. Erlenkotter, "A Dual-Based Procedure for
//! Uncapacitated Facility Location" (Operations Research 26, 1978) in [`dual`]. What couples lines (kits over shared
//! parts, lines that may not be split where a capacity binds) is settled by a branch and bound of its own ([`coupled`]), in
//! which shared parts have their price ([`pooled`]). What that leaves open is proven criterion by criterion
//! ([`stages`]), by prices that lines pay to nodes ([`demand`]). The latest arrival, a maximum, is found by bisection ([`latest`]).
//!
//! What must never be in here: stock, hours or places: those became numbers before.

pub mod coupled;
pub mod demand;
pub mod dual;
pub mod flow;
pub mod greedy;
mod latest;
pub mod objective;
pub mod packed;
pub mod pooled;
pub mod problem;
pub mod ranked;
pub mod relaxed;
pub mod rounded;
pub mod search;
mod stages;

use crate::words::Criterion;
use demand::Stage;
use objective::Scale;
use problem::{Problem, Score};

/// A node that may send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supplier {
    /// What a shipment costs, in minor units.
    pub cost: i64,
    /// Metres.
    pub distance: i64,
    /// Grams of carbon dioxide.
    pub carbon: i64,
    /// When its shipment arrives at the latest.
    pub latest: i64,
    /// It arrives by the time asked for.
    pub kept: bool,
    /// Units it can send.
    pub capacity: Option<u32>,
}

/// What a line wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Want {
    /// Units.
    pub quantity: u32,
    /// From one node or not at all.
    pub whole: bool,
    /// The pools a unit is taken from, and how many from each; not empty.
    pub parts: Vec<(usize, u32)>,
    /// What a unit costs from each supplier, in minor units.
    pub unit_cost: Vec<i64>,
}

/// What is to be sourced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// Who may send.
    pub suppliers: Vec<Supplier>,
    /// What is wanted.
    pub wants: Vec<Want>,
    /// Units of each pool at each supplier.
    pub pools: Vec<Vec<u32>>,
    /// What the plan is judged by.
    pub objective: Vec<Criterion>,
    /// No plan has more shipments.
    pub most_shipments: Option<u32>,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced {
    /// Units of each want from each supplier.
    pub units: Vec<Vec<u32>>,
    /// No better plan exists.
    pub optimal: bool,
    /// Where that is not proven: the first criterion in which a better plan may exist, what this plan has and what no
    /// plan passes. Units and the promise are counted as what is missing.
    pub gap: Option<(Criterion, i64, i64)>,
}

/// How much a search may do before it stops with what it has.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Choices of nodes looked at.
    pub choices: u32,
    /// Steps of the search through coupled lines.
    pub steps: u32,
    /// Cells of node and line looked at, whatever for: this is what bounds the time.
    pub work: u64,
}

/// What one check may take. `tests/exact.rs` draws carts of 50 lines over 12 nodes, with and without capacities, and it
/// proves them all; `tests/hard.rs` measures what is harder. Of carts whose lines must all stay whole where slots have
/// hardly more room than is wanted, about one in eighty ends without a proof, and one in twenty where a part of them
/// are kits over shared parts besides: then the gap is told.
pub const BUDGET: Budget = Budget { choices: 20_000, steps: 400_000, work: 100_000_000 };

/// The best plan.
#[must_use]
pub fn solve(case: &Case, budget: Budget) -> Sourced {
    match case.objective.iter().position(|criterion| *criterion == Criterion::Latest) {
        Some(at) => latest::solve(case, at, budget),
        None => by_sums(case, &case.objective, budget, Start::Nothing, &[]).told(),
    }
}

/// What a search starts with.
#[derive(Clone, Copy, Debug)]
enum Start<'s> {
    Nothing,
    /// A plan that keeps to everything.
    Plan(&'s [Vec<u32>]),
    /// Any plan of that value or a better one ends the search.
    Enough(i128),
}

/// What a search by criteria that are sums comes to.
#[derive(Debug)]
struct Summed {
    units: Vec<Vec<u32>>,
    criteria: Vec<Criterion>,
    /// The plan's value, comparable for the same suppliers and wants; more than what was enough where no plan has that.
    value: i128,
    /// Criterion by criterion, and what no plan passes.
    digits: Vec<i64>,
    least: Vec<i64>,
    optimal: bool,
    /// Every criterion is in the value: a cart of billions may need more digits than there are.
    complete: bool,
    /// Work that it took.
    spent: u64,
}

impl Summed {
    /// The plan, and the first criterion in which it may not be the best.
    fn told(self) -> Sourced {
        let gap = if self.optimal { None } else { gap(&self.criteria, &self.digits, &self.least) };
        Sourced { units: self.units, optimal: self.optimal, gap }
    }
}

/// The first criterion in which a plan has more than what no plan passes.
fn gap(criteria: &[Criterion], has: &[i64], least: &[i64]) -> Option<(Criterion, i64, i64)> {
    let all = criteria.iter().zip(has.iter().zip(least));
    all.map(|(criterion, (has, least))| (*criterion, *has, *least)).find(|(_, has, least)| has != least)
}

/// The best plan by criteria that are sums; of the first of them no plan is better than `known`, one after the other.
fn by_sums(case: &Case, criteria: &[Criterion], budget: Budget, start: Start<'_>, known: &[i64]) -> Summed {
    // What is larger than a single shopper's cart is not proven anyway where that is hard, and its cells cost more to reach.
    let large = case.suppliers.len() * case.wants.len() > search::EXACT;
    if large {
        return once(case, criteria, Budget { work: budget.work / 2, ..budget }, start, None);
    }
    let first = once(case, criteria, Budget { work: budget.work / stages::PART, ..budget }, start, None);
    stages::prove(case, first, budget, start, known)
}

/// One search.
fn once(case: &Case, criteria: &[Criterion], budget: Budget, start: Start<'_>, stage: Option<&Stage>) -> Summed {
    let scale = Scale::of(case, criteria);
    if scale.fits(62 - pooled::bits(case).min(62)) {
        solved::<i64>(case, &scale, budget, start, stage)
    } else {
        solved::<i128>(case, &scale, budget, start, stage)
    }
}

fn solved<V: Score>(case: &Case, scale: &Scale, budget: Budget, start: Start<'_>, stage: Option<&Stage>) -> Summed {
    let problem: Problem<'_, V> = Problem::new(case, scale, budget.work);
    let found = search::search(&problem, scale, budget, start, stage);
    let (value, bound) = (found.value.wide(), found.bound.wide());
    let width = problem.nodes.max(1);
    let units = found.units.chunks(width).map(<[u32]>::to_vec).collect();
    Summed {
        units: if problem.nodes == 0 { vec![Vec::new(); case.wants.len()] } else { units },
        criteria: scale.criteria(),
        value,
        digits: scale.digits(value),
        least: scale.digits(bound),
        optimal: bound >= value && scale.complete(),
        complete: scale.complete(),
        spent: problem.spent(),
    }
}

//! Which node sends how many of what: the best plan by a list of criteria, one after the other, and the proof of it.
//!
//! The problem is facility location with limited stock: choosing a node costs something once, sending a unit costs
//! something each, and what cannot be sent costs most. All criteria but the latest arrival are sums, so a list of them is
//! one whole number whose digits are the criteria ([`objective`]). The search ([`search`]) decides node by node, and
//! closes a branch when a lower bound says that nothing better is in it: the relaxed allocation ([`relaxed`]), with
//! capacities a flow of least cost ([`flow`]), and a dual ascent after D. Erlenkotter, "A Dual-Based Procedure for
//! Uncapacitated Facility Location" (Operations Research 26, 1978) in [`dual`]. What couples lines (kits over shared
//! parts, lines that may not be split where a capacity binds) is settled by a depth-first search ([`coupled`]).
//!
//! What must never be in here: stock, hours or places: those became numbers before.

pub mod coupled;
pub mod dual;
pub mod flow;
pub mod greedy;
pub mod objective;
pub mod pooled;
pub mod problem;
pub mod ranked;
pub mod relaxed;
pub mod search;

use crate::words::Criterion;
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

/// What one check may take. `tests/exact.rs` draws carts of 50 lines over 12 nodes, with and without capacities, and it proves
/// them all. Kits that share parts where slots are tight, and lines that must stay whole, each a good part of what a nearly
/// full node may still send, can end without a proof, after about a third of a second in Wasm: then the gap is told.
pub const BUDGET: Budget = Budget { choices: 20_000, steps: 400_000, work: 100_000_000 };

/// The best plan.
#[must_use]
pub fn solve(case: &Case, budget: Budget) -> Sourced {
    let Some(at) = case.objective.iter().position(|criterion| *criterion == Criterion::Latest) else {
        return by_sums(case, &case.objective, budget).0;
    };
    // The latest arrival is a maximum, not a sum: the least one under which what comes before it stays the best is found
    // by bisection, and the rest is judged among the nodes that arrive by then.
    let (before, after) = case.objective.split_at(at);
    // As many searches as bisection takes, and one before and after it.
    let searches = u64::from(case.suppliers.len().max(1).ilog2()) + 3;
    let budget = Budget { work: budget.work / searches, ..budget };
    let (whole, best) = by_sums(case, before, budget);
    let mut moments: Vec<i64> = case.suppliers.iter().map(|supplier| supplier.latest).collect();
    moments.sort_unstable();
    moments.dedup();
    let mut proven = whole.optimal;
    let (mut low, mut high) = (0, moments.len().saturating_sub(1));
    while low < high {
        let middle = usize::midpoint(low, high);
        let (sourced, value) = by_sums(&until(case, moments.get(middle).copied()), before, budget);
        proven &= sourced.optimal;
        if value <= best {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let rest: Vec<Criterion> = before.iter().chain(after.iter().skip(1)).copied().collect();
    let mut sourced = by_sums(&until(case, moments.get(high).copied()), &rest, budget).0;
    sourced.optimal &= proven;
    if !proven && sourced.gap.is_none() {
        sourced.gap = whole.gap;
    }
    sourced
}

/// The case without the stock of suppliers that arrive later.
fn until(case: &Case, latest: Option<i64>) -> Case {
    let mut within = case.clone();
    for pool in &mut within.pools {
        for (units, supplier) in pool.iter_mut().zip(&case.suppliers) {
            if latest.is_some_and(|latest| supplier.latest > latest) {
                *units = 0;
            }
        }
    }
    within
}

/// The best plan by criteria that are sums, and its value as digits (comparable for the same suppliers and wants).
fn by_sums(case: &Case, criteria: &[Criterion], budget: Budget) -> (Sourced, Vec<i64>) {
    let scale = Scale::of(case, criteria);
    if scale.fits(62) { solved::<i64>(case, &scale, budget) } else { solved::<i128>(case, &scale, budget) }
}

fn solved<V: Score>(case: &Case, scale: &Scale, budget: Budget) -> (Sourced, Vec<i64>) {
    // What is larger than a single shopper's cart is not proven anyway where that is hard, and its cells cost more to reach.
    let large = case.suppliers.len() * case.wants.len() > search::EXACT;
    let budget = Budget { work: if large { budget.work / 2 } else { budget.work }, ..budget };
    let problem: Problem<'_, V> = Problem::new(case, scale, budget.work);
    let found = search::search(&problem, scale, budget);
    let value = scale.digits(found.value.wide());
    let bound = scale.digits(found.bound.wide());
    let optimal = found.bound >= found.value && scale.complete();
    let gap = scale.criteria().into_iter().zip(value.iter().zip(&bound)).find(|(_, (value, bound))| value != bound);
    let gap = if optimal { None } else { gap.map(|(criterion, (value, bound))| (criterion, *value, *bound)) };
    let width = problem.nodes.max(1);
    let units = found.units.chunks(width).map(<[u32]>::to_vec).collect();
    (
        Sourced { units: if problem.nodes == 0 { vec![Vec::new(); case.wants.len()] } else { units }, optimal, gap },
        value,
    )
}

//! The latest arrival among the criteria: it is a maximum, not a sum.
//!
//! The least moment by which a plan arrives that is the best by what comes before is found by bisection; the rest is
//! judged among the nodes that arrive by then.

use super::{Budget, Case, Sourced, Start, Summed, by_sums, gap};
use crate::words::Criterion;

/// The first search may take this part of the work, and the last one has as much at least.
const PART: u64 = 2;

/// The best plan where the latest arrival is the criterion at this place.
pub fn solve(case: &Case, at: usize, budget: Budget) -> Sourced {
    let (before, after) = case.objective.split_at(at);
    let mut left = budget.work;
    let whole = by_sums(case, before, Budget { work: left / PART, ..budget }, Start::Nothing, &[]);
    // What is proven of the criteria before the arrival holds for every search that follows.
    let known = whole.digits.iter().zip(&whole.least).take_while(|(has, least)| has == least).count();
    let known = whole.digits.get(..known).unwrap_or_default();
    left -= whole.spent.min(left);
    let mut moments: Vec<i64> = case.suppliers.iter().map(|supplier| supplier.latest).collect();
    moments.sort_unstable();
    moments.dedup();
    let place = |units: &[Vec<u32>]| arrival(case, units).and_then(|latest| moments.binary_search(&latest).ok());
    let mut plan = whole.units.clone();
    // The plan arrives by `high`; no plan as good arrives before `low`, which is proven before `open`.
    let (mut low, mut high) = (0, place(&plan).unwrap_or(0));
    let mut open = None;
    while low < high {
        let middle = usize::midpoint(low, high);
        let work = (left - left.min(budget.work / PART)) / 2;
        let within = until(case, moments.get(middle).copied());
        let found = by_sums(&within, before, Budget { work, ..budget }, Start::Enough(whole.value), known);
        left -= found.spent.min(left);
        if found.value <= whole.value {
            high = place(&found.units).unwrap_or(0).min(middle);
            plan = found.units;
        } else {
            open = open.or((!found.optimal).then_some(low));
            low = middle + 1;
        }
    }
    let rest: Vec<Criterion> = before.iter().chain(after.iter().skip(1)).copied().collect();
    let within = until(case, moments.get(high).copied());
    let last = by_sums(&within, &rest, Budget { work: left, ..budget }, Start::Plan(&plan), known);
    let open = open.filter(|open| *open < high).and_then(|open| moments.get(open).copied());
    proof(case, whole, last, open)
}

/// When the last shipment of a plan arrives.
fn arrival(case: &Case, units: &[Vec<u32>]) -> Option<i64> {
    let sends = |node: usize| units.iter().any(|row| row.get(node).is_some_and(|units| *units > 0));
    let used = case.suppliers.iter().enumerate().filter(|(node, _)| sends(*node));
    used.map(|(_, supplier)| supplier.latest).max()
}

/// The last plan, and how far it may be from the best: by what comes before the arrival, then by the arrival (a plan may
/// arrive at `open`), then by the rest.
fn proof(case: &Case, whole: Summed, last: Summed, open: Option<i64>) -> Sourced {
    let first = gap(&whole.criteria, &last.digits, &whole.least);
    let arrives = arrival(case, &last.units);
    let late = open.zip(arrives).filter(|(open, arrives)| open < arrives);
    let late = late.map(|(open, arrives)| (Criterion::Latest, arrives, open));
    // What was proven before holds for the last search too.
    let settled = last.least.iter().zip(&whole.least).find(|(last, whole)| last != whole);
    let mut least = last.least.clone();
    if settled.is_some_and(|(last, whole)| last < whole) {
        least = whole.least.clone();
        least.resize(last.digits.len(), 0);
    }
    let behind = if last.optimal { None } else { gap(&last.criteria, &last.digits, &least) };
    let gap = first.or(late).or(behind);
    Sourced { units: last.units, optimal: gap.is_none() && whole.complete && last.complete, gap }
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

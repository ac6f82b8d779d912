//! What one search did not prove, criterion by criterion: when those before one are proven, a plan of interest has
//! exactly that much of them, which says far more of it than one number for all.

use super::demand::Stage;
use super::objective::Scale;
use super::problem::Problem;
use super::{Budget, Case, Start, Summed, once};

/// The first search, by all criteria, may take this part of the work.
pub const PART: u64 = 4;

/// Proves what is left to prove of a plan, or finds better ones; no plan is better than `known` by the first criteria.
pub fn prove(case: &Case, first: Summed, budget: Budget, start: Start<'_>, known: &[i64]) -> Summed {
    if let Start::Enough(value) = start {
        return enough(case, first, budget, value, known);
    }
    let mut plan = first;
    if plan.optimal || !plan.complete {
        return plan;
    }
    raise(&mut plan.least, known);
    let scale = Scale::of(case, &plan.criteria);
    let open = |plan: &Summed| plan.digits.iter().zip(&plan.least).position(|(has, least)| has != least);
    while let Some(at) = open(&plan) {
        let (Some(criteria), Some(settled)) = (plan.criteria.get(..=at), plan.digits.get(..at)) else { break };
        let Some(stage) = Stage::of(case, criteria, settled) else { break };
        let work = budget.work.saturating_sub(plan.spent);
        let found = once(case, criteria, Budget { work, ..budget }, Start::Plan(&plan.units), Some(&stage));
        plan.spent += found.spent;
        let value = Problem::<'_, i128>::new(case, &scale, 0).value(&found.units.concat());
        if value < plan.value {
            (plan.value, plan.digits) = (value, scale.digits(value));
            plan.units = found.units;
        }
        raise(&mut plan.least, &found.least);
        if !found.optimal {
            break;
        }
    }
    plan.optimal = plan.digits == plan.least;
    plan
}

/// Whether there is a plan of this value, where no plan is below it.
fn enough(case: &Case, first: Summed, budget: Budget, value: i128, known: &[i64]) -> Summed {
    if first.optimal || !first.complete || first.value <= value {
        return first;
    }
    let settled = known.get(..first.criteria.len() - 1).filter(|_| known.len() == first.criteria.len());
    let Some(stage) = settled.and_then(|settled| Stage::of(case, &first.criteria, settled)) else { return first };
    let work = budget.work.saturating_sub(first.spent);
    let found = once(case, &first.criteria, Budget { work, ..budget }, Start::Enough(value), Some(&stage));
    Summed { spent: first.spent + found.spent, ..found }
}

/// Puts a bound of the first criteria in the place of a lower one.
fn raise(least: &mut Vec<i64>, known: &[i64]) {
    if least.iter().zip(known).find(|(least, known)| least != known).is_some_and(|(least, known)| least < known) {
        let rest = least.len().saturating_sub(known.len());
        *least = known.iter().copied().chain(std::iter::repeat_n(0, rest)).collect();
    }
}

//! Kits over shared parts and lines that stay whole where slots are tight: the search against trying everything, whatever
//! the shop judges by.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

mod plans;

use inventory::sourcing::demand::{Stage, State};
use inventory::sourcing::dual::Choice;
use inventory::sourcing::objective::Scale;
use inventory::sourcing::problem::Problem;
use inventory::sourcing::{BUDGET, Budget, Case, Sourced, Supplier, Want, solve};
use inventory::words::Criterion::{self, Carbon, Cost, Distance, Latest, Promise, Shipments, Units};
use plans::{brute, keeps, turned, worth};
use proptest::prelude::*;

const CRITERIA: [Criterion; 6] = [Promise, Shipments, Cost, Distance, Latest, Carbon];

/// Units before everything, or the promise before them.
fn judged(promise: bool, others: &[Criterion]) -> Vec<Criterion> {
    let others = others.iter().copied().filter(|criterion| !promise || *criterion != Promise);
    promise.then_some(Promise).into_iter().chain([Units]).chain(others).collect()
}

prop_compose! {
    /// Two to four lines over two or three nodes, most of them kits or whole, and slots that do not suffice for all.
    fn tight()(nodes in 2..=3_usize, wants in 2..=4_usize)(
        suppliers in prop::collection::vec(
            (0..9_i64, 0..3_i64, 0..3_i64, 0..3_i64, any::<bool>(), prop::option::weighted(0.8, 1..6_u32)), nodes),
        wants in prop::collection::vec(
            (1..=3_u32, any::<bool>(), prop::sample::subsequence(vec![0, 1, 2, 3], 1..=3), 1..=2_u32,
             prop::collection::vec(0..4_i64, nodes)), wants),
        pools in prop::collection::vec(prop::collection::vec(0..6_u32, nodes), 4),
        first in prop::bool::weighted(0.2),
        objective in prop::sample::subsequence(CRITERIA.to_vec(), 1..=4).prop_shuffle(),
        most_shipments in prop::option::weighted(0.2, 1..=2_u32),
    ) -> Case {
        Case {
            suppliers: suppliers.into_iter().map(|(cost, distance, carbon, latest, kept, capacity)| Supplier {
                cost, distance, carbon, latest, kept, capacity,
            }).collect(),
            wants: wants.into_iter().map(|(quantity, whole, parts, each, unit_cost)| Want {
                quantity,
                whole,
                parts: parts.into_iter().enumerate().map(|(at, pool)| (pool, if at == 0 { each } else { 1 })).collect(),
                unit_cost,
            }).collect(),
            pools,
            objective: judged(first, &objective),
            most_shipments,
        }
    }
}

/// A plan that keeps to everything, is the best where it is said to be, and else no further from it than is told.
fn is_true(case: &Case, sourced: &Sourced) -> Result<(), TestCaseError> {
    let (found, best) = (worth(case, &sourced.units), brute(case));
    prop_assert!(keeps(case, &sourced.units), "{sourced:?}");
    if sourced.optimal {
        prop_assert_eq!(&found, &best);
    }
    if let Some((criterion, has, bound)) = sourced.gap {
        let at = case.objective.iter().position(|other| *other == criterion).unwrap();
        prop_assert!(bound <= has, "{sourced:?}");
        // As good in what counts more, and no better than the bound in this.
        prop_assert!(best[..at] != found[..at] || best[at] >= bound, "{sourced:?}: {best:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn tight_carts_equal_trying_everything(case in tight()) {
        let sourced = solve(&case, BUDGET);
        prop_assert!(keeps(&case, &sourced.units), "{sourced:?}");
        prop_assert!(sourced.optimal, "{sourced:?}");
        prop_assert_eq!(worth(&case, &sourced.units), brute(&case));
    }

    /// What is not proven says how far it may be: the best plan of all is never beyond that.
    #[test]
    fn a_gap_that_is_told_is_true(case in tight(), work in 0..3_000_u64) {
        let sourced = solve(&case, Budget { work, ..BUDGET });
        is_true(&case, &sourced)?;
    }

    /// The search by all criteria may do little, and what it leaves is proven criterion by criterion.
    #[test]
    fn what_is_proven_criterion_by_criterion_equals_trying_everything(case in tight(), work in 0..60_000_u64) {
        let sourced = solve(&case, Budget { work, choices: 3, ..BUDGET });
        prop_assert_eq!(sourced.optimal, sourced.gap.is_none());
        is_true(&case, &sourced)?;
    }

    /// Whatever prices say of a criterion when those before it are as good as can be, the best plan is not below it.
    #[test]
    fn prices_of_lines_say_no_more_than_the_best_plan_has(case in tight(), rounds in 0..60_u32) {
        let case = Case { objective: case.objective.into_iter().filter(|one| *one != Latest).collect(), ..case };
        let best = brute(&case);
        for at in 0..case.objective.len() {
            let criteria = &case.objective[..=at];
            let stage = Stage::of(&case, criteria, &best[..at]).unwrap();
            let problem: Problem<'_, i128> = Problem::new(&case, &Scale::of(&case, criteria), u64::MAX);
            let room: Vec<u32> = case.suppliers.iter().map(|one| one.capacity.unwrap_or(u32::MAX)).collect();
            let wanted: Vec<u32> = case.wants.iter().map(|want| want.quantity).collect();
            let state = State {
                choices: &vec![Choice::Open; problem.nodes],
                most: &problem.most,
                free: &room,
                pools: &case.pools,
                wanted: &wanted,
                taken: &vec![0; problem.nodes * problem.wants],
            };
            let mut paid = stage.begin(&problem);
            // As if the best plan had one more, which no bound may deny.
            let below = best[at] + 1;
            let priced = stage.ascend(&problem, state, &mut paid, below, rounds);
            prop_assert!(!stage.passes(&priced, below), "{criteria:?} {best:?}: {priced:?}");
            prop_assert!(stage.least(&priced) <= best[at], "{criteria:?} {best:?}: {priced:?}");
        }
    }

    #[test]
    fn the_order_of_lines_and_nodes_changes_no_value_of_tight_carts(case in tight()) {
        let turned = turned(&case);
        let (one, other) = (solve(&case, BUDGET), solve(&turned, BUDGET));
        prop_assert_eq!(worth(&case, &one.units), worth(&turned, &other.units));
    }
}

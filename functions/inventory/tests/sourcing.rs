//! The search against proven optima, and against trying everything.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

mod plans;

use inventory::sourcing::{BUDGET, Case, Sourced, Supplier, Want, solve};
use inventory::words::Criterion;
use plans::{brute, keeps, turned, worth};
use proptest::prelude::*;
use serde_json::Value;

const OBJECTIVE: [Criterion; 3] = [Criterion::Units, Criterion::Shipments, Criterion::Cost];

/// An instance of `tests/cases/sourcing.json`; what arrives too late has no stock.
fn case_of(instance: &Value) -> Case {
    let nodes = instance["nodes"].as_array().unwrap();
    let lines = instance["lines"].as_array().unwrap();
    let late = |node: &Value| instance["max_eta"].as_i64().is_some_and(|most| node["eta_min"].as_i64().unwrap() > most);
    let number = |value: &Value| u32::try_from(value.as_i64().unwrap()).unwrap();
    Case {
        suppliers: nodes
            .iter()
            .map(|node| Supplier {
                cost: node["fixed"].as_i64().unwrap(),
                kept: true,
                capacity: node["capacity"].as_i64().map(|units| u32::try_from(units).unwrap()),
                ..Supplier::default()
            })
            .collect(),
        wants: lines
            .iter()
            .enumerate()
            .map(|(pool, line)| Want {
                quantity: number(&line["qty"]),
                whole: !instance["split_lines"].as_bool().unwrap(),
                parts: vec![(pool, 1)],
                unit_cost: nodes
                    .iter()
                    .map(|node| node["unit"][line["sku"].as_str().unwrap()].as_i64().unwrap())
                    .collect(),
            })
            .collect(),
        pools: lines
            .iter()
            .map(|line| {
                let stock =
                    |node: &Value| if late(node) { 0 } else { number(&node["stock"][line["sku"].as_str().unwrap()]) };
                nodes.iter().map(stock).collect()
            })
            .collect(),
        objective: OBJECTIVE.to_vec(),
        most_shipments: None,
    }
}

#[test]
fn every_published_instance_reaches_the_proven_optimum() {
    let file: Value = serde_json::from_str(include_str!("../../../tests/cases/sourcing.json")).unwrap();
    for instance in file["instances"].as_array().unwrap() {
        let case = case_of(instance);
        let sourced = solve(&case, BUDGET);
        let wanted: i64 = case.wants.iter().map(|want| i64::from(want.quantity)).sum();
        let expect = ["units", "shipments", "cost"].map(|name| instance["expect"][name].as_i64().unwrap());
        let [units, shipments, cost] = expect;
        assert_eq!(worth(&case, &sourced.units), [wanted - units, shipments, cost], "{}", instance["id"]);
        let keeps = keeps(&case, &sourced.units);
        assert!(keeps && sourced.optimal, "{}: feasible {keeps}, {sourced:?}", instance["id"]);
    }
}

prop_compose! {
    /// Two or three lines over up to three nodes; kits share pools, capacities bind, lines may have to stay whole.
    fn small()(nodes in 1..=3_usize, wants in 1..=2_usize)(
        suppliers in prop::collection::vec((0..900_i64, prop::option::of(0..5_u32)), nodes),
        wants in prop::collection::vec((1..=3_u32, any::<bool>(), 0..3_usize, 0..3_usize, prop::collection::vec(0..300_i64, nodes)), wants),
        pools in prop::collection::vec(prop::collection::vec(0..5_u32, nodes), 3),
        most_shipments in prop::option::of(1..=2_u32),
    ) -> Case {
        Case {
            suppliers: suppliers.into_iter().map(|(cost, capacity)| Supplier { cost, capacity, kept: true, ..Supplier::default() }).collect(),
            wants: wants.into_iter().map(|(quantity, whole, first, second, unit_cost)| Want {
                quantity,
                whole,
                parts: if first == second { vec![(first, 1)] } else { vec![(first, 1), (second, 2)] },
                unit_cost,
            }).collect(),
            pools,
            objective: OBJECTIVE.to_vec(),
            most_shipments,
        }
    }
}

/// Units missing, shipments and cost of a plan that keeps every rule.
fn value(case: &Case, sourced: &Sourced) -> Vec<i64> {
    assert!(keeps(case, &sourced.units), "a rule is broken: {case:?} {sourced:?}");
    worth(case, &sourced.units)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn the_search_equals_trying_everything(case in small()) {
        let sourced = solve(&case, BUDGET);
        prop_assert!(sourced.optimal);
        prop_assert_eq!(value(&case, &sourced), brute(&case));
    }

    #[test]
    fn more_stock_never_gives_less(case in small(), pool in 0..3_usize, extra in 1..4_u32) {
        let less = value(&case, &solve(&case, BUDGET))[0];
        let mut richer = case;
        richer.pools[pool][0] += extra;
        prop_assert!(value(&richer, &solve(&richer, BUDGET))[0] <= less);
    }

    #[test]
    fn the_order_of_lines_and_nodes_changes_no_value(case in small()) {
        let turned = turned(&case);
        prop_assert_eq!(value(&case, &solve(&case, BUDGET)), value(&turned, &solve(&turned, BUDGET)));
    }
}

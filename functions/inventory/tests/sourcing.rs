//! The search against proven optima, and against trying everything.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

use inventory::sourcing::{BUDGET, Case, Sourced, Supplier, Want, solve};
use inventory::words::Criterion;
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

/// Units missing, shipments, cost and whether the plan keeps every rule.
fn judge(case: &Case, units: &[Vec<u32>]) -> (u64, u64, i64, bool) {
    let sent = |node: usize| units.iter().map(|row| u64::from(row[node])).sum::<u64>();
    let used: Vec<usize> = (0..case.suppliers.len()).filter(|node| sent(*node) > 0).collect();
    let mut cost: i64 = used.iter().map(|node| case.suppliers[*node].cost).sum();
    let mut missing = 0;
    let mut keeps = case.most_shipments.is_none_or(|most| used.len() <= most as usize);
    for (want, row) in case.wants.iter().zip(units) {
        let got: u32 = row.iter().sum();
        keeps &= got <= want.quantity && (!want.whole || got == 0 || row.contains(&want.quantity));
        missing += u64::from(want.quantity.saturating_sub(got));
        cost += row.iter().zip(&want.unit_cost).map(|(units, cost)| i64::from(*units) * cost).sum::<i64>();
    }
    for (node, supplier) in case.suppliers.iter().enumerate() {
        keeps &= supplier.capacity.is_none_or(|most| sent(node) <= u64::from(most));
        for (pool, stock) in case.pools.iter().enumerate() {
            let taken: u64 = case
                .wants
                .iter()
                .zip(units)
                .flat_map(|(want, row)| {
                    want.parts.iter().filter(|(part, _)| *part == pool).map(move |(_, each)| each * row[node])
                })
                .map(u64::from)
                .sum();
            keeps &= taken <= u64::from(stock[node]);
        }
    }
    (missing, used.len() as u64, cost, keeps)
}

#[test]
fn every_published_instance_reaches_the_proven_optimum() {
    let file: Value = serde_json::from_str(include_str!("../../../tests/cases/sourcing.json")).unwrap();
    for instance in file["instances"].as_array().unwrap() {
        let case = case_of(instance);
        let sourced = solve(&case, BUDGET);
        let wanted: u64 = case.wants.iter().map(|want| u64::from(want.quantity)).sum();
        let (missing, shipments, cost, keeps) = judge(&case, &sourced.units);
        let expect = &instance["expect"];
        let triple = (
            expect["units"].as_u64().unwrap(),
            expect["shipments"].as_u64().unwrap(),
            expect["cost"].as_i64().unwrap(),
        );
        assert_eq!((wanted - missing, shipments, cost), triple, "{}", instance["id"]);
        assert!(keeps && sourced.optimal, "{}: feasible {keeps}, {sourced:?}", instance["id"]);
    }
}

/// Tries every allocation.
fn brute(case: &Case) -> (u64, u64, i64) {
    fn go(case: &Case, at: usize, units: &mut Vec<Vec<u32>>, best: &mut Option<(u64, u64, i64)>) {
        let nodes = case.suppliers.len();
        if at == nodes * case.wants.len() {
            let (missing, shipments, cost, keeps) = judge(case, units);
            if keeps && best.is_none_or(|known| (missing, shipments, cost) < known) {
                *best = Some((missing, shipments, cost));
            }
            return;
        }
        let (want, node) = (at / nodes, at % nodes);
        for many in 0..=case.wants[want].quantity {
            units[want][node] = many;
            go(case, at + 1, units, best);
        }
        units[want][node] = 0;
    }
    let mut best = None;
    go(case, 0, &mut vec![vec![0; case.suppliers.len()]; case.wants.len()], &mut best);
    best.unwrap()
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

fn value(case: &Case, sourced: &Sourced) -> (u64, u64, i64) {
    let (missing, shipments, cost, keeps) = judge(case, &sourced.units);
    assert!(keeps, "a rule is broken: {case:?} {sourced:?}");
    (missing, shipments, cost)
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
        let less = value(&case, &solve(&case, BUDGET)).0;
        let mut richer = case;
        richer.pools[pool][0] += extra;
        prop_assert!(value(&richer, &solve(&richer, BUDGET)).0 <= less);
    }

    #[test]
    fn the_order_of_lines_and_nodes_changes_no_value(case in small()) {
        let mut turned = case.clone();
        turned.wants.reverse();
        turned.suppliers.reverse();
        turned.pools.iter_mut().for_each(|pool| pool.reverse());
        turned.wants.iter_mut().for_each(|want| want.unit_cost.reverse());
        prop_assert_eq!(value(&case, &solve(&case, BUDGET)), value(&turned, &solve(&turned, BUDGET)));
    }
}

//! Carts beyond the bounds of a proof: the plan may not be the best, but the usual greedy rule never finds a better one.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

use inventory::sourcing::{BUDGET, Case, Supplier, Want, solve};
use inventory::words::Criterion;
use proptest::prelude::*;
use std::cmp::Reverse;

const LINES: usize = 20;

/// Units missing, shipments, cost.
type Triple = (i64, i64, i64);

/// A third of the nodes hold a product, a few units each; half have a capacity.
fn cart() -> impl Strategy<Value = Case> {
    (24..=80_usize).prop_flat_map(|nodes| {
        let supplier = (0..13_i64, prop::option::of(10..=40_u32)).prop_map(|(cost, capacity)| Supplier {
            cost: 300 + cost * 100,
            capacity,
            kept: true,
            ..Supplier::default()
        });
        let count = prop_oneof![2 => Just(0), 1 => 1..=6_u32];
        let line = (1..=5_u32, prop::collection::vec((0..30_i64, count), nodes));
        (prop::collection::vec(supplier, nodes), prop::collection::vec(line, LINES)).prop_map(|(suppliers, lines)| {
            Case {
                suppliers,
                pools: lines.iter().map(|(_, row)| row.iter().map(|(_, units)| *units).collect()).collect(),
                wants: lines
                    .iter()
                    .enumerate()
                    .map(|(pool, (quantity, row))| Want {
                        quantity: *quantity,
                        whole: false,
                        parts: vec![(pool, 1)],
                        unit_cost: row.iter().map(|(cost, _)| cost * 10).collect(),
                    })
                    .collect(),
                objective: vec![Criterion::Units, Criterion::Shipments, Criterion::Cost],
                most_shipments: None,
            }
        })
    })
}

/// The node that can send most of what is left, the cheaper shipment where two send as much; then the next one.
fn greedy(case: &Case) -> Triple {
    let mut left: Vec<u32> = case.wants.iter().map(|want| want.quantity).collect();
    let mut free: Vec<usize> = (0..case.suppliers.len()).collect();
    let (mut shipments, mut cost) = (0, 0);
    loop {
        let units = |node: usize| sent(case, &left, node).iter().map(|(_, units)| *units).sum::<u32>();
        let best =
            free.iter().copied().max_by_key(|node| (units(*node), Reverse(case.suppliers[*node].cost), Reverse(*node)));
        let node = best.unwrap_or(0);
        let sent = sent(case, &left, node);
        if sent.is_empty() || best.is_none() {
            return (left.iter().map(|units| i64::from(*units)).sum(), shipments, cost);
        }
        free.retain(|other| *other != node);
        shipments += 1;
        cost += case.suppliers[node].cost;
        for (want, units) in sent {
            cost += i64::from(units) * case.wants[want].unit_cost[node];
            left[want] -= units;
        }
    }
}

/// What a node sends of what is left, the cheapest units first where its capacity binds.
fn sent(case: &Case, left: &[u32], node: usize) -> Vec<(usize, u32)> {
    let mut room = case.suppliers[node].capacity.unwrap_or(u32::MAX);
    let mut wants: Vec<usize> = (0..LINES).collect();
    wants.sort_by_key(|want| case.wants[*want].unit_cost[node]);
    let of = |want: usize| {
        let units = case.pools[want][node].min(left[want]).min(room);
        room -= units;
        (want, units)
    };
    wants.into_iter().map(of).filter(|(_, units)| *units > 0).collect()
}

/// What a plan comes to, counted anew; it keeps to stock and capacities.
fn triple(case: &Case, units: &[Vec<u32>]) -> Triple {
    let (mut shipments, mut cost) = (0, 0);
    for (node, supplier) in case.suppliers.iter().enumerate() {
        let sent: u32 = units.iter().map(|row| row[node]).sum();
        assert!(supplier.capacity.is_none_or(|most| sent <= most));
        if sent > 0 {
            shipments += 1;
            cost += supplier.cost;
        }
    }
    let mut missing = 0;
    for ((want, row), pool) in case.wants.iter().zip(units).zip(&case.pools) {
        assert!(row.iter().zip(pool).all(|(units, stock)| units <= stock));
        missing += i64::from(want.quantity) - row.iter().map(|units| i64::from(*units)).sum::<i64>();
        cost += row.iter().zip(&want.unit_cost).map(|(units, cost)| i64::from(*units) * cost).sum::<i64>();
    }
    (missing, shipments, cost)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 30, ..ProptestConfig::default() })]

    #[test]
    fn the_plan_is_never_worse_than_the_greedy_rule(case in cart()) {
        let found = triple(&case, &solve(&case, BUDGET).units);
        prop_assert!(found.0 >= 0);
        prop_assert!(found <= greedy(&case), "{found:?} against {:?}", greedy(&case));
    }
}

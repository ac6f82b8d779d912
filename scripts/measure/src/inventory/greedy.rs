//! The usual greedy rule: the node that can send most of what is left, the cheaper shipment where two send as much; then
//! the next one, until nothing is left that anybody has.

use inventory::sourcing::Case;
use std::cmp::Reverse;

/// What a plan comes to: units, shipments, cost.
pub type Triple = (i64, i64, i64);

/// What the rule's plan comes to.
pub fn greedy(case: &Case) -> Triple {
    let mut left: Vec<u32> = case.wants.iter().map(|want| want.quantity).collect();
    let mut free: Vec<usize> = (0..case.suppliers.len()).collect();
    let mut triple = (0, 0, 0);
    loop {
        let best = free.iter().enumerate().max_by_key(|(_, node)| {
            let units: u32 = sent(case, &left, **node).iter().map(|(_, units)| *units).sum();
            (units, Reverse(case.suppliers.get(**node).map_or(0, |supplier| supplier.cost)), Reverse(**node))
        });
        let Some((place, node)) = best.map(|(place, node)| (place, *node)) else { return triple };
        let sent = sent(case, &left, node);
        if sent.is_empty() {
            return triple;
        }
        let _ = free.swap_remove(place);
        triple.1 += 1;
        triple.2 += case.suppliers.get(node).map_or(0, |supplier| supplier.cost);
        for (want, units) in sent {
            triple.0 += i64::from(units);
            triple.2 += i64::from(units) * unit_cost(case, want, node);
            if let Some(left) = left.get_mut(want) {
                *left -= units;
            }
        }
    }
}

fn unit_cost(case: &Case, want: usize, node: usize) -> i64 {
    case.wants.get(want).and_then(|want| want.unit_cost.get(node)).copied().unwrap_or(0)
}

/// What a node sends of what is left, the cheapest units first where its capacity binds.
fn sent(case: &Case, left: &[u32], node: usize) -> Vec<(usize, u32)> {
    let mut room = case.suppliers.get(node).and_then(|supplier| supplier.capacity).unwrap_or(u32::MAX);
    let mut wants: Vec<usize> = (0..left.len()).collect();
    wants.sort_by_key(|want| unit_cost(case, *want, node));
    let mut sent = Vec::new();
    for want in wants {
        let has = case.pools.get(want).and_then(|pool| pool.get(node)).copied().unwrap_or(0);
        let units = has.min(left.get(want).copied().unwrap_or(0)).min(room);
        if units > 0 {
            room -= units;
            sent.push((want, units));
        }
    }
    sent
}

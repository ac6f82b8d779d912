//! Nodes in their order, each giving what it has: what a shop chooses that ranks its nodes itself.
//!
//! It is also the usual greedy rule that the search is compared with.
#![allow(clippy::indexing_slicing, reason = "matrices of the case's dimensions")]

use super::{Case, Sourced};

/// Every want goes through the suppliers in their order.
#[must_use]
pub fn ranked(case: &Case) -> Sourced {
    let nodes = case.suppliers.len();
    let mut pools = case.pools.clone();
    let mut room: Vec<u32> = case.suppliers.iter().map(|supplier| supplier.capacity.unwrap_or(u32::MAX)).collect();
    let mut used = vec![false; nodes];
    let mut units = vec![vec![0; nodes]; case.wants.len()];
    for (row, want) in units.iter_mut().zip(&case.wants) {
        let mut left = want.quantity;
        for node in 0..nodes {
            let full =
                case.most_shipments.is_some_and(|most| used.iter().filter(|used| **used).count() >= most as usize);
            if left == 0 || (full && !used[node]) {
                continue;
            }
            let has = want.parts.iter().map(|(pool, each)| pools[*pool][node] / (*each).max(1)).min().unwrap_or(0);
            let many = has.min(room[node]).min(left);
            if many == 0 || (want.whole && many < want.quantity) {
                continue;
            }
            for (pool, each) in &want.parts {
                pools[*pool][node] -= each * many;
            }
            room[node] -= many;
            used[node] = true;
            row[node] = many;
            left -= many;
        }
    }
    Sourced { units, optimal: false, gap: None }
}

//! The usual greedy rule as a plan to beat: the node that can send most of what is left, the cheaper one to choose where
//! two send as much; then the next one, until nothing is left that anybody has.
#![allow(clippy::indexing_slicing, reason = "matrices of the problem's dimensions")]

use super::problem::{Problem, Score};
use std::cmp::Reverse;

/// The rule's plan, over at most so many nodes; it keeps to pools, capacities and whole lines.
pub fn units<V: Score>(problem: &Problem<'_, V>, most: Option<usize>) -> Vec<u32> {
    let mut left: Vec<u32> = (0..problem.wants).map(|want| problem.quantity(want)).collect();
    let mut free: Vec<(usize, Vec<usize>)> = (0..problem.nodes).map(|node| (node, cheapest(problem, node))).collect();
    let mut units = vec![0; problem.wants * problem.nodes];
    for _ in 0..most.unwrap_or(problem.nodes) {
        let sends = |(_, (node, order)): &(usize, &(usize, Vec<usize>))| {
            let sum = sent(problem, *node, order, &left).map(|(_, many)| u64::from(many)).sum::<u64>();
            (sum, Reverse(problem.fixed[*node]), Reverse(*node))
        };
        let Some((place, _)) = free.iter().enumerate().max_by_key(sends) else { break };
        let (node, order) = free.swap_remove(place);
        let sent: Vec<(usize, u32)> = sent(problem, node, &order, &left).collect();
        if sent.is_empty() {
            break;
        }
        for (want, many) in sent {
            left[want] -= many;
            units[want * problem.nodes + node] = many;
        }
    }
    units
}

/// The wants that a node has, the cheapest unit first.
fn cheapest<V: Score>(problem: &Problem<'_, V>, node: usize) -> Vec<usize> {
    let at = |want: &usize| *want * problem.nodes + node;
    let mut order: Vec<usize> = (0..problem.wants).filter(|want| problem.most[at(want)] > 0).collect();
    order.sort_by_key(|want| problem.unit[at(want)]);
    order
}

/// What a node sends of what is left: wants and units.
fn sent<V: Score>(
    problem: &Problem<'_, V>,
    node: usize,
    order: &[usize],
    left: &[u32],
) -> impl Iterator<Item = (usize, u32)> {
    let mut room = problem.case.suppliers[node].capacity.unwrap_or(u32::MAX);
    let mut taken: Vec<(usize, u32)> = Vec::new();
    order.iter().filter_map(move |want| {
        let mut many = problem.most[want * problem.nodes + node].min(left[*want]).min(room);
        let row = &problem.case.wants[*want];
        if problem.coupled[*want] {
            for (pool, each) in &row.parts {
                let used: u32 = taken.iter().filter(|(other, _)| other == pool).map(|(_, units)| *units).sum();
                many = many.min((problem.case.pools[*pool][node] - used) / (*each).max(1));
            }
        }
        if many == 0 || (row.whole && many < row.quantity) {
            return None;
        }
        if problem.coupled[*want] {
            taken.extend(row.parts.iter().map(|(pool, each)| (*pool, each * many)));
        }
        room -= many;
        Some((*want, many))
    })
}

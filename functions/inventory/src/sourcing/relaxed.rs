//! The allocation in which every want looks at itself alone: each takes the cheapest units that chosen nodes have.
//!
//! Without capacities that bind and pools that are shared it is the best allocation; with them it is a lower bound.
#![allow(clippy::indexing_slicing, reason = "matrices of the problem's dimensions")]

use super::problem::{Problem, Score};

/// What the units cost when these nodes may send; nothing is counted for choosing them.
pub fn value<V: Score>(problem: &Problem<'_, V>, open: &[bool]) -> V {
    problem.spend(problem.wants * 4);
    let mut value = V::from(0);
    for want in 0..problem.wants {
        let mut left = problem.quantity(want);
        let row = want * problem.nodes;
        for node in &problem.order[want] {
            if left == 0 {
                break;
            }
            if open[*node] {
                let many = left.min(problem.most[row + node]);
                left -= many;
                value += problem.unit[row + node] * V::from(many);
            }
        }
        value += problem.short * V::from(left);
    }
    value
}

/// The same, few nodes at a time: `chosen` is looked through instead of every node of the order.
pub fn value_of_few<V: Score>(problem: &Problem<'_, V>, chosen: &[usize], scratch: &mut Vec<(V, u32)>) -> V {
    problem.spend(problem.wants * chosen.len());
    let mut value = V::from(0);
    for want in 0..problem.wants {
        let mut left = problem.quantity(want);
        let row = want * problem.nodes;
        scratch.clear();
        for node in chosen {
            let most = problem.most[row + node];
            if most > 0 {
                scratch.push((problem.unit[row + node], most));
            }
        }
        scratch.sort_unstable();
        for (unit, most) in scratch.iter() {
            let many = left.min(*most);
            left -= many;
            value += *unit * V::from(many);
        }
        value += problem.short * V::from(left);
    }
    value
}

/// The allocation itself.
pub fn units<V: Score>(problem: &Problem<'_, V>, open: &[bool]) -> Vec<u32> {
    problem.spend(problem.wants * problem.nodes);
    let mut units = vec![0; problem.wants * problem.nodes];
    for want in 0..problem.wants {
        let mut left = problem.quantity(want);
        let row = want * problem.nodes;
        for node in problem.order[want].iter().filter(|node| open[**node]) {
            let many = left.min(problem.most[row + node]);
            units[row + node] = many;
            left -= many;
            if left == 0 {
                break;
            }
        }
    }
    units
}

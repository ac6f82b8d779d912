//! Which units serve which parts, where a unit may serve several: the first units of an order, as many as can be.
//!
//! Sets of units that can serve parts together are independent sets of a transversal matroid (Edmonds and Fulkerson, 1965),
//! so that taking units in order, each where those before it can still be served, takes the first ones that there are. A
//! unit finds its part by an augmenting path (Ford and Fulkerson, 1956); units that are alike go together.

use std::collections::VecDeque;

/// So many units that are alike, and the parts that they can serve, by place.
pub struct Supply {
    /// How many there are.
    pub units: i64,
    /// Where they fit.
    pub parts: Vec<usize>,
}

/// Takes units in their order until each part has what it wants; `None` where that cannot be. What is taken of each supply.
///
/// ```
/// use promotions::matching::{Supply, fill};
/// let supply = |units, parts: &[usize]| Supply { units, parts: parts.to_vec() };
/// // The second serves the first part only, so that the first one must serve the second.
/// assert_eq!(fill(&[supply(1, &[0, 1]), supply(1, &[0]), supply(1, &[0])], &[1, 1]), Some(vec![1, 1, 0]));
/// assert_eq!(fill(&[supply(2, &[0])], &[1, 1]), None);
/// ```
#[must_use]
pub fn fill(supplies: &[Supply], wants: &[i64]) -> Option<Vec<i64>> {
    let mut served = vec![vec![0; wants.len()]; supplies.len()];
    let mut open = wants.to_vec();
    for supply in 0..supplies.len() {
        if open.iter().all(|open| *open == 0) {
            break;
        }
        while serve(supplies, &mut served, &mut open, supply) {}
    }
    let taken = served.iter().map(|parts| parts.iter().sum()).collect();
    open.iter().all(|open| *open == 0).then_some(taken)
}

/// How a supply was reached: from which part, or at first.
type Trail = Vec<Option<Option<usize>>>;

/// Serves a part with more units of a supply, moving those that are in the way; `false` where no part can be.
fn serve(supplies: &[Supply], served: &mut [Vec<i64>], open: &mut [i64], first: usize) -> bool {
    let used = |served: &[Vec<i64>], supply: usize| served.get(supply).map_or(0, |parts| parts.iter().sum::<i64>());
    let left = supplies.get(first).map_or(0, |supply| supply.units) - used(served, first);
    if left <= 0 {
        return false;
    }
    // Each part by the supply that would serve it, each supply by the part that it would leave.
    let mut reached: Vec<Option<usize>> = vec![None; open.len()];
    let mut trail: Trail = vec![None; supplies.len()];
    let mut queue = VecDeque::from([first]);
    if let Some(start) = trail.get_mut(first) {
        *start = Some(None);
    }
    while let Some(supply) = queue.pop_front() {
        for part in supplies.get(supply).into_iter().flat_map(|supply| &supply.parts).copied() {
            let Some(by) = reached.get_mut(part).filter(|by| by.is_none()) else { continue };
            *by = Some(supply);
            if open.get(part).is_some_and(|open| *open > 0) {
                shift(served, open, (&reached, &trail), part, left);
                return true;
            }
            for (other, parts) in served.iter().enumerate() {
                let gives = parts.get(part).is_some_and(|units| *units > 0);
                if gives && let Some(way) = trail.get_mut(other).filter(|way| way.is_none()) {
                    *way = Some(Some(part));
                    queue.push_back(other);
                }
            }
        }
    }
    false
}

/// Moves as many units as the way lets pass.
fn shift(
    served: &mut [Vec<i64>],
    open: &mut [i64],
    (reached, trail): (&[Option<usize>], &Trail),
    last: usize,
    left: i64,
) {
    // The supplies on the way, each with the part that it comes to serve and the one that it leaves for it.
    let mut way = Vec::new();
    let mut part = Some(last);
    while let Some(to) = part {
        let Some(supply) = reached.get(to).copied().flatten() else { return };
        part = trail.get(supply).copied().flatten().flatten();
        way.push((supply, to, part));
    }
    let units = |served: &[Vec<i64>], supply: usize, part: usize| {
        served.get(supply).and_then(|parts| parts.get(part)).copied().unwrap_or(0)
    };
    let moved = way.iter().filter_map(|(supply, _, from)| Some(units(served, *supply, (*from)?)));
    let most = moved.chain([left, open.get(last).copied().unwrap_or(0)]).min().unwrap_or(0);
    let mut change = |supply: usize, part: usize, by: i64| {
        if let Some(units) = served.get_mut(supply).and_then(|parts| parts.get_mut(part)) {
            *units += by;
        }
    };
    for (supply, to, from) in way {
        change(supply, to, most);
        from.iter().for_each(|from| change(supply, *from, -most));
    }
    if let Some(open) = open.get_mut(last) {
        *open -= most;
    }
}

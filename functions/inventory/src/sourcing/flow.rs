//! The allocation of least cost where nodes have capacities: successive shortest paths.
//!
//! Wants are added one after the other; each unit takes the cheapest way to a node with room, which may push units of
//! earlier wants from node to node (R. G. Busacker and P. J. Gowen, 1960). Pools and whole lines are relaxed.
#![allow(clippy::indexing_slicing, reason = "matrices of the problem's dimensions")]

use super::problem::{Problem, Score};

/// Units of `wants` from open nodes with room left; `room` is what each may still send, `unit` what a unit costs.
pub fn units<V: Score>(problem: &Problem<'_, V>, unit: &[V], open: &[bool], wants: &[usize], room: &[u32]) -> Vec<u32> {
    let columns: Vec<usize> = (0..problem.nodes).filter(|node| open[*node] && room[*node] > 0).collect();
    let mut flow = Flow::new(problem, unit, columns, room.to_vec(), vec![0; problem.wants * problem.nodes]);
    for want in wants {
        let mut left = problem.quantity(*want);
        while left > 0 {
            let sent = flow.direct(*want, left);
            let sent = if sent == 0 { flow.augment(*want, left) } else { sent };
            if sent == 0 {
                break;
            }
            left -= sent;
        }
    }
    flow.units
}

/// What one more unit of capacity at each node would save, `units` being the allocation of least cost: the dual prices of
/// the capacities. Nodes that are not open have none.
pub fn prices<V: Score>(problem: &Problem<'_, V>, open: &[bool], units: &[u32]) -> Vec<V> {
    let zero = V::from(0);
    let columns: Vec<usize> = (0..problem.nodes).filter(|node| open[*node]).collect();
    let mut flow = Flow::new(problem, &problem.unit, columns, Vec::new(), units.to_vec());
    flow.look();
    let mut saved = vec![zero; flow.columns.len()];
    for want in 0..problem.wants {
        let row = &units[want * problem.nodes..(want + 1) * problem.nodes];
        if row.iter().sum::<u32>() < problem.quantity(want) {
            for (column, saved) in saved.iter_mut().enumerate() {
                let at = flow.at(want, column);
                if units[at] < problem.most[at] {
                    *saved = (*saved).max(problem.short - problem.unit[at]);
                }
            }
        }
    }
    for _ in 0..flow.columns.len() {
        let mut changed = false;
        for from in 0..flow.columns.len() {
            for (to, price, _) in flow.leaving(from) {
                // A unit moves on to the new room, and leaves its own behind.
                let through = saved[from] - price;
                if through > saved[to] {
                    saved[to] = through;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    let mut prices = vec![zero; problem.nodes];
    for (column, saved) in flow.columns.iter().zip(saved) {
        // Where there is room left, more of it saves nothing.
        let sent: u32 = (0..problem.wants).map(|want| units[want * problem.nodes + column]).sum();
        if problem.case.suppliers[*column].capacity.is_some_and(|capacity| sent >= capacity) {
            prices[*column] = saved;
        }
    }
    prices
}

struct Flow<'p, 'a, V> {
    problem: &'p Problem<'a, V>,
    unit: &'p [V],
    columns: Vec<usize>,
    room: Vec<u32>,
    units: Vec<u32>,
    /// The wants that have units at each column, in order: few of all.
    present: Vec<Vec<usize>>,
    /// The cheapest move of an allocated unit between each pair of columns, and of which want.
    moves: Vec<Option<(V, usize)>>,
    /// Columns whose moves are to be looked at again.
    changed: Vec<bool>,
}

/// How a node is reached: from which column, moving which want.
type Step = Option<(usize, usize)>;

impl<'p, 'a, V: Score> Flow<'p, 'a, V> {
    fn new(problem: &'p Problem<'a, V>, unit: &'p [V], columns: Vec<usize>, room: Vec<u32>, units: Vec<u32>) -> Self {
        let width = columns.len();
        let (moves, changed) = (vec![None; width * width], vec![true; width]);
        problem.spend(problem.wants * problem.nodes);
        let at = |node: &usize| (0..problem.wants).filter(|want| units[want * problem.nodes + node] > 0).collect();
        let present = columns.iter().map(at).collect();
        Self { problem, unit, columns, room, units, present, moves, changed }
    }

    fn put(&mut self, want: usize, column: usize, many: u32) {
        let at = self.at(want, column);
        if let (0, Err(place)) = (self.units[at], self.present[column].binary_search(&want)) {
            self.present[column].insert(place, want);
        }
        self.units[at] += many;
        self.changed[column] = true;
    }

    fn take(&mut self, want: usize, column: usize, many: u32) {
        let at = self.at(want, column);
        self.units[at] -= many;
        if let (0, Ok(place)) = (self.units[at], self.present[column].binary_search(&want)) {
            self.present[column].remove(place);
        }
        self.changed[column] = true;
    }

    /// Sends units of a want to its cheapest node where that has room: then no way over other nodes is cheaper, as the
    /// allocation so far is the best; 0 where it has none.
    fn direct(&mut self, want: usize, left: u32) -> u32 {
        self.problem.spend(self.columns.len());
        let free = |column: &usize| {
            let at = self.at(want, *column);
            self.units[at] < self.problem.most[at]
        };
        let cheapest =
            (0..self.columns.len()).filter(free).min_by_key(|column| (self.unit[self.at(want, *column)], *column));
        let Some(column) = cheapest else { return 0 };
        let (at, node) = (self.at(want, column), self.columns[column]);
        if self.room[node] == 0 || self.unit[at] >= self.problem.short {
            return 0;
        }
        let many = left.min(self.room[node]).min(self.problem.most[at] - self.units[at]);
        self.room[node] -= many;
        self.put(want, column, many);
        many
    }

    fn at(&self, want: usize, column: usize) -> usize {
        want * self.problem.nodes + self.columns[column]
    }

    /// Sends up to `left` units of a want along the cheapest way; 0 where leaving them out is cheapest.
    fn augment(&mut self, want: usize, left: u32) -> u32 {
        let (distance, came) = self.distances(want);
        // Ends: a node with room, or leaving out a unit of an earlier want that can be moved no further.
        let mut best: Option<(V, usize, Option<usize>)> = None;
        for (column, reach) in distance.iter().enumerate() {
            let Some(reach) = *reach else { continue };
            let mut offer = |value: V, drop: Option<usize>| {
                if best.as_ref().is_none_or(|(known, ..)| value < *known) {
                    best = Some((value, column, drop));
                }
            };
            if self.room[self.columns[column]] > 0 {
                offer(reach, None);
            }
            for other in self.present[column].iter().filter(|other| **other != want) {
                offer(reach + self.problem.short - self.unit[self.at(*other, column)], Some(*other));
            }
        }
        let Some((value, end, drop)) = best else { return 0 };
        if value >= self.problem.short {
            return 0;
        }
        self.push(want, left, end, drop, &came)
    }

    /// What it costs to bring a unit of the want to each column, moving others on; Bellman and Ford.
    fn distances(&mut self, want: usize) -> (Vec<Option<V>>, Vec<Step>) {
        let width = self.columns.len();
        let mut distance: Vec<Option<V>> = vec![None; width];
        let mut came: Vec<Step> = vec![None; width];
        for (column, reach) in distance.iter_mut().enumerate() {
            let at = self.at(want, column);
            if self.units[at] < self.problem.most[at] {
                *reach = Some(self.unit[at]);
            }
        }
        self.look();
        // Only what is reached more cheaply than in the round before can make anything else cheaper.
        let mut nearer: Vec<bool> = distance.iter().map(Option::is_some).collect();
        for _ in 0..width {
            let mut changed = false;
            for from in 0..width {
                let Some(reach) = distance[from].filter(|_| nearer[from]) else { continue };
                nearer[from] = false;
                self.problem.spend(width);
                for (to, price, other) in self.leaving(from) {
                    let through = reach + price;
                    if distance[to].is_none_or(|known| through < known) {
                        distance[to] = Some(through);
                        came[to] = Some((from, other));
                        nearer[to] = true;
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
        (distance, came)
    }

    /// Looks at the moves from and to columns that changed.
    fn look(&mut self) {
        let width = self.columns.len();
        for from in 0..width {
            for to in (0..width).filter(|to| *to != from) {
                if self.changed[from] || self.changed[to] {
                    self.moves[from * width + to] = self.cheapest(from, to);
                }
            }
        }
        self.changed.fill(false);
    }

    fn cheapest(&self, from: usize, to: usize) -> Option<(V, usize)> {
        self.problem.spend(1 + self.present[from].len());
        let movable = self.present[from].iter().filter(|other| {
            let target = self.at(**other, to);
            self.units[target] < self.problem.most[target]
        });
        movable.map(|other| (self.unit[self.at(*other, to)] - self.unit[self.at(*other, from)], *other)).min()
    }

    /// The moves from a column: where to, the price, and the want that moves.
    fn leaving(&self, from: usize) -> impl Iterator<Item = (usize, V, usize)> {
        let width = self.columns.len();
        let row = self.moves.get(from * width..(from + 1) * width).unwrap_or_default();
        row.iter().enumerate().filter_map(|(to, found)| found.map(|(price, other)| (to, price, other)))
    }

    fn push(&mut self, want: usize, left: u32, end: usize, drop: Option<usize>, came: &[Step]) -> u32 {
        let mut many = left;
        many = many.min(match drop {
            Some(other) => self.units[self.at(other, end)],
            None => self.room[self.columns[end]],
        });
        let mut column = end;
        while let Some((from, other)) = came[column] {
            let target = self.at(other, column);
            many = many.min(self.units[self.at(other, from)]).min(self.problem.most[target] - self.units[target]);
            column = from;
        }
        let first = self.at(want, column);
        many = many.min(self.problem.most[first] - self.units[first]);
        match drop {
            Some(other) => self.take(other, end, many),
            None => self.room[self.columns[end]] -= many,
        }
        let mut column = end;
        while let Some((from, other)) = came[column] {
            self.put(other, column, many);
            self.take(other, from, many);
            column = from;
        }
        self.put(want, column, many);
        many
    }
}

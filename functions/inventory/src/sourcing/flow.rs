//! The allocation of least cost where nodes have capacities: successive shortest paths.
//!
//! Wants are added one after the other; each unit takes the cheapest way to a node with room, which may push units of
//! earlier wants from node to node (R. G. Busacker and P. J. Gowen, 1960). Pools and whole lines are relaxed.
#![allow(clippy::indexing_slicing, reason = "matrices of the problem's dimensions")]

use super::problem::{Problem, Score};

/// Units of `wants` from open nodes with room left; `room` is what each may still send, `unit` what a unit costs.
pub fn units<V: Score>(problem: &Problem<'_, V>, unit: &[V], open: &[bool], wants: &[usize], room: &[u32]) -> Vec<u32> {
    Flow::least(problem, unit, open, wants, room).units
}

/// What one more unit of capacity at each node would save, `units` being the allocation of least cost: the dual prices of
/// the capacities. Nodes that are not open have none.
pub fn prices<V: Score>(problem: &Problem<'_, V>, unit: &[V], open: &[bool], units: &[u32]) -> Vec<V> {
    let zero = V::from(0);
    let columns: Vec<usize> = (0..problem.nodes).filter(|node| open[*node]).collect();
    let mut flow = Flow::new(problem, unit, columns, Vec::new(), units.to_vec());
    flow.look();
    let mut saved = vec![zero; flow.columns.len()];
    for want in 0..problem.wants {
        let row = &units[want * problem.nodes..(want + 1) * problem.nodes];
        if row.iter().sum::<u32>() < problem.quantity(want) {
            for (column, saved) in saved.iter_mut().enumerate() {
                let at = flow.at(want, column);
                if units[at] < problem.most[at] {
                    *saved = (*saved).max(problem.short - unit[at]);
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

/// An allocation of least cost, which can be changed and made the one of least cost again.
#[derive(Clone, Debug)]
pub struct Flow<'p, 'a, V> {
    problem: &'p Problem<'a, V>,
    unit: &'p [V],
    columns: Vec<usize>,
    /// What each node may still send.
    pub room: Vec<u32>,
    /// The allocation.
    pub units: Vec<u32>,
    /// The most that a node may send of a want.
    pub most: Vec<u32>,
    /// Units of each want that are left out, as that is cheapest.
    pub left: Vec<u32>,
    /// What the units that are allocated cost.
    pub value: V,
    /// Units of each want that lost their place.
    pending: Vec<u32>,
    /// The wants that have units at each column, in order: few of all.
    present: Vec<Vec<usize>>,
    /// The cheapest move of an allocated unit between each pair of columns, and of which want.
    moves: Vec<Option<(V, usize)>>,
    /// Columns whose moves are to be looked at again.
    changed: Vec<bool>,
}

/// How a node is reached: from which column, moving which want.
type Step = Option<(usize, usize)>;

/// Where units come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// They are a want's.
    Want(usize),
    /// A column has to give them away.
    Column(usize),
}

impl<'p, 'a, V: Score> Flow<'p, 'a, V> {
    fn new(problem: &'p Problem<'a, V>, unit: &'p [V], columns: Vec<usize>, room: Vec<u32>, units: Vec<u32>) -> Self {
        let width = columns.len();
        let (moves, changed) = (vec![None; width * width], vec![true; width]);
        problem.spend(problem.wants * problem.nodes);
        let at = |node: &usize| (0..problem.wants).filter(|want| units[want * problem.nodes + node] > 0).collect();
        let present = columns.iter().map(at).collect();
        let (left, pending) = (vec![0; problem.wants], vec![0; problem.wants]);
        let most = problem.most.clone();
        Self { problem, unit, columns, room, units, most, left, value: V::from(0), pending, present, moves, changed }
    }

    /// The allocation of least cost of `wants` over open nodes with room left.
    pub fn least(problem: &'p Problem<'a, V>, unit: &'p [V], open: &[bool], wants: &[usize], room: &[u32]) -> Self {
        let columns: Vec<usize> = (0..problem.nodes).filter(|node| open[*node] && room[*node] > 0).collect();
        let mut flow = Self::new(problem, unit, columns, room.to_vec(), vec![0; problem.wants * problem.nodes]);
        for want in wants {
            flow.left[*want] = problem.quantity(*want);
            flow.add(*want, problem.quantity(*want));
        }
        flow
    }

    /// Sends up to so many of what is left of a want, as long as that is cheaper than leaving it out.
    fn add(&mut self, want: usize, mut many: u32) {
        while many > 0 {
            let sent = self.direct(want, many);
            let sent = if sent == 0 { self.augment(Source::Want(want), many) } else { sent };
            if sent == 0 {
                break;
            }
            many -= sent;
        }
    }

    /// What a unit costs.
    #[must_use]
    pub fn price(&self, at: usize) -> V {
        self.unit[at]
    }

    /// What the allocation costs, what is left out counted.
    #[must_use]
    pub fn total(&self) -> V {
        self.left.iter().fold(self.value, |sum, left| sum + self.problem.short * V::from(*left))
    }

    /// The allocation of least cost when a unit costs something else.
    #[must_use]
    pub fn again<'u>(&self, unit: &'u [V]) -> Flow<'u, 'a, V>
    where
        'p: 'u,
    {
        let mut room = self.room.clone();
        for (column, node) in self.columns.iter().enumerate() {
            room[*node] += self.present[column].iter().map(|want| self.units[self.at(*want, column)]).sum::<u32>();
        }
        let nothing = vec![0; self.units.len()];
        let mut flow = Flow::new(self.problem, unit, self.columns.clone(), room, nothing);
        flow.most.clone_from(&self.most);
        for (want, row) in self.units.chunks(self.problem.nodes.max(1)).enumerate() {
            let many = self.left[want] + row.iter().sum::<u32>();
            flow.left[want] = many;
            flow.add(want, many);
        }
        flow
    }

    /// Lowers the most that a node may send of a want; [`Self::settle`] must follow.
    pub fn restrict(&mut self, want: usize, node: usize, most: u32) {
        let at = want * self.problem.nodes + node;
        if self.most[at] <= most {
            return;
        }
        let over = self.units[at].saturating_sub(most);
        self.most[at] = most;
        let Some(column) = self.column(node) else { return };
        self.changed[column] = true;
        if over > 0 {
            self.take(want, column, over);
            self.room[node] += over;
            self.pending[want] += over;
        }
    }

    /// Takes a want out, allocated or not; [`Self::settle`] must follow.
    pub fn remove(&mut self, want: usize) {
        for node in 0..self.problem.nodes {
            self.restrict(want, node, 0);
        }
        self.pending[want] = 0;
        self.left[want] = 0;
    }

    /// Takes units of a want that a node sends, and the room for them, out of what can be changed.
    pub fn keep(&mut self, want: usize, node: usize, many: u32) {
        let at = want * self.problem.nodes + node;
        let Some(column) = self.column(node) else { return };
        self.take(want, column, many);
        self.most[at] -= many;
    }

    /// Takes room from a node, which sends its units elsewhere where it has no other; the allocation must be settled.
    pub fn narrow(&mut self, node: usize, many: u32) {
        let Some(column) = self.column(node) else { return };
        let free = many.min(self.room[node]);
        self.room[node] -= free;
        let mut many = many - free;
        while many > 0 {
            let sent = self.augment(Source::Column(column), many);
            if sent == 0 {
                break;
            }
            many -= sent;
        }
    }

    /// Makes the allocation the one of least cost again after [`Self::restrict`].
    pub fn settle(&mut self) {
        // Room that was made is filled first by what gains from it: then every way to allocate one more unit is as
        // cheap as any, as it was before.
        while self.pull() {}
        for want in 0..self.problem.wants {
            let many = std::mem::take(&mut self.pending[want]);
            self.left[want] += many;
            self.add(want, many);
        }
    }

    fn column(&self, node: usize) -> Option<usize> {
        self.columns.binary_search(&node).ok()
    }

    /// Moves units towards a node with room where that gains; `false` where it does not.
    fn pull(&mut self) -> bool {
        let width = self.columns.len();
        if (0..width).all(|column| self.room[self.columns[column]] == 0) {
            return false;
        }
        self.problem.spend(self.problem.wants);
        let mut distance: Vec<Option<V>> =
            self.present.iter().map(|present| (!present.is_empty()).then(|| V::from(0))).collect();
        let mut from: Vec<Option<usize>> = vec![None; width];
        for want in (0..self.problem.wants).filter(|want| self.left[*want] > 0) {
            for column in 0..width {
                let at = self.at(want, column);
                if self.units[at] < self.most[at] {
                    let gain = self.unit[at] - self.problem.short;
                    if distance[column].is_none_or(|known| gain < known) {
                        (distance[column], from[column]) = (Some(gain), Some(want));
                    }
                }
            }
        }
        let mut came: Vec<Step> = vec![None; width];
        self.spread(&mut distance, &mut came);
        let roomy = (0..width).filter(|column| self.room[self.columns[*column]] > 0);
        let gains = roomy.filter_map(|column| distance[column].map(|reach| (reach, column)));
        let Some((_, end)) = gains.min().filter(|(reach, _)| *reach < V::from(0)) else { return false };
        let mut many = self.room[self.columns[end]];
        let start = self.way(end, &came, &mut many);
        if let Some(want) = from[start] {
            let at = self.at(want, start);
            many = many.min(self.left[want]).min(self.most[at] - self.units[at]);
        }
        self.room[self.columns[end]] -= many;
        self.go(end, &came, many);
        match from[start] {
            Some(want) => {
                self.left[want] -= many;
                self.put(want, start, many);
            }
            None => self.room[self.columns[start]] += many,
        }
        many > 0
    }

    fn put(&mut self, want: usize, column: usize, many: u32) {
        let at = self.at(want, column);
        if let (0, Err(place)) = (self.units[at], self.present[column].binary_search(&want)) {
            self.present[column].insert(place, want);
        }
        self.units[at] += many;
        self.value += self.unit[at] * V::from(many);
        self.changed[column] = true;
    }

    fn take(&mut self, want: usize, column: usize, many: u32) {
        let at = self.at(want, column);
        self.units[at] -= many;
        self.value -= self.unit[at] * V::from(many);
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
            self.units[at] < self.most[at]
        };
        let cheapest =
            (0..self.columns.len()).filter(free).min_by_key(|column| (self.unit[self.at(want, *column)], *column));
        let Some(column) = cheapest else { return 0 };
        let (at, node) = (self.at(want, column), self.columns[column]);
        if self.room[node] == 0 || self.unit[at] >= self.problem.short {
            return 0;
        }
        let many = left.min(self.room[node]).min(self.most[at] - self.units[at]);
        self.room[node] -= many;
        self.left[want] -= many;
        self.put(want, column, many);
        many
    }

    fn at(&self, want: usize, column: usize) -> usize {
        want * self.problem.nodes + self.columns[column]
    }

    /// Sends up to `left` units along the cheapest way; 0 where leaving them out is cheapest.
    fn augment(&mut self, source: Source, left: u32) -> u32 {
        let (distance, came) = self.distances(source);
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
            for other in self.present[column].iter().filter(|other| source != Source::Want(**other)) {
                offer(reach + self.problem.short - self.unit[self.at(*other, column)], Some(*other));
            }
        }
        let Some((value, end, drop)) = best else { return 0 };
        if matches!(source, Source::Want(_)) && value >= self.problem.short {
            return 0;
        }
        self.push(source, left, end, drop, &came)
    }

    /// What it costs to bring a unit from the source to each column, moving others on; Bellman and Ford.
    fn distances(&mut self, source: Source) -> (Vec<Option<V>>, Vec<Step>) {
        let width = self.columns.len();
        let mut distance: Vec<Option<V>> = vec![None; width];
        let mut came: Vec<Step> = vec![None; width];
        match source {
            Source::Want(want) => {
                for (column, reach) in distance.iter_mut().enumerate() {
                    let at = self.at(want, column);
                    if self.units[at] < self.most[at] {
                        *reach = Some(self.unit[at]);
                    }
                }
            }
            Source::Column(column) => distance[column] = Some(V::from(0)),
        }
        self.spread(&mut distance, &mut came);
        (distance, came)
    }

    /// Lowers distances as long as moves do.
    fn spread(&mut self, distance: &mut [Option<V>], came: &mut [Step]) {
        let width = self.columns.len();
        self.problem.spend(width * width + 100);
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
            self.units[target] < self.most[target]
        });
        movable.map(|other| (self.unit[self.at(*other, to)] - self.unit[self.at(*other, from)], *other)).min()
    }

    /// The moves from a column: where to, the price, and the want that moves.
    fn leaving(&self, from: usize) -> impl Iterator<Item = (usize, V, usize)> {
        let width = self.columns.len();
        let row = self.moves.get(from * width..(from + 1) * width).unwrap_or_default();
        row.iter().enumerate().filter_map(|(to, found)| found.map(|(price, other)| (to, price, other)))
    }

    fn push(&mut self, source: Source, left: u32, end: usize, drop: Option<usize>, came: &[Step]) -> u32 {
        let mut many = left.min(match drop {
            Some(other) => self.units[self.at(other, end)],
            None => self.room[self.columns[end]],
        });
        let start = self.way(end, came, &mut many);
        if let Source::Want(want) = source {
            let first = self.at(want, start);
            many = many.min(self.most[first] - self.units[first]);
        }
        match drop {
            Some(other) => {
                self.take(other, end, many);
                self.left[other] += many;
            }
            None => self.room[self.columns[end]] -= many,
        }
        self.go(end, came, many);
        if let Source::Want(want) = source {
            self.left[want] -= many;
            self.put(want, start, many);
        }
        many
    }

    /// Where the way to a column starts; `many` is lowered to what can take it.
    fn way(&self, end: usize, came: &[Step], many: &mut u32) -> usize {
        let mut column = end;
        while let Some((from, other)) = came[column] {
            let target = self.at(other, column);
            *many = (*many).min(self.units[self.at(other, from)]).min(self.most[target] - self.units[target]);
            column = from;
        }
        column
    }

    /// Moves units along the way to a column.
    fn go(&mut self, end: usize, came: &[Step], many: u32) {
        let mut column = end;
        while let Some((from, other)) = came[column] {
            self.put(other, column, many);
            self.take(other, from, many);
            column = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sourcing::objective::Scale;
    use crate::sourcing::{Case, Supplier, Want};
    use crate::words::Criterion;
    use proptest::prelude::*;

    prop_compose! {
        fn case()(nodes in 2..=5_usize, wants in 2..=6_usize)(
            capacities in prop::collection::vec(prop::option::weighted(0.8, 1..8_u32), nodes),
            wants in prop::collection::vec((1..=5_u32, prop::collection::vec(0..6_i64, nodes)), wants),
            pools in prop::collection::vec(prop::collection::vec(0..6_u32, nodes), wants),
        ) -> Case {
            Case {
                suppliers: capacities.into_iter().map(|capacity| Supplier { capacity, ..Supplier::default() }).collect(),
                wants: wants.into_iter().enumerate().map(|(pool, (quantity, unit_cost))| Want {
                    quantity, unit_cost, whole: false, parts: vec![(pool, 1)],
                }).collect(),
                pools,
                objective: vec![Criterion::Units, Criterion::Cost],
                most_shipments: None,
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        /// Whatever is changed, the mended allocation costs what one from nothing does.
        #[test]
        fn what_is_mended_is_as_cheap_as_what_is_made_anew(
            case in case(),
            changes in prop::collection::vec((0..4_u8, 0..6_usize, 0..5_usize, 0..4_u32), 1..8),
        ) {
            let scale = Scale::of(&case, &case.objective);
            let problem: Problem<'_, i64> = Problem::new(&case, &scale, u64::MAX);
            let open = vec![true; problem.nodes];
            let wants: Vec<usize> = (0..problem.wants).collect();
            let room: Vec<u32> = case.suppliers.iter().map(|supplier| supplier.capacity.unwrap_or(60)).collect();
            let mut flow = Flow::least(&problem, &problem.unit, &open, &wants, &room);
            for (change, want, node, many) in changes {
                let (want, node) = (want % problem.wants, node % problem.nodes);
                let sends = flow.units.get(want * problem.nodes + node).copied().unwrap_or(0);
                match change {
                    0 => flow.restrict(want, node, many),
                    1 => flow.remove(want),
                    2 => flow.keep(want, node, many.min(sends)),
                    _ => {
                        let sent: u32 = flow.units.iter().skip(node).step_by(problem.nodes).sum();
                        let has = sent + flow.room.get(node).copied().unwrap_or(0);
                        flow.narrow(node, many.min(has));
                    }
                }
                flow.settle();
                prop_assert_eq!(flow.total(), flow.again(&problem.unit).total());
            }
        }
    }
}

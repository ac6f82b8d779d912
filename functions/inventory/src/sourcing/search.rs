//! Branch and bound over the nodes.
#![allow(clippy::indexing_slicing, reason = "matrices of the problem's dimensions")]

mod staged;

use super::demand::{Paid, Stage};
use super::dual::{Choice, Prices};
use super::objective::Scale;
use super::pooled::Shared;
use super::problem::{Problem, Score};
use super::{Budget, Start, coupled, flow, greedy, relaxed};

/// A plan and how good it is; where something is enough, the bound counts only when no plan is that good.
#[derive(Debug)]
pub struct Found<V> {
    /// Units, a row for each want.
    pub units: Vec<u32>,
    /// The plan's value.
    pub value: V,
    /// No plan is below it.
    pub bound: V,
}

/// Matrices up to this size raise prices anew at every choice; larger ones keep the first prices.
const SMALL: usize = 4_000;
/// Steps that the first plan may take.
const START: u32 = 1_000;
/// Steps through coupled lines over all nodes.
const FLOOR: u32 = 2_000;
/// Starting plans try every exchange of two nodes up to so many.
const EXCHANGES: usize = 64;
/// Rounds of exchanges with capacities counted.
const COMPETITIONS: usize = 6;

/// Cells of the matrix up to which every choice of the budget is made: 12 nodes and 50 lines are 600.
pub const EXACT: usize = 1_000;
/// Cells that are looked at in all beyond that, so that 500 nodes are answered as soon as 50.
const WORK: usize = 3_000_000;

/// Choices that a problem of this size may take.
fn choices(cells: usize, budget: u32) -> u32 {
    if cells <= EXACT { budget } else { u32::try_from(WORK / cells).unwrap_or(u32::MAX).min(budget) }
}

/// What is set aside of the work for exchanges at the end: one part in so many.
const ENDING: u64 = 8;

/// The best plan that the budget finds; where something is enough, the first plan that is found of that.
#[must_use]
pub(super) fn search<V: Score>(
    problem: &Problem<'_, V>,
    scale: &Scale,
    budget: Budget,
    start: Start<'_>,
    stage: Option<&Stage>,
) -> Found<V> {
    let enough = if let Start::Enough(value) = start { Some(V::narrow(value)) } else { None };
    let nothing = vec![0; problem.wants * problem.nodes];
    let most = problem.case.most_shipments.and_then(|most| usize::try_from(most).ok());
    let mut search = Search {
        problem,
        scale,
        most,
        // Where something is enough, nothing above it is of interest.
        value: enough.into_iter().map(|enough| enough + V::from(1)).fold(problem.value(&nothing), V::min),
        units: nothing,
        enough,
        left_open: None,
        choices: choices(problem.nodes * problem.wants, budget.choices),
        steps: budget.steps,
        shared: Shared::of(problem),
        first: None,
    };
    if let Start::Plan(units) = start {
        search.offer(units.concat());
    }
    let mut choices: Vec<Choice> = (0..problem.nodes).map(|node| search.usable(node)).collect();
    if let Some(stage) = stage {
        return search.staged(stage, &mut choices);
    }
    search.start(&choices);
    let (root, floor) = search.root(&choices);
    if problem.nodes * problem.wants > EXACT {
        search.compete(&choices);
    }
    search.fix(&mut choices);
    search.branch(&mut choices, floor);
    if search.left_open.is_some() {
        problem.extend(budget.work / ENDING);
        search.compete(&choices);
    }
    let bound = search.left_open.map_or(search.value, |open| open.max(root).min(search.value));
    Found { units: search.units, value: search.value, bound }
}

struct Search<'p, 'a, V> {
    problem: &'p Problem<'a, V>,
    scale: &'p Scale,
    most: Option<usize>,
    value: V,
    units: Vec<u32>,
    enough: Option<V>,
    /// The lowest bound of a branch that was given up.
    left_open: Option<V>,
    choices: u32,
    steps: u32,
    /// The pools that wants share.
    shared: Shared,
    /// Prices of the whole problem, for matrices that are not small.
    first: Option<Prices<V>>,
}

impl<V: Score> Search<'_, '_, V> {
    fn usable(&self, node: usize) -> Choice {
        let has = (0..self.problem.wants).any(|want| self.problem.most[want * self.problem.nodes + node] > 0);
        if has { Choice::Open } else { Choice::Out }
    }

    fn is_enough(&self) -> bool {
        self.enough.is_some_and(|enough| self.value <= enough)
    }

    fn offer(&mut self, units: Vec<u32>) {
        let used = (0..self.problem.nodes)
            .filter(|node| units.iter().skip(*node).step_by(self.problem.nodes).any(|many| *many > 0));
        if self.most.is_some_and(|most| used.count() > most) {
            return;
        }
        let value = self.problem.value(&units);
        if value < self.value {
            self.value = value;
            self.units = units;
        }
    }

    /// The best allocation over these nodes whose units cost less than `ceiling`, nothing where there is none, and whether that
    /// is proven; each way is asked only where the one before it, which is quicker, breaks a rule that it does not know.
    fn allocate(
        &mut self,
        open: &[bool],
        (fixed, ceiling): (V, V),
        stage: Option<(&Stage, &Paid)>,
        steps: &mut u32,
    ) -> (Vec<u32>, V) {
        let alone = relaxed::units(self.problem, open);
        if self.problem.feasible(&alone) {
            return (alone, ceiling);
        }
        let flowing = self.flow(&self.problem.unit, open);
        if self.problem.feasible(&flowing) {
            return (flowing, ceiling);
        }
        let task = coupled::Task { scale: self.scale, unit: &self.problem.unit, open, fixed, ceiling, stage };
        let best = coupled::best(self.problem, &self.shared, task, steps);
        (best.units.unwrap_or_else(|| vec![0; alone.len()]), best.bound)
    }

    fn flow(&self, unit: &[V], open: &[bool]) -> Vec<u32> {
        let wants: Vec<usize> = (0..self.problem.wants).collect();
        let room: Vec<u32> =
            self.problem.case.suppliers.iter().map(|supplier| supplier.capacity.unwrap_or(u32::MAX)).collect();
        flow::units(self.problem, unit, open, &wants, &room)
    }

    /// A plan to begin with: nodes added while that helps, then dropped or exchanged while that helps.
    fn start(&mut self, choices: &[Choice]) {
        let nodes: Vec<usize> = (0..self.problem.nodes).filter(|node| choices[*node] == Choice::Open).collect();
        let mut chosen: Vec<usize> = Vec::new();
        let mut scratch = Vec::new();
        let mut value = self.few(&chosen, &mut scratch);
        while self.most.is_none_or(|most| chosen.len() < most) {
            let grown = |node: &&usize| !chosen.contains(node);
            let mut best = None;
            for node in nodes.iter().filter(grown) {
                let mut with = chosen.clone();
                with.push(*node);
                let value = self.few(&with, &mut scratch);
                if best.as_ref().is_none_or(|(known, _)| value < *known) {
                    best = Some((value, with));
                }
            }
            let Some((better, with)) = best.filter(|(better, _)| *better < value) else { break };
            (value, chosen) = (better, with);
        }
        self.improve(&nodes, chosen, value, &mut scratch);
    }

    fn improve(&mut self, nodes: &[usize], mut chosen: Vec<usize>, mut value: V, scratch: &mut Vec<(V, u32)>) {
        loop {
            let mut best: Option<(V, Vec<usize>)> = None;
            for at in 0..chosen.len() {
                let mut without = chosen.clone();
                let _ = without.swap_remove(at);
                let mut consider = |set: Vec<usize>, value: V| {
                    if best.as_ref().is_none_or(|(known, _)| value < *known) {
                        best = Some((value, set));
                    }
                };
                consider(without.clone(), self.few(&without, scratch));
                if nodes.len() <= EXCHANGES {
                    for node in nodes.iter().filter(|node| !chosen.contains(node)) {
                        let mut with = without.clone();
                        with.push(*node);
                        let value = self.few(&with, scratch);
                        consider(with, value);
                    }
                }
            }
            let Some((better, set)) = best.filter(|(better, _)| *better < value) else { break };
            (value, chosen) = (better, set);
        }
        let mut open = vec![false; self.problem.nodes];
        for node in chosen {
            open[node] = true;
        }
        let nothing = self.problem.value(&vec![0; self.problem.wants * self.problem.nodes]);
        let (units, _) = self.allocate(&open, (V::from(0), nothing), None, &mut START.min(self.steps));
        self.offer(units);
    }

    /// Takes the greedy rule's plan where it is better, then exchanges nodes of the best plan so far as long as that helps,
    /// capacities counted: [`Self::start`] looked at lines alone. For problems whose plan may stay unproven.
    fn compete(&mut self, choices: &[Choice]) {
        self.offer(greedy::units(self.problem, self.most));
        let nodes = self.problem.nodes;
        for _ in 0..COMPETITIONS {
            let before = self.value;
            let used = |node: &usize| self.units.iter().skip(*node).step_by(nodes).any(|many| *many > 0);
            let chosen: Vec<usize> = (0..nodes).filter(used).collect();
            let mut open = vec![false; nodes];
            chosen.iter().for_each(|node| open[*node] = true);
            self.over(&open);
            for out in &chosen {
                if self.problem.is_spent() {
                    return;
                }
                open[*out] = false;
                self.over(&open);
                for node in (0..nodes).filter(|node| choices[*node] != Choice::Out && !chosen.contains(node)) {
                    open[node] = true;
                    // What lines alone would cost is a bound: most exchanges end here.
                    if self.fixed_of(&open) + relaxed::value(self.problem, &open) < self.value {
                        self.over(&open);
                    }
                    open[node] = false;
                }
                open[*out] = true;
            }
            if self.value >= before {
                return;
            }
        }
    }

    /// Offers the allocation of least cost over these nodes.
    fn over(&mut self, open: &[bool]) {
        let units = self.flow(&self.problem.unit, open);
        if self.problem.feasible(&units) {
            self.offer(units);
        }
    }

    fn fixed_of(&self, open: &[bool]) -> V {
        let chosen = open.iter().zip(&self.problem.fixed).filter(|(open, _)| **open);
        chosen.fold(V::from(0), |sum, (_, fixed)| sum + *fixed)
    }

    /// What a plan over few nodes costs, lines looking at themselves alone.
    fn few(&self, chosen: &[usize], scratch: &mut Vec<(V, u32)>) -> V {
        let fixed = chosen.iter().fold(V::from(0), |sum, node| sum + self.problem.fixed[*node]);
        fixed + relaxed::value_of_few(self.problem, chosen, scratch)
    }

    /// Leaves out for good what cannot be in a better plan than the first.
    fn fix(&mut self, choices: &mut [Choice]) {
        let prices = Prices::raise(self.problem, choices);
        if self.round(prices.bound(self.problem, choices, self.most)) < self.value {
            for node in 0..choices.len() {
                if choices[node] == Choice::Open {
                    choices[node] = Choice::In;
                    let with = self.round(prices.bound(self.problem, choices, self.most));
                    choices[node] = if with >= self.value { Choice::Out } else { Choice::Open };
                }
            }
        }
        if self.problem.nodes * self.problem.wants > SMALL {
            self.first = Some(prices);
        }
    }

    fn round(&self, bound: V) -> V {
        V::narrow(self.scale.round_up(bound.wide()))
    }

    fn give_up(&mut self, bound: V) {
        self.left_open = Some(self.left_open.map_or(bound, |known| known.min(bound)));
    }

    fn branch(&mut self, choices: &mut [Choice], floor: V) {
        if self.is_enough() {
            return;
        }
        let chosen = choices.iter().filter(|choice| **choice == Choice::In).count();
        let closed = self.most.is_some_and(|most| chosen >= most);
        let open: Vec<bool> =
            choices.iter().map(|choice| *choice == Choice::In || (!closed && *choice == Choice::Open)).collect();
        let fixed = self.fixed(choices);
        let mut bound = self.round(fixed + relaxed::value(self.problem, &open).max(floor));
        if bound >= self.value {
            return;
        }
        if self.problem.is_spent() {
            return self.give_up(bound);
        }
        bound = bound.max(self.round(self.priced(choices)));
        if bound >= self.value {
            return;
        }
        let mut units = relaxed::units(self.problem, &open);
        let mut feasible = self.problem.feasible(&units);
        if !feasible {
            let unit = self.shared(choices);
            units = self.flow(&unit, &open);
            bound = bound.max(self.round(fixed + self.units_value(&unit, &units)));
            if bound >= self.value {
                return;
            }
            feasible = self.problem.feasible(&units);
        }
        let Some(left) = self.choices.checked_sub(1) else { return self.give_up(bound) };
        self.choices = left;
        if feasible {
            self.offer(units.clone());
        }
        let sends = |node: usize| {
            (0..self.problem.wants).map(|want| u64::from(units[want * self.problem.nodes + node])).sum::<u64>()
        };
        let undecided = (0..self.problem.nodes).filter(|node| open[*node] && choices[*node] == Choice::Open);
        let next = undecided.max_by_key(|node| (sends(*node), std::cmp::Reverse(*node)));
        let Some(next) = next.filter(|next| !(feasible && sends(*next) == 0)) else {
            if !feasible {
                self.leaf(choices, &open, bound, None);
            }
            return;
        };
        for choice in [Choice::In, Choice::Out] {
            choices[next] = choice;
            self.branch(choices, floor);
        }
        choices[next] = Choice::Open;
    }

    /// What any plan comes to at least, and what its units cost at least, whatever nodes are chosen.
    fn root(&mut self, choices: &[Choice]) -> (V, V) {
        let zero = V::from(0);
        let open: Vec<bool> = choices.iter().map(|choice| *choice != Choice::Out).collect();
        if self.problem.feasible(&relaxed::units(self.problem, &open)) {
            return (zero, zero);
        }
        let unit = self.shared(choices);
        let units = self.flow(&unit, &open);
        let bound = self.round(self.units_value(&unit, &units));
        if self.problem.feasible(&units) {
            self.offer(units);
            return (bound, zero);
        }
        let floor = self.floor(&open);
        (bound.max(self.round(floor)), floor)
    }

    /// What units cost at least: the search through coupled lines over all nodes.
    fn floor(&mut self, open: &[bool]) -> V {
        let units = self.flow(&self.problem.unit, open);
        if self.problem.feasible(&units) {
            let floor = self.units_value(&self.problem.unit, &units);
            self.offer(units);
            return floor;
        }
        let (unit, ceiling) = (&self.problem.unit, self.value);
        let task = coupled::Task { scale: self.scale, unit, open, fixed: V::from(0), ceiling, stage: None };
        let most = WORK / (self.problem.nodes * self.problem.wants).max(1);
        // Where choosing nodes costs nothing this is the whole search.
        let free = self.problem.fixed.iter().all(|fixed| *fixed == V::from(0));
        let few = FLOOR.min(u32::try_from(most).unwrap_or(u32::MAX));
        let mut steps = if free { self.steps } else { few.min(self.steps) };
        let best = coupled::best(self.problem, &self.shared, task, &mut steps);
        if let Some(units) = best.units {
            self.offer(units);
        }
        best.bound
    }

    /// Everything is decided, or the nodes chosen give the best of what is open.
    fn leaf(&mut self, choices: &[Choice], open: &[bool], bound: V, stage: Option<(&Stage, &Paid)>) {
        // A plan that leaves out a chosen node is another branch's: what is sought here pays for all of them.
        let fixed = self.fixed(choices);
        if fixed >= self.value {
            return;
        }
        let mut steps = self.steps;
        let (units, least) = self.allocate(open, (fixed, self.value), stage, &mut steps);
        self.steps = steps;
        self.offer(units);
        if least < self.value {
            self.give_up(least.max(bound));
        }
    }

    /// What the chosen nodes cost.
    fn fixed(&self, choices: &[Choice]) -> V {
        let chosen = choices.iter().zip(&self.problem.fixed).filter(|(choice, _)| **choice == Choice::In);
        chosen.fold(V::from(0), |sum, (_, fixed)| sum + *fixed)
    }

    /// What a unit costs when nodes that are not decided share what choosing them costs among all units that they can
    /// send: no plan that chooses them pays less (the linear relaxation in which a node is chosen in part).
    fn shared(&self, choices: &[Choice]) -> Vec<V> {
        let mut unit = self.problem.unit.clone();
        for (node, _) in choices.iter().enumerate().filter(|(_, choice)| **choice == Choice::Open) {
            let all: u32 = (0..self.problem.wants)
                .fold(0, |sum: u32, want| sum.saturating_add(self.problem.most[want * self.problem.nodes + node]));
            let most = self.problem.case.suppliers[node].capacity.unwrap_or(u32::MAX).min(all);
            if most > 0 {
                let share = self.problem.fixed[node] / V::from(most);
                unit.iter_mut().skip(node).step_by(self.problem.nodes).for_each(|unit| *unit += share);
            }
        }
        unit
    }

    fn units_value(&self, unit: &[V], units: &[u32]) -> V {
        let mut value = V::from(0);
        for want in 0..self.problem.wants {
            let row = want * self.problem.nodes..(want + 1) * self.problem.nodes;
            let sent: u32 = units[row.clone()].iter().sum();
            value += self.problem.short * V::from(self.problem.quantity(want) - sent);
            for at in row {
                value += unit[at] * V::from(units[at]);
            }
        }
        value
    }

    fn priced(&self, choices: &[Choice]) -> V {
        match &self.first {
            Some(prices) => prices.bound(self.problem, choices, self.most),
            None => Prices::raise(self.problem, choices).bound(self.problem, choices, self.most),
        }
    }
}

//! The search by one criterion when those before it are settled: nodes are decided while prices of lines
//! ([`super::super::demand`]) leave a doubt, then the allocation among them.
#![allow(clippy::indexing_slicing, reason = "matrices of the problem's dimensions")]

use super::{Found, Search};
use crate::sourcing::demand::{Paid, Priced, Stage, State};
use crate::sourcing::dual::Choice;
use crate::sourcing::problem::Score;
use crate::sourcing::rounded::Rounded;

/// Rounds of moving prices at first.
const FIRST: u32 = 250;
/// The same after each choice.
const AFTER: u32 = 30;
/// Steps of the search through the lines of each choice of nodes: few, then more where that left a doubt.
const STEPS: [u32; 3] = [60, 600, u32::MAX];

impl<V: Score> Search<'_, '_, V> {
    /// The best plan by the stage's criterion; one that is as good and better in nothing else stays.
    pub(super) fn staged(mut self, stage: &Stage, choices: &mut [Choice]) -> Found<V> {
        if self.most.is_none() {
            // Nodes that cost nothing to choose are chosen.
            let free = choices.iter_mut().zip(&self.problem.fixed).filter(|(_, fixed)| **fixed == V::from(0));
            free.filter(|(choice, _)| **choice == Choice::Open).for_each(|(choice, _)| *choice = Choice::In);
        }
        let mut paid = stage.begin(self.problem);
        let _ = self.raise(stage, choices, &mut paid, FIRST);
        let all = self.steps;
        for steps in STEPS {
            self.left_open = None;
            self.steps = steps.min(all);
            self.decide(stage, choices, &paid, (self.steps, V::from(0)));
            if self.left_open.is_none() || self.problem.is_spent() {
                break;
            }
        }
        let bound = self.left_open.map_or(self.value, |open| open.min(self.value));
        Found { units: self.units, value: self.value, bound }
    }

    fn below(&self, stage: &Stage) -> i64 {
        stage.below(&self.scale.digits(self.value.wide()))
    }

    fn raise(&self, stage: &Stage, choices: &[Choice], paid: &mut Paid, rounds: u32) -> Priced {
        let room: Vec<u32> =
            self.problem.case.suppliers.iter().map(|supplier| supplier.capacity.unwrap_or(u32::MAX)).collect();
        let wanted: Vec<u32> = self.problem.case.wants.iter().map(|want| want.quantity).collect();
        let nothing = vec![0; self.problem.wants * self.problem.nodes];
        let state = State {
            choices,
            most: &self.problem.most,
            free: &room,
            pools: &self.problem.case.pools,
            wanted: &wanted,
            taken: &nothing,
        };
        stage.ascend(self.problem, state, paid, self.below(stage), rounds)
    }

    /// Decides the next node, or, where all are, who sends what.
    fn decide(&mut self, stage: &Stage, choices: &mut [Choice], paid: &Paid, (steps, floor): (u32, V)) {
        if self.is_enough() {
            return;
        }
        let chosen = choices.iter().filter(|choice| **choice == Choice::In).count();
        if self.most.is_some_and(|most| chosen >= most) {
            choices.iter_mut().filter(|choice| **choice == Choice::Open).for_each(|choice| *choice = Choice::Out);
        }
        let open: Vec<bool> = choices.iter().map(|choice| *choice != Choice::Out).collect();
        let fixed = self.fixed(choices);
        let unit = self.shared(choices);
        let units = self.flow(&unit, &open);
        let mut bound = floor.max(self.round(fixed + self.units_value(&unit, &units)));
        if bound >= self.value {
            return;
        }
        if self.problem.feasible(&units) {
            self.offer(units);
            if bound >= self.value {
                return;
            }
        }
        if self.problem.is_spent() {
            return self.give_up(bound);
        }
        let mut paid = paid.clone();
        let priced = self.raise(stage, choices, &mut paid, AFTER);
        let below = self.below(stage);
        if stage.passes(&priced, below) {
            return;
        }
        self.round_off(stage, choices, &priced);
        let below = self.below(stage);
        if stage.passes(&priced, below) {
            return;
        }
        let least = V::narrow(self.scale.of_digits(&stage.digits(stage.least(&priced))));
        bound = bound.max(least);
        let Some(left) = self.choices.checked_sub(1) else { return self.give_up(bound) };
        self.choices = left;
        let before = choices.to_vec();
        for (node, choice) in choices.iter_mut().enumerate().filter(|(_, choice)| **choice == Choice::Open) {
            *choice = stage.forced(&priced, node, below).unwrap_or(Choice::Open);
        }
        match priced.doubt(choices) {
            Some((node, first)) if before == choices => {
                let other = if first == Choice::In { Choice::Out } else { Choice::In };
                for choice in [first, other] {
                    let mut choices = choices.to_vec();
                    choices[node] = choice;
                    self.decide(stage, &mut choices, &paid, (steps, bound));
                }
            }
            None if before == choices => {
                self.steps = steps;
                self.leaf(choices, &open, bound, Some((stage, &paid)));
            }
            _ => self.decide(stage, choices, &paid, (steps, bound)),
        }
        choices.copy_from_slice(&before);
    }

    /// Offers the plan that prices say.
    fn round_off(&mut self, stage: &Stage, choices: &[Choice], priced: &Priced) {
        let mut plan = Rounded::new(self.problem, &stage.chosen(choices, priced), &[], &priced.mean);
        plan.fill();
        self.offer(plan.units);
    }
}

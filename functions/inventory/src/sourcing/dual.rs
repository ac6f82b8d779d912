//! A lower bound from prices: if a unit of each want were paid so much, how much more than that could nodes earn?
//!
//! For any price of a want up to what a missing unit costs, what the wants pay together, less what nodes would earn above
//! the cost of choosing them, is at most the value of every plan (Lagrange). Prices are raised one after the other as
//! long as that gains, as Erlenkotter's dual ascent does. A node's earnings keep to its capacity.
#![allow(clippy::indexing_slicing, reason = "matrices of the problem's dimensions")]

use super::problem::{Problem, Score};

/// Rounds of raising prices; few are needed, the bound holds after any.
const ROUNDS: usize = 60;

/// What was decided of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It is chosen.
    In,
    /// It is not.
    Out,
    /// Nothing yet.
    Open,
}

/// What nodes would earn at raised prices.
#[derive(Debug)]
pub struct Prices<V> {
    paid: V,
    earned: Vec<V>,
}

impl<V: Score> Prices<V> {
    /// Raises prices for these choices.
    #[must_use]
    pub fn raise(problem: &Problem<'_, V>, choices: &[Choice]) -> Self {
        let zero = V::from(0);
        let left = |node: &&usize| choices[**node] != Choice::Out;
        let mut slack: Vec<V> = (0..problem.nodes)
            .map(|node| if choices[node] == Choice::In { zero } else { problem.fixed[node] })
            .collect();
        let mut price: Vec<V> = (0..problem.wants)
            .map(|want| {
                let cheapest = problem.order[want].iter().find(left);
                cheapest.map_or(problem.short, |node| problem.unit[want * problem.nodes + node])
            })
            .collect();
        for _ in 0..ROUNDS {
            let mut changed = false;
            problem.spend(problem.wants * 4);
            for want in &problem.scarce {
                changed |= step(problem, choices, *want, &mut price[*want], &mut slack);
            }
            if !changed {
                break;
            }
        }
        let paid = (0..problem.wants).fold(zero, |sum, want| sum + price[want] * V::from(problem.quantity(want)));
        let earned = (0..problem.nodes)
            .map(|node| if choices[node] == Choice::Out { zero } else { earnings(problem, node, &price) })
            .collect();
        Self { paid, earned }
    }

    /// The bound for these choices, when at most so many nodes may be chosen.
    #[must_use]
    pub fn bound(&self, problem: &Problem<'_, V>, choices: &[Choice], most: Option<usize>) -> V {
        let zero = V::from(0);
        let mut bound = self.paid;
        let mut chosen = 0;
        let mut open = Vec::new();
        for (node, choice) in choices.iter().enumerate() {
            match choice {
                Choice::In => {
                    bound = bound + problem.fixed[node] - self.earned[node];
                    chosen += 1;
                }
                Choice::Open if self.earned[node] > problem.fixed[node] => {
                    open.push(self.earned[node] - problem.fixed[node])
                }
                Choice::Open | Choice::Out => {}
            }
        }
        if let Some(left) = most.map(|most| most.saturating_sub(chosen)).filter(|left| *left < open.len()) {
            open.sort_unstable_by(|a, b| b.cmp(a));
            open.truncate(left);
        }
        bound - open.into_iter().fold(zero, |sum, gain| sum + gain)
    }
}

/// Raises one price to the next point where something changes; `false` where that gains nothing.
fn step<V: Score>(problem: &Problem<'_, V>, choices: &[Choice], want: usize, price: &mut V, slack: &mut [V]) -> bool {
    let row = want * problem.nodes;
    let quantity = u64::from(problem.quantity(want));
    let servers = || problem.order[want].iter().filter(|node| choices[**node] != Choice::Out);
    let mut rise = problem.short - *price;
    let mut full = 0_u64;
    for node in servers() {
        let unit = problem.unit[row + node];
        if unit > *price {
            rise = rise.min(unit - *price);
            break;
        }
        let many = V::from(problem.most[row + node]);
        // A division only where it lowers the rise: few do.
        if slack[*node] < many {
            full += u64::from(problem.most[row + node]);
            if full >= quantity {
                return false;
            }
        } else if slack[*node] < rise * many {
            rise = slack[*node] / many;
        }
    }
    if rise <= V::from(0) {
        return false;
    }
    for node in servers().take_while(|node| problem.unit[row + **node] <= *price) {
        let many = V::from(problem.most[row + node]);
        if slack[*node] >= many {
            slack[*node] -= many * rise;
        }
    }
    *price += rise;
    true
}

/// The most that a node can earn above its unit costs.
fn earnings<V: Score>(problem: &Problem<'_, V>, node: usize, price: &[V]) -> V {
    let gains = (0..problem.wants).filter_map(|want| {
        let at = want * problem.nodes + node;
        (problem.most[at] > 0 && price[want] > problem.unit[at])
            .then(|| (price[want] - problem.unit[at], problem.most[at]))
    });
    let Some(capacity) = problem.case.suppliers[node].capacity else {
        return gains.fold(V::from(0), |sum, (gain, many)| sum + gain * V::from(many));
    };
    let mut sorted: Vec<(V, u32)> = gains.collect();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let mut left = capacity;
    sorted.into_iter().fold(V::from(0), |sum, (gain, many)| {
        let many = many.min(left);
        left -= many;
        sum + gain * V::from(many)
    })
}

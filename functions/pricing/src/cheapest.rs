//! Looks for the cheapest cart that has all units kept and no more than were bought, by branch and bound (Land and Doig,
//! 1960): what a cart costs only promotions know, and asking is dear, so that no cart is asked about that cannot be
//! cheaper than the cheapest one known.
//!
//! [`bounds`] says of a box of carts what each costs at least. Of boxes, that with the lowest bound is looked into first;
//! none whose bound is no lower than the cheapest cost known is looked into at all.
//!
//! Of lines that are alike, carts that differ only in which of them is kept are one cart: the last lines are those that most
//! is kept of.

mod bounds;

use bounds::Bounds;
use commerce::facts::prices::RefundSearch;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// The most that boxes may be looked at: lines, for each need of promotions.
const WORK: usize = 100_000_000;
/// The most lines of boxes that are kept at once; beyond that one is looked into to its end before the next.
const KEPT: usize = 200_000;

/// A search under way.
pub struct Cheapest {
    /// Lines that are alike and as many units of which were sold, each in the cart's order.
    classes: Vec<Vec<usize>>,
    bounds: Bounds,
    boxes: BinaryHeap<Reverse<Node>>,
    /// Those that come before all others.
    first: Vec<Node>,
    sold: Vec<u32>,
    kept: Vec<u32>,
    /// What was kept before, where it is neither.
    before: Option<Vec<u32>>,
    begun: bool,
    work: usize,
    best: i64,
    exact: bool,
}

/// Carts with at least and at most so many units of each line, and a bound on what each of them costs.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    bound: i128,
    from: Vec<u32>,
    to: Vec<u32>,
}

impl Cheapest {
    /// Between what is kept and what was sold for `paid`. `before` is what was kept before: where not all that is wanted may
    /// be asked, it is asked about too.
    #[must_use]
    pub fn new(sold: &[u32], kept: &[u32], before: &[u32], paid: i64, search: &RefundSearch) -> Self {
        let mut classes: BTreeMap<(Option<u32>, usize, u32), Vec<usize>> = BTreeMap::new();
        for (place, units) in sold.iter().enumerate() {
            let named = search.alike.get(place).copied();
            let alone = if named.is_none() { place } else { 0 };
            classes.entry((named, alone, *units)).or_default().push(place);
        }
        let mut found = Self {
            classes: classes.into_values().collect(),
            bounds: Bounds::new(sold.len(), search),
            boxes: BinaryHeap::new(),
            first: Vec::new(),
            sold: sold.to_vec(),
            kept: Vec::new(),
            before: None,
            begun: false,
            work: WORK,
            best: paid,
            exact: true,
        };
        (found.kept, found.before) = (found.sorted(kept), Some(found.sorted(before)));
        found.before = found.before.filter(|before| *before != found.kept && before != sold);
        found.push(found.kept.clone(), sold.to_vec());
        found
    }

    /// The least that is known.
    #[must_use]
    pub const fn best(&self) -> i64 {
        self.best
    }

    /// Nothing cheaper was left out.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.exact
    }

    /// What a cart costs that was asked about.
    pub fn learn(&mut self, cost: i64) {
        self.best = self.best.min(cost.max(0));
    }

    /// The next cart to ask about.
    pub fn wanted(&mut self) -> Option<Vec<u32>> {
        // What is kept comes first: mostly nothing can be cheaper.
        if !self.begun {
            self.begun = true;
            if self.kept != self.sold {
                return Some(self.kept.clone());
            }
        }
        while let Some(node) = self.first.pop().or_else(|| self.boxes.pop().map(|Reverse(node)| node)) {
            if node.bound >= i128::from(self.best) {
                continue;
            }
            if node.from != node.to {
                self.part(&node);
                if self.work == 0 {
                    self.give_up();
                }
            } else if node.from != self.kept && node.from != self.sold {
                return Some(node.from);
            }
        }
        if self.exact { None } else { self.before.take() }
    }

    /// Asks about no more, except what was kept before: that is one more cart that may be cheap.
    pub fn give_up(&mut self) {
        let open = |node: &Node| {
            let known = node.from == node.to && (node.from == self.kept || node.from == self.sold);
            node.bound < i128::from(self.best) && !known
        };
        let left = self.first.iter().chain(self.boxes.iter().map(|Reverse(node)| node)).any(open);
        self.exact &= !left;
        self.boxes.clear();
        self.first.clear();
    }

    /// Parts a box at the line that weighs most.
    fn part(&mut self, node: &Node) {
        let unit = self.bounds.weights(&node.to);
        let weight = |place: usize, from: u32, to: u32| {
            unit.get(place).map_or(0, |unit| unit.abs().max(1)) * i128::from(to - from)
        };
        let lines = node.from.iter().zip(&node.to).enumerate();
        let Some((place, from, to)) = lines
            .map(|(place, (from, to))| (place, *from, *to))
            .max_by_key(|(place, from, to)| (weight(*place, *from, *to), Reverse(*place)))
        else {
            return;
        };
        let middle = from + (to - from) / 2;
        let set = |list: &[u32], units: u32| {
            let mut list = list.to_vec();
            if let Some(entry) = list.get_mut(place) {
                *entry = units;
            }
            list
        };
        self.push(node.from.clone(), set(&node.to, middle));
        self.push(set(&node.from, middle + 1), node.to.clone());
    }

    /// Keeps a box unless it has no cart that may be the cheapest.
    fn push(&mut self, mut from: Vec<u32>, mut to: Vec<u32>) {
        // Of lines alike, a later one keeps at least as much.
        for places in &self.classes {
            let mut least = 0;
            for place in places {
                if let Some(entry) = from.get_mut(*place) {
                    least = least.max(*entry);
                    *entry = least;
                }
            }
            let mut most = u32::MAX;
            for place in places.iter().rev() {
                if let Some(entry) = to.get_mut(*place) {
                    most = most.min(*entry);
                    *entry = most;
                }
            }
        }
        self.work = self.work.saturating_sub(from.len().saturating_mul(self.bounds.work()));
        if from.iter().zip(&to).any(|(from, to)| from > to) {
            return;
        }
        let bound = self.bounds.of(&from, &to);
        if bound < i128::from(self.best) {
            let node = Node { bound, from, to };
            if self.boxes.len().saturating_mul(node.from.len()) < KEPT {
                self.boxes.push(Reverse(node));
            } else {
                self.first.push(node);
            }
        }
    }

    /// The same units, of lines alike the fewest first.
    fn sorted(&self, cart: &[u32]) -> Vec<u32> {
        let mut sorted = cart.to_vec();
        for places in &self.classes {
            let mut units: Vec<u32> = places.iter().filter_map(|place| cart.get(*place).copied()).collect();
            units.sort_unstable();
            for (place, units) in places.iter().zip(units) {
                if let Some(entry) = sorted.get_mut(*place) {
                    *entry = units;
                }
            }
        }
        sorted
    }
}

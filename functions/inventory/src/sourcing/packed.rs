//! What one node would best send when each line pays it a price: a knapsack of its capacity, in which lines that stay
//! whole and lines that share parts compete.
//!
//! Lines that share a part that does not suffice for all are decided one after the other until the rest no longer
//! depends on each other; the rest is sorted by what it gains, or, where lines must stay whole, packed by dynamic
//! programming (R. Bellman, "Dynamic Programming", 1957). Where that would take too long what is returned is more than
//! any load gains, never less.
#![allow(clippy::indexing_slicing, reason = "rows of this module's own lengths")]

/// Loads of a node that are looked at while lines that share parts are decided.
const LOADS: u32 = 300;
/// Capacities up to this are packed by dynamic programming.
const PACKED: u32 = 160;

/// A line that gains something at a node.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Which line it is.
    pub want: usize,
    /// What a unit gains.
    pub gain: i64,
    /// Units that the node could send if it sent nothing else.
    pub most: u32,
    /// All of them or none.
    pub whole: bool,
    /// The pools that a unit is taken from, and how many from each; nothing where no other line takes from them.
    pub parts: &'a [(usize, u32)],
}

/// The best load of a node.
#[derive(Debug)]
pub struct Packer<'i, 'a> {
    items: &'i [Item<'a>],
    /// Items that are decided one after the other.
    tied: Vec<usize>,
    /// Where an item is among those; after all of them where it is not.
    place: Vec<usize>,
    /// Units left in each pool.
    left: Vec<u32>,
    /// Units of each item as it is decided.
    sent: Vec<u32>,
    best: i64,
    best_sent: Vec<u32>,
    /// More than what was not looked at gains.
    open: i64,
    loads: u32,
    /// Cells that were looked at.
    pub work: usize,
}

impl<'i, 'a> Packer<'i, 'a> {
    /// For items, those that gain most by the unit first, and the units in each pool.
    #[must_use]
    pub fn new(items: &'i [Item<'a>], pools: Vec<u32>) -> Self {
        let mut packer = Self {
            items,
            tied: Vec::new(),
            place: vec![usize::MAX; items.len()],
            left: pools,
            sent: vec![0; items.len()],
            best: 0,
            best_sent: vec![0; items.len()],
            open: 0,
            loads: LOADS,
            work: items.len(),
        };
        packer.tie();
        packer
    }

    /// What the best load within a capacity gains at most, and the units of each item in the best that was found.
    #[must_use]
    pub fn pack(mut self, capacity: u32) -> (i64, Vec<u32>, usize) {
        self.decide(0, 0, capacity);
        (self.best.max(self.open), self.best_sent, self.work)
    }

    /// Finds the items to decide: of those that share a pool which does not suffice, all but one.
    fn tie(&mut self) {
        let mut asked: Vec<(usize, u64, u32)> = Vec::new();
        for item in self.items {
            for (pool, each) in item.parts {
                let units = u64::from(*each) * u64::from(item.most);
                match asked.iter_mut().find(|(other, ..)| other == pool) {
                    Some((_, sum, users)) => (*sum, *users) = (*sum + units, *users + 1),
                    None => asked.push((*pool, units, 1)),
                }
            }
        }
        asked.retain(|(pool, units, users)| *users > 1 && *units > u64::from(self.left[*pool]));
        if asked.is_empty() {
            return;
        }
        let mut order: Vec<usize> = (0..self.items.len()).filter(|item| !self.items[*item].parts.is_empty()).collect();
        order.sort_by_key(|item| std::cmp::Reverse(self.items[*item].parts.len()));
        self.work += order.len() * 4;
        for item in order {
            let shares = |(pool, _): &(usize, u32)| asked.iter().any(|(other, _, users)| other == pool && *users > 1);
            if self.items[item].parts.iter().any(shares) {
                for (pool, _) in self.items[item].parts {
                    asked.iter_mut().filter(|(other, ..)| other == pool).for_each(|(_, _, users)| *users -= 1);
                }
                self.place[item] = self.tied.len();
                self.tied.push(item);
            }
        }
    }

    /// What an item can still send.
    fn most(&self, item: usize) -> u32 {
        let Item { most, whole, parts, .. } = self.items[item];
        let has = parts.iter().fold(most, |has, (pool, each)| has.min(self.left[*pool] / (*each).max(1)));
        if whole && has < most { 0 } else { has }
    }

    /// Decides what is left to decide from this place on.
    fn decide(&mut self, at: usize, gained: i64, room: u32) {
        self.work += self.items.len();
        let (fraction, split) = self.filled(at, room);
        let bound = gained + fraction;
        if bound <= self.best {
            return;
        }
        let Some(loads) = self.loads.checked_sub(1) else {
            self.open = self.open.max(bound);
            return;
        };
        self.loads = loads;
        let Some(item) = self.tied.get(at).copied() else { return self.rest(room, bound, split) };
        let Item { gain, whole, parts, .. } = self.items[item];
        let most = self.most(item).min(room);
        let mut units = if whole && most < self.items[item].most { 0 } else { most };
        loop {
            for (pool, each) in parts {
                self.left[*pool] = self.left[*pool].saturating_sub(each * units);
            }
            self.sent[item] = units;
            self.decide(at + 1, gained + gain * i64::from(units), room - units);
            for (pool, each) in parts {
                self.left[*pool] += each * units;
            }
            if units == 0 {
                return;
            }
            if self.loads == 0 {
                self.open = self.open.max(bound);
                self.sent[item] = 0;
                return;
            }
            units = if whole { 0 } else { units - 1 };
        }
    }

    /// What the items gain that are not decided when they fill the room one after the other, the last one in part, and
    /// whether that splits one that must stay whole.
    fn filled(&self, at: usize, room: u32) -> (i64, bool) {
        let (mut gained, mut left, mut split) = (0, room, false);
        for (place, item) in self.items.iter().enumerate() {
            if left == 0 {
                break;
            }
            if self.place[place] < at {
                continue;
            }
            let most = if item.parts.is_empty() { item.most } else { self.most(place) };
            let many = most.min(left);
            split |= item.whole && many < most;
            left -= many;
            gained += item.gain * i64::from(many);
        }
        (gained, split)
    }

    /// The best of what does not depend on each other but for the room.
    fn rest(&mut self, room: u32, bound: i64, split: bool) {
        let mut sent: Vec<u32> = vec![0; self.items.len()];
        for item in &self.tied {
            sent[*item] = self.sent[*item];
        }
        let free = (0..self.items.len()).filter(|item| self.place[*item] == usize::MAX);
        let free: Vec<(usize, u32)> = free.map(|item| (item, self.most(item))).filter(|(_, most)| *most > 0).collect();
        if split && room <= PACKED {
            self.packed(&free, room, &mut sent);
        } else {
            let mut left = room;
            for (item, most) in free {
                let many = most.min(left);
                if !self.items[item].whole || many == most {
                    sent[item] = many;
                    left -= many;
                }
            }
            if split {
                self.open = self.open.max(bound);
            }
        }
        let value = sent.iter().zip(self.items).map(|(sent, item)| item.gain * i64::from(*sent)).sum::<i64>();
        if value > self.best {
            self.best = value;
            self.best_sent = sent;
        }
    }

    /// Packs lines that stay whole by dynamic programming, and fills the room that each leaves with the others.
    fn packed(&mut self, free: &[(usize, u32)], room: u32, sent: &mut [u32]) {
        let is_whole = |(item, _): &&(usize, u32)| self.items[*item].whole;
        let wholes: Vec<(usize, u32)> = free.iter().filter(is_whole).copied().collect();
        let others = || free.iter().filter(|other| !is_whole(other)).copied();
        let width = room as usize + 1;
        self.work += wholes.len() * width / 2;
        // What is gained within each room by the whole lines so far, and which of them are taken for that.
        let mut best = vec![0_i64; width];
        let mut takes = vec![false; wholes.len() * width];
        for (row, (item, most)) in wholes.iter().enumerate() {
            let (units, gain) = (*most as usize, self.items[*item].gain * i64::from(*most));
            for within in (units..width).rev() {
                let with = best[within - units] + gain;
                if with > best[within] {
                    best[within] = with;
                    takes[row * width + within] = true;
                }
            }
        }
        let (mut top, mut worth, mut units, mut chosen) = (best[width - 1], 0, 0_usize, 0_usize);
        for (item, most) in others() {
            for _ in 0..(most as usize).min(width - 1 - units) {
                (worth, units) = (worth + self.items[item].gain, units + 1);
                let with = worth + best[width - 1 - units];
                if with > top {
                    (top, chosen) = (with, units);
                }
            }
        }
        let mut within = width - 1 - chosen;
        for (item, most) in others() {
            let many = (most as usize).min(chosen);
            chosen -= many;
            sent[item] = u32::try_from(many).unwrap_or(0);
        }
        for (row, (item, most)) in wholes.iter().enumerate().rev() {
            if takes[row * width + within] {
                sent[*item] = *most;
                within -= *most as usize;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the best load gains: everything is tried.
    fn brute(items: &[Item<'_>], at: usize, room: u32, pools: &[u32]) -> i64 {
        let Some(item) = items.get(at) else { return 0 };
        let fits = |units: &u32| {
            *units <= room
                && (!item.whole || *units == 0 || *units == item.most)
                && item.parts.iter().all(|(pool, each)| each * units <= pools[*pool])
        };
        let with = |units: u32| {
            let mut left = pools.to_vec();
            item.parts.iter().for_each(|(pool, each)| left[*pool] -= each * units);
            item.gain * i64::from(units) + brute(items, at + 1, room - units, &left)
        };
        (0..=item.most).filter(fits).map(with).max().unwrap_or(0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        #[test]
        fn a_load_is_the_best_of_all(
            lines in prop::collection::vec(
                (1..30_i64, 1..4_u32, any::<bool>(), prop::sample::subsequence(vec![0, 1, 2, 3], 0..=3), 1..3_u32),
                1..6,
            ),
            pools in prop::collection::vec(0..7_u32, 4),
            room in 0..12_u32,
        ) {
            let parts: Vec<Vec<(usize, u32)>> =
                lines.iter().map(|(.., parts, each)| parts.iter().map(|pool| (*pool, *each)).collect()).collect();
            let mut items: Vec<Item<'_>> = Vec::new();
            for ((gain, most, whole, ..), parts) in lines.iter().zip(&parts) {
                items.push(Item { want: items.len(), gain: *gain, most: *most, whole: *whole, parts });
            }
            items.sort_by_key(|item| std::cmp::Reverse(item.gain));
            let (bound, sent, _) = Packer::new(&items, pools.clone()).pack(room);
            let best = brute(&items, 0, room, &pools);
            prop_assert_eq!(bound, best);
            let gains = sent.iter().zip(&items).map(|(sent, item)| i64::from(*sent) * item.gain);
            prop_assert_eq!(gains.sum::<i64>(), best);
        }
    }
}

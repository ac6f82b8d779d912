//! What each of the carts of a box costs at least: what the units cost that all of them have, less what promotions can take
//! off at most where the fullest of them is given.
//!
//! What a promotion takes off is said by lines, and for some kinds as a number of units too. Neither is closer in every box,
//! so that both are reckoned and the higher one counts. Amounts are millionths of a minor unit, and rounded up in the end,
//! as costs are whole.

use commerce::facts::offers::{Allowance, Capped, UnitCount};
use commerce::facts::prices::{RefundSearch, UnitRange};
use std::collections::BTreeMap;
use std::rc::Rc;

const MILLIONTHS: i128 = 1_000_000;
const WHOLE: i128 = 10_000;
/// Sets of parts in reach whose sums are kept.
const KEPT: usize = 64;

/// What is known of costs.
pub struct Bounds {
    units: Vec<UnitRange>,
    /// The highest tax on top.
    tax: i128,
    /// Promotions by group, each as the parts that add up.
    groups: Vec<Vec<Vec<Part>>>,
    /// What one bound takes, in lines.
    work: usize,
    known: BTreeMap<Vec<bool>, Rc<Sums>>,
}

/// A part of what a promotion can take off.
struct Part {
    /// Its place among all parts.
    number: usize,
    said: Allowance,
    /// For each number of units, the places of its lines in the order in which they are taken.
    orders: Vec<Vec<usize>>,
}

/// What a set of parts in reach comes to.
struct Sums {
    reached: Vec<bool>,
    by_lines: Sum,
    by_units: Sum,
}

/// What a unit of each line costs at least after what is taken off lines, and for each promotion of each group what it takes
/// off besides.
struct Sum {
    units: Vec<i128>,
    off: Vec<Vec<i128>>,
}

/// What a unit of a line still costs (or the rate that is taken off that), and what else is taken off for it.
#[derive(Clone, Copy, Default)]
struct Own {
    left: i128,
    each: i128,
    shared: i128,
}

impl Bounds {
    /// For so many lines.
    #[must_use]
    pub fn new(lines: usize, search: &RefundSearch) -> Self {
        let mut units = search.units.clone();
        units.resize(lines, UnitRange { least: 0, most: 0, tax_on_top: 0 });
        let mut groups: BTreeMap<u32, Vec<Vec<Part>>> = BTreeMap::new();
        let (mut number, mut work) = (0, 2);
        for ceiling in &search.ceilings {
            let mut parts = Vec::new();
            for said in &ceiling.parts {
                let limits = said.capped.iter().map(|capped| 1 + capped.limits.len()).sum::<usize>();
                work += said.needs.len() + limits;
                parts.push(Part { number, orders: said.capped.iter().map(order).collect(), said: said.clone() });
                number += 1;
            }
            groups.entry(ceiling.group).or_default().push(parts);
        }
        let tax = units.iter().map(|unit| i128::from(unit.tax_on_top)).max().unwrap_or(0);
        Self { units, tax, groups: groups.into_values().collect(), work, known: BTreeMap::new() }
    }

    /// What one bound takes, in lines.
    #[must_use]
    pub const fn work(&self) -> usize {
        self.work
    }

    /// What each cart with at least and at most so many units costs at least, in minor units.
    pub fn of(&mut self, from: &[u32], to: &[u32]) -> i128 {
        let sums = self.sums(to);
        let by_lines = least(&sums.by_lines, from, to) - self.off(&sums.by_lines, |_| 0);
        let capped = |part: &Part| {
            let reached = sums.reached.get(part.number).copied().unwrap_or(true);
            let all = part.said.capped.iter().zip(&part.orders).filter(|_| reached);
            all.map(|(capped, order)| taken(capped, order, to, from == to)).sum()
        };
        let by_units = least(&sums.by_units, from, to) - self.off(&sums.by_units, capped);
        (by_lines.max(by_units) + MILLIONTHS - 1).div_euclid(MILLIONTHS).max(0)
    }

    /// What a unit of each line weighs in carts with no more units than these.
    pub fn weights(&mut self, to: &[u32]) -> Vec<i128> {
        self.sums(to).by_units.units.clone()
    }

    /// What is taken off besides, of each group by the promotion that takes most, with the tax on it; and what rounding the
    /// tax of each line may take.
    fn off(&self, sum: &Sum, capped: impl Fn(&Part) -> i128) -> i128 {
        let of = |(parts, fixed): (&Vec<Part>, &i128)| fixed + parts.iter().map(&capped).sum::<i128>();
        let most = |(group, fixed): (&Vec<Vec<Part>>, &Vec<i128>)| group.iter().zip(fixed).map(of).max().unwrap_or(0);
        let off: i128 = self.groups.iter().zip(&sum.off).map(most).sum();
        let taxed = self.units.iter().filter(|unit| unit.tax_on_top > 0).count();
        with_tax(off, self.tax) + i128::try_from(taxed).unwrap_or(i128::MAX) * MILLIONTHS
    }

    fn sums(&mut self, to: &[u32]) -> Rc<Sums> {
        let parts = self.groups.iter().flatten().flatten();
        let mut reached: Vec<(usize, bool)> = parts.map(|part| (part.number, in_reach(&part.said, to))).collect();
        reached.sort_unstable();
        let reached: Vec<bool> = reached.into_iter().map(|(_, reached)| reached).collect();
        if let Some(sums) = self.known.get(&reached) {
            return Rc::clone(sums);
        }
        let (by_lines, by_units) = (self.reckon(&reached, false), self.reckon(&reached, true));
        let sums = Rc::new(Sums { reached: reached.clone(), by_lines, by_units });
        if self.known.len() >= KEPT {
            self.known.clear();
        }
        self.known.insert(reached, Rc::clone(&sums));
        sums
    }

    /// What these parts come to; by units, without those that are said so.
    fn reckon(&self, reached: &[bool], by_units: bool) -> Sum {
        let whole = |unit: &UnitRange| Own { left: i128::from(unit.least) * MILLIONTHS, each: 0, shared: 0 };
        let mut own: Vec<Own> = self.units.iter().map(whole).collect();
        let mut off = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            let mut most: BTreeMap<usize, Own> = BTreeMap::new();
            let mut fixed = Vec::with_capacity(group.len());
            for parts in group {
                let counts = |part: &&Part| {
                    let said = !by_units || part.said.capped.is_empty();
                    said && reached.get(part.number).copied().unwrap_or(true)
                };
                let parts: Vec<&Allowance> = parts.iter().filter(counts).map(|part| &part.said).collect();
                fixed.push(parts.iter().map(|part| i128::from(part.fixed) * MILLIONTHS).sum());
                // Parts of one promotion add up; of a group, one promotion gives.
                for (place, sum) in by_line(&parts) {
                    let most = most.entry(place).or_default();
                    most.left = most.left.max(sum.left);
                    most.each = most.each.max(sum.each);
                    most.shared = most.shared.max(sum.shared);
                }
            }
            off.push(fixed);
            for (place, most) in most {
                if let Some(own) = own.get_mut(place) {
                    own.left = own.left * (WHOLE - most.left) / WHOLE;
                    own.each += most.each;
                    own.shared += most.shared;
                }
            }
        }
        let units = own.iter().zip(&self.units).map(|(own, unit)| {
            let alone = (own.left - own.each).max(0) * (WHOLE + i128::from(unit.tax_on_top));
            alone.div_euclid(WHOLE) - with_tax(own.shared, self.tax)
        });
        Sum { units: units.collect(), off }
    }
}

/// An amount with tax on top, rounded up.
const fn with_tax(amount: i128, tax: i128) -> i128 {
    (amount * (WHOLE + tax) + WHOLE - 1).div_euclid(WHOLE)
}

/// What units cost at least that all carts of a box have; what costs less than nothing, that some have.
fn least(sum: &Sum, from: &[u32], to: &[u32]) -> i128 {
    let each = sum.units.iter().zip(from.iter().zip(to));
    each.map(|(unit, (from, to))| unit * i128::from(if *unit < 0 { *to } else { *from })).sum()
}

/// The sums of parts for each line; of rates no more than the whole.
fn by_line(parts: &[&Allowance]) -> BTreeMap<usize, Own> {
    let mut sums: BTreeMap<usize, Own> = BTreeMap::new();
    for line in parts.iter().flat_map(|part| &part.lines) {
        let sum = sums.entry(place(line.line)).or_default();
        sum.left = (sum.left + i128::from(line.rate)).min(WHOLE);
        sum.each += i128::from(line.each);
        sum.shared += i128::from(line.shared);
    }
    sums
}

fn place(line: u32) -> usize {
    usize::try_from(line).unwrap_or(usize::MAX)
}

/// What a cart with so many units counts.
fn count(counts: &[UnitCount], to: &[u32]) -> i128 {
    let units = |own: &UnitCount| i128::from(to.get(place(own.line)).copied().unwrap_or(0));
    counts.iter().map(|own| i128::from(own.count) * units(own)).sum()
}

/// Whether a cart with no more units than these may come to all that a part takes.
fn in_reach(part: &Allowance, to: &[u32]) -> bool {
    part.needs.iter().all(|need| count(&need.counts, to) >= i128::from(need.least))
}

/// The lines from which units are taken first on: those that lose most, or least.
fn order(capped: &Capped) -> Vec<usize> {
    let mut places: Vec<usize> = (0..capped.units.len()).collect();
    let lost = |place: &usize| capped.units.get(*place).map_or(0, |own| own.count);
    places.sort_by_key(lost);
    if !capped.least {
        places.reverse();
    }
    places
}

/// What is taken off a number of units of a cart with no more than these; where it is `known` to have just these, those that
/// lose least are known too.
fn taken(capped: &Capped, order: &[usize], to: &[u32], known: bool) -> i128 {
    let limits = capped.limits.iter();
    let limits =
        limits.map(|limit| count(&limit.counts, to) / i128::from(limit.every.max(1)) * i128::from(limit.gives));
    let most = limits.fold(i128::from(capped.most), i128::min).max(0);
    let mut left = most;
    let mut sum = most * i128::from(capped.each) * MILLIONTHS;
    let mut take = |place: &usize| {
        if let Some(own) = capped.units.get(*place) {
            let units = i128::from(to.get(self::place(own.line)).copied().unwrap_or(0)).min(left);
            sum += units * i128::from(own.count);
            left -= units;
        }
    };
    if capped.least && !known {
        order.iter().rev().for_each(&mut take);
    } else {
        order.iter().for_each(&mut take);
    }
    sum
}

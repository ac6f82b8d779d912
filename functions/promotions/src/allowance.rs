//! The most that promotions can take off a cart, and off every cart with no more units of any line.
//!
//! Who looks for the cheapest of many carts (a refund by re-evaluation does) need not judge those that cannot be cheap
//! enough. What an action says here holds in whatever state other promotions leave the lines, whether or not its
//! conditions hold, as long as no unit is dearer than in the cart given: that has each unit at the most that it can cost.
//!
//! An allowance is a sum: an amount, and for each line a rate of what the line still costs, an amount for each of its units,
//! and an amount that each unit adds to what is taken off all lines together. Percentages are one kind or the other: where
//! a share of the whole may land on any line, no line's own part is known. What reduces a number of units is said as that
//! number too, which is close where a cart is known.

use crate::catalogue::Condition;
use crate::desk::Spread;
use crate::judge::conflict;
use crate::policy::{Allocation, Basis, Exclusive, Lane, PercentLevel, Policy, Stacking};
use crate::promotion::Promotion;
use crate::scene::Scene;
use crate::target::Target;
use commerce::facts::offers::{Allowance, Capped, Ceiling, Limit, LineAllowance, Need, UnitCount};

/// Millionths of a minor unit in one.
pub const MILLIONTHS: i64 = 1_000_000;
/// The whole, in basis points.
const WHOLE: i64 = 10_000;

/// The cart that no other has more units than, each as dear as it can be.
pub struct Fullest<'a> {
    /// The cart.
    pub scene: &'a Scene<'a>,
}

/// A line that a target may reach in some cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Its place.
    pub place: usize,
    /// The most that a unit costs.
    pub price: i64,
    /// The most units.
    pub units: i64,
}

/// Nothing.
#[must_use]
pub const fn nothing() -> Allowance {
    Allowance { fixed: 0, lines: Vec::new(), capped: Vec::new(), needs: Vec::new() }
}

/// An amount.
#[must_use]
pub const fn fixed(amount: i64) -> Allowance {
    Allowance { fixed: amount, lines: Vec::new(), capped: Vec::new(), needs: Vec::new() }
}

/// All that these lines cost.
#[must_use]
pub fn whole(lines: &[Reached]) -> Allowance {
    of_lines(lines, |_, own| own.rate = 10_000)
}

/// An amount off each unit of these lines, off the line itself.
#[must_use]
pub fn each(lines: &[Reached], amount: impl Fn(&Reached) -> i64) -> Allowance {
    of_lines(lines, |line, own| own.each = millionths(amount(line), 1, 1))
}

/// For each unit of these lines this part of an amount, off all of them together.
#[must_use]
pub fn shared(lines: &[Reached], part: i64, of: i64, amount: impl Fn(&Reached) -> i64) -> Allowance {
    of_lines(lines, |line, own| own.shared = millionths(amount(line), part, of))
}

/// The most of steps of which one is given, each with what it takes, from the lowest on: each part is what its step gives
/// beyond the steps below it.
#[must_use]
pub fn highest(steps: Vec<Allowance>) -> Vec<Allowance> {
    let mut below = nothing();
    let mut parts = Vec::with_capacity(steps.len());
    for step in steps {
        let mut part = Allowance { fixed: (step.fixed - below.fixed).max(0), ..step };
        below.fixed += part.fixed;
        for own in &mut part.lines {
            let known = match below.lines.iter_mut().find(|known| known.line == own.line) {
                Some(known) => known,
                None => {
                    below.lines.push(LineAllowance { line: own.line, rate: 0, each: 0, shared: 0 });
                    let Some(known) = below.lines.last_mut() else { continue };
                    known
                }
            };
            own.rate = own.rate.saturating_sub(known.rate);
            own.each = (own.each - known.each).max(0);
            own.shared = (own.shared - known.shared).max(0);
            known.rate += own.rate;
            known.each += own.each;
            known.shared += own.shared;
        }
        parts.push(part);
    }
    parts
}

/// Off no more than so many units, each what the function says of its line.
#[must_use]
pub fn some(lines: &[Reached], most: i64, limits: Vec<Limit>, off: impl Fn(&Reached) -> i64) -> Capped {
    let unit = |line: &Reached| UnitCount { line: number(line.place), count: millionths(off(line), 1, 1) };
    Capped { units: lines.iter().map(unit).collect(), each: 0, limits, most, least: false }
}

/// So many for every so many units of these lines.
#[must_use]
pub fn units_of(lines: &[Reached], every: i64, gives: i64) -> Limit {
    counted(lines, every, gives, |_| 1)
}

/// So many for every so much that these lines cost.
#[must_use]
pub fn cost_of(lines: &[Reached], every: i64, gives: i64) -> Limit {
    counted(lines, every, gives, |line| line.price)
}

/// So many for every so many that these lines count, each unit what the function says of its line.
#[must_use]
pub fn counted(lines: &[Reached], every: i64, gives: i64, count: impl Fn(&Reached) -> i64) -> Limit {
    let counts = lines.iter().map(|line| UnitCount { line: number(line.place), count: count(line) });
    Limit { counts: counts.collect(), every, gives }
}

/// The smaller of two on the fullest cart: an amount, which small carts take off as well, has to be half of the other.
#[must_use]
pub fn smaller(amount: i64, other: Allowance, cart: &Fullest<'_>) -> Allowance {
    if amount.saturating_mul(2) <= cart.most(&other) { fixed(amount) } else { other }
}

fn of_lines(lines: &[Reached], write: impl Fn(&Reached, &mut LineAllowance)) -> Allowance {
    let own = |line: &Reached| {
        let mut own = LineAllowance { line: number(line.place), rate: 0, each: 0, shared: 0 };
        write(line, &mut own);
        own
    };
    Allowance { lines: lines.iter().map(own).collect(), ..nothing() }
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// A part of an amount, in millionths, rounded up.
fn millionths(amount: i64, part: i64, of: i64) -> i64 {
    let whole = i128::from(amount.max(0)) * i128::from(MILLIONTHS) * i128::from(part.max(0));
    let of = i128::from(of.max(1));
    i64::try_from((whole + of - 1) / of).unwrap_or(i64::MAX)
}

fn count(units: usize) -> i64 {
    i64::try_from(units).unwrap_or(i64::MAX)
}

impl Fullest<'_> {
    /// The lines that a target may match in some cart: what changes as promotions apply or units go is taken to hold.
    fn matched(&self, of: &Target) -> impl Iterator<Item = Reached> {
        let lines = self.scene.lines.iter().enumerate();
        let lines = lines.filter(|(place, line)| line.selected && of.possibly(self.scene, line, *place));
        lines.map(|(place, line)| Reached { place, price: line.unit_price, units: i64::from(line.quantity) })
    }

    /// Those of them that promotions may reduce.
    #[must_use]
    pub fn lines(&self, of: &Target) -> Vec<Reached> {
        let discountable = |line: &Reached| self.scene.lines.get(line.place).is_some_and(|line| line.discountable);
        self.matched(of).filter(discountable).collect()
    }

    /// Whether a target has the same lines in every cart, and all of their units.
    #[must_use]
    pub fn is_certain(&self, of: &Target) -> bool {
        let lines = self.scene.lines.iter().enumerate();
        let mut matched = lines.filter(|(place, line)| of.possibly(self.scene, line, *place));
        !self.scene.policy.units_used_once
            && !of.is_only()
            && matched.all(|(place, line)| of.certainly(self.scene, line, place))
    }

    /// What these lines cost at most.
    #[must_use]
    pub fn total(lines: &[Reached]) -> i64 {
        lines.iter().map(|line| line.price.saturating_mul(line.units)).fold(0, i64::saturating_add)
    }

    /// How many units these lines have at most.
    #[must_use]
    pub fn units(lines: &[Reached]) -> i64 {
        lines.iter().map(|line| line.units).fold(0, i64::saturating_add)
    }

    /// The most that so many units of these lines lose, each what the function says of its line.
    #[must_use]
    pub fn dearest(lines: &[Reached], units: i64, loses: impl Fn(&Reached) -> i64) -> i64 {
        let mut each: Vec<(i64, i64)> = lines.iter().map(|line| (loses(line), line.units)).collect();
        each.sort_unstable_by_key(|(amount, _)| std::cmp::Reverse(*amount));
        let mut left = units.max(0);
        let mut sum: i64 = 0;
        for (amount, units) in each {
            let taken = units.min(left);
            sum = sum.saturating_add(amount.saturating_mul(taken));
            left -= taken;
        }
        sum
    }

    /// A rate off these lines.
    #[must_use]
    pub fn percent(&self, lines: &[Reached], rate: i64, spread: Spread, basis: Option<Basis>) -> Allowance {
        if lines.is_empty() {
            return nothing();
        }
        let policy = self.scene.policy;
        let of_order = spread == Spread::Order;
        let basis = basis.unwrap_or(if of_order { policy.order_percent_base } else { policy.line_percent_base });
        let level = match spread {
            Spread::Unit => PercentLevel::Unit,
            Spread::Line => policy.percent_level,
            Spread::Order => PercentLevel::Order,
        };
        let tax = |line: &Reached| match basis {
            Basis::Gross => self.scene.lines.get(line.place).map_or(0, |line| i64::from(line.tax_on_top)),
            Basis::Original | Basis::Remaining => 0,
        };
        // A share lands on another line where one cannot bear it, or where lines do not share by what they cost.
        let bears = |line: &Reached| self.scene.lines.get(line.place).is_some_and(|line| line.floor.unwrap_or(0) == 0);
        let even = policy.allocation == Allocation::Proportional && policy.allocation_basis == Basis::Remaining;
        let own =
            level != PercentLevel::Order || basis == Basis::Remaining && lines.iter().all(bears) && (!of_order || even);
        let mut allowance = of_lines(lines, |line, allowed| {
            let part = millionths(line.price, rate.saturating_mul(WHOLE + tax(line)), WHOLE * WHOLE);
            match (own, basis) {
                (true, Basis::Remaining) => allowed.rate = u32::try_from(rate.clamp(0, WHOLE)).unwrap_or(0),
                (true, _) => allowed.each = part,
                (false, _) => allowed.shared = part,
            }
        });
        // Every rounding rounds by less than one minor unit: of the whole, of each line's share, or of each unit; and of
        // each price with its tax before.
        let with_tax = i64::from(basis == Basis::Gross);
        let roundings = match level {
            PercentLevel::Order if !own => 1,
            PercentLevel::Order => 1 + count(lines.len()),
            PercentLevel::Line => count(lines.len()),
            PercentLevel::Unit => 0,
        };
        let roundings = roundings + with_tax * count(lines.len());
        if level == PercentLevel::Unit {
            let each = (1 + with_tax) * MILLIONTHS;
            allowance.lines.iter_mut().for_each(|own| own.each = own.each.saturating_add(each));
        }
        allowance.fixed = roundings;
        allowance
    }

    /// What an allowance comes to on this cart.
    #[must_use]
    pub fn most(&self, allowance: &Allowance) -> i64 {
        let of = |own: &LineAllowance| {
            let line = usize::try_from(own.line).ok().and_then(|place| self.scene.lines.get(place));
            line.map_or(0, |line| {
                let rate = i128::from(line.unit_price) * i128::from(own.rate) / i128::from(WHOLE);
                let each = i128::from(own.each) + i128::from(own.shared);
                let unit = rate + each / i128::from(MILLIONTHS);
                i64::try_from(unit * i128::from(line.quantity)).unwrap_or(i64::MAX)
            })
        };
        allowance.lines.iter().map(of).fold(allowance.fixed, i64::saturating_add)
    }

    /// Nothing is taken off unless the lines of a target come to so much.
    #[must_use]
    pub fn spend(&self, of: &Target, least: i64) -> Need {
        let counts = self.matched(of).map(|line| UnitCount { line: number(line.place), count: line.price });
        Need { counts: counts.collect(), least }
    }

    /// Nothing is taken off unless the lines of a target have so many units.
    #[must_use]
    pub fn have(&self, of: &Target, least: i64) -> Need {
        let counts = self.matched(of).map(|line| UnitCount { line: number(line.place), count: 1 });
        Need { counts: counts.collect(), least }
    }

    fn needs(&self, conditions: &[Condition]) -> Vec<Need> {
        conditions.iter().flat_map(|condition| condition.needs(self)).collect()
    }

    /// What one promotion can take off.
    fn parts(&self, promotion: &Promotion) -> Vec<Allowance> {
        let mut parts = Vec::new();
        for step in &promotion.actions {
            let own = step
                .action
                .allows(self)
                .unwrap_or_else(|| vec![whole(&self.matched(&Target::default()).collect::<Vec<Reached>>())]);
            let needs = self.needs(&step.when);
            parts.extend(own.into_iter().map(|part| with(part, &needs)));
        }
        let all = parts.iter().map(|part| self.most(part)).fold(0, i64::saturating_add);
        if let Some(most) = promotion.most.filter(|most| most.saturating_mul(2) <= all) {
            parts = vec![fixed(most)];
        }
        let needs = self.needs(&promotion.conditions);
        parts.into_iter().filter(|part| *part != nothing()).map(|part| with(part, &needs)).collect()
    }
}

fn with(part: Allowance, needs: &[Need]) -> Allowance {
    Allowance { needs: [part.needs, needs.to_vec()].concat(), ..part }
}

/// The most that each of these promotions can take off.
#[must_use]
pub fn ceilings(cart: &Fullest<'_>, promotions: &[&Promotion]) -> Vec<Ceiling> {
    let policy = cart.scene.policy;
    let lanes = policy.sequence();
    let mut groups: Vec<Vec<&Promotion>> = Vec::new();
    let mut found = Vec::new();
    for promotion in promotions {
        let parts = cart.parts(promotion);
        if parts.is_empty() {
            continue;
        }
        let apart = |group: &Vec<&Promotion>| group.iter().all(|other| exclude(policy, &lanes, promotion, other));
        let group = groups.iter().position(apart).unwrap_or_else(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(group) {
            group.push(promotion);
        }
        found.push(Ceiling { group: number(group), parts });
    }
    found
}

/// Whether never both are given; `lanes` are those of the policy in sequence.
fn exclude(policy: &Policy, lanes: &[Lane], one: &Promotion, other: &Promotion) -> bool {
    let lane = one.stage.checked_sub(1).and_then(|place| lanes.get(usize::try_from(place).ok()?));
    let stacking = lane.map_or(policy.catalogue_stacking, |lane| lane.stacking);
    let one_of = one.stage == other.stage && matches!(stacking, Stacking::First | Stacking::BestOne);
    let alone = one.stage != 0
        && other.stage != 0
        && (one.exclusive || other.exclusive)
        && matches!(policy.exclusive, Exclusive::Alone | Exclusive::Best);
    // Each line takes one there, but two lines may take two that do not go together.
    let by_line = one.stage == other.stage && stacking == Stacking::BestPerLine;
    one_of || alone || !by_line && conflict(policy, one, other)
}

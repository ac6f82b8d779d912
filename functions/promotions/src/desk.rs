//! Where actions do their work: picks of units, and the few ways to take something off them, all exact.
//!
//! An action says what; how amounts are rounded, split and bounded is decided here, by the policy, for all of them.

use crate::given::{Given, Granted};
use crate::ledger::{Drawn, Ledger, Pick, Run};
use crate::policy::{Allocation, Basis, Choice, PercentLevel, Threshold};
use crate::scene::Scene;
use crate::split::split;
use crate::target::Target;
use commerce::facts::offers::LineAmount;
use commerce::money::{Rounding, part};
use serde::{Deserialize, Serialize};

/// Over what a rate or an amount is spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Spread {
    /// Once for all lines together.
    #[default]
    Order,
    /// For each line.
    Line,
    /// For each unit.
    Unit,
}

impl Spread {
    /// Every way, with the name that documents use.
    pub const ALL: &[(&str, Self)] = &[("order", Self::Order), ("line", Self::Line), ("unit", Self::Unit)];
}

/// A line's place, how many of its units are picked, what they come to, and the most that can be taken off them.
type Line = (usize, i64, i64, i64);

/// One promotion at work on a cart.
pub struct Desk<'a> {
    /// The cart.
    pub scene: &'a Scene<'a>,
    /// What is left to pay.
    pub ledger: &'a mut Ledger,
    /// What was given so far.
    pub given: Given,
    /// How percentages are rounded.
    pub rounding: Rounding,
    /// The most that the promotion may take off in all.
    pub most: i64,
}

impl Desk<'_> {
    /// The units that match.
    #[must_use]
    pub fn pick(&self, of: &Target) -> Vec<Pick> {
        of.pick(self.scene, self.ledger)
    }

    /// How many units.
    #[must_use]
    pub fn count(picks: &[Pick]) -> i64 {
        picks.iter().map(|pick| i64::from(pick.count)).sum()
    }

    /// What these units come to.
    #[must_use]
    pub fn total(&self, picks: &[Pick], basis: Basis) -> i64 {
        self.by_line(picks, basis).into_iter().map(|(_, _, base, _)| base).sum()
    }

    /// The first so many units, in the order of the choice.
    #[must_use]
    pub fn first(&self, picks: &[Pick], units: i64, choice: Choice) -> Vec<Pick> {
        let mut rest = u32::try_from(units.max(0)).unwrap_or(u32::MAX);
        let mut found: Vec<Pick> = Vec::new();
        for pick in self.ordered(picks, choice) {
            let count = pick.count.min(rest);
            if count > 0 {
                found.push(Pick { count, ..pick });
                rest -= count;
            }
        }
        found.sort_by_key(|pick| pick.run);
        found
    }

    /// Units in the order of the choice.
    #[must_use]
    pub fn ordered(&self, picks: &[Pick], choice: Choice) -> Vec<Pick> {
        let mut picks = picks.to_vec();
        let run = |pick: &Pick| self.ledger.runs.get(pick.run);
        let price = |pick: &Pick| run(pick).map_or(0, |run| run.left);
        match choice {
            Choice::CartOrder => {}
            Choice::Cheapest => picks.sort_by_key(price),
            Choice::Dearest => picks.sort_by_key(|pick| std::cmp::Reverse(price(pick))),
            Choice::LineValue => {
                let value = |pick: &Pick| {
                    let line = run(pick).map_or(usize::MAX, |run| run.line);
                    let runs = self.ledger.runs.iter().filter(|run| run.line == line);
                    runs.map(|run| i64::from(run.count).saturating_mul(run.price)).fold(0, i64::saturating_add)
                };
                picks.sort_by_key(|pick| std::cmp::Reverse(value(pick)));
            }
        }
        picks
    }

    /// The picks of each line.
    fn by_line(&self, picks: &[Pick], basis: Basis) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::with_capacity(picks.len());
        for pick in picks {
            let Some(run) = self.ledger.runs.get(pick.run) else { continue };
            let count = i64::from(pick.count);
            let price = if basis == Basis::Remaining { run.left } else { run.price };
            let (base, room) = (count.saturating_mul(price), count.saturating_mul(run.room()));
            match lines.iter_mut().find(|line| line.0 == run.line) {
                Some(line) => {
                    (line.1, line.2, line.3) =
                        (line.1 + count, line.2.saturating_add(base), line.3.saturating_add(room))
                }
                None => lines.push((run.line, count, base, room)),
            }
        }
        if basis == Basis::Gross {
            for line in &mut lines {
                let tax = self.scene.lines.get(line.0).map_or(0, |priced| i64::from(priced.tax_on_top));
                line.2 = part(line.2, 10_000 + tax, 10_000, Rounding::HalfUp).unwrap_or(line.2);
            }
        }
        lines
    }

    /// Takes a rate off these units, in basis points.
    pub fn percent(&mut self, picks: &[Pick], rate: i64, spread: Spread, basis: Option<Basis>, most: Option<i64>) {
        self.given.reached |= rate > 0 && !picks.is_empty();
        let policy = self.scene.policy;
        let of_order = spread == Spread::Order;
        let basis = basis.unwrap_or(if of_order { policy.order_percent_base } else { policy.line_percent_base });
        let rounding = self.rounding;
        let share = |amount: i64| part(amount, rate, 10_000, rounding).unwrap_or(0);
        let level = match spread {
            Spread::Unit => PercentLevel::Unit,
            Spread::Line => policy.percent_level,
            Spread::Order => PercentLevel::Order,
        };
        let lines = self.by_line(picks, basis);
        let amounts: Vec<i64> = match level {
            PercentLevel::Order => {
                let total = share(lines.iter().map(|line| line.2).sum());
                let total = most.map_or(total, |most| total.min(most));
                if of_order {
                    return match basis == policy.allocation_basis {
                        true => self.off_these(picks, &lines, total, false),
                        false => self.off_order(picks, total, false),
                    };
                }
                // Each line's own percentage, rounded together: whatever way fixed amounts are split.
                let (weights, caps): (Vec<i64>, Vec<i64>) = lines.iter().map(|line| (line.2, line.3)).unzip();
                split(total, &weights, &caps, policy.lines())
            }
            PercentLevel::Line => lines.iter().map(|line| share(line.2)).collect(),
            PercentLevel::Unit if basis != Basis::Gross => {
                let each = |run: &Run| share(if basis == Basis::Remaining { run.left } else { run.price });
                let off = |pick: &Pick| self.ledger.runs.get(pick.run).map_or(0, |run| each(run).min(run.room()));
                let of = |pick: &Pick| i64::from(pick.count).saturating_mul(off(pick));
                if most.is_none_or(|most| picks.iter().map(of).fold(0, i64::saturating_add) <= most) {
                    self.off_units(picks, each);
                    return;
                }
                let line = |pick: &Pick| self.ledger.runs.get(pick.run).map(|run| run.line);
                let own = |place: usize| picks.iter().filter(move |pick| line(pick) == Some(place));
                lines.iter().map(|line| own(line.0).map(of).fold(0, i64::saturating_add)).collect()
            }
            PercentLevel::Unit => {
                lines.iter().map(|line| share(line.2 / line.1.max(1)).saturating_mul(line.1)).collect()
            }
        };
        let amounts: Vec<i64> = amounts.iter().zip(&lines).map(|(amount, line)| (*amount).min(line.3)).collect();
        let amounts = match most {
            Some(most) if amounts.iter().sum::<i64>() > most => split(most, &amounts, &amounts, policy.lines()),
            _ => amounts,
        };
        let places: Vec<usize> = lines.iter().map(|line| line.0).collect();
        self.off_places(picks, &places, &amounts);
    }

    /// Takes an amount off these units together, split over their lines, and over shipping where that is included.
    pub fn off_order(&mut self, picks: &[Pick], amount: i64, with_shipping: bool) {
        let policy = self.scene.policy;
        let lines = self.by_line(picks, policy.allocation_basis);
        self.off_these(picks, &lines, amount, with_shipping);
    }

    /// Takes an amount off these units together, whose lines weigh as told.
    fn off_these(&mut self, picks: &[Pick], lines: &[Line], amount: i64, with_shipping: bool) {
        let policy = self.scene.policy;
        let charges: &[i64] = if with_shipping { &self.ledger.shipping } else { &[] };
        self.given.reached |= amount > 0 && !(lines.is_empty() && charges.is_empty());
        let weight = |line: &Line| match policy.allocation {
            Allocation::Proportional => line.2,
            Allocation::Even => 1,
            Allocation::ByUnit => line.1,
        };
        if let ([line], []) = (lines, charges) {
            let share = if weight(line) > 0 { amount.clamp(0, line.3.max(0)) } else { 0 };
            self.off_places(picks, &[line.0], &[share]);
            return;
        }
        // The odd minor units go along the lines in the order that reaches units first.
        let mut order: Vec<usize> = (0..lines.len()).collect();
        if policy.max_units == Choice::LineValue {
            order.sort_by_key(|place| std::cmp::Reverse(lines.get(*place).map_or(0, |line| line.2)));
        }
        let sorted: Vec<&Line> = order.iter().filter_map(|place| lines.get(*place)).collect();
        let weights: Vec<i64> = sorted.iter().map(|line| weight(line)).chain(charges.iter().copied()).collect();
        let caps: Vec<i64> = sorted.iter().map(|line| line.3).chain(charges.iter().copied()).collect();
        let shares = split(amount, &weights, &caps, policy.lines());
        let places: Vec<usize> = sorted.iter().map(|line| line.0).collect();
        let (goods, carriage) = shares.split_at_checked(places.len()).unwrap_or((&shares, &[]));
        let carriage = carriage.to_vec();
        self.off_places(picks, &places, goods);
        for (charge, share) in carriage.into_iter().enumerate() {
            self.off_shipping(charge, share);
        }
    }

    /// Takes an amount off each line.
    pub fn off_lines(&mut self, picks: &[Pick], amount: i64) {
        let lines = self.by_line(picks, Basis::Remaining);
        self.given.reached |= amount > 0 && !lines.is_empty();
        let places: Vec<usize> = lines.iter().map(|line| line.0).collect();
        let amounts: Vec<i64> = lines.iter().map(|line| amount.min(line.3)).collect();
        self.off_places(picks, &places, &amounts);
    }

    /// Takes off each unit what the function says of its run.
    pub fn off_units(&mut self, picks: &[Pick], each: impl Fn(&Run) -> i64) {
        let amounts = picks.iter().filter_map(|pick| Some((*pick, each(self.ledger.runs.get(pick.run)?))));
        let amounts: Vec<(Pick, i64)> = amounts.collect();
        self.off_each(amounts);
    }

    /// Takes these amounts off each unit of these picks, which stand in the order of runs.
    pub fn off_each(&mut self, mut amounts: Vec<(Pick, i64)>) {
        self.given.reached |= !amounts.is_empty();
        for (pick, each) in &mut amounts {
            let room = self.ledger.runs.get(pick.run).map_or(0, |run| run.room());
            *each = (*each).clamp(0, room);
        }
        self.commit(&amounts);
    }

    /// Makes each unit cost at most this.
    pub fn at_price(&mut self, picks: &[Pick], price: i64) {
        self.off_units(picks, |run| run.left - price);
    }

    /// Takes these amounts off these lines, split over the units picked of each.
    pub fn off_places(&mut self, picks: &[Pick], places: &[usize], amounts: &[i64]) {
        let policy = self.scene.policy;
        let last_first = policy.unit_remainder != crate::split::Remainder::First;
        let cut = |pick: &Pick, share: i64| {
            let count = i64::from(pick.count.max(1));
            let (each, more) = (share / count, u32::try_from(share % count).unwrap_or(0));
            let (dear, rest) =
                ((Pick { count: more, ..*pick }, each + 1), (Pick { count: pick.count - more, ..*pick }, each));
            let both = if last_first { [rest, dear] } else { [dear, rest] };
            both.into_iter().filter(|(pick, _)| pick.count > 0)
        };
        let mut pieces: Vec<(Pick, i64)> = Vec::with_capacity(picks.len() + 4);
        for (place, amount) in places.iter().zip(amounts) {
            let of_line = |pick: &&Pick| self.ledger.runs.get(pick.run).is_some_and(|run| run.line == *place);
            // Nothing is shared where the units all cost the same.
            let mut alone = picks.iter().filter(of_line);
            if let (Some(pick), None) = (alone.next(), alone.next()) {
                let (left, room) = self.ledger.runs.get(pick.run).map_or((0, 0), |run| (run.left, run.room()));
                let most = i64::from(pick.count).saturating_mul(room);
                pieces.extend(cut(pick, if left > 0 { (*amount).clamp(0, most) } else { 0 }));
                continue;
            }
            let own: Vec<Pick> = picks.iter().filter(of_line).copied().collect();
            let run = |pick: &Pick| self.ledger.runs.get(pick.run).map_or((0, 0), |run| (run.left, run.room()));
            let weights: Vec<i64> = own.iter().map(|pick| i64::from(pick.count).saturating_mul(run(pick).0)).collect();
            let caps: Vec<i64> = own.iter().map(|pick| i64::from(pick.count).saturating_mul(run(pick).1)).collect();
            for (pick, share) in own.iter().zip(split(*amount, &weights, &caps, policy.units())) {
                pieces.extend(cut(pick, share));
            }
        }
        pieces.sort_by_key(|(pick, _)| pick.run);
        self.commit(&pieces);
    }

    fn commit(&mut self, pieces: &[(Pick, i64)]) {
        for (pick, each) in pieces {
            let line = self.ledger.runs.get(pick.run).map(|run| run.line);
            if let Some(line) = line {
                self.given.lines.add(line, i64::from(pick.count).saturating_mul(*each));
            }
        }
        let uses = self.scene.policy.units_used_once;
        self.ledger.take(pieces, uses);
    }

    /// Takes off one shipping charge, as much as there is.
    pub fn off_shipping(&mut self, charge: usize, amount: i64) {
        let Some(left) = self.ledger.shipping.get_mut(charge) else { return };
        let amount = amount.clamp(0, *left);
        *left -= amount;
        self.given.shipping.add(charge, amount);
    }

    /// Says that so much was drawn from something that other promotions draw from too.
    pub fn draw(&mut self, kind: &'static str, id: &str, amount: i64) {
        self.ledger.drawn.push(Drawn { kind, id: id.to_owned(), amount });
    }

    /// The most that can be taken off these units, floors kept.
    #[must_use]
    pub fn room(&self, picks: &[Pick]) -> i64 {
        self.by_line(picks, Basis::Remaining).into_iter().map(|(.., room)| room).fold(0, i64::saturating_add)
    }

    /// Raises the price of each unit of a line.
    pub fn raise(&mut self, line: usize, each: i64) {
        self.given.raised.resize(self.scene.lines.len(), 0);
        let raised = self.ledger.raise(line, each);
        if let Some(sum) = self.given.raised.get_mut(line) {
            *sum += raised;
        }
    }

    /// Every unit of the cart, also of lines that promotions must not reduce.
    #[must_use]
    pub fn everything(&self) -> Vec<Pick> {
        self.ledger.runs.iter().enumerate().map(|(run, units)| Pick { run, count: units.count }).collect()
    }

    /// Grants something that belongs to lines by what they still cost, split exactly; `limit` is the most that may be used up of it.
    pub fn grant(&mut self, kind: &'static str, id: Option<String>, amount: i64, limit: Option<i64>, picks: &[Pick]) {
        let lines = self.by_line(picks, Basis::Remaining);
        let costs = |line: &Line| line.2;
        // What costs nothing any more has its share by units.
        let free = lines.iter().all(|line| costs(line) == 0);
        let weights: Vec<i64> = lines.iter().map(|line| if free { line.1 } else { costs(line) }).collect();
        let caps = vec![amount; weights.len()];
        let shares = split(amount, &weights, &caps, self.scene.policy.lines());
        let lines = lines.iter().map(|line| line.0).zip(shares).filter(|(_, share)| *share > 0).collect();
        self.given.reached = true;
        self.given.grants.push(Granted { kind, id, amount, limit, lines });
    }
}

/// What the units of a target come to, by what thresholds look at.
#[must_use]
pub fn spent(of: &Target, scene: &Scene<'_>, ledger: &Ledger) -> i64 {
    worth(&of.pick(scene, ledger), ledger, price(scene))
}

/// What the units of a target still cost.
#[must_use]
pub fn left(of: &Target, scene: &Scene<'_>, ledger: &Ledger) -> i64 {
    worth(&of.pick(scene, ledger), ledger, |run| run.left)
}

/// The price of a unit that thresholds look at.
fn price(scene: &Scene<'_>) -> fn(&Run) -> i64 {
    match scene.policy.thresholds {
        Threshold::Initial => |run| run.price,
        Threshold::Discounted => |run| run.left,
    }
}

fn worth(picks: &[Pick], ledger: &Ledger, price: impl Fn(&Run) -> i64) -> i64 {
    let runs = picks.iter().filter_map(|pick| Some((pick.count, ledger.runs.get(pick.run)?)));
    runs.map(|(count, run)| i64::from(count).saturating_mul(price(run))).fold(0, i64::saturating_add)
}

/// The same for each line by itself.
#[must_use]
pub fn spent_by_line(of: &Target, scene: &Scene<'_>, ledger: &Ledger) -> Vec<i64> {
    by_line(of, scene, ledger, |of_line| worth(of_line, ledger, price(scene)))
}

/// How many units a target has of each line.
#[must_use]
pub fn counted_by_line(of: &Target, scene: &Scene<'_>, ledger: &Ledger) -> Vec<i64> {
    by_line(of, scene, ledger, Desk::count)
}

fn by_line(of: &Target, scene: &Scene<'_>, ledger: &Ledger, measure: impl Fn(&[Pick]) -> i64) -> Vec<i64> {
    let line = |pick: &Pick| ledger.runs.get(pick.run).map(|run| run.line);
    of.pick(scene, ledger).chunk_by(|one, other| line(one) == line(other)).map(measure).collect()
}

/// How many units a target has.
#[must_use]
pub fn counted(of: &Target, scene: &Scene<'_>, ledger: &Ledger) -> i64 {
    Desk::count(&of.pick(scene, ledger))
}

/// The shares of a grant with the ids of their lines.
#[must_use]
pub fn named(lines: &[(usize, i64)], scene: &Scene<'_>) -> Vec<LineAmount> {
    lines
        .iter()
        .filter_map(|(place, amount)| Some(LineAmount { line: scene.lines.get(*place)?.id.clone(), amount: *amount }))
        .collect()
}

//! What is refunded for units that come back, from what was decided when they were sold.
//!
//! Two ways. *Pro rata*: each unit its even part of what was paid for its line. *Re-evaluation*: what was paid, less what
//! the rest would have cost, so that a discount that the rest would not have earned is not kept.
//!
//! Both are exact in sequence: several returns give together what one return of the same units gives. Pro rata this follows
//! from rounding the sum refunded so far and not each refund. By re-evaluation, keeping fewer units can cost more than
//! keeping more, where a threshold falls; then nothing is asked back, and the refund is measured by the *cheapest cart that
//! has all the units kept and no more than were bought*. That is the same whatever the order of returns, never negative and
//! never more than was paid.
//!
//! That cart is [`crate::cheapest`]'s to find. A caller gives up where asking becomes too much work; then
//! the cheapest one known counts, and the answer says that it is not exact.

use crate::cheapest::Cheapest;
use commerce::facts::prices::{
    Decision, RefundAmounts, RefundLine, RefundMethod, RefundSearch, ReturnLine, SoldUnits, Tender,
};
use commerce::facts::types::Fault;
use commerce::money::{self, Overflow, Rounding};
use commerce::{bounds, money::Remainder};
use std::collections::{BTreeMap, BTreeSet};

/// A refund that is being reckoned.
pub struct Refunding {
    checked: Returns,
    search: Option<Cheapest>,
}

/// A sale and its returns, checked against each other.
struct Returns {
    decision: Decision,
    returns: Vec<ReturnLine>,
    /// For each return, the place of its line.
    places: Vec<usize>,
    /// For each line, units that came back before, and with those of now.
    before: Vec<u32>,
    after: Vec<u32>,
    /// For each line, what was refunded before.
    refunded: Vec<i64>,
}

fn fault(code: &str, pointer: String, detail: String) -> Fault {
    Fault { code: code.to_owned(), pointer, detail }
}

fn overflow(Overflow: Overflow) -> Vec<Fault> {
    vec![fault(
        "amount-overflow",
        "/decision".to_owned(),
        format!("what was paid must be at most {} in all", bounds::AMOUNT),
    )]
}

fn check(decision: &Decision, returns: &[ReturnLine]) -> Result<Returns, Vec<Fault>> {
    let mut faults = check_decision(decision);
    let places: BTreeMap<&str, usize> =
        decision.lines.iter().enumerate().map(|(place, line)| (line.id.as_str(), place)).collect();
    let nothing = vec![0; decision.lines.len()];
    let refunded = vec![0; decision.lines.len()];
    let (sale, given) = (decision.clone(), returns.to_vec());
    let mut checked = Returns {
        decision: sale,
        returns: given,
        places: Vec::new(),
        before: nothing.clone(),
        after: nothing,
        refunded,
    };
    let mut named = BTreeSet::new();
    for (index, given) in returns.iter().enumerate() {
        let here = format!("/returns/{index}");
        let place = places.get(given.id.as_str()).copied();
        let Some((place, line)) = place.and_then(|place| decision.lines.get(place).map(|line| (place, line))) else {
            let detail = format!("`{}` is not a line of the decision", given.id);
            faults.push(fault("unknown-line", format!("{here}/line"), detail));
            continue;
        };
        if !named.insert(place) {
            let detail = format!("line id `{}` stands twice among the returns", given.id);
            faults.push(fault("duplicate-line", here.clone(), detail));
        }
        let after = u64::from(given.before) + u64::from(given.now);
        if after > u64::from(line.quantity) {
            let detail = format!("{after} units come back in all, {} were sold", line.quantity);
            faults.push(fault("returned-more-than-sold", format!("{here}/quantity"), detail));
        }
        if given.refunded < 0 || given.refunded > line.paid {
            let detail = format!("must be 0 to {}, what was paid", line.paid);
            faults.push(fault("refunded-more-than-paid", format!("{here}/refunded"), detail));
        }
        checked.take(place, given, u32::try_from(after).unwrap_or(u32::MAX));
    }
    if faults.is_empty() { Ok(checked) } else { Err(faults) }
}

fn check_decision(decision: &Decision) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for (index, line) in decision.lines.iter().enumerate() {
        let here = format!("/decision/lines/{index}");
        if !ids.insert(line.id.as_str()) {
            let detail = format!("line id `{}` stands twice in the decision", line.id);
            faults.push(fault("duplicate-line", here.clone(), detail));
        }
        if line.quantity == 0 || line.paid < 0 || line.tax < 0 || line.tax > line.paid {
            let detail = "a line has 1 unit or more, and its tax is part of what was paid";
            faults.push(fault("out-of-range", here, detail.to_owned()));
        }
    }
    if decision.shipping < 0 || decision.shipping_tax < 0 || decision.shipping_tax > decision.shipping {
        let detail = "the tax is part of what was paid";
        faults.push(fault("out-of-range", "/decision/shipping".to_owned(), detail.to_owned()));
    }
    faults.extend(check_besides(decision));
    faults
}

/// Purses pay no more than was paid for the lines, and nobody burns or earns fewer than no points.
fn check_besides(decision: &Decision) -> Vec<Fault> {
    let Decision { lines, tenders, points_burned, points_earned, .. } = decision;
    let paid = lines.iter().map(|line| line.paid).fold(0, i64::saturating_add);
    let purses = tenders.iter().map(|tender| tender.amount).fold(0, i64::saturating_add);
    let tenders = tenders.iter().any(|tender| tender.amount < 0) || purses > paid;
    let points = |points: i64| !(0..=bounds::AMOUNT).contains(&points);
    let wrong = [
        ("tenders", tenders, "purses pay 0 or more, in all no more than was paid for the lines"),
        ("pointsBurned", points(*points_burned), "must be 0 or more"),
        ("pointsEarned", points(*points_earned), "must be 0 or more"),
    ];
    let wrong = wrong.into_iter().filter(|(_, wrong, _)| *wrong);
    wrong.map(|(name, _, detail)| fault("out-of-range", format!("/decision/{name}"), detail.to_owned())).collect()
}

impl Returns {
    fn take(&mut self, place: usize, given: &ReturnLine, after: u32) {
        self.places.push(place);
        for (list, value) in [(&mut self.before, given.before), (&mut self.after, after)] {
            if let Some(entry) = list.get_mut(place) {
                *entry = value;
            }
        }
        if let Some(entry) = self.refunded.get_mut(place) {
            *entry = given.refunded;
        }
    }

    fn kept(&self, returned: &[u32]) -> Vec<u32> {
        self.decision.lines.iter().zip(returned).map(|(line, returned)| line.quantity - returned).collect()
    }

    fn nothing_kept(&self) -> bool {
        self.kept(&self.after).iter().all(|units| *units == 0)
    }

    fn paid(&self) -> Result<i64, Vec<Fault>> {
        money::sum(self.decision.lines.iter().map(|line| line.paid)).map_err(overflow)
    }
}

impl Refunding {
    /// Checks a sale and what comes back of it.
    ///
    /// # Errors
    /// Everything that is wrong with them, with pointers from `/decision` and `/returns`.
    pub fn start(decision: &Decision, returns: &[ReturnLine]) -> Result<Self, Vec<Fault>> {
        let checked = check(decision, returns)?;
        money::sum(decision.lines.iter().map(|line| line.paid).chain([decision.shipping])).map_err(overflow)?;
        Ok(Self { checked, search: None })
    }

    /// Whether it depends on what carts cost: it refunds by re-evaluation, and something is kept.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.checked.decision.policy.method == RefundMethod::ReEvaluate && !self.checked.nothing_kept()
    }

    /// Looks for the cheapest cart by this.
    pub fn search(&mut self, search: &RefundSearch) {
        let Ok(paid) = self.checked.paid() else { return };
        let sold: Vec<u32> = self.checked.decision.lines.iter().map(|line| line.quantity).collect();
        let (kept, before) = (self.checked.kept(&self.checked.after), self.checked.kept(&self.checked.before));
        self.search = Some(Cheapest::new(&sold, &kept, &before, paid, search));
    }

    /// The next cart whose cost is wanted, as the units kept of every line, in order; `None` once all is known.
    pub fn wanted(&mut self) -> Option<Vec<u32>> {
        self.search.as_mut()?.wanted()
    }

    /// What that cart costs, tax and all, without shipping; `None` where it cannot be bought.
    pub fn learn(&mut self, cost: Option<i64>) {
        if let (Some(search), Some(cost)) = (&mut self.search, cost) {
            search.learn(cost);
        }
    }

    /// No more is asked, except what was kept before.
    pub fn give_up(&mut self) {
        if let Some(search) = &mut self.search {
            search.give_up();
        }
    }

    /// What is refunded by what was learned.
    ///
    /// # Errors
    /// `amount-overflow`; `cost-missing` where carts were not looked for that it depends on.
    pub fn amounts(&self) -> Result<RefundAmounts, Vec<Fault>> {
        let checked = &self.checked;
        let decision = &checked.decision;
        let (before, amounts, exact) = match decision.policy.method {
            RefundMethod::ProRata => {
                pro_rata(checked).map(|(before, amounts)| (before, amounts, true)).map_err(overflow)?
            }
            RefundMethod::ReEvaluate => {
                let (amounts, exact) = self.re_evaluate()?;
                (checked.refunded.clone(), amounts, exact)
            }
        };
        let all =
            |returned: &[u32]| decision.lines.iter().zip(returned).all(|(line, returned)| line.quantity == *returned);
        let last = decision.policy.shipping_with_all && all(&checked.after) && !all(&checked.before);
        let (shipping, shipping_tax) = if last { (decision.shipping, decision.shipping_tax) } else { (0, 0) };
        let given = checked.returns.iter().zip(&checked.places);
        let lines: Vec<RefundLine> =
            given.map(|(given, place)| written(decision, *place, given, &before, &amounts)).collect();
        // What the lines named cannot take goes to lines that came back before, and counts in the total.
        let total = money::sum(amounts.iter().copied().chain([shipping])).map_err(overflow)?;
        let Besides { tenders, points_returned, points_revoked } =
            besides(checked, &before, &amounts).map_err(overflow)?;
        Ok(RefundAmounts { lines, shipping, shipping_tax, total, tenders, points_returned, points_revoked, exact })
    }

    fn re_evaluate(&self) -> Result<(Vec<i64>, bool), Vec<Fault>> {
        let checked = &self.checked;
        let paid = checked.paid()?;
        let (cheapest, exact) = match &self.search {
            _ if checked.nothing_kept() => (0, true),
            Some(search) => (search.best(), search.is_exact()),
            None => {
                let detail = "what carts cost must be looked for".to_owned();
                return Err(vec![fault("cost-missing", "/returns".to_owned(), detail)]);
            }
        };
        // No more than was paid for the lines that come back.
        let lines = checked.decision.lines.iter().zip(&checked.after);
        let touched = lines.filter(|(_, units)| **units > 0).map(|(line, _)| line.paid);
        let due = (paid - cheapest).min(money::sum(touched).map_err(overflow)?);
        let given: i64 = money::sum(checked.refunded.iter().copied()).map_err(overflow)?;
        Ok((spread((due - given).max(0), checked).map_err(overflow)?, exact))
    }
}

/// What goes back that is no money.
struct Besides {
    tenders: Vec<Tender>,
    points_returned: i64,
    points_revoked: i64,
}

/// Follows from what was refunded of the lines before and with this return alone, so that it is the same in any order.
/// The purses together get their even part of it, the first purse first: that never takes anything back from one.
fn besides(checked: &Returns, refunded: &[i64], amounts: &[i64]) -> Result<Besides, Overflow> {
    let decision = &checked.decision;
    let (before, after, whole) = progress(checked, refunded, amounts)?;
    let even = |all: i64, so_far: i64| money::part(all, so_far, whole, Rounding::Down);
    let between = |all: i64| Ok(even(all, after)? - even(all, before)?);
    let purses = money::sum(decision.tenders.iter().map(|tender| tender.amount))?;
    let (filled, fill) = (even(purses, before)?, even(purses, after)?);
    let mut below = 0;
    let mut tenders = Vec::new();
    for Tender { id, amount: most } in &decision.tenders {
        let amount = (fill - below).clamp(0, *most) - (filled - below).clamp(0, *most);
        if amount > 0 {
            tenders.push(Tender { id: id.clone(), amount });
        }
        below += most;
    }
    let (points_returned, points_revoked) = (between(decision.points_burned)?, between(decision.points_earned)?);
    Ok(Besides { tenders, points_returned, points_revoked })
}

/// What was refunded of the lines before, what with this return, and what was paid for them; units where nothing was
/// paid.
fn progress(checked: &Returns, refunded: &[i64], amounts: &[i64]) -> Result<(i64, i64, i64), Overflow> {
    let lines = &checked.decision.lines;
    let paid = money::sum(lines.iter().map(|line| line.paid))?;
    if paid == 0 {
        let units = |units: &[u32]| units.iter().copied().map(i64::from).sum();
        let sold: i64 = lines.iter().map(|line| i64::from(line.quantity)).sum();
        return Ok((units(&checked.before), units(&checked.after), sold.max(1)));
    }
    let before = money::sum(refunded.iter().copied())?.min(paid);
    let after = money::sum([before].into_iter().chain(amounts.iter().copied()))?.min(paid);
    Ok((before, after, paid))
}

fn written(decision: &Decision, place: usize, given: &ReturnLine, before: &[i64], amounts: &[i64]) -> RefundLine {
    let amount = amounts.get(place).copied().unwrap_or(0);
    let before = before.get(place).copied().unwrap_or(0);
    let tax = decision.lines.get(place).map_or(0, |line| tax_of(line, before + amount) - tax_of(line, before));
    RefundLine { id: given.id.clone(), quantity: given.now, amount, tax }
}

/// The tax in a part of what was paid.
fn tax_of(line: &SoldUnits, part: i64) -> i64 {
    money::part(line.tax, part, line.paid.max(1), Rounding::HalfUp).unwrap_or(0)
}

/// The part of what was paid that this many units of a line are.
fn share(line: &SoldUnits, units: u32) -> Result<i64, Overflow> {
    money::part(line.paid, i64::from(units), i64::from(line.quantity), Rounding::HalfUp)
}

/// The even part of each line that so many units of it are.
fn even_parts(checked: &Returns, units: &[u32]) -> Result<Vec<i64>, Overflow> {
    checked.decision.lines.iter().zip(units).map(|(line, units)| share(line, *units)).collect()
}

/// The even part of all units that came back, less what was refunded before: at least the part of the units before,
/// also where a caller does not say it, and what was refunded beyond that is not refunded again. Gives what counts as
/// refunded before, and what is refunded now.
fn pro_rata(checked: &Returns) -> Result<(Vec<i64>, Vec<i64>), Overflow> {
    let (before, after) = (even_parts(checked, &checked.before)?, even_parts(checked, &checked.after)?);
    let refunded: Vec<i64> = before.iter().zip(&checked.refunded).map(|(part, given)| *part.max(given)).collect();
    let amounts = after.iter().zip(&refunded).map(|(part, refunded)| (part - refunded).max(0)).collect();
    Ok((refunded, amounts))
}

/// Splits a refund among the lines that come back now by what their units were paid, and what they cannot bear among
/// those that came back before: no line gets more than was paid for it. What a line gets so depends on the order of
/// returns, unlike the sum: an even part of all that came back so far could be less than a line was refunded already.
fn spread(amount: i64, checked: &Returns) -> Result<Vec<i64>, Overflow> {
    let lines = &checked.decision.lines;
    let mut shares = vec![0; lines.len()];
    let mut left = amount;
    let (before, after) = (even_parts(checked, &checked.before)?, even_parts(checked, &checked.after)?);
    let now: Vec<i64> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
    let ever: Vec<i64> = checked.after.iter().map(|units| i64::from(*units > 0)).collect();
    for weights in [now, ever] {
        while left > 0 {
            let room: Vec<i64> = lines
                .iter()
                .zip(&checked.refunded)
                .zip(&shares)
                .map(|((line, before), share)| line.paid - before - share)
                .collect();
            let open: Vec<i64> =
                weights.iter().zip(&room).map(|(weight, room)| if *room > 0 { *weight } else { 0 }).collect();
            let parts = money::allocate(left, &open, Remainder::LargestFraction);
            let taken: Vec<i64> = parts.iter().zip(&room).map(|(part, room)| (*part).min(*room).max(0)).collect();
            let sum: i64 = taken.iter().sum();
            if sum == 0 {
                break;
            }
            shares.iter_mut().zip(&taken).for_each(|(share, part)| *share += part);
            left -= sum;
        }
    }
    Ok(shares)
}

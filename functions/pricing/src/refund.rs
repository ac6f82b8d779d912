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

use commerce::facts::prices::{
    Decision, RefundAmounts, RefundLine, RefundMethod, RemainingCost, ReturnLine, SoldUnits,
};
use commerce::facts::types::Fault;
use commerce::money::{self, Overflow, Rounding};
use commerce::{bounds, money::Remainder};
use std::collections::{BTreeMap, BTreeSet};

/// Carts that one refund may ask the cost of.
pub const STATES: usize = 128;

/// A sale and its returns, checked against each other.
struct Returns<'a> {
    decision: &'a Decision,
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

fn check<'a>(decision: &'a Decision, returns: &[ReturnLine]) -> Result<Returns<'a>, Vec<Fault>> {
    let mut faults = check_decision(decision);
    let places: BTreeMap<&str, usize> =
        decision.lines.iter().enumerate().map(|(place, line)| (line.id.as_str(), place)).collect();
    let nothing = vec![0; decision.lines.len()];
    let refunded = vec![0; decision.lines.len()];
    let mut checked = Returns { decision, places: Vec::new(), before: nothing.clone(), after: nothing, refunded };
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
    faults
}

impl Returns<'_> {
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

    /// Every cart between what is kept and what was bought; `None` where they are more than [`STATES`].
    fn lattice(&self, returned: &[u32]) -> Option<Vec<Vec<u32>>> {
        let kept = self.kept(returned);
        let count = returned
            .iter()
            .try_fold(1_usize, |count, units| count.checked_mul(usize::try_from(*units).ok()?.checked_add(1)?));
        if count.is_none_or(|count| count > STATES) {
            return None;
        }
        let mut carts = vec![Vec::new()];
        for (least, line) in kept.iter().zip(&self.decision.lines) {
            carts = carts
                .iter()
                .flat_map(|cart| (*least..=line.quantity).map(move |units| [cart.as_slice(), &[units]].concat()))
                .collect();
        }
        Some(carts)
    }

    /// The carts whose cost is wanted: the lattice, or the two ends where it is too large.
    fn wanted(&self) -> (Vec<Vec<u32>>, bool) {
        let found = self.lattice(&self.after);
        let exact = found.is_some();
        let mut carts = found.unwrap_or_else(|| vec![self.kept(&self.after), self.kept(&self.before)]);
        // Nothing kept costs nothing, and what was bought was paid: neither is asked.
        carts.retain(|cart| {
            cart.iter().any(|units| *units > 0)
                && cart.iter().zip(&self.decision.lines).any(|(units, line)| *units < line.quantity)
        });
        carts.sort();
        carts.dedup();
        (carts, exact)
    }
}

/// The carts whose cost [`refund`] wants to know.
///
/// # Errors
/// Everything that is wrong with the decision and the returns.
pub fn states(decision: &Decision, returns: &[ReturnLine]) -> Result<Vec<Vec<u32>>, Vec<Fault>> {
    let checked = check(decision, returns)?;
    Ok(match decision.policy.method {
        RefundMethod::ProRata => Vec::new(),
        RefundMethod::ReEvaluate => checked.wanted().0,
    })
}

/// What is refunded.
///
/// # Errors
/// Everything that is wrong with the decision and the returns; `cost-missing` where [`states`] wants a cost that is not given.
pub fn refund(
    decision: &Decision,
    returns: &[ReturnLine],
    costs: &[RemainingCost],
) -> Result<RefundAmounts, Vec<Fault>> {
    let mut checked = check(decision, returns)?;
    money::sum(decision.lines.iter().map(|line| line.paid).chain([decision.shipping])).map_err(overflow)?;
    let (amounts, exact) = match decision.policy.method {
        RefundMethod::ProRata => (pro_rata(&mut checked).map_err(overflow)?, true),
        RefundMethod::ReEvaluate => re_evaluate(&checked, costs)?,
    };
    let all = |returned: &[u32]| decision.lines.iter().zip(returned).all(|(line, returned)| line.quantity == *returned);
    let last = decision.policy.shipping_with_all && all(&checked.after) && !all(&checked.before);
    let (shipping, shipping_tax) = if last { (decision.shipping, decision.shipping_tax) } else { (0, 0) };
    let lines: Vec<RefundLine> =
        returns.iter().zip(&checked.places).map(|(given, place)| written(&checked, *place, given, &amounts)).collect();
    // What the lines named cannot take goes to lines that came back before, and counts in the total.
    let total = money::sum(amounts.iter().copied().chain([shipping])).map_err(overflow)?;
    Ok(RefundAmounts { lines, shipping, shipping_tax, total, exact })
}

fn written(checked: &Returns<'_>, place: usize, given: &ReturnLine, amounts: &[i64]) -> RefundLine {
    let amount = amounts.get(place).copied().unwrap_or(0);
    let before = checked.refunded.get(place).copied().unwrap_or(0);
    let tax = checked.decision.lines.get(place).map_or(0, |line| tax_of(line, before + amount) - tax_of(line, before));
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
fn even_parts(checked: &Returns<'_>, units: &[u32]) -> Result<Vec<i64>, Overflow> {
    checked.decision.lines.iter().zip(units).map(|(line, units)| share(line, *units)).collect()
}

/// The even part of all units that came back, less what was refunded before: at least the part of the units before, also
/// where a caller does not say it, and what was refunded beyond that is not refunded again.
fn pro_rata(checked: &mut Returns<'_>) -> Result<Vec<i64>, Overflow> {
    let (before, after) = (even_parts(checked, &checked.before)?, even_parts(checked, &checked.after)?);
    checked.refunded.iter_mut().zip(before).for_each(|(refunded, part)| *refunded = part.max(*refunded));
    Ok(after.iter().zip(&checked.refunded).map(|(part, refunded)| (part - refunded).max(0)).collect())
}

fn re_evaluate(checked: &Returns<'_>, costs: &[RemainingCost]) -> Result<(Vec<i64>, bool), Vec<Fault>> {
    let known: BTreeMap<&[u32], i64> = costs.iter().map(|cost| (cost.quantities.as_slice(), cost.cost)).collect();
    let paid: i64 = money::sum(checked.decision.lines.iter().map(|line| line.paid)).map_err(overflow)?;
    let (wanted, exact) = checked.wanted();
    let mut cheapest = paid;
    for cart in &wanted {
        let Some(cost) = known.get(cart.as_slice()) else {
            return Err(vec![fault(
                "cost-missing",
                "/returns".to_owned(),
                format!("the cost of keeping {cart:?} must be given"),
            )]);
        };
        cheapest = cheapest.min(*cost);
    }
    if checked.kept(&checked.after).iter().all(|units| *units == 0) {
        cheapest = 0;
    }
    // No more than was paid for the lines that come back.
    let touched =
        checked.decision.lines.iter().zip(&checked.after).filter(|(_, units)| **units > 0).map(|(line, _)| line.paid);
    let due = (paid - cheapest.max(0)).min(money::sum(touched).map_err(overflow)?);
    let given: i64 = money::sum(checked.refunded.iter().copied()).map_err(overflow)?;
    Ok((spread((due - given).max(0), checked).map_err(overflow)?, exact))
}

/// Splits a refund among the lines that come back now by what their units were paid, and what they cannot bear among those
/// that came back before: no line gets more than was paid for it.
fn spread(amount: i64, checked: &Returns<'_>) -> Result<Vec<i64>, Overflow> {
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

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
//! Of lines that are alike, carts that differ only in which of them is kept are one cart: the last lines are those that
//! most is kept of. A caller says how many carts it can bear to cost; where there are more, the two ends are all that
//! is looked at, and the answer says that it is not exact.

use commerce::facts::prices::{
    Decision, RefundAmounts, RefundLine, RefundMethod, RefundSearch, RemainingCost, ReturnLine, SoldUnits, Tender,
};
use commerce::facts::types::Fault;
use commerce::money::{self, Overflow, Rounding};
use commerce::{bounds, money::Remainder};
use std::collections::{BTreeMap, BTreeSet};

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

    /// Lines that are alike and as many units of which were sold, each in the cart's order.
    fn alike(&self, search: &RefundSearch) -> Vec<Vec<usize>> {
        let mut classes: BTreeMap<(Option<u32>, usize, u32), Vec<usize>> = BTreeMap::new();
        for (place, line) in self.decision.lines.iter().enumerate() {
            let named = search.alike.get(place).copied();
            let alone = if named.is_none() { place } else { 0 };
            classes.entry((named, alone, line.quantity)).or_default().push(place);
        }
        classes.into_values().collect()
    }

    /// Every cart between what is kept and what was bought, one of those that differ only in which of lines alike is
    /// kept; `None` where they are more than may be asked.
    fn lattice(&self, search: &RefundSearch) -> Option<Vec<Vec<u32>>> {
        let most = usize::try_from(search.most).unwrap_or(usize::MAX);
        let kept = self.kept(&self.after);
        let mut carts = vec![self.decision.lines.iter().map(|line| line.quantity).collect::<Vec<u32>>()];
        for places in self.alike(search) {
            let sold = places.first().and_then(|place| self.decision.lines.get(*place)).map_or(0, |line| line.quantity);
            let least = ascending(&kept, &places);
            if least.first().is_none_or(|units| *units == sold) {
                continue;
            }
            let choices = choices(&least, sold, most / carts.len())?;
            carts = carts
                .iter()
                .flat_map(|cart| choices.iter().map(|choice| with(cart.clone(), &places, choice)))
                .collect();
        }
        Some(carts)
    }

    /// What is kept once so many units came back, as [`Self::lattice`] writes it.
    fn end(&self, returned: &[u32], search: &RefundSearch) -> Vec<u32> {
        let kept = self.kept(returned);
        self.alike(search).iter().fold(kept, |cart, places| {
            let units = ascending(&cart, places);
            with(cart, places, &units)
        })
    }

    fn nothing_kept(&self) -> bool {
        self.kept(&self.after).iter().all(|units| *units == 0)
    }

    /// The carts whose cost is wanted: the lattice, or the two ends where it is too large; none where all comes back.
    fn wanted(&self, search: &RefundSearch) -> (Vec<Vec<u32>>, bool) {
        if self.nothing_kept() {
            return (Vec::new(), true);
        }
        let found = self.lattice(search);
        let exact = found.is_some();
        let mut carts = found.unwrap_or_else(|| vec![self.end(&self.after, search), self.end(&self.before, search)]);
        // What was bought was paid: it is not asked.
        carts.retain(|cart| cart.iter().zip(&self.decision.lines).any(|(units, line)| *units < line.quantity));
        carts.sort();
        carts.dedup();
        (carts, exact)
    }
}

/// The units of these lines, the fewest first.
fn ascending(cart: &[u32], places: &[usize]) -> Vec<u32> {
    let mut units: Vec<u32> = places.iter().filter_map(|place| cart.get(*place).copied()).collect();
    units.sort_unstable();
    units
}

/// A cart with so many units of these lines.
fn with(mut cart: Vec<u32>, places: &[usize], units: &[u32]) -> Vec<u32> {
    for (place, units) in places.iter().zip(units) {
        if let Some(entry) = cart.get_mut(*place) {
            *entry = *units;
        }
    }
    cart
}

/// Every way to keep at least so many units of lines alike and no more than were sold, the fewest first; `None` where
/// there are more ways than `most`.
fn choices(least: &[u32], sold: u32, most: usize) -> Option<Vec<Vec<u32>>> {
    let mut ways = vec![Vec::new()];
    for units in least {
        let from = |way: &Vec<u32>| way.last().copied().unwrap_or(0).max(*units);
        let count = ways.iter().map(|way| u64::from(sold - from(way)) + 1).fold(0, u64::saturating_add);
        if usize::try_from(count).map_or(true, |count| count > most) {
            return None;
        }
        ways = ways
            .iter()
            .flat_map(|way| (from(way)..=sold).map(move |units| [way.as_slice(), &[units]].concat()))
            .collect();
    }
    Some(ways)
}

/// The carts whose cost [`refund`] wants to know.
///
/// # Errors
/// Everything that is wrong with the decision and the returns.
pub fn states(decision: &Decision, returns: &[ReturnLine], search: &RefundSearch) -> Result<Vec<Vec<u32>>, Vec<Fault>> {
    let checked = check(decision, returns)?;
    Ok(match decision.policy.method {
        RefundMethod::ProRata => Vec::new(),
        RefundMethod::ReEvaluate => checked.wanted(search).0,
    })
}

/// What is refunded; the search is that of [`states`].
///
/// # Errors
/// Everything that is wrong with the decision and the returns; `cost-missing` where [`states`] wants a cost that is not given.
pub fn refund(
    decision: &Decision,
    returns: &[ReturnLine],
    costs: &[RemainingCost],
    search: &RefundSearch,
) -> Result<RefundAmounts, Vec<Fault>> {
    let mut checked = check(decision, returns)?;
    money::sum(decision.lines.iter().map(|line| line.paid).chain([decision.shipping])).map_err(overflow)?;
    let (amounts, exact) = match decision.policy.method {
        RefundMethod::ProRata => (pro_rata(&mut checked).map_err(overflow)?, true),
        RefundMethod::ReEvaluate => re_evaluate(&checked, costs, search)?,
    };
    let all = |returned: &[u32]| decision.lines.iter().zip(returned).all(|(line, returned)| line.quantity == *returned);
    let last = decision.policy.shipping_with_all && all(&checked.after) && !all(&checked.before);
    let (shipping, shipping_tax) = if last { (decision.shipping, decision.shipping_tax) } else { (0, 0) };
    let lines: Vec<RefundLine> =
        returns.iter().zip(&checked.places).map(|(given, place)| written(&checked, *place, given, &amounts)).collect();
    // What the lines named cannot take goes to lines that came back before, and counts in the total.
    let total = money::sum(amounts.iter().copied().chain([shipping])).map_err(overflow)?;
    let Besides { tenders, points_returned, points_revoked } = besides(&checked, &amounts).map_err(overflow)?;
    Ok(RefundAmounts { lines, shipping, shipping_tax, total, tenders, points_returned, points_revoked, exact })
}

/// What goes back that is no money.
struct Besides {
    tenders: Vec<Tender>,
    points_returned: i64,
    points_revoked: i64,
}

/// Follows from what was refunded of the lines before and with this return alone, so that it is the same in any order.
/// The purses together get their even part of it, the first purse first: that never takes anything back from one.
fn besides(checked: &Returns<'_>, amounts: &[i64]) -> Result<Besides, Overflow> {
    let decision = checked.decision;
    let (before, after, whole) = progress(checked, amounts)?;
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
fn progress(checked: &Returns<'_>, amounts: &[i64]) -> Result<(i64, i64, i64), Overflow> {
    let lines = &checked.decision.lines;
    let paid = money::sum(lines.iter().map(|line| line.paid))?;
    if paid == 0 {
        let units = |units: &[u32]| units.iter().copied().map(i64::from).sum();
        let sold: i64 = lines.iter().map(|line| i64::from(line.quantity)).sum();
        return Ok((units(&checked.before), units(&checked.after), sold.max(1)));
    }
    let before = money::sum(checked.refunded.iter().copied())?.min(paid);
    let after = money::sum([before].into_iter().chain(amounts.iter().copied()))?.min(paid);
    Ok((before, after, paid))
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

/// The even part of all units that came back, less what was refunded before: at least the part of the units before,
/// also where a caller does not say it, and what was refunded beyond that is not refunded again.
fn pro_rata(checked: &mut Returns<'_>) -> Result<Vec<i64>, Overflow> {
    let (before, after) = (even_parts(checked, &checked.before)?, even_parts(checked, &checked.after)?);
    checked.refunded.iter_mut().zip(before).for_each(|(refunded, part)| *refunded = part.max(*refunded));
    Ok(after.iter().zip(&checked.refunded).map(|(part, refunded)| (part - refunded).max(0)).collect())
}

fn re_evaluate(
    checked: &Returns<'_>,
    costs: &[RemainingCost],
    search: &RefundSearch,
) -> Result<(Vec<i64>, bool), Vec<Fault>> {
    let known: BTreeMap<&[u32], i64> = costs.iter().map(|cost| (cost.quantities.as_slice(), cost.cost)).collect();
    let paid: i64 = money::sum(checked.decision.lines.iter().map(|line| line.paid)).map_err(overflow)?;
    let (wanted, exact) = checked.wanted(search);
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
    if checked.nothing_kept() {
        cheapest = 0;
    }
    // No more than was paid for the lines that come back.
    let touched =
        checked.decision.lines.iter().zip(&checked.after).filter(|(_, units)| **units > 0).map(|(line, _)| line.paid);
    let due = (paid - cheapest.max(0)).min(money::sum(touched).map_err(overflow)?);
    let given: i64 = money::sum(checked.refunded.iter().copied()).map_err(overflow)?;
    Ok((spread((due - given).max(0), checked).map_err(overflow)?, exact))
}

/// Splits a refund among the lines that come back now by what their units were paid, and what they cannot bear among
/// those that came back before: no line gets more than was paid for it. What a line gets so depends on the order of
/// returns, unlike the sum: an even part of all that came back so far could be less than a line was refunded already.
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

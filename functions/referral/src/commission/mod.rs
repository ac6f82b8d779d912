//! What a sale earns: commissions by line and tier, caps and splits, frozen in a decision.

mod amount;
mod chain;
mod decision;
mod funding;
mod payment;
mod terms;

pub use amount::WHOLE;
pub use chain::Partners;
pub use decision::{intact, named};
pub use payment::{Due, due};

use crate::programme::Plan;
use crate::shares;
use commerce::facts::referrals::{Ceiling, Commission, Credit, Decision, Division, Note, Part, SoldLine};
use commerce::facts::types::Context;
use commerce::money::{Overflow, Rounding, divide, sum, times};
use std::collections::BTreeSet;
use terms::{Circumstances, term};

/// What is left of a line, or the line as it was sold, to the base that commissions are reckoned on.
pub fn base(net: i64, tax: i64, shipping: i64, with_tax: bool, with_shipping: bool) -> Result<i64, Overflow> {
    sum([net, if with_tax { 0 } else { -tax }, if with_shipping { shipping } else { 0 }]).map(|base| base.max(0))
}

/// Freezes what a sale earns the referrers of these credits.
pub fn decide(
    credits: &[Credit],
    lines: &[SoldLine],
    partners: &Partners<'_>,
    context: &Context,
    notes: &mut Vec<Note>,
) -> Result<Decision, Overflow> {
    let programme = partners.programme;
    let plan = &programme.plan;
    let bases = lines.iter().map(|line| base(line.net, line.tax, line.shipping, !plan.without_tax, plan.with_shipping));
    let bases: Vec<i64> = bases.collect::<Result<_, _>>()?;
    let whole = sum(bases.iter().copied())?;
    let weights: Vec<i128> = credits.iter().map(|credit| i128::from(credit.billionths)).collect();
    let funded: Vec<Vec<i64>> = lines.iter().map(|line| shares::split(line.creator_funded, &weights)).collect();
    let buyer = context.shopper.as_ref().and_then(|shopper| shopper.id.as_deref());
    let mut commissions = Vec::new();
    for (place, credit) in credits.iter().enumerate() {
        let Some(referrer) = credit.referrer.as_deref() else { continue };
        for (tier, id) in partners.chain(referrer, buyer, notes) {
            let standing = partners.standing(id);
            let revenue = sum([standing.revenue, whole])?;
            let by = Circumstances { context, campaign: credit.campaign.as_deref(), standing: &standing, revenue };
            let mut own = Vec::with_capacity(lines.len());
            for ((line, base), funded) in lines.iter().zip(&bases).zip(&funded) {
                let term = term(plan, tier, line, &by);
                let of_line = term.fixed.map(|each| times(each, i64::from(line.quantity))).transpose()?;
                let share = |all: i64| {
                    divide(i128::from(all) * i128::from(credit.billionths), i128::from(WHOLE), Rounding::Down)
                };
                let frozen = Commission {
                    referrer: id.to_owned(),
                    tier: u32::try_from(tier + 1).unwrap_or(0),
                    line: line.id.clone(),
                    basis: term.basis.to_owned(),
                    rate: term.rate,
                    fixed: of_line.map(share).transpose()?,
                    billionths: credit.billionths,
                    base: *base,
                    funded: if tier == 0 { funded.get(place).copied().unwrap_or(0) } else { 0 },
                    amount: 0,
                };
                own.push(Commission { amount: amount::amount(&frozen, *base)?, ..frozen });
            }
            if tier == 0 && funding::bear(&mut own)? > 0 {
                notes.push(Note { code: "funding-above-commission".into(), subject: id.to_owned() });
            }
            commissions.extend(own);
        }
    }
    commissions.extend(led(plan, lines, &bases, context, notes)?);
    let (ceilings, divisions) = (ceilings(plan, &commissions, context), divisions(plan, &commissions, context));
    let decision = Decision {
        id: String::new(),
        at: context.at,
        hold: programme.payout.hold,
        with_tax: !plan.without_tax,
        with_shipping: plan.with_shipping,
        commissions,
        ceilings,
        divisions,
    };
    Ok(named(decision))
}

/// The reward of a shopper who opened the group that buys.
fn led(
    plan: &Plan,
    lines: &[SoldLine],
    bases: &[i64],
    context: &Context,
    notes: &mut Vec<Note>,
) -> Result<Vec<Commission>, Overflow> {
    let Some(rate) = plan.leader.filter(|_| context.gathering.leader) else { return Ok(Vec::new()) };
    let Some(leader) = context.shopper.as_ref().and_then(|shopper| shopper.id.as_ref()) else {
        notes.push(Note { code: "leader-unknown".into(), subject: String::new() });
        return Ok(Vec::new());
    };
    let frozen = lines.iter().zip(bases).map(|(line, base)| Commission {
        referrer: leader.clone(),
        tier: 0,
        line: line.id.clone(),
        basis: "leader".into(),
        rate: Some(rate),
        fixed: None,
        billionths: u32::try_from(WHOLE).unwrap_or(0),
        base: *base,
        funded: 0,
        amount: 0,
    });
    frozen.map(|frozen| Ok(Commission { amount: amount::amount(&frozen, frozen.base)?, ..frozen })).collect()
}

/// Referrers and tiers, each once, in order of their first commission.
fn earners(commissions: &[Commission]) -> Vec<(&str, u32)> {
    let mut known = BTreeSet::new();
    let earners = commissions.iter().map(|commission| (commission.referrer.as_str(), commission.tier));
    earners.filter(|earner| known.insert(*earner)).collect()
}

/// Caps as order, day and month leave them. What was earned already stands in the request's counters: kind `commission` for
/// the first tier and `commission-2` for the second, the referrer's id, scope `day` or `month`.
fn ceilings(plan: &Plan, commissions: &[Commission], context: &Context) -> Vec<Ceiling> {
    let used = |kind: &str, id: &str, scope: &str| {
        let mut counters = context.counters.iter();
        counters
            .find(|counter| counter.kind == kind && counter.id == id && counter.scope == scope)
            .map_or(0, |counter| counter.used)
    };
    let mut ceilings = Vec::new();
    for (referrer, tier) in earners(commissions) {
        let Some(place) = tier.checked_sub(1).and_then(|place| usize::try_from(place).ok()) else { continue };
        let kind = if place == 0 { "commission" } else { "commission-2" };
        let left = |caps: &[i64], scope| caps.get(place).map(|cap| (cap - used(kind, referrer, scope)).max(0));
        let order = plan.caps.order.get(place).copied();
        let most = [order, left(&plan.caps.day, "day"), left(&plan.caps.month, "month")].into_iter().flatten().min();
        ceilings.extend(most.map(|most| Ceiling { referrer: referrer.to_owned(), tier, most }));
    }
    ceilings
}

/// How the first tier's commissions are split in the channel of the sale. A party named `referrer` is the referrer.
fn divisions(plan: &Plan, commissions: &[Commission], context: &Context) -> Vec<Division> {
    let Some(parts) = context.channel.id.as_ref().and_then(|room| plan.splits.get(room)) else { return Vec::new() };
    let of = |referrer: &str| {
        let party = |party: &str| if party == "referrer" { referrer.to_owned() } else { party.to_owned() };
        parts.iter().map(|(name, rate)| Part { party: party(name), rate: *rate }).collect()
    };
    let first = earners(commissions).into_iter().filter(|(_, tier)| *tier == 1);
    first.map(|(referrer, _)| Division { referrer: referrer.to_owned(), parts: of(referrer) }).collect()
}

//! Who earned a sale: from facts to JSON.

use super::super::money::Money;
use commerce::facts::referrals::{self as facts, Action, Attribution};
use commerce::instant;
use serde::Serialize;

/// Who earned a sale and what each is paid.
#[derive(Serialize)]
pub struct Referral<'a> {
    /// The claim that won.
    claim: Option<&'a str>,
    credits: Vec<Credit<'a>>,
    commissions: Vec<Payment<'a>>,
    overridden: Vec<Overridden<'a>>,
    signals: Vec<Signal<'a>>,
    unused: Vec<Unused<'a>>,
    /// The binding to be kept from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    binding: Option<Binding<'a>>,
    notes: Vec<Note<'a>>,
    /// To be kept with the order: returns and statements are judged by it.
    decision: Decision<'a>,
}

#[derive(Serialize)]
struct Credit<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    referrer: Option<&'a str>,
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<&'a str>,
    model: &'a str,
    billionths: u32,
    amount: Money<'a>,
}

#[derive(Serialize)]
struct Payment<'a> {
    payee: &'a str,
    referrer: &'a str,
    tier: u32,
    earned: Money<'a>,
    amount: Money<'a>,
    action: &'static str,
}

#[derive(Serialize)]
struct Overridden<'a> {
    claim: &'a str,
    referrer: &'a str,
    code: &'a str,
}

#[derive(Serialize)]
struct Signal<'a> {
    code: &'a str,
    referrer: &'a str,
    score: u32,
    found: i64,
    limit: i64,
}

#[derive(Serialize)]
struct Unused<'a> {
    touch: u32,
    code: &'a str,
}

#[derive(Serialize)]
struct Binding<'a> {
    referrer: &'a str,
    since: String,
}

#[derive(Serialize)]
struct Note<'a> {
    code: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    subject: &'a str,
}

/// A decision as it is kept and sent back.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Decision<'a> {
    id: &'a str,
    at: String,
    hold: i64,
    with_tax: bool,
    with_shipping: bool,
    commissions: Vec<Commission<'a>>,
    ceilings: Vec<Ceiling<'a>>,
    divisions: Vec<Division<'a>>,
}

#[derive(Serialize)]
struct Commission<'a> {
    referrer: &'a str,
    tier: u32,
    line: &'a str,
    basis: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<Money<'a>>,
    billionths: u32,
    base: Money<'a>,
    funded: Money<'a>,
    amount: Money<'a>,
}

#[derive(Serialize)]
struct Ceiling<'a> {
    referrer: &'a str,
    tier: u32,
    most: Money<'a>,
}

#[derive(Serialize)]
struct Division<'a> {
    referrer: &'a str,
    parts: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Part<'a> {
    party: &'a str,
    rate: u32,
}

/// `pay`, `hold` or `refuse`.
pub const ACTIONS: [(&str, Action); 3] = [("pay", Action::Pay), ("hold", Action::Hold), ("refuse", Action::Refuse)];

fn action(action: Action) -> &'static str {
    ACTIONS.iter().find(|(_, known)| *known == action).map_or("", |(name, _)| name)
}

impl<'a> Referral<'a> {
    /// Writes an attribution; moments are written with the offset given.
    pub fn of(attribution: &'a Attribution, currency: &'a str, offset: i32) -> Self {
        let Attribution { claim, overridden, credits, decision, payments, signals, unused, bond, notes } = attribution;
        let money = Money::of(currency);
        Self {
            claim: claim.as_deref(),
            credits: credits
                .iter()
                .map(|facts::Credit { referrer, channel, campaign, model, billionths, amount }| Credit {
                    referrer: referrer.as_deref(),
                    channel,
                    campaign: campaign.as_deref(),
                    model,
                    billionths: *billionths,
                    amount: money(*amount),
                })
                .collect(),
            commissions: payments
                .iter()
                .map(|facts::Payment { payee, referrer, tier, earned, amount, action: fate }| Payment {
                    payee,
                    referrer,
                    tier: *tier,
                    earned: money(*earned),
                    amount: money(*amount),
                    action: action(*fate),
                })
                .collect(),
            overridden: overridden
                .iter()
                .map(|facts::Overridden { claim, referrer, code }| Overridden { claim, referrer, code })
                .collect(),
            signals: signals
                .iter()
                .map(|facts::Signal { code, referrer, score, found, limit }| Signal {
                    code,
                    referrer,
                    score: *score,
                    found: *found,
                    limit: *limit,
                })
                .collect(),
            unused: unused.iter().map(|facts::UnusedTouch { index, code }| Unused { touch: *index, code }).collect(),
            binding: bond
                .as_ref()
                .map(|bond| Binding { referrer: &bond.referrer, since: instant::format(bond.since, offset) }),
            notes: notes.iter().map(|facts::Note { code, subject }| Note { code, subject }).collect(),
            decision: Decision::of(decision, money, offset),
        }
    }
}

impl<'a> Decision<'a> {
    fn of(decision: &'a facts::Decision, money: impl Fn(i64) -> Money<'a> + Copy, offset: i32) -> Self {
        let facts::Decision { id, at, hold, with_tax, with_shipping, commissions, ceilings, divisions } = decision;
        let part = |part: &'a facts::Part| Part { party: &part.party, rate: part.rate };
        Self {
            id,
            at: instant::format(*at, offset),
            hold: *hold,
            with_tax: *with_tax,
            with_shipping: *with_shipping,
            commissions: commissions.iter().map(|one| commission(one, money)).collect(),
            ceilings: ceilings
                .iter()
                .map(|facts::Ceiling { referrer, tier, most }| Ceiling { referrer, tier: *tier, most: money(*most) })
                .collect(),
            divisions: divisions
                .iter()
                .map(|facts::Division { referrer, parts }| Division {
                    referrer,
                    parts: parts.iter().map(part).collect(),
                })
                .collect(),
        }
    }
}

fn commission<'a>(one: &'a facts::Commission, money: impl Fn(i64) -> Money<'a>) -> Commission<'a> {
    let facts::Commission { referrer, tier, line, basis, rate, fixed, billionths, base, funded, amount } = one;
    Commission {
        referrer,
        tier: *tier,
        line,
        basis,
        rate: *rate,
        fixed: fixed.map(&money),
        billionths: *billionths,
        base: money(*base),
        funded: money(*funded),
        amount: money(*amount),
    }
}

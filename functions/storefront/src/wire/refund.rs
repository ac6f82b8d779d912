//! A frozen decision, what comes back of it, and what is refunded.
//!
//! A quote's record carries the decision; the storefront keeps it with the order and sends it again with each return.

use super::money::Money;
use crate::till::{Added, Tally};
use commerce::facts::offers::{Grant, Proposal};
use commerce::facts::prices::{
    Decision, PresalePlan, RefundAmounts, RefundMethod, RefundPolicy, ReturnLine, SoldUnits, Taxed, Tender,
};
use commerce::money::{self, Rounding};
use commerce::{Object, Value, bounds};
use serde::Serialize;

const METHODS: [(&str, RefundMethod); 2] =
    [("pro-rata", RefundMethod::ProRata), ("re-evaluate", RefundMethod::ReEvaluate)];
const SHIPPING: [(&str, bool); 2] = [("never", false), ("with-all", true)];

/// A decision as it was sent, with what it was made by.
pub struct Frozen<'a> {
    /// The facts.
    pub decision: Decision,
    /// The currency of every amount.
    pub currency: &'a str,
    /// The rulebook that made it: `sha256:…`.
    pub rules: &'a str,
    /// For each line, what promotion added it, where one did.
    pub added: Vec<Option<AddedBy>>,
    /// What plugins proposed for it.
    pub proposals: Vec<Proposal>,
}

/// Where a line comes from that the shopper did not put into the cart.
#[derive(Clone)]
pub struct AddedBy {
    /// The promotion.
    pub promotion: String,
    /// The product.
    pub sku: String,
    /// What one unit costs where the promotion does not give it.
    pub unit_price: i64,
}

/// Reads a decision as [`Written`] writes it.
pub fn decision<'a>(value: Value<'a>) -> Option<Frozen<'a>> {
    let object = value.object()?;
    let currency = object.required("currency").and_then(|value| value.currency());
    let rules = object.required("rules").and_then(|value| value.identifier());
    let named = currency.unwrap_or("");
    // As many lines again may have been added.
    let lines: Option<Vec<(SoldUnits, Option<AddedBy>)>> = object
        .required("lines")
        .map(|value| value.list(2 * bounds::LINES).filter_map(|line| sold(line, named)).collect());
    let shipping = object.required("shipping").and_then(|value| value.object());
    let of_shipping =
        shipping.as_ref().map(|shipping| (amount(shipping, "paid", named), amount(shipping, "tax", named)));
    if let Some(shipping) = &shipping {
        shipping.finish();
    }
    let proposals = object.field("proposals").map_or_else(Vec::new, |value| super::promotions::proposals(value, named));
    let tenders = object.field("tenders").map_or_else(Vec::new, |value| tenders(value, named));
    let points = |name: &str| object.field(name).map_or(Some(0), |value| value.integer(0..=bounds::AMOUNT));
    let (burned, earned) = (points("pointsBurned"), points("pointsEarned"));
    let policy = object.required("policy").and_then(policy);
    object.finish();
    let (shipping, shipping_tax) = of_shipping?;
    let (lines, added) = lines?.into_iter().unzip();
    let decision = Decision {
        lines,
        shipping: shipping?,
        shipping_tax: shipping_tax?,
        tenders,
        points_burned: burned?,
        points_earned: earned?,
        policy: policy?,
    };
    Some(Frozen { decision, currency: currency?, rules: rules?, added, proposals })
}

/// Reads `[{"id": "spring", "amount": {…}}]`: what purses paid.
fn tenders(value: Value<'_>, currency: &str) -> Vec<Tender> {
    let read = |value: Value<'_>| {
        let object = value.object()?;
        let id = object.required("id").and_then(|id| id.identifier());
        let amount = amount(&object, "amount", currency);
        object.finish();
        Some(Tender { id: id?.to_owned(), amount: amount? })
    };
    value.list(2 * bounds::LINES).filter_map(read).collect()
}

fn amount(object: &Object<'_>, name: &str, currency: &str) -> Option<i64> {
    object.required(name).and_then(|value| value.money(currency))
}

fn sold(value: Value<'_>, currency: &str) -> Option<(SoldUnits, Option<AddedBy>)> {
    let object = value.object()?;
    let id = object.required("id").and_then(|id| id.identifier());
    let quantity = object.required("quantity").and_then(|value| value.whole(1..=bounds::QUANTITY));
    let (paid, tax) = (amount(&object, "paid", currency), amount(&object, "tax", currency));
    let added = object.field("addedBy").and_then(|value| {
        let object = value.object()?;
        let promotion = object.required("promotion").and_then(|value| value.identifier());
        let sku = object.required("sku").and_then(|value| value.identifier());
        let unit_price = amount(&object, "unitPrice", currency);
        object.finish();
        Some(AddedBy { promotion: promotion?.to_owned(), sku: sku?.to_owned(), unit_price: unit_price? })
    });
    object.finish();
    Some((SoldUnits { id: id?.to_owned(), quantity: quantity?, paid: paid?, tax: tax? }, added))
}

fn policy(value: Value<'_>) -> Option<RefundPolicy> {
    let object = value.object()?;
    let method = object.required("method").and_then(|value| value.one_of(&METHODS));
    let shipping = object.required("shipping").and_then(|value| value.one_of(&SHIPPING));
    object.finish();
    Some(RefundPolicy { method: method?, shipping_with_all: shipping? })
}

/// Reads `[{"line": "1", "quantity": 1, "before": 1, "refunded": {…}}]`: what comes back now, and what came back before.
pub fn returns(value: Value<'_>, currency: &str) -> Vec<ReturnLine> {
    let read = |value: Value<'_>| {
        let object = value.object()?;
        let line = object.required("line").and_then(|line| line.identifier());
        let now = object.required("quantity").and_then(|value| value.whole(0..=bounds::QUANTITY));
        let before = object.field("before").map_or(Some(0), |value| value.whole(0..=bounds::QUANTITY));
        let refunded = object.field("refunded").map_or(Some(0), |value| value.money(currency));
        object.finish();
        Some(ReturnLine { id: line?.to_owned(), before: before?, now: now?, refunded: refunded? })
    };
    value.list(2 * bounds::LINES).filter_map(read).collect()
}

/// What the deposit of a presale counts for beyond what is paid: it is never paid.
#[must_use]
pub const fn gain(plan: &PresalePlan) -> i64 {
    plan.counts_for - plan.deposit
}

/// What a sale is decided from: each line with what is paid for it after promotions, and its tax; lines that promotions add
/// are lines like any other. Lines that are not selected are not sold. Of a deposit that counts for more, only what is paid
/// is paid.
#[must_use]
pub fn decide(tally: &Tally, presales: &[PresalePlan], policy: RefundPolicy) -> Decision {
    let Tally { priced, particulars: _, declared: _, shipping, verdict, nets, added, taxation } = tally;
    let sold = |id: &str, quantity: u32, net: i64, taxed: Option<&Taxed>| {
        let (tax, on_top) = taxed.map_or((0, 0), |taxed| (taxed.tax, if taxed.included { 0 } else { taxed.tax }));
        let due = net.saturating_add(on_top);
        let gain = presales.iter().find(|plan| plan.id == id).map_or(0, gain);
        let paid = (due - gain).max(0);
        let tax = if gain == 0 { tax } else { money::part(tax, paid, due.max(1), Rounding::HalfUp).unwrap_or(tax) };
        SoldUnits { id: id.to_owned(), quantity, paid, tax }
    };
    let lines = priced.iter().zip(nets).zip(&taxation.taxed).filter(|((line, _), _)| line.selected);
    let lines = lines.map(|((line, net), taxed)| sold(&line.id, line.quantity, *net, Some(taxed)));
    let rest = || taxation.taxed.iter().skip(priced.len());
    let added = added
        .iter()
        .map(|added| sold(&added.id, added.quantity, added.amount, rest().find(|taxed| taxed.id == added.id)));
    let charged: i64 = shipping.iter().filter(|option| option.chosen).map(|option| option.amount).sum();
    let shipping = charged - verdict.shipping_discount;
    let carriage = rest().find(|taxed| taxed.id == "shipping");
    let on_top = carriage.filter(|taxed| !taxed.included).map_or(0, |taxed| taxed.tax);
    let lines: Vec<SoldUnits> = lines.chain(added).collect();
    let paid = lines.iter().map(|line| line.paid).fold(0, i64::saturating_add);
    let points = |kind: &str| {
        let granted = verdict.grants.iter().filter(|grant| grant.kind == kind);
        granted.map(|grant| grant.amount).fold(0, i64::saturating_add).clamp(0, bounds::AMOUNT)
    };
    Decision {
        tenders: purses(&verdict.grants, paid),
        points_burned: points("points-burned"),
        points_earned: points("points-earned"),
        lines,
        shipping: shipping.saturating_add(on_top),
        shipping_tax: carriage.map_or(0, |taxed| taxed.tax),
        policy,
    }
}

/// What each purse pays, in the order in which they are drawn from; in all no more than is paid for the lines.
fn purses(grants: &[Grant], paid: i64) -> Vec<Tender> {
    let mut purses: Vec<Tender> = Vec::new();
    let mut left = paid;
    for grant in grants.iter().filter(|grant| grant.kind == "tender") {
        let (id, amount) = (grant.id.as_deref().unwrap_or_default(), grant.amount.clamp(0, left));
        left -= amount;
        match purses.iter_mut().find(|purse| purse.id == id) {
            Some(purse) => purse.amount += amount,
            None if amount > 0 => purses.push(Tender { id: id.to_owned(), amount }),
            None => {}
        }
    }
    purses
}

/// A decision as a quote's record carries it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Written<'a> {
    currency: &'a str,
    rules: &'a str,
    lines: Vec<WrittenLine<'a>>,
    shipping: Paid<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tenders: Vec<WrittenTender<'a>>,
    #[serde(skip_serializing_if = "is_none")]
    points_burned: i64,
    #[serde(skip_serializing_if = "is_none")]
    points_earned: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    proposals: Vec<WrittenProposal<'a>>,
    policy: Policy,
}

/// A proposal, but what is said of it to people.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenProposal<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    lane: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    combines_with: Option<&'a [String]>,
    lines: Vec<WrittenOff<'a>>,
    shipping: Money<'a>,
}

#[derive(Serialize)]
struct WrittenOff<'a> {
    line: &'a str,
    amount: Money<'a>,
}

impl<'a> WrittenProposal<'a> {
    fn of(proposal: &'a Proposal, money: impl Fn(i64) -> Money<'a>) -> Self {
        let Proposal { id, lane, tags, combines_with, lines, shipping, messages: _ } = proposal;
        let lines = lines.iter().map(|off| WrittenOff { line: &off.line, amount: money(off.amount) }).collect();
        Self { id, lane, tags, combines_with: combines_with.as_deref(), lines, shipping: money(*shipping) }
    }
}

#[derive(Serialize)]
struct WrittenTender<'a> {
    id: &'a str,
    amount: Money<'a>,
}

impl<'a> WrittenTender<'a> {
    fn all(tenders: &'a [Tender], money: impl Fn(i64) -> Money<'a>) -> Vec<Self> {
        tenders.iter().map(|Tender { id, amount }| Self { id, amount: money(*amount) }).collect()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
const fn is_none(points: &i64) -> bool {
    *points == 0
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenLine<'a> {
    id: &'a str,
    quantity: u32,
    paid: Money<'a>,
    tax: Money<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    added_by: Option<WrittenAdded<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenAdded<'a> {
    promotion: &'a str,
    sku: &'a str,
    unit_price: Money<'a>,
}

#[derive(Serialize)]
struct Paid<'a> {
    paid: Money<'a>,
    tax: Money<'a>,
}

#[derive(Serialize)]
struct Policy {
    method: &'static str,
    shipping: &'static str,
}

impl<'a> Written<'a> {
    /// As the contract writes it: with what promotions added, and where returns are re-evaluated with what plugins proposed.
    #[must_use]
    pub fn of(
        decision: &'a Decision,
        (added, proposals): (&'a [Added], &'a [Proposal]),
        currency: &'a str,
        rules: &'a str,
    ) -> Self {
        let money = Money::of(currency);
        let Decision { lines, shipping, shipping_tax, tenders, points_burned, points_earned, policy } = decision;
        let line = |line: &'a SoldUnits| {
            let SoldUnits { id, quantity, paid, tax } = line;
            let by = added.iter().find(|added| added.id == *id);
            let added_by = by.map(|Added { promotion, sku, unit_price, .. }| WrittenAdded {
                promotion,
                sku,
                unit_price: money(*unit_price),
            });
            WrittenLine { id, quantity: *quantity, paid: money(*paid), tax: money(*tax), added_by }
        };
        let RefundPolicy { method, shipping_with_all } = policy;
        let proposals = proposals.iter().filter(|_| *method == RefundMethod::ReEvaluate);
        Self {
            currency,
            rules,
            lines: lines.iter().map(line).collect(),
            shipping: Paid { paid: money(*shipping), tax: money(*shipping_tax) },
            tenders: WrittenTender::all(tenders, money),
            points_burned: *points_burned,
            points_earned: *points_earned,
            proposals: proposals.map(|proposal| WrittenProposal::of(proposal, money)).collect(),
            policy: Policy {
                method: match method {
                    RefundMethod::ProRata => "pro-rata",
                    RefundMethod::ReEvaluate => "re-evaluate",
                },
                shipping: if *shipping_with_all { "with-all" } else { "never" },
            },
        }
    }
}

/// The answer of `POST /v1/refund`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refund<'a> {
    lines: Vec<Line<'a>>,
    shipping: Paid<'a>,
    total: Money<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tenders: Vec<WrittenTender<'a>>,
    #[serde(skip_serializing_if = "is_none")]
    points_returned: i64,
    #[serde(skip_serializing_if = "is_none")]
    points_revoked: i64,
    exact: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    line: &'a str,
    quantity: u32,
    amount: Money<'a>,
    tax: Money<'a>,
}

impl<'a> Refund<'a> {
    /// As the contract writes it.
    #[must_use]
    pub fn of(amounts: &'a RefundAmounts, currency: &'a str) -> Self {
        let money = Money::of(currency);
        let RefundAmounts { lines, shipping, shipping_tax, total, tenders, points_returned, points_revoked, exact } =
            amounts;
        let line = |line: &'a commerce::facts::prices::RefundLine| {
            let commerce::facts::prices::RefundLine { id, quantity, amount, tax } = line;
            Line { line: id, quantity: *quantity, amount: money(*amount), tax: money(*tax) }
        };
        Self {
            lines: lines.iter().map(line).collect(),
            shipping: Paid { paid: money(*shipping), tax: money(*shipping_tax) },
            total: money(*total),
            tenders: WrittenTender::all(tenders, money),
            points_returned: *points_returned,
            points_revoked: *points_revoked,
            exact: *exact,
        }
    }
}

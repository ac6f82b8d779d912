//! What promotions said that is of the cart as a whole: the fields that an evaluation and a quote share.
//!
//! They are written straight from the verdict: an answer has hundreds of them.

use super::money::Money;
use super::promotions::added_ids;
use commerce::facts::offers::{
    Addition, CodeOutcome, Consumption, Funding, Grant, Hint, LineAmount, Outcome, Status, Step, Verdict,
};
use commerce::facts::prices::PricedLine;
use commerce::facts::types::Attribute;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// The fields.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Said<'a> {
    additions: Vec<Added<'a>>,
    codes: Vec<Code<'a>>,
    consume: Vec<Used<'a>>,
    gap: Money<'a>,
    grants: Vec<Granted<'a>>,
    hints: Vec<Next<'a>>,
    idempotency_key: &'a str,
    optimal: bool,
    promotions: Vec<Promotion<'a>>,
    segments: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    trace: Vec<Traced<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Added<'a> {
    discount: Money<'a>,
    id: String,
    line: Option<&'a str>,
    promotion: &'a str,
    quantity: u32,
    sku: &'a str,
    unit_price: Money<'a>,
}

#[derive(Serialize)]
struct Code<'a> {
    code: &'a str,
    promotion: Option<&'a str>,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct Used<'a> {
    amount: i64,
    id: &'a str,
    kind: &'a str,
    limit: Option<i64>,
    scope: &'a str,
}

#[derive(Serialize)]
struct Granted<'a> {
    amount: i64,
    id: Option<&'a str>,
    kind: &'a str,
    lines: Vec<Share<'a>>,
    promotion: &'a str,
}

#[derive(Serialize)]
struct Share<'a> {
    amount: i64,
    line: &'a str,
}

#[derive(Serialize)]
struct Next<'a> {
    change: Change<'a>,
    gives: Money<'a>,
    promotion: &'a str,
}

#[derive(Serialize)]
struct Change<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<&'a str>,
    spend: Money<'a>,
}

/// What became of a promotion.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Promotion<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Money<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    by: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    funding: Vec<Funded<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    have: Option<i64>,
    id: &'a str,
    #[serde(skip_serializing_if = "<[Attribute]>::is_empty", serialize_with = "by_name")]
    messages: &'a [Attribute],
    #[serde(skip_serializing_if = "Option::is_none")]
    need: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_amount: Option<Money<'a>>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    would_give: Option<Money<'a>>,
}

#[derive(Serialize)]
struct Funded<'a> {
    amount: Money<'a>,
    funder: &'a str,
    shop: Option<&'a str>,
}

#[derive(Serialize)]
struct Traced<'a> {
    amount: Money<'a>,
    code: Option<&'a str>,
    promotion: &'a str,
    remaining: Money<'a>,
    what: &'a str,
}

fn by_name<S: Serializer>(messages: &[Attribute], serializer: S) -> Result<S::Ok, S::Error> {
    let named: BTreeMap<&str, &str> =
        messages.iter().map(|message| (message.name.as_str(), message.value.as_str())).collect();
    serializer.collect_map(named)
}

impl<'a> Said<'a> {
    /// What a verdict says of these lines; amounts are in `currency`.
    #[must_use]
    pub fn of(lines: &[PricedLine], verdict: &'a Verdict, currency: &'a str) -> Self {
        let money = Money::of(currency);
        let added =
            |(Addition { promotion, sku, quantity, unit_price, discount, line }, id): (&'a Addition, String)| Added {
                discount: money(*discount),
                id,
                line: line.as_deref(),
                promotion,
                quantity: *quantity,
                sku,
                unit_price: money(*unit_price),
            };
        let code = |CodeOutcome { code, promotion, reason }: &'a CodeOutcome| Code {
            code,
            promotion: promotion.as_deref(),
            reason: reason.as_deref(),
        };
        let used = |Consumption { kind, id, scope, amount, limit }: &'a Consumption| Used {
            amount: *amount,
            id,
            kind,
            limit: *limit,
            scope,
        };
        let traced = |Step { promotion, what, code, amount, remaining }: &'a Step| Traced {
            amount: money(*amount),
            code: code.as_deref(),
            promotion,
            remaining: money(*remaining),
            what,
        };
        Self {
            additions: verdict.additions.iter().zip(added_ids(lines, verdict)).map(added).collect(),
            codes: verdict.codes.iter().map(code).collect(),
            consume: verdict.consume.iter().map(used).collect(),
            gap: money(verdict.gap),
            grants: verdict.grants.iter().map(granted).collect(),
            hints: verdict.hints.iter().map(|hint| next(hint, money)).collect(),
            idempotency_key: &verdict.idempotency_key,
            optimal: verdict.optimal,
            promotions: verdict.outcomes.iter().map(|outcome| promotion(outcome, money)).collect(),
            segments: &verdict.segments,
            trace: verdict.trace.iter().map(traced).collect(),
        }
    }
}

fn granted(grant: &Grant) -> Granted<'_> {
    let Grant { promotion, kind, id, amount, lines } = grant;
    let lines = lines.iter().map(|LineAmount { line, amount }| Share { amount: *amount, line });
    Granted { amount: *amount, id: id.as_deref(), kind, lines: lines.collect(), promotion }
}

fn next<'a>(hint: &'a Hint, money: impl Fn(i64) -> Money<'a>) -> Next<'a> {
    let Hint { promotion, sku, category, quantity, spend, gives } = hint;
    let change = Change {
        category: category.as_deref(),
        quantity: (*quantity > 0).then_some(*quantity),
        sku: sku.as_deref(),
        spend: money(*spend),
    };
    Next { change, gives: money(*gives), promotion }
}

fn promotion<'a>(outcome: &'a Outcome, money: impl Fn(i64) -> Money<'a>) -> Promotion<'a> {
    let Outcome { id, status, code, need, have, amount, shipping_amount, by, would_give, funding, messages } = outcome;
    let applied = *status == Status::Applied;
    let funded = |Funding { funder, shop, amount }: &'a Funding| Funded {
        amount: money(*amount),
        funder,
        shop: shop.as_deref(),
    };
    Promotion {
        amount: applied.then(|| money(*amount)),
        by,
        code: code.as_deref(),
        funding: funding.iter().map(funded).collect(),
        have: *have,
        id,
        messages,
        need: *need,
        shipping_amount: (applied && *shipping_amount != 0).then(|| money(*shipping_amount)),
        status: match status {
            Status::Applied => "applied",
            Status::Rejected => "rejected",
            Status::Superseded => "superseded",
        },
        would_give: would_give.map(&money),
    }
}

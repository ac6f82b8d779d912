//! A frozen decision, what comes back of it, and what is refunded.
//!
//! A quote's record carries the decision; the storefront keeps it with the order and sends it again with each return.

use super::money::Money;
use commerce::facts::prices::{
    Decision, PricedLine, RefundAmounts, RefundMethod, RefundPolicy, ReturnLine, SoldUnits, Taxation,
};
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
}

/// Reads a decision as [`Written`] writes it.
pub fn decision<'a>(value: Value<'a>) -> Option<Frozen<'a>> {
    let object = value.object()?;
    let currency = object.required("currency").and_then(|value| value.currency());
    let rules = object.required("rules").and_then(|value| value.identifier());
    let named = currency.unwrap_or("");
    let lines =
        object.required("lines").map(|value| value.list(bounds::LINES).filter_map(|line| sold(line, named)).collect());
    let shipping = object.required("shipping").and_then(|value| value.object());
    let of_shipping =
        shipping.as_ref().map(|shipping| (amount(shipping, "paid", named), amount(shipping, "tax", named)));
    if let Some(shipping) = &shipping {
        shipping.finish();
    }
    let policy = object.required("policy").and_then(policy);
    object.finish();
    let (shipping, shipping_tax) = of_shipping?;
    let decision = Decision { lines: lines?, shipping: shipping?, shipping_tax: shipping_tax?, policy: policy? };
    Some(Frozen { decision, currency: currency?, rules: rules? })
}

fn amount(object: &Object<'_>, name: &str, currency: &str) -> Option<i64> {
    object.required(name).and_then(|value| value.money(currency))
}

fn sold(value: Value<'_>, currency: &str) -> Option<SoldUnits> {
    let object = value.object()?;
    let id = object.required("id").and_then(|id| id.identifier());
    let quantity = object.required("quantity").and_then(|value| value.whole(1..=bounds::QUANTITY));
    let (paid, tax) = (amount(&object, "paid", currency), amount(&object, "tax", currency));
    object.finish();
    Some(SoldUnits { id: id?.to_owned(), quantity: quantity?, paid: paid?, tax: tax? })
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
    value.list(bounds::LINES).filter_map(read).collect()
}

/// What a sale is decided from: each line with what is paid for it after promotions, and its tax.
///
/// Lines that are not selected are not sold. `shipping` is what is paid for it after promotions; its tax is the taxable
/// named `shipping`.
#[must_use]
pub fn decide(
    priced: &[PricedLine],
    nets: &[i64],
    taxation: &Taxation,
    shipping: i64,
    policy: RefundPolicy,
) -> Decision {
    let sold = |((line, net), taxed): ((&PricedLine, &i64), &commerce::facts::prices::Taxed)| SoldUnits {
        id: line.id.clone(),
        quantity: line.quantity,
        paid: if taxed.included { *net } else { net.saturating_add(taxed.tax) },
        tax: taxed.tax,
    };
    let lines = priced.iter().zip(nets).zip(&taxation.taxed).filter(|((line, _), _)| line.selected).map(sold);
    let carriage = taxation.taxed.iter().skip(priced.len()).find(|taxed| taxed.id == "shipping");
    let on_top = carriage.filter(|taxed| !taxed.included).map_or(0, |taxed| taxed.tax);
    Decision {
        lines: lines.collect(),
        shipping: shipping.saturating_add(on_top),
        shipping_tax: carriage.map_or(0, |taxed| taxed.tax),
        policy,
    }
}

/// A decision as a quote's record carries it.
#[derive(Serialize)]
pub struct Written<'a> {
    currency: &'a str,
    rules: &'a str,
    lines: Vec<WrittenLine<'a>>,
    shipping: Paid<'a>,
    policy: Policy,
}

#[derive(Serialize)]
struct WrittenLine<'a> {
    id: &'a str,
    quantity: u32,
    paid: Money<'a>,
    tax: Money<'a>,
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
    /// As the contract writes it.
    #[must_use]
    pub fn of(decision: &'a Decision, currency: &'a str, rules: &'a str) -> Self {
        let money = Money::of(currency);
        let Decision { lines, shipping, shipping_tax, policy } = decision;
        let line = |line: &'a SoldUnits| {
            let SoldUnits { id, quantity, paid, tax } = line;
            WrittenLine { id, quantity: *quantity, paid: money(*paid), tax: money(*tax) }
        };
        let RefundPolicy { method, shipping_with_all } = policy;
        Self {
            currency,
            rules,
            lines: lines.iter().map(line).collect(),
            shipping: Paid { paid: money(*shipping), tax: money(*shipping_tax) },
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
pub struct Refund<'a> {
    lines: Vec<Line<'a>>,
    shipping: Paid<'a>,
    total: Money<'a>,
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
        let RefundAmounts { lines, shipping, shipping_tax, total, exact } = amounts;
        let line = |line: &'a commerce::facts::prices::RefundLine| {
            let commerce::facts::prices::RefundLine { id, quantity, amount, tax } = line;
            Line { line: id, quantity: *quantity, amount: money(*amount), tax: money(*tax) }
        };
        Self {
            lines: lines.iter().map(line).collect(),
            shipping: Paid { paid: money(*shipping), tax: money(*shipping_tax) },
            total: money(*total),
            exact: *exact,
        }
    }
}

//! `POST /v1/promotions/evaluate`: which promotions a priced cart earns, and why it does not earn the others.

use crate::app::Exchange;
use crate::http::Response;
use crate::judgement::{Answered, Judged, judge};
use crate::problem::Problem;
use crate::till;
use crate::wire::promotions::{Answer, Charge, Lines};
use crate::wire::{self, context, promotions as wire_promotions};
use commerce::facts::offers::{Proposal, ShippingCharge, Verdict, Wants};
use commerce::facts::prices::Taxable;
use commerce::facts::types::Context;
use commerce::{Report, bounds, instant};

struct Request<'a> {
    source: wire::Source<'a>,
    context: Context,
    cart: Lines,
    charges: Vec<Charge>,
    proposals: Vec<Proposal>,
    wants: Wants,
}

/// Judges a priced cart, and taxes what is paid where the rules hold taxes.
pub fn post(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let node = exchange.json(bounds::BODY_BYTES)?;
    let report = Report::new();
    let (Some(request), true) = (read(&report, &node, exchange.world.now), report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let Request { source, context, cart, charges, proposals, wants } = request;
    let Lines { priced: lines, particulars, declared } = cart;
    let rules = exchange.rules(&source)?;
    let context = rules.localized(context)?;
    rules.hold_for_promotions(exchange.world.store, &lines, &context)?;
    let shipping: Vec<ShippingCharge> = charges.iter().map(|charge| charge.charge.clone()).collect();
    let merchant = if let wire::Source::Merchant(merchant) = source { Some(merchant) } else { None };
    let cart = Judged { lines: &lines, declared: &declared, shipping: &shipping, context: &context, wants };
    let Answered { verdict, degraded, proposals: _ } = judge(&rules, merchant, &proposals, cart)?;
    let added = till::added(exchange.world.store, &rules, &lines, &verdict, &context)?;
    let mut amounts = till::taxables(&lines, &particulars, &wire_promotions::nets(&lines, &verdict));
    amounts.extend(carriage(&charges, &verdict));
    amounts.extend(added.iter().map(till::Added::taxable));
    let taxation = rules.pricing.tax(&amounts, &context).map_err(Problem::invalid)?;
    let answer = Answer {
        lines: &lines,
        charges: &charges,
        verdict: &verdict,
        taxation: &taxation,
        currency: &context.currency,
    };
    let mut fields = answer.write();
    fields.insert("currency".to_owned(), context.currency.as_str().into());
    fields.insert("at".to_owned(), instant::format(context.at, context::offset(&context)).into());
    let degraded = serde_json::to_value(degraded).map_err(|error| Problem::internal(error.to_string()))?;
    fields.insert("degraded".to_owned(), degraded);
    fields.insert("record".to_owned(), serde_json::json!({ "rules": rules.digest }));
    let body = serde_json::to_vec(&fields).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Response::json(200, body))
}

fn read<'a>(report: &'a Report, node: &'a commerce::Node<'a>, now: i64) -> Option<Request<'a>> {
    let object = report.read(node).object()?;
    let source = wire::source(&object);
    let context = context::read(&object, now);
    let currency = context.as_ref().map_or("", |context| context.currency.as_str());
    let cart = object.required("lines").map(|value| wire_promotions::lines(value, currency));
    let charges = object.field("shipping").map_or_else(Vec::new, |value| wire_promotions::shipping(value, currency));
    let proposals =
        object.field("proposals").map_or_else(Vec::new, |value| wire_promotions::proposals(value, currency));
    let tags = object.field("tags").map_or_else(Vec::new, |value| value.identifiers(bounds::ENTRIES));
    let flag = |name: &str| object.field(name).and_then(|value| value.boolean()).unwrap_or(false);
    let wants = Wants {
        every_outcome: flag("explain"),
        hints: object.field("hints").and_then(|value| value.whole(0..=20)).unwrap_or(0),
        trace: flag("trace"),
    };
    object.finish();
    let context = context.map(|context| Context { tags, ..context });
    Some(Request { source: source?, context: context?, cart: cart?, charges, proposals, wants })
}

/// What is paid for shipping, to be taxed.
fn carriage(charges: &[Charge], verdict: &Verdict) -> impl Iterator<Item = Taxable> {
    let off = |method: &str| {
        verdict.shipping_offs.iter().filter(|off| off.method == method).map(|off| off.amount).sum::<i64>()
    };
    charges.iter().map(move |Charge { charge, tax_category }| Taxable {
        id: "shipping".to_owned(),
        category: tax_category.clone(),
        quantity: 0,
        amount: charge.amount - off(&charge.method),
    })
}

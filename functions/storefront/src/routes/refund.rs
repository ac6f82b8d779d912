//! `POST /v1/refund`: what is refunded for units that come back, from a decision that was frozen when they were sold.
//!
//! Where the decision says `re-evaluate`, the carts that might have been kept are priced again, with the same rules at the
//! moment of the sale, so that the request carries the cart as it was quoted.

mod kept;

use crate::app::Exchange;
use crate::functions::pricing::Refunding;
use crate::http::Response;
use crate::problem::Problem;
use crate::wire::{self, asked::Asked, refund as answer};
use commerce::facts::prices::ReturnLine;
use commerce::{Report, Value, bounds};
use kept::{Cart, Sale};

struct Request<'a> {
    frozen: answer::Frozen<'a>,
    returns: Vec<ReturnLine>,
    cart: Option<Cart<'a>>,
}

/// Refunds.
pub fn post(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let node = exchange.json(bounds::BODY_BYTES)?;
    let report = Report::new();
    let (Some(request), true) = (read(&report, &node, exchange.world.now), report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let Request { frozen, returns, cart } = request;
    let refunding = Refunding::start(&frozen.decision, &returns).map_err(Problem::invalid)?;
    if refunding.asks() {
        let Some(cart) = cart else {
            let detail = "a decision that refunds by re-evaluation needs the cart as it was quoted";
            return Err(Problem::fault("missing-field", "/cart", detail));
        };
        let mut sale = Sale::open(exchange, &frozen, cart)?;
        refunding.search(&sale.search()?);
        while let Some(units) = refunding.wanted() {
            refunding.learn(sale.cost(&units)?);
            if sale.is_enough() {
                refunding.give_up();
            }
        }
    }
    let amounts = refunding.amounts().map_err(Problem::invalid)?;
    let body = answer::Refund::of(&amounts, frozen.currency);
    let body = serde_json::to_vec(&body).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Response::json(200, body))
}

fn read<'a>(report: &'a Report, node: &'a commerce::Node<'a>, now: i64) -> Option<Request<'a>> {
    let object = report.read(node).object()?;
    let frozen = object.required("decision").and_then(answer::decision);
    let currency = frozen.as_ref().map_or("", |frozen| frozen.currency);
    let returns = object.required("returns").map(|value| answer::returns(value, currency));
    let cart = object.field("cart").map(|value| read_cart(value, now));
    object.finish();
    Some(Request { frozen: frozen?, returns: returns?, cart: cart.flatten() })
}

/// Reads the request of the quote; what says nothing of what is paid is checked and left out.
fn read_cart(value: Value<'_>, now: i64) -> Option<Cart<'_>> {
    let object = value.object()?;
    let source = wire::source(&object);
    if object.field("at").is_none() {
        object.value().fault("missing-field", "`at` is required: the moment of the sale");
    }
    let asked = Asked::read(&object, now);
    object.finish();
    let Asked { context, lines, prices: _, journey: _, wishes: _, explain: _, content, wants: _ } = asked?;
    Some(Cart { source: source?, context, lines, content })
}

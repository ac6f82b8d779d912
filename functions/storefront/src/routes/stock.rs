//! Publishing a merchant's stock: whole with a version, or as deltas with a sequence.

use crate::app::Exchange;
use crate::http::Response;
use crate::problem::{Kind, Problem};
use crate::stock::{self, Delta};
use crate::wire::inventory as read;
use commerce::{Object, Report, Value, bounds};
use serde::Serialize;
use std::collections::HashSet;

/// Deltas of one batch.
const DELTAS: usize = 10_000;

/// Publishes the whole stock: `{"version": 812, "at": "…", "sequence": 0, "skus": {SKU: {node: {…}}}}`.
pub fn put(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let merchant = exchange.authorized()?;
    let node = exchange.json(bounds::RULEBOOK_BYTES)?;
    let report = Report::new();
    let now = exchange.world.now;
    let nodes = nodes(exchange, merchant)?;
    let document = report.read(&node).object().and_then(|object| {
        let version = object.required("version").and_then(|value| value.integer(1..=bounds::AMOUNT));
        let sequence = object.field("sequence").and_then(|value| value.integer(0..=bounds::AMOUNT)).unwrap_or(0);
        let at = object.field("at").and_then(|value| value.moment()).map_or(now, |moment| moment.at);
        let levels = object.required("skus").map(|value| {
            read::stock(value, at, &|item, node| {
                if nodes.as_ref().is_some_and(|nodes| !nodes.contains(node)) {
                    item.fault("unknown-node", format!("the rulebook has no node `{node}`"));
                }
            })
        });
        object.finish();
        Some((version?, sequence, at, levels?))
    });
    let (Some((version, sequence, at, levels)), true) = (document, report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let manifest = stock::publish(exchange.world.store, merchant, version, sequence, at, levels)?;
    let body = format!(
        r#"{{"merchant":"{merchant}","version":{},"sequence":{},"skus":{}}}"#,
        manifest.version, manifest.sequence, manifest.skus
    );
    Ok(Response::json(200, body.into_bytes()))
}

/// The nodes of the merchant's rulebook, where one is published.
fn nodes(exchange: &Exchange<'_>, merchant: &str) -> Result<Option<HashSet<String>>, Problem> {
    match exchange.published(merchant) {
        Ok(rules) => Ok(Some(rules.inventory.nodes().into_iter().collect())),
        Err(problem) if problem.kind == Kind::UnknownMerchant => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// Reports a node that the rulebook does not have.
fn known(object: &Object<'_>, node: &str, nodes: Option<&HashSet<String>>) {
    if nodes.is_some_and(|nodes| !nodes.contains(node)) {
        if let Some(value) = object.field("node") {
            value.fault("unknown-node", format!("the rulebook has no node `{node}`"));
        }
    }
}

/// What became of a batch.
#[derive(Serialize)]
struct Taken<'a> {
    merchant: &'a str,
    applied: usize,
    sequence: i64,
    refused: Vec<Refused>,
}

#[derive(Serialize)]
struct Refused {
    sequence: i64,
    code: &'static str,
}

/// Takes deltas: `{"deltas": [{"sequence": 101, "sku": "…", "node": "…", "onHand": -1}, …]}`. Each is taken once; what comes
/// after a gap is not taken, and the answer says so.
pub fn patch(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let merchant = exchange.authorized()?;
    let node = exchange.json(bounds::BODY_BYTES)?;
    let report = Report::new();
    let nodes = nodes(exchange, merchant)?;
    let now = exchange.world.now;
    let deltas = report.read(&node).object().and_then(|object| {
        let deltas = object.required("deltas").map(|value| {
            value.list(DELTAS).filter_map(|item| delta(&item, nodes.as_ref(), now)).collect::<Vec<Delta>>()
        });
        object.finish();
        deltas
    });
    let (Some(deltas), true) = (deltas, report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let stock::Taken { applied, refused, sequence } = stock::take(exchange.world.store, merchant, deltas)?;
    let refused = refused.into_iter().map(|(sequence, code)| Refused { sequence, code }).collect();
    let body = serde_json::to_vec(&Taken { merchant, applied, sequence, refused });
    body.map(|body| Response::json(200, body)).map_err(|error| Problem::internal(error.to_string()))
}

fn delta(item: &Value<'_>, nodes: Option<&HashSet<String>>, now: i64) -> Option<Delta> {
    let object = item.object()?;
    let word = |name: &str| object.required(name).and_then(|value| value.identifier().map(str::to_owned));
    let change = |name: &str| {
        object.field(name).and_then(|value| value.integer(-bounds::QUANTITY..=bounds::QUANTITY)).unwrap_or(0)
    };
    let sequence = object.required("sequence").and_then(|value| value.integer(1..=bounds::AMOUNT));
    let (sku, node) = (word("sku"), word("node"));
    if let Some(node) = &node {
        known(&object, node, nodes);
    }
    let count = object.field("count").and_then(|value| value.integer(0..=bounds::QUANTITY));
    let at = object.field("at").and_then(|value| value.moment()).map_or(now, |moment| moment.at);
    let (on_hand, reserved) = (change("onHand"), change("reserved"));
    object.finish();
    Some(Delta { sequence: sequence?, sku: sku?, node: node?, on_hand, reserved, count, at })
}

//! Publishing a merchant's stock: whole with a version, or as deltas with a sequence.

use crate::app::Exchange;
use crate::http::Response;
use crate::problem::Problem;
use crate::stock::{self, Delta, LotRef};
use crate::wire::inventory::{self as read, Known};
use commerce::{Node, Object, Report, Value, bounds};
use serde::Serialize;

/// Deltas of one batch.
const DELTAS: usize = 10_000;

/// Publishes the whole stock: `{"version": 812, "at": "…", "sequence": 0, "skus": {SKU: {node: {…}}}}`.
pub fn put(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let merchant = exchange.authorized()?;
    let node = exchange.json(bounds::RULEBOOK_BYTES)?;
    let report = Report::new();
    let now = exchange.world.now;
    let skus = field(&node, "skus").map_or_else(Vec::new, |skus| match skus {
        Node::Map(skus) => skus.iter().map(|(sku, _)| sku.to_string()).collect(),
        _ => Vec::new(),
    });
    let known = known(exchange, merchant, skus)?;
    let document = report.read(&node).object().and_then(|object| {
        let version = object.required("version").and_then(|value| value.integer(1..=bounds::AMOUNT));
        let sequence = object.field("sequence").and_then(|value| value.integer(0..=bounds::AMOUNT));
        let at = object.field("at").and_then(|value| value.moment()).map_or(now, |moment| moment.at);
        let levels = object.required("skus").map(|value| read::stock(value, at, &known));
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

fn field<'n>(node: &'n Node<'_>, name: &str) -> Option<&'n Node<'n>> {
    let Node::Map(fields) = node else { return None };
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// What the merchant's rulebook knows of these products, and its nodes.
fn known(exchange: &Exchange<'_>, merchant: &str, mut skus: Vec<String>) -> Result<Known, Problem> {
    let rules = exchange.published(merchant)?;
    skus.sort_unstable();
    skus.dedup();
    rules.hold_for_inventory(exchange.world.store, &skus)?;
    Ok(Known {
        nodes: rules.inventory.nodes().into_iter().collect(),
        unknown: rules.inventory.unknown(&skus).into_iter().collect(),
    })
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
/// after a gap, or after one that its level cannot take, is not taken, and the answer says so.
pub fn patch(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let merchant = exchange.authorized()?;
    let node = exchange.json(bounds::BODY_BYTES)?;
    let report = Report::new();
    let skus = field(&node, "deltas").map_or_else(Vec::new, |deltas| match deltas {
        Node::List(deltas) => deltas.iter().take(DELTAS).filter_map(|delta| text(field(delta, "sku")?)).collect(),
        _ => Vec::new(),
    });
    let known = known(exchange, merchant, skus)?;
    let now = exchange.world.now;
    let deltas = report.read(&node).object().and_then(|object| {
        let deltas = object
            .required("deltas")
            .map(|value| value.list(DELTAS).filter_map(|item| delta(&item, &known, now)).collect::<Vec<Delta>>());
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

fn text(node: &Node<'_>) -> Option<String> {
    if let Node::Text(text) = node { Some(text.to_string()) } else { None }
}

fn delta(item: &Value<'_>, known: &Known, now: i64) -> Option<Delta> {
    let object = item.object()?;
    let change = |name: &str| {
        object.field(name).and_then(|value| value.integer(-bounds::QUANTITY..=bounds::QUANTITY)).unwrap_or(0)
    };
    let sequence = object.required("sequence").and_then(|value| value.integer(1..=bounds::AMOUNT));
    let named = |name: &str, check: fn(&Known, &Value<'_>, &str)| {
        let value = object.required(name)?;
        let name = value.identifier()?;
        check(known, &value, name);
        Some(name.to_owned())
    };
    let (sku, node) = (named("sku", Known::sku), named("node", Known::node));
    let count = object.field("count").and_then(|value| value.count()).map(i64::from);
    let at = object.field("at").and_then(|value| value.moment()).map_or(now, |moment| moment.at);
    let (on_hand, reserved) = (change("onHand"), change("reserved"));
    let lot = lot(&object);
    object.finish();
    Some(Delta { sequence: sequence?, sku: sku?, node: node?, lot, on_hand, reserved, count, at })
}

/// The lot that a delta names, and what it says of it.
fn lot(object: &Object<'_>) -> Option<LotRef> {
    let expires = object.field("expiresAt").and_then(|value| value.moment()).map(|moment| moment.at);
    let trace = object.field("trace").and_then(|value| value.text(bounds::NAME_BYTES).map(str::to_owned));
    let told = object.field("expiresAt").is_some() || object.field("trace").is_some();
    let id = if told { object.required("lot") } else { object.field("lot") };
    Some(LotRef { id: id?.identifier()?.to_owned(), expires, trace })
}

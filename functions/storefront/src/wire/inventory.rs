//! Stock, reservations and wishes of delivery, as storefronts write them.

pub mod answer;

use commerce::facts::stock::{Inbound, Level, Lot, Quota, Reservation, Wanted};
use commerce::{Object, Value, bounds};
use std::collections::HashSet;

/// Levels of one request: the products of a cart at every node.
const LEVELS: usize = 100_000;
/// Lots, arrivals and quotas of one level.
pub const PARTS: usize = 100;

/// What the shopper wishes of delivery.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// The mode.
    pub wish: Option<String>,
    /// By when.
    pub by: Option<i64>,
    /// What arrives later is not wanted at all.
    pub strictly: bool,
    /// The shopper takes substitutes.
    pub substitutes: bool,
    /// Only these nodes.
    pub nodes: Vec<String>,
    /// Not these.
    pub excluded: Vec<String>,
    /// No more shipments.
    pub max_shipments: Option<u32>,
    /// The cart whole or not at all.
    pub all_or_nothing: Option<bool>,
}

/// Names of `delivery` that are read here and not with the context.
pub const WISHES: [&str; 8] =
    ["wish", "by", "strictly", "substitutes", "nodes", "exclude", "maxShipments", "allOrNothing"];

/// Reads the wishes of `delivery`; the rest of it belongs to the context.
pub fn wishes(request: &Object<'_>) -> Wishes {
    let Some(object) = request.field("delivery").filter(|value| matches!(value.node(), commerce::Node::Map(_))) else {
        return Wishes::default();
    };
    let Some(object) = object.object() else { return Wishes::default() };
    let flag = |name: &str| object.field(name).and_then(|value| value.boolean());
    let list = |name: &str| object.field(name).map_or_else(Vec::new, |value| value.identifiers(bounds::NODES));
    Wishes {
        wish: object.field("wish").and_then(|value| value.identifier().map(str::to_owned)),
        by: object.field("by").and_then(|value| value.moment()).map(|moment| moment.at),
        strictly: flag("strictly").unwrap_or(false),
        substitutes: flag("substitutes").unwrap_or(false),
        nodes: list("nodes"),
        excluded: list("exclude"),
        max_shipments: object.field("maxShipments").and_then(|value| value.whole(1..=500)),
        all_or_nothing: flag("allOrNothing"),
    }
}

/// Reads the `lines` of a check: 1 to 500, ids unique.
pub fn lines(value: Value<'_>, substitutes: bool) -> Vec<Wanted> {
    let mut ids = HashSet::new();
    let mut lines = Vec::new();
    if matches!(value.node(), commerce::Node::List(items) if items.is_empty()) {
        value.fault("empty-cart", format!("must have 1 to {} lines", bounds::LINES));
    }
    for item in value.list(bounds::LINES) {
        let Some(line) = line(item, substitutes) else { continue };
        if !ids.insert(line.id.clone()) {
            item.fault("duplicate-line", format!("line id `{}` stands twice in the cart", line.id));
        }
        lines.push(line);
    }
    lines
}

fn line(item: Value<'_>, substitutes: bool) -> Option<Wanted> {
    let object = item.object()?;
    let (id, sku) = (word(&object, "id"), word(&object, "sku"));
    let quantity = object.required("quantity").and_then(|value| value.quantity());
    let split = object.field("split").and_then(|value| value.boolean());
    let substitutes = object.field("substitutes").and_then(|value| value.boolean()).unwrap_or(substitutes);
    object.finish();
    Some(Wanted { id: id?, sku: sku?, quantity: quantity?, split, substitutes })
}

fn word(object: &Object<'_>, name: &str) -> Option<String> {
    object.required(name).and_then(|value| value.identifier().map(str::to_owned))
}

/// Reads the levels of a request; `at` is when they were counted where a level does not say.
pub fn levels(value: Value<'_>, at: i64) -> Vec<Level> {
    let read = |item: Value<'_>| {
        let object = item.object()?;
        let (sku, node) = (word(&object, "sku"), word(&object, "node"));
        let level = level(&object, at);
        object.finish();
        Some(Level { sku: sku?, node: node?, ..level })
    };
    value.list(LEVELS).filter_map(read).collect()
}

/// Reads a whole stock: levels by SKU and node; `known` reports what the rulebook does not have.
pub fn stock(value: Value<'_>, at: i64, known: &Known) -> Vec<Level> {
    let mut levels = Vec::new();
    for (sku, nodes) in value.entries(bounds::PRODUCTS) {
        named(&nodes, sku);
        known.sku(&nodes, sku);
        if matches!(nodes.node(), commerce::Node::Map(fields) if fields.len() > bounds::NODES) {
            nodes.fault("too-many-nodes", format!("`{sku}` is counted at more than {} nodes", bounds::NODES));
            continue;
        }
        for (node, item) in nodes.entries(bounds::NODES) {
            let Some(object) = item.object() else { continue };
            named(&item, node);
            known.node(&item, node);
            levels.push(Level { sku: sku.to_owned(), node: node.to_owned(), ..level(&object, at) });
            object.finish();
        }
    }
    levels
}

/// Reports a name of a field that is no identifier.
fn named(value: &Value<'_>, name: &str) {
    if name.is_empty() || name.len() > bounds::IDENTIFIER_BYTES || name.chars().any(char::is_control) {
        value.fault("invalid-identifier", "a SKU and a node are 1 to 128 bytes without control characters");
    }
}

/// What the rulebook knows of what stock names.
pub struct Known {
    /// Its nodes.
    pub nodes: HashSet<String>,
    /// Products that are named and that it does not have.
    pub unknown: HashSet<String>,
}

impl Known {
    /// Reports a node that it does not have.
    pub fn node(&self, value: &Value<'_>, node: &str) {
        if !self.nodes.contains(node) {
            value.fault("unknown-node", format!("the rulebook has no node `{node}`"));
        }
    }

    /// Reports a product that it does not have.
    pub fn sku(&self, value: &Value<'_>, sku: &str) {
        if self.unknown.contains(sku) {
            value.fault("unknown-sku", format!("the catalogue has no `{sku}`"));
        }
    }
}

/// A level without its product and node.
fn level(object: &Object<'_>, at: i64) -> Level {
    let tracked = object.field("tracked").and_then(|value| value.boolean()).unwrap_or(true);
    // On hand is below zero where more was sold than there was: a fact of many systems, not a mistake.
    let on_hand = object.field("onHand").and_then(|value| value.integer(-bounds::QUANTITY..=bounds::QUANTITY));
    if on_hand.is_none() && tracked && object.field("onHand").is_none() {
        let _ = object.required("onHand");
    }
    Level {
        sku: String::new(),
        node: String::new(),
        on_hand: on_hand.unwrap_or(0),
        reserved: object.field("reserved").and_then(|value| value.count()).map_or(0, i64::from),
        at: object.field("at").and_then(|value| value.moment()).map_or(at, |moment| moment.at),
        velocity: object.field("velocity").and_then(|value| velocity(&value)).unwrap_or(0),
        tracked,
        backorderable: object.field("backorderable").and_then(|value| value.boolean()).unwrap_or(false),
        safety: object.field("safetyStock").and_then(|value| value.count()),
        unit_cost: object.field("unitCost").and_then(|value| value.integer(0..=10_000_000)),
        lots: object.field("lots").map_or_else(Vec::new, |list| list.list(PARTS).filter_map(lot).collect()),
        inbound: object.field("inbound").map_or_else(Vec::new, |list| list.list(PARTS).filter_map(inbound).collect()),
        quotas: object.field("quotas").map_or_else(Vec::new, |list| list.entries(PARTS).filter_map(quota).collect()),
    }
}

/// Units an hour, up to three decimals, as thousandths.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
fn velocity(value: &Value<'_>) -> Option<u32> {
    value.decimal(0.0..=1_000_000.0).map(|units| (units * 1_000.0).round() as u32)
}

fn lot(item: Value<'_>) -> Option<Lot> {
    let object = item.object()?;
    let id = word(&object, "id");
    let quantity = object.required("quantity").and_then(|value| value.count());
    let expires = object.field("expiresAt").and_then(|value| value.moment()).map(|moment| moment.at);
    let trace = object.field("trace").and_then(|value| value.text(bounds::NAME_BYTES).map(str::to_owned));
    object.finish();
    Some(Lot { id: id?, quantity: quantity?, expires, trace })
}

fn inbound(item: Value<'_>) -> Option<Inbound> {
    let object = item.object()?;
    let quantity = object.required("quantity").and_then(|value| value.count());
    let at = object.required("at").and_then(|value| value.moment());
    object.finish();
    Some(Inbound { quantity: quantity?, at: at?.at })
}

fn quota((channel, value): (&str, Value<'_>)) -> Option<Quota> {
    value.count().map(|quantity| Quota { channel: channel.to_owned(), quantity })
}

/// Reads `reservations`.
pub fn reservations(value: Value<'_>) -> Vec<Reservation> {
    let read = |item: Value<'_>| {
        let object = item.object()?;
        let optional = |name: &str| object.field(name).and_then(|value| value.identifier().map(str::to_owned));
        let sku = word(&object, "sku");
        let quantity = object.required("quantity").and_then(|value| value.count());
        let expires = object.required("expiresAt").and_then(|value| value.moment());
        let (node, channel, owner) = (optional("node"), optional("channel"), optional("owner"));
        object.finish();
        Some(Reservation { sku: sku?, node, channel, quantity: quantity?, expires: expires?.at, owner })
    };
    value.list(bounds::ENTRIES).filter_map(read).collect()
}

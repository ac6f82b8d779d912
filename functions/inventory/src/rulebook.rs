//! The rulebook's `inventory`: what it may say, and the form in which a check reads it.
//!
//! ```json
//! "inventory": {
//!   "policy": { "objective": ["units", "shipments", "cost"], "maxShipments": 3, "splitLines": true },
//!   "modes": { "instant": { "speed": 15000, "window": 1800 } },
//!   "nodes": [ { "id": "fw-xuhui", "kind": "forward-warehouse", "place": { "latitude": 31.19, "longitude": 121.44 },
//!                "hours": [ { "from": "07:00", "to": "23:00" } ], "handling": 300, "radius": 3000,
//!                "cost": { "shipment": 600, "unit": 10 } } ],
//!   "items": { "GIFT-BOX": { "kit": { "TEA-LJ-100": 2, "CUP-CEL-01": 1 } } }
//! }
//! ```
//!
//! Counts of stock never stand in it: they are facts of a request. Speeds are metres an hour, distances metres, times
//! seconds, masses and carbon grams, costs minor units of the rulebook's currency.

pub mod items;
pub mod nodes;
pub mod policy;

use crate::calendar::Zone;
use commerce::{Compiled, Fault, Node as Document, Report, bounds, document};
use items::{Item, Shards};
use nodes::Node;
use policy::Policy;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The number of the compiled form; another number is another version's.
const FORMAT: u32 = 1;

/// What every check needs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Root {
    format: u32,
    /// The shop's choices.
    pub policy: Policy,
    /// Names of zones that nodes point to; the rulebook's own comes first.
    pub zones: Vec<String>,
    /// Nodes by rank, then id.
    pub nodes: Vec<Node>,
    /// Shards that items are spread over; 0 where there are no items.
    pub shards: u32,
    /// The rulebook has a catalogue: a SKU that is no item is unknown.
    pub closed: bool,
}

/// Reads the root of a compiled rulebook.
pub fn load(bytes: &[u8]) -> Result<Root, String> {
    let (format, _) = postcard::take_from_bytes::<u32>(bytes).map_err(|_| "not a compiled rulebook".to_owned())?;
    if format != FORMAT {
        return Err(format!("compiled as format {format}, this is format {FORMAT}"));
    }
    postcard::from_bytes(bytes).map_err(|error| error.to_string())
}

/// Checks the rulebook's `inventory` and compiles it.
///
/// # Errors
/// Everything that is wrong, by JSON pointer.
pub fn compile(rulebook: &str) -> Result<Compiled, Vec<Fault>> {
    let root = document::parse(rulebook.as_bytes()).map_err(|malformed| {
        vec![Fault { code: malformed.code.to_owned(), pointer: String::new(), detail: malformed.detail }]
    })?;
    let report = Report::new();
    let compiled = read(&root, &report);
    let faults = report.faults(&root);
    match compiled {
        Some(compiled) if faults.is_empty() => Ok(compiled),
        _ => Err(faults),
    }
}

fn read(root: &Document<'_>, report: &Report) -> Option<Compiled> {
    let whole = report.read(root).object()?;
    let zone = whole.field("timeZone").and_then(|value| zone(&value));
    let products = whole.field("catalogue").map(|catalogue| products(&catalogue));
    let mut compiled = Root { format: FORMAT, closed: products.is_some(), ..Root::default() };
    let zone = zone.unwrap_or("UTC");
    compiled.zones.push(zone.to_owned());
    let mut items = Vec::new();
    if let Some(section) = whole.field("inventory").and_then(|value| value.object()) {
        if let Some(value) = section.field("policy") {
            compiled.policy.read(&value);
        }
        if let Some(value) = section.field("modes") {
            compiled.policy.modes.read(&value);
        }
        if let Some(value) = section.field("nodes") {
            (compiled.nodes, compiled.zones) = nodes::read(&value, zone);
        }
        if let Some(value) = section.field("items") {
            items = items::read(&value, products.as_ref());
        }
        section.finish();
    }
    let known: BTreeSet<String> = items.iter().map(|(sku, _)| sku.clone()).collect();
    for (sku, mass) in products.into_iter().flatten() {
        if !known.contains(sku) {
            items.push((sku.to_owned(), Item { mass, ..Item::default() }));
        }
    }
    let shards = Shards::of(items);
    compiled.shards = u32::try_from(shards.count()).ok()?;
    Some(Compiled { root: postcard::to_allocvec(&compiled).ok()?, shards: shards.into_bytes()? })
}

/// A zone's name, where the time zone database knows it.
pub fn zone<'a>(value: &commerce::Value<'a>) -> Option<&'a str> {
    let name = value.identifier()?;
    if Zone::named(name).is_none() {
        value.fault("unknown-time-zone", format!("`{name}` is not in the time zone database"));
        return None;
    }
    Some(name)
}

/// The SKUs that the catalogue names and their grams, whatever else it says: pricing judges that.
fn products<'a>(catalogue: &commerce::Value<'a>) -> BTreeMap<&'a str, i64> {
    let Document::Map(fields) = catalogue.node() else { return BTreeMap::new() };
    let products = fields.iter().find(|(name, _)| name == "products").map(|(_, products)| products);
    let Some(Document::List(products)) = products else { return BTreeMap::new() };
    products.iter().take(bounds::PRODUCTS).filter_map(product).collect()
}

fn product<'a>(product: &'a Document<'a>) -> Option<(&'a str, i64)> {
    let Document::Map(fields) = product else { return None };
    let field = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
    let Some(Document::Text(sku)) = field("sku") else { return None };
    let mass = if let Some(Document::Integer(mass)) = field("weight") { (*mass).max(0) } else { 0 };
    Some((sku.as_ref(), mass))
}

//! Nodes: what holds stock and ships it.

use crate::calendar::{self, Hours};
use crate::words::{Kind, Mode};
use commerce::facts::types::Place;
use commerce::{Object, Value, bounds};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most that a shipment may cost, in minor units.
const SHIPMENT: i64 = 1_000_000_000;
/// The most that a unit may cost to pick and ship, in minor units.
pub const UNIT: i64 = 10_000_000;

/// A node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Node {
    /// Its id.
    pub id: String,
    /// Lower comes first where plans are equal, and where the shop goes by rank.
    pub rank: i32,
    /// What it is.
    pub kind: Kind,
    /// It works at present.
    pub active: bool,
    /// Degrees north and east.
    pub place: Option<(f64, f64)>,
    /// Index of its zone in the root.
    pub zone: u32,
    /// When it works.
    pub hours: Hours,
    /// Local second of the day after which an order counts as the next day's.
    pub cut_off: Option<i64>,
    /// Seconds from an order to its dispatch.
    pub handling: i64,
    /// Metres within which it delivers.
    pub radius: Option<i64>,
    /// Kinds of channels it serves; empty is all.
    pub channels: Vec<String>,
    /// Modes it offers, the preferred one first.
    pub modes: Vec<Mode>,
    /// Units it can send in a slot.
    pub capacity: Option<u32>,
    /// What a shipment costs, in minor units.
    pub shipment_cost: i64,
    /// What a unit costs, in minor units, where the count does not say so.
    pub unit_cost: i64,
    /// What a kilometre costs, in minor units.
    pub kilometre_cost: i64,
    /// Grams of carbon dioxide of a shipment.
    pub shipment_carbon: i64,
    /// Grams of carbon dioxide of a kilometre.
    pub kilometre_carbon: i64,
    /// Units kept back of every product that does not say otherwise.
    pub safety: Option<u32>,
}

impl Node {
    /// Where it is.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.place.map(|(latitude, longitude)| Place { latitude, longitude })
    }
}

/// Reads `nodes`; gives them by rank and id, and the zones they point to.
pub fn read(value: &Value<'_>, zone: &str) -> (Vec<Node>, Vec<String>) {
    let mut zones = vec![zone.to_owned()];
    let mut known = BTreeSet::new();
    let mut nodes = Vec::new();
    for entry in value.list_or(bounds::NODES, "too-many-nodes") {
        let Some(object) = entry.object() else { continue };
        let id = object.required("id").and_then(|value| {
            let id = value.identifier()?;
            if !known.insert(id) {
                value.fault("duplicate-node", format!("there are two nodes `{id}`"));
            }
            Some(id)
        });
        if let Some(node) = read_one(&object, id.unwrap_or_default(), &mut zones) {
            nodes.push(node);
        }
        object.finish();
    }
    nodes.sort_by(|a, b| (a.rank, &a.id).cmp(&(b.rank, &b.id)));
    (nodes, zones)
}

fn read_one(object: &Object<'_>, id: &str, zones: &mut Vec<String>) -> Option<Node> {
    let kind = object.required("kind").and_then(|value| value.one_of(&Kind::ALL));
    let integer = |name: &str, most: i64| object.field(name).and_then(|value| value.integer(0..=most));
    let zone = object.field("timeZone").and_then(|value| super::zone(&value)).map_or(0, |name| {
        zones.iter().position(|known| known == name).unwrap_or_else(|| {
            zones.push(name.to_owned());
            zones.len() - 1
        })
    });
    let modes = object.field("modes").map(|list| list.list(5).filter_map(|item| item.one_of(&Mode::ALL)).collect());
    let (shipment_cost, unit_cost, kilometre_cost) =
        triple(object.field("cost"), ["shipment", "unit", "kilometre"], [SHIPMENT, UNIT, UNIT]);
    let (shipment_carbon, _, kilometre_carbon) =
        triple(object.field("carbon"), ["shipment", "", "kilometre"], [UNIT, 0, UNIT]);
    let rank = object.field("rank").and_then(|value| value.whole(-1_000_000..=1_000_000)).unwrap_or(0);
    let active = object.field("active").and_then(|value| value.boolean()).unwrap_or(true);
    Some(Node {
        id: id.to_owned(),
        rank,
        active,
        place: object.field("place").and_then(|value| place(&value)),
        hours: Hours::read(object.field("hours"), object.field("closed")),
        cut_off: object.field("cutOff").and_then(|value| calendar::clock(&value)),
        handling: integer("handling", 31_536_000).unwrap_or(0),
        radius: integer("radius", 20_100_000),
        channels: object.field("channels").map(|list| list.identifiers(bounds::ENTRIES)).unwrap_or_default(),
        capacity: object.field("capacity").and_then(|value| value.count()),
        shipment_cost,
        unit_cost,
        kilometre_cost,
        shipment_carbon,
        kilometre_carbon,
        safety: object.field("safetyStock").and_then(|value| value.count()),
        // Last: a node whose kind is wrong is read to its end all the same, and what is right in it is no fault.
        zone: u32::try_from(zone).ok()?,
        modes: modes.or_else(|| Some(kind?.modes().to_vec()))?,
        kind: kind?,
    })
}

fn place(value: &Value<'_>) -> Option<(f64, f64)> {
    let object = value.object()?;
    let latitude = object.required("latitude").and_then(|value| value.decimal_or(-90.0..=90.0, "place-outside-globe"));
    let longitude =
        object.required("longitude").and_then(|value| value.decimal_or(-180.0..=180.0, "place-outside-globe"));
    object.finish();
    Some((latitude?, longitude?))
}

/// Three amounts of an object; a field with an empty name is not one.
fn triple(value: Option<Value<'_>>, names: [&str; 3], most: [i64; 3]) -> (i64, i64, i64) {
    let Some(object) = value.and_then(|value| value.object()) else { return (0, 0, 0) };
    let mut amounts = [0; 3];
    for ((name, most), amount) in names.iter().zip(most).zip(&mut amounts) {
        if !name.is_empty() {
            *amount = object.field(name).and_then(|value| value.integer(0..=most)).unwrap_or(0);
        }
    }
    object.finish();
    amounts.into()
}

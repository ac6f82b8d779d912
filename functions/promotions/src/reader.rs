//! What reading a rulebook needs to know beside the value at hand, and the few forms that many kinds share.

use crate::policy::Policy;
use commerce::{Node, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What was met while reading a rulebook.
#[derive(Default)]
pub struct Reader {
    /// The zones that schedules name.
    pub zones: RefCell<BTreeSet<String>>,
    /// The segments that the rulebook defines.
    pub segments: BTreeSet<String>,
    /// How the merchant's engine counts.
    pub policy: Policy,
    /// Where the merchant's stores are: latitude and longitude in degrees.
    pub stores: Vec<(f64, f64)>,
    /// The zone of the merchant.
    pub zone: String,
}

/// Where the stores are that the rulebook's `inventory` names and that work. What is wrong there, the inventory says.
pub fn stores(rulebook: &Node<'_>) -> Vec<(f64, f64)> {
    let Some(Node::List(nodes)) = rulebook.get("inventory").and_then(|inventory| inventory.get("nodes")) else {
        return Vec::new();
    };
    #[allow(clippy::cast_precision_loss, reason = "degrees")]
    let degrees = |place: &Node<'_>, name: &str| match place.get(name)? {
        Node::Integer(number) => Some(*number as f64),
        Node::Decimal(number) => Some(*number),
        _ => None,
    };
    let is_store = |node: &&Node<'_>| matches!(node.get("kind"), Some(Node::Text(kind)) if kind == "store");
    let works = |node: &&Node<'_>| !matches!(node.get("active"), Some(Node::Boolean(false)));
    let place = |node: &Node<'_>| {
        let place = node.get("place")?;
        Some((degrees(place, "latitude")?, degrees(place, "longitude")?))
    };
    nodes.iter().filter(is_store).filter(works).filter_map(place).collect()
}

/// Reads the items of a list; those with faults are left out.
pub fn read_list<'a, T>(value: Value<'a>, most: usize, read: impl Fn(Value<'a>) -> Option<T>) -> Vec<T> {
    value.list(most).filter_map(read).collect()
}

/// Says where a list holds nothing what it must hold; one whose items are all wrong has its faults already.
pub fn must_hold(value: Value<'_>, what: &str) {
    if matches!(value.node(), Node::List(items) if items.is_empty()) {
        value.fault("empty-list", format!("must {what}"));
    }
}

/// A rate in basis points, 0 to `most`; a negative one has a code of its own.
pub fn read_rate(value: Value<'_>, most: i64) -> Option<i64> {
    let rate = value.integer(-1_000_000..=1_000_000)?;
    if rate < 0 {
        value.fault("negative-percentage", format!("must be 0 to {most} basis points, is {rate}"));
        return None;
    }
    if rate > most {
        value.fault("out-of-range", format!("must be 0 to {most} basis points, is {rate}"));
        return None;
    }
    Some(rate)
}

/// An IANA zone that exists.
pub fn read_zone(value: Value<'_>) -> Option<String> {
    let name = value.identifier()?;
    if crate::clock::zone(name).is_none() {
        value.fault("unknown-time-zone", format!("`{name}` is no zone of the IANA database"));
        return None;
    }
    Some(name.to_owned())
}

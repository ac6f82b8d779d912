//! The lines of a cart.

use commerce::facts::types::Line;
use commerce::{Value, bounds};
use std::collections::HashSet;

/// Reads `lines`: 1 to 500, ids unique.
pub fn lines(value: Value<'_>, currency: &str) -> Vec<Line> {
    let mut ids = HashSet::new();
    let mut lines = Vec::new();
    let mut empty = true;
    for item in value.list(bounds::LINES) {
        empty = false;
        let Some(line) = line(item, currency) else { continue };
        if !ids.insert(line.id.clone()) {
            item.fault("duplicate-line", format!("line id `{}` stands twice in the cart", line.id));
        }
        lines.push(line);
    }
    if empty && matches!(value.node(), commerce::Node::List(items) if items.is_empty()) {
        value.fault("empty-cart", format!("must have 1 to {} lines", bounds::LINES));
    }
    lines
}

fn line(item: Value<'_>, currency: &str) -> Option<Line> {
    let object = item.object()?;
    let word = |name: &str| object.required(name).and_then(|value| value.identifier().map(str::to_owned));
    let flag = |name: &str| object.field(name).and_then(|value| value.boolean());
    let (id, sku) = (word("id"), word("sku"));
    let quantity = object.required("quantity").and_then(|value| value.quantity());
    let (subscription, selected) = (flag("subscription").unwrap_or(false), flag("selected").unwrap_or(true));
    let claimed_reference = object.field("claimedReference").and_then(|value| value.money(currency));
    let attributes = object.field("attributes").map_or_else(Vec::new, super::context::attributes);
    object.finish();
    Some(Line { id: id?, sku: sku?, quantity: quantity?, subscription, selected, claimed_reference, attributes })
}

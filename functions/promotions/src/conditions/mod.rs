//! What a promotion can ask for: one file a kind. None of them knows of another, but for all, any and not.

pub mod all;
pub mod any;
pub mod attribute;
pub mod between;
pub mod budget_left;
pub mod channel;
pub mod code;
pub mod contains;
pub mod content_tag;
pub mod currency;
pub mod distinct_products;
pub mod entitlement;
pub mod event;
pub mod group;
pub mod group_size;
pub mod helpers;
pub mod line_quantity;
pub mod near;
pub mod not;
pub mod nothing_reduced;
pub mod order_number;
pub mod points;
pub mod quantity;
pub mod segment;
pub mod shipping_country;
pub mod shipping_method;
pub mod shipping_region;
pub mod subscription;
pub mod subtotal;
pub mod tier;
pub mod unit_price;
pub mod weekly;

use crate::catalogue::Condition;
use crate::index::Key;
use crate::reader::{Reader, must_hold, read_list};
use crate::target::Target;
use commerce::Object;

/// The schema of `anyOf`.
const ANY_OF: &str =
    r##""anyOf": {"type": "array", "minItems": 1, "maxItems": 10000, "items": {"$ref": "#/$defs/Identifier"}}"##;

/// A list of words that must name something.
fn words(object: &Object<'_>, name: &str) -> Option<Vec<String>> {
    let value = object.required(name)?;
    let words = value.identifiers(10_000);
    if words.is_empty() {
        value.fault("empty-list", "must name something");
        return None;
    }
    Some(words)
}

/// The optional part of the cart that a condition counts.
fn of(object: &Object<'_>, reader: &Reader) -> Target {
    object.field("of").and_then(|value| Target::read(value, reader)).unwrap_or_default()
}

/// The conditions within a condition.
fn conditions(object: &Object<'_>, reader: &Reader) -> Option<Vec<Condition>> {
    let value = object.required("of")?;
    let found = read_list(value, 100, |item| Condition::read(item, reader));
    must_hold(value, "hold a condition");
    Some(found)
}

/// The keys of which a cart must have one to hold a line of the target.
pub(crate) fn keys_of(target: &Target) -> Option<Vec<Key>> {
    if !target.skus.is_empty() {
        return Some(target.skus.iter().map(|sku| Key::sku(sku)).collect());
    }
    (!target.categories.is_empty()).then(|| target.categories.iter().map(|category| Key::category(category)).collect())
}

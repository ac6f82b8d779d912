//! The section `catalogue`: what is sold, in which category, and what no price may fall below.
//!
//! ```json
//! {"categories": {"green-tea": {"parent": "tea"}},
//!  "products": [{"sku": "TEA-LJ-100", "title": {"zh-CN": "龙井", "en": "Longjing"}, "categories": ["green-tea"],
//!                "taxCategory": "food", "floor": 6000, "discountable": true, "shop": "willow", "weight": 120,
//!                "priceHistory": [{"at": "2026-09-01T00:00:00+08:00", "price": 9900}]}]}
//! ```
//! Titles and attributes are for people and for content; pricing checks their form and leaves them out.

use crate::bands::Bands;
use commerce::{Value, bounds};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Categories of a catalogue.
const CATEGORIES: usize = 20_000;
/// Categories that one product names.
const CATEGORIES_OF_PRODUCT: usize = 50;
/// Past prices of one product.
const PAST: usize = 500;
/// Grams that one unit may weigh: a hundred tonnes.
const GRAMS: i64 = 100_000_000;

/// What pricing keeps of a product; borrowed from the rulebook when it is compiled, from a shard when it is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Product<'a> {
    /// Most specific first, ancestors after.
    #[serde(borrow)]
    pub categories: Vec<&'a str>,
    /// Its tax category; the rulebook's default where it names none.
    pub tax_category: Option<&'a str>,
    /// By currency: no unit may cost less.
    pub floors: Vec<(&'a str, i64)>,
    /// Promotions may reduce it.
    pub discountable: bool,
    /// Who sells it.
    pub shop: Option<&'a str>,
    /// Grams.
    pub weight: u32,
    /// Prices, by the place of their list in the rulebook.
    pub offers: Vec<Offer>,
    /// What it cost everybody, by currency and from when.
    pub history: Vec<Past<'a>>,
}

/// A price of a product in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The place of the list.
    pub list: u32,
    /// What it costs.
    pub bands: Bands,
}

/// A price that everybody could buy at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past<'a> {
    /// In which currency.
    pub currency: &'a str,
    /// From when.
    pub at: i64,
    /// Minor units for one unit.
    pub price: i64,
    /// The price that was struck through beside it, where one was.
    pub reference: Option<i64>,
}

/// An amount, or one for each currency: `6000`, or `{"CNY": 6000, "USD": 900}`.
pub fn by_currency<'a>(value: Value<'a>, currency: &'a str) -> Vec<(&'a str, i64)> {
    if !matches!(value.node(), commerce::Node::Map(_)) {
        return value.amount().map(|amount| (currency, amount)).into_iter().collect();
    }
    let read = |(code, value): (&'a str, Value<'a>)| {
        if !commerce::currency::is_code(code) {
            value.fault("invalid-currency", "must stand under three capital letters (ISO 4217)");
        }
        value.amount().map(|amount| (code, amount))
    };
    value.entries(bounds::FIELDS).filter_map(read).collect()
}

/// Reads the section: products by SKU.
pub fn read<'a>(section: Value<'a>, currency: &'a str) -> BTreeMap<&'a str, Product<'a>> {
    let Some(object) = section.object() else { return BTreeMap::new() };
    let parents = object.field("categories").map_or_else(BTreeMap::new, categories);
    let mut products = BTreeMap::new();
    for value in object.field("products").into_iter().flat_map(|list| list.list(bounds::PRODUCTS)) {
        let Some((sku, product)) = product(value, currency, &parents) else { continue };
        if products.contains_key(sku) {
            value.fault("duplicate-sku", format!("`{sku}` stands twice in the catalogue"));
        } else {
            products.insert(sku, product);
        }
    }
    object.finish();
    products
}

/// The parent of each category that has one; a category that is its own ancestor is reported.
fn categories(value: Value<'_>) -> BTreeMap<&str, Option<&str>> {
    let mut parents = BTreeMap::new();
    let mut places = Vec::new();
    for (id, value) in value.entries(CATEGORIES) {
        let Some(object) = value.object() else { continue };
        let parent = object.field("parent").and_then(|parent| parent.identifier().map(|id| (id, parent)));
        object.field("title").into_iter().for_each(titles);
        object.finish();
        parents.insert(id, parent.map(|(id, _)| id));
        places.extend(parent.map(|(_, place)| (id, place)));
    }
    for (id, place) in places {
        let parent = parents.get(id).copied().flatten();
        if parent.is_some_and(|parent| !parents.contains_key(parent)) {
            place.fault("unknown-category", "must be a category of this catalogue");
        } else if ancestors(id, &parents).is_none() {
            place.fault("category-cycle", format!("`{id}` must not be its own ancestor"));
        }
    }
    parents
}

/// The category and its ancestors, nearest first; `None` where they go round.
fn ancestors<'a>(id: &'a str, parents: &BTreeMap<&'a str, Option<&'a str>>) -> Option<Vec<&'a str>> {
    let mut line = vec![id];
    let mut at = id;
    while let Some(parent) = parents.get(at).copied().flatten() {
        if line.contains(&parent) || line.len() > bounds::JSON_DEPTH {
            return None;
        }
        line.push(parent);
        at = parent;
    }
    Some(line)
}

fn titles(value: Value<'_>) {
    for (_, title) in value.entries(bounds::FIELDS) {
        let _ = title.text(bounds::NAME_BYTES);
    }
}

fn product<'a>(
    value: Value<'a>,
    currency: &'a str,
    parents: &BTreeMap<&'a str, Option<&'a str>>,
) -> Option<(&'a str, Product<'a>)> {
    let object = value.object()?;
    let sku = object.required("sku").and_then(|sku| sku.identifier());
    object.field("title").into_iter().for_each(titles);
    object.ignore("attributes");
    let mut categories: Vec<&'a str> = Vec::new();
    for named in object.field("categories").into_iter().flat_map(|list| list.list(CATEGORIES_OF_PRODUCT)) {
        let Some(id) = named.identifier() else { continue };
        if !parents.is_empty() && !parents.contains_key(id) {
            named.fault("unknown-category", format!("`{id}` must be a category of this catalogue"));
        }
        for id in ancestors(id, parents).unwrap_or_default() {
            if !categories.contains(&id) {
                categories.push(id);
            }
        }
    }
    let product = Product {
        categories,
        tax_category: object.field("taxCategory").and_then(|value| value.identifier()),
        floors: object.field("floor").map_or_else(Vec::new, |value| by_currency(value, currency)),
        discountable: object.field("discountable").and_then(|value| value.boolean()).unwrap_or(true),
        shop: object.field("shop").and_then(|value| value.identifier()),
        weight: object.field("weight").and_then(|value| value.whole(0..=GRAMS)).unwrap_or(0),
        offers: Vec::new(),
        history: object.field("priceHistory").map_or_else(Vec::new, |list| history(list, currency)),
    };
    object.finish();
    Some((sku?, product))
}

fn history<'a>(list: Value<'a>, currency: &'a str) -> Vec<Past<'a>> {
    let read = |value: Value<'a>| {
        let object = value.object()?;
        let at = object.required("at").and_then(|at| at.moment());
        let price = object.required("price").and_then(|price| price.amount());
        let reference = object.field("reference").and_then(|reference| reference.amount());
        let currency = object.field("currency").map_or(Some(currency), |code| code.currency());
        object.finish();
        Some(Past { currency: currency?, at: at?.at, price: price?, reference })
    };
    let mut past: Vec<Past<'a>> = list.list(PAST).filter_map(read).collect();
    past.sort_by_key(|past| past.at);
    past
}

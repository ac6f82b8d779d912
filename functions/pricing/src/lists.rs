//! The section `priceLists`: whom each list is for, and what each product costs in it.
//!
//! ```json
//! [{"id": "base", "entries": {"TEA-LJ-100": 9900}},
//!  {"id": "live-room", "kind": "live", "precedence": 20, "when": {"channels": ["live"]},
//!   "from": "2026-11-11T20:00:00+08:00", "until": "2026-11-11T22:00:00+08:00",
//!   "entries": {"TEA-LJ-100": {"mode": "all-units", "tiers": [{"from": 1, "price": 8800}, {"from": 5, "price": 8500}]}}}]
//! ```

use crate::bands;
use crate::catalogue::{Offer, Product};
use crate::when::{Validity, When};
use commerce::{Value, bounds};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Price lists of a rulebook.
const LISTS: usize = 1_000;

/// A price list without its entries, which lie with the products.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Its id.
    pub id: String,
    /// `base`, `member`, `subscription`, `live`, `store`, `sale`, or the merchant's own word.
    pub kind: String,
    /// The currency of its prices.
    pub currency: String,
    /// The higher one wins where the rulebook chooses by precedence.
    pub precedence: i32,
    /// Its prices are reductions of what the other lists ask: they never raise a price, and a line that gets one counts
    /// as reduced.
    pub reduction: bool,
    /// Whom it is for.
    pub when: When,
}

/// Reads the section, and puts each price with its product. Where the rulebook has no catalogue, the entries are one.
pub fn read<'a>(
    section: Value<'a>,
    currency: &str,
    products: &mut BTreeMap<&'a str, Product<'a>>,
    has_catalogue: bool,
) -> Vec<List> {
    let mut lists = Vec::new();
    let mut ids = BTreeSet::new();
    for value in section.list(LISTS) {
        let Some(object) = value.object() else { continue };
        let id = object.required("id").and_then(|id| id.identifier().map(|text| (text, id)));
        if let Some((text, place)) = id
            && !ids.insert(text)
        {
            place.fault("duplicate-id", format!("`{text}` stands twice among the price lists"));
        }
        let kind = object.field("kind").and_then(|kind| kind.identifier()).unwrap_or("base");
        let code = object.field("currency").and_then(|code| code.currency()).unwrap_or(currency);
        let number = u32::try_from(lists.len()).unwrap_or(u32::MAX);
        lists.push(List {
            id: id.map_or("", |(text, _)| text).to_owned(),
            kind: kind.to_owned(),
            currency: code.to_owned(),
            precedence: object.field("precedence").and_then(|value| value.whole(-1_000_000..=1_000_000)).unwrap_or(0),
            reduction: object.field("reduction").and_then(|value| value.boolean()).unwrap_or(kind == "sale"),
            when: When::read(object.field("when"), Validity::read(&object)),
        });
        for (sku, price) in object.required("entries").into_iter().flat_map(|entries| entries.entries(bounds::PRODUCTS))
        {
            entry(sku, price, code, number, products, has_catalogue);
        }
        object.finish();
    }
    lists
}

fn entry<'a>(
    sku: &'a str,
    price: Value<'a>,
    currency: &str,
    list: u32,
    products: &mut BTreeMap<&'a str, Product<'a>>,
    has_catalogue: bool,
) {
    let bands = bands::read(price);
    if !has_catalogue && !products.contains_key(sku) {
        if sku.is_empty() || sku.len() > bounds::IDENTIFIER_BYTES || sku.chars().any(char::is_control) {
            price.fault(
                "invalid-identifier",
                format!("a SKU must have 1 to {} bytes and no control characters", bounds::IDENTIFIER_BYTES),
            );
            return;
        }
        products.insert(sku, Product { discountable: true, ..Product::default() });
    }
    let Some(product) = products.get_mut(sku) else {
        price.fault("unknown-sku", format!("`{sku}` is not in the catalogue"));
        return;
    };
    let Some(bands) = bands else { return };
    if let Some((_, floor)) = product.floors.iter().find(|(code, floor)| *code == currency && bands.lowest() < *floor) {
        price.fault("floor-above-price", format!("the price {} is below the product's floor, {floor}", bands.lowest()));
    }
    product.offers.push(Offer { list, bands });
}

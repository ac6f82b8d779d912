//! The cheapest products of each category, so that who is told to buy one more of a category can be told one.
//!
//! They lie beside the products in the same tables, under keys that no product has.

use crate::catalogue::Product;
use crate::compiled::Root;
use std::collections::BTreeMap;

/// Products that are kept of a category: the cheapest may not be sold to every shopper.
const KEPT: usize = 3;

/// The key of a category: identifiers have no such character.
#[must_use]
pub fn key(category: &str) -> String {
    format!("\u{0}{category}")
}

/// By the key of each category, the products whose lowest price in any list of the rulebook's currency is lowest; those
/// that have a price in other currencies alone come after them.
#[must_use]
pub fn write<'a>(products: &BTreeMap<&'a str, Product<'a>>, root: &Root) -> BTreeMap<String, Vec<&'a str>> {
    let mut shelves: BTreeMap<&str, Vec<(bool, i64, &str)>> = BTreeMap::new();
    for (sku, product) in products {
        let priced = product.offers.iter().filter_map(|offer| {
            let list = root.lists.get(usize::try_from(offer.list).ok()?)?;
            Some((list.currency != root.currency, offer.bands.lowest()))
        });
        let Some((foreign, price)) = priced.min() else { continue };
        for category in &product.categories {
            let shelf = shelves.entry(category).or_default();
            let own = (foreign, price, *sku);
            let place = shelf.partition_point(|known| *known <= own);
            if place < KEPT {
                shelf.insert(place, own);
                shelf.truncate(KEPT);
            }
        }
    }
    let skus = |shelf: Vec<(bool, i64, &'a str)>| shelf.into_iter().map(|(_, _, sku)| sku).collect();
    shelves.into_iter().map(|(category, shelf)| (key(category), skus(shelf))).collect()
}

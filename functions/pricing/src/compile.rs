//! From a rulebook to its compiled form. Reads the sections that are pricing's and no other.

use crate::catalogue::{self, Product};
use crate::compiled::{self, ROOT_TABLE_BYTES, Root, SHARD_TARGET_BYTES, shard_of};
use crate::{lists, policy, shelf, shipping, table, taxes};
use commerce::facts::types::{Compiled, Fault};
use commerce::{Report, Value, bounds, document};
use std::collections::BTreeMap;

/// Checks a rulebook and compiles it.
///
/// # Errors
/// Everything that is wrong with pricing's sections, with pointers from the root of the document.
pub fn compile(rulebook: &str) -> Result<Compiled, Vec<Fault>> {
    let node = document::parse(rulebook.as_bytes()).map_err(|malformed| {
        vec![Fault { code: malformed.code.to_owned(), pointer: String::new(), detail: malformed.detail }]
    })?;
    let report = Report::new();
    let compiled = report.read(&node).object().and_then(|object| {
        let currency = object.field("currency").and_then(|value| value.currency()).unwrap_or("");
        let section = |name: &str| object.field(name);
        let catalogue = section("catalogue");
        let mut products = catalogue.map_or_else(BTreeMap::new, |section| catalogue::read(section, currency));
        let lists = section("priceLists")
            .map_or_else(Vec::new, |section| lists::read(section, currency, &mut products, catalogue.is_some()));
        let root = Root {
            currency: currency.to_owned(),
            lists,
            policy: section("pricing").map_or_else(Default::default, policy::read),
            taxes: taxes::read(section("taxes"), currency),
            shipping: section("shipping").map_or_else(Vec::new, |section| shipping::read(section, currency)),
            ..Root::default()
        };
        if report.is_clean() { write(root, &products, object.value()) } else { None }
    });
    match compiled {
        Some(compiled) if report.is_clean() => Ok(compiled),
        _ => Err(report.faults(&node)),
    }
}

fn write(mut root: Root, products: &BTreeMap<&str, Product<'_>>, document: Value<'_>) -> Option<Compiled> {
    let too_large = |what: &str| {
        document.fault("too-large", format!("{what} must have at most {} bytes when compiled", bounds::SHARD_BYTES))
    };
    let categories = shelf::write(products, &root);
    let mut records = Vec::with_capacity(products.len() + categories.len());
    for (key, skus) in &categories {
        records.push((key.as_str(), postcard::to_allocvec(skus).ok()?));
    }
    for (sku, product) in products {
        records.push((*sku, postcard::to_allocvec(product).ok()?));
    }
    let bytes: usize = records.iter().map(|(sku, record)| sku.len() + record.len() + 6).sum();
    let mut shards = Vec::new();
    if bytes <= ROOT_TABLE_BYTES {
        root.table = table::build(&records)?;
    } else {
        let mut count = u32::try_from(bytes.div_ceil(SHARD_TARGET_BYTES)).ok()?;
        shards = split(&records, count)?;
        while count < 1 << 16 && shards.iter().any(|shard| shard.len() > bounds::SHARD_BYTES) {
            count *= 2;
            shards = split(&records, count)?;
        }
        root.shards = count;
    }
    let root = compiled::write(&root)?;
    if shards.iter().any(|shard| shard.len() > bounds::SHARD_BYTES) {
        too_large("one product with all its prices");
    }
    if root.len() > bounds::SHARD_BYTES {
        too_large("price lists, taxes and ways of shipping");
    }
    Some(Compiled { root, shards })
}

fn split(records: &[(&str, Vec<u8>)], count: u32) -> Option<Vec<Vec<u8>>> {
    let mut parts: Vec<Vec<(&str, Vec<u8>)>> = Vec::new();
    parts.resize_with(usize::try_from(count).ok()?, Vec::new);
    for (sku, record) in records {
        parts.get_mut(usize::try_from(shard_of(sku, count)).ok()?)?.push((sku, record.clone()));
    }
    parts.iter().map(|part| table::build(part)).collect()
}

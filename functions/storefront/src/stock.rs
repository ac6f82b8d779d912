//! Stock that merchants published: one value for each SKU, so that a check reads one value for each product of its lines.
//!
//! Keys: `m/{merchant}/stock` is the manifest (which version is current, the sequence of the last delta);
//! `m/{merchant}/s/{version}/{sku}` is a SKU at every node, `m/{merchant}/si/{version}/{n}` lists the SKUs of a
//! version; `m/{merchant}/sd` remembers the last deltas by what they say. A full publication writes its own keys and
//! the manifest last, so that a break leaves the old version or the new one. Deltas change values in place; each value
//! remembers the last delta it took, so that a delta that is sent again after a break, in any batch, is taken once.
//! The manifest's sequence moves last.
//!
//! Key-value stores have no compare-and-swap: who writes must be alone with a merchant's stock (ADR 6). Who reads need not:
//! the version before the current one stays until the next publication, for checks that began with it.

mod deltas;
mod held;
mod lots;
mod recent;

pub use deltas::{Delta, LotRef, Taken, take};

use crate::problem::{Kind, Problem};
use crate::world::Store;
use commerce::facts::stock::Level;
use commerce::{Fault, bounds};
use held::{Held, HeldLevel};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// SKUs that one piece of an index lists.
const INDEXED: usize = bounds::SHARD_BYTES / (bounds::IDENTIFIER_BYTES + 4);

/// Which stock is current.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version that the merchant gave it; 0 while the first one is being written.
    pub version: i64,
    /// When it was counted.
    pub at: i64,
    /// The last delta that was taken.
    pub sequence: i64,
    /// Products.
    pub skus: u32,
    /// The version before, which checks may still be reading.
    before: Option<i64>,
    /// A version that is being written, or was when it broke off.
    begun: Option<i64>,
}

fn manifest_key(merchant: &str) -> String {
    format!("m/{merchant}/stock")
}

fn sku_key(merchant: &str, version: i64, sku: &str) -> String {
    let key = format!("m/{merchant}/s/{version}/{sku}");
    // A SKU of 128 bytes and a merchant of 64 leave room in a key; the digest is for what a longer contract may bring.
    if key.len() <= bounds::KEY_BYTES {
        key
    } else {
        format!("m/{merchant}/s/{version}/{}", commerce::digest::of(sku.as_bytes()))
    }
}

fn index_key(merchant: &str, version: i64, number: usize) -> String {
    format!("m/{merchant}/si/{version}/{number}")
}

fn damaged(key: &str) -> Problem {
    Problem::internal(format!("{key} is damaged"))
}

fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, Problem> {
    postcard::to_allocvec(value).map_err(|error| Problem::internal(error.to_string()))
}

/// The manifest as it stands, also where the first publication has not ended.
fn state(store: &dyn Store, merchant: &str) -> Result<Option<Manifest>, Problem> {
    let key = manifest_key(merchant);
    let Some(bytes) = store.get(&key).map_err(Problem::store)? else { return Ok(None) };
    postcard::from_bytes(&bytes).map(Some).map_err(|_| damaged(&key))
}

/// The manifest, where the merchant has published stock.
///
/// # Errors
/// 503 where the store fails.
pub fn manifest(store: &dyn Store, merchant: &str) -> Result<Option<Manifest>, Problem> {
    Ok(state(store, merchant)?.filter(|manifest| manifest.version > 0))
}

fn write_manifest(store: &dyn Store, merchant: &str, manifest: &Manifest) -> Result<(), Problem> {
    store.set(&manifest_key(merchant), &encode(manifest)?).map_err(Problem::store)
}

fn read(store: &dyn Store, key: &str) -> Result<Option<Held>, Problem> {
    let Some(bytes) = store.get(key).map_err(Problem::store)? else { return Ok(None) };
    Held::decode(&bytes).map(Some).ok_or_else(|| damaged(key))
}

fn write(store: &dyn Store, key: &str, sku: &str, held: &Held) -> Result<(), Problem> {
    let bytes = held.encode().map_err(|error| Problem::internal(error.to_string()))?;
    if bytes.len() > bounds::SHARD_BYTES {
        let detail = format!("`{sku}` needs {} bytes, more than {}", bytes.len(), bounds::SHARD_BYTES);
        let pointer = format!("/skus{}", commerce::report::step(sku));
        return Err(Problem::fault("stock-too-large", &pointer, detail));
    }
    store.set(key, &bytes).map_err(Problem::store)
}

/// The levels of these products at every node, and the manifest they belong to; which products is asked only where the
/// merchant has published stock.
///
/// # Errors
/// 503 where the store fails.
pub fn levels(
    store: &dyn Store,
    merchant: &str,
    skus: impl FnOnce() -> Vec<String>,
) -> Result<(Vec<Level>, Option<Manifest>), Problem> {
    let Some(manifest) = manifest(store, merchant)? else { return Ok((Vec::new(), None)) };
    let wanted: BTreeSet<String> = skus().into_iter().collect();
    let mut levels = Vec::new();
    for sku in &wanted {
        if let Some(held) = read(store, &sku_key(merchant, manifest.version, sku))? {
            levels.extend(held.into_levels(sku));
        }
    }
    Ok((levels, Some(manifest)))
}

/// Publishes the whole stock. It contains the deltas up to `sequence`; those that were taken already where it is `None`.
///
/// # Errors
/// 409 where the version is not newer, 422 where a SKU is too large for one value, 503 where the store fails.
pub fn publish(
    store: &dyn Store,
    merchant: &str,
    version: i64,
    sequence: Option<i64>,
    at: i64,
    levels: Vec<Level>,
) -> Result<Manifest, Problem> {
    let known = state(store, merchant)?.unwrap_or_default();
    if known.version >= version {
        return Err(conflict("old-version", format!("version {} is published; {version} is not newer", known.version)));
    }
    // Nobody reads these any more, or ever did; what is left of a publication that broke off must not show in this one.
    for gone in known.before.into_iter().chain(known.begun) {
        purge(store, merchant, gone)?;
    }
    write_manifest(store, merchant, &Manifest { before: None, begun: Some(version), ..known.clone() })?;
    let mut products: BTreeMap<String, Vec<HeldLevel>> = BTreeMap::new();
    for level in levels {
        let (sku, level) = HeldLevel::of(level);
        products.entry(sku).or_default().push(level);
    }
    // The index first: what it lists can be removed again.
    let names: Vec<&str> = products.keys().map(String::as_str).collect();
    for (number, names) in names.chunks(INDEXED).enumerate() {
        store.set(&index_key(merchant, version, number), &encode(&names)?).map_err(Problem::store)?;
    }
    let skus = u32::try_from(names.len()).unwrap_or(u32::MAX);
    let sequence = sequence.unwrap_or(known.sequence);
    for (sku, levels) in products {
        write(store, &sku_key(merchant, version, &sku), &sku, &Held::new(sequence, levels))?;
    }
    let before = (known.version > 0).then_some(known.version);
    let manifest = Manifest { version, at, sequence, skus, before, begun: None };
    write_manifest(store, merchant, &manifest)?;
    Ok(manifest)
}

fn conflict(code: &str, detail: String) -> Problem {
    let fault = Fault { code: code.to_owned(), pointer: "/version".to_owned(), detail: detail.clone() };
    Problem { faults: vec![fault], ..Problem::new(Kind::Conflict, detail) }
}

/// Removes a version that nobody reads; a break leaves the rest to the next publication.
fn purge(store: &dyn Store, merchant: &str, version: i64) -> Result<(), Problem> {
    let piece = |number: usize| store.get(&index_key(merchant, version, number)).map_err(Problem::store);
    let mut pieces = 0;
    while piece(pieces)?.is_some() {
        pieces += 1;
    }
    // From the last piece on, so that after a break the first ones still lead to what is left.
    for number in (0..pieces).rev() {
        let key = index_key(merchant, version, number);
        let Some(bytes) = store.get(&key).map_err(Problem::store)? else { continue };
        let names: Vec<String> = postcard::from_bytes(&bytes).map_err(|_| damaged(&key))?;
        for sku in names {
            store.delete(&sku_key(merchant, version, &sku)).map_err(Problem::store)?;
        }
        store.delete(&key).map_err(Problem::store)?;
    }
    Ok(())
}

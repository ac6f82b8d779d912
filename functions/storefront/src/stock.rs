//! Stock that merchants published: one value for each SKU, so that a check reads one value for each product of its lines.
//!
//! Keys: `m/{merchant}/stock` is the manifest (which version is current, the sequence of the last delta);
//! `m/{merchant}/s/{version}/{sku}` is a SKU at every node, `m/{merchant}/si/{version}/{n}` lists the SKUs of a version.
//! A full publication writes its own keys and the manifest last, so that a break leaves the old version or the new one.
//! Deltas change values in place; each value remembers the last delta it took, so that a delta that is sent again after
//! a break, in any batch, is taken once. The manifest's sequence moves last.

use crate::problem::{Kind, Problem};
use crate::world::Store;
use commerce::facts::stock::{Inbound, Level, Lot, Quota};
use commerce::{Fault, bounds};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The number in front of every value; another one is another version's form.
const FORMAT: u8 = 1;

/// Which stock is current.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version that the merchant gave it.
    pub version: i64,
    /// When it was counted.
    pub at: i64,
    /// The last delta that was taken.
    pub sequence: i64,
    /// A version whose values may not all be gone yet.
    before: Option<i64>,
    /// Products.
    pub skus: u32,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Held {
    format: u8,
    sequence: i64,
    levels: Vec<HeldLevel>,
}

/// A level without its SKU.
#[derive(Debug, Serialize, Deserialize)]
struct HeldLevel {
    node: String,
    on_hand: i64,
    reserved: i64,
    at: i64,
    velocity: u32,
    tracked: bool,
    backorderable: bool,
    safety: Option<u32>,
    unit_cost: Option<i64>,
    lots: Vec<(String, u32, Option<i64>, Option<String>)>,
    inbound: Vec<(u32, i64)>,
    quotas: Vec<(String, u32)>,
}

/// A change of one level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// Its place among all deltas of the merchant.
    pub sequence: i64,
    /// The product.
    pub sku: String,
    /// The node.
    pub node: String,
    /// Units more or less on hand.
    pub on_hand: i64,
    /// Units more or less reserved.
    pub reserved: i64,
    /// A recount: units on hand from now on, before `on_hand` is added.
    pub count: Option<i64>,
    /// When.
    pub at: i64,
}

/// What became of a batch of deltas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many were taken.
    pub applied: usize,
    /// Those that were not, and why: `duplicate-delta` or `sequence-gap`.
    pub refused: Vec<(i64, &'static str)>,
    /// The last delta that was taken, of any batch.
    pub sequence: i64,
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

fn damaged(key: &str) -> Problem {
    Problem::internal(format!("{key} is damaged"))
}

fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, Problem> {
    postcard::to_allocvec(value).map_err(|error| Problem::internal(error.to_string()))
}

/// The manifest, where the merchant has published stock.
///
/// # Errors
/// 503 where the store fails.
pub fn manifest(store: &dyn Store, merchant: &str) -> Result<Option<Manifest>, Problem> {
    let key = manifest_key(merchant);
    let Some(bytes) = store.get(&key).map_err(Problem::store)? else { return Ok(None) };
    postcard::from_bytes(&bytes).map(Some).map_err(|_| damaged(&key))
}

fn write_manifest(store: &dyn Store, merchant: &str, manifest: &Manifest) -> Result<(), Problem> {
    store.set(&manifest_key(merchant), &encode(manifest)?).map_err(Problem::store)
}

fn read(store: &dyn Store, key: &str) -> Result<Option<Held>, Problem> {
    let Some(bytes) = store.get(key).map_err(Problem::store)? else { return Ok(None) };
    let held: Held = postcard::from_bytes(&bytes).map_err(|_| damaged(key))?;
    if held.format == FORMAT { Ok(Some(held)) } else { Err(damaged(key)) }
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
            levels.extend(held.levels.into_iter().map(|level| level.into_level(sku)));
        }
    }
    Ok((levels, Some(manifest)))
}

/// Publishes the whole stock.
///
/// # Errors
/// 409 where the version is not newer, 422 where a SKU is too large for one value, 503 where the store fails.
pub fn publish(
    store: &dyn Store,
    merchant: &str,
    version: i64,
    sequence: i64,
    at: i64,
    levels: Vec<Level>,
) -> Result<Manifest, Problem> {
    let before = manifest(store, merchant)?;
    if let Some(known) = before.as_ref().filter(|known| known.version >= version) {
        return Err(conflict("old-version", format!("version {} is published; {version} is not newer", known.version)));
    }
    if let Some(older) = before.as_ref().and_then(|known| known.before) {
        purge(store, merchant, older)?;
    }
    let mut products: BTreeMap<String, Vec<HeldLevel>> = BTreeMap::new();
    for level in levels {
        let (sku, level) = HeldLevel::of(level);
        products.entry(sku).or_default().push(level);
    }
    // Leftovers of a publication of the same version that broke off are overwritten or never read: the index comes first.
    let names: Vec<&str> = products.keys().map(String::as_str).collect();
    index(store, merchant, version, &names)?;
    let skus = u32::try_from(names.len()).unwrap_or(u32::MAX);
    for (sku, levels) in products {
        let bytes = encode(&Held { format: FORMAT, sequence, levels })?;
        if bytes.len() > bounds::SHARD_BYTES {
            return Err(Problem::fault(
                "stock-too-large",
                "/skus",
                format!("`{sku}` needs more than {} bytes", bounds::SHARD_BYTES),
            ));
        }
        store.set(&sku_key(merchant, version, &sku), &bytes).map_err(Problem::store)?;
    }
    let old = before.map(|known| known.version);
    let manifest = Manifest { version, at, sequence, before: old, skus };
    write_manifest(store, merchant, &manifest)?;
    if let Some(old) = old {
        purge(store, merchant, old)?;
    }
    Ok(manifest)
}

fn conflict(code: &str, detail: String) -> Problem {
    let fault = Fault { code: code.to_owned(), pointer: "/version".to_owned(), detail: detail.clone() };
    Problem { faults: vec![fault], ..Problem::new(Kind::Conflict, detail) }
}

/// Lists the SKUs of a version, in pieces.
fn index(store: &dyn Store, merchant: &str, version: i64, names: &[&str]) -> Result<(), Problem> {
    for (number, names) in names.chunks(bounds::SHARD_BYTES / (bounds::IDENTIFIER_BYTES + 4)).enumerate() {
        store.set(&format!("m/{merchant}/si/{version}/{number}"), &encode(&names)?).map_err(Problem::store)?;
    }
    Ok(())
}

/// Removes a version that is not current; a break leaves it to the next publication.
fn purge(store: &dyn Store, merchant: &str, version: i64) -> Result<(), Problem> {
    for number in 0.. {
        let key = format!("m/{merchant}/si/{version}/{number}");
        let Some(bytes) = store.get(&key).map_err(Problem::store)? else { break };
        let names: Vec<String> = postcard::from_bytes(&bytes).map_err(|_| damaged(&key))?;
        for sku in names {
            store.delete(&sku_key(merchant, version, &sku)).map_err(Problem::store)?;
        }
        store.delete(&key).map_err(Problem::store)?;
    }
    Ok(())
}

/// Takes deltas: those that follow the last one without a gap, each once.
///
/// # Errors
/// 409 where no stock was published, 503 where the store fails.
pub fn take(store: &dyn Store, merchant: &str, mut deltas: Vec<Delta>) -> Result<Taken, Problem> {
    let Some(mut manifest) = manifest(store, merchant)? else {
        return Err(conflict("no-stock-published", "A full stock is published before deltas.".to_owned()));
    };
    deltas.sort_by_key(|delta| delta.sequence);
    let mut taken = Taken { sequence: manifest.sequence, ..Taken::default() };
    let mut by_sku: BTreeMap<String, Vec<Delta>> = BTreeMap::new();
    for delta in deltas {
        if delta.sequence <= taken.sequence {
            taken.refused.push((delta.sequence, "duplicate-delta"));
        } else if delta.sequence > taken.sequence + 1 {
            taken.refused.push((delta.sequence, "sequence-gap"));
        } else {
            taken.sequence = delta.sequence;
            taken.applied += 1;
            by_sku.entry(delta.sku.clone()).or_default().push(delta);
        }
    }
    for (sku, deltas) in by_sku {
        let key = sku_key(merchant, manifest.version, &sku);
        let known = read(store, &key)?;
        if known.is_none() {
            index_one(store, merchant, manifest.version, &sku)?;
        }
        let mut held = known.unwrap_or(Held { format: FORMAT, ..Held::default() });
        for delta in deltas {
            held.apply(&delta);
        }
        store.set(&key, &encode(&held)?).map_err(Problem::store)?;
    }
    if taken.applied > 0 {
        manifest.sequence = taken.sequence;
        write_manifest(store, merchant, &manifest)?;
    }
    Ok(taken)
}

/// Adds a SKU that only deltas brought to the list of its version, in a piece of its own behind the others.
fn index_one(store: &dyn Store, merchant: &str, version: i64, sku: &str) -> Result<(), Problem> {
    for number in 0.. {
        let key = format!("m/{merchant}/si/{version}/{number}");
        let names: Vec<String> = match store.get(&key).map_err(Problem::store)? {
            Some(bytes) => postcard::from_bytes(&bytes).map_err(|_| damaged(&key))?,
            None => Vec::new(),
        };
        if names.len() < bounds::SHARD_BYTES / (bounds::IDENTIFIER_BYTES + 4) {
            let mut names = names;
            names.push(sku.to_owned());
            return store.set(&key, &encode(&names)?).map_err(Problem::store);
        }
    }
    Ok(())
}

impl Held {
    fn apply(&mut self, delta: &Delta) {
        if delta.sequence <= self.sequence {
            return;
        }
        self.sequence = delta.sequence;
        let place = self.levels.iter().position(|level| level.node == delta.node).unwrap_or_else(|| {
            self.levels.push(HeldLevel::empty(&delta.node));
            self.levels.len() - 1
        });
        if let Some(level) = self.levels.get_mut(place) {
            let bound = |units: i64| units.clamp(-bounds::QUANTITY, bounds::QUANTITY);
            level.on_hand = bound(delta.count.unwrap_or(level.on_hand).saturating_add(delta.on_hand));
            level.reserved = bound(level.reserved.saturating_add(delta.reserved)).max(0);
            level.at = level.at.max(delta.at);
        }
    }
}

impl HeldLevel {
    fn empty(node: &str) -> Self {
        Self {
            node: node.to_owned(),
            on_hand: 0,
            reserved: 0,
            at: 0,
            velocity: 0,
            tracked: true,
            backorderable: false,
            safety: None,
            unit_cost: None,
            lots: Vec::new(),
            inbound: Vec::new(),
            quotas: Vec::new(),
        }
    }

    fn of(level: Level) -> (String, Self) {
        let Level {
            sku,
            node,
            on_hand,
            reserved,
            at,
            velocity,
            tracked,
            backorderable,
            safety,
            unit_cost,
            lots,
            inbound,
            quotas,
        } = level;
        let lots =
            lots.into_iter().map(|Lot { id, quantity, expires, trace }| (id, quantity, expires, trace)).collect();
        let inbound = inbound.into_iter().map(|Inbound { quantity, at }| (quantity, at)).collect();
        let quotas = quotas.into_iter().map(|Quota { channel, quantity }| (channel, quantity)).collect();
        let held = Self {
            node,
            on_hand,
            reserved,
            at,
            velocity,
            tracked,
            backorderable,
            safety,
            unit_cost,
            lots,
            inbound,
            quotas,
        };
        (sku, held)
    }

    fn into_level(self, sku: &str) -> Level {
        let Self {
            node,
            on_hand,
            reserved,
            at,
            velocity,
            tracked,
            backorderable,
            safety,
            unit_cost,
            lots,
            inbound,
            quotas,
        } = self;
        let lots =
            lots.into_iter().map(|(id, quantity, expires, trace)| Lot { id, quantity, expires, trace }).collect();
        let inbound = inbound.into_iter().map(|(quantity, at)| Inbound { quantity, at }).collect();
        let quotas = quotas.into_iter().map(|(channel, quantity)| Quota { channel, quantity }).collect();
        let sku = sku.to_owned();
        Level {
            sku,
            node,
            on_hand,
            reserved,
            at,
            velocity,
            tracked,
            backorderable,
            safety,
            unit_cost,
            lots,
            inbound,
            quotas,
        }
    }
}

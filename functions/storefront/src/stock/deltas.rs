//! Deltas: changes of stock, each taken once and in order.

use super::held::Held;
use super::recent::{self, Recent};
use super::{INDEXED, conflict, damaged, encode, index_key, manifest, read, sku_key, write, write_manifest};
use crate::problem::Problem;
use crate::world::Store;
use serde::Serialize;
use std::collections::BTreeMap;

/// A lot that a delta changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LotRef {
    /// Its number.
    pub id: String,
    /// When it expires; what is known of it where it is absent.
    pub expires: Option<i64>,
    /// Where its trace can be read; what is known of it where it is absent.
    pub trace: Option<String>,
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
    /// Only this lot of it.
    pub lot: Option<LotRef>,
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
    /// Those that were not, by sequence, and why: `duplicate-delta` (this one was taken already), `stale-delta` (its
    /// number is gone, and it is none of those that were taken last), `sequence-gap`, or what keeps the level from
    /// taking it.
    pub refused: Vec<(i64, &'static str)>,
    /// The last delta that was taken, of any batch.
    pub sequence: i64,
}

/// Takes deltas: those that follow the last one without a gap, each once.
///
/// # Errors
/// 409 where no stock was published, 503 where the store fails.
pub fn take(store: &dyn Store, merchant: &str, deltas: Vec<Delta>) -> Result<Taken, Problem> {
    let Some(mut manifest) = manifest(store, merchant)? else {
        return Err(conflict("no-stock-published", "A full stock is published before deltas.".to_owned()));
    };
    let mut recent = Recent::read(store, merchant)?;
    let (mut next, mut refused) = next(deltas, manifest.sequence, &recent);
    if let Some((sequence, code)) = first_refused(store, merchant, manifest.version, &next)? {
        let many = next.iter().take_while(|delta| delta.sequence < sequence).count();
        // What follows it waits for another one under its number.
        refused.extend(next.split_off(many).iter().map(|delta| (delta.sequence, "sequence-gap")));
        for one in refused.iter_mut().filter(|one| one.0 >= sequence) {
            one.1 = if one.0 == sequence { code } else { "sequence-gap" };
        }
        refused.sort_by_key(|(sequence, _)| *sequence);
    }
    let Some(last) = next.last().map(|delta| delta.sequence) else {
        return Ok(Taken { applied: 0, refused, sequence: manifest.sequence });
    };
    for (sku, deltas) in by_sku(&next) {
        let key = sku_key(merchant, manifest.version, sku);
        let mut held = match read(store, &key)? {
            Some(held) => held,
            None => {
                index_one(store, merchant, manifest.version, sku)?;
                manifest.skus = manifest.skus.saturating_add(1);
                Held::new(0, Vec::new())
            }
        };
        // All of them were tried.
        if deltas.iter().all(|delta| held.apply(delta).is_ok()) {
            write(store, &key, sku, &held)?;
        }
    }
    recent.take(&next);
    recent.write(store, merchant)?;
    manifest.sequence = last;
    write_manifest(store, merchant, &manifest)?;
    Ok(Taken { applied: next.len(), refused, sequence: last })
}

/// Deltas by the product that they change.
fn by_sku(deltas: &[Delta]) -> BTreeMap<&str, Vec<&Delta>> {
    let mut by_sku: BTreeMap<&str, Vec<&Delta>> = BTreeMap::new();
    for delta in deltas {
        by_sku.entry(&delta.sku).or_default().push(delta);
    }
    by_sku
}

/// The first of these deltas that its level cannot take, and why. One product is tried after the other, so that no
/// more than one is in memory.
fn first_refused(
    store: &dyn Store,
    merchant: &str,
    version: i64,
    deltas: &[Delta],
) -> Result<Option<(i64, &'static str)>, Problem> {
    let mut first: Option<(i64, &'static str)> = None;
    for (sku, deltas) in by_sku(deltas) {
        let stored = read(store, &sku_key(merchant, version, sku))?.unwrap_or_else(|| Held::new(0, Vec::new()));
        let refused = refused(&stored, &deltas).and_then(|(place, code)| Some((deltas.get(place)?.sequence, code)));
        first = first.into_iter().chain(refused).min();
    }
    Ok(first)
}

/// The place of the first of these deltas of one product that it cannot take as it is stored, and why.
fn refused(stored: &Held, deltas: &[&Delta]) -> Option<(usize, &'static str)> {
    let mut held = stored.clone();
    let refused = deltas.iter().enumerate().find_map(|(place, delta)| Some((place, held.apply(delta).err()?)));
    if refused.is_none() && held.fits() {
        return None;
    }
    let fits = |many: usize| {
        let mut held = stored.clone();
        deltas.iter().take(many).all(|delta| held.apply(delta).is_ok()) && held.fits()
    };
    let mut most = refused.map_or(deltas.len(), |(place, _)| place);
    if fits(most) {
        return refused;
    }
    // So many leave a value that is not too large, and `most` do not: what is between is halved.
    let mut least = 0;
    while least + 1 < most {
        let middle = usize::midpoint(least, most);
        if fits(middle) {
            least = middle;
        } else {
            most = middle;
        }
    }
    Some((least, "stock-too-large"))
}

/// Deltas that are not taken, by sequence, and why.
type Refused = Vec<(i64, &'static str)>;

/// The deltas that follow this sequence without a gap, in order, and why the others do not.
fn next(mut deltas: Vec<Delta>, sequence: i64, recent: &Recent) -> (Vec<Delta>, Refused) {
    deltas.sort_by_key(|delta| delta.sequence);
    let mut next: Vec<Delta> = Vec::new();
    let mut refused = Vec::new();
    for delta in deltas {
        let last = next.last().map_or(sequence, |last| last.sequence);
        if delta.sequence == last + 1 {
            next.push(delta);
            continue;
        }
        let known = recent.knows(&delta) && delta.sequence <= sequence;
        let twice = next.last().is_some_and(|last| recent::same(last, &delta));
        let code = match () {
            () if delta.sequence > last => "sequence-gap",
            () if known || twice => "duplicate-delta",
            () => "stale-delta",
        };
        refused.push((delta.sequence, code));
    }
    (next, refused)
}

/// Adds a SKU that only deltas brought to the list of its version.
fn index_one(store: &dyn Store, merchant: &str, version: i64, sku: &str) -> Result<(), Problem> {
    for number in 0.. {
        let key = index_key(merchant, version, number);
        let mut names: Vec<String> = match store.get(&key).map_err(Problem::store)? {
            Some(bytes) => postcard::from_bytes(&bytes).map_err(|_| damaged(&key))?,
            None => Vec::new(),
        };
        if names.len() < INDEXED {
            if !names.iter().any(|known| known == sku) {
                names.push(sku.to_owned());
                store.set(&key, &encode(&names)?).map_err(Problem::store)?;
            }
            return Ok(());
        }
    }
    Ok(())
}

//! The deltas that were taken last, by what they say: one that is sent again is told from another one under a number
//! that is gone.

use super::{Delta, encode};
use crate::problem::Problem;
use crate::world::Store;
use commerce::digest;
use serde::{Deserialize, Serialize};

/// Deltas that are remembered.
const REMEMBERED: usize = 256;

/// Fingerprints of the last deltas, one after the other.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Recent {
    /// The sequence of the first of them.
    first: i64,
    digests: Vec<u64>,
}

fn key(merchant: &str) -> String {
    format!("m/{merchant}/sd")
}

impl Recent {
    /// What is remembered of a merchant's deltas.
    pub fn read(store: &dyn Store, merchant: &str) -> Result<Self, Problem> {
        let bytes = store.get(&key(merchant)).map_err(Problem::store)?;
        // No count hangs on it: what cannot be read is forgotten.
        Ok(bytes.and_then(|bytes| postcard::from_bytes(&bytes).ok()).unwrap_or_default())
    }

    /// Remembers it.
    pub fn write(&self, store: &dyn Store, merchant: &str) -> Result<(), Problem> {
        store.set(&key(merchant), &encode(self)?).map_err(Problem::store)
    }

    /// Whether this very delta was taken.
    pub fn knows(&self, delta: &Delta) -> bool {
        let place = usize::try_from(delta.sequence - self.first).ok();
        place.and_then(|place| self.digests.get(place)).is_some_and(|known| *known == fingerprint(delta))
    }

    /// Remembers the last of these deltas, which follow each other.
    pub fn take(&mut self, deltas: &[Delta]) {
        for delta in deltas.iter().skip(deltas.len().saturating_sub(REMEMBERED)) {
            // What was taken under this number before a count that was older is taken anew.
            let before = usize::try_from(delta.sequence - self.first).ok().filter(|place| *place <= self.digests.len());
            self.digests.truncate(before.unwrap_or(0));
            if self.digests.is_empty() {
                self.first = delta.sequence;
            }
            self.digests.push(fingerprint(delta));
        }
        let past = self.digests.len().saturating_sub(REMEMBERED);
        self.digests.drain(..past);
        self.first += i64::try_from(past).unwrap_or(0);
    }
}

/// Whether two deltas say the same; when they were made is not said by all.
pub fn same(one: &Delta, other: &Delta) -> bool {
    fingerprint(one) == fingerprint(other)
}

fn fingerprint(delta: &Delta) -> u64 {
    let Delta { sequence, sku, node, lot, on_hand, reserved, count, at: _ } = delta;
    let bytes = postcard::to_allocvec(&(sequence, sku, node, lot, on_hand, reserved, count)).unwrap_or_default();
    let hexadecimal = digest::of(&bytes);
    // The last 64 bits of the digest.
    hexadecimal
        .get(hexadecimal.len().saturating_sub(16)..)
        .and_then(|end| u64::from_str_radix(end, 16).ok())
        .unwrap_or(0)
}

//! Stock that merchants published: one value for each SKU, so that a quote reads one value for each line.

use crate::problem::Problem;
use crate::world::Store;
use commerce::facts::stock::Level;
use serde::{Deserialize, Serialize};

/// A SKU's units at one node, as stored under `m/{merchant}/s/{sku}`.
#[derive(Serialize, Deserialize)]
struct Held {
    node: String,
    on_hand: i64,
    reserved: i64,
    at: i64,
}

/// The levels of these products at every node.
///
/// # Errors
/// 503 where the store fails.
pub fn levels<'s>(
    store: &dyn Store,
    merchant: &str,
    skus: impl Iterator<Item = &'s str>,
) -> Result<Vec<Level>, Problem> {
    let mut wanted: Vec<&str> = skus.collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut levels = Vec::new();
    for sku in wanted {
        let Some(bytes) = store.get(&format!("m/{merchant}/s/{sku}")).map_err(Problem::store)? else { continue };
        let held: Vec<Held> = postcard::from_bytes(&bytes)
            .map_err(|error| Problem::internal(format!("stock of {sku} is damaged: {error}")))?;
        levels.extend(held.into_iter().map(|Held { node, on_hand, reserved, at }| Level {
            sku: sku.to_owned(),
            node,
            on_hand,
            reserved,
            at,
        }));
    }
    Ok(levels)
}

//! The compiled form: a root that every request needs, and products in tables by a hash of their SKU.
//!
//! A small catalogue is one table in the root, so that it costs no reading; a large one lies in shards, so that a cart
//! reads those of its own products and no more.

use crate::lists::List;
use crate::policy::Policy;
use crate::shipping::Method;
use crate::taxes::Taxes;
use serde::{Deserialize, Serialize};

/// The first bytes of a root: whose it is, and in which version of the form.
const MARK: &[u8] = b"pricing/1\n";

/// A table up to this size lies in the root.
pub const ROOT_TABLE_BYTES: usize = 96 << 10;
/// What a shard should weigh on average: small, since a line reads a shard to find one product.
pub const SHARD_TARGET_BYTES: usize = 24 << 10;

/// What every request needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Root {
    /// The currency of amounts that name none.
    pub currency: String,
    /// Price lists, in the rulebook's order.
    pub lists: Vec<List>,
    /// How a price is chosen, what may be claimed, what is refunded.
    pub policy: Policy,
    /// Taxes.
    pub taxes: Taxes,
    /// Ways of shipping.
    pub shipping: Vec<Method>,
    /// How many shards there are; none where the table is here.
    pub shards: u32,
    /// The products, where they are few.
    pub table: Vec<u8>,
}

/// Writes a root.
pub fn write(root: &Root) -> Option<Vec<u8>> {
    let mut bytes = MARK.to_vec();
    bytes.extend(postcard::to_allocvec(root).ok()?);
    Some(bytes)
}

/// Reads a root.
///
/// # Errors
/// Where it is another version's, or damaged.
pub fn read(bytes: &[u8]) -> Result<Root, String> {
    let rest = bytes.strip_prefix(MARK).ok_or("these rules were compiled by another version of pricing")?;
    postcard::from_bytes(rest).map_err(|error| format!("these rules are damaged: {error}"))
}

/// Which of that many shards a SKU lies in: FNV-1a (Fowler, Noll, Vo), which is the same on every machine.
#[must_use]
pub fn shard_of(sku: &str, shards: u32) -> u32 {
    let hash = sku
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    // The high half: the low bits of FNV are its weakest.
    u32::try_from((hash >> 32) % u64::from(shards.max(1))).unwrap_or(0)
}

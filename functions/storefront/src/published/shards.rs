//! Shards of published rules: read from the store when a cart can touch them, and held from then on.

use super::{FUNCTIONS, Rules};
use crate::problem::Problem;
use crate::world::Store;
use commerce::facts::prices::PricedLine;
use commerce::facts::types::{Context, Line};
use std::collections::BTreeSet;

impl Rules {
    /// A shard of one of the functions that have shards.
    fn shard(&self, store: &dyn Store, function: usize, number: u32) -> Result<Vec<u8>, Problem> {
        let lost =
            || Problem::internal(format!("shard {number} of {} is lost", FUNCTIONS.get(function).unwrap_or(&"?")));
        if let Some(parts) = &self.inline {
            let compiled = parts.compiled.get(function).ok_or_else(lost)?;
            return compiled.shards.get(number as usize).cloned().ok_or_else(lost);
        }
        let (Some(prefix), Some(name)) = (&self.prefix, FUNCTIONS.get(function)) else { return Err(lost()) };
        store.get(&format!("{prefix}/{name}/s/{number}")).map_err(Problem::store)?.ok_or_else(lost)
    }

    fn all_held(&self, function: usize) -> bool {
        self.left.get(function).is_some_and(|left| left.get() == 0)
    }

    /// Gives a function the shards that it says are missing, which it then holds.
    fn give(
        &self,
        store: &dyn Store,
        function: usize,
        missing: &[u32],
        hold: impl Fn(u32, &[u8]) -> Result<(), String>,
    ) -> Result<(), Problem> {
        // Each is counted once.
        for number in missing.iter().copied().collect::<BTreeSet<u32>>() {
            hold(number, &self.shard(store, function, number)?).map_err(Problem::internal)?;
            if let Some(left) = self.left.get(function) {
                left.set(left.get().saturating_sub(1));
            }
        }
        Ok(())
    }

    /// Gives pricing the shards that these lines need.
    ///
    /// # Errors
    /// Where the store fails or a shard is lost.
    pub fn hold_for_pricing(&self, store: &dyn Store, lines: &[Line]) -> Result<(), Problem> {
        if self.all_held(0) {
            return Ok(());
        }
        let missing = self.pricing.missing(lines);
        self.give(store, 0, &missing, |number, shard| self.pricing.hold(number, shard))
    }

    /// The cheapest products of a category that pricing knows, a few.
    ///
    /// # Errors
    /// Where the store fails or a shard is lost.
    pub fn cheapest(&self, store: &dyn Store, category: &str) -> Result<Vec<String>, Problem> {
        let missing = self.pricing.missing_of(category);
        self.give(store, 0, &missing, |number, shard| self.pricing.hold(number, shard))?;
        Ok(self.pricing.cheapest(category))
    }

    /// Gives promotions the shards that this cart can touch.
    ///
    /// # Errors
    /// Where the store fails or a shard is lost.
    pub fn hold_for_promotions(
        &self,
        store: &dyn Store,
        lines: &[PricedLine],
        context: &Context,
    ) -> Result<(), Problem> {
        if self.all_held(1) {
            return Ok(());
        }
        let missing = self.promotions.missing(lines, context);
        self.give(store, 1, &missing, |number, shard| self.promotions.hold(number, shard))
    }

    /// Gives inventory the shards that these products need; parts of kits and substitutes are known only when the
    /// products themselves are.
    ///
    /// # Errors
    /// Where the store fails or a shard is lost.
    pub fn hold_for_inventory(&self, store: &dyn Store, skus: &[String]) -> Result<(), Problem> {
        // Products, their parts and substitutes, the substitutes' parts.
        for _ in 0..3 {
            if self.all_held(3) {
                break;
            }
            let missing = self.inventory.missing(skus);
            if missing.is_empty() {
                break;
            }
            self.give(store, 3, &missing, |number, shard| self.inventory.hold(number, shard))?;
        }
        Ok(())
    }
}

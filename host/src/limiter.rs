//! What one instance may hold: memory summed over all its memories, table elements, and how many of each.
//!
//! Time is not bounded here; see `crate::call`.

use wasmtime::{ResourceLimiter, Result};

/// Elements over all tables of an instance.
const TABLE_ELEMENTS: usize = 100_000;
/// Core instances, memories and tables of one composed component.
pub const PARTS: usize = 64;

/// The bounds of one instance and what it holds.
#[derive(Debug)]
pub struct Limiter {
    memory_limit: usize,
    element_limit: usize,
    memory: usize,
    elements: usize,
    refused: bool,
}

impl Limiter {
    /// Bounds of `memory_limit` bytes over all memories.
    pub fn new(memory_limit: usize) -> Self {
        Self::bounded(memory_limit, TABLE_ELEMENTS)
    }

    /// Bounds of `memory_limit` bytes over all memories and `element_limit` elements over all tables.
    pub fn bounded(memory_limit: usize, element_limit: usize) -> Self {
        Self { memory_limit, element_limit, memory: 0, elements: 0, refused: false }
    }

    /// Bytes held, over all memories.
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// Whether growth was refused: what trapped then was out of memory.
    pub fn refused(&self) -> bool {
        self.refused
    }

    fn grow(&mut self, held: usize, current: usize, desired: usize, limit: usize) -> Option<usize> {
        let wanted = held.checked_add(desired.saturating_sub(current)).filter(|wanted| *wanted <= limit);
        self.refused |= wanted.is_none();
        wanted
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            self.refused = true;
            return Ok(false);
        }
        let grown = self.grow(self.memory, current, desired, self.memory_limit);
        self.memory = grown.unwrap_or(self.memory);
        Ok(grown.is_some())
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> Result<()> {
        self.refused = true;
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let grown = self.grow(self.elements, current, desired, self.element_limit);
        self.elements = grown.unwrap_or(self.elements);
        Ok(grown.is_some())
    }

    fn instances(&self) -> usize {
        // A component's adapters are core instances too.
        PARTS * 4
    }

    fn memories(&self) -> usize {
        PARTS
    }

    fn tables(&self) -> usize {
        PARTS * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_summed_over_memories() {
        let mut limiter = Limiter::new(100);
        assert!(limiter.memory_growing(0, 60, None).unwrap());
        assert!(!limiter.memory_growing(0, 60, None).unwrap());
        assert!(limiter.refused());
        assert!(limiter.memory_growing(60, 100, None).unwrap());
        assert_eq!(limiter.memory(), 100);
    }
}

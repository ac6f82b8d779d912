//! Decides what can be promised, from where and by when.
//!
//! Counts of stock, the moment and the shopper's place are arguments; the shop's nodes and policies are a rulebook that
//! was compiled once. Nothing is held here, nothing is read, and the same question has the same answer.

pub mod calendar;
#[cfg(target_family = "wasm")]
mod component;
pub mod distance;
mod first;
pub mod promise;
pub mod rulebook;
pub mod sourcing;
pub mod words;

pub use first::Rules;
pub use rulebook::compile;

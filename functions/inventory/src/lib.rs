//! Decides what can be promised, from where and by when.
//!
//! Counts of stock, the moment and the shopper's place are arguments; the shop's nodes and policies are a rulebook that
//! was compiled once. Nothing is held here, nothing is read, and the same question has the same answer.
//!
//! A check goes through these rooms in this order: [`offers`] (which nodes may send, and by when), [`stock`] (how many
//! units each has for this shopper), [`limits`] (how many the shopper may buy), [`sourcing`] (the best plan), [`later`]
//! (what is not there yet), [`answer`] (the words).

pub mod answer;
pub mod calendar;
pub mod check;
#[cfg(target_family = "wasm")]
mod component;
pub mod distance;
pub mod freshness;
pub mod hold;
pub mod later;
pub mod levels;
pub mod limits;
pub mod most;
pub mod offers;
pub mod parcels;
pub mod promise;
pub mod room;
pub mod rulebook;
pub mod rules;
pub mod sourcing;
pub mod stock;
pub mod substitutes;
pub mod words;

pub use rulebook::compile;
pub use rules::Rules;

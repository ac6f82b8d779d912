//! Decides which promotions a cart earns, exactly, and says why the others do not.
//!
//! The map: a rulebook is read (`rulebook`, `promotion`, and one file for each kind in `conditions` and `actions`, listed
//! in `catalogue`; `code`, `limits` and `budget` say what uses it up), filed under keys (`index`), and judged: `attempt` tries one promotion on a state of the cart
//! (`ledger`), `judge` lets many go together as the `policy` says, `search` finds the best combination, `verdict` writes
//! it down, `hints` looks one step further, and `allowance` says what promotions can take off at most. What must never be in here: a clock, randomness, input or output, and any
//! float that touches an amount.

#[cfg(target_family = "wasm")]
mod component;

pub mod actions;
pub mod allowance;
pub mod attempt;
pub mod budget;
pub mod catalogue;
pub mod clock;
pub mod code;
pub mod conditions;
pub mod decision;
pub mod desk;
pub mod given;
pub mod hints;
pub mod index;
pub mod judge;
pub mod ledger;
pub mod limits;
pub mod matching;
pub mod policy;
pub mod promotion;
pub mod reader;
pub mod reference;
mod rulebook;
mod rules;
pub mod scene;
pub mod search;
pub mod segments;
pub mod split;
pub mod target;
pub mod verdict;

pub use rulebook::compile;
pub use rules::Rules;

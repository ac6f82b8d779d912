//! Prices a cart from price lists and taxes it.
//!
//! What must never be in here: promotions, stock, a clock, a network. Rules come as one JSON document, are compiled once,
//! and are then asked about carts.

mod bands;
mod catalogue;
mod cheapest;
mod compile;
mod compiled;
#[cfg(target_family = "wasm")]
mod component;
mod history;
mod imports;
mod lists;
mod policy;
mod presale;
mod price;
mod prior;
mod refund;
mod rules;
mod shelf;
mod shipping;
mod table;
mod taxes;
mod when;

pub use compile::compile;
pub use refund::Refunding;
pub use rules::Rules;

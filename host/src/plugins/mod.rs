//! Merchants' plugins: components that merchants upload, asked for proposals while a quote is made.
//!
//! This folder is the only room of the host that knows carts and merchants. A plugin runs on an engine of its own, in a
//! fresh store for every call, within the bounds of `bounds`; what it says is checked before anybody sees it, and what it
//! does wrong is its merchant's matter alone.

pub mod active;
pub mod asking;
pub mod bounds;
pub mod breaker;
pub mod check;
pub mod config;
pub mod describe;
pub mod engine;
pub mod failure;
pub mod health;
pub mod inert;
pub mod loaded;
pub mod run;
mod size;
mod thread;
pub mod values;

/// The values and the world of `wit/plugin`, as the host sees them.
#[allow(missing_docs, clippy::all, reason = "generated; the WIT carries the documentation")]
pub mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit/plugin",
        world: "promotion",
        additional_derives: [PartialEq],
    });
}

pub use bindings::pushcart::plugin::types;

//! The whole app as its users meet it: the real host with the real components, over a real socket.
//!
//! `scripts/build` must have run before; the tests say so where it has not.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

mod components;
mod contract;
mod durability;
mod instances;
mod refusals;
mod rulebooks;
mod stock;
mod supply;

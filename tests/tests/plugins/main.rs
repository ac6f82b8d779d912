//! Merchants' plugins as merchants meet them: the worked examples and templates, built by their commands, pricing carts.
//!
//! `scripts/build` must have run before; the tests say so where it has not. What needs npm or pip is skipped where they are not.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

mod examples;
mod linked;
mod templates;

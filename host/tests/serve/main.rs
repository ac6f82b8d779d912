//! The host over real sockets, serving a component that behaves well and badly by path (`tests/guest`).
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

mod bounds;
mod clients;
mod failures;
mod host;
mod http;
mod instances;
mod process;
mod stores;

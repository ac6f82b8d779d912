//! What crosses components is tested from outside: the real binary, the real components, a real socket.
//!
//! [`app`] starts `pushcart up`, [`client`] speaks HTTP to it, [`cases`] turns case files into requests, [`native`] is what the
//! components are compared with, [`plugin`] writes plugins and [`examples`] builds the worked ones, [`samples`] is what both are
//! asked, [`contract`] what they promise. What must never be in here: a call into a function's core where its answer over HTTP
//! is what counts.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

pub mod app;
pub mod cases;
pub mod client;
pub mod contract;
pub mod examples;
pub mod native;
pub mod plugin;
pub mod samples;

//! The Rust types of the package `pushcart:commerce`, generated from `wit/commerce`, so that the contract is written once.
//!
//! The five functions and the storefront remap their bindings to these, so that a fact crosses no conversion.
#![allow(missing_docs, unsafe_code, clippy::all, reason = "generated; the WIT carries the documentation")]

wit_bindgen::generate!({
    path: "../../wit/commerce",
    world: "vocabulary",
    additional_derives: [PartialEq, Clone],
    generate_all,
});

pub use pushcart::commerce::{offers, prices, referrals, stock, tags, types};

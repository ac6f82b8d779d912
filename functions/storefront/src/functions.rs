//! The five functions and merchants' plugins: the cores themselves natively, WIT imports in Wasm, with the same names and signatures.

#[cfg(not(target_family = "wasm"))]
mod linked;
#[cfg(not(target_family = "wasm"))]
pub use linked::{inventory, plugins, pricing, promotions, referral, tagging};

#[cfg(target_family = "wasm")]
mod imported;
#[cfg(target_family = "wasm")]
pub use imported::{inventory, plugins, pricing, promotions, referral, tagging};

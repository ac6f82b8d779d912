//! Decides who earned a sale and what each is paid.
//!
//! A programme (the rulebook's `referral`) is compiled once; a journey of touches is then judged against it. What must
//! never be in here: a clock, randomness without a fixed seed, input or output, a float that touches money. Floats are
//! used by the linear solve of the Markov model alone, which needs `+ − × ÷` and nothing else, so that its answer is the
//! same on every machine.

mod attribute;
mod commission;
mod compiled;
#[cfg(target_family = "wasm")]
mod component;
mod fixed;
mod journey;
mod programme;
mod shares;

pub use compiled::{Rules, compile};

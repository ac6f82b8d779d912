//! Decides who earned a sale and what each is paid.
//!
//! A programme (the rulebook's `referral`) is compiled once; sales are then judged against it, and a sale's decision is frozen
//! so that returns and statements need no rule of a later day. What must never be in here: a clock, randomness without a
//! fixed seed, input or output, a float that touches money. Floats are used by the linear solve of the Markov model alone,
//! which needs `+ − × ÷` and nothing else, so that its answer is the same on every machine.

mod abuse;
mod attribute;
mod check;
mod claims;
mod clawback;
mod commission;
mod compiled;
#[cfg(target_family = "wasm")]
mod component;
mod fixed;
mod journey;
mod link;
mod paths;
mod programme;
mod shares;
mod statement;
mod withholding;

pub use clawback::take_back;
pub use compiled::{Rules, compile};
pub use link::{sign, verify};
pub use paths::{markov, models};

//! Pushcart's edge host: reads `spin.toml`, composes its components and serves them on wasmtime.
//!
//! The binary is a thin shell around [`up`]; tests and benches embed the same function. What a client can cause is
//! bounded in every dimension, and what the host cannot do is refused by name before it listens.

pub mod app;
pub mod call;
pub mod cli;
pub mod compiled;
pub mod compose;
pub mod engine;
pub mod fault;
pub mod guest;
pub mod imports;
pub mod limiter;
pub mod log;
pub mod manifest;
mod memory;
pub mod metrics;
pub mod options;
pub mod plugins;
pub mod pool;
pub mod problem;
pub mod router;
mod running;
pub mod runtime_config;
mod say;
#[cfg(test)]
mod scratch;
pub mod serve;
pub mod store;
pub mod template;
mod toml_reader;
pub mod variables;

pub use options::{LogFormat, Options};
pub use problem::Problem;
pub use running::{Running, up};

//! Merchants' plugins: components that merchants upload, asked for proposals while a quote is made.
//!
//! This folder is the only room of the host that knows carts and merchants. A plugin runs on an engine of its own, in a
//! fresh store for every call, within the bounds of `bounds`; what it says is checked before anybody sees it, and what it
//! does wrong is its merchant's matter alone.

pub mod active;
pub mod asking;
pub mod book;
pub mod bounds;
pub mod breaker;
pub mod check;
pub mod config;
pub mod describe;
pub mod engine;
pub mod failure;
pub mod health;
pub mod http;
pub mod inert;
pub mod lanes;
pub mod life;
pub mod loaded;
pub mod metrics;
pub mod quota;
pub mod refusal;
pub mod run;
#[cfg(test)]
mod sample;
pub mod settings;
pub mod shelf;
pub mod signature;
mod size;
mod thread;
pub mod tokens;
pub mod tool;
pub mod upload;
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

pub use asking::facts;
pub use bindings::pushcart::plugin::types;

use std::sync::Arc;

/// Everything of plugins that an app has while it serves.
pub struct Plugins {
    /// The engine that runs them.
    pub engine: Arc<engine::PluginEngine>,
    /// What is switched on.
    pub actives: Arc<active::Actives>,
    /// Where they run.
    pub lanes: lanes::Lanes,
    /// Their counters.
    pub metrics: Arc<metrics::PluginMetrics>,
}

impl Plugins {
    /// Nothing is switched on yet. `requests` is how many requests the app has in components at once.
    ///
    /// # Errors
    /// Where the system has no room for the pool, or no threads.
    pub fn start(requests: usize) -> anyhow::Result<Self> {
        let engine = engine::PluginEngine::start(engine::Allocation::Pooled).map_err(anyhow::Error::from)?;
        let metrics = Arc::new(metrics::PluginMetrics::default());
        let lanes = lanes::Lanes::start(lanes::Places::of(requests), metrics.clone())?;
        Ok(Self { engine: Arc::new(engine), actives: Arc::default(), lanes, metrics })
    }

    /// Their counters as text.
    pub fn render_metrics(&self) -> String {
        self.metrics.render(&self.actives)
    }
}

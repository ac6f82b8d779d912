//! A function's component, compiled for a bench: as the host compiles it, so that times are the host's, or counting fuel.

use anyhow::Context as _;
use wasmtime::component::Component;
use wasmtime::{Config, Engine, Store};

/// A compiled component and its engine.
pub struct Built {
    /// The component.
    pub component: Component,
    engine: Engine,
    metered: bool,
}

impl Built {
    /// The function of that name, with the host's own configuration.
    ///
    /// # Errors
    /// Where it was not built.
    pub fn hosted(function: &str) -> anyhow::Result<Self> {
        Self::new(function, &pushcart::engine::config(), false)
    }

    /// The function of that name, in an engine that counts fuel.
    ///
    /// # Errors
    /// Where it was not built.
    pub fn metered(function: &str) -> anyhow::Result<Self> {
        let mut config = Config::new();
        config.concurrency_support(false).consume_fuel(true);
        Self::new(function, &config, true)
    }

    fn new(function: &str, config: &Config, metered: bool) -> anyhow::Result<Self> {
        let path = format!("target/components/{function}.wasm");
        let wasm = std::fs::read(&path).with_context(|| format!("{path} is missing: run scripts/build"))?;
        let engine = Engine::new(config).map_err(anyhow::Error::msg)?;
        let component = Component::new(&engine, &wasm).map_err(anyhow::Error::msg)?;
        Ok(Self { component, engine, metered })
    }

    /// A store that nothing interrupts.
    ///
    /// # Errors
    /// None that is expected.
    pub fn store(&self) -> anyhow::Result<Store<()>> {
        let mut store = Store::new(&self.engine, ());
        if self.metered {
            store.set_fuel(u64::MAX / 2).map_err(anyhow::Error::msg)?;
        } else {
            store.set_epoch_deadline(u64::MAX / 2);
        }
        Ok(store)
    }
}

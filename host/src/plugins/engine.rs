//! The engine of plugins: fewer features than the app's, fuel and epochs both, a pool of its own.
//!
//! Compiling may be done by another process: `config(Allocation::OnDemand)` compiles for `config(Allocation::Pooled)`.

use super::bounds;
use crate::engine::Ticker;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Result, WasmFeatures};

/// Where instances come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// From a pool with a fixed number of places: to serve.
    Pooled,
    /// From the system, one by one: to compile, and for tools.
    OnDemand,
}

/// Dirty memory that is reset in place for the next instance, in bytes a memory.
const KEEP_RESIDENT: usize = 256 << 10;

/// What wasmtime would take and no toolchain for plugins needs.
const UNWANTED: WasmFeatures = WasmFeatures::FUNCTION_REFERENCES
    .union(WasmFeatures::GC)
    .union(WasmFeatures::GC_TYPES)
    .union(WasmFeatures::EXCEPTIONS)
    .union(WasmFeatures::THREADS)
    .union(WasmFeatures::STACK_SWITCHING);

/// The configuration. Whatever changes code that is compiled is here and does not depend on `allocation`.
pub fn config(allocation: Allocation) -> Config {
    let mut config = Config::new();
    config
        .concurrency_support(false)
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(bounds::STACK)
        .memory_init_cow(true)
        // What toolchains for plugins need, and no more.
        .wasm_component_model(true)
        .wasm_bulk_memory(true)
        .wasm_multi_value(true)
        .wasm_simd(true)
        .wasm_extended_const(true)
        .wasm_tail_call(true)
        .wasm_relaxed_simd(false)
        // Adapters between the parts of one component have the memories of both.
        .wasm_multi_memory(true)
        .wasm_memory64(false)
        .wasm_wide_arithmetic(false)
        .wasm_custom_page_sizes(false)
        .wasm_features(UNWANTED, false)
        // Same input, same bytes, on every machine.
        .cranelift_nan_canonicalization(true)
        // Addresses and frames would say nothing to the merchant.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .native_unwind_info(false);
    if allocation == Allocation::Pooled {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    }
    config
}

fn pool() -> PoolingAllocationConfig {
    let slots = bounds::INSTANCES;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots * 8)
        .total_memories(slots)
        .total_tables(slots * 4)
        .max_core_instances_per_component(bounds::CORE_INSTANCES)
        .max_memories_per_component(bounds::MEMORIES)
        .max_tables_per_component(bounds::TABLES)
        .max_memory_size(bounds::Tier::Large.bounds().memory)
        .table_elements(bounds::TABLE_ELEMENTS)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(16 << 10)
        .pagemap_scan(Enabled::Auto)
        .max_unused_warm_slots(16);
    pool
}

/// An engine that compiles what [`PluginEngine::start`] with [`Allocation::Pooled`] runs, and reserves nothing.
///
/// # Errors
/// Where the machine's processor is none that wasmtime compiles for.
pub fn compiler() -> Result<Engine> {
    Engine::new(&config(Allocation::OnDemand))
}

/// The engine, and the thread that moves its clock on.
pub struct PluginEngine {
    engine: Engine,
    _clock: Ticker,
}

impl PluginEngine {
    /// An engine whose clock runs.
    ///
    /// # Errors
    /// Where the system has no room for the pool, or no thread.
    pub fn start(allocation: Allocation) -> Result<Self> {
        let engine = Engine::new(&config(allocation))?;
        let clock = Ticker::start(&engine)?;
        Ok(Self { engine, _clock: clock })
    }

    /// wasmtime's own.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::{DefaultHasher, Hash, Hasher};

    #[test]
    fn what_one_compiles_the_other_runs() {
        let hash = |engine: &Engine| {
            let mut hasher = DefaultHasher::new();
            engine.precompile_compatibility_hash().hash(&mut hasher);
            hasher.finish()
        };
        let serving = crate::plugins::sample::ENGINE.engine();
        let (compiler, default) = (compiler().unwrap(), Engine::default());
        assert_eq!(hash(&compiler), hash(serving));
        assert_ne!(hash(&default), hash(serving));
    }
}

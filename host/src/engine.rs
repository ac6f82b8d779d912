//! The Wasm engine of the app's components: what the compiler may do, how instances are allocated, and the clock that
//! interrupts them.
//!
//! An engine for code of merchants would be a second one with its own bounds; nothing here is shared by name.

use crate::options::Options;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use wasmtime::{Config, Enabled, Engine, Inlining, InstanceAllocationStrategy, PoolingAllocationConfig, Result};

/// How often running components are interrupted to look at the clock.
pub const TICK: Duration = Duration::from_millis(2);
/// Memories that one composed component may have.
const MEMORIES: u32 = 16;
/// Core instances that one composed component may have; adapters count.
const CORE_INSTANCES: u32 = 128;
/// Dirty memory that is reset in place for the next instance, in bytes a memory; what is more is given back to the
/// system. Measured: with the kernel's list of dirty pages fresh instances serve twice as much as without, and more than
/// this gains nothing.
const KEEP_RESIDENT: usize = 256 << 10;
/// Stack of a component, in bytes.
const WASM_STACK: usize = 1 << 20;

/// Memory that the machine must have for compiling with inlining, in bytes. Measured: the whole app takes 3.1 GB for the
/// twenty seconds that it is compiled, because every function is kept until the last is inlined.
const INLINING_NEEDS: u64 = 6 << 30;

/// A quote is made of many short calls within and between components: with inlining it takes a tenth fewer instructions.
/// A small machine does without.
fn inlining(total: Option<u64>) -> Inlining {
    if total.is_some_and(|bytes| bytes >= INLINING_NEEDS) { Inlining::Yes } else { Inlining::No }
}

/// What decides how components are compiled and run, without where their instances live.
pub fn config() -> Config {
    let mut config = Config::new();
    config
        // Without it calls are a quarter cheaper; WASI 0.3 would need it.
        .concurrency_support(false)
        .epoch_interruption(true)
        .memory_init_cow(true)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(WASM_STACK * 2)
        // Same input, same bytes, on every machine.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .compiler_inlining(inlining(crate::memory::total()))
        // Components are stripped: addresses and frames would say nothing.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .native_unwind_info(false);
    config
}

/// The engine for instances of at most `largest` bytes of memory, as many at once as the options say.
pub fn build(options: &Options, largest: usize) -> Result<Engine> {
    // Instances under way, as many idle, and those that run alone.
    let slots = u32::try_from(options.concurrency * 2 + options.large_concurrency + 1).unwrap_or(u32::MAX / 256);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots * CORE_INSTANCES)
        .total_memories(slots * MEMORIES)
        .total_tables(slots * MEMORIES * 2)
        .total_stacks(slots)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(MEMORIES * 2)
        .max_memory_size(largest)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .pagemap_scan(Enabled::Auto)
        .table_keep_resident(16 << 10)
        .max_unused_warm_slots(slots.min(64));
    let mut config = config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config)
}

/// The thread that moves the engine's clock on; it ends when this is dropped.
pub struct Ticker(Arc<AtomicBool>);

impl Ticker {
    /// Starts the clock of `engine`. An OS thread, because a busy executor would not run a task in time.
    pub fn start(engine: &Engine) -> std::io::Result<Self> {
        let running = Arc::new(AtomicBool::new(true));
        let (engine, seen) = (engine.weak(), running.clone());
        std::thread::Builder::new().name("epoch".into()).spawn(move || {
            while seen.load(Ordering::Relaxed) {
                std::thread::sleep(TICK);
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
            }
        })?;
        Ok(Self(running))
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

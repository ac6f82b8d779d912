//! Bytes and instantiation time of each component, and of all composed.

use anyhow::Context as _;
use pushcart::app::App;
use pushcart::compose::Composition;
use pushcart::{Options, imports, manifest};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

/// Instances made of each.
const ROUNDS: u32 = 2_000;

/// Prints the table.
pub fn run() -> anyhow::Result<()> {
    let options = Options::default();
    let engine = pushcart::engine::build(&options, options.memory).map_err(anyhow::Error::msg)?;
    println!("{:<14} {:>9}  {:>14}", "component", "bytes", "instantiation");
    for name in ["pricing", "promotions", "referral", "inventory", "tagging", "plugins-none"] {
        let path = format!("target/components/{name}.wasm");
        let wasm = std::fs::read(&path).with_context(|| format!("{path} is missing: run scripts/build"))?;
        println!("{name:<14} {:>9}  {:>11.1} µs", wasm.len(), alone(&engine, &wasm)?);
    }
    let storefront = std::fs::metadata("target/components/storefront.wasm")?.len();
    println!("{:<14} {storefront:>9}", "storefront");
    println!("{:<14} {:>9}  {:>11.1} µs  (target ≤ 100 µs)", "the whole app", composed()?, together()?);
    Ok(())
}

/// Bytes of the storefront with everything that it depends on.
fn composed() -> anyhow::Result<usize> {
    let manifest = manifest::read(Path::new("spin.toml"))?;
    let component = manifest.components.get("storefront").context("spin.toml has no storefront")?;
    let composition = Composition::new(&manifest, "storefront", component).compose(imports::provides);
    composition.map(|composed| composed.wasm.len()).map_err(|faults| anyhow::anyhow!(faults.join("; ")))
}

/// Microseconds for a fresh instance of the whole app as the host makes it for a request, its state and its end included.
fn together() -> anyhow::Result<f64> {
    let app = App::build(Options { quiet: true, state_dir: Some(PathBuf::new()), ..Options::default() })?;
    let pool = app.pools.first().context("the app has no component")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let start = Instant::now();
        for _ in 0..ROUNDS {
            let deadline = Instant::now() + Duration::from_secs(2);
            pool.lease(deadline, "", None).await.map_err(anyhow::Error::msg)?.retire();
        }
        Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS))
    })
}

/// Microseconds for a fresh store and an instance in it.
fn alone(engine: &Engine, wasm: &[u8]) -> anyhow::Result<f64> {
    let component = Component::new(engine, wasm).map_err(anyhow::Error::msg)?;
    let pre = Linker::<()>::new(engine).instantiate_pre(&component).map_err(anyhow::Error::msg)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let start = Instant::now();
        for _ in 0..ROUNDS {
            let mut store = Store::new(engine, ());
            store.set_epoch_deadline(u64::MAX / 2);
            pre.instantiate_async(&mut store).await.map_err(anyhow::Error::msg)?;
        }
        Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS))
    })
}

//! Fuel of the worked examples on one cart, against a golden file: what a change of a toolchain or of an example costs is seen, on
//! every machine alike.

use crate::plugins::{JS_CONFIG, bundle, cart, context};
use anyhow::{Context as _, ensure};
use pushcart::plugins::bounds::Tier;
use pushcart::plugins::engine::PluginEngine;
use pushcart::plugins::loaded::{Loaded, Permit};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tests::examples::{Example, JS, PYTHON, RUST};
use wasmtime::component::Component;

/// `PUSHCART_BLESS=1` writes what could be built here anew.
const GOLDEN: &str = "scripts/measure/golden/plugins.json";
/// How far fuel may be from it, in hundredths.
const NEAR: u64 = 5;

/// Prints each, and fails where one is not as it was.
pub fn run(engine: &Arc<PluginEngine>) -> anyhow::Result<()> {
    // The cart is of 25 November 2026, the 17th of the tenth month.
    let message = json!({"en": "The seventeenth", "zh": "十七"});
    let feast = json!({"code": "seventeenth", "month": 10, "day": 17, "basisPoints": 1000, "messages": message});
    let configs = [(RUST, bundle()), (JS, JS_CONFIG.parse()?), (PYTHON, json!({ "festivals": [feast] }))];
    let golden = std::fs::read(GOLDEN).unwrap_or_else(|_| b"{}".to_vec());
    let mut golden: BTreeMap<String, u64> = serde_json::from_slice(&golden).with_context(|| GOLDEN.to_owned())?;
    let bless = std::env::var_os("PUSHCART_BLESS").is_some();
    let mut differ = Vec::new();
    println!("fuel of one evaluation, the same cart, against {GOLDEN}:");
    for (example, config) in configs {
        let component = match example.built() {
            Ok(component) => component,
            Err(missing) => {
                println!("  SKIPPED: {missing}");
                continue;
            }
        };
        let fuel = fuel(engine, example, &component, &config)?;
        if bless {
            golden.insert(example.name.to_owned(), fuel);
        }
        let wanted = golden.get(example.name).copied().unwrap_or_default();
        println!("  {:<24} {fuel:>9}, golden {wanted:>9}", example.name);
        if fuel.abs_diff(wanted).saturating_mul(100) > wanted.saturating_mul(NEAR) {
            differ.push(format!("{}: {fuel} instead of {wanted}", example.name));
        }
    }
    if bless {
        std::fs::write(GOLDEN, serde_json::to_string_pretty(&golden)? + "\n")?;
    }
    ensure!(differ.is_empty(), "{}; PUSHCART_BLESS=1 writes {GOLDEN} anew", differ.join("; "));
    Ok(())
}

fn fuel(engine: &Arc<PluginEngine>, example: Example, component: &[u8], config: &Value) -> anyhow::Result<u64> {
    let component = Component::new(engine.engine(), component).map_err(anyhow::Error::msg)?;
    let tier = Tier::named(example.tier).context("a tier")?;
    let loaded = Loaded::new(engine, &component, Permit { tier, wasi: false }).map_err(anyhow::Error::msg)?;
    let ran = loaded.evaluate(&cart(), &context(), &config.to_string(), &[]);
    let proposals = ran.result.map_err(|failure| anyhow::anyhow!("{}: {failure}", example.name))?;
    ensure!(!proposals.is_empty(), "{} proposes nothing", example.name);
    Ok(ran.usage.fuel)
}

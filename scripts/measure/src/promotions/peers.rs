//! The same cart and rules through json-rules-engine and zen-engine, which npm installs into a folder of their own. They are
//! for comparison only: where npm is missing this part is left out, loudly.
//!
//! Like for like is the whole work: the cart's lines go in, each promotion's amount comes out. Beside it stands what they
//! take for less: which rules hold, of a list of SKUs made before the clock starts, without amounts.

use super::{RATE, TOGETHER, cart, expected, product};
use crate::figures::verdict;
use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// The engines, by the names and versions that npm knows.
const ENGINES: [&str; 2] = ["json-rules-engine@7.3.1", "@gorules/zen-engine@0.54.0"];
const FOLDER: &str = "target/peers";
const SCRIPT: &str = "scripts/measure/peers/engines.mjs";
/// How long each is measured.
const SECONDS: u64 = 2;

/// Prints what each takes for one evaluation, beside `own` microseconds.
pub fn run(size: usize, own: f64) -> anyhow::Result<()> {
    if Command::new("npm").arg("--version").output().is_err() {
        println!("LEFT OUT: npm is missing, so json-rules-engine and zen-engine are not compared");
        return Ok(());
    }
    install()?;
    let answer = measured(size)?;
    for (name, found) in answer.as_object().into_iter().flatten() {
        let took = |work: &str| -> anyhow::Result<f64> {
            let taken = found[work]["discount"].as_i64();
            ensure!(taken == Some(expected()), "{name} takes off {taken:?}, not {}", expected());
            found[work]["microseconds"].as_f64().context("microseconds")
        };
        let (whole, less) = (took("whole")?, took("less")?);
        println!(
            "{size:>10} promotions, {name:<18} {whole:>10.1} µs: {:>8.1} × warm Wasm; target: at least 10: {} \
             (conditions alone {less:.1} µs: {:.1} ×)",
            whole / own,
            verdict(whole / own >= 10.0),
            less / own
        );
    }
    Ok(())
}

fn install() -> anyhow::Result<()> {
    let folder = Path::new(FOLDER);
    if folder.join("node_modules/json-rules-engine").exists()
        && folder.join("node_modules/@gorules/zen-engine").exists()
    {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("package.json"), r#"{"private":true}"#)?;
    let status = Command::new("npm")
        .args(["install", "--silent", "--no-audit", "--no-fund", "--save-exact"])
        .args(ENGINES)
        .current_dir(folder)
        .status()?;
    ensure!(status.success(), "npm could not install {}", ENGINES.join(" and "));
    Ok(())
}

fn measured(size: usize) -> anyhow::Result<Value> {
    let lines: Vec<Value> = cart()
        .iter()
        .map(|line| json!({ "sku": line.sku, "quantity": line.quantity, "price": line.unit_price }))
        .collect();
    let promotions: Vec<Value> = (0..size)
        .map(|number| json!({ "id": format!("p{number}"), "sku": product(number), "basisPoints": RATE }))
        .collect();
    let case = json!({ "lines": lines, "promotions": promotions, "seconds": SECONDS, "together": TOGETHER });
    let path = Path::new(FOLDER).join(format!("{size}.json"));
    std::fs::write(&path, case.to_string())?;
    let script = std::fs::canonicalize(SCRIPT)?;
    let output = Command::new("node").arg(script).arg(std::fs::canonicalize(&path)?).current_dir(FOLDER).output()?;
    ensure!(output.status.success(), "node: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("what node printed")
}

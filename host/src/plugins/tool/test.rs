//! `pushcart plugin test`: what an upload would say of the plugin, then its carts, under the bounds of the host.

use super::Place;
use super::case::{Case, Expected};
use super::folder::Folder;
use super::plugin::Plugin;
use crate::plugins::bounds::{self, Tier};
use crate::plugins::run::Usage;
use crate::plugins::{check, config};
use crate::say::say;
use anyhow::{Context, Result, anyhow, bail, ensure};
use std::path::{Path, PathBuf};

pub fn run(place: &Place) -> Result<()> {
    let folder = Folder::open(&place.folder)?;
    let bytes = folder.component()?;
    let plugin = folder.plugin(&bytes)?;
    let most = plugin.needs.tier.bounds();
    say!("{} {}, {} tier: an upload would take it", folder.name, folder.version, plugin.needs.tier.name());
    if plugin.needs.wasi {
        say!("  it imports WASI: a host takes it only where its operator gave --plugin-wasi");
    }
    say!("  component     {}", part(bytes.len() as u64, most.component as u64, "bytes"));
    say!(
        "  golden carts  fuel {}, memory {}",
        part(plugin.trial.fuel, most.fuel, ""),
        kib(plugin.trial.memory, most.memory)
    );
    let active = folder.config()?.to_string();
    plugin.configured(&active).context("config.json, which `activate` sends")?;
    let mut wrong = 0;
    let files = carts(folder.root())?;
    for file in &files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let (usage, differs) = case(&plugin, file)?;
        wrong += usize::from(differs.is_some());
        say!("{} {name}", if differs.is_some() { "WRONG" } else { "ok   " });
        say!("{}", used(&usage, plugin.needs.tier));
        if let Some(differs) = differs {
            say!("{differs}");
        }
    }
    say!("{} passed, {wrong} failed", files.len() - wrong);
    if wrong > 0 { bail!("{wrong} carts are not as expected") } else { Ok(()) }
}

fn carts(root: &Path) -> Result<Vec<PathBuf>> {
    let folder = root.join("carts");
    let entries = std::fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    ensure!(!files.is_empty(), "{} has no .json file: a plugin without a cart is not tested", folder.display());
    Ok(files)
}

/// What a call used of its bounds.
fn used(usage: &Usage, tier: Tier) -> String {
    let Usage { fuel, memory, time, input, output, log } = usage;
    let most = tier.bounds();
    let micros = |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let mut text = format!(
        "      fuel {}, memory {}, time {}\n      input {}, output {}",
        part(*fuel, most.fuel, ""),
        kib(*memory as u64, most.memory),
        part(micros(*time), micros(bounds::TIME), "µs"),
        part(*input as u64, bounds::INPUT as u64, "bytes"),
        part(*output as u64, bounds::OUTPUT as u64, "bytes"),
    );
    for line in log.lines() {
        text.push_str(&format!("\n      log: {line}"));
    }
    text
}

/// So much of a bound, and how many hundredths of it that is.
fn part(used: u64, most: u64, unit: &str) -> String {
    let space = if unit.is_empty() { "" } else { " " };
    format!("{used} of {most}{space}{unit} ({} %)", used.saturating_mul(100).checked_div(most).unwrap_or(0))
}

fn kib(used: u64, most: usize) -> String {
    part(used >> 10, most as u64 >> 10, "KiB")
}

/// What a case used, and how its result differs from what it expects.
fn case(plugin: &Plugin, file: &Path) -> Result<(Usage, Option<String>)> {
    let case = Case::read(file)?;
    let text = serde_json::Value::Object(case.config.clone()).to_string();
    let checked = config::check(&plugin.schema, &text);
    checked.map_err(|faults| anyhow!("{}: /config does not fit the schema: {}", file.display(), faults.join("; ")))?;
    let cart = case.cart();
    let ran = plugin.loaded.evaluate(&cart, &case.context()?, &text, &case.earlier());
    let result = ran.result.and_then(|proposals| check::proposals(&plugin.name, &cart, &proposals));
    let said = result.as_ref().err().map(|failure| format!("      {failure}\n")).unwrap_or_default();
    let (found, expected) = (Expected::found(&plugin.name, result), case.expect.sorted());
    let differs = (found != expected).then(|| format!("{said}      expected {expected:?}\n      found    {found:?}"));
    Ok((ran.usage, differs))
}

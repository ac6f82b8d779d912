//! `pushcart plugin test`: the plugin on its carts, under the bounds of the host.

use super::Place;
use super::case::{Case, Expected};
use super::folder::Folder;
use crate::compiled::CodeCache;
use crate::plugins::bounds::{self, Tier};
use crate::plugins::engine::{Allocation, PluginEngine};
use crate::plugins::loaded::{Loaded, Permit};
use crate::plugins::run::Usage;
use crate::plugins::{check, config, describe};
use anyhow::{Context, Result, anyhow, bail, ensure};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub fn run(place: &Place) -> Result<()> {
    let folder = Folder::open(&place.folder)?;
    let bytes = folder.component()?;
    let plugin = Plugin::load(&folder, &bytes)?;
    println!("{} {}, {} tier", folder.name, folder.version, plugin.tier.name());
    let most = plugin.tier.bounds();
    println!("component       {:>12} of {:>12} bytes", bytes.len(), most.component);
    ensure!(bytes.len() <= most.component, "plugin-too-large: the component has more bytes than its tier allows");
    let mut wrong = 0;
    let files = carts(folder.root())?;
    for file in &files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        match plugin.case(&folder.name, file)? {
            (usage, None) => println!("ok    {name:<24} {}", used(&usage, plugin.tier)),
            (usage, Some(differs)) => {
                wrong += 1;
                println!("WRONG {name:<24} {}\n{differs}", used(&usage, plugin.tier));
            }
        }
    }
    println!("{} passed, {wrong} failed", files.len() - wrong);
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

fn used(usage: &Usage, tier: Tier) -> String {
    let most = tier.bounds();
    format!(
        "fuel {:>9} of {}  memory {:>5} of {} KiB  time {:>6} of {} µs  input {} of {}  output {} of {} bytes",
        usage.fuel,
        most.fuel,
        usage.memory >> 10,
        most.memory >> 10,
        usage.time.as_micros(),
        bounds::TIME.as_micros(),
        usage.input,
        bounds::INPUT,
        usage.output,
        bounds::OUTPUT,
    )
}

/// What the plugin needs, as it says itself.
pub fn needs(folder: &Folder, bytes: &[u8]) -> Result<describe::Needs> {
    Plugin::load(folder, bytes).map(|plugin| plugin.needs)
}

/// A plugin that is compiled here, with what it said of itself.
struct Plugin {
    loaded: Loaded,
    tier: Tier,
    needs: describe::Needs,
    schema: String,
}

impl Plugin {
    fn load(folder: &Folder, bytes: &[u8]) -> Result<Self> {
        let engine = Arc::new(PluginEngine::start(Allocation::OnDemand).map_err(anyhow::Error::from)?);
        // Python's interpreter takes a minute to compile, once.
        let cache = CodeCache::new(Some(folder.build().join("code"))).context("build/code cannot be made")?;
        let (component, _) = cache
            .load(engine.engine(), bytes)
            .map_err(|error| anyhow!("plugin-invalid: the component cannot be compiled: {error:#}"))?;
        // It says itself in which tier it runs; until then it has the larger bounds.
        let load = |permit| {
            let loaded = Loaded::new(&engine, &component, permit);
            loaded.map_err(|error| anyhow!("plugin-world-mismatch: {error:#}"))
        };
        let loaded = load(Permit { tier: Tier::Large, wasi: true })?;
        let described = loaded.describe().result.map_err(|failure| anyhow!("describe: {failure}"))?;
        let needs = describe::check(&described).map_err(|failure| anyhow!("describe: {failure}"))?;
        ensure!(
            described.name == folder.name && described.version == folder.version,
            "describe says {} {}, plugin.json says {} {}",
            described.name,
            described.version,
            folder.name,
            folder.version
        );
        let loaded = load(Permit { tier: needs.tier, wasi: needs.wasi })?;
        Ok(Self { loaded, tier: needs.tier, needs, schema: described.config_schema })
    }

    /// What a case used, and how its result differs from what it expects.
    fn case(&self, name: &str, file: &Path) -> Result<(Usage, Option<String>)> {
        let case = Case::read(file)?;
        let text = serde_json::Value::Object(case.config.clone()).to_string();
        let checked = config::check(&self.schema, &text);
        checked
            .map_err(|faults| anyhow!("{}: /config does not fit the schema: {}", file.display(), faults.join("; ")))?;
        let cart = case.cart();
        let ran = self.loaded.evaluate(&cart, &case.context()?, &text, &case.earlier());
        let result = ran.result.and_then(|proposals| check::proposals(name, &cart, &proposals));
        let said = result.as_ref().err().map(|failure| format!("      {failure}\n")).unwrap_or_default();
        let (found, expected) = (Expected::found(name, result), case.expect.sorted());
        let differs =
            (found != expected).then(|| format!("{said}      expected {expected:?}\n      found    {found:?}"));
        Ok((ran.usage, differs))
    }
}

//! A component as this machine sees it: read, compiled, asked what it is and tried, as an upload would be.

use crate::compiled::CodeCache;
use crate::plugins::bounds::Tier;
use crate::plugins::engine::{Allocation, PluginEngine};
use crate::plugins::loaded::{Loaded, Permit};
use crate::plugins::refusal::{Fault, Refusal};
use crate::plugins::upload::{self, Claim, Wasi, golden};
use crate::plugins::{book, config, describe};
use anyhow::{Context, Result, anyhow};
use std::path::PathBuf;
use std::sync::Arc;

/// A plugin that an upload would take.
pub struct Plugin {
    /// Ready to run within the bounds of its tier.
    pub loaded: Loaded,
    /// Its name, as it says it.
    pub name: String,
    /// Its version, as it says it.
    pub version: String,
    /// What it needs.
    pub needs: describe::Needs,
    /// JSON Schema of its configuration; empty where any will do.
    pub schema: String,
    /// What the golden carts cost it at most.
    pub trial: book::Trial,
}

impl Plugin {
    /// Does what an upload does, but for tokens, signatures and quotas. `claim` is what it must call itself, `cache` where compiled
    /// code is kept.
    ///
    /// # Errors
    /// With the code of the step that refuses it and what to change.
    pub fn load(bytes: &[u8], cache: Option<PathBuf>, claim: Option<(&str, &str)>) -> Result<Self> {
        // It says itself in which tier it runs and whether it needs WASI; until then it has more.
        let any = Wasi { asked: true, allowed: true };
        let inspected = upload::inspect(bytes, Tier::Large, any).map_err(|refusal| refused(&refusal))?;
        let engine = Arc::new(PluginEngine::start(Allocation::OnDemand).map_err(anyhow::Error::from)?);
        let cache = CodeCache::new(cache).context("the folder for compiled code cannot be made")?;
        let (component, _) = cache
            .load(engine.engine(), bytes)
            .map_err(|error| anyhow!("plugin-compile-failed: the component cannot be compiled: {error:#}"))?;
        let load = |permit| {
            let loaded = Loaded::new(&engine, &component, permit);
            loaded.map_err(|error| anyhow!("plugin-does-not-fit: {error:#}"))
        };
        let most = Permit { tier: Tier::Large, wasi: inspected.wasi };
        let described = load(most)?.describe().result.map_err(|failure| anyhow!("describe: {failure}"))?;
        let needs = describe::check(&described).map_err(|failure| anyhow!("describe: {failure}"))?;
        if needs.tier < Tier::Large {
            upload::inspect(bytes, needs.tier, any).map_err(|refusal| refused(&refusal))?;
        }
        let loaded = load(Permit { tier: needs.tier, wasi: inspected.wasi })?;
        let (plugin, version) = claim.unwrap_or((&described.name, &described.version));
        let tried = upload::examine(Claim { plugin, version }, &loaded).map_err(|refusal| refused(&refusal))?;
        let book::Version { config_schema: schema, trial, .. } = tried;
        let needs = describe::Needs { wasi: inspected.wasi, ..needs };
        Ok(Self { loaded, name: described.name, version: described.version, needs, schema, trial })
    }

    /// Checks a configuration as an activation does: against the schema, then on the golden carts.
    ///
    /// # Errors
    /// With each fault.
    pub fn configured(&self, config: &str) -> Result<()> {
        config::check(&self.schema, config).map_err(|faults| {
            anyhow!("invalid-config: the configuration does not fit the schema:\n  {}", faults.join("\n  "))
        })?;
        golden::run(&self.name, &self.loaded, config, true).map(|_| ()).map_err(|refusal| refused(&refusal))
    }
}

/// A refusal as a developer reads it: the code, the sentence, and each fault.
fn refused(refusal: &Refusal) -> anyhow::Error {
    let (_, _, title) = refusal.code.parts();
    let mut text = format!("{}: {title}. {}", refusal.said(), refusal.detail);
    for Fault { code, pointer, detail } in &refusal.faults {
        text.push_str(&format!("\n  {pointer} {code}: {detail}"));
    }
    anyhow!(text)
}

//! From bytes to a plugin that may be switched on: one file a step, in the order in which they cost more.
//!
//! Every step has codes of its own and says what to change. What reaches a later step has passed all earlier ones; what fails
//! leaves nothing behind.

pub mod compile;
pub mod golden;
pub mod imports;
pub mod kind;
mod shape;
pub mod structure;
pub mod validate;
pub mod world;

use super::book::{Trial, Version};
use super::bounds::Tier;
use super::describe;
use super::loaded::Loaded;
use super::refusal::{Code, Fault, Refusal};
use super::shelf;
use super::types::Description;
use std::collections::BTreeMap;

pub use imports::Wasi;

/// What is known of a component by reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// `sha256:` and the digest of its bytes.
    pub digest: String,
    /// It imports WASI.
    pub wasi: bool,
}

/// Reads a component: its kind, its structure, its validity, its world and its imports. Nothing is compiled or run.
///
/// # Errors
/// With the code of the step that refuses it.
pub fn inspect(bytes: &[u8], tier: Tier, wasi: Wasi) -> Result<Inspected, Refusal> {
    kind::check(bytes)?;
    let most = tier.bounds().component;
    if bytes.len() > most {
        return Err(too_large(tier));
    }
    let mut census = structure::check(bytes, tier == Tier::Large).map_err(|stopped| match stopped {
        structure::Stopped::Bound(refusal) => refusal,
        structure::Stopped::Unreadable(error) => validate::refusal(bytes, &error),
    })?;
    let types = validate::check(bytes, &mut census)?;
    let wasi = imports::check(bytes, types.as_ref(), wasi)?;
    world::check(types.as_ref())?;
    Ok(Inspected { digest: shelf::digest(bytes), wasi })
}

/// What is said of a component that is larger than its tier allows.
pub fn too_large(tier: Tier) -> Refusal {
    let most = tier.bounds().component;
    let advice = match tier {
        Tier::Normal => {
            "leave out debug information, optimise for size, or ask for the large tier (header `pushcart-tier: large`)"
        }
        Tier::Large => "leave out debug information and modules that are not used",
    };
    Refusal::new(
        Code::PluginTooLarge,
        format!("A component of the {} tier has at most {most} bytes: {advice}.", tier.name()),
    )
}

/// What an upload says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'c> {
    /// The plugin's name, of the path.
    pub plugin: &'c str,
    /// The version, of the path.
    pub version: &'c str,
}

/// Asks a loaded plugin what it is and runs it on the golden carts.
///
/// # Errors
/// Where it is another one than was claimed, needs more than it was uploaded with, or fails.
pub fn examine(claim: Claim<'_>, loaded: &Loaded) -> Result<Version, Refusal> {
    let failed =
        |failure: super::failure::Failure| Refusal::fault(Code::Trial, failure.code(), "/describe", failure.text);
    let described = loaded.describe().result.map_err(failed)?;
    let needs = describe::check(&described).map_err(failed)?;
    let Description { name, version, needs: _, config_schema, messages } = described;
    let permit = loaded.permit();
    let mut faults = Vec::new();
    let mut differs = |code: &str, pointer: &str, detail: String| {
        faults.push(Fault { code: code.into(), pointer: pointer.into(), detail });
    };
    if name != claim.plugin {
        let detail = format!("It calls itself `{name}` and is uploaded as `{}`.", claim.plugin);
        differs("plugin-name-differs", "/describe/name", detail);
    }
    if version != claim.version {
        let detail = format!("It calls itself version {version} and is uploaded as {}.", claim.version);
        differs("plugin-version-differs", "/describe/version", detail);
    }
    if needs.tier > permit.tier {
        let detail = "It needs the large tier: upload it with the header `pushcart-tier: large`.";
        differs("plugin-tier-differs", "/describe/needs", detail.into());
    }
    if needs.wasi && !permit.wasi {
        let detail = "It needs the inert WASI: upload it with the header `pushcart-wasi: inert`.";
        differs("plugin-wasi-not-asked", "/describe/needs", detail.into());
    }
    if !faults.is_empty() {
        return Err(Refusal::of(Code::Description, faults));
    }
    let Trial { fuel, memory } = golden::run(claim.plugin, loaded, "{}", false)?;
    Ok(Version {
        digest: String::new(),
        size: 0,
        tier: permit.tier.name().to_owned(),
        wasi: permit.wasi,
        uploaded_at: 0,
        signed_by: None,
        needs: needs.attributes,
        config_schema,
        messages: messages.into_iter().map(|message| (message.language, message.text)).collect::<BTreeMap<_, _>>(),
        trial: Trial { fuel, memory },
    })
}

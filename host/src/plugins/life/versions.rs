//! Versions: in by the whole pipeline, out when nothing needs them.

use super::{Answer, Conditions, Life, Swap, conditions, lock, now, unknown, view};
use crate::plugins::book::{NAME_FORM, VERSION_FORM, Version, is_name, is_version};
use crate::plugins::bounds::Tier;
use crate::plugins::loaded::Permit;
use crate::plugins::refusal::{Code, Refusal};
use crate::plugins::upload::{self, Claim, Inspected, Wasi};
use crate::plugins::{quota, shelf, signature};
use serde_json::Value;

/// An upload: its place in the path, what its headers say, and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Upload<'u> {
    /// The plugin's name and version.
    pub claim: Claim<'u>,
    /// `pushcart-tier`.
    pub tier: Tier,
    /// `pushcart-wasi: inert`.
    pub wasi: bool,
    /// `pushcart-signature`.
    pub signature: Option<&'u str>,
    /// The component.
    pub bytes: &'u [u8],
}

/// Checks the names in an upload's path.
///
/// # Errors
/// Where one is not of its form.
pub fn names(Claim { plugin, version }: Claim<'_>) -> Result<(), Refusal> {
    if !is_name(plugin) {
        return Err(Refusal::new(Code::InvalidPlugin, format!("A plugin's name is {NAME_FORM}.")));
    }
    if !is_version(version) {
        return Err(Refusal::new(Code::InvalidVersion, format!("A version is {VERSION_FORM}.")));
    }
    Ok(())
}

impl Life {
    /// Takes a version in: every step of the pipeline, then the component, then the manifest.
    ///
    /// # Errors
    /// With the code of the step that refuses it; then nothing has changed.
    pub fn put(&self, merchant: &str, upload: Upload<'_>, conditions: &Conditions<'_>) -> Result<Answer, Refusal> {
        let Upload { claim, tier, wasi, signature: signed, bytes } = upload;
        names(claim)?;
        let digest = shelf::digest(bytes);
        let signed_by = {
            let book = self.book(merchant)?;
            let book = lock(&book);
            if let Some(answer) = conditions.answered(&book)? {
                return Ok(answer);
            }
            conditions.check(book.plugins.get(claim.plugin))?;
            if let Some(answer) = known(merchant, &book, claim, &digest)? {
                return Ok(answer);
            }
            quota::room(&book, claim.plugin, bytes.len() as u64, &self.settings)?;
            signature::check(signed, &digest, &book, self.settings.signatures)?
        };
        // Nobody waits for the merchant's manifest while this is read, compiled and tried.
        let asked = Wasi { asked: wasi, allowed: self.settings.wasi };
        let Inspected { digest, wasi } = upload::inspect(bytes, tier, asked)?;
        let loaded = self.loaded(bytes, Permit { tier, wasi })?;
        let examined = upload::examine(claim, &loaded)?;
        let version =
            Version { digest: digest.clone(), size: bytes.len() as u64, uploaded_at: now(), signed_by, ..examined };
        self.change(merchant, Some(claim.plugin), conditions, |book| {
            if let Some(answer) = known(merchant, book, claim, &digest)? {
                return Ok((answer, Swap::Nothing));
            }
            quota::room(book, claim.plugin, version.size, &self.settings)?;
            self.shelf.put(merchant, &digest, bytes).map_err(|error| Refusal::store(&error))?;
            let revision = book.revision;
            let plugin = book.plugins.entry(claim.plugin.to_owned()).or_default();
            plugin.revision = revision;
            let body = view::version(merchant, claim.plugin, claim.version, &version);
            plugin.versions.insert(claim.version.to_owned(), version);
            Ok((Answer { status: 201, body, etag: Some(conditions::tag(plugin)) }, Swap::Nothing))
        })
    }

    /// What is known of a version.
    ///
    /// # Errors
    /// Where there is none.
    pub fn version(&self, merchant: &str, Claim { plugin, version }: Claim<'_>) -> Result<Answer, Refusal> {
        let book = self.book(merchant)?;
        let book = lock(&book);
        let known = book.plugins.get(plugin).ok_or_else(|| unknown(plugin))?;
        let found = known.versions.get(version).ok_or_else(|| unknown_version(plugin, version))?;
        let body = view::version(merchant, plugin, version, found);
        Ok(Answer { status: 200, body, etag: Some(conditions::tag(known)) })
    }

    /// Removes a version that is not active.
    ///
    /// # Errors
    /// Where there is none, or it is active.
    pub fn delete_version(
        &self,
        merchant: &str,
        Claim { plugin: name, version }: Claim<'_>,
        conditions: &Conditions<'_>,
    ) -> Result<Answer, Refusal> {
        let mut gone = Vec::new();
        let answer = self.change(merchant, Some(name), conditions, |book| {
            let revision = book.revision;
            let plugin = book.plugins.get_mut(name).ok_or_else(|| unknown(name))?;
            if plugin.active.as_ref().is_some_and(|active| active.version == version) {
                let detail = "Activate another version first, or switch the plugin off with POST …:deactivate.";
                return Err(Refusal::new(Code::VersionActive, detail));
            }
            gone.push(plugin.versions.remove(version).ok_or_else(|| unknown_version(name, version))?.digest);
            plugin.history.retain(|activation| activation.version != version);
            plugin.revision = revision;
            Ok((Answer { status: 204, body: Value::Null, etag: None }, Swap::Nothing))
        })?;
        self.sweep(merchant, &gone);
        Ok(answer)
    }

    /// Removes components that the manifest no longer names, and the code of those that are gone with this change. What cannot be
    /// removed now is removed at the next start.
    pub(super) fn sweep(&self, merchant: &str, gone: &[String]) {
        let Ok(book) = self.book(merchant) else { return };
        let book = lock(&book);
        let named = book.digests();
        for digest in gone.iter().filter(|digest| !named.contains(digest.as_str())) {
            if let Ok(Some(bytes)) = self.shelf.get(merchant, digest) {
                self.cache.forget(self.engine.engine(), &bytes);
            }
        }
        if let Err(error) = self.shelf.sweep(merchant, &named) {
            self.log.warn(&format!("plugins of {merchant}: components could not be removed: {error}"));
        }
    }
}

/// The answer where the version is there already, with the same bytes.
fn known(
    merchant: &str,
    book: &crate::plugins::book::Book,
    Claim { plugin: name, version }: Claim<'_>,
    digest: &str,
) -> Result<Option<Answer>, Refusal> {
    let Some(plugin) = book.plugins.get(name) else { return Ok(None) };
    let Some(found) = plugin.versions.get(version) else { return Ok(None) };
    if found.digest != digest {
        let detail =
            format!("{name} {version} is {}: a version never changes; upload under the next one.", found.digest);
        return Err(Refusal::new(Code::VersionTaken, detail));
    }
    let body = view::version(merchant, name, version, found);
    Ok(Some(Answer { status: 200, body, etag: Some(conditions::tag(plugin)) }))
}

/// What is said of a version that is not there.
pub(super) fn unknown_version(plugin: &str, version: &str) -> Refusal {
    Refusal::new(
        Code::UnknownVersion,
        format!("`{plugin}` has no version `{version}`: GET …/plugins/{plugin} lists them."),
    )
}

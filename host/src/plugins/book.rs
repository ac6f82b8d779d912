//! A merchant's manifest: which versions there are, which is switched on, with which configuration, and what was before.
//!
//! It is one JSON document, written whole after the components that it names; what it does not name does not exist. It is read
//! from a disk that anything may have happened to: reading checks everything that the rest relies upon.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The form that this version reads and writes.
pub const FORMAT: &str = "pushcart-plugins/1";
/// Activations that are kept to go back to.
pub const HISTORY: usize = 20;
/// Answers that are kept for their Idempotency-Key.
pub const ANSWERED: usize = 64;
/// Bytes of a manifest.
pub const BYTES: usize = 16 << 20;

/// Everything that a merchant has of plugins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Book {
    /// [`FORMAT`].
    pub format: String,
    /// Grows with every change; never goes back, so that an entity tag names one state only.
    pub revision: u64,
    /// Public keys by their id.
    pub keys: BTreeMap<String, Key>,
    /// Plugins by their name.
    pub plugins: BTreeMap<String, Plugin>,
    /// Answers to requests with an Idempotency-Key, the newest last.
    pub answered: Vec<Answered>,
}

/// A key that signs uploads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Key {
    /// Base64 of the 32 bytes of an ed25519 public key.
    pub public_key: String,
    /// Seconds since 1970.
    pub added_at: u64,
}

/// One plugin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plugin {
    /// The book's revision at its last change: its entity tag.
    pub revision: u64,
    /// Versions by their name.
    pub versions: BTreeMap<String, Version>,
    /// What is switched on.
    pub active: Option<Activation>,
    /// What was switched on before, the newest last.
    pub history: Vec<Activation>,
}

/// One version: its bytes and what is known of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Version {
    /// `sha256:` and the digest of the component.
    pub digest: String,
    /// Bytes of the component.
    pub size: u64,
    /// `normal` or `large`.
    pub tier: String,
    /// It may import WASI in its inert form.
    pub wasi: bool,
    /// Seconds since 1970.
    pub uploaded_at: u64,
    /// The key whose signature it carried.
    pub signed_by: Option<String>,
    /// Attributes that the context must declare, or it is not asked.
    pub needs: Vec<String>,
    /// JSON Schema of its configuration; empty where any will do.
    pub config_schema: String,
    /// What it does, by language.
    pub messages: BTreeMap<String, String>,
    /// What the golden carts cost it at most.
    pub trial: Trial,
}

/// The most that one of the golden carts cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trial {
    /// Units of fuel.
    pub fuel: u64,
    /// Bytes of memory.
    pub memory: u64,
}

/// A version that is or was switched on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Activation {
    /// The version.
    pub version: String,
    /// Its configuration.
    pub config: Value,
    /// What its failure means for a quote.
    pub on_failure: OnFailure,
    /// Seconds since 1970.
    pub at: u64,
}

/// What a plugin's failure means for a quote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// The quote goes on without it, and says so.
    #[default]
    Open,
    /// The quote fails.
    Closed,
}

/// An answer that is given again when the same request comes again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answered {
    /// Digest of the Idempotency-Key.
    pub key: String,
    /// Digest of the request.
    pub request: String,
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Value,
    /// The entity tag.
    pub etag: Option<String>,
    /// Seconds since 1970.
    pub at: u64,
}

impl Default for Book {
    fn default() -> Self {
        Self {
            format: FORMAT.to_owned(),
            revision: 0,
            keys: BTreeMap::new(),
            plugins: BTreeMap::new(),
            answered: Vec::new(),
        }
    }
}

impl Book {
    /// Reads a manifest.
    ///
    /// # Errors
    /// With the first thing in it that cannot be.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > BYTES {
            return Err(format!("it has {} bytes, at most {BYTES} may be", bytes.len()));
        }
        let book: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        book.check()?;
        Ok(book)
    }

    /// The manifest as text.
    ///
    /// # Errors
    /// Where it has grown beyond what would be read again.
    pub fn write(&self) -> Result<Vec<u8>, String> {
        let bytes = serde_json::to_vec(self).map_err(|error| error.to_string())?;
        if bytes.len() > BYTES {
            Err(format!("it has {} bytes, at most {BYTES} may be", bytes.len()))
        } else {
            Ok(bytes)
        }
    }

    /// Digests of every component that it names.
    pub fn digests(&self) -> BTreeSet<&str> {
        let versions = self.plugins.values().flat_map(|plugin| plugin.versions.values());
        versions.map(|version| version.digest.as_str()).collect()
    }

    /// Bytes of all its components; those that two versions share count once.
    pub fn bytes(&self) -> u64 {
        let versions = self.plugins.values().flat_map(|plugin| plugin.versions.values());
        let sizes: BTreeMap<&str, u64> = versions.map(|version| (version.digest.as_str(), version.size)).collect();
        sizes.values().sum()
    }

    fn check(&self) -> Result<(), String> {
        let Self { format, revision, keys, plugins, answered } = self;
        if format != FORMAT {
            return Err(format!("its format is {format:?}, not {FORMAT:?}"));
        }
        if let Some(id) = keys.keys().find(|id| !is_name(id)) {
            return Err(format!("{id:?} is no key's name"));
        }
        if answered.len() > ANSWERED {
            return Err(format!("{} answers are kept, at most {ANSWERED} may be", answered.len()));
        }
        plugins.iter().try_for_each(|(name, plugin)| plugin.check(name, *revision))
    }
}

impl Plugin {
    fn check(&self, name: &str, newest: u64) -> Result<(), String> {
        let Self { revision, versions, active, history } = self;
        if !is_name(name) {
            return Err(format!("{name:?} is no plugin's name"));
        }
        if *revision > newest {
            return Err(format!("{name}: revision {revision} is newer than the book's, {newest}"));
        }
        if history.len() > HISTORY {
            return Err(format!("{name}: {} activations are kept, at most {HISTORY} may be", history.len()));
        }
        for (version, known) in versions {
            if !is_version(version) || !is_digest(&known.digest) || !matches!(known.tier.as_str(), "normal" | "large") {
                return Err(format!("{name}: version {version:?}, its digest or its tier is not of its form"));
            }
        }
        match active.iter().chain(history).find(|activation| !versions.contains_key(&activation.version)) {
            Some(lost) => Err(format!("{name}: {:?} is or was active, and there is no such version", lost.version)),
            None => Ok(()),
        }
    }
}

/// What names of plugins and keys look like, in a sentence.
pub const NAME_FORM: &str = "1 to 64 lower-case letters, digits and single hyphens, beginning with a letter";
/// What versions look like, in a sentence.
pub const VERSION_FORM: &str =
    "1 to 64 letters, digits, dots, hyphens and plus signs, beginning with a letter or digit";

/// Whether this can be a plugin's or a key's name: it stands in paths and answers.
pub fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.ends_with('-')
        && !name.contains("--")
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether this can be a version: it stands in paths and answers.
pub fn is_version(version: &str) -> bool {
    (1..=64).contains(&version.len())
        && version.starts_with(|first: char| first.is_ascii_alphanumeric())
        && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(&byte))
}

/// Whether this is a merchant's name, as the storefront has it.
pub fn is_merchant(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether this is `sha256:` and 64 lower-case hexadecimal digits.
pub fn is_digest(text: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.strip_prefix("sha256:").is_some_and(|digits| digits.len() == 64 && digits.bytes().all(hex))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub fn book() -> Book {
        let version = Version {
            digest: format!("sha256:{}", "0a".repeat(32)),
            size: 40_000,
            tier: "normal".into(),
            wasi: false,
            uploaded_at: 1_764_000_000,
            signed_by: Some("k1".into()),
            needs: vec!["weather".into()],
            config_schema: "{}".into(),
            messages: BTreeMap::from([("zh".into(), "买二享半价".into())]),
            trial: Trial { fuel: 60_000, memory: 1 << 20 },
        };
        let activation = Activation {
            version: "1.0.0".into(),
            config: serde_json::json!({"percent": 10}),
            on_failure: OnFailure::Closed,
            at: 1_764_000_001,
        };
        let plugin = Plugin {
            revision: 3,
            versions: BTreeMap::from([("1.0.0".into(), version)]),
            active: Some(activation.clone()),
            history: vec![activation],
        };
        let key = Key { public_key: "AAAA".into(), added_at: 1 };
        Book {
            revision: 3,
            keys: BTreeMap::from([("k1".into(), key)]),
            plugins: BTreeMap::from([("second-half".into(), plugin)]),
            ..Book::default()
        }
    }

    #[test]
    fn what_is_written_is_read_and_what_cannot_be_is_refused() {
        let written = book().write().unwrap();
        assert_eq!(Book::read(&written), Ok(book()));
        type Change = fn(&mut Book);
        let rows: [(&str, Change); 7] = [
            ("format", |book| book.format = "pushcart-plugins/2".into()),
            ("key's name", |book| {
                drop(book.keys.insert("../k".into(), Key { public_key: String::new(), added_at: 0 }))
            }),
            ("plugin's name", |book| drop(book.plugins.insert("../../x".into(), Plugin::default()))),
            ("newer than", |book| book.revision = 2),
            ("no such version", |book| book.plugins.get_mut("second-half").unwrap().versions.clear()),
            ("not of its form", |book| {
                let plugin = book.plugins.get_mut("second-half").unwrap();
                plugin.versions.get_mut("1.0.0").unwrap().digest = "sha256:../../../etc/passwd".into();
            }),
            ("activations are kept", |book| {
                let plugin = book.plugins.get_mut("second-half").unwrap();
                plugin.history = vec![plugin.active.clone().unwrap(); HISTORY + 1];
            }),
        ];
        for (wanted, change) in rows {
            let mut changed = book();
            change(&mut changed);
            let error = Book::read(&changed.write().unwrap()).unwrap_err();
            assert!(error.contains(wanted), "{wanted}: {error}");
        }
        for cut in 0..written.len() {
            assert!(Book::read(&written[..cut]).is_err(), "{cut}");
        }
    }

    proptest! {
        #[test]
        fn a_changed_byte_is_refused_or_gives_a_book_that_is_written_as_it_is_read(at in 0usize..1_000, byte: u8) {
            let mut bytes = book().write().unwrap();
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(read) = Book::read(&bytes) {
                prop_assert_eq!(Book::read(&read.write().unwrap()), Ok(read));
            }
        }
    }
}

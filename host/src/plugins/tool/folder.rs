//! A plugin's folder: `plugin.json`, and where the rest is.

use super::Language;
use super::plugin::Plugin;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// `plugin.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folder {
    /// The plugin's name, as `describe` says it.
    pub name: String,
    /// Its version, as `describe` says it.
    pub version: String,
    /// What it is written in.
    pub language: Language,
    /// Cargo's profile, for Rust.
    #[serde(default = "release")]
    pub profile: String,
    /// The folder of the WIT.
    #[serde(default = "wit")]
    pub wit: PathBuf,
    #[serde(skip)]
    root: PathBuf,
}

fn release() -> String {
    "release".into()
}

fn wit() -> PathBuf {
    "wit".into()
}

impl Folder {
    /// Reads it.
    ///
    /// # Errors
    /// Where there is none, or something in it is not known.
    pub fn open(root: &Path) -> Result<Self> {
        let file = root.join("plugin.json");
        let text = std::fs::read_to_string(&file).with_context(|| {
            format!("{} cannot be read: is this a plugin's folder? `pushcart plugin new` makes one", file.display())
        })?;
        let folder: Self = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
        let root = root.canonicalize().with_context(|| root.display().to_string())?;
        Ok(Self { root, ..folder })
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What is built.
    pub fn build(&self) -> PathBuf {
        self.root.join("build")
    }

    /// The component's bytes.
    ///
    /// # Errors
    /// Where it is not built.
    pub fn component(&self) -> Result<Vec<u8>> {
        let file = self.build().join("plugin.wasm");
        std::fs::read(&file)
            .with_context(|| format!("{} cannot be read: run `pushcart plugin build` first", file.display()))
    }

    /// The component, as an upload of this version would see it.
    ///
    /// # Errors
    /// With the code of the step that refuses it and what to change.
    pub fn plugin(&self, bytes: &[u8]) -> Result<Plugin> {
        // Python's interpreter takes half a minute to compile, once.
        Plugin::load(bytes, Some(self.build().join("code")), Some((&self.name, &self.version)))
    }

    /// The merchant's configuration: `config.json`, or an empty object.
    ///
    /// # Errors
    /// Where it is not JSON.
    pub fn config(&self) -> Result<serde_json::Value> {
        let file = self.root.join("config.json");
        match std::fs::read_to_string(&file) {
            Ok(text) => serde_json::from_str(&text).with_context(|| file.display().to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(serde_json::json!({})),
            Err(error) => Err(error).with_context(|| file.display().to_string()),
        }
    }
}

//! `spin.toml`, manifest version 2, as this host understands it.
//!
//! The types hold only what the host acts on. What it cannot do is refused while reading, by name; nothing is ignored
//! that would change what the app does. Reading touches no other file than the manifest.

mod component;
mod limits;
mod read;
#[cfg(test)]
mod tests;
mod trigger;
mod variable;

pub use component::{Component, Dependency, DependencySource};
pub use limits::{Limits, PathPattern};
pub use read::{locate, read, read_text};
pub use trigger::Trigger;
pub use variable::Variable;

use std::collections::BTreeMap;
use std::path::PathBuf;

/// An application.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The folder of the manifest: relative paths start here.
    pub folder: PathBuf,
    /// `application.name`.
    pub name: String,
    /// `application.version`, empty when not given.
    pub version: String,
    /// `[variables]`, by name.
    pub variables: BTreeMap<String, Variable>,
    /// `[[trigger.http]]`, in the order of the file.
    pub triggers: Vec<Trigger>,
    /// `[component.X]`, by id.
    pub components: BTreeMap<String, Component>,
}

//! `[component.X]`: its Wasm, what it may reach and what it is composed with.
//!
//! Everything a component could be given and this host has not is refused here by name.

use super::limits::{self, Limits};
use crate::template::Template;
use crate::toml_reader::{Node, Table};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One component.
#[derive(Clone, Debug)]
pub struct Component {
    /// The Wasm file, joined to the manifest's folder.
    pub source: PathBuf,
    /// Labels of the key-value stores it may open.
    pub key_value_stores: Vec<String>,
    /// Its variables, by name.
    pub variables: BTreeMap<String, Template>,
    /// Its environment, by name.
    pub environment: BTreeMap<String, String>,
    /// What it is composed with.
    pub dependencies: Vec<Dependency>,
    /// `dependencies_inherit_configuration`: whether a dependency may import what the component may.
    pub dependencies_inherit: bool,
    /// `tool.pushcart.body-limits`: requests with bounds of their own.
    pub limits: Vec<Limits>,
    /// `tool.pushcart.linked`: imports that are answered by their dependency though this host provides them.
    pub linked: Vec<String>,
}

/// One entry of `[component.X.dependencies]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The key: `pkg:name/iface@0.1.0`, `pkg:name/iface`, `pkg:name@0.1.0`, `pkg:name` or a plain name.
    pub name: String,
    /// Where its Wasm is.
    pub source: DependencySource,
    /// The export to use when its name differs from the import's.
    pub export: Option<String>,
}

/// Where a dependency's Wasm is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DependencySource {
    /// A file, joined to the manifest's folder.
    Path(PathBuf),
    /// Another component of the manifest, by id.
    Component(String),
}

const UNSUPPORTED: &[(&str, &str)] = &[
    ("files", "components have no file system here"),
    ("exclude_files", "components have no file system here"),
    ("sqlite_databases", "there is no SQLite"),
    ("ai_models", "there are no language models"),
    ("targets", "the imports are checked when the app starts"),
    ("profile", "there is one profile"),
];

/// Reads one component.
pub fn read(node: &Node<'_, '_>, folder: &Path) -> Option<Component> {
    let table = node.table()?;
    for (key, why) in UNSUPPORTED {
        // An empty list asks for nothing.
        let asks = table.get(key).is_some_and(|value| value.is_table() || value.is_text() || !value.items().is_empty());
        if asks {
            table.refuse(key, why);
        }
    }
    if let Some(description) = table.get("description") {
        description.text();
    }
    // How a component is built is for `spin build`; it has no meaning when the app runs.
    table.accept("build");
    let source = table.require("source").and_then(|node| wasm_path(&node, folder));
    for key in ["allowed_outbound_hosts", "allowed_http_hosts"] {
        for host in table.get(key).map(|node| node.items()).unwrap_or_default() {
            host.fault("is not supported by this host: components reach no network");
        }
    }
    let (limits, linked) = tool(&table);
    let component = Component {
        source: source.unwrap_or_default(),
        key_value_stores: key_value_stores(&table),
        variables: variables(&table),
        environment: texts(&table, "environment"),
        dependencies: dependencies(&table, folder),
        dependencies_inherit: table
            .get("dependencies_inherit_configuration")
            .and_then(|node| node.boolean())
            .unwrap_or(false),
        limits,
        linked,
    };
    table.finish();
    Some(component)
}

fn wasm_path(node: &Node<'_, '_>, folder: &Path) -> Option<PathBuf> {
    if node.is_table() {
        node.fault("is not supported by this host: only a path to a file, no URL and no registry");
        return None;
    }
    Some(folder.join(node.full_text()?))
}

fn key_value_stores(table: &Table<'_, '_>) -> Vec<String> {
    let Some(node) = table.get("key_value_stores") else { return Vec::new() };
    for store in node.items() {
        if store.text().is_some_and(|label| label != "default") {
            store.fault("is not supported by this host: the one store is \"default\"");
        }
    }
    node.items().iter().filter_map(|store| store.text().map(String::from)).collect()
}

fn variables(table: &Table<'_, '_>) -> BTreeMap<String, Template> {
    let Some(variables) = table.table("variables") else { return BTreeMap::new() };
    let read = |(name, node): (String, Node<'_, '_>)| {
        let template = Template::parse(node.text()?).map_err(|message| node.fault(message)).ok()?;
        Some((name, template))
    };
    variables.entries().into_iter().filter_map(read).collect()
}

fn texts(table: &Table<'_, '_>, key: &str) -> BTreeMap<String, String> {
    let Some(values) = table.table(key) else { return BTreeMap::new() };
    values.entries().into_iter().filter_map(|(name, node)| Some((name, node.text()?.to_owned()))).collect()
}

fn dependencies(table: &Table<'_, '_>, folder: &Path) -> Vec<Dependency> {
    let Some(entries) = table.table("dependencies") else { return Vec::new() };
    entries.entries().into_iter().filter_map(|(name, node)| dependency(name, &node, folder)).collect()
}

fn dependency(name: String, node: &Node<'_, '_>, folder: &Path) -> Option<Dependency> {
    if node.is_text() {
        node.fault("is not supported by this host: a version from a registry; give `{ path = \"…\" }`");
        return None;
    }
    let table = node.table()?;
    for key in ["version", "registry", "package", "url", "digest"] {
        table.refuse(key, "only `path` and `component` are sources of a dependency");
    }
    let path = table.get("path").and_then(|node| wasm_path(&node, folder));
    let component = table.get("component").and_then(|node| node.full_text().map(String::from));
    let export = table.get("export").and_then(|node| node.full_text().map(String::from));
    table.finish();
    let source = match (path, component) {
        (Some(path), None) => DependencySource::Path(path),
        (None, Some(component)) => DependencySource::Component(component),
        (None, None) => {
            node.fault("needs `path` or `component`");
            return None;
        }
        (Some(_), Some(_)) => {
            node.fault("`path` and `component` exclude each other");
            return None;
        }
    };
    Some(Dependency { name, source, export })
}

/// `[component.X.tool]`: other programs' tables are theirs to read, ours is read in full.
fn tool(table: &Table<'_, '_>) -> (Vec<Limits>, Vec<String>) {
    let Some(ours) = table.table("tool").and_then(|tool| tool.table("pushcart")) else { return Default::default() };
    let limits = ours.get("body-limits").map(|node| node.items().iter().filter_map(limits::read).collect());
    let linked = ours.get("linked").map(|node| node.items()).unwrap_or_default();
    let linked = linked.iter().filter_map(|node| node.text().map(String::from)).collect();
    ours.finish();
    (limits.unwrap_or_default(), linked)
}

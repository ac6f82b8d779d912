//! The manifest as a whole: application, triggers, variables, components, and what must agree between them.

use super::{Manifest, component, trigger, variable};
use crate::fault::Faults;
use crate::toml_reader::{Document, Node, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use toml::de::DeValue;

/// The manifest that `from` means: the file itself, or `spin.toml` in that folder.
pub fn locate(from: &Path) -> PathBuf {
    if from.is_dir() { from.join("spin.toml") } else { from.to_path_buf() }
}

/// Reads the manifest at `file`.
pub fn read(file: &Path) -> Result<Manifest, Faults> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Faults::of_file(file, format!("the manifest cannot be read: {error}")))?;
    read_text(file, &text)
}

/// Reads `text` as the manifest at `file`.
pub fn read_text(file: &Path, text: &str) -> Result<Manifest, Faults> {
    let document = Document::new(file, text);
    let parsed = document.parse()?;
    let whole = DeValue::Table(parsed.get_ref().clone());
    let root = Table::root(&document, parsed.get_ref(), &whole);
    let manifest = read_root(&root, file);
    root.finish();
    drop(whole);
    drop(parsed);
    document.finish(manifest)
}

fn read_root(root: &Table<'_, '_>, file: &Path) -> Manifest {
    if let Some(version) = root.require("spin_manifest_version")
        && version.count() != Some(2)
    {
        version.fault("must be 2, the one version that this host reads");
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf();
    let (name, version) = application(root);
    let variables = named(root, "variables", variable::read);
    let components = named(root, "component", |node| component::read(node, &folder));
    if components.is_empty() && root.get("component").is_none() {
        root.node().fault("`component` is missing: an app needs at least one");
    }
    let triggers = trigger::read_all(root);
    agree(root, &variables, &components, &triggers);
    Manifest { folder, name, version, variables, triggers, components }
}

fn application(root: &Table<'_, '_>) -> (String, String) {
    let Some(table) = root.require("application").and_then(|node| node.table()) else {
        return (String::new(), String::new());
    };
    let name = table.require("name").and_then(|node| node.full_text().map(String::from)).unwrap_or_default();
    let version = table.get("version").and_then(|node| node.text().map(String::from)).unwrap_or_default();
    if let Some(description) = table.get("description") {
        description.text();
    }
    if let Some(authors) = table.get("authors") {
        authors.texts();
    }
    if let Some(settings) = table.table("trigger") {
        application_trigger(&settings);
    }
    // Other programs' settings: theirs to read.
    table.accept("tool");
    table.finish();
    (name, version)
}

fn application_trigger(settings: &Table<'_, '_>) {
    for (kind, node) in settings.entries() {
        if kind != "http" {
            node.fault("is not supported by this host: only HTTP triggers are");
            continue;
        }
        let Some(http) = node.table() else { continue };
        if let Some(base) = http.get("base")
            && base.text().is_some_and(|base| base != "/")
        {
            base.fault("is not supported by this host: write the base into the routes");
        }
        http.finish();
    }
}

fn named<T>(root: &Table<'_, '_>, key: &str, read: impl Fn(&Node<'_, '_>) -> Option<T>) -> BTreeMap<String, T> {
    let Some(table) = root.table(key) else { return BTreeMap::new() };
    table.entries().into_iter().filter_map(|(name, node)| Some((name, read(&node)?))).collect()
}

/// What one part of the manifest says about another must be there.
fn agree(
    root: &Table<'_, '_>,
    variables: &BTreeMap<String, super::Variable>,
    components: &BTreeMap<String, super::Component>,
    triggers: &[super::Trigger],
) {
    let declared: BTreeSet<&str> =
        root.table("component").map_or_else(BTreeSet::new, |_| components.keys().map(String::as_str).collect());
    let fault = |key: &str, name: &str, message: String| {
        if let Some(node) = root.table(key).and_then(|table| table.get(name)) {
            node.fault(message);
        }
    };
    for trigger in triggers {
        if !declared.contains(trigger.component.as_str()) {
            let message =
                format!("route {} names component `{}`, which is not declared", trigger.route, trigger.component);
            fault("trigger", "http", message);
        }
    }
    let mut routes = BTreeSet::new();
    for trigger in triggers {
        if !routes.insert(trigger.route.shape()) {
            fault("trigger", "http", format!("route {} is there twice", trigger.route));
        }
    }
    for (id, component) in components {
        for (name, template) in &component.variables {
            for unknown in template.names().filter(|name| !variables.contains_key(*name)) {
                fault(
                    "component",
                    id,
                    format!("variable `{name}` uses `{unknown}`, which [variables] does not declare"),
                );
            }
        }
        for dependency in &component.dependencies {
            if let super::DependencySource::Component(other) = &dependency.source
                && (!declared.contains(other.as_str()) || other == id)
            {
                let message =
                    format!("dependency \"{}\" names component `{other}`, which is not another one", dependency.name);
                fault("component", id, message);
            }
        }
    }
}

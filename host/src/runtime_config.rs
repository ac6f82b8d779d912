//! Spin's runtime configuration: what an operator decides about a host rather than about an app.
//!
//! This host reads where its one store and its state are kept; everything else is refused by name.

use crate::fault::Faults;
use crate::toml_reader::{Document, Table};
use std::path::{Path, PathBuf};
use toml::de::DeValue;

/// What the file decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuntimeConfig {
    /// `state_dir`.
    pub state_dir: Option<PathBuf>,
    /// `key_value_store.default.path`, joined to the file's folder.
    pub store: Option<PathBuf>,
}

/// Reads the file.
pub fn read(file: &Path) -> Result<RuntimeConfig, Faults> {
    let text =
        std::fs::read_to_string(file).map_err(|error| Faults::of_file(file, format!("cannot be read: {error}")))?;
    read_text(file, &text)
}

fn read_text(file: &Path, text: &str) -> Result<RuntimeConfig, Faults> {
    let document = Document::new(file, text);
    let parsed = document.parse()?;
    let whole = DeValue::Table(parsed.get_ref().clone());
    let root = Table::root(&document, parsed.get_ref(), &whole);
    let folder = file.parent().unwrap_or(Path::new("."));
    let state_dir = root.get("state_dir").and_then(|node| node.text().map(|text| joined(folder, text)));
    let store = root.table("key_value_store").and_then(|stores| store(&stores, folder));
    root.finish();
    drop(whole);
    drop(parsed);
    document.finish(RuntimeConfig { state_dir, store })
}

/// Empty stays empty: it keeps nothing.
fn joined(folder: &Path, text: &str) -> PathBuf {
    if text.is_empty() { PathBuf::new() } else { folder.join(text) }
}

fn store(stores: &Table<'_, '_>, folder: &Path) -> Option<PathBuf> {
    let mut path = None;
    for (label, node) in stores.entries() {
        if label != "default" {
            node.fault("is not supported by this host: the one store is \"default\"");
            continue;
        }
        let Some(table) = node.table() else { continue };
        if let Some(kind) = table.require("type")
            && kind.text().is_some_and(|kind| kind != "spin")
        {
            kind.fault("is not supported by this host: only `spin`, a file");
        }
        path = table.get("path").and_then(|node| node.full_text().map(|text| folder.join(text)));
        table.finish();
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_is_refused() {
        let read = |text: &str| read_text("etc/runtime.toml".as_ref(), text);
        let good = read("state_dir = \"s\"\n[key_value_store.default]\ntype = \"spin\"\npath = \"kv.redb\"\n").unwrap();
        assert_eq!(good, RuntimeConfig { state_dir: Some("etc/s".into()), store: Some("etc/kv.redb".into()) });
        assert_eq!(read("state_dir = \"\"").unwrap().state_dir, Some(PathBuf::new()));
        let wrong = [
            "[key_value_store.default]\ntype = \"redis\"",
            "[sqlite_database.default]\ntype = \"spin\"",
            "[key_value_store.other]\ntype = \"spin\"",
        ];
        for text in wrong {
            assert_eq!(read(text).unwrap_err().0.len(), 1, "{text}");
        }
    }
}

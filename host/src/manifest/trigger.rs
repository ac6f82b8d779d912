//! `[[trigger.http]]`: which component answers which route.

use crate::router::Route;
use crate::toml_reader::{Node, Table};

/// One HTTP trigger.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// The route as written.
    pub route: Route,
    /// The id of the component that answers it.
    pub component: String,
}

/// Reads every trigger; kinds other than HTTP are refused.
pub fn read_all(root: &Table<'_, '_>) -> Vec<Trigger> {
    let mut triggers = Vec::new();
    let Some(table) = root.require("trigger").and_then(|node| node.table()) else { return triggers };
    for (kind, node) in table.entries() {
        if kind == "http" {
            triggers.extend(node.items().iter().filter_map(read));
        } else {
            node.fault("is not supported by this host: only HTTP triggers are");
        }
    }
    triggers
}

fn read(node: &Node<'_, '_>) -> Option<Trigger> {
    let table = node.table()?;
    // Spin names triggers for its own messages only.
    table.accept("id");
    let route = table.require("route").and_then(|node| {
        if node.is_table() {
            node.fault("is not supported by this host: private routes");
            return None;
        }
        Route::parse(node.full_text()?).map_err(|message| node.fault(message)).ok()
    });
    let component = table.require("component").and_then(|node| {
        if node.is_table() {
            node.fault("is not supported by this host: declare the component under [component] and name it here");
            return None;
        }
        node.full_text().map(String::from)
    });
    executor(&table);
    table.refuse("static_response", "answer it from a component");
    table.finish();
    Some(Trigger { route: route?, component: component? })
}

fn executor(table: &Table<'_, '_>) {
    let Some(executor) = table.table("executor") else { return };
    if let Some(kind) = executor.require("type")
        && kind.text().is_some_and(|kind| kind != "http" && kind != "spin")
    {
        kind.fault("is not supported by this host: only `http`, WASI 0.2's");
    }
    executor.finish();
}

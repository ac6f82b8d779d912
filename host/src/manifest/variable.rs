//! `[variables]`: what the operator can set. How a value is found is in `crate::variables`.

use crate::toml_reader::Node;

/// One declared variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variable {
    /// The value when nobody sets one; `None` for a required variable.
    pub default: Option<String>,
    /// Whether its value must never be shown.
    pub secret: bool,
}

/// Reads one variable.
pub fn read(node: &Node<'_, '_>) -> Option<Variable> {
    let table = node.table()?;
    let default = table.get("default").and_then(|node| node.text().map(String::from));
    let required = table.get("required").and_then(|node| node.boolean()).unwrap_or(false);
    let secret = table.get("secret").and_then(|node| node.boolean()).unwrap_or(false);
    if let Some(description) = table.get("description") {
        description.text();
    }
    if default.is_none() && !required {
        node.fault("needs `default` or `required = true`");
    }
    if default.is_some() && required {
        node.fault("`required = true` and `default` exclude each other");
    }
    table.finish();
    Some(Variable { default, secret })
}

//! The value of every variable: `--variable`, then `SPIN_VARIABLE_*`, then the default.
//!
//! Values are secrets until proven otherwise: no message here holds one.

use crate::manifest::{Component, Manifest};
use std::collections::BTreeMap;

/// Finds the value of each declared variable. The error names every one that is missing or unknown.
pub fn resolve(
    manifest: &Manifest,
    given: &[(String, String)],
    environment: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>, Vec<String>> {
    let mut faults: Vec<String> = given
        .iter()
        .filter(|(name, _)| !manifest.variables.contains_key(name))
        .map(|(name, _)| format!("--variable {name}: [variables] does not declare it"))
        .collect();
    let mut values = BTreeMap::new();
    for (name, variable) in &manifest.variables {
        let key = format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase());
        let set = given.iter().rev().find(|(wanted, _)| wanted == name).map(|(_, value)| value.clone());
        match set.or_else(|| environment(&key)).or_else(|| variable.default.clone()) {
            Some(value) => drop(values.insert(name.clone(), value)),
            None => faults.push(format!("variable `{name}` is required: give --variable {name}=… or set {key}")),
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

/// The variables of one component, rendered.
pub fn render(component: &Component, values: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let value = |name: &str| values.get(name).map(String::as_str);
    // A template that names an undeclared variable was refused with the manifest.
    let rendered =
        |(name, template): (&String, &crate::template::Template)| Some((name.clone(), template.render(value)?));
    component.variables.iter().filter_map(rendered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
spin_manifest_version = 2
application = { name = "a" }
[variables]
token = { required = true, secret = true }
zone = { default = "utc" }
[[trigger.http]]
route = "/..."
component = "c"
[component.c]
source = "c.wasm"
variables = { auth = "Bearer {{ token }}", zone = "{{zone}}" }
"#;

    #[test]
    fn the_command_line_wins_then_the_environment_then_the_default() {
        let manifest = crate::manifest::read_text("spin.toml".as_ref(), TEXT).unwrap();
        let none = |_: &str| None;
        let environment = |name: &str| (name == "SPIN_VARIABLE_TOKEN").then(|| "e".to_string());
        let given = |name: &str, value: &str| [(name.to_string(), value.to_string())];
        let rendered = |values| render(&manifest.components["c"], &values);

        let missing = resolve(&manifest, &[], none).unwrap_err();
        assert_eq!(missing, ["variable `token` is required: give --variable token=… or set SPIN_VARIABLE_TOKEN"]);
        assert_eq!(resolve(&manifest, &given("tokn", "x"), environment).unwrap_err().len(), 1);
        assert_eq!(rendered(resolve(&manifest, &[], environment).unwrap())["auth"], "Bearer e");
        let values = rendered(resolve(&manifest, &given("token", "c"), environment).unwrap());
        assert_eq!((values["auth"].as_str(), values["zone"].as_str()), ("Bearer c", "utc"));
    }
}

//! A plugin's configuration: a JSON document that fits the schema which the plugin gives.
//!
//! Both come from merchants: they are bounded in size, and a schema may refer to itself only.

use super::bounds;
use jsonschema::Validator;
use serde_json::Value;

/// Faults that are told.
const FAULTS: usize = 16;

/// Reads a schema; an empty one takes any document.
///
/// # Errors
/// What is wrong with it.
pub fn schema(text: &str) -> Result<Option<Validator>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let schema: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
    if !matches!(schema, Value::Object(_) | Value::Bool(_)) {
        return Err("it must be an object".to_owned());
    }
    jsonschema::validator_for(&schema).map(Some).map_err(|error| error.to_string())
}

/// Checks `config` against `schema_text`.
///
/// # Errors
/// Every fault, with a JSON pointer first, up to a number.
pub fn check(schema_text: &str, config: &str) -> Result<(), Vec<String>> {
    if config.len() > bounds::CONFIG {
        return Err(vec![format!(
            ": the configuration has {} bytes, at most {} are allowed",
            config.len(),
            bounds::CONFIG
        )]);
    }
    let document: Value =
        serde_json::from_str(config).map_err(|error| vec![format!(": the configuration is not JSON: {error}")])?;
    let validator = schema(schema_text).map_err(|error| vec![format!(": the schema: {error}")])?;
    let Some(validator) = validator else { return Ok(()) };
    let faults = validator.iter_errors(&document).take(FAULTS);
    let faults: Vec<String> = faults.map(|error| format!("{}: {error}", error.instance_path())).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_with_their_place() {
        let schema = r#"{"type":"object","properties":{"rate":{"type":"integer","maximum":100}},"required":["rate"]}"#;
        assert_eq!(check(schema, r#"{"rate":7}"#), Ok(()));
        assert_eq!(check("", r#"[1]"#), Ok(()));
        let faults = check(schema, r#"{"rate":700}"#).unwrap_err();
        assert!(faults[0].starts_with("/rate: "), "{faults:?}");
        for wrong in ["", "{", "{}", &format!("\"{}\"", "x".repeat(bounds::CONFIG))] {
            assert!(check(schema, wrong).is_err(), "{wrong:.20}");
        }
    }
}

//! A plugin's configuration: a JSON document that fits the schema which the plugin gives.
//!
//! Both come from merchants and are read by the host itself: they are bounded in size, and a schema has nothing whose work is
//! not bounded by its size. So it has no references, which could go round for ever or double with every line, and its patterns
//! are matched in linear time.

use super::bounds;
use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

/// Faults that are told.
const FAULTS: usize = 16;
/// Bytes of one compiled pattern.
const PATTERN: usize = 64 << 10;
/// Keywords that lead elsewhere in a schema, or out of it.
const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];
/// Keywords whose value is a map from names, which are no keywords, to schemas.
const MAPS: [&str; 5] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
/// Keywords whose value is data, whatever it looks like.
const DATA: [&str; 4] = ["const", "default", "enum", "examples"];

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
    if let Some(reference) = reference(&schema) {
        return Err(format!("it has a `{reference}`: write what it refers to in its place"));
    }
    let patterns = PatternOptions::regex().size_limit(PATTERN).dfa_size_limit(PATTERN);
    let options = jsonschema::options().with_pattern_options(patterns);
    options.build(&schema).map(Some).map_err(|error| error.to_string())
}

/// The first reference in a schema. Its depth is bounded by that of JSON.
fn reference(schema: &Value) -> Option<&'static str> {
    match schema {
        Value::Array(all) => all.iter().find_map(reference),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let known = REFERENCES.into_iter().find(|known| known == name);
            known.or_else(|| match value {
                Value::Object(named) if MAPS.contains(&name.as_str()) => named.values().find_map(reference),
                _ if DATA.contains(&name.as_str()) => None,
                _ => reference(value),
            })
        }),
        _ => None,
    }
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
        let named = r##"{"properties":{"$ref":{"const":{"$ref":"#"}}},"default":{"$ref":"#"}}"##;
        assert_eq!(check(named, r##"{"$ref":{"$ref":"#"}}"##), Ok(()), "names and data are no references");
        for wrong in ["", "{", "{}", &format!("\"{}\"", "x".repeat(bounds::CONFIG))] {
            assert!(check(schema, wrong).is_err(), "{wrong:.20}");
        }
    }

    #[test]
    fn a_schema_that_means_harm_is_refused_or_soon_done() {
        let doubled: Vec<String> = (0..60)
            .map(|level| {
                format!(r##""a{level}":{{"allOf":[{{"$ref":"#/$defs/a{0}"}},{{"$ref":"#/$defs/a{0}"}}]}}"##, level + 1)
            })
            .collect();
        let doubled = format!(r##"{{"$defs":{{{},"a60":{{}}}},"$ref":"#/$defs/a0"}}"##, doubled.join(","));
        let around = [
            r##"{"$ref":"#"}"##,
            r##"{"allOf":[{"$ref":"#"}]}"##,
            r##"{"$dynamicRef":"#"}"##,
            r##"{"items":{"not":{"$recursiveRef":"#"}}}"##,
            doubled.as_str(),
            r#"{"pattern":"(((a{1,999}){1,999}){1,999}){1,999}"}"#,
            r#"{"pattern":"^(a|a)*(?=b)$"}"#,
        ];
        for harm in around {
            assert!(schema(harm).is_err(), "{harm:.60}");
        }
        let started = std::time::Instant::now();
        let slow = r#"{"pattern":"^((a|aa)+)+$"}"#;
        let many = format!(r#"{{"anyOf":[{}]}}"#, vec![slow; 300].join(","));
        assert!(check(&many, &format!("\"{}!\"", "a".repeat(10_000))).is_err());
        let (each, items) = (vec![r#"{"uniqueItems":true}"#; 500].join(","), vec!["[0]"; 4_000].join(","));
        assert!(check(&format!(r#"{{"allOf":[{each}]}}"#), &format!("[{items}]")).is_err());
        assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
    }
}

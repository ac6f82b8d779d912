//! `/openapi.json` and the code that reads agree: every schema is closed or open on purpose, and what the schema of a
//! rulebook takes and refuses for its form is what publishing takes and refuses.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

mod answers;
mod draw;

use commerce::Fault;
use draw::{Drawer, is_open};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use storefront::routes::SCHEMAS;

fn contract() -> Value {
    let schemas = SCHEMAS.iter().map(|(name, text)| ((*name).to_owned(), serde_json::from_str(text).unwrap()));
    json!({ "components": { "schemas": schemas.collect::<serde_json::Map<String, Value>>() } })
}

fn validator(contract: &Value, name: &str) -> Validator {
    let mut whole = contract.clone();
    whole["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    whole["$ref"] = json!(format!("#/components/schemas/{name}"));
    jsonschema::options().should_validate_formats(true).build(&whole).unwrap()
}

/// A document of the sample merchant.
fn read(name: &str) -> Value {
    let path = format!("{}/../samples/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What publishing says is wrong with a rulebook.
fn faults(rulebook: &Value) -> Vec<Fault> {
    let compiled = storefront::published::compile(rulebook.to_string().as_bytes());
    compiled.err().map(|problem| problem.faults).unwrap_or_default()
}

/// Codes of faults that are a matter of form: a schema can say them. What is left out is judged by what stands elsewhere
/// (`unknown-sku`, `empty-period`, `duplicate-id`), or by tables that no schema holds (`unknown-time-zone`).
const FORM: [&str; 16] = [
    "unknown-field",
    "wrong-type",
    "missing-field",
    "unknown-value",
    "unknown-kind",
    "out-of-range",
    "negative-percentage",
    "negative-count",
    "invalid-identifier",
    "invalid-currency",
    "invalid-instant",
    "invalid-date",
    "invalid-clock",
    "invalid-hour",
    "too-many",
    "empty-list",
];

/// Forms that publishing refuses and the schema takes, each with the reason: pointer's end and code.
const NOT_SAID: [(&str, &str, &str); 1] =
    [("/gives/0", "out-of-range", "of a group no more can be free than it has: `free` beside `groupSize`")];

/// Schemas that are open on purpose.
const OPEN: [(&str, &str); 12] = [
    ("Surroundings", "a part of other schemas, which close themselves"),
    ("Context", "a part of other schemas, which close themselves"),
    ("Referral", "a part of other schemas, which close themselves"),
    ("Catalogue/products/*/attributes", "the merchant's own; nothing reads it"),
    ("Promotion/name", "for people; nothing reads it"),
    ("Rulebook/comment", "for people; nothing reads it"),
    ("RulebookTest/expected", "any part of an answer; what it names must come out"),
    ("PluginVersion/configSchema", "a JSON Schema of the plugin's own"),
    ("PluginActivation/config", "what the plugin's own schema says"),
    ("PluginActive/config", "what the plugin's own schema says"),
    ("PluginTried/config", "what the plugin's own schema says"),
    ("PluginTrial/config", "what the plugin's own schema says"),
];

#[test]
fn every_schema_is_closed_or_open_on_purpose() {
    let contract = contract();
    let mut open = BTreeSet::new();
    for (name, schema) in contract["components"]["schemas"].as_object().unwrap() {
        walk(name, schema, &mut open);
    }
    let known: BTreeSet<String> = OPEN.iter().map(|(path, _)| (*path).to_owned()).collect();
    let (unsaid, closed): (Vec<_>, Vec<_>) = (open.difference(&known).collect(), known.difference(&open).collect());
    assert!(unsaid.is_empty(), "open, and nobody said why: {unsaid:#?}");
    assert!(closed.is_empty(), "no longer open: {closed:#?}");
}

/// Collects everything that does not say what may stand in it.
fn walk(path: &str, schema: &Value, open: &mut BTreeSet<String>) {
    let is =
        |name: &str| schema["type"] == name || schema["type"].as_array().is_some_and(|all| all.contains(&json!(name)));
    let has = |name: &str| schema.get(name).is_some_and(|value| *value != json!(true));
    let split = schema["oneOf"][0].get("properties").is_some();
    let unsaid_object = is("object") && !split && !has("additionalProperties") && !has("unevaluatedProperties");
    let unsaid_list = is("array") && !has("items") && !has("prefixItems");
    if is_open(schema) || unsaid_object || unsaid_list {
        open.insert(path.to_owned());
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        walk(&format!("{path}/{name}"), field, open);
    }
    for inner in ["items", "additionalProperties"] {
        if schema[inner].is_object() {
            walk(&format!("{path}/*"), &schema[inner], open);
        }
    }
    // Beside a type, alternatives only bind further what the type says.
    let alternatives = ["oneOf", "anyOf"].iter().filter(|_| split || schema.get("type").is_none());
    for branch in alternatives.flat_map(|name| schema[name].as_array().into_iter().flatten()) {
        walk(path, branch, open);
    }
}

/// What publishing and the schema say differently of a rulebook that was changed in one place.
fn differ(validator: &Validator, rulebook: &Value, place: &str) -> (bool, Option<String>) {
    let faults = faults(rulebook);
    let said: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
    let Some(error) = validator.iter_errors(rulebook).next() else {
        let known =
            |fault: &Fault| NOT_SAID.iter().any(|(end, code, _)| fault.pointer.ends_with(end) && fault.code == *code);
        let form = faults.iter().find(|fault| FORM.contains(&fault.code.as_str()) && !known(fault));
        return (true, form.map(|_| format!("{place}: the schema takes what publishing refuses: {said:?}")));
    };
    let parent = place.rsplit_once('/').map_or("", |(parent, _)| parent);
    let near = |fault: &Fault| fault.pointer == parent || fault.pointer.starts_with(place);
    let differs = !faults.iter().any(near);
    (
        false,
        differs.then(|| {
            format!("{place}: the schema refuses, publishing does not: {error} at {}; {said:?}", error.instance_path())
        }),
    )
}

#[test]
fn whatever_the_schema_of_a_rulebook_draws_publishing_takes_and_refuses_alike() {
    let contract = contract();
    let validator = validator(&contract, "Rulebook");
    let root = json!({ "$ref": "#/components/schemas/Rulebook" });
    let drawn = Drawer::new(&contract).all(&root);
    let verdicts: Vec<(bool, Option<String>)> =
        drawn.iter().map(|drawn| differ(&validator, &drawn.document, &drawn.place)).collect();
    agree(verdicts, 1_000);
}

/// All agree, and of those taken and of those refused there are at least so many.
fn agree(verdicts: Vec<(bool, Option<String>)>, least: usize) {
    let taken = verdicts.iter().filter(|(taken, _)| *taken).count();
    let refused = verdicts.len() - taken;
    let differ: Vec<String> = verdicts.into_iter().filter_map(|(_, differ)| differ).collect();
    assert!(differ.is_empty(), "{} of {}:\n{}", differ.len(), taken + refused, differ.join("\n"));
    assert!(taken >= least && refused >= least, "{taken} taken, {refused} refused");
}

#[test]
fn the_sample_changed_in_any_place_is_taken_and_refused_alike() {
    let contract = contract();
    let validator = validator(&contract, "Rulebook");
    let sample = read("rulebook.json");
    let whole: Vec<Fault> = faults(&sample);
    assert!(whole.is_empty() && validator.is_valid(&sample), "the sample itself");
    let mut places = Vec::new();
    find_places(&sample, "", "", &mut BTreeSet::new(), &mut places);
    let mut verdicts = Vec::new();
    for place in places {
        let mut change = |place: &str, change: &dyn Fn(&mut Value)| {
            let mut changed = sample.clone();
            change(&mut changed);
            verdicts.push(differ(&validator, &changed, place));
        };
        let found = sample.pointer(&place).unwrap();
        let wrong = if found.is_boolean() { json!("yes") } else { json!(true) };
        change(&place, &|changed| *changed.pointer_mut(&place).unwrap() = wrong.clone());
        if found.is_object() {
            change(&format!("{place}/surprise"), &|changed| {
                changed.pointer_mut(&place).unwrap()["surprise"] = json!(1)
            });
        }
        let (parent, name) = place.rsplit_once('/').unwrap_or_default();
        if let Some(Value::Object(_)) = sample.pointer(parent).filter(|_| !place.is_empty()) {
            let name = name.replace("~1", "/").replace("~0", "~");
            change(&place, &|changed| {
                changed.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(&name);
            });
        }
    }
    agree(verdicts, 200);
}

/// One place of each shape: places in lists are alike where they are of one `kind`, and so are fields of large objects.
fn find_places(value: &Value, place: &str, shape: &str, shapes: &mut BTreeSet<String>, places: &mut Vec<String>) {
    let kind = value["kind"].as_str().unwrap_or_default();
    let shape = format!("{shape}{kind}");
    if !shapes.insert(shape.clone()) {
        return;
    }
    places.push(place.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                find_places(item, &format!("{place}/{index}"), &format!("{shape}/*"), shapes, places);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let shape = format!("{shape}/{}", if fields.len() > 25 { "*" } else { name });
                find_places(field, &format!("{place}{}", commerce::report::step(name)), &shape, shapes, places);
            }
        }
        _ => {}
    }
}

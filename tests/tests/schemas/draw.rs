//! Documents drawn from a schema: the least one that fits, and from it, one change at a time, everything that the schema
//! allows and forbids: each field, each word, each bound and what lies beyond it, each field left out, and fields that
//! nobody knows.

use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Lists and objects that may hold more than this are not filled to their bound.
const MOST_DRAWN: u64 = 1_000;

/// A document, and the JSON pointer of what was changed in it.
pub struct Drawn {
    pub document: Value,
    pub place: String,
}

/// Draws from schemas that refer to each other as `#/components/schemas/…`.
pub struct Drawer<'a> {
    contract: &'a Value,
    /// Compound schemas that were drawn in full: where they are met again, they are drawn once.
    met: BTreeSet<&'a str>,
}

impl<'a> Drawer<'a> {
    pub fn new(contract: &'a Value) -> Self {
        Self { contract, met: BTreeSet::new() }
    }

    fn resolve(&self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(name) => self.resolve(self.contract.pointer(&name[1..]).unwrap_or_else(|| panic!("{name}"))),
            None => schema,
        }
    }

    /// Fields, also those of the schemas that it takes in by `allOf`.
    fn fields(&self, schema: &'a Value) -> Vec<(&'a str, &'a Value)> {
        let taken_in = schema["allOf"].as_array().into_iter().flatten();
        let mut fields: Vec<(&str, &Value)> = taken_in.flat_map(|part| self.fields(self.resolve(part))).collect();
        fields
            .extend(schema["properties"].as_object().into_iter().flatten().map(|(name, field)| (name.as_str(), field)));
        fields
    }

    /// The least value that fits.
    pub fn least(&self, schema: &'a Value) -> Value {
        let schema = self.resolve(schema);
        if let Some(value) = schema.get("const").or_else(|| schema["enum"].get(0)) {
            return value.clone();
        }
        if let Some(branch) = schema["oneOf"].get(0).filter(|_| schema.get("type").is_none()) {
            return self.least(branch);
        }
        match schema["type"].as_str() {
            Some("string") => text(schema).into(),
            Some("integer") => schema["minimum"].clone(),
            Some("number") => json!(0),
            Some("boolean") => json!(true),
            Some("array") => {
                let items = schema["minItems"].as_u64().unwrap_or(0);
                (0..items).map(|_| self.least(&schema["items"])).collect()
            }
            Some("object") => {
                let choice =
                    ["anyOf", "oneOf"].iter().filter_map(|name| schema[name][0]["required"].as_array()).flatten();
                let needed = schema["required"].as_array().into_iter().flatten().chain(choice);
                let needed: Vec<&str> = needed.filter_map(Value::as_str).collect();
                let fields = self.fields(schema).into_iter().filter(|(name, _)| needed.contains(name));
                let mut fields: Map<String, Value> =
                    fields.map(|(name, field)| (name.to_owned(), self.least(field))).collect();
                // A list that must be there by choice must name something.
                let chosen = schema["anyOf"][0]["properties"].as_object().into_iter().flatten();
                for (name, _) in chosen {
                    fields.insert(name.clone(), json!([self.least(&schema["properties"][name]["items"])]));
                }
                if fields.is_empty() && schema["minProperties"] == 1 {
                    fields.insert("any".to_owned(), json!(1));
                }
                Value::Object(fields)
            }
            _ => json!("anything"),
        }
    }

    /// The least value, and all that one change makes of it.
    pub fn all(&mut self, schema: &'a Value) -> Vec<Drawn> {
        let name = schema["$ref"].as_str();
        let resolved = self.resolve(schema);
        let mut drawn = vec![at("", self.least(resolved))];
        if is_open(resolved) {
            return drawn;
        }
        drawn.push(at("", if resolved["type"] == "boolean" { json!("yes") } else { json!(true) }));
        let compound = resolved["type"] == "object" || resolved.get("oneOf").is_some();
        if let Some(name) = name.filter(|_| compound)
            && !self.met.insert(name)
        {
            return drawn;
        }
        let branches = resolved["oneOf"].as_array().filter(|_| resolved.get("type").is_none());
        for branch in branches.into_iter().flatten() {
            drawn.extend(self.all(branch));
        }
        let words = resolved["enum"].as_array().into_iter().flatten().cloned();
        drawn.extend(words.chain([json!("no-such-word")]).map(|word| at("", word)));
        match resolved["type"].as_str() {
            Some("string") => drawn.extend(texts(resolved).into_iter().map(|text| at("", text.into()))),
            Some("integer" | "number") => drawn.extend(numbers(resolved).into_iter().map(|number| at("", number))),
            Some("array") => self.lists(resolved, &mut drawn),
            Some("object") => self.objects(resolved, &mut drawn),
            _ => {}
        }
        drawn
    }

    fn lists(&mut self, schema: &'a Value, drawn: &mut Vec<Drawn>) {
        let items = &schema["items"];
        drawn.push(at("", json!([])));
        if let Some(most) = schema["maxItems"].as_u64().filter(|most| *most <= MOST_DRAWN) {
            for count in [most, most + 1] {
                drawn.push(at("", (0..count).map(|_| self.least(items)).collect()));
            }
        }
        drawn.extend(self.all(items).into_iter().map(|item| at(&format!("/0{}", item.place), json!([item.document]))));
    }

    fn objects(&mut self, schema: &'a Value, drawn: &mut Vec<Drawn>) {
        let least = self.least(schema);
        let alone: Vec<&str> =
            schema["oneOf"].as_array().into_iter().flatten().filter_map(|one| one["required"][0].as_str()).collect();
        let with = |name: &str, value: Value| {
            let mut changed = least.clone();
            if alone.contains(&name) {
                changed.as_object_mut().unwrap().retain(|other, _| !alone.contains(&other.as_str()));
            }
            changed[name] = value;
            changed
        };
        for (name, _) in least.as_object().into_iter().flatten() {
            let mut without = least.clone();
            without.as_object_mut().unwrap().remove(name);
            drawn.push(at(&format!("/{name}"), without));
        }
        for (name, field) in self.fields(schema) {
            for value in self.all(field) {
                drawn.push(at(&format!("/{name}{}", value.place), with(name, value.document)));
            }
        }
        let others = &schema["additionalProperties"];
        if others.is_object() {
            for value in self.all(others) {
                drawn.push(at(&format!("/key{}", value.place), with("key", value.document)));
            }
            if let Some(most) = schema["maxProperties"].as_u64().filter(|most| *most <= MOST_DRAWN) {
                for count in [most, most + 1] {
                    drawn.push(at("", (0..count).map(|key| (format!("K{key}"), self.least(others))).collect()));
                }
            }
        } else if !others.as_bool().unwrap_or(false) {
            drawn.push(at("/surprise", with("surprise", json!(1))));
        }
    }
}

fn at(place: &str, document: Value) -> Drawn {
    Drawn { document, place: place.to_owned() }
}

/// It says nothing of what fits.
pub fn is_open(schema: &Value) -> bool {
    ["$ref", "type", "enum", "const", "oneOf", "anyOf", "allOf"].iter().all(|word| schema.get(word).is_none())
}

/// A text that fits.
fn text(schema: &Value) -> &'static str {
    match (schema["format"].as_str(), schema["pattern"].as_str()) {
        (Some("date-time"), _) => "2026-11-11T20:00:00+08:00",
        (Some("date"), _) => "2026-11-11",
        (_, Some(pattern)) if pattern.contains("[A-Z]{3}") => "CNY",
        (_, Some(pattern)) if pattern.contains("24:00") => "08:00",
        (_, Some(pattern)) if pattern.contains("https?") => "https://shop.example",
        _ => "a",
    }
}

fn texts(schema: &Value) -> Vec<String> {
    let mut texts = vec![String::new(), "~\u{1}".to_owned()];
    let most = schema["maxLength"].as_u64().and_then(|most| usize::try_from(most).ok());
    let free = text(schema) == "a";
    texts.extend(most.filter(|_| free).into_iter().flat_map(|most| ["a".repeat(most), "a".repeat(most + 1)]));
    texts
}

fn numbers(schema: &Value) -> Vec<Value> {
    let bound = |name: &str| schema[name].as_i64();
    let (Some(least), Some(most)) = (bound("minimum"), bound("maximum")) else {
        panic!("a number without bounds: {schema}");
    };
    let mut numbers: Vec<Value> = [least, most, least - 1, most + 1].map(Value::from).to_vec();
    numbers.push(json!(0.5));
    numbers
}

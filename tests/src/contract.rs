//! What `/openapi.json` promises of requests and answers.

use crate::client::Answer;
use jsonschema::Validator;
use serde_json::{Value, json};

/// The contract as the app gives it.
pub struct Contract(pub Value);

impl Contract {
    /// Reads the answer of `/openapi.json`.
    #[must_use]
    pub fn read(answer: &Answer) -> Self {
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
        Self(answer.json())
    }

    /// Every operation: method, path, and what the contract says of it.
    #[must_use]
    pub fn operations(&self) -> Vec<(String, String, &Value)> {
        let paths = self.0["paths"].as_object().unwrap().iter();
        let operations = paths.flat_map(|(path, item)| {
            let operations = item.as_object().unwrap().iter();
            operations.map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
        });
        operations.collect()
    }

    fn validator(&self, schema: &Value) -> Validator {
        let mut whole = schema.clone();
        whole["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        whole["components"] = self.0["components"].clone();
        jsonschema::options()
            .should_validate_formats(true)
            .build(&whole)
            .unwrap_or_else(|error| panic!("{schema}: {error}"))
    }

    /// What it says of one operation.
    #[must_use]
    pub fn operation(&self, method: &str, path: &str) -> &Value {
        let operation = &self.0["paths"][path][method.to_lowercase()];
        assert!(operation.is_object(), "{method} {path} is not in the contract");
        operation
    }

    /// Validates requests.
    #[must_use]
    pub fn request(&self, method: &str, path: &str) -> Validator {
        self.validator(&self.operation(method, path)["requestBody"]["content"]["application/json"]["schema"])
    }

    /// Validates answers.
    #[must_use]
    pub fn answer(&self, method: &str, path: &str) -> Validator {
        self.validator(&self.operation(method, path)["responses"]["200"]["content"]["application/json"]["schema"])
    }

    /// Fails where the operation does not name the answer's status, or the answer does not fit its schema.
    pub fn says(&self, method: &str, path: &str, answer: &Answer) {
        let status = answer.status.to_string();
        let named = &self.operation(method, path)["responses"][&status];
        assert!(named.is_object(), "{method} {path} does not name {status}");
        match named["content"]["application/json"].get("schema") {
            Some(schema) => fits(&self.validator(schema), &answer.json(), &format!("{method} {path} {status}")),
            None => assert_eq!(answer.text(), "", "{method} {path} {status}"),
        }
    }

    /// Validates what has a schema of its own.
    #[must_use]
    pub fn schema(&self, name: &str) -> Validator {
        self.validator(&json!({ "$ref": format!("#/components/schemas/{name}") }))
    }

    /// Validates problems.
    #[must_use]
    pub fn problem(&self) -> Validator {
        self.schema("Problem")
    }
}

/// Fails with every place where the document does not fit.
pub fn fits(validator: &Validator, document: &Value, what: &str) {
    let faults: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{what} does not fit its schema:\n{}\n{document:#}", faults.join("\n"));
}

//! `pii`: snippets with personal data and decoys; the masked text and every span must be exact.

use super::{Case, Kind, Verdict};
use crate::client::Client;
use anyhow::Result;
use serde_json::{Value, json};

/// The kind.
pub const KIND: Kind = Kind { name: "pii", lists: &["cases"], check };

/// The types that the form defines; others are not asked for.
const TYPES: [&str; 5] = ["CN_MOBILE", "CN_ID", "EMAIL", "BANK_CARD", "INTL_PHONE"];

fn check(client: &mut Client, case: &Case<'_>) -> Result<Verdict> {
    let body = json!({ "texts": [{ "text": case.value["text"] }], "kinds": TYPES });
    let answer = client.post("/v1/content/tag", &body)?;
    let answer = answer.json();
    let said = &answer["texts"][0];
    let mut verdict = Verdict::Passed;
    verdict.compare("masked", &case.value["masked"], &said["redacted"]);
    let place = |kind: &Value, span: &Value, start: &str, end: &str| json!([kind, span[start], span[end]]);
    let listed = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let personal = listed(&said["personal"]);
    for (name, start, end) in [("spans", "start", "end"), ("byte_spans", "startByte", "endByte")] {
        let expected: Vec<Value> =
            listed(&case.value[name]).iter().map(|span| place(&span["type"], span, "start", "end")).collect();
        let found: Vec<Value> = personal.iter().map(|one| place(&one["kind"], &one["span"], start, end)).collect();
        verdict.compare(name, &Value::Array(expected), &Value::Array(found));
    }
    Ok(verdict)
}

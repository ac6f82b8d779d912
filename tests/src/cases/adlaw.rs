//! `adlaw`: sentences that must be flagged (a finding that warns or blocks) and sentences that must pass.

use super::{Case, Kind, Verdict};
use crate::client::Client;
use anyhow::Result;
use serde_json::{Value, json};

/// The kind.
pub const KIND: Kind = Kind { name: "adlaw", lists: &["sentences"], check };

fn check(client: &mut Client, case: &Case<'_>) -> Result<Verdict> {
    let body = json!({ "texts": [{ "text": case.value["text"] }], "jurisdictions": ["CN"] });
    let answer = client.post("/v1/content/tag", &body)?;
    let answer = answer.json();
    let said = &answer["texts"][0];
    let flagged = matches!(said["level"].as_str(), Some("warn" | "block"));
    let mut verdict = Verdict::Passed;
    let found = if flagged { "flag" } else { "pass" };
    if case.value["expect"] != found {
        let terms: Vec<String> = said["findings"].as_array().into_iter().flatten().map(term).collect();
        verdict.fail(format!("expected {}, found {found}: {}", case.value["expect"], terms.join(", ")));
    }
    Ok(verdict)
}

fn term(finding: &Value) -> String {
    let part = |name: &str| finding[name].as_str().unwrap_or("-").to_owned();
    format!("{} {} ({}, {})", part("category"), part("term"), part("level"), part("exemption"))
}

//! Carts and promotions of peers: `cases`, over `POST /v1/promotions/evaluate` with inline rules.
//!
//! [`request`] turns what a case says into one request, [`expected`] compares the answer with what it expects; the
//! policy of the case's peer, and what its portability adds, is data in [`policy`].

mod expected;
mod policy;
mod request;
mod rules;
mod usage;

use super::{Case, Kind, Verdict};
use crate::client::Client;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

/// Carts with promotions.
pub const KIND: Kind = Kind { name: "promotions", lists: &["cases"], check };

fn check(client: &mut Client, case: &Case<'_>) -> Result<Verdict> {
    judge(case.value, &mut |path, body| {
        let answer = client.post(path, body)?;
        Ok((answer.status, answer.json()))
    })
}

/// Asks one case of whatever answers requests.
///
/// # Errors
/// Where it does not answer, or the case has a form that is not known.
pub fn judge(case: &Value, ask: &mut dyn FnMut(&str, &Value) -> Result<(u16, Value)>) -> Result<Verdict> {
    if case["portability"] == "quirk" {
        return Ok(Verdict::Skipped("it documents the peer and is not to be required".into()));
    }
    let mut body = request::of(case)?;
    if let Some(asked) = request::freight(case)? {
        let (status, prices) = ask("/v1/price", &asked)?;
        ensure!(status == 200, "/v1/price answered {status}: {prices}");
        let amount = prices["shipping"][0]["amount"].clone();
        body["shipping"] = json!([{ "method": "freight", "amount": amount }]);
    }
    let (status, answer) = ask("/v1/promotions/evaluate", &body)?;
    ensure!(status == 200, "answered {status}: {answer}");
    let mut verdict = Verdict::Passed;
    expected::compare(case, &answer, &mut verdict).context("comparing")?;
    Ok(verdict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::Native;

    /// The cases that the project keeps, asked of the cores linked natively.
    #[test]
    fn every_case_comes_out_as_its_peer_has_it() {
        let file: Value = serde_json::from_slice(include_bytes!("../../cases/promotions.json")).unwrap();
        let native = Native::default();
        let mut ask = |path: &str, body: &Value| {
            let answer =
                native.send("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes());
            Ok((answer.status, answer.json()))
        };
        let mut counts = [0; 3];
        let mut wrong = Vec::new();
        for case in request::list(&file["cases"]) {
            match judge(case, &mut ask) {
                Ok(Verdict::Passed) => counts[0] += 1,
                Ok(Verdict::Skipped(_)) => counts[2] += 1,
                Ok(Verdict::Failed(mismatches)) => wrong.push(format!("{}: {}", case["id"], mismatches.join("\n    "))),
                Err(error) => wrong.push(format!("{}: {error:#}", case["id"])),
            }
        }
        counts[1] = wrong.len();
        assert!(
            wrong.is_empty(),
            "{} passed, {} failed, {} skipped\n{}",
            counts[0],
            counts[1],
            counts[2],
            wrong.join("\n")
        );
        assert!(counts[2] <= 1, "only quirks are left out");
    }
}

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
use anyhow::{Result, ensure};
use serde_json::{Value, json};

/// Carts with promotions.
pub const KIND: Kind = Kind { name: "promotions", lists: &["cases"], check };

fn check(client: &mut Client, case: &Case<'_>) -> Result<Verdict> {
    judge(case.value, &mut |path, body| {
        let answer = client.post(path, body)?;
        Ok((answer.status, answer.json()))
    })
}

/// Whatever answers a request: path and body in, status and body out.
pub type Ask<'a> = dyn FnMut(&str, &Value) -> Result<(u16, Value)> + 'a;

/// Asks one case of whatever answers requests. What the app has no word for, such as a percentage finer than a basis point
/// or a kind that is not known, is left out with the reason; it is never a pass.
///
/// # Errors
/// Where it does not answer.
pub fn judge(case: &Value, ask: &mut Ask<'_>) -> Result<Verdict> {
    if case["portability"] == "quirk" {
        return Ok(Verdict::Skipped("it documents the peer and is not to be required".into()));
    }
    let mut body = match request::of(case) {
        Ok(body) => body,
        Err(reason) => return Ok(Verdict::Skipped(format!("it cannot be asked: {reason:#}"))),
    };
    if let Some(asked) = request::freight(case)? {
        let (status, prices) = ask("/v1/price", &asked)?;
        ensure!(status == 200, "/v1/price answered {status}: {prices}");
        let amount = prices["shipping"][0]["amount"].clone();
        body["shipping"] = json!([{ "method": "freight", "amount": amount }]);
    }
    let (status, answer) = ask("/v1/promotions/evaluate", &body)?;
    ensure!(status == 200, "answered {status}: {answer}");
    let mut verdict = Verdict::Passed;
    match (expected::compare(case, &answer, &mut verdict), verdict) {
        (Err(reason), Verdict::Passed) => Ok(Verdict::Skipped(format!("it cannot be compared: {reason:#}"))),
        (_, verdict) => Ok(verdict),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Contract, fits};
    use crate::native::Native;

    #[test]
    fn what_cannot_be_asked_or_compared_is_left_out_with_the_reason() {
        let native = Native::default();
        let mut ask = |path: &str, body: &Value| {
            let answer =
                native.send("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes());
            Ok((answer.status, answer.json()))
        };
        let case = |condition: Value, action: Value, expected: Value| {
            json!({ "currency": "USD", "lines": [{ "id": "a", "sku": "a", "quantity": 1, "unit_price_minor": 1_000 }], "expected": expected,
                "promotions": [{ "id": "p", "trigger": "automatic", "conditions": [condition], "actions": [action] }] })
        };
        let many = json!({ "kind": "quantity_gte", "n": 1 });
        let tenth = json!({ "kind": "line_percent", "percent": 10 });
        let off = |amount: i64| json!({ "discount_minor": amount });
        let under = |portability: &str| {
            let mut asked = case(many.clone(), tenth.clone(), off(100));
            asked["portability"] = portability.into();
            asked
        };
        let rows = [
            (case(many.clone(), tenth.clone(), off(100)), ""),
            (under("policy:percent_rounding=half_even_per_line+promotion_order"), ""),
            (under("policy:moon_phase=full"), "a policy of `moon_phase=full`"),
            (under("policy:remainder=first+percent_rounding=lunar"), "a policy of `percent_rounding=lunar`"),
            (under("policy:moon_phase"), "a policy of `moon_phase`"),
            (case(many.clone(), json!({ "kind": "line_percent", "percent": 33.3333 }), off(333)), "`percent` of"),
            (case(json!({ "kind": "moon_phase" }), tenth.clone(), off(100)), "a condition of kind `moon_phase`"),
            (case(many.clone(), json!({ "kind": "moon_price" }), off(100)), "an action of kind `moon_price`"),
            (case(many.clone(), tenth.clone(), json!({ "moon_minor": 1 })), "expects `moon_minor`"),
        ];
        for (case, wanted) in rows {
            match judge(&case, &mut ask).unwrap() {
                Verdict::Passed => assert_eq!(wanted, "", "{case}"),
                Verdict::Skipped(reason) => assert!(!wanted.is_empty() && reason.contains(wanted), "{reason}"),
                Verdict::Failed(mismatches) => panic!("{mismatches:?} of {case}"),
            }
        }
        assert!(matches!(judge(&case(many, tenth, off(101)), &mut ask).unwrap(), Verdict::Failed(_)));
    }

    /// A field that is null counts as absent for readers; the schemas do not know it.
    fn without_nulls(value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let kept = fields.iter().filter(|(_, value)| !value.is_null());
                Value::Object(kept.map(|(name, value)| (name.clone(), without_nulls(value))).collect())
            }
            Value::Array(items) => items.iter().map(without_nulls).collect(),
            other => other.clone(),
        }
    }

    /// The cases that the project keeps, asked of the cores linked natively; what is asked and answered fits the contract.
    #[test]
    fn every_case_comes_out_as_its_peer_has_it() {
        let file: Value = serde_json::from_slice(include_bytes!("../../cases/promotions.json")).unwrap();
        let native = Native::default();
        let contract = Contract::read(&native.send("GET", "/openapi.json", &[], b""));
        let of = |path: &'static str| (path, contract.request("POST", path), contract.answer("POST", path));
        let contracts = [of("/v1/price"), of("/v1/promotions/evaluate")];
        let mut ask = |path: &str, body: &Value| {
            let (_, request, expected) = contracts.iter().find(|(known, ..)| *known == path).unwrap();
            fits(request, &without_nulls(body), path);
            let answer =
                native.send("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes());
            if answer.status == 200 {
                fits(expected, &answer.json(), path);
            }
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

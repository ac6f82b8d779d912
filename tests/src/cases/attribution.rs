//! Journeys over `POST /v1/referrals/attribute`, aggregated paths over `POST /v1/referrals/models`.
//!
//! A share may differ by a millionth of the whole, as the files say.

use super::{Case, Kind, Verdict};
use crate::client::Client;
use anyhow::{Context as _, Result, ensure};
use commerce::instant;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Journeys and sets of paths.
pub const KIND: Kind = Kind { name: "attribution", lists: &["journeys", "path_sets"], check };

const TOLERANCE: f64 = 1e-6;
const BILLION: f64 = 1e9;

fn check(client: &mut Client, case: &Case<'_>) -> Result<Verdict> {
    if case.list == "journeys" { journey(client, case.value) } else { paths(client, case.value) }
}

/// Models of the case file, and how a programme names them.
fn model(name: &str, half_life: &Value) -> Option<Value> {
    Some(match name {
        "first" => json!({ "kind": "firstTouch" }),
        "last" => json!({ "kind": "lastTouch" }),
        "last_click_over_view" => json!({ "kind": "lastClickOverView" }),
        "linear" => json!({ "kind": "linear" }),
        "position_40_20_40" => json!({ "kind": "positionBased", "first": 4_000, "middle": 2_000, "last": 4_000 }),
        "time_decay" => json!({ "kind": "timeDecay", "halfLife": half_life }),
        _ => return None,
    })
}

/// Every model of a journey; a journey without touches that count expects none of them to credit anybody.
const MODELS: [&str; 6] = ["first", "last", "last_click_over_view", "linear", "position_40_20_40", "time_decay"];

fn journey(client: &mut Client, case: &Value) -> Result<Verdict> {
    let written = |at: &Value| at.as_i64().map(|at| instant::format(at, 0)).context("a moment");
    let mut touches = Vec::new();
    for touch in case["touches"].as_array().context("touches")? {
        let mut told = json!({ "at": written(&touch["t"])?, "kind": touch["kind"], "channel": "content", "referrer": touch["ch"] });
        if touch["direct"] == true {
            told["channel"] = json!("direct");
            told["referrer"] = Value::Null;
        }
        touches.push(told);
    }
    let at = written(&case["T"])?;
    let mut verdict = Verdict::Passed;
    let expected_models = case["expect"]["models"].as_object().context("models")?;
    for name in expected_models
        .keys()
        .map(String::as_str)
        .chain(MODELS.into_iter().filter(|name| !expected_models.contains_key(*name)))
    {
        let Some(model) = model(name, &case["half_life"]) else {
            return Ok(Verdict::Skipped(format!("`{name}` is no model")));
        };
        let referral =
            json!({ "windows": { "click": case["window"]["click"], "view": case["window"]["view"] }, "model": model });
        let answer = client.post(
            "/v1/referrals/attribute",
            &json!({
                "rules": { "format": "pushcart-rulebook/1", "currency": "CNY", "referral": referral },
                "currency": "CNY", "at": at, "touches": touches,
                "lines": [{ "id": "1", "sku": "a", "quantity": 1, "net": { "amount": 1_000_000, "currency": "CNY" } }],
            }),
        )?;
        ensure!(answer.status == 200, "{} {}", answer.status, answer.text());
        let answer = answer.json();
        let mut shares: BTreeMap<String, f64> = BTreeMap::new();
        for credit in answer["credits"].as_array().context("credits")? {
            let channel = credit["referrer"].as_str().or(credit["channel"].as_str()).unwrap_or_default();
            *shares.entry(channel.to_owned()).or_default() += credit["billionths"].as_f64().unwrap_or(0.0) / BILLION;
        }
        let nothing = Map::new();
        let expected = expected_models.get(name).and_then(Value::as_object).unwrap_or(&nothing);
        shares_agree(&mut verdict, name, expected, &shares, 1.0);
        if name == "last" && case["expect"]["eligible"].is_number() {
            let unused = answer["unused"].as_array().context("unused")?;
            let eligible = touches.len() - unused.len();
            verdict.compare("eligible", &case["expect"]["eligible"], &json!(eligible));
        }
    }
    Ok(verdict)
}

/// Compares shares with expected numbers, which sum to `whole`.
fn shares_agree(
    verdict: &mut Verdict,
    what: &str,
    expected: &Map<String, Value>,
    shares: &BTreeMap<String, f64>,
    whole: f64,
) {
    let number = |name: &str| expected.get(name).and_then(Value::as_f64).unwrap_or(0.0) / whole;
    let mut names: Vec<&str> = expected.keys().map(String::as_str).chain(shares.keys().map(String::as_str)).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let found = shares.get(name).copied().unwrap_or(0.0);
        if (found - number(name)).abs() > TOLERANCE {
            verdict.fail(format!("{what} {name}: expected {}, found {found}", number(name)));
        }
    }
}

fn paths(client: &mut Client, case: &Value) -> Result<Verdict> {
    let mut rows = Vec::new();
    for row in case["rows"].as_array().context("rows")? {
        rows.push(json!({
            "path": row["path"], "conversions": row["conv"], "nulls": row["null"],
            "value": { "amount": row["value"], "currency": "CNY" },
        }));
    }
    let answer = client.post("/v1/referrals/models", &json!({ "currency": "CNY", "order": 1, "rows": rows }))?;
    ensure!(answer.status == 200, "{} {}", answer.status, answer.text());
    let answer = answer.json();
    let expect = &case["expect"];
    let (conversions, value) =
        (expect["total_conv"].as_f64().context("total_conv")?, expect["total_value"].as_f64().context("total_value")?);
    let mut verdict = Verdict::Passed;
    for (model, counted, valued) in [
        ("first", &expect["conv"]["first"], &expect["value"]["first"]),
        ("last", &expect["conv"]["last"], &expect["value"]["last"]),
        ("linear", &expect["conv"]["linear"], &expect["value"]["linear"]),
        ("position", &expect["conv"]["position_40_20_40"], &expect["value"]["position_40_20_40"]),
        ("markov", &expect["markov1"]["conv"], &expect["markov1"]["value"]),
        ("shapley-sum", &expect["shapley_sum"], &Value::Null),
        ("shapley-rate", &expect["shapley_rate"], &Value::Null),
    ] {
        let found = answer["models"].as_array().and_then(|models| models.iter().find(|found| found["model"] == model));
        let credits =
            found.and_then(|found| found["credits"].as_array()).with_context(|| format!("{model} is not answered"))?;
        let shares = |field: &str| -> BTreeMap<String, f64> {
            let share = |credit: &Value| {
                (
                    credit["channel"].as_str().unwrap_or_default().to_owned(),
                    credit[field].as_f64().unwrap_or(f64::NAN) / BILLION,
                )
            };
            credits.iter().map(share).collect()
        };
        for (numbers, field, whole) in
            [(counted, "conversionBillionths", conversions), (valued, "valueBillionths", value)]
        {
            if let Some(numbers) = numbers.as_object().filter(|_| whole > 0.0) {
                shares_agree(&mut verdict, &format!("{model} {field}"), numbers, &shares(field), whole);
            }
        }
        if model == "markov"
            && let Some(effects) = expect["markov1"]["removal_effect"].as_object()
        {
            shares_agree(&mut verdict, "removal effect", effects, &shares("removalBillionths"), 1.0);
        }
        let amounts: i64 = credits.iter().filter_map(|credit| credit["value"]["amount"].as_i64()).sum();
        verdict.compare(&format!("{model} sum of amounts"), &expect["total_value"], &json!(amounts));
    }
    Ok(verdict)
}

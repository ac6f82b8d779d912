//! Journeys over `POST /v1/referrals/attribute`, aggregated paths over `POST /v1/referrals/models`.
//!
//! A share may differ by a millionth of the whole, as the files say.

use super::{Case, Kind, Verdict};
use crate::client::Client;
use anyhow::{Context as _, Result, ensure};
use commerce::{bounds, instant};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Journeys and sets of paths.
pub const KIND: Kind = Kind { name: "attribution", lists: &["journeys", "path_sets"], check };

const TOLERANCE: f64 = 1e-6;
const BILLION: f64 = 1e9;

fn check(client: &mut Client, case: &Case<'_>) -> Result<Verdict> {
    if case.list == "journeys" { journey(client, case.value) } else { paths(client, case.value) }
}

/// Models of the case file, and how a programme names them: `position_40_20_40` has its weights in percent.
fn model(name: &str, half_life: &Value) -> Option<Value> {
    Some(match name {
        "first" => json!({ "kind": "firstTouch" }),
        "last" => json!({ "kind": "lastTouch" }),
        "last_click_over_view" => json!({ "kind": "lastClickOverView" }),
        "linear" => json!({ "kind": "linear" }),
        "time_decay" => json!({ "kind": "timeDecay", "halfLife": half_life }),
        _ => {
            let weights =
                name.strip_prefix("position_")?.split('_').map(|weight| Some(weight.parse::<u32>().ok()? * 100));
            let [first, middle, last]: [u32; 3] = weights.collect::<Option<Vec<_>>>()?.try_into().ok()?;
            json!({ "kind": "positionBased", "first": first, "middle": middle, "last": last })
        }
    })
}

/// Every model of a journey; a journey without touches that count expects none of them to credit anybody.
const MODELS: [&str; 6] = ["first", "last", "last_click_over_view", "linear", "position_40_20_40", "time_decay"];

/// The touches of a case. Visits that nobody brought about are told apart by their campaign: where they come from is all
/// that the file says of them.
fn touches(case: &Value) -> Result<Vec<Value>> {
    let told = |touch: &Value| {
        let mut told = json!({ "at": written(&touch["t"])?, "kind": touch["kind"].as_str().unwrap_or("click") });
        if touch["direct"] == true {
            (told["channel"], told["campaign"]) = (json!("direct"), touch["ch"].clone());
        } else {
            (told["channel"], told["referrer"]) = (json!("content"), touch["ch"].clone());
        }
        Ok(told)
    };
    case["touches"].as_array().context("touches")?.iter().map(told).collect()
}

fn written(at: &Value) -> Result<String> {
    at.as_i64().map(|at| instant::format(at, 0)).context("a moment")
}

fn journey(client: &mut Client, case: &Value) -> Result<Verdict> {
    let (touches, at) = (touches(case)?, written(&case["T"])?);
    let mut verdict = Verdict::Passed;
    let expected_models = case["expect"]["models"].as_object().context("models")?;
    let organic: &[&str] = if expected_models.is_empty() { &MODELS } else { &[] };
    // A window that the case does not give has no end.
    let window = |kind: &str| case["window"][kind].as_i64().unwrap_or(bounds::LATEST);
    for name in expected_models.keys().map(String::as_str).chain(organic.iter().copied()) {
        if name == "time_decay" && expected_models.is_empty() && case["half_life"].is_null() {
            continue;
        }
        let Some(model) = model(name, &case["half_life"]) else {
            return Ok(Verdict::Skipped(format!("`{name}` is no model")));
        };
        let referral = json!({ "windows": { "click": window("click"), "view": window("view") }, "model": model });
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
            let channel = credit["referrer"].as_str().or(credit["campaign"].as_str()).unwrap_or_default();
            *shares.entry(channel.to_owned()).or_default() += credit["billionths"].as_f64().unwrap_or(0.0) / BILLION;
        }
        let nothing = Map::new();
        let expected = expected_models.get(name).and_then(Value::as_object).unwrap_or(&nothing);
        shares_agree(&mut verdict, name, expected, &shares, 1.0);
        if case["expect"]["eligible"].is_number() {
            // Direct visits beside a known touch do not count as eligible.
            let unused = answer["unused"].as_array().context("unused")?;
            verdict.compare("eligible", &case["expect"]["eligible"], &json!(touches.len() - unused.len()));
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
    let (mut rows, mut verdict) = (Vec::new(), Verdict::Passed);
    for row in case["rows"].as_array().context("rows")? {
        let count = |name: &str| row[name].as_i64().unwrap_or(0);
        rows.push(json!({
            "path": row["path"], "conversions": count("conv"), "nulls": count("null"),
            "value": { "amount": count("value"), "currency": "CNY" },
        }));
    }
    let expect = &case["expect"];
    let (conv, value) = (&expect["conv"], &expect["value"]);
    for order in 1..=3 {
        let markov = &expect[format!("markov{order}")];
        if markov.is_null() && order > 1 {
            continue;
        }
        let body = json!({ "currency": "CNY", "order": order, "rows": rows });
        let answer = client.post("/v1/referrals/models", &body)?;
        ensure!(answer.status == 200, "{} {}", answer.status, answer.text());
        let models = answer.json()["models"].as_array().context("models")?.clone();
        let mut model = |name: &str, counted: &Value, valued: &Value, removed: &Value| {
            let found = models.iter().find(|found| found["model"] == name);
            let credits = found.and_then(|found| found["credits"].as_array());
            let credits = credits.with_context(|| format!("{name} is not answered"))?;
            credited(&mut verdict, name, expect, credits, [counted, valued, removed]);
            Ok::<(), anyhow::Error>(())
        };
        model("markov", &markov["conv"], &markov["value"], &markov["removal_effect"])?;
        if order == 1 {
            model("first", &conv["first"], &value["first"], &Value::Null)?;
            model("last", &conv["last"], &value["last"], &Value::Null)?;
            model("linear", &conv["linear"], &value["linear"], &Value::Null)?;
            model("position", &conv["position_40_20_40"], &value["position_40_20_40"], &Value::Null)?;
            model("shapley-sum", &expect["shapley_sum"], &Value::Null, &Value::Null)?;
            model("shapley-rate", &expect["shapley_rate"], &Value::Null, &Value::Null)?;
        }
    }
    Ok(verdict)
}

/// Compares one model's credits with what is expected of conversions, of their value, and of removal; what is null is not
/// compared. The credits' amounts always sum to the whole value.
fn credited(verdict: &mut Verdict, model: &str, expect: &Value, credits: &[Value], expected: [&Value; 3]) {
    let shares = |field: &str| -> BTreeMap<String, f64> {
        let share = |credit: &Value| credit[field].as_f64().unwrap_or(f64::NAN) / BILLION;
        credits.iter().map(|one| (one["channel"].as_str().unwrap_or_default().to_owned(), share(one))).collect()
    };
    let wholes = [expect["total_conv"].as_f64(), expect["total_value"].as_f64(), Some(1.0)];
    let fields = ["conversionBillionths", "valueBillionths", "removalBillionths"];
    for ((numbers, whole), field) in expected.into_iter().zip(wholes).zip(fields) {
        let (Some(numbers), Some(whole)) = (numbers.as_object(), whole.filter(|whole| *whole > 0.0)) else { continue };
        shares_agree(verdict, &format!("{model} {field}"), numbers, &shares(field), whole);
    }
    let amounts: i64 = credits.iter().filter_map(|credit| credit["value"]["amount"].as_i64()).sum();
    if expect["total_value"].is_number() {
        verdict.compare(&format!("{model} sum of amounts"), &expect["total_value"], &json!(amounts));
    }
}

//! Prior prices and the choice among prices: `price_history_cases` and `price_selection_cases`, over `POST /v1/price`.

use super::{Case, Kind, Verdict};
use crate::client::Client;
use anyhow::{Context as _, Result, ensure};
use commerce::instant;
use serde_json::{Map, Value, json};

/// Histories of one product's price, and tables of prices for one product.
pub const KIND: Kind = Kind { name: "prices", lists: &["price_history_cases", "price_selection_cases"], check };

/// Where a case names no moment, or one relative to now.
const NOW: &str = "2026-06-15T12:00:00Z";
/// Amounts of price tables are in a peer's unit; a hundredth of it is the finest any of them uses.
const FINEST: f64 = 100.0;

fn check(client: &mut Client, case: &Case<'_>) -> Result<Verdict> {
    if case.value["portability"] == "quirk" {
        return Ok(Verdict::Skipped("it documents the peer and is not to be required".into()));
    }
    if case.list == "price_history_cases" { history(client, case.value) } else { selection(client, case.value) }
}

fn rulebook(currency: &str, lists: Vec<Value>, pricing: Value) -> Value {
    json!({ "format": "pushcart-rulebook/1", "currency": currency, "priceLists": lists, "pricing": pricing })
}

fn seconds(at: &str) -> Option<i64> {
    instant::parse(at).map(|moment| moment.at)
}

fn written(at: i64) -> String {
    instant::format(at, 0)
}

/// `seq:3` is an hour after `seq:2`; `-5d` and `+1d` are from [`NOW`]; a day begins at midnight in UTC.
fn moment(at: &str) -> Result<i64> {
    let now = seconds(NOW).context("now")?;
    let found = if let Some(place) = at.strip_prefix("seq:") {
        Some(now + 3_600 * place.parse::<i64>()?)
    } else if let Some(days) = at.strip_suffix('d') {
        Some(now + 86_400 * days.trim_start_matches('+').parse::<i64>()?)
    } else if at.contains('T') {
        seconds(at)
    } else {
        seconds(&format!("{at}T00:00:00Z"))
    };
    found.with_context(|| format!("`{at}` is no moment"))
}

fn history(client: &mut Client, case: &Value) -> Result<Verdict> {
    let currency = case["currency"].as_str().unwrap_or("USD");
    let money = |amount: &Value| json!({ "amount": amount, "currency": currency });
    let events = case["price_events"].as_array().context("price_events")?;
    let mut told = Vec::new();
    let mut last = None;
    for event in events {
        let at = moment(event["at"].as_str().context("at")?)?;
        let mut step = json!({ "sku": "X", "at": written(at), "price": money(&event["price_minor"]) });
        if !event["reference_price_minor"].is_null() {
            step["reference"] = money(&event["reference_price_minor"]);
        }
        told.push(step);
        last = Some((at, event));
    }
    let (last_at, current) = last.context("a history has an event")?;
    let now = case["now"].as_str().map_or(Ok(last_at), moment)?;
    let touching = case["portability"] != "policy:window_boundary_exclusive";
    let rule =
        json!({ "id": "case", "statute": "-", "days": case["window_days"], "basis": "in-force", "touching": touching });
    let list = json!({ "id": "base", "entries": { "X": current["price_minor"] } });
    let mut line = json!({ "id": "1", "sku": "X", "quantity": 1 });
    let expected = &case["expected"]["prior_lowest_price_minor"];
    // A history without any reference price tells of no reduction. Where a prior price is expected of it all the same, it is
    // that of a reduction which begins now.
    let tells = events.iter().any(|event| !event["reference_price_minor"].is_null());
    if !tells && !expected.is_null() {
        line["claimedReference"] = money(&json!(9_007_199_254_740_991_i64));
    }
    let answer = client.post(
        "/v1/price",
        &json!({
            "rules": rulebook(currency, vec![list], json!({ "priorPrice": [rule] })),
            "currency": currency, "at": written(now), "lines": [line], "history": told,
        }),
    )?;
    ensure!(answer.status == 200, "{}: {}", answer.status, answer.text());
    let found = &answer.json()["lines"][0]["references"][0]["prior"]["amount"];
    let mut verdict = Verdict::Passed;
    verdict.compare("prior price", expected, found);
    Ok(verdict)
}

fn selection(client: &mut Client, case: &Value) -> Result<Verdict> {
    let currency = case["context"]["currency"].as_str().unwrap_or("USD");
    let mut lists = Vec::new();
    for (list, name) in [("base", "base"), ("price_lists", "list")] {
        for entry in case["price_table"][list].as_array().into_iter().flatten() {
            lists.extend(price_list(entry, &format!("{name}-{}", lists.len()), list == "price_lists", currency)?);
        }
    }
    let mut request = json!({
        "rules": rulebook(currency, lists, json!({ "choose": "most-specific" })),
        "currency": currency, "at": NOW, "lines": [{ "id": "1", "sku": "X", "quantity": 1 }],
    });
    let mut attributes = Map::new();
    for (name, value) in case["context"].as_object().into_iter().flatten() {
        match name.as_str() {
            "currency" => {}
            "quantity" => request["lines"][0]["quantity"] = value.clone(),
            "region" => request["delivery"]["region"] = value.clone(),
            "customer_group" => request["shopper"]["groups"] = words(value),
            _ => drop(attributes.insert(name.clone(), word(value))),
        }
    }
    request["attributes"] = Value::Object(attributes);
    let answer = client.post("/v1/price", &request)?;
    let expected = &case["expected"];
    let mut verdict = Verdict::Passed;
    if expected["price"].is_null() {
        verdict.compare("a price", &json!(422), &json!(answer.status));
        return Ok(verdict);
    }
    ensure!(answer.status == 200, "{}: {}", answer.status, answer.text());
    let answer = answer.json();
    let line = &answer["lines"][0];
    verdict.compare("price", &minor(&expected["price"])?, &line["unitPrice"]["amount"]);
    if !expected["original"].is_null() {
        let regular = if line["regularPrice"].is_null() { &line["unitPrice"] } else { &line["regularPrice"] };
        verdict.compare("original", &minor(&expected["original"])?, &regular["amount"]);
    }
    Ok(verdict)
}

/// A price of the table as a price list of its own; `None` for a draft.
fn price_list(entry: &Value, id: &str, above_base: bool, currency: &str) -> Result<Option<Value>> {
    if entry["status"].as_str().is_some_and(|status| status != "active") {
        return Ok(None);
    }
    let position = entry["position"].as_i64().unwrap_or(0);
    let kind = if entry["type"] == "sale" { "sale" } else { "base" };
    let (mut when, mut attributes) = (Map::new(), Map::new());
    let (mut from, mut to) = (entry["min_quantity"].clone(), entry["max_quantity"].clone());
    for (name, value) in entry["rules"].as_object().into_iter().flatten() {
        match name.as_str() {
            "min_quantity" => from = value.clone(),
            "max_quantity" => to = value.clone(),
            "region" => drop(when.insert("regions".into(), words(value))),
            "customer_group" => drop(when.insert("groups".into(), words(value))),
            _ => drop(attributes.insert(name.clone(), words(value))),
        }
    }
    when.insert("attributes".into(), Value::Object(attributes));
    let tier =
        json!({ "from": if from.is_null() { json!(1) } else { from }, "to": to, "price": minor(&entry["amount"])? });
    let mut list = json!({
        "id": id, "kind": kind, "currency": entry["currency"].as_str().unwrap_or(currency), "when": when,
        "precedence": if above_base { 1_000 - position } else { 0 },
        "entries": { "X": { "mode": "all-units", "tiers": [tier] } },
    });
    for (given, name) in [("starts_at", "from"), ("ends_at", "until")] {
        if let Some(at) = entry[given].as_str() {
            list[name] = json!(written(moment(at)?));
        }
    }
    Ok(Some(list))
}

fn word(value: &Value) -> Value {
    json!(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn words(value: &Value) -> Value {
    value.as_array().map_or_else(|| json!([word(value)]), |values| values.iter().map(word).collect())
}

/// In hundredths of the case's unit.
#[allow(clippy::cast_possible_truncation, reason = "prices of cases are small")]
fn minor(amount: &Value) -> Result<Value> {
    let amount = amount.as_f64().with_context(|| format!("{amount} is no amount"))?;
    Ok(json!((amount * FINEST).round() as i64))
}

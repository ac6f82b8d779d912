//! Sourcing: random instances with the optimum that exhaustive search proved, asked of `POST /v1/inventory/check`.
//!
//! A node of an instance is a node of inline rules with its minutes as handling time; a unit's cost stands in the stock. The
//! plan of the answer is judged by the instance's own words: its triple, and that it keeps to stock, capacity and lines.

use super::{Case, Kind, Verdict};
use crate::client::Client;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `{"instances": [{"nodes": […], "lines": […], "max_eta": null, "split_lines": true, "expect": {…}}]}`.
pub const KIND: Kind = Kind { name: "sourcing", lists: &["instances"], check };

/// The moment of every question.
const AT: &str = "2026-11-11T00:00:00Z";
const START: i64 = 1_794_355_200;

fn check(client: &mut Client, case: &Case<'_>) -> Result<Verdict> {
    let instance = case.value;
    let nodes = instance["nodes"].as_array().context("nodes")?;
    let lines = instance["lines"].as_array().context("lines")?;
    let answer = client.post("/v1/inventory/check", &request(instance, nodes, lines))?;
    let mut verdict = Verdict::Passed;
    if answer.status != 200 {
        verdict.fail(format!("status {}: {}", answer.status, answer.text()));
        return Ok(verdict);
    }
    let answer = answer.json();
    let plan = plan(&answer, lines);
    verdict.compare("optimal", &json!(true), &answer["delivery"]["optimal"]);
    let units: i64 = plan.values().sum();
    verdict.compare("units", &instance["expect"]["units"], &json!(units));
    let shipments = answer["delivery"]["shipments"].as_array().map_or(0, Vec::len);
    verdict.compare("shipments", &instance["expect"]["shipments"], &json!(shipments));
    verdict.compare("cost", &instance["expect"]["cost"], &answer["delivery"]["cost"]["amount"]);
    judge(&mut verdict, instance, nodes, lines, &plan);
    Ok(verdict)
}

fn request(instance: &Value, nodes: &[Value], lines: &[Value]) -> Value {
    let node = |node: &Value| {
        let mut rules = json!({
            "id": node["id"], "kind": "store", "modes": ["instant"],
            "handling": node["eta_min"].as_i64().unwrap_or(0) * 60, "cost": { "shipment": node["fixed"] },
        });
        if node["capacity"].is_number() {
            rules["capacity"] = node["capacity"].clone();
        }
        rules
    };
    let stock: Vec<Value> = nodes
        .iter()
        .flat_map(|node| {
            node["stock"].as_object().into_iter().flatten().map(move |(sku, units)| {
                json!({ "sku": sku, "node": node["id"], "onHand": units, "unitCost": node["unit"][sku] })
            })
        })
        .collect();
    let lines: Vec<Value> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line["qty"].as_i64().is_some_and(|units| units > 0))
        .map(|(index, line)| json!({ "id": index.to_string(), "sku": line["sku"], "quantity": line["qty"] }))
        .collect();
    let mut delivery = json!({});
    if let Some(minutes) = instance["max_eta"].as_i64() {
        delivery["by"] = json!(commerce::instant::format(START + minutes * 60, 0));
        delivery["strictly"] = json!(true);
    }
    let policy = json!({ "objective": ["units", "shipments", "cost"], "splitLines": instance["split_lines"] });
    let inventory = json!({
        "policy": policy,
        "modes": { "instant": { "window": 0 } },
        "nodes": nodes.iter().map(node).collect::<Vec<_>>(),
    });
    let rules = json!({ "format": "pushcart-rulebook/1", "currency": "CNY", "inventory": inventory });
    json!({ "rules": rules, "currency": "CNY", "at": AT, "lines": lines, "stock": stock, "delivery": delivery })
}

/// Units by node and SKU.
fn plan(answer: &Value, lines: &[Value]) -> BTreeMap<(String, String), i64> {
    let mut plan = BTreeMap::new();
    for line in answer["lines"].as_array().into_iter().flatten() {
        let place = line["id"].as_str().and_then(|id| id.parse::<usize>().ok()).and_then(|index| lines.get(index));
        let sku = place.and_then(|line| line["sku"].as_str()).unwrap_or_default();
        for part in line["from"].as_array().into_iter().flatten() {
            let node = part["node"].as_str().unwrap_or_default();
            *plan.entry((node.to_owned(), sku.to_owned())).or_insert(0) += part["quantity"].as_i64().unwrap_or(0);
        }
    }
    plan
}

/// Says where the plan breaks a rule of the instance.
fn judge(
    verdict: &mut Verdict,
    instance: &Value,
    nodes: &[Value],
    lines: &[Value],
    plan: &BTreeMap<(String, String), i64>,
) {
    for node in nodes {
        let id = node["id"].as_str().unwrap_or_default();
        let sent: i64 = plan.iter().filter(|((from, _), _)| from == id).map(|(_, units)| units).sum();
        if node["capacity"].as_i64().is_some_and(|most| sent > most) {
            verdict.fail(format!("{id} sends {sent}, more than its capacity"));
        }
        let late = instance["max_eta"].as_i64().zip(node["eta_min"].as_i64()).is_some_and(|(most, eta)| eta > most);
        if late && sent > 0 {
            verdict.fail(format!("{id} arrives too late"));
        }
    }
    for ((from, sku), units) in plan {
        let node = nodes.iter().find(|node| node["id"] == json!(from));
        if node.and_then(|node| node["stock"][sku].as_i64()).is_none_or(|stock| *units > stock) {
            verdict.fail(format!("{from} sends {units} of {sku}, more than it has"));
        }
    }
    for line in lines {
        let parts: Vec<i64> =
            plan.iter().filter(|((_, sku), _)| json!(sku) == line["sku"]).map(|(_, units)| *units).collect();
        let (sum, wanted) = (parts.iter().sum::<i64>(), line["qty"].as_i64().unwrap_or(0));
        let whole = instance["split_lines"] != json!(false) || (parts.len() <= 1 && (sum == 0 || sum == wanted));
        if sum > wanted || !whole {
            verdict.fail(format!("{} gets {parts:?} of {wanted}", line["sku"]));
        }
    }
}

//! Inventory: what peers' test suites say of stock, asked of `POST /v1/inventory/check`. Each operation of the file's `doc` is
//! the same question with other rules: what is compared is read from the answer, never computed here.

use super::{Case, Kind, Verdict};
use crate::client::Client;
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

/// `{"cases": [{"op": "atp", "input": {…}, "expect": {…}}]}`.
pub const KIND: Kind = Kind { name: "inventory", lists: &["cases"], check };

/// The moment of every question.
const START: i64 = 1_794_355_200;

fn check(client: &mut Client, case: &Case<'_>) -> Result<Verdict> {
    let value = case.value;
    let quirk = [&value["portability"], &value["note"]]
        .iter()
        .any(|word| word.as_str().is_some_and(|word| word.starts_with("quirk")));
    if quirk || value["quirk"] == json!(true) {
        return Ok(Verdict::Skipped("documents its source's quirk".into()));
    }
    let (input, expect) = (&value["input"], &value["expect"]);
    let mut verdict = Verdict::Passed;
    match value["op"].as_str().context("op")? {
        "atp" => available(client, input, expect, &mut verdict)?,
        "allocate" => allocate(client, input, expect, &mut verdict)?,
        "shipments" => shipments(client, input, expect, &mut verdict)?,
        "preorder" => preorder(client, input, expect, &mut verdict)?,
        "reserve" => reserve(client, input, expect, &mut verdict)?,
        "weight_split" => parcels(client, input, expect, &mut verdict)?,
        "coverage" => coverage(client, input, expect, &mut verdict)?,
        other => return Ok(Verdict::Skipped(format!("no such operation is described: {other}"))),
    }
    Ok(verdict)
}

fn moment(seconds: i64) -> String {
    commerce::instant::format(START + seconds, 0)
}

/// Asks with these fields of `inventory` and of the request; the answer as JSON.
fn ask(client: &mut Client, inventory: &Value, request: Value) -> Result<Value> {
    let rules = json!({ "format": "pushcart-rulebook/1", "currency": "CNY", "inventory": inventory });
    let mut body = json!({ "rules": rules, "currency": "CNY", "at": moment(0) });
    for (name, value) in request.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let answer = client.post("/v1/inventory/check", &body)?;
    if answer.status != 200 {
        bail!("status {}: {}", answer.status, answer.text());
    }
    Ok(answer.json())
}

fn compare(verdict: &mut Verdict, expect: &Value, found: &Map<String, Value>) {
    for (name, wanted) in expect.as_object().into_iter().flatten() {
        verdict.compare(name, wanted, found.get(name).unwrap_or(&Value::Null));
    }
}

/// The rules and facts of an `atp` case for one line of so many units.
fn atp(input: &Value, units: i64) -> (Value, Value) {
    let policy = &input["policy"];
    let empty = Vec::new();
    let nodes = input["nodes"].as_array().unwrap_or(&empty);
    let rules = nodes.iter().map(|node| {
        json!({ "id": node["id"], "kind": "store", "modes": ["pickup"], "active": node["active"].as_bool().unwrap_or(true) })
    });
    let mut item = json!({ "sellable": policy["sellable"].as_bool().unwrap_or(true) });
    if policy["oversell_limit"].is_number() {
        item["oversellLimit"] = policy["oversell_limit"].clone();
    }
    if policy["preorder"].is_object() {
        let ships = policy["preorder"]["ships_in_s"].as_i64();
        item["preorder"] = ships.map_or_else(|| json!({}), |seconds| json!({ "shipsAt": moment(seconds) }));
    }
    let reservations = policy["reservations"].as_bool().unwrap_or(true);
    let negative = if input["clamp"] == json!("per_node") { "node" } else { "pool" };
    let inventory = json!({
        "policy": { "reservations": reservations, "negativeStock": negative },
        "nodes": rules.collect::<Vec<_>>(), "items": { "x": item },
    });
    let stock = nodes.iter().map(|node| {
        json!({
            "sku": "x", "node": node["id"], "onHand": node["on_hand"].as_i64().unwrap_or(0),
            "reserved": node["allocated"].as_i64().unwrap_or(0), "tracked": node["tracked"].as_bool().unwrap_or(true),
            "backorderable": node["backorderable"].as_bool().unwrap_or(false),
        })
    });
    let kept = input["reservations"].as_array().unwrap_or(&empty).iter().map(|kept| {
        let mut row = json!({ "sku": "x", "node": kept["node"], "quantity": kept["qty"], "expiresAt": moment(kept["expires_in_s"].as_i64().unwrap_or(0)) });
        if kept["owner"].is_string() {
            row["owner"] = kept["owner"].clone();
        }
        row
    });
    let query = &input["query"];
    let mut request = json!({
        "lines": [{ "id": "1", "sku": "x", "quantity": units }],
        "stock": stock.collect::<Vec<_>>(), "reservations": kept.collect::<Vec<_>>(),
        "at": moment(query["at"].as_i64().unwrap_or(0)),
    });
    if query["node"].is_string() {
        request["delivery"] = json!({ "nodes": [query["node"]] });
    }
    if query["exclude_owner"].is_string() {
        request["shopper"] = json!({ "id": query["exclude_owner"] });
    }
    // Who picks up comes to one place; a case asks for all of them together.
    request["delivery"]["maxShipments"] = json!(500);
    (inventory, request)
}

fn available(client: &mut Client, input: &Value, expect: &Value, verdict: &mut Verdict) -> Result<()> {
    if let Some(wanted) = expect.get("available") {
        let (inventory, request) = atp(input, 1);
        let answer = ask(client, &inventory, request)?;
        let found = match &answer["lines"][0]["available"] {
            Value::Null => json!("unlimited"),
            units => units.clone(),
        };
        verdict.compare("available", wanted, &found);
    }
    for (units, wanted) in expect["can_supply"].as_object().into_iter().flatten() {
        let many: i64 = units.parse().context("units")?;
        if many == 0 {
            verdict.compare("can_supply 0", wanted, &json!(true));
            continue;
        }
        let (inventory, request) = atp(input, many);
        let answer = ask(client, &inventory, request)?;
        verdict.compare(&format!("can_supply {units}"), wanted, &answer["delivery"]["complete"]);
    }
    Ok(())
}

/// The rules and facts of a case with nodes in their rank.
fn ranked(input: &Value) -> (Value, Value) {
    let empty = Vec::new();
    let known: Vec<&str> = input["nodes"].as_object().into_iter().flatten().map(|(id, _)| id.as_str()).collect();
    let mut order: Vec<&str> = input["order"].as_array().unwrap_or(&empty).iter().filter_map(Value::as_str).collect();
    order.extend(known.iter().filter(|id| !input["order"].as_array().is_some_and(|order| order.contains(&json!(id)))));
    let nodes: Vec<Value> = order
        .iter()
        .enumerate()
        .map(|(rank, id)| json!({ "id": id, "rank": rank, "kind": "store", "modes": ["pickup"] }))
        .collect();
    let mut stock = Vec::new();
    for node in &order {
        let owing = input["backorder"][node].as_array().unwrap_or(&empty);
        let counted = input["nodes"][node].as_object();
        let owed =
            owing.iter().filter_map(Value::as_str).filter(|sku| counted.is_none_or(|known| !known.contains_key(*sku)));
        for (sku, units) in counted.into_iter().flatten() {
            let backorderable = owing.contains(&json!(sku));
            stock.push(json!({ "sku": sku, "node": node, "onHand": units, "backorderable": backorderable }));
        }
        stock.extend(owed.map(|sku| json!({ "sku": sku, "node": node, "onHand": 0, "backorderable": true })));
    }
    let lines = lines(input);
    let whole = input["all_or_nothing"].as_bool().unwrap_or(false);
    let inventory = json!({ "policy": { "strategy": "ranked" }, "nodes": nodes });
    (inventory, json!({ "lines": lines, "stock": stock, "delivery": { "allOrNothing": whole, "maxShipments": 500 } }))
}

fn lines(input: &Value) -> Vec<Value> {
    let lines = input["lines"].as_array().into_iter().flatten().enumerate();
    lines
        .map(|(index, line)| json!({ "id": format!("{index:04}"), "sku": line["sku"], "quantity": line["qty"] }))
        .collect()
}

fn allocate(client: &mut Client, input: &Value, expect: &Value, verdict: &mut Verdict) -> Result<()> {
    let (inventory, request) = ranked(input);
    let answer = ask(client, &inventory, request)?;
    let mut found = Map::new();
    let (mut on_hand, mut backorder, mut short) = (json!({}), json!({}), json!({}));
    let wanted = input["lines"].as_array().context("lines")?;
    for (line, wanted) in answer["lines"].as_array().context("lines")?.iter().zip(wanted) {
        let sku = wanted["sku"].as_str().context("sku")?;
        for part in line["from"].as_array().into_iter().flatten() {
            add(&mut on_hand[part["node"].as_str().unwrap_or_default()], sku, &part["quantity"]);
        }
        for part in line["later"].as_array().into_iter().flatten() {
            add(&mut backorder[part["node"].as_str().unwrap_or_default()], sku, &part["quantity"]);
        }
        if line["short"] != json!(0) {
            add(&mut short, sku, &line["short"]);
        }
    }
    found.insert("on_hand".into(), on_hand);
    found.insert("backorder".into(), backorder);
    found.insert("short".into(), short);
    compare(verdict, expect, &found);
    Ok(())
}

fn add(into: &mut Value, sku: &str, units: &Value) {
    let sum = into[sku].as_i64().unwrap_or(0) + units.as_i64().unwrap_or(0);
    into[sku] = json!(sum);
}

fn shipments(client: &mut Client, input: &Value, expect: &Value, verdict: &mut Verdict) -> Result<()> {
    let (inventory, request) = ranked(input);
    let answer = ask(client, &inventory, request)?;
    let delivery = &answer["delivery"];
    let sent = delivery["shipments"].as_array().map_or(0, Vec::len);
    let mut found = Map::new();
    found.insert("feasible".into(), delivery["complete"].clone());
    // A cart that is not supplied is not shipped.
    found.insert("count".into(), if sent == 0 { Value::Null } else { json!(sent) });
    compare(verdict, expect, &found);
    Ok(())
}

fn preorder(client: &mut Client, input: &Value, expect: &Value, verdict: &mut Verdict) -> Result<()> {
    let mut item =
        json!({ "preorder": { "channelCaps": input["channel_caps"].as_object().cloned().unwrap_or_default() } });
    if input["global_cap"].is_number() {
        item["preorder"]["cap"] = input["global_cap"].clone();
    }
    if input["limit_per_customer"].is_number() {
        item["limits"] = json!({ "perOrder": input["limit_per_customer"] });
    }
    let used = input["allocated"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(channel, units)| json!({ "kind": "preorder", "id": "x", "scope": channel, "used": units }));
    let kept = input["reserved"].as_object().into_iter().flatten().map(|(channel, units)| {
        json!({ "sku": "x", "channel": channel, "quantity": units, "expiresAt": moment(300), "owner": "other" })
    });
    let mut request = json!({
        "lines": [{ "id": "1", "sku": "x", "quantity": 1 }],
        "channel": { "kind": input["channel"] },
        "counters": used.collect::<Vec<_>>(), "reservations": kept.collect::<Vec<_>>(),
    });
    if input["exclude_reserved"] == json!(true) {
        request["shopper"] = json!({ "id": "other" });
    }
    let answer = ask(client, &json!({ "items": { "x": item } }), request)?;
    let mut found = Map::new();
    found.insert("max_accept".into(), answer["lines"][0]["most"].clone());
    compare(verdict, expect, &found);
    Ok(())
}

fn reserve(client: &mut Client, input: &Value, expect: &Value, verdict: &mut Verdict) -> Result<()> {
    let batch = input["batch"].as_array().context("batch")?;
    let lines = batch
        .iter()
        .enumerate()
        .map(|(index, units)| json!({ "id": format!("{index:04}"), "sku": "x", "quantity": units }));
    let inventory = json!({ "nodes": [{ "id": "a", "kind": "store", "modes": ["pickup"] }] });
    let request = json!({
        "lines": lines.collect::<Vec<_>>(),
        "stock": [{ "sku": "x", "node": "a", "onHand": input["on_hand"], "reserved": input["reserved"] }],
        "delivery": { "allOrNothing": true },
    });
    let answer = ask(client, &inventory, request)?;
    let mut found = Map::new();
    found.insert("ok".into(), answer["delivery"]["complete"].clone());
    let after = &answer["delivery"]["draws"][0]["reservedAfter"];
    // Nothing to reserve leaves what is reserved as it is.
    found.insert("reserved_after".into(), if after.is_null() { input["reserved"].clone() } else { after.clone() });
    compare(verdict, expect, &found);
    Ok(())
}

fn parcels(client: &mut Client, input: &Value, expect: &Value, verdict: &mut Verdict) -> Result<()> {
    let items = input["items"].as_array().context("items")?;
    let mut rules = json!({});
    let (mut lines, mut stock) = (Vec::new(), Vec::new());
    for (index, item) in items.iter().enumerate() {
        let sku = format!("{index:04}");
        rules[&sku] = json!({ "mass": item["w"] });
        stock.push(json!({ "sku": sku, "node": "a", "onHand": item["qty"] }));
        lines.push(json!({ "id": sku, "sku": sku, "quantity": item["qty"] }));
    }
    let nodes = json!([{ "id": "a", "kind": "store", "modes": ["pickup"] }]);
    let inventory = json!({ "policy": { "parcelMass": input["threshold"] }, "nodes": nodes, "items": rules });
    let answer = ask(client, &inventory, json!({ "lines": lines, "stock": stock }))?;
    let empty = Vec::new();
    let parcels = answer["delivery"]["shipments"][0]["parcels"].as_array().unwrap_or(&empty);
    if let Some(wanted) = expect.get("packages") {
        verdict.compare("packages", wanted, &json!(parcels.len()));
    }
    if let Some(bound) = expect.get("max_weight").and_then(Value::as_f64) {
        for parcel in parcels.iter().filter(|parcel| parcel["mass"].as_f64().is_none_or(|mass| mass > bound)) {
            verdict.fail(format!("a parcel weighs {}, more than {bound}", parcel["mass"]));
        }
    }
    Ok(())
}

fn coverage(client: &mut Client, input: &Value, expect: &Value, verdict: &mut Verdict) -> Result<()> {
    let (inventory, request) = ranked(input);
    let answer = ask(client, &inventory, request)?;
    let mut rank = json!({});
    for node in answer["delivery"]["nodes"].as_array().into_iter().flatten() {
        // The file counts downwards, so that the lower is the better.
        rank[node["node"].as_str().unwrap_or_default()] = json!(-node["covers"].as_i64().unwrap_or(0));
    }
    let mut found = Map::new();
    found.insert("rank".into(), rank);
    compare(verdict, expect, &found);
    Ok(())
}

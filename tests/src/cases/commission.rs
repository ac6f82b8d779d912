//! Commissions over `POST /v1/referrals/attribute`, returns over `POST /v1/referrals/clawback`, fees over `/statement`.
//!
//! Generated cases follow one definition. Peers' cases say in words which rule of theirs they are about; the words are part
//! of the case, and a rule that this module does not know is skipped.

use super::{Case, Kind, Verdict};
use crate::client::Client;
use anyhow::{Context as _, Result, ensure};
use commerce::bounds;
use serde_json::{Map, Value, json};

/// Peers' published numbers, and generated cases.
pub const KIND: Kind = Kind { name: "commission", lists: &["peer_cases", "generated"], check };

const AT: &str = "2026-11-11T20:05:00Z";
const CLICKED: &str = "2026-11-11T19:58:10Z";

fn check(client: &mut Client, case: &Case<'_>) -> Result<Verdict> {
    if case.list == "generated" { generated(client, case.value) } else { published(client, case.value) }
}

fn money(amount: impl Into<Value>) -> Value {
    json!({ "amount": amount.into(), "currency": "CNY" })
}

/// A sale of these lines that `referrer` brought, under this commission plan. Signals of abuse are reported and decide nothing.
fn sale(plan: &Value, referrer: &str, lines: &[Value], more: &Value) -> Value {
    let abuse = json!({ "hold": 700, "refuse": 700 });
    let referral = json!({ "commission": plan, "abuse": abuse, "binding": { "lasts": 86_400 } });
    let mut body = json!({
        "rules": { "format": "pushcart-rulebook/1", "currency": "CNY", "referral": referral },
        "currency": "CNY", "at": AT, "lines": lines,
        "touches": [{ "at": CLICKED, "kind": "click", "channel": "content", "referrer": referrer }],
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

fn line(id: &str, sku: &str, net: &Value) -> Value {
    json!({ "id": id, "sku": sku, "quantity": 1, "net": money(net.clone()) })
}

fn attributed(client: &mut Client, body: &Value) -> Result<Value> {
    let answer = client.post("/v1/referrals/attribute", body)?;
    ensure!(answer.status == 200, "{} {}", answer.status, answer.text());
    Ok(answer.json())
}

/// What is paid at a tier; nothing where nobody is paid there.
fn paid(answer: &Value, tier: u64) -> Option<i64> {
    let payments = answer["commissions"].as_array()?.iter().filter(|paid| paid["tier"] == tier);
    let amounts: Vec<i64> = payments.filter_map(|paid| paid["amount"]["amount"].as_i64()).collect();
    (!amounts.is_empty()).then(|| amounts.iter().sum())
}

fn payee(answer: &Value, tier: u64) -> Value {
    let payments = answer["commissions"].as_array();
    payments
        .and_then(|paid| paid.iter().find(|paid| paid["tier"] == tier))
        .map_or(Value::Null, |paid| paid["payee"].clone())
}

/// Tiers that the definition knows; what a case gives beyond them is ignored.
const TIERS: usize = 2;

/// The entries of a list by tier; a tier without an entry has `otherwise`.
fn by_tier(list: &Value, otherwise: i64) -> Vec<i64> {
    let entries = list.as_array().map_or(&[][..], Vec::as_slice).iter().take(TIERS);
    entries.map(|entry| entry.as_i64().unwrap_or(otherwise)).collect()
}

/// The definition's policy as a commission plan.
fn plan(policy: &Value) -> Value {
    let named = |table: &Value, term: &dyn Fn(&Value) -> Value| -> Map<String, Value> {
        table.as_object().into_iter().flatten().map(|(name, list)| (name.clone(), term(list))).collect()
    };
    json!({
        "rates": by_tier(&policy["rates_bp"], 0),
        "categories": named(&policy["category_bp"], &|list| json!(by_tier(list, 0))),
        "skus": named(&policy["sku_fixed"], &|list| json!({ "fixed": by_tier(list, 0) })),
        "caps": { "order": by_tier(&policy["cap_order"], bounds::AMOUNT) },
        "selfPurchase": policy["self_purchase"].as_str().unwrap_or("deny"),
    })
}

fn generated(client: &mut Client, case: &Value) -> Result<Verdict> {
    let (order, policy) = (&case["order"], &case["policy"]);
    let rounding = policy["rounding"].as_str().unwrap_or("floor");
    if rounding != "floor" {
        return Ok(Verdict::Skipped(format!("commissions are floored, never rounded {rounding}")));
    }
    let (first, second) = (case["chain"][0].as_str(), case["chain"][1].as_str());
    if first.is_some() && first == second {
        return Ok(Verdict::Skipped("nobody is above themselves".into()));
    }
    let sold = order["lines"].as_array().context("lines")?;
    let line = |(place, item): (usize, &Value)| {
        let categories: Vec<&str> = item["category"].as_str().into_iter().collect();
        let quantity = item["qty"].as_u64().unwrap_or(1);
        json!({ "id": place.to_string(), "sku": item["sku"], "categories": categories, "quantity": quantity, "net": money(item["net"].clone()) })
    };
    let lines: Vec<Value> = sold.iter().enumerate().map(line).collect();
    // A tier without anybody is somebody who no longer takes part.
    let id = first.unwrap_or("nobody");
    let mut partners = vec![json!({ "id": id, "active": first.is_some(), "ownSales": true })];
    if let Some(second) = second {
        partners[0]["parent"] = json!(second);
        partners.push(json!({ "id": second, "ownSales": true }));
    }
    let mut more = json!({ "partners": partners });
    if let Some(buyer) = order["buyer"].as_str() {
        more["shopper"] = json!({ "id": buyer });
    }
    let answer = attributed(client, &sale(&plan(policy), id, &lines, &more))?;
    let mut verdict = Verdict::Passed;
    let both = |of: &dyn Fn(u64) -> Option<i64>| json!([of(1).unwrap_or(0), of(2).unwrap_or(0)]);
    verdict.compare("commission", &case["expect"]["commission"], &both(&|tier| paid(&answer, tier)));
    let Some(left) = left(case, sold) else { return Ok(verdict) };
    let remaining: Vec<Value> = left
        .iter()
        .enumerate()
        .map(|(place, net)| json!({ "id": place.to_string(), "net": money(net.clone()) }))
        .collect();
    let settled = answer["commissions"].as_array().context("commissions")?.iter().map(|paid| {
        json!({ "payee": paid["payee"], "referrer": paid["referrer"], "tier": paid["tier"], "paid": paid["amount"] })
    });
    let settled: Vec<Value> = settled.collect();
    let body = json!({ "currency": "CNY", "decision": answer["decision"], "remaining": remaining, "settled": settled });
    let changed = client.post("/v1/referrals/clawback", &body)?;
    ensure!(changed.status == 200, "{} {}", changed.status, changed.text());
    let changed = changed.json();
    let sum = |field: &str, tier: u64| {
        let own = changed["payees"].as_array()?.iter().filter(|payee| payee["tier"] == tier);
        Some(own.filter_map(|payee| payee[field]["amount"].as_i64()).sum())
    };
    let expected = &case["expect_after_refund"];
    verdict.compare("commission after the return", &expected["commission"], &both(&|tier| sum("due", tier)));
    verdict.compare("clawback", &expected["clawback"], &both(&|tier| sum("takeBack", tier)));
    Ok(verdict)
}

/// What is left of each line: as the case says, or its net less what `refund` names by the line's place. Nothing where the
/// case has no return.
fn left(case: &Value, sold: &[Value]) -> Option<Vec<Value>> {
    if let Some(left) = case["refund_remaining_net"].as_array() {
        return Some(left.clone());
    }
    let refund = case["refund"].as_object()?;
    let left = |(place, item): (usize, &Value)| {
        let refunded = refund.get(&place.to_string()).and_then(Value::as_i64).unwrap_or(0);
        json!(item["net"].as_i64().unwrap_or(0) - refunded)
    };
    Some(sold.iter().enumerate().map(left).collect())
}

/// A percentage in basis points, or whole units of the currency in minor ones.
#[allow(clippy::cast_possible_truncation, reason = "a number of a case file")]
fn hundredths(number: &Value) -> Option<i64> {
    number.as_f64().map(|number| (number * 100.0).round() as i64)
}

fn published(client: &mut Client, case: &Value) -> Result<Verdict> {
    let (input, expect) = (&case["input"], &case["expect"]);
    if let Some(rule) = input["rule"].as_str() {
        return by_rule(client, rule, input, expect);
    }
    let mut verdict = Verdict::Passed;
    if input.get("percent").is_some() {
        let fixed = input["fixed"].as_i64().map(|amount| json!({ "a": { "fixed": [amount] } }));
        let rate = hundredths(&input["percent"]).unwrap_or(0);
        let plan = json!({ "rates": [rate], "skus": fixed.unwrap_or_else(|| json!({})) });
        let lines: Vec<Value> = input["base"].as_i64().map(|base| line("1", "a", &json!(base))).into_iter().collect();
        let answer = attributed(client, &sale(&plan, "p", &lines, &json!({})))?;
        verdict.compare("commission", &expect["commission"], &json!(paid(&answer, 1).unwrap_or(0)));
    } else if let Some(lines) = input["lines"].as_array() {
        let skus: Map<String, Value> = input["sku_bp"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(sku, rate)| (sku.clone(), json!({ "rates": [rate] })))
            .collect();
        let sold: Vec<Value> = lines
            .iter()
            .map(|item| line(item["sku"].as_str().unwrap_or("a"), item["sku"].as_str().unwrap_or("a"), &item["net"]))
            .collect();
        let answer = attributed(
            client,
            &sale(&json!({ "rates": [input["default_bp"]], "skus": skus }), "p", &sold, &json!({})),
        )?;
        verdict.compare("total", &expect["total"], &json!(paid(&answer, 1)));
        let per: Vec<Value> = answer["decision"]["commissions"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| one["amount"]["amount"].clone())
            .collect();
        verdict.compare("per line", &expect["per"], &json!(per));
    } else if input.get("rates_bp").is_some() {
        let partners = json!({ "partners": [{ "id": "p", "parent": "g" }, { "id": "g", "ownSales": true }] });
        let answer = attributed(
            client,
            &sale(
                &json!({ "rates": by_tier(&input["rates_bp"], 0) }),
                "p",
                &[line("1", "a", &input["net"])],
                &partners,
            ),
        )?;
        verdict.compare("tier 1", &expect["tier1"], &json!(paid(&answer, 1)));
        verdict.compare("tier 2", &expect["tier2"], &json!(paid(&answer, 2)));
    } else if input.get("processing_fee_bp").is_some() {
        let answer = attributed(
            client,
            &sale(&json!({ "rates": [input["rate_bp"]] }), "p", &[line("1", "a", &input["sale"])], &json!({})),
        )?;
        verdict.compare("commission", &expect["commission"], &json!(paid(&answer, 1)));
        let payout = json!({ "fee": input["processing_fee_bp"] });
        let statement = client.post(
            "/v1/referrals/statement",
            &json!({
                "rules": { "format": "pushcart-rulebook/1", "currency": "CNY", "referral": { "payout": payout } },
                "currency": "CNY", "payee": "p", "year": 2026, "month": 11, "closes": "2026-12-01T00:00:00Z",
                "entries": [{ "record": answer["decision"]["id"], "decision": answer["decision"], "completed": AT }],
            }),
        )?;
        ensure!(statement.status == 200, "{} {}", statement.status, statement.text());
        verdict.compare("fee", &expect["fee"], &statement.json()["fee"]["amount"]);
    } else {
        return Ok(Verdict::Skipped("its input is of no known form".into()));
    }
    Ok(verdict)
}

/// Cases whose input says in words which rule of the peer's is meant.
fn by_rule(client: &mut Client, rule: &str, input: &Value, expect: &Value) -> Result<Verdict> {
    let mut verdict = Verdict::Passed;
    let sold = [line("1", "a", &json!(10_000))];
    let partners = json!([{ "id": "p", "parent": "g", "ownSales": true }, { "id": "g", "ownSales": true }, { "id": "u", "parent": "p" }]);
    let chained = |more: Value| {
        let mut more = more;
        more["partners"] = partners.clone();
        more["shopper"] = json!({ "id": input["buyer"].as_str().unwrap_or("u") });
        more
    };
    let rates = json!([1_000, 500]);
    if rule.starts_with("activity without") {
        let mut in_activity = sold[0].clone();
        in_activity["activity"] = json!("flash-sale");
        let plan = json!({ "rates": rates, "without": ["flash-sale"] });
        let answer = attributed(client, &sale(&plan, "p", &[in_activity], &chained(json!({}))))?;
        verdict.compare("tier 1", &expect["tier1"], &json!(paid(&answer, 1)));
        verdict.compare("tier 2", &expect["tier2"], &json!(paid(&answer, 2)));
    } else if rule.starts_with("binding expired") {
        let long_ago = json!({ "touches": [], "binding": { "referrer": "p", "since": "2020-01-01T00:00:00Z" } });
        let answer = attributed(client, &sale(&json!({ "rates": rates }), "p", &sold, &chained(long_ago)))?;
        verdict.compare("tier 1", &expect["tier1"], &payee(&answer, 1));
        verdict.compare("tier 2", &expect["tier2"], &payee(&answer, 2));
        verdict.compare("reason", &json!("binding-expired"), &answer["overridden"][0]["code"]);
    } else if rule == "group-buy leader" {
        let plan = json!({ "leader": hundredths(&input["head_commission_pct"]).context("head_commission_pct")? });
        let led = json!({ "touches": [], "gathering": { "groupSize": 2, "leader": input["buyer_is_leader"] } });
        let answer = attributed(client, &sale(&plan, "p", &[line("1", "a", &input["pay_price"])], &chained(led)))?;
        verdict.compare("leader", &expect["leader_commission"], &json!(paid(&answer, 0).unwrap_or(0)));
    } else if let Some(switch) = rule.strip_prefix("self-purchase rebate ") {
        let plan = json!({ "rates": rates, "selfPurchase": if switch == "on" { "shift" } else { "deny" } });
        let partners = json!([
            { "id": input["buyer"], "parent": input["parent"], "ownSales": true },
            { "id": input["parent"], "parent": input["grand"], "ownSales": true }, { "id": input["grand"], "ownSales": true },
        ]);
        let more = json!({ "shopper": { "id": input["buyer"] }, "partners": partners });
        let answer = attributed(client, &sale(&plan, input["parent"].as_str().context("parent")?, &sold, &more))?;
        verdict.compare("tier 1", &expect["tier1"], &payee(&answer, 1));
        verdict.compare("tier 2", &expect["tier2"], &payee(&answer, 2));
    } else if rule.starts_with("tier1 partner no longer a promoter") {
        let mut gone = chained(json!({}));
        gone["partners"][0]["active"] = json!(false);
        let answer = attributed(client, &sale(&json!({ "rates": rates }), "p", &sold, &gone))?;
        verdict.compare("tier 1", &expect["tier1"], &payee(&answer, 1));
        verdict.compare("tier 2 is paid", &json!(expect["tier2"] == "paid"), &json!(paid(&answer, 2).is_some()));
    } else if let Some(steps) = rule.strip_prefix("tier by approved revenue: ") {
        return by_revenue(client, steps, input, expect);
    } else {
        return Ok(Verdict::Skipped(format!("no known rule: {rule}")));
    }
    Ok(verdict)
}

/// `0 below 100, 15% from 100 (…)`: rates by revenue in whole units of the currency.
fn by_revenue(client: &mut Client, steps: &str, input: &Value, expect: &Value) -> Result<Verdict> {
    let steps = steps.split_once('(').map_or(steps, |(steps, _)| steps);
    let mut plan = Vec::new();
    for step in steps.split(',') {
        let Some((rate, from)) = step.trim().split_once(" from ") else { continue };
        let number =
            |text: &str| text.parse::<f64>().ok().and_then(|number| hundredths(&json!(number))).context("a number");
        let (rate, from) = (number(rate.trim_end_matches('%'))?, number(from.trim())?);
        plan.push(json!({ "from": from, "rates": [rate] }));
    }
    let (mut revenue, mut commissions) = (0, Vec::new());
    for net in input["orders"].as_array().context("orders")? {
        let more = json!({ "partners": [{ "id": "p", "revenue": money(revenue) }] });
        let answer = attributed(client, &sale(&json!({ "revenue": plan }), "p", &[line("1", "a", net)], &more))?;
        commissions.push(json!(paid(&answer, 1)));
        revenue += net.as_i64().context("an order")?;
    }
    let mut verdict = Verdict::Passed;
    verdict.compare("commissions", &expect["commissions"], &json!(commissions));
    Ok(verdict)
}

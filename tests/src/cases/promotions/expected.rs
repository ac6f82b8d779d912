//! What a case expects, beside what the answer says. Only the keys that are there are compared.

use super::super::Verdict;
use super::request::list;
use anyhow::{Result, bail};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Compares.
pub fn compare(case: &Value, answer: &Value, verdict: &mut Verdict) -> Result<()> {
    for (key, expected) in case["expected"].as_object().into_iter().flatten() {
        let tolerance = case["tolerance_minor"][key].as_i64().unwrap_or(0);
        if let Some(of) = key.strip_suffix("_exact_major") {
            exact(case, &format!("{of}_minor"), expected, answer, verdict)?;
            continue;
        }
        match (key.as_str(), expected) {
            (_, Value::Number(_)) => number(key, expected, answer, tolerance, verdict)?,
            ("applied" | "not_applied", _) => applied(key, expected, answer, verdict),
            ("reasons", _) => reasons(expected, answer, verdict),
            ("shortfall_minor" | "shortfall", _) => shortfall(expected, answer, verdict),
            ("discounted_lines" | "all_lines_discounted", _) => discounted(expected, answer, verdict),
            ("line_discounts_multiset_minor", _) => {
                let mut found: Vec<i64> = list(&answer["lines"]).map(off).collect();
                found.sort_unstable();
                let mut wanted: Vec<i64> = list(expected).filter_map(Value::as_i64).collect();
                wanted.sort_unstable();
                verdict.compare(key, &wanted.into(), &found.into());
            }
            ("gift_lines" | "added_lines", _) => additions(key, expected, answer, verdict),
            (_, Value::Object(fields)) => maps(key, fields, answer, verdict)?,
            _ => bail!("expects `{key}`"),
        }
    }
    Ok(())
}

fn amount(value: &Value) -> i64 {
    value["amount"].as_i64().unwrap_or(i64::MIN)
}

/// What all promotions take off a line or a charge.
fn off(line: &Value) -> i64 {
    list(&line["discounts"]).map(|discount| amount(&discount["amount"])).sum()
}

fn selected<'a>(answer: &'a Value, id: &str) -> Option<&'a Value> {
    list(&answer["lines"]).find(|line| line["id"] == id)
}

/// A peer that does not round is met within less than one minor unit.
fn exact(case: &Value, key: &str, expected: &Value, answer: &Value, verdict: &mut Verdict) -> Result<()> {
    let scale =
        10_f64.powi(case["currency_exponent"].as_i64().and_then(|scale| i32::try_from(scale).ok()).unwrap_or(2));
    let mut near = |what: &str, wanted: &Value, found: &Value| {
        let wanted = wanted.as_f64().or_else(|| wanted.as_str()?.parse().ok()).map(|major| major * scale);
        let off = wanted.zip(found.as_f64()).map(|(wanted, found)| (wanted - found).abs());
        if off.is_none_or(|off| off >= 1.0) {
            verdict.fail(format!("{what}: expected {wanted:?} minor units, unrounded; found {found}"));
        }
    };
    match expected {
        Value::Object(fields) => {
            for (id, wanted) in fields {
                near(&format!("{key} of {id}"), wanted, &part(key, id, wanted, answer)?);
            }
        }
        _ => near(key, expected, &sum(key, answer)?.into()),
    }
    Ok(())
}

fn number(key: &str, expected: &Value, answer: &Value, tolerance: i64, verdict: &mut Verdict) -> Result<()> {
    let found = sum(key, answer)?;
    if expected.as_i64().is_none_or(|expected| (expected - found).abs() > tolerance) {
        verdict.fail(format!("{key}: expected {expected}, found {found}"));
    }
    Ok(())
}

/// A sum of the whole answer.
fn sum(key: &str, answer: &Value) -> Result<i64> {
    let total = |name: &str| amount(&answer["totals"][name]);
    let goods = total("subtotal") + total("surcharge") - total("discount");
    let taxes = |included: bool| -> i64 {
        list(&answer["lines"])
            .filter(|line| line["tax"]["included"] == included)
            .map(|line| amount(&line["tax"]["amount"]))
            .sum()
    };
    Ok(match key {
        "discount_minor" => total("discount"),
        "total_minor" => total("total"),
        "total_net_minor" => total("total") - total("tax") - total("taxIncluded"),
        "shipping_minor" => total("shipping"),
        "shipping_discount_minor" => total("shippingDiscount"),
        "tax_minor" => total("tax"),
        "tax_included_minor" => total("taxIncluded"),
        "subtotal_minor" => goods,
        "subtotal_net_minor" => goods - taxes(true),
        "subtotal_gross_minor" => goods + taxes(false),
        "points_used" => granted(answer, "points-burned").map(|grant| grant["amount"].as_i64().unwrap_or(0)).sum(),
        other => bail!("expects `{other}`"),
    })
}

fn granted<'a>(answer: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    list(&answer["grants"]).filter(move |grant| grant["kind"] == kind)
}

fn outcome<'a>(answer: &'a Value, id: &str) -> Option<&'a Value> {
    list(&answer["promotions"]).find(|outcome| outcome["id"] == id)
}

fn applied(key: &str, expected: &Value, answer: &Value, verdict: &mut Verdict) {
    let found: BTreeSet<&str> = list(&answer["promotions"])
        .filter(|outcome| outcome["status"] == "applied")
        .filter_map(|outcome| outcome["id"].as_str())
        .collect();
    let wanted: BTreeSet<&str> = list(expected).filter_map(Value::as_str).collect();
    let right = if key == "applied" { found == wanted } else { found.is_disjoint(&wanted) };
    if !right {
        verdict.fail(format!("{key}: expected {expected}, applied {found:?}; {}", answer["promotions"]));
    }
}

/// Our codes for the words that cases use.
const REASONS: &[(&str, &[&str])] = &[
    ("coupon_expired", &["code-expired", "promotion-ended"]),
    ("coupon_not_started", &["code-not-started", "promotion-not-started"]),
    ("coupon_not_found", &["code-not-entered", "code-unknown"]),
    ("coupon_usage_limit", &["code-limit-reached"]),
    ("coupon_per_customer_limit", &["code-customer-limit-reached"]),
    ("promotion_usage_limit", &["limit-reached"]),
    ("promotion_per_customer_limit", &["customer-limit-reached"]),
    ("promotion_expired", &["promotion-ended"]),
    ("promotion_not_started", &["promotion-not-started"]),
    ("budget_exceeded", &["budget-exhausted"]),
];

fn reasons(expected: &Value, answer: &Value, verdict: &mut Verdict) {
    for (id, word) in expected.as_object().into_iter().flatten() {
        let found = outcome(answer, id).and_then(|outcome| outcome["code"].as_str()).unwrap_or_default();
        let known = REASONS.iter().find(|(known, _)| word == known).map_or(&[][..], |(_, codes)| codes);
        // A word that is not in the table is a code itself, but for the way it is written.
        let same = word.as_str().is_some_and(|word| word.replace('_', "-") == found);
        if !known.contains(&found) && !same {
            verdict.fail(format!("reason of {id}: expected {word}, found `{found}`"));
        }
    }
}

fn shortfall(expected: &Value, answer: &Value, verdict: &mut Verdict) {
    for (id, wanted) in expected.as_object().into_iter().flatten() {
        let number = |name: &str| outcome(answer, id).and_then(|outcome| outcome[name].as_i64());
        let found = number("need").zip(number("have")).map(|(need, have)| need - have);
        let wanted = wanted
            .as_i64()
            .or_else(|| wanted.as_object().and_then(|fields| fields.values().next()).and_then(Value::as_i64));
        if found != wanted {
            verdict.fail(format!("shortfall of {id}: expected {wanted:?}, found {found:?}"));
        }
    }
}

fn discounted(expected: &Value, answer: &Value, verdict: &mut Verdict) {
    let found: Vec<&Value> = list(&answer["lines"]).filter(|line| off(line) > 0).map(|line| &line["id"]).collect();
    if let Some(all) = expected.as_bool() {
        verdict.compare("all lines discounted", &all.into(), &(found.len() == list(&answer["lines"]).count()).into());
    } else {
        verdict.compare("discounted lines", expected, &found.into_iter().cloned().collect());
    }
}

fn additions(key: &str, expected: &Value, answer: &Value, verdict: &mut Verdict) {
    for wanted in list(expected) {
        let written = |added: &Value| {
            let mut all = Map::new();
            for name in wanted.as_object().into_iter().flat_map(Map::keys) {
                let value = match name.as_str() {
                    "unit_price_minor" => amount(&added["unitPrice"]).into(),
                    "discount_minor" => amount(&added["discount"]).into(),
                    other => added[other].clone(),
                };
                all.insert(name.clone(), value);
            }
            Value::from(all)
        };
        let found: Vec<Value> = list(&answer["additions"]).map(written).collect();
        if !found.contains(wanted) {
            verdict.fail(format!("{key}: expected {wanted}, found {found:?}"));
        }
    }
}

fn maps(key: &str, expected: &Map<String, Value>, answer: &Value, verdict: &mut Verdict) -> Result<()> {
    for (id, wanted) in expected {
        verdict.compare(&format!("{key} of {id}"), wanted, &part(key, id, wanted, answer)?);
    }
    Ok(())
}

/// What the answer says of a line, a promotion or a charge that a case names.
fn part(key: &str, id: &str, wanted: &Value, answer: &Value) -> Result<Value> {
    let line = |of: &dyn Fn(&Value) -> Value| selected(answer, id).map_or(Value::Null, of);
    Ok(match key {
        "line_discounts_minor" => selected(answer, id).map_or(0, off).into(),
        "line_totals_minor" => line(&|line| amount(&line["total"]).into()),
        "line_subtotals_minor" => line(&|line| amount(&line["subtotal"]).into()),
        "line_unit_price_minor" => line(&unit_price),
        "line_tax_minor" => line(&|line| amount(&line["tax"]["amount"]).into()),
        "line_shipping_minor" => line(&|line| amount(&line["shippingShare"]).into()),
        "unit_discounts_minor" => line(&units),
        "line_points" => granted(answer, "points-earned")
            .flat_map(|grant| list(&grant["lines"]))
            .filter(|share| share["line"] == id)
            .filter_map(|share| share["amount"].as_i64())
            .sum::<i64>()
            .into(),
        "shipping_discounts_minor" => {
            list(&answer["shipping"]).find(|charge| charge["method"] == id).map_or(0, off).into()
        }
        "per_promotion_discount_minor" | "promotion_discounts_minor" => {
            outcome(answer, id).map_or(0, |outcome| outcome["amount"]["amount"].as_i64().unwrap_or(0)).into()
        }
        "per_promotion_line_discounts_minor" => by(answer, "lines", "id", id, wanted),
        "per_promotion_shipping_discounts_minor" => by(answer, "shipping", "method", id, wanted),
        other => bail!("expects `{other}`"),
    })
}

fn unit_price(line: &Value) -> Value {
    let (total, quantity) = (amount(&line["total"]), line["quantity"].as_i64().unwrap_or(1));
    if total % quantity == 0 { (total / quantity).into() } else { json!(format!("{total}/{quantity}")) }
}

fn units(line: &Value) -> Value {
    let runs: Vec<(i64, i64)> =
        list(&line["units"]).map(|run| (run["quantity"].as_i64().unwrap_or(0), amount(&run["discount"]))).collect();
    runs.into_iter().flat_map(|(count, each)| (0..count).map(move |_| Value::from(each))).collect()
}

/// What one promotion takes off each of the places that the case names.
fn by(answer: &Value, what: &str, name: &str, promotion: &str, wanted: &Value) -> Value {
    let places = wanted.as_object().into_iter().flat_map(Map::keys);
    let found = places.map(|place| {
        let entry = list(&answer[what]).find(|entry| entry[name] == *place);
        let offs = entry
            .into_iter()
            .flat_map(|entry| list(&entry["discounts"]))
            .filter(|discount| discount["promotion"] == promotion);
        (place.clone(), Value::from(offs.map(|discount| amount(&discount["amount"])).sum::<i64>()))
    });
    found.collect::<Map<String, Value>>().into()
}

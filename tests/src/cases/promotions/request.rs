//! What a case says of a cart, as a request.

use super::{policy, rules, usage};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value, json};

/// Where a case names no moment.
const NOW: &str = "2025-06-15T12:00:00Z";

/// The request for a case.
pub fn of(case: &Value) -> Result<Value> {
    let currency = case["currency"].as_str().unwrap_or("USD");
    let policy = policy::of(case)?;
    let rulebook = rules::rulebook(case, currency, policy)?;
    let lines: Result<Vec<Value>> = list(&case["lines"]).map(|priced| line(case, priced, currency)).collect();
    let shipping: Vec<Value> = list(&case["shipping"])
        .map(|charge| json!({ "method": charge["id"], "amount": money(&charge["amount_minor"], currency), "taxCategory": shipping_category(case, charge) }))
        .collect();
    let mut codes: Vec<Value> = list(&case["coupons"]).cloned().collect();
    // A manual discount is asked for by its id.
    codes.extend(
        list(&case["promotions"])
            .filter(|promotion| promotion["trigger_kind"] == "manual")
            .map(|promotion| promotion["id"].clone()),
    );
    let mut body = json!({
        "rules": rulebook, "currency": currency, "at": case["now"].as_str().unwrap_or(NOW), "lines": lines?, "shipping": shipping,
        "codes": codes, "counters": usage::counters(case), "explain": true,
    });
    if let Some(channel) = case["channel"].as_str() {
        body["channel"] = json!({ "kind": "web", "id": channel });
    }
    if let Some(shopper) = shopper(case) {
        body["shopper"] = shopper;
    }
    Ok(body)
}

fn shopper(case: &Value) -> Option<Value> {
    let customer = &case["customer"];
    let points = list(&case["promotions"])
        .flat_map(|promotion| list(&promotion["actions"]))
        .find_map(|action| action["points_available"].as_i64());
    if !customer.is_object() && points.is_none() {
        return None;
    }
    let mut shopper = json!({ "id": "shopper" });
    if !customer["segments"].is_null() {
        shopper["groups"] = customer["segments"].clone();
    }
    if !customer["completed_orders"].is_null() {
        shopper["orders"] = json!({ "count": customer["completed_orders"] });
    }
    if let Some(points) = points {
        shopper["points"] = points.into();
    }
    Some(shopper)
}

fn line(case: &Value, priced: &Value, currency: &str) -> Result<Value> {
    let quantity = priced["quantity"].as_i64().context("quantity")?;
    let (unit_price, subtotal) = price(case, priced, quantity)?;
    let mut categories: Vec<Value> = list(&priced["categories"]).cloned().collect();
    if let Some(product) = priced["product"].as_str() {
        categories.push(rules::product(product).into());
    }
    let mut line = json!({
        "id": priced["id"], "sku": priced["sku"], "quantity": quantity, "categories": categories,
        "unitPrice": money(&unit_price.into(), currency), "subtotal": money(&subtotal.into(), currency),
        "taxCategory": tax_category(case, priced),
    });
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            line[name] = value;
        }
    };
    put("selected", priced["selected"].clone());
    put("discountable", priced["discountable"].clone());
    put("reduced", priced["already_discounted"].clone());
    let amount = |name: &str| if priced[name].is_null() { Value::Null } else { money(&priced[name], currency) };
    put("floor", amount("min_unit_price_minor"));
    put("regularPrice", amount("original_unit_price_minor"));
    if case["prices_include_tax"] == false {
        let rate = &case["tax"]["rates_percent"][tax_category(case, priced).as_str().unwrap_or_default()];
        put("taxOnTop", rules::basis_points(rate).unwrap_or(0).into());
    }
    if let Some(attributes) = priced["attributes"].as_object() {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        put(
            "attributes",
            attributes
                .iter()
                .map(|(name, value)| (name.clone(), Value::from(text(value))))
                .collect::<Map<_, _>>()
                .into(),
        );
    }
    Ok(line)
}

/// The unit price and the line's, which a peer may round before or after multiplying.
fn price(case: &Value, priced: &Value, quantity: i64) -> Result<(i64, i64)> {
    if let Some(unit) = priced["unit_price_minor"].as_i64() {
        let subtotal = priced["line_subtotal_minor"].as_i64();
        return Ok((unit, subtotal.unwrap_or(unit * quantity)));
    }
    // Where the peer knows the line's price only, a unit's is its even part.
    if let (Value::Null, Value::Null, Some(subtotal)) =
        (&priced["unit_price_minor"], &priced["unit_price_exact"], priced["line_subtotal_minor"].as_i64())
    {
        return Ok((subtotal / quantity.max(1), subtotal));
    }
    let scale =
        10_f64.powi(case["currency_exponent"].as_i64().and_then(|scale| i32::try_from(scale).ok()).unwrap_or(2));
    let written = || priced["unit_price_exact"].as_str().and_then(|text| Some(text.parse::<f64>().ok()? * scale));
    let exact = priced["unit_price_minor"].as_f64().or_else(written).context("unit_price_minor")?;
    // Thousandths of a minor unit are finer than any price here.
    let thousandths = rules::whole(exact * 1_000.0).context("unit_price_minor")?;
    let round = |amount: i64| (amount + 500).div_euclid(1_000);
    let per_unit = case["policy"]["rounding"].as_str().is_some_and(|said| said.starts_with("each unit"));
    let subtotal = if per_unit { round(thousandths) * quantity } else { round(thousandths * quantity) };
    Ok((round(thousandths), subtotal))
}

/// The category of a line that names none is the peer's only one, or its standard one.
fn tax_category(case: &Value, priced: &Value) -> Value {
    let rates = case["tax"]["rates_percent"].as_object();
    let first = rates
        .and_then(|rates| rates.get_key_value("std").or_else(|| rates.iter().next()))
        .map(|(name, _)| name.as_str());
    priced["tax_category"].as_str().or(first).unwrap_or("none").into()
}

fn shipping_category(case: &Value, charge: &Value) -> Value {
    let own = case["tax"]["rates_percent"].get("shipping").map(|_| "shipping");
    charge["tax_category"].as_str().or(own).unwrap_or("none").into()
}

/// A case that says how freight is counted asks for it: so many units for the first charge, so many for each further one.
pub fn freight(case: &Value) -> Result<Option<Value>> {
    let freight = &case["context"]["freight"];
    if freight.is_null() {
        return Ok(None);
    }
    ensure!(freight["kind"] == "first_additional", "a freight of kind {}", freight["kind"]);
    let number = |name: &str| freight[name].as_i64().with_context(|| name.to_owned());
    let (first_units, first, more_units, more) =
        (number("first_units")?, number("first_minor")?, number("additional_units")?, number("additional_minor")?);
    let currency = case["currency"].as_str().unwrap_or("USD");
    let lines: Vec<&Value> = list(&case["lines"]).collect();
    // Every unit weighs one gram, so that bands of weight are blocks of units.
    let bands: Vec<Value> = (0..100)
        .map(|block| json!({ "upTo": first_units + block * more_units, "charge": { currency: first + block * more } }))
        .collect();
    let products: Vec<Value> =
        lines.iter().map(|line| json!({ "sku": line["sku"], "title": { "en": "x" }, "weight": 1 })).collect();
    let prices: Map<String, Value> = lines
        .iter()
        .filter_map(|line| Some((line["sku"].as_str()?.to_owned(), line["unit_price_minor"].clone())))
        .collect();
    let cart: Vec<Value> = lines.iter().map(|line| json!({ "id": line["id"], "sku": line["sku"], "quantity": line["quantity"], "selected": line["selected"].as_bool().unwrap_or(true) })).collect();
    Ok(Some(json!({
        "rules": {
            "format": "pushcart-rulebook/1", "currency": currency, "catalogue": { "products": products },
            "priceLists": [{ "id": "base", "entries": prices }],
            "shipping": { "methods": [{ "id": "freight", "weightBands": bands }] },
        },
        "currency": currency, "at": NOW, "lines": cart,
    })))
}

/// An amount as the contract writes it.
pub fn money(amount: &Value, currency: &str) -> Value {
    json!({ "amount": amount, "currency": currency })
}

/// The items of a list; nothing where it is none.
pub fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

//! What a case says of promotions, limits and taxes, as a rulebook.

use super::policy;
use super::request::list;
use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value, json};

/// The rulebook of a case.
pub fn rulebook(case: &Value, currency: &str, mut policy: Map<String, Value>) -> Result<Value> {
    let low_first = policy::low_first(&policy);
    let stacking = policy.get("stacking").cloned().unwrap_or_else(|| "all".into());
    let lanes = lanes(case);
    if !lanes.is_empty() {
        policy
            .insert("lanes".to_owned(), lanes.iter().map(|lane| json!({ "id": lane, "stacking": stacking })).collect());
    }
    // Without its configuration a promotion is none.
    let promotions: Result<Vec<Value>> = list(&case["promotions"])
        .filter(|given| given["config_missing"] != true)
        .map(|given| promotion(case, given, low_first).with_context(|| given["id"].to_string()))
        .collect();
    let mut rulebook = json!({ "format": "pushcart-rulebook/1", "currency": currency, "timeZone": "UTC", "policy": policy, "promotions": promotions? });
    if let Some(rates) = case["tax"]["rates_percent"].as_object() {
        let level = tax_level(case);
        let rate = |(category, percent): (&String, &Value)| {
            let rate = basis_points(percent).with_context(|| format!("a tax of {percent} percent"))?;
            Ok(json!({ "category": category, "rate": rate }))
        };
        let rates: Result<Vec<Value>> = rates.iter().map(rate).collect();
        rulebook["taxes"] = json!({ "included": case["prices_include_tax"].as_bool().unwrap_or(true), "level": level, "rates": rates? });
    }
    Ok(rulebook)
}

/// What tax is rounded on, where the case says it of its taxes, its policy or its portability.
fn tax_level(case: &Value) -> &'static str {
    let portability = case["portability"].as_str().unwrap_or_default().trim_start_matches("policy:");
    let named = portability.split('+').find_map(|dimension| {
        dimension.strip_prefix("tax_rounding_level=").or_else(|| dimension.strip_prefix("tax_rounding="))
    });
    let said = [case["tax"]["rounding"].as_str(), case["policy"]["tax_rounding_level"].as_str(), named];
    let said = said.into_iter().flatten().map(|word| word.trim_start_matches("per_"));
    said.filter_map(|word| policy::TAX_LEVELS.into_iter().find(|level| word.starts_with(level)))
        .next()
        .unwrap_or("line")
}

/// The lanes that promotions name, each once, in the order that cases fix: before, by default, after. What names none runs
/// in the default one.
fn lanes(case: &Value) -> Vec<&str> {
    const ORDER: [&str; 3] = ["pre", "default", "post"];
    if list(&case["promotions"]).all(|promotion| promotion["lane"].is_null()) {
        return Vec::new();
    }
    let mut lanes: Vec<&str> = Vec::new();
    for promotion in list(&case["promotions"]) {
        let lane = promotion["lane"].as_str().unwrap_or("default");
        if !lanes.contains(&lane) {
            lanes.push(lane);
        }
    }
    lanes.sort_by_key(|lane| ORDER.iter().position(|known| known == lane).unwrap_or(1));
    lanes
}

/// A product of several variants, as a category.
pub fn product(id: &str) -> String {
    format!("product:{id}")
}

/// Percent as basis points, where it is a whole number of them.
pub fn basis_points(percent: &Value) -> Option<i64> {
    percent.as_i64().map(|percent| percent * 100).or_else(|| whole(percent.as_f64()? * 100.0))
}

/// A number that is whole but for the noise of binary fractions.
#[allow(clippy::cast_possible_truncation, reason = "checked to be within a billionth of it")]
pub fn whole(number: f64) -> Option<i64> {
    ((number - number.round()).abs() < 1e-6 && number.abs() < 9e15).then(|| number.round() as i64)
}

fn percent(action: &Value, name: &str) -> Result<i64> {
    basis_points(&action[name]).with_context(|| format!("`{name}` of {action}"))
}

fn promotion(case: &Value, given: &Value, low_first: bool) -> Result<Value> {
    let mut promotion = json!({ "id": given["id"] });
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            promotion[name] = value;
        }
    };
    let catalogue =
        given["level"] == "catalog" || list(&given["actions"]).any(|action| !action["multiply_by_attribute"].is_null());
    if catalogue {
        put("level", "catalogue".into());
    }
    let peer = case["source"]["peer"].as_str().unwrap_or_default();
    // The peer rounds the price that results, not what is taken off it.
    if catalogue && peer == "sylius" {
        put("rounding", "half-down".into());
    }
    put("lane", given["lane"].clone());
    let early = i64::from(peer == "medusa" && list(&given["actions"]).any(|action| action["kind"] == "buy_x_get_y"));
    let order = given["order"].as_i64().map(|order| if low_first { order } else { -order });
    put("priority", given["priority"].as_i64().or(order).map_or(early, |priority| priority).into());
    let coupon = given["trigger"] == "coupon";
    // One voucher, and no other promotion on the order beside it.
    if given["exclusive"] == true || (coupon && peer == "saleor" && !catalogue) {
        put("exclusive", true.into());
    }
    put("startsAt", given["starts_at"].clone());
    put("endsAt", given["ends_at"].clone());
    if given["trigger_kind"] == "manual" {
        put("trigger", "manual".into());
    }
    if coupon {
        let mut code = json!({ "code": given["code"].as_str().or(given["id"].as_str()) });
        for (name, field) in [("coupon_starts_at", "startsAt"), ("coupon_ends_at", "endsAt")] {
            if !given[name].is_null() {
                code[field] = given[name].clone();
            }
        }
        code["limits"] =
            json!({ "total": given["coupon_usage_limit"], "perCustomer": given["coupon_per_customer_limit"] });
        put("codes", json!([code]));
    }
    put("limits", json!({ "total": given["usage_limit"], "perCustomer": given["per_customer_limit"] }));
    if let Some(budget) = given["budget"].as_object() {
        let uses = budget.get("kind").is_some_and(|kind| kind == "usage");
        let limit = budget.get("limit_minor").or(budget.get("limit"));
        put("budget", json!({ "limit": limit, "of": if uses { "uses" } else { "amount" } }));
    }
    let conditions: Result<Vec<Value>> = list(&given["conditions"]).map(condition).collect();
    put("when", conditions?.into());
    let actions: Result<Vec<Value>> =
        list(&given["actions"]).map(|given_action| action(given, given_action, catalogue)).collect();
    put("gives", actions?.into());
    Ok(promotion)
}

fn condition(given: &Value) -> Result<Value> {
    let amount = &given["amount_minor"];
    let of = if given["scope"].is_object() { target(&given["scope"])? } else { json!({}) };
    let basis = match given["basis"].as_str() {
        None => Value::Null,
        Some("after_previous_discounts") => "discounted".into(),
        Some(_) => "initial".into(),
    };
    let subtotal = |least: &Value, above: &Value, most: &Value| json!({ "kind": "subtotal", "of": of, "atLeast": least, "above": above, "atMost": most, "basis": basis });
    let none = &Value::Null;
    Ok(match given["kind"].as_str().unwrap_or_default() {
        "subtotal_gte" => subtotal(amount, none, none),
        "subtotal_gt" => subtotal(none, amount, none),
        "subtotal_lte" => subtotal(none, none, amount),
        "subtotal_eq" => subtotal(amount, none, amount),
        "subtotal_lt" => subtotal(none, none, &amount.as_i64().map_or(Value::Null, |amount| (amount - 1).into())),
        "quantity_gte" => json!({ "kind": "quantity", "atLeast": given["n"], "of": of }),
        "any_line_quantity_gte" => json!({ "kind": "line-quantity", "atLeast": given["n"], "of": of }),
        "distinct_products_gte" => json!({ "kind": "distinct-products", "atLeast": given["n"], "of": of }),
        "contains_sku" => worded(given, &|words| json!({ "kind": "contains", "skus": words })),
        "contains_category" => worded(given, &|words| json!({ "kind": "contains", "categories": words })),
        "nth_order" => json!({ "kind": "order-number", "is": given["n"] }),
        "customer_segment" => worded(given, &|words| json!({ "kind": "customer-group", "anyOf": words })),
        "shipping_method" => worded(given, &|words| json!({ "kind": "shipping-method", "anyOf": words })),
        other => bail!("a condition of kind `{other}`"),
    })
}

/// A condition on words, of which one must fit, all must, or none may.
fn worded(given: &Value, one: &dyn Fn(Value) -> Value) -> Value {
    let each = |name: &str| list(&given[name]).map(|word| one(json!([word]))).collect::<Vec<Value>>();
    if given["all_of"].is_array() {
        return json!({ "kind": "all", "of": each("all_of") });
    }
    if given["none_of"].is_array() {
        return json!({ "kind": "not", "of": [one(given["none_of"].clone())] });
    }
    one(given["any_of"].clone())
}

/// Which lines a scope or a target names.
fn target(given: &Value) -> Result<Value> {
    let mut target = Map::new();
    let mut put = |name: &str, value: Value| target.insert(name.to_owned(), value);
    let mut categories: Vec<Value> = list(&given["categories"]).cloned().collect();
    categories.extend(list(&given["skus_product"]).filter_map(|id| Some(product(id.as_str()?).into())));
    if !categories.is_empty() {
        put("categories", categories.into());
    }
    for (name, value) in given.as_object().into_iter().flatten() {
        let number = value.as_i64();
        let _ = match (name.as_str(), number) {
            ("categories" | "skus_product" | "shipping_methods", _) => None,
            ("skus", _) => put("skus", value.clone()),
            ("unit_price_gte_minor", Some(_)) => put("priceAtLeast", value.clone()),
            ("unit_price_lte_minor", Some(_)) => put("priceAtMost", value.clone()),
            ("unit_price_gt_minor", Some(price)) => put("priceAtLeast", (price + 1).into()),
            ("unit_price_lt_minor", Some(price)) => put("priceAtMost", (price - 1).into()),
            ("unit_price_eq_minor", Some(_)) => {
                put("priceAtLeast", value.clone());
                put("priceAtMost", value.clone())
            }
            ("exclude_discounted", _) => put("notReduced", value.clone()),
            ("line_quantity_gte", _) => put("lineQuantityAtLeast", value.clone()),
            ("cheapest_line" | "cheapest_unit" | "dearest_line" | "dearest_unit", _) if *value == true => {
                put("only", name.replace('_', "-").into())
            }
            ("any", _) => {
                let any: Result<Vec<Value>> = list(value).map(target_of).collect();
                put("any", any?.into())
            }
            ("except", _) => put("except", self::target(value)?),
            _ => bail!("a target with `{name}`"),
        };
    }
    Ok(target.into())
}

fn target_of(given: &Value) -> Result<Value> {
    target(given)
}

fn choice(action: &Value) -> Value {
    let word = action["choose"].as_str().map(|said| said.trim_end_matches("_first").replace('_', "-"));
    match word.as_deref() {
        None => Value::Null,
        Some("value-desc" | "value") => "line-value".into(),
        Some(word) => word.into(),
    }
}

fn reach(action: &Value) -> Value {
    let group = if action["only_complete_groups"] == false { &Value::Null } else { &action["group_size"] };
    if action["max_units"].is_null() && group.is_null() {
        return Value::Null;
    }
    let per = if action["max_units_scope"] == "per_line" { "line" } else { "order" };
    json!({ "units": action["max_units"], "per": per, "groupSize": group, "choose": choice(action) })
}

fn action(promotion: &Value, given: &Value, catalogue: bool) -> Result<Value> {
    let of = if given["target"].is_object() { target(&given["target"])? } else { json!({}) };
    let methods = &given["target"]["shipping_methods"];
    let amount = &given["amount_minor"];
    let reach = reach(given);
    let off = |spread: &str| json!({ "kind": "amount-off", "amount": amount, "of": of, "spread": spread, "includesShipping": given["includes_shipping"], "reach": reach });
    // A catalogue's percentages are of the price so far.
    let basis = match given["base"].as_str() {
        Some(base @ ("gross" | "original" | "remaining")) => base.into(),
        _ if catalogue => "remaining".into(),
        _ => Value::Null,
    };
    let rate = |spread: &str| -> Result<Value> {
        Ok(
            json!({ "kind": "percent-off", "basisPoints": percent(given, "percent")?, "of": of, "spread": spread, "basis": basis,
            "most": given["max_discount_minor"], "includesShipping": given["includes_shipping"], "reach": reach }),
        )
    };
    let mut action = match given["kind"].as_str().unwrap_or_default() {
        "order_fixed" => off("order"),
        "line_fixed" => off("line"),
        "unit_fixed" => off("unit"),
        "order_percent" => rate("order")?,
        "line_percent" => rate("line")?,
        "unit_fixed_first_then" => {
            json!({ "kind": "first-then", "first": given["first_minor"], "then": given["additional_minor"], "units": given["max_units"], "of": of })
        }
        "tiered_line_percent" | "tiered_line_fixed" | "tiered_order_fixed" => ladder(given, &of)?,
        "shipping_percent" => {
            json!({ "kind": "shipping-off", "basisPoints": percent(given, "percent")?, "methods": methods })
        }
        "shipping_fixed" => {
            json!({ "kind": "shipping-off", "amount": amount, "each": given["each"], "methods": methods })
        }
        "shipping_set_price" => json!({ "kind": "shipping-off", "price": amount, "methods": methods }),
        "order_set_total" => json!({ "kind": "set-total", "price": amount, "of": of }),
        "unit_set_price" if !given["multiply_by_attribute"].is_null() => {
            json!({ "kind": "by-measure", "attribute": given["multiply_by_attribute"], "of": of })
        }
        "unit_set_price" => json!({ "kind": "set-price", "price": amount, "of": of, "reach": reach }),
        "buy_x_get_y" => buy_get(given)?,
        "cheapest_free" => {
            json!({ "kind": "cheapest-free", "groupSize": given["group_size"], "times": given["max_applications"], "of": of })
        }
        "bundle_fixed_price" => {
            json!({ "kind": "bundle", "parts": [{ "of": of, "units": given["group_size"] }], "price": given["price_minor"], "times": given["max_applications"] })
        }
        "gift" => gift(promotion, given),
        "points_redeem" => {
            json!({ "kind": "points-burn", "minorPerStep": given["minor_per_point"], "most": given["max_discount_minor"], "of": of })
        }
        "add_line" => {
            json!({ "kind": "add-line", "sku": given["sku"], "basisPoints": basis_points(&given["price_percent_of_unit"]), "price": given["price_minor"], "of": of })
        }
        other => bail!("an action of kind `{other}`"),
    };
    let mut when: Vec<Value> = Vec::new();
    if let Some(channel) = given["when"]["channel"].as_str() {
        when.push(json!({ "kind": "channel", "ids": [channel] }));
    }
    for currency in [&given["when"]["currency"], &given["currency"]].into_iter().filter_map(Value::as_str) {
        when.push(json!({ "kind": "currency", "anyOf": [currency] }));
    }
    if !when.is_empty() {
        action["when"] = when.into();
    }
    Ok(action)
}

fn buy_get(given: &Value) -> Result<Value> {
    let side = |name: &str| {
        if given[name]["target"].is_object() { target(&given[name]["target"]) } else { Ok(json!({})) }
    };
    let got = &given["get"];
    let other = !got["amount_minor"].is_null() || !got["price_minor"].is_null();
    let rate = match () {
        () if !got["percent"].is_null() => percent(got, "percent")?.into(),
        () if other => Value::Null,
        () => 10_000.into(),
    };
    Ok(json!({ "kind": "buy-get", "buy": { "of": side("buy")?, "units": given["buy"]["quantity"] },
        "get": { "of": side("get")?, "units": got["quantity"], "basisPoints": rate, "amount": got["amount_minor"], "price": got["price_minor"] },
        "times": given["max_applications"], "choose": choice(got) }))
}

fn ladder(given: &Value, of: &Value) -> Result<Value> {
    let (by, whole) = match given["tier_by"].as_str() {
        None | Some("eligible_amount" | "eligible_item_total") => ("subtotal", false),
        Some("order_item_total") => ("subtotal", true),
        Some("eligible_quantity") => ("quantity", false),
        Some("order_quantity") => ("quantity", true),
        Some("line_amount") => ("line-subtotal", false),
        Some("line_quantity") => ("line-quantity", false),
        Some(other) => bail!("a ladder by `{other}`"),
    };
    let mut tiers: Vec<Value> = Vec::new();
    let gives = |given: &Value, rate: &str, amount: &str| -> Result<Value> {
        let rate = if given[rate].is_null() { Value::Null } else { percent(given, rate)?.into() };
        Ok(json!({ "basisPoints": rate, "amount": given[amount] }))
    };
    if !given["base_percent"].is_null() || !given["base_minor"].is_null() {
        let mut base = gives(given, "base_percent", "base_minor")?;
        base["from"] = 0.into();
        tiers.push(base);
    }
    for tier in list(&given["tiers"]) {
        let mut step = gives(tier, "percent", "amount_minor")?;
        step["from"] = tier.get("min_minor").or(tier.get("min")).cloned().context("a tier's start")?;
        step["points"] = tier["points"].clone();
        step["freeShipping"] = tier["free_shipping"].clone();
        tiers.push(step);
    }
    tiers.sort_by_key(|tier| tier["from"].as_i64());
    let spread = if given["kind"] == "tiered_order_fixed" { "order" } else { "line" };
    let over = if whole { json!({}) } else { Value::Null };
    Ok(
        json!({ "kind": "ladder", "by": by, "of": of, "over": over, "tiers": tiers, "spread": spread, "cumulative": given["highest_tier_only"] == false }),
    )
}

/// A gift for each unit that made the promotion apply, or once.
fn gift(promotion: &Value, given: &Value) -> Value {
    let contains = list(&promotion["conditions"])
        .find(|condition| condition["kind"] == "contains_sku" || condition["kind"] == "contains_category");
    let mut gift = json!({ "kind": "gift", "sku": given["sku"], "unitPrice": given["unit_price_minor"] });
    match (&given["quantity_per_trigger"], contains) {
        (Value::Null, _) | (_, None) => {
            gift["units"] = given.get("quantity").or(given.get("quantity_per_trigger")).cloned().unwrap_or(Value::Null)
        }
        (quantity, Some(condition)) => {
            let field = if condition["kind"] == "contains_sku" { "skus" } else { "categories" };
            gift["units"] = quantity.clone();
            gift["per"] = json!({ "of": { field: condition["any_of"] }, "units": 1 });
        }
    }
    if given["in_stock"] == false {
        gift["limit"] = 0.into();
    }
    gift
}

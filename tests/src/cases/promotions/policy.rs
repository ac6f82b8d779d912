//! What peers' engines do, as Pushcart's policy says it; from the table of differences beside the case files.

use anyhow::{Result, bail, ensure};
use serde_json::{Map, Value, json};

/// What a portability may name without a value: what the peer does is in its preset, who goes first in the promotions' own
/// order, and taxes are the rulebook's own section.
const NAMED: &[&str] = &[
    "allocation",
    "allocation_remainder",
    "budget",
    "coupon_case",
    "exclusive",
    "floor_price",
    "free_item",
    "group_fill",
    "item_order",
    "lanes",
    "max_units",
    "percent_base",
    "percent_rounding",
    "price_rounding",
    "promotion_order",
    "remainder",
    "stacking",
    "tax_rounding",
    "tax_rounding_level",
    "threshold_basis",
    "unit_price_first",
    "unit_remainder",
];

/// What tax can be rounded on.
pub const TAX_LEVELS: [&str; 3] = ["unit", "line", "order"];

/// The policy of a case: its peer's, and what its portability names.
///
/// # Errors
/// Where the portability asks for what is not known here: a case must not pass or fail by another policy than its own.
pub fn of(case: &Value) -> Result<Map<String, Value>> {
    let mut policy = peer(case);
    let portability = case["portability"].as_str().unwrap_or_default();
    for dimension in portability.trim_start_matches("policy:").split('+') {
        let (name, value) = dimension.split_once('=').unwrap_or((dimension, ""));
        let all_to_last = policy.get("remainder") == Some(&json!("last-takes-all"));
        let stacks = policy.contains_key("stacking");
        let mut set = |field: &str, word: &str| policy.insert(field.to_owned(), word.into());
        match (name, value) {
            ("percent_base", "original" | "remaining" | "gross") => {
                set("linePercentBase", value);
                set("orderPercentBase", value);
            }
            ("percent_rounding", _) => policy.extend(percent_rounding(dimension, value)?),
            ("allocation", "even" | "proportional" | "by-unit") => drop(set("allocation", value)),
            ("allocation", "by_unit") => drop(set("allocation", "by-unit")),
            ("remainder" | "allocation_remainder", "first") => drop(set("remainder", "first")),
            ("remainder" | "allocation_remainder", "last") if !all_to_last => drop(set("remainder", "last")),
            ("remainder" | "allocation_remainder", "largest" | "largest_fraction" | "largest_error") => {
                drop(set("remainder", "largest-fraction"))
            }
            ("unit_remainder", "first" | "last") => drop(set("unitRemainder", value)),
            ("threshold_basis", "after_previous_discounts") => drop(set("thresholds", "discounted")),
            ("threshold_basis", "discounted") => drop(set("thresholds", "discounted")),
            ("threshold_basis", "initial") => drop(set("thresholds", "initial")),
            ("free_item", "cart_order" | "line_value") => drop(set("freeItem", &value.replace('_', "-"))),
            ("free_item", _) if value.starts_with("dearest") => drop(set("freeItem", "dearest")),
            ("free_item", _) if value.starts_with("cheapest") => drop(set("freeItem", "cheapest")),
            ("max_units", "cheapest" | "dearest") => drop(set("maxUnits", value)),
            ("item_order", "value_desc") => drop(set("maxUnits", "line-value")),
            ("group_fill", "cart_order") => drop(set("groupFill", "cart-order")),
            ("group_fill", "cheapest" | "dearest") => drop(set("groupFill", value)),
            ("coupon_case", "sensitive" | "insensitive") => drop(set("codeCase", value)),
            ("budget", "all_or_nothing") => drop(set("budget", "refuse")),
            ("budget", "clip") => drop(set("budget", "clip")),
            ("floor_price", "drop") => drop(set("floorPrice", "drop")),
            ("floor_price", _) if value.starts_with("redistribute") || value.starts_with("water_fill") => {
                drop(set("floorPrice", "redistribute"))
            }
            ("exclusive", "highest_priority_exclusive_alone") => drop(set("exclusive", "alone")),
            ("exclusive", "best") => drop(set("exclusive", "best")),
            ("exclusive", "stop" | "stop_after") => drop(set("exclusive", "stop")),
            ("stacking", "best_of") if !stacks => {
                set("stacking", "best-per-line");
                set("catalogueStacking", "best-per-line");
            }
            ("stacking", "best" | "best_combination") => drop(set("stacking", "best")),
            ("stacking", "best_one") => drop(set("stacking", "best-one")),
            ("stacking", "first") => drop(set("stacking", "first")),
            ("stacking", "all") => drop(set("stacking", "all")),
            // The peer's own says more.
            ("remainder" | "allocation_remainder", "last") | ("stacking", "best_of") => {}
            ("tax_rounding" | "tax_rounding_level", _) if TAX_LEVELS.contains(&value.trim_start_matches("per_")) => {}
            ("" | "universal" | "quirk", "") => {}
            (name, "") if NAMED.contains(&name) => {}
            _ => bail!("a policy of `{dimension}`"),
        }
    }
    Ok(policy)
}

/// How a percentage is rounded, and on what: `half_up_per_line`, `down`, `per_unit`.
fn percent_rounding(dimension: &str, value: &str) -> Result<Vec<(String, Value)>> {
    let words = [
        ("half_up", "half-up"),
        ("half_down", "half-down"),
        ("half_even", "half-even"),
        ("down", "down"),
        ("up", "up"),
    ];
    let levels = [("per_line", "line"), ("per_unit", "unit"), ("per_order", "order")];
    let word = words.iter().find(|(start, _)| value.starts_with(start)).map(|(_, word)| ("rounding", *word));
    let level = levels.iter().find(|(end, _)| value.ends_with(end)).map(|(_, level)| ("percentLevel", *level));
    let found: Vec<_> =
        word.into_iter().chain(level).map(|(field, word)| (field.to_owned(), Value::from(word))).collect();
    ensure!(value.is_empty() || !found.is_empty(), "a policy of `{dimension}`");
    Ok(found)
}

/// A word of a case's `policy`, the policy's field, and its value.
type Word = (&'static str, &'static str, &'static str);

/// The words of a case's `policy` that say one thing only.
const SAID: &[(&str, &[Word])] = &[
    (
        "percent_rounding",
        &[
            ("half_even", "rounding", "half-even"),
            ("half_down", "rounding", "half-down"),
            ("down", "rounding", "down"),
            ("up", "rounding", "up"),
        ],
    ),
    (
        "remainder",
        &[
            ("first", "remainder", "first"),
            ("first_line", "remainder", "first"),
            ("first_lines", "remainder", "first"),
            ("largest_fraction", "remainder", "largest-fraction"),
        ],
    ),
    ("allocation", &[("even", "allocation", "even"), ("by_unit", "allocation", "by-unit")]),
    ("percent_base", &[("original", "linePercentBase", "original"), ("remaining", "linePercentBase", "remaining")]),
    ("free_item", &[("cheapest", "freeItem", "cheapest"), ("dearest", "freeItem", "dearest")]),
];

fn peer(case: &Value) -> Map<String, Value> {
    let said = |name: &str| case["policy"][name].as_str().unwrap_or_default();
    let preset = match case["source"]["peer"].as_str().unwrap_or_default() {
        "sylius" => {
            json!({ "shareRounding": "half-down", "remainder": "first", "linePercentBase": "original", "percentLevel": "unit" })
        }
        "solidus" => json!({ "remainder": "first", "stacking": "best-per-line" }),
        "vendure" => json!({ "rounding": "half-down", "thresholds": "discounted", "codeCase": "sensitive" }),
        "medusa" => json!({ "budget": "refuse" }),
        "saleor" => json!({ "percentLevel": "unit", "shareRounding": "half-up", "remainder": "last-takes-all",
            "stacking": "best-one", "catalogueStacking": "best-per-line" }),
        "spree" => json!({ "stacking": "best-per-line" }),
        "oscar" => {
            json!({ "rounding": "down", "percentLevel": "order", "remainder": "last-takes-all", "unitUse": "once", "maxUnits": "cheapest" })
        }
        "woo" => {
            let sequential = case["policy"]["sequential"].as_bool().unwrap_or(false);
            let base = if sequential { "remaining" } else { "original" };
            json!({ "rounding": "half-down", "percentLevel": "order", "allocation": "by-unit", "remainder": "first",
                "linePercentBase": base, "orderPercentBase": base, "maxUnits": "line-value" })
        }
        "presta" => json!({ "priority": "low-first" }),
        "yudao" => json!({ "rounding": "down", "remainder": "last-takes-all", "shippingShares": "by-unit" }),
        "commercetools" => json!({ "rounding": "half-even", "exclusive": "stop" }),
        _ => json!({}),
    };
    let mut preset = preset.as_object().cloned().unwrap_or_default();
    // What a case says of itself in a plain word wins over its peer's habit.
    for (name, words) in SAID {
        let found = words.iter().find(|(word, ..)| said(name) == *word);
        if let Some((_, field, value)) = found {
            preset.insert((*field).to_owned(), (*value).into());
        }
    }
    preset
}

/// Whether the peer's lower priorities come first.
pub fn low_first(policy: &Map<String, Value>) -> bool {
    policy.get("priority") == Some(&json!("low-first"))
}

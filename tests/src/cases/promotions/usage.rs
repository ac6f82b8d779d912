//! What a case says is used up already, as counters.

use super::request::list;
use serde_json::{Value, json};

/// What is used up already.
pub fn counters(case: &Value) -> Vec<Value> {
    let usage = &case["usage"];
    let number = |name: &str| usage[name].as_i64();
    let mut counters = Vec::new();
    for promotion in list(&case["promotions"]) {
        let mut add = |kind: &str, id: &Value, scope: &str, used: Option<i64>| {
            if let Some(used) = used {
                counters.push(json!({ "kind": kind, "id": id, "scope": scope, "used": used }));
            }
        };
        let returned =
            if promotion["reusable_from_cancelled"] == false { 0 } else { number("of_which_cancelled").unwrap_or(0) };
        if promotion["code"].is_string() {
            let orders = number("coupon_used_in_orders").map(|orders| orders - returned);
            add("code", &promotion["code"], "total", number("coupon_used").or(orders));
            add("code", &promotion["code"], "customer", number("coupon_used_by_customer"));
        }
        let orders = number("promotion_used_in_orders").map(|orders| orders - returned);
        add("promotion", &promotion["id"], "total", number("promotion_used").or(orders));
        add("promotion", &promotion["id"], "customer", number("promotion_used_by_customer"));
        let budget = &promotion["budget"];
        add("budget", &promotion["id"], "total", budget["used_minor"].as_i64().or(budget["used"].as_i64()));
    }
    counters
}

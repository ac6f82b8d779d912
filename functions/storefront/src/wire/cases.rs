//! The `tests` of a rulebook: carts of the merchant's own, each with what must come of it; and how an answer is compared.

use super::{asked, cart, context, inventory};
use commerce::facts::types::{Context, Fault, Line};
use commerce::{Value, bounds, document};
use serde_json::Value as Json;
use std::collections::HashSet;

/// One test.
pub struct Case {
    /// Its place in the list.
    pub place: usize,
    /// What the merchant calls it.
    pub name: String,
    /// The cart.
    pub lines: Vec<Line>,
    /// What is around it.
    pub context: Context,
    /// The text that the shopper came from.
    pub content: Option<String>,
    /// The part of the answer that must come out.
    pub expected: Json,
}

/// Reads `tests`; `currency` is the rulebook's.
pub fn read(value: Value<'_>, currency: &str) -> Vec<Case> {
    if let commerce::Node::List(items) = value.node()
        && items.len() > bounds::TESTS
    {
        value.fault("too-many-tests", format!("must be at most {}, are {}", bounds::TESTS, items.len()));
        return Vec::new();
    }
    let mut names = HashSet::new();
    let mut cases = Vec::new();
    for (item, place) in value.list(bounds::TESTS).zip(0..) {
        let Some(case) = case(item, place, currency) else { continue };
        if !names.insert(case.name.clone()) {
            item.fault("duplicate-id", format!("another test is called `{}`", case.name));
        }
        cases.push(case);
    }
    cases
}

fn case(item: Value<'_>, place: usize, currency: &str) -> Option<Case> {
    let object = item.object()?;
    let name = object.required("name").and_then(|value| value.text(bounds::NAME_BYTES));
    let lines = object.required("cart").map(|value| cart::lines(value, currency));
    let context = object.required("context").and_then(|value| {
        let object = value.object()?;
        if object.field("at").is_none() {
            value.fault("missing-field", "`at` is required: a test must say the same every day");
        }
        let context = context::of_currency(&object, currency, bounds::EARLIEST);
        // Wishes of delivery change no amount, but a test that holds a wrong one is wrong.
        let _ = inventory::wishes(&object);
        object.finish();
        Some(context)
    });
    let content = object.field("content").and_then(asked::content).map(str::to_owned);
    let expected = object.required("expected").and_then(|value| {
        if matches!(value.node(), commerce::Node::Map(fields) if fields.is_empty()) {
            value.fault("nothing-expected", "must name at least one field of the answer");
        }
        value.object()?;
        serde_json::from_str(&document::write(value.node())).ok()
    });
    object.finish();
    Some(Case { place, name: name?.to_owned(), lines: lines?, context: context?, content, expected: expected? })
}

/// Everything in which an answer is not as expected, by pointer into the document. Only fields that `expected` names are
/// compared; a whole number stands for an amount of money; items with an `id` are found by it, other lists are compared
/// item by item.
#[must_use]
pub fn differences(case: &Case, answer: &Json) -> Vec<Fault> {
    let mut found = Vec::new();
    compare(&case.expected, Some(answer), &format!("/tests/{}/expected", case.place), &mut |pointer, detail| {
        found.push(Fault {
            code: "test-failed".to_owned(),
            pointer: pointer.to_owned(),
            detail: format!("`{}`: {detail}", case.name),
        });
    });
    found
}

fn compare(expected: &Json, answer: Option<&Json>, pointer: &str, fault: &mut dyn FnMut(&str, String)) {
    let answer = answer.filter(|answer| !answer.is_null());
    let Some(answer) = answer else {
        if !expected.is_null() {
            fault(pointer, format!("must be {expected}, is absent"));
        }
        return;
    };
    match (expected, answer) {
        (Json::Object(fields), Json::Object(found)) => {
            for (name, expected) in fields {
                let below = format!("{pointer}{}", commerce::report::step(name));
                compare(expected, found.get(name), &below, fault);
            }
        }
        (Json::Number(amount), Json::Object(money)) if money.contains_key("currency") => {
            compare(&Json::Number(amount.clone()), money.get("amount"), pointer, fault);
        }
        (Json::Array(items), Json::Array(found)) => lists(items, found, pointer, fault),
        _ if expected == answer => {}
        _ => fault(pointer, format!("must be {expected}, is {answer}")),
    }
}

fn lists(items: &[Json], found: &[Json], pointer: &str, fault: &mut dyn FnMut(&str, String)) {
    let id = |item: &Json| item.get("id").and_then(Json::as_str).map(str::to_owned);
    let by_id = !items.is_empty() && items.iter().all(|item| id(item).is_some());
    if !by_id && items.len() != found.len() {
        let all = Json::Array(found.to_vec());
        fault(pointer, format!("must have {} items, has {}: {all}", items.len(), found.len()));
        return;
    }
    for (place, item) in items.iter().enumerate() {
        let below = format!("{pointer}/{place}");
        if !by_id {
            compare(item, found.get(place), &below, fault);
        } else if let Some(same) = found.iter().find(|other| id(other) == id(item)) {
            compare(item, Some(same), &below, fault);
        } else if item.get("status").and_then(Json::as_str) != Some("rejected") {
            // What the cart does not even reach is rejected too, although the answer is silent on it.
            fault(&below, format!("must be {item}, is absent"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn differ(expected: Json, answer: Json) -> Vec<String> {
        let mut found = Vec::new();
        compare(&expected, Some(&answer), "", &mut |pointer, detail| found.push(format!("{pointer}: {detail}")));
        found
    }

    #[test]
    fn only_what_is_expected_is_compared() {
        let answer = json!({
            "totals": { "total": { "amount": 900, "currency": "CNY" }, "tax": { "amount": 0, "currency": "CNY" } },
            "lines": [{ "id": "1", "quantity": 2 }, { "id": "2", "quantity": 1 }],
            "promotions": [{ "id": "a", "status": "applied" }],
            "segments": ["new"],
        });
        let table: [(Json, &[&str]); 10] = [
            (json!({ "totals": { "total": 900 } }), &[]),
            (json!({ "totals": { "total": { "amount": 900, "currency": "CNY" } } }), &[]),
            (json!({ "totals": { "total": 899, "tax": 0 } }), &["/totals/total: must be 899, is 900"]),
            (json!({ "lines": [{ "id": "2", "quantity": 1 }] }), &[]),
            (json!({ "lines": [{ "id": "2", "quantity": 3 }] }), &["/lines/0/quantity: must be 3, is 1"]),
            (json!({ "promotions": [{ "id": "b", "status": "rejected" }] }), &[]),
            (
                json!({ "promotions": [{ "id": "b", "status": "applied" }] }),
                &[r#"/promotions/0: must be {"id":"b","status":"applied"}, is absent"#],
            ),
            (json!({ "segments": [] }), &[r#"/segments: must have 0 items, has 1: ["new"]"#]),
            (json!({ "hints": null }), &[]),
            (
                json!({ "totle": 1, "segments": ["core"] }),
                &["/segments/0: must be \"core\", is \"new\"", "/totle: must be 1, is absent"],
            ),
        ];
        for (expected, faults) in table {
            assert_eq!(differ(expected.clone(), answer.clone()), faults, "{expected}");
        }
    }
}

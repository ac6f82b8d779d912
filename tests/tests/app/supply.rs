//! Supply over a real socket: every case on file, a check with all that it answers, and the same within a quote.

use serde_json::{Value, json};
use tests::app::App;
use tests::cases;

/// Every case of the files on hand, as `scripts/cases` runs them: whoever brings another file of the form is answered too.
#[test]
fn every_case_on_file_passes_over_http() {
    let app = App::up().unwrap();
    for (kind, file) in [
        ("inventory", include_str!("../../cases/inventory.json")),
        ("sourcing", include_str!("../../cases/sourcing.json")),
    ] {
        let file: Value = serde_json::from_str(file).unwrap();
        let mut said = Vec::new();
        let mut say = |line: &str| said.push(line.to_owned());
        let tally = cases::run(&cases::kind(kind).unwrap(), &mut app.client(), &file, &mut say).unwrap();
        assert!(tally.failed == 0 && tally.passed > 30, "{kind}: {tally}\n{}", said.join("\n"));
    }
}

/// A shop with a warehouse near the shopper and a central one; tea runs short, and another tea may be taken instead.
fn rules() -> Value {
    json!({
        "format": "pushcart-rulebook/1", "currency": "CNY", "timeZone": "Asia/Shanghai",
        "catalogue": { "products": [{ "sku": "TEA" }, { "sku": "OTHER-TEA" }, { "sku": "CUP" }] },
        "priceLists": [{ "id": "base", "entries": { "TEA": 8_800, "OTHER-TEA": 9_300, "CUP": 4_500 } }],
        "inventory": {
            "nodes": [
                { "id": "near", "kind": "forward-warehouse", "place": { "latitude": 31.2, "longitude": 121.4 }, "radius": 3_000,
                  "handling": 300, "cost": { "shipment": 600 } },
                { "id": "central", "kind": "central-warehouse", "cost": { "shipment": 1_500 } },
                { "id": "shut", "kind": "store", "active": false },
            ],
            "items": { "TEA": { "substitutes": ["OTHER-TEA"] } },
        },
    })
}

fn stock() -> Value {
    json!({ "version": 1, "skus": {
        "TEA": { "near": { "onHand": 2 }, "central": { "onHand": 1 }, "shut": { "onHand": 99 } },
        "OTHER-TEA": { "near": { "onHand": 8 } },
        "CUP": { "near": { "onHand": 5 }, "central": { "onHand": 5 } },
    } })
}

fn cart(lines: Value) -> Value {
    json!({
        "merchant": "cedar", "currency": "CNY", "at": "2026-11-11T20:05:00+08:00", "lines": lines,
        "shopper": { "id": "c-102", "location": { "lat": 31.205, "lon": 121.4 } },
        "delivery": { "substitutes": true },
    })
}

fn up() -> App {
    let app = App::up().unwrap();
    let mut publisher = app.publisher("cedar");
    for (what, document) in [("rulebook", rules()), ("stock", stock())] {
        let published = publisher.put(&format!("/v1/merchants/cedar/{what}"), &document).unwrap();
        assert_eq!(published.status, 200, "{}", published.text());
    }
    app
}

/// Each wrong question is refused with its own code, and nothing of it is answered.
#[test]
fn a_wrong_question_is_refused_where_it_is_wrong() {
    let app = up();
    let line = |sku: &str, quantity: Value| json!([{ "id": "1", "sku": sku, "quantity": quantity }]);
    let with = |name: &str, value: Value| {
        let mut question = cart(line("TEA", json!(1)));
        question[name] = value;
        question
    };
    for (question, code, pointer) in [
        (cart(line("JAR", json!(1))), "unknown-sku", "/lines/0/sku"),
        (cart(line("TEA", json!(0))), "invalid-quantity", "/lines/0/quantity"),
        (cart(line("TEA", json!(1_000_001))), "invalid-quantity", "/lines/0/quantity"),
        (with("delivery", json!({ "nodes": ["moon"] })), "unknown-node", "/delivery/nodes/0"),
        (with("delivery", json!({ "wish": "teleport" })), "unknown-mode", "/delivery/wish"),
        (with("stock", json!([{ "sku": "TEA", "node": "moon", "onHand": 1 }])), "unknown-node", "/stock/0/node"),
        (
            with("stock", json!([{ "sku": "TEA", "node": "near", "onHand": 1, "reserved": -1 }])),
            "negative-count",
            "/stock/0/reserved",
        ),
        (
            with("shopper", json!({ "location": { "lat": 91, "lon": 0 } })),
            "place-outside-globe",
            "/shopper/location/lat",
        ),
    ] {
        let answer = app.client().post("/v1/inventory/check", &question).unwrap();
        assert_eq!(answer.status, 422, "{question}: {}", answer.text());
        let problem = answer.json();
        let faults: Vec<(&str, &str)> = problem["faults"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| (fault["code"].as_str().unwrap(), fault["pointer"].as_str().unwrap()))
            .collect();
        assert!(faults.contains(&(code, pointer)), "{question}: {faults:?}");
    }
}

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
                { "id": "central", "kind": "central-warehouse", "cost": { "shipment": 1_500, "unit": 10 } },
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

/// Both nodes are needed for the tea; the cups come from the one whose units cost less.
#[test]
fn a_check_and_a_quote_say_how_many_from_where_by_when_and_what_instead() {
    let app = up();
    let mut question =
        cart(json!([{ "id": "1", "sku": "TEA", "quantity": 5 }, { "id": "2", "sku": "CUP", "quantity": 2 }]));
    question["hold"] = json!({ "key": "cart-7" });
    let answer = app.client().post("/v1/inventory/check", &question).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let check = answer.json();
    let [tea, cup] = [&check["lines"][0], &check["lines"][1]];
    assert_eq!((&tea["status"], &tea["quantity"], &tea["short"]), (&json!("partial"), &json!(3), &json!(2)));
    assert_eq!((&cup["status"], &cup["from"][0]["node"]), (&json!("available"), &json!("near")));
    // 556 m at 15 km an hour are 133 s, after 300 s of handling.
    assert_eq!(
        cup["promise"],
        json!({ "mode": "instant", "earliest": "2026-11-11T20:12:13+08:00", "latest": "2026-11-11T20:42:13+08:00" })
    );
    let difference = json!({ "amount": 500, "currency": "CNY" });
    assert_eq!(tea["substitutes"], json!([{ "sku": "OTHER-TEA", "quantity": 2, "priceDifference": difference }]));
    let delivery = &check["delivery"];
    assert_eq!((&delivery["optimal"], &delivery["cost"]["amount"]), (&json!(true), &json!(2_110)));
    let nodes: Vec<(&str, bool, &Value)> = delivery["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (node["node"].as_str().unwrap(), node["used"].as_bool().unwrap(), &node["reasons"]))
        .collect();
    assert_eq!(
        nodes,
        [("central", true, &Value::Null), ("near", true, &Value::Null), ("shut", false, &json!(["inactive"]))]
    );
    assert_eq!(
        (&delivery["hold"]["key"], delivery["hold"]["token"].as_str().map(|token| token.matches('.').count())),
        (&json!("cart-7"), Some(1))
    );
    assert_eq!(check["record"]["stock"]["version"], 1);

    // A quote says the same of each line; of its own it knows the price.
    question.as_object_mut().unwrap().remove("hold");
    let answer = app.client().post("/v1/quote", &question).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let quote = answer.json();
    for (place, name) in [(0, "TEA"), (1, "CUP")] {
        let said = &quote["lines"][place]["availability"];
        for field in ["status", "quantity", "short", "from", "promise"] {
            assert_eq!(said[field], check["lines"][place][field], "{name} {field}");
        }
    }
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
            with("reservations", json!([{ "sku": "JAR", "quantity": 1, "expiresAt": "2030-01-01T00:00:00Z" }])),
            "unknown-sku",
            "/reservations/0/sku",
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

//! Rulebooks that carry their own tests, and drafts that are tried on carts before they are published.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod shop;

use serde_json::{Value, json};
use shop::{Shop, faults, money};

fn book(threshold: i64, off: i64) -> Value {
    json!({
        "format": "pushcart-rulebook/1", "currency": "CNY", "timeZone": "Asia/Shanghai",
        "priceLists": [{ "id": "base", "entries": { "POT": 6000, "CUP": 2500 } }],
        "shipping": { "methods": [{ "id": "post", "charge": 1000 }] },
        "promotions": [
            { "id": "ladder", "when": [{ "kind": "subtotal", "atLeast": threshold }], "gives": [{ "kind": "amount-off", "amount": off }] },
            { "id": "code", "codes": ["TEA"], "gives": [{ "kind": "amount-off", "amount": 100 }] },
        ],
        "tests": [
            { "name": "满一百减二十", "cart": [{ "id": "1", "sku": "POT", "quantity": 1 }, { "id": "2", "sku": "CUP", "quantity": 2 }],
              "context": { "at": "2026-11-11T20:00:00+08:00" },
              "expected": { "totals": { "total": 10000, "discount": money(2000) },
                            "lines": [{ "id": "2", "subtotal": 5000, "discounts": [{ "promotion": "ladder", "amount": 909 }] }],
                            "promotions": [{ "id": "ladder", "status": "applied" }, { "id": "code", "status": "rejected", "code": "code-not-entered" }] } },
            { "name": "the code alone", "cart": [{ "id": "1", "sku": "CUP", "quantity": 1 }],
              "context": { "at": "2026-11-11T20:00:00+08:00", "codes": ["tea"] },
              "expected": { "totals": { "total": 3400 }, "codes": [{ "code": "tea", "promotion": "code", "reason": null }] } },
        ],
    })
}

#[test]
fn a_rulebook_whose_tests_fail_is_refused_with_every_difference() {
    let shop = Shop::of(&book(10_000, 2_000));
    let (status, answer) = shop.publish(&book(12_000, 2_000));
    assert_eq!(status, 422);
    let below = "/tests/0/expected";
    assert_eq!(
        faults(&answer),
        [
            ("test-failed", &*format!("{below}/lines/0/discounts")),
            ("test-failed", &*format!("{below}/promotions/0/status")),
            ("test-failed", &*format!("{below}/totals/discount/amount")),
            ("test-failed", &*format!("{below}/totals/total")),
        ]
    );
    assert_eq!(answer["faults"][3]["detail"], "`满一百减二十`: must be 10000, is 12000");
    assert_eq!(answer["faults"][1]["detail"], r#"`满一百减二十`: must be "applied", is "rejected""#);
    // Nothing of it was published.
    let quote = shop.post(
        "/v1/quote",
        &json!({ "merchant": "willow", "currency": "CNY", "lines": [{ "id": "1", "sku": "POT", "quantity": 2 }] }),
    );
    assert_eq!(quote["totals"]["discount"], money(2_000));
}

/// A test says what the shopper came from as a quote does.
#[test]
fn a_test_may_come_from_a_text() {
    let mut tagged = book(10_000, 2_000);
    tagged["promotions"] = json!([{ "id": "post", "when": [{ "kind": "content-tag", "anyOf": ["hashtag:tea"] }],
                                    "gives": [{ "kind": "amount-off", "amount": 300 }] }]);
    let test = |content: Value, off: i64| {
        json!([{ "name": "from a post", "cart": [{ "id": "1", "sku": "CUP", "quantity": 1 }], "content": content,
                 "context": { "at": "2026-11-11T20:00:00+08:00" }, "expected": { "totals": { "discount": off } } }])
    };
    for (content, off, expected) in [
        (json!({ "text": "Worth it #tea" }), 300, vec![]),
        (json!({ "text": "Worth it" }), 300, vec![("test-failed", "/tests/0/expected/totals/discount")]),
        (
            json!({ "body": "" }),
            0,
            vec![("missing-field", "/tests/0/content/text"), ("unknown-field", "/tests/0/content/body")],
        ),
    ] {
        tagged["tests"] = test(content, off);
        let (_, answer) = Shop::default().publish(&tagged);
        assert_eq!(faults(&answer), expected, "{answer}");
    }
}

#[test]
fn faults_of_tests_stand_beside_all_others() {
    let mut wrong = book(10_000, -1);
    wrong["tests"] = json!([
        { "name": "no moment", "cart": [{ "id": "1", "sku": "CUP", "quantity": 1 }], "context": {}, "expected": { "totals": {} } },
        { "name": "no moment", "cart": [], "context": { "at": "2026-11-11T20:00:00+08:00", "weather": "rain" }, "expected": {}, "skip": true },
    ]);
    let (status, answer) = Shop::default().publish(&wrong);
    assert_eq!(status, 422);
    for wanted in [
        ("out-of-range", "/promotions/0/gives/0/amount"),
        ("missing-field", "/tests/0/context"),
        ("empty-cart", "/tests/1/cart"),
        ("unknown-field", "/tests/1/context/weather"),
        ("nothing-expected", "/tests/1/expected"),
        ("unknown-field", "/tests/1/skip"),
        ("duplicate-id", "/tests/1"),
    ] {
        assert!(faults(&answer).contains(&wanted), "{wanted:?} is not in {answer}");
    }
    let mut many = book(10_000, 2_000);
    many["tests"] = vec![book(0, 0)["tests"][0].clone(); 101].into();
    assert_eq!(faults(&Shop::default().publish(&many).1), [("too-many-tests", "/tests")]);
    // What pricing refuses in a test's cart is told at that test.
    let mut unknown = book(10_000, 2_000);
    unknown["tests"][1]["cart"][0]["sku"] = json!("MUG");
    assert_eq!(faults(&Shop::default().publish(&unknown).1), [("unknown-sku", "/tests/1/cart/0/sku")]);
}

fn carts() -> Value {
    json!([
        { "id": "large", "merchant": "willow", "currency": "CNY", "at": "2026-11-11T20:00:00+08:00",
          "lines": [{ "id": "1", "sku": "POT", "quantity": 2 }] },
        { "currency": "CNY", "at": "2026-11-11T20:00:00+08:00", "lines": [{ "id": "1", "sku": "CUP", "quantity": 1 }] },
        { "id": "new", "currency": "CNY", "at": "2026-11-11T20:00:00+08:00", "lines": [{ "id": "1", "sku": "MUG", "quantity": 1 }] },
    ])
}

const SIMULATE: &str = "/v1/merchants/willow/rulebook:simulate";

#[test]
fn a_draft_is_compared_with_the_current_rules() {
    let shop = Shop::of(&book(10_000, 2_000));
    let mut draft = book(10_000, 2_500);
    draft["priceLists"][0]["entries"]["MUG"] = json!(1_900);
    draft["promotions"].as_array_mut().unwrap().push(
        json!({ "id": "cups", "when": [{ "kind": "contains", "skus": ["CUP"] }], "gives": [{ "kind": "shipping-off" }] }),
    );
    let before = shop.store.keys();
    let answer = shop.post(SIMULATE, &json!({ "rulebook": draft, "carts": carts() }));
    assert_eq!(shop.store.keys(), before, "nothing is stored");
    let [large, cup, new] = answer["carts"].as_array().unwrap().as_slice() else { panic!("{answer}") };
    assert_eq!((&large["id"], &cup["id"]), (&json!("large"), &json!("1")));
    assert_eq!(large["current"]["totals"]["total"], money(11_000));
    assert_eq!(large["draft"]["totals"]["total"], money(10_500));
    assert_eq!((&large["difference"]["discount"], &large["difference"]["total"]), (&money(500), &money(-500)));
    assert_eq!(large["promotions"][0]["current"]["amount"], money(2_000));
    assert_eq!(large["promotions"][0]["draft"]["amount"], money(2_500));
    assert_eq!(cup["difference"]["shippingDiscount"], money(1_000));
    assert_eq!((&cup["promotions"][0]["id"], &cup["promotions"][0]["current"]), (&json!("cups"), &Value::Null));
    // What is not sold yet has no difference, but a reason.
    assert_eq!(new["current"]["faults"][0]["code"], "unknown-sku");
    assert_eq!((&new["draft"]["totals"]["total"], &new["difference"]), (&money(2_900), &Value::Null));
    let totals = &answer["totals"];
    assert_eq!((&totals["carts"], &totals["changed"], &totals["compared"]), (&json!(3), &json!(3), &json!(2)));
    assert_eq!(totals["difference"]["total"], money(-1_500));
    assert_eq!(totals["current"]["total"], money(11_000 + 3_500));
    // Its own tests are told, not enforced.
    assert_eq!((&answer["tests"]["passed"], &answer["tests"]["failed"]), (&json!(0), &json!(2)));
    assert_eq!(answer["tests"]["faults"][0]["pointer"], "/rulebook/tests/0/expected/lines/0/discounts/0/amount");
}

/// A cart of so many lines.
fn long_cart(lines: usize) -> Value {
    let line = |number: usize| json!({ "id": format!("line-{number}"), "sku": "POT", "quantity": 1 });
    json!({ "currency": "CNY", "lines": (0..lines).map(line).collect::<Vec<Value>>() })
}

#[test]
fn as_many_lines_as_may_be_are_simulated() {
    let shop = Shop::of(&book(10_000, 2_000));
    // Every line differs, or none.
    let carts: Vec<Value> = vec![long_cart(10); 500];
    let mut bytes = Vec::new();
    for (draft, changed, lines) in [(book(10_000, 1_000), 500, 10), (book(10_000, 2_000), 0, 0)] {
        let answer = shop.post(SIMULATE, &json!({ "rulebook": draft, "carts": carts }));
        assert_eq!((&answer["totals"]["compared"], &answer["totals"]["changed"]), (&json!(500), &json!(changed)));
        let told = |side: &str| answer["carts"][499][side]["lines"].as_array().unwrap().len();
        assert_eq!((told("current"), told("draft")), (lines, lines));
        bytes.push(answer.to_string().len());
    }
    // An answer may have 8 MiB.
    assert!(bytes[0] < 6 << 20 && bytes[1] < bytes[0] / 2, "{bytes:?}");
}

#[test]
fn what_cannot_be_simulated_is_said() {
    let shop = Shop::default();
    let first = shop.post(SIMULATE, &json!({ "rulebook": book(10_000, 2_000), "carts": carts() }));
    assert_eq!((&first["current"], &first["carts"][0]["current"]), (&Value::Null, &Value::Null));
    assert_eq!(first["tests"]["passed"], 2);
    let cart = &carts()[1];
    for (body, wanted) in [
        (
            json!({ "rulebook": book(10_000, -5), "carts": [cart] }),
            ("out-of-range", "/rulebook/promotions/0/gives/0/amount"),
        ),
        (json!({ "rulebook": book(10_000, 5), "carts": [] }), ("empty-list", "/carts")),
        (json!({ "rulebook": book(10_000, 5), "carts": vec![cart; 501] }), ("too-many-carts", "/carts")),
        (json!({ "rulebook": book(10_000, 5), "carts": vec![long_cart(500); 11] }), ("too-many-lines", "/carts")),
        (json!({ "rulebook": book(10_000, 5) }), ("missing-field", "/carts")),
        (
            json!({ "rulebook": book(10_000, 5), "carts": [{ "currency": "CNY", "lines": [{ "id": "1" }] }] }),
            ("missing-field", "/carts/0/lines/0/sku"),
        ),
    ] {
        let (status, answer) = shop.send("POST", SIMULATE, &body);
        assert_eq!(status, 422, "{answer}");
        assert!(faults(&answer).contains(&wanted), "{wanted:?} is not in {answer}");
    }
    assert_eq!(shop.send_as("other", "POST", SIMULATE, &json!({})).0, 401);
}

#[test]
fn inline_rules_have_two_thousand_promotions_at_most() {
    let of = |count: usize| {
        let each = |n: usize| json!({ "id": format!("p{n}"), "gives": [{ "kind": "amount-off", "amount": 1 }] });
        let promotions: Vec<Value> = (0..count).map(each).collect();
        json!({ "rules": { "format": "pushcart-rulebook/1", "currency": "CNY", "promotions": promotions }, "currency": "CNY",
                "lines": [{ "id": "1", "sku": "POT", "quantity": 3, "unitPrice": money(1_000) }] })
    };
    let shop = Shop::default();
    assert_eq!(shop.post("/v1/promotions/evaluate", &of(2_000))["totals"]["discount"], money(2_000));
    let (status, answer) = shop.send("POST", "/v1/promotions/evaluate", &of(2_001));
    assert_eq!((status, faults(&answer)), (422, vec![("too-many-inline-promotions", "/rules/promotions")]));
}

#[test]
fn a_document_is_told_all_that_is_wrong_with_it_at_once() {
    let (status, answer) = Shop::default().publish(&json!({
        "format": "pushcart-rulebook/1", "currency": "CNY", "timeZone": "Mars/Olympus",
        "catalogue": { "products": [{ "sku": "POT", "title": { "en": "Pot" }, "floor": 7000 }] },
        "priceLists": [{ "id": "base", "entries": { "POT": 6000, "CUP": { "mode": "all-units", "tiers": [{ "from": 1, "to": 5, "price": 9 }, { "from": 5, "price": 8 }] } } }],
        "promotions": [
            { "id": "a", "after": ["b"], "gives": [{ "kind": "percent-off", "basisPoints": -5 }] },
            { "id": "b", "after": ["a"], "gives": [{ "kind": "ladder", "by": "subtotal", "tiers": [{ "from": 0, "to": 10, "amount": 1 }, { "from": 10, "amount": 2 }] }] },
        ],
    }));
    assert_eq!(status, 422);
    for wanted in [
        ("unknown-time-zone", "/timeZone"),
        ("floor-above-price", "/priceLists/0/entries/POT"),
        ("unknown-sku", "/priceLists/0/entries/CUP"),
        ("overlapping-tiers", "/priceLists/0/entries/CUP/tiers/1"),
        ("negative-percentage", "/promotions/0/gives/0/basisPoints"),
        ("overlapping-tiers", "/promotions/1/gives/0/tiers/1"),
    ] {
        assert!(faults(&answer).contains(&wanted), "{wanted:?} is not in {answer}");
    }
    assert!(faults(&answer).iter().any(|(code, _)| *code == "cycle"), "{answer}");
}

/// Rules on reductions, products that are reduced already, and a promotion for those who come from a text.
fn said(law: &str) -> Value {
    json!({
        "format": "pushcart-rulebook/1", "currency": "CNY", "timeZone": "Asia/Shanghai",
        "priceLists": [{ "id": "base", "entries": { "POT": 6000, "CUP": 2500 } },
                       { "id": "sale", "kind": "sale", "entries": { "CUP": 2000 } }],
        "shipping": { "methods": [{ "id": "post", "charge": 1000 }] },
        "pricing": { "priorPrice": [{ "id": law, "law": law }] },
        "promotions": [
            { "id": "new", "gives": [{ "kind": "percent-off", "basisPoints": 1000, "of": { "notReduced": true } }] },
            { "id": "post", "when": [{ "kind": "content-tag", "anyOf": ["hashtag:tea"] }],
              "gives": [{ "kind": "amount-off", "amount": 300 }] },
        ],
    })
}

#[test]
fn a_simulation_says_what_a_quote_says() {
    let shop = Shop::of(&said("eu"));
    let past = |at: &str, price: i64| json!({ "sku": "POT", "at": at, "price": money(price) });
    let low = [past("2026-09-01T00:00:00+08:00", 6_000), past("2026-10-20T00:00:00+08:00", 5_000)];
    let text = json!({ "text": "Worth it #tea" });
    let mut changed = Vec::new();
    for (history, content) in [(&low[..0], None), (&low[..1], None), (&low[..], Some(&text))] {
        let mut cart = json!({ "merchant": "willow", "currency": "CNY", "at": "2026-11-11T20:00:00+08:00",
            "lines": [{ "id": "1", "sku": "POT", "quantity": 1 }, { "id": "2", "sku": "CUP", "quantity": 2 }],
            "priceHistory": history });
        content.iter().for_each(|content| cart["content"] = (*content).clone());
        let quote = shop.post("/v1/quote", &cart);
        let answer = shop.post(SIMULATE, &json!({ "rulebook": said("eu"), "carts": [cart] }));
        for side in ["current", "draft"] {
            let found = &answer["carts"][0][side];
            for (name, sum) in found["totals"].as_object().unwrap() {
                assert_eq!(sum, &quote["totals"][name], "{side} {name}");
            }
            assert_eq!(found["priceEvents"], quote["priceEvents"], "{side}");
            let lines = quote["lines"].as_array().unwrap();
            let told = lines.iter().filter(|line| !line["references"].as_array().is_none_or(Vec::is_empty));
            let told: Vec<Value> =
                told.map(|line| json!({ "line": line["id"], "references": line["references"] })).collect();
            assert_eq!(found["claims"], Value::from(told), "{side}");
        }
        changed.push(answer["totals"]["changed"].clone());
        // Under other rules on reductions it costs the same, and other things may be said of it.
        let other = shop.post(SIMULATE, &json!({ "rulebook": said("cn"), "carts": [cart] }));
        assert_eq!((&other["totals"]["changed"], &other["totals"]["difference"]["total"]), (&json!(1), &money(0)));
        // Only what is not reduced already is reduced by the tenth, and what the text earns is taken off.
        let off = if content.is_some() { 600 + 300 } else { 600 };
        assert_eq!(answer["carts"][0]["draft"]["totals"]["discount"], money(off));
    }
    assert_eq!(changed, [0, 0, 0]);
}

#[test]
fn a_request_for_a_quote_is_read_alike_wherever_it_is_sent() {
    let shop = Shop::of(&said("eu"));
    let cart = json!({ "merchant": "willow", "currency": "CNY", "at": "2026-11-11T20:00:00+08:00",
                       "lines": [{ "id": "1", "sku": "POT", "quantity": 1 }] });
    let decision = shop.post("/v1/quote", &cart)["record"]["decision"].clone();
    let past = json!([{ "sku": "POT", "at": "yesterday", "price": 5, "by": "me" }]);
    type Row<'a> = (&'a str, Value, &'a [(&'a str, &'a str)]);
    let table: [Row<'_>; 8] = [
        (
            "priceHistory",
            past,
            &[
                ("invalid-instant", "/priceHistory/0/at"),
                ("unknown-field", "/priceHistory/0/by"),
                ("wrong-type", "/priceHistory/0/price"),
            ],
        ),
        ("priceHistory", json!({}), &[("wrong-type", "/priceHistory")]),
        ("content", json!("tea"), &[("wrong-type", "/content")]),
        ("content", json!({ "text": "a", "title": "b" }), &[("unknown-field", "/content/title")]),
        ("explain", json!("yes"), &[("wrong-type", "/explain")]),
        ("hints", json!(11), &[("out-of-range", "/hints")]),
        ("merchant", json!("Willow!"), &[("invalid-merchant", "/merchant")]),
        ("history_", json!([]), &[("unknown-field", "/history_")]),
    ];
    for (name, value, wanted) in table {
        let mut cart = cart.clone();
        cart[name] = value;
        let returns = json!([{ "line": "1", "quantity": 1 }]);
        for (path, below, body) in [
            ("/v1/quote", "", cart.clone()),
            (SIMULATE, "/carts/0", json!({ "rulebook": said("eu"), "carts": [cart] })),
            ("/v1/refund", "/cart", json!({ "decision": decision, "returns": returns, "cart": cart })),
        ] {
            let (status, answer) = shop.send("POST", path, &body);
            let found: Vec<(&str, String)> =
                wanted.iter().map(|(code, pointer)| (*code, format!("{below}{pointer}"))).collect();
            let found: Vec<(&str, &str)> = found.iter().map(|(code, pointer)| (*code, pointer.as_str())).collect();
            assert_eq!((status, faults(&answer)), (422, found), "{path} {name}");
        }
    }
    // Past prices belong into the request of the quote, nowhere else.
    let beside = json!({ "decision": decision, "returns": [], "priceHistory": [] });
    assert_eq!(faults(&shop.send("POST", "/v1/refund", &beside).1), [("unknown-field", "/priceHistory")]);
    let beside = json!({ "rulebook": said("eu"), "carts": [cart], "priceHistory": [] });
    assert_eq!(faults(&shop.send("POST", SIMULATE, &beside).1), [("unknown-field", "/priceHistory")]);
}

//! Publishing: what is written is what is read, versions are named by their digests, and pages of the merchant alone may
//! read its answers.

use serde_json::{Value, json};
use tests::app::App;
use tests::samples;

const RULEBOOK: &str = "/v1/merchants/cedar/rulebook";

fn rules(comment: &str) -> Value {
    let mut rules: Value = serde_json::from_str(include_str!("../../fixtures/small.json")).unwrap();
    rules["comment"] = json!(comment);
    rules
}

fn cart(merchant: &str) -> Value {
    json!({ "merchant": merchant, "currency": "CNY", "lines": [{ "id": "1", "sku": "TEA", "quantity": 3 }] })
}

#[test]
fn what_was_published_is_read_back_and_used_at_once() {
    let app = App::up().unwrap();
    let (mut cedar, mut anybody) = (app.publisher("cedar"), app.client());
    let mut digests = Vec::new();
    for comment in ["first", "second", "first"] {
        let rules = rules(comment);
        let published = cedar.put(RULEBOOK, &rules).unwrap();
        assert_eq!(published.status, 200, "{}", published.text());
        let digest = published.json()["digest"].as_str().unwrap().to_owned();
        assert_eq!(digest, commerce::digest::of(rules.to_string().as_bytes()));
        let tag = format!("\"{digest}\"");
        assert_eq!(published.header("etag"), Some(tag.as_str()));
        let read = cedar.get(RULEBOOK).unwrap();
        assert_eq!((read.status, read.header("etag"), read.text()), (200, Some(tag.as_str()), rules.to_string()));
        let quote = anybody.post("/v1/quote", &cart("cedar")).unwrap();
        assert_eq!((quote.status, &quote.json()["record"]["rules"]), (200, &json!(digest)), "{}", quote.text());
        digests.push(digest);
    }
    assert_eq!((digests[0] == digests[2], digests[0] == digests[1]), (true, false));
    // By hand: 3 × 10.00 − 10 % + 8.00 of shipping.
    let totals = anybody.post("/v1/quote", &cart("cedar")).unwrap().json()["totals"].clone();
    let amounts = ["subtotal", "discount", "shipping", "total"].map(|name| totals[name]["amount"].as_i64());
    assert_eq!(amounts, [Some(3000), Some(300), Some(800), Some(3500)]);
}

#[test]
fn a_condition_on_the_version_is_kept() {
    let app = App::up().unwrap();
    let mut cedar = app.publisher("cedar");
    let json = ("content-type", "application/json");
    let mut put = |header: (&str, &str), comment: &str| {
        let answer = cedar.send("PUT", RULEBOOK, &[json, header], rules(comment).to_string().as_bytes()).unwrap();
        (answer.status, answer.code(), answer.header("etag").unwrap_or_default().to_owned())
    };
    let refused = || (412, "precondition-failed".to_owned(), String::new());
    assert_eq!(put(("if-match", "*"), "none is there yet"), refused());
    let (status, _, first) = put(("if-none-match", "*"), "first");
    assert_eq!(status, 200);
    assert_eq!(put(("if-none-match", "*"), "another first"), refused());
    assert_eq!(put(("if-match", "\"sha256:0\""), "lost update"), refused());
    assert_eq!(put(("if-match", &format!("W/{first}")), "only strong tags name a version"), refused());
    let (status, _, second) = put(("if-match", &format!("\"sha256:0\", {first}")), "second");
    assert_eq!(status, 200);
    assert_eq!(put(("if-match", &first), "from what was"), refused());

    let mut get = |known: &str| {
        let answer = cedar.send("GET", RULEBOOK, &[("if-none-match", known)], b"").unwrap();
        assert_eq!(answer.header("etag"), Some(second.as_str()), "{known}");
        (answer.status, answer.body.is_empty())
    };
    for known in [&second, &format!("W/{second}"), &format!("{first}, {second}"), "*"] {
        assert_eq!(get(known), (304, true), "{known}");
    }
    assert_eq!(get(&first), (200, false));
}

#[test]
fn pages_of_the_merchant_alone_may_read_its_answers() {
    let app = App::up().unwrap();
    app.publisher("cedar").put(RULEBOOK, &rules("")).unwrap();
    let published = app.publisher("willow").put("/v1/merchants/willow/rulebook", &samples::rulebook()).unwrap();
    assert_eq!(published.status, 200, "{}", published.text());
    let mut client = app.client();
    let own = "https://shop.cedar.example";
    let mut wrong = cart("cedar");
    wrong["lines"][0]["sku"] = json!("MOON");
    let mut spoilt = cart("cedar");
    spoilt["lines"][0]["quantity"] = json!("3");
    let rows = [
        ("its own page", own, cart("cedar"), 200, true),
        ("a problem, to its own page", own, wrong, 422, true),
        ("a fault of form, to its own page", own, spoilt, 422, true),
        ("another page", "https://evil.example", cart("cedar"), 200, false),
        ("a page whose name begins the same", "https://shop.cedar.example.evil.example", cart("cedar"), 200, false),
        ("the same host without TLS", "http://shop.cedar.example", cart("cedar"), 200, false),
        ("a page without a name", "null", cart("cedar"), 200, false),
        ("another merchant's page", "https://shop.willow.example", cart("cedar"), 200, false),
        ("an unknown merchant's", own, cart("nobody"), 404, false),
    ];
    for (what, origin, cart, status, allowed) in rows {
        let headers = [("content-type", "application/json"), ("origin", origin)];
        let answer = client.send("POST", "/v1/quote", &headers, cart.to_string().as_bytes()).unwrap();
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        assert_eq!(answer.header("access-control-allow-origin"), allowed.then_some(origin), "{what}");
        assert_eq!(answer.header("access-control-allow-credentials"), None, "{what}");
        assert_eq!(answer.header("vary"), allowed.then_some("origin"), "{what}");
    }
    let asks = [
        ("origin", own),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    let preflight = client.send("OPTIONS", "/v1/quote", &asks, b"").unwrap();
    assert_eq!((preflight.status, preflight.body.len()), (204, 0));
    assert_eq!(preflight.header("access-control-allow-origin"), Some(own));
    assert!(preflight.header("access-control-allow-methods").unwrap().contains("POST"));
    assert!(preflight.header("access-control-allow-headers").unwrap().contains("content-type"));
    // Rules are for the merchant's servers: no page may read them.
    let read = app.publisher("cedar").send("GET", RULEBOOK, &[("origin", own)], b"").unwrap();
    assert_eq!((read.status, read.header("access-control-allow-origin")), (200, None));
}

#[test]
fn a_rulebook_larger_than_a_value_of_the_store_works_like_any_other() {
    let app = App::up().unwrap();
    let mut cedar = app.publisher("cedar");
    let mut large = rules("large");
    for number in 0..20_000 {
        let sku = format!("SKU-{number:05}");
        large["priceLists"][0]["entries"][&sku] = json!(100 + number);
        large["catalogue"]["products"].as_array_mut().unwrap().push(json!({
            "sku": sku, "categories": ["tea"], "title": { "en": format!("One of very many things, number {number}") }
        }));
    }
    let bytes = large.to_string();
    assert!(bytes.len() > 2 << 20, "{} bytes", bytes.len());
    let published = cedar.put(RULEBOOK, &large).unwrap();
    assert_eq!(published.status, 200, "{}", published.text());
    assert!(cedar.get(RULEBOOK).unwrap().text() == bytes);
    let mut cart = cart("cedar");
    cart["lines"] = (0..20_000)
        .step_by(997)
        .map(|number| json!({ "id": format!("{number}"), "sku": format!("SKU-{number:05}"), "quantity": 1 }))
        .collect();
    let quote = app.client().post("/v1/quote", &cart).unwrap();
    assert_eq!(quote.status, 200, "{}", quote.text());
    let subtotal: i64 = (0..20_000).step_by(997).map(|number| 100 + number).sum();
    assert_eq!(quote.json()["totals"]["subtotal"]["amount"], subtotal);
}

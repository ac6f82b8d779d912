//! What bad input gets: each kind of it its own status and code, a pointer where a place in the document is meant, and
//! never a 500.

use serde_json::{Value, json};
use std::io::Write as _;
use std::time::{Duration, Instant};
use tests::app::{App, Start};
use tests::client::{Answer, read};

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../fixtures/small.json")).unwrap()
}

fn cart() -> Value {
    json!({ "merchant": "cedar", "currency": "CNY", "at": "2026-11-11T20:05:00+08:00",
            "shopper": { "orders": { "count": 1, "spend": { "amount": 100, "currency": "CNY" } } },
            "lines": [{ "id": "1", "sku": "TEA", "quantity": 2 }, { "id": "2", "sku": "CUP", "quantity": 1 }] })
}

/// A running app in which cedar has published the fixture.
fn app() -> App {
    let app = Start::default().arguments(&["--body-timeout", "1s"]).up().unwrap();
    let published = app.publisher("cedar").put("/v1/merchants/cedar/rulebook", &fixture()).unwrap();
    assert_eq!(published.status, 200, "{}", published.text());
    app
}

/// Every problem is a document of the contract.
fn check(what: &str, answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{what}: {}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
    let problem = answer.json();
    assert_eq!(problem["status"], status, "{what}");
    for field in ["type", "title", "detail"] {
        assert!(problem[field].is_string(), "{what}: {field}");
    }
}

type Spoil = fn(&mut Value);

/// A cart with one thing wrong: what, how it is made wrong, the code and the place.
const CARTS: &[(&str, Spoil, &str, &str)] = &[
    ("a wrong type", |cart| cart["lines"][0]["quantity"] = json!("2"), "wrong-type", "/lines/0/quantity"),
    ("a list for an object", |cart| cart["shopper"] = json!([]), "wrong-type", "/shopper"),
    ("a fraction of a unit", |cart| cart["lines"][0]["quantity"] = json!(1.5), "wrong-type", "/lines/0/quantity"),
    (
        "a number too large for any type",
        |cart| cart["lines"][0]["quantity"] = json!(1e300),
        "wrong-type",
        "/lines/0/quantity",
    ),
    (
        "a number that is only a word",
        |cart| cart["lines"][0]["quantity"] = json!("NaN"),
        "wrong-type",
        "/lines/0/quantity",
    ),
    (
        "a place that is nowhere",
        |cart| cart["shopper"]["location"] = json!({ "lat": 91, "lon": 0 }),
        "place-outside-globe",
        "/shopper/location/lat",
    ),
    ("nothing of a thing", |cart| cart["lines"][0]["quantity"] = json!(0), "invalid-quantity", "/lines/0/quantity"),
    (
        "minus zero of a thing",
        |cart| cart["lines"][0]["quantity"] = json!(-0.0),
        "invalid-quantity",
        "/lines/0/quantity",
    ),
    (
        "a unit more than a line may have",
        |cart| cart["lines"][0]["quantity"] = json!(1_000_001),
        "invalid-quantity",
        "/lines/0/quantity",
    ),
    (
        "an amount beyond the bound",
        |cart| cart["shopper"]["orders"]["spend"]["amount"] = json!(9_007_199_254_740_992_i64),
        "out-of-range",
        "/shopper/orders/spend/amount",
    ),
    (
        "an amount below nothing",
        |cart| cart["shopper"]["orders"]["spend"]["amount"] = json!(-1),
        "out-of-range",
        "/shopper/orders/spend/amount",
    ),
    (
        "a product that overflows",
        |cart| cart["lines"][0] = json!({ "id": "1", "sku": "GOLD", "quantity": 2 }),
        "amount-overflow",
        "/lines/0/quantity",
    ),
    ("an unknown field", |cart| cart["lines"][1]["colour"] = json!("red"), "unknown-field", "/lines/1/colour"),
    ("an unknown field at the top", |cart| cart["total"] = json!(1), "unknown-field", "/total"),
    (
        "a field that is missing",
        |cart| {
            cart["lines"][0].as_object_mut().unwrap().remove("sku");
        },
        "missing-field",
        "/lines/0/sku",
    ),
    ("a line id that stands twice", |cart| cart["lines"][1]["id"] = json!("1"), "duplicate-line", "/lines/1"),
    ("a SKU that nobody sells", |cart| cart["lines"][1]["sku"] = json!("MOON"), "unknown-sku", "/lines/1/sku"),
    (
        "an amount in another currency",
        |cart| cart["shopper"]["orders"]["spend"]["currency"] = json!("USD"),
        "mixed-currencies",
        "/shopper/orders/spend/currency",
    ),
    ("what is no currency", |cart| cart["currency"] = json!("yuan"), "invalid-currency", "/currency"),
    ("an empty cart", |cart| cart["lines"] = json!([]), "empty-cart", "/lines"),
    (
        "501 lines",
        |cart| {
            cart["lines"] = (0..501).map(|id| json!({ "id": id.to_string(), "sku": "TEA", "quantity": 1 })).collect()
        },
        "too-many",
        "/lines",
    ),
    ("21 codes", |cart| cart["codes"] = (0..21).map(|code| json!(code.to_string())).collect(), "too-many", "/codes"),
    (
        "an identifier of 129 bytes",
        |cart| cart["lines"][0]["id"] = json!("x".repeat(129)),
        "out-of-range",
        "/lines/0/id",
    ),
    (
        "an identifier with a line break",
        |cart| cart["lines"][0]["id"] = json!("a\nb"),
        "invalid-identifier",
        "/lines/0/id",
    ),
    ("a moment without an offset", |cart| cart["at"] = json!("2026-11-11T20:05:00"), "invalid-instant", "/at"),
    ("a name that no merchant has", |cart| cart["merchant"] = json!("../cedar"), "invalid-merchant", "/merchant"),
];

#[test]
fn a_cart_with_one_thing_wrong_says_what_and_where() {
    let app = app();
    let mut client = app.client();
    let good = client.post("/v1/quote", &cart()).unwrap();
    assert_eq!(good.status, 200, "{}", good.text());
    for (what, spoil, code, pointer) in CARTS {
        let mut cart = cart();
        spoil(&mut cart);
        let answer = client.post("/v1/quote", &cart).unwrap();
        check(what, &answer, 422, code);
        let faults = answer.json()["faults"].clone();
        assert_eq!(faults.as_array().map(Vec::len), Some(1), "{what}: {faults}");
        assert_eq!((&faults[0]["code"], &faults[0]["pointer"]), (&json!(code), &json!(pointer)), "{what}");
    }
    // All at once, in the order of the document.
    let mut cart = cart();
    cart["colour"] = json!("red");
    cart["lines"] = json!([{ "id": "1", "sku": 7 }, { "id": "1", "sku": "CUP", "quantity": -1 }]);
    let answer = client.post("/v1/quote", &cart).unwrap();
    check("several faults", &answer, 422, "invalid-document");
    let faults = answer.json()["faults"].clone();
    let mut places: Vec<&str> =
        faults.as_array().unwrap().iter().map(|fault| fault["pointer"].as_str().unwrap()).collect();
    places.sort_unstable();
    assert_eq!(places, ["/colour", "/lines/0/quantity", "/lines/0/sku", "/lines/1/quantity"], "{faults}");
    // None of it hurt anybody.
    assert_eq!(client.post("/v1/quote", &super::refusals::cart()).unwrap(), good);
    assert_eq!(app.counter("pushcart_instances_retired_total{cause=\"failed\"}").unwrap(), 0);
}

#[test]
fn a_body_that_is_no_document_says_why() {
    let app = app();
    let mut client = app.client();
    let text = cart().to_string();
    let with = |from: &str, to: &str| text.replacen(from, to, 1).into_bytes();
    let not_a_number = with("\"quantity\":2", "\"quantity\":NaN");
    let not_finite = with("\"quantity\":2", "\"quantity\":1e999");
    let twice = with("\"currency\":\"CNY\"", "\"currency\":\"CNY\",\"currency\":\"CNY\"");
    let deep = format!("{}1{}", "[".repeat(33), "]".repeat(33)).into_bytes();
    assert_ne!(not_a_number, text.as_bytes());
    let json = "application/json";
    let rows: &[(&str, &str, &[u8], u16, &str)] = &[
        ("nothing", json, b"", 400, "malformed-json"),
        ("half a document", json, &text.as_bytes()[..text.len() / 2], 400, "malformed-json"),
        ("more than a document", json, &[text.as_bytes(), b"{}"].concat(), 400, "malformed-json"),
        ("NaN", json, &not_a_number, 400, "malformed-json"),
        ("a number beyond all", json, &not_finite, 400, "malformed-json"),
        ("half a surrogate pair", json, br#"{"merchant":"\ud800"}"#, 400, "unpaired-surrogate"),
        ("a byte order mark", json, &[b"\xef\xbb\xbf", text.as_bytes()].concat(), 400, "malformed-json"),
        ("what is not UTF-8", json, b"{\"merchant\":\"\xff\"}", 400, "invalid-utf-8"),
        ("a field that stands twice", json, &twice, 400, "duplicate-field"),
        ("33 lists in each other", json, &deep, 400, "json-too-deep"),
        ("a list", json, b"[]", 422, "wrong-type"),
        ("a form", "application/x-www-form-urlencoded", b"merchant=cedar", 415, "unsupported-media-type"),
        ("text", "text/plain", text.as_bytes(), 415, "unsupported-media-type"),
        ("no type", "", text.as_bytes(), 415, "unsupported-media-type"),
    ];
    for (what, media, body, status, code) in rows {
        let headers = [("content-type", *media)];
        let answer = client.send("POST", "/v1/quote", if media.is_empty() { &[] } else { &headers }, body).unwrap();
        check(what, &answer, *status, code);
    }
    let headers = [("content-type", "Application/JSON; charset=utf-8")];
    assert_eq!(client.send("POST", "/v1/quote", &headers, text.as_bytes()).unwrap().status, 200);
}

#[test]
fn a_body_has_an_end_and_a_bound() {
    let app = app();
    let mut client = app.client();
    let json = [("content-type", "application/json")];
    let mut body = cart().to_string().into_bytes();
    body.resize(1 << 20, b' ');
    assert_eq!(client.send("POST", "/v1/quote", &json, &body).unwrap().status, 200);
    body.push(b' ');
    check("1 MiB + 1", &client.send("POST", "/v1/quote", &json, &body).unwrap(), 413, "body-too-large");
    // Records of many orders are larger: the host lets in what the contract takes.
    for (path, code) in [
        ("/v1/referrals/models", "invalid-document"),
        ("/v1/referrals/clawback", "missing-field"),
        ("/v1/referrals/statement", "invalid-document"),
    ] {
        let mut records = b"{}".to_vec();
        records.resize(8 << 20, b' ');
        check(path, &client.send("POST", path, &json, &records).unwrap(), 422, code);
        records.push(b' ');
        check("8 MiB + 1", &client.send("POST", path, &json, &records).unwrap(), 413, "body-too-large");
    }

    let head = "POST /v1/quote HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let mut endless = client.connect().unwrap();
    let mut sender = endless.get_ref().try_clone().unwrap();
    write!(sender, "{head}transfer-encoding: chunked\r\n\r\n").unwrap();
    // Bounded, so that a host which reads on fails the test and not the machine.
    let sending = std::thread::spawn(move || {
        let chunk = format!("1000\r\n{}\r\n", " ".repeat(4096));
        (0..16_384).take_while(|_| sender.write_all(chunk.as_bytes()).is_ok()).count()
    });
    check("a body that never ends", &read(&mut endless, false).unwrap(), 413, "body-too-large");
    drop(endless);
    assert!(sending.join().unwrap() < 16_384, "64 MiB were read");

    let began = Instant::now();
    let mut stuck = client.connect().unwrap();
    write!(stuck.get_mut(), "{head}content-length: 100\r\n\r\n{{").unwrap();
    check("a body that never comes", &read(&mut stuck, false).unwrap(), 408, "body-timeout");
    assert!(began.elapsed() < Duration::from_secs(10));
    let mut trickle = client.connect().unwrap();
    let mut sender = trickle.get_ref().try_clone().unwrap();
    write!(sender, "{head}content-length: 1000\r\n\r\n").unwrap();
    std::thread::spawn(move || {
        for _ in 0..100 {
            std::thread::sleep(Duration::from_millis(50));
            if sender.write_all(b" ").is_err() {
                break;
            }
        }
    });
    check("a body that trickles", &read(&mut trickle, false).unwrap(), 408, "body-timeout");
    assert_eq!(client.post("/v1/quote", &cart()).unwrap().status, 200);
}

#[test]
fn who_may_not_and_what_is_not_there_have_codes_of_their_own() {
    let app = app();
    let mut client = app.client();
    let quote = |merchant: &str| {
        let mut cart = cart();
        cart["merchant"] = json!(merchant);
        cart.to_string()
    };
    let (unknown, unpublished, rules) = (quote("nobody"), quote("willow"), fixture().to_string());
    let (cedar, willow) = ("Bearer cedar-token", "Bearer willow-token");
    let rulebook = |merchant: &str| format!("/v1/merchants/{merchant}/rulebook");
    let rows: &[(&str, &str, &str, &str, &str, u16, &str)] = &[
        ("an unknown merchant", "POST", "/v1/quote", "", &unknown, 404, "unknown-merchant"),
        ("an unpublished rulebook", "POST", "/v1/quote", "", &unpublished, 404, "unpublished-rulebook"),
        ("an unpublished rulebook to read", "GET", &rulebook("willow"), willow, "", 404, "unpublished-rulebook"),
        ("no token", "PUT", &rulebook("cedar"), "", &rules, 401, "unauthorized"),
        ("a wrong token", "PUT", &rulebook("cedar"), "Bearer cedar-toke", &rules, 401, "unauthorized"),
        ("another merchant's token", "PUT", &rulebook("cedar"), willow, &rules, 401, "unauthorized"),
        ("another scheme", "PUT", &rulebook("cedar"), "Basic cedar-token", &rules, 401, "unauthorized"),
        ("a wrong token to read", "GET", &rulebook("cedar"), willow, "", 401, "unauthorized"),
        ("a merchant without a token", "PUT", &rulebook("nobody"), cedar, &rules, 403, "publishing-disabled"),
        ("what is no merchant's name", "PUT", &rulebook("Cedar"), cedar, &rules, 422, "invalid-merchant"),
        (
            "a merchant's name that climbs",
            "PUT",
            "/v1/merchants/%2e%2e/rulebook",
            cedar,
            &rules,
            422,
            "invalid-merchant",
        ),
        ("a wrong method", "DELETE", &rulebook("cedar"), cedar, "", 405, "method-not-allowed"),
        ("a wrong method to quote", "GET", "/v1/quote", "", "", 405, "method-not-allowed"),
        ("a path that leads nowhere", "GET", "/v1/quotes", "", "", 404, "unknown-route"),
        ("a path that goes on", "POST", "/v1/quote/", "", &unknown, 404, "unknown-route"),
    ];
    for (what, method, path, token, body, status, code) in rows {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend((!token.is_empty()).then_some(("authorization", *token)));
        let answer = client.send(method, path, &headers, body.as_bytes()).unwrap();
        check(what, &answer, *status, code);
        let has = |name: &str| answer.header(name).is_some();
        assert_eq!((has("www-authenticate"), has("allow")), (*status == 401, *status == 405), "{what}");
    }
    assert_eq!(client.send("DELETE", &rulebook("cedar"), &[], b"").unwrap().header("allow"), Some("PUT, GET"));
    let closed = Start::default().tokens("").up().unwrap();
    let answer = closed.publisher("cedar").put(&rulebook("cedar"), &fixture()).unwrap();
    check("no token configured", &answer, 403, "publishing-disabled");
}

#[test]
fn a_rulebook_with_faults_names_them_all_and_changes_nothing() {
    let app = app();
    let mut client = app.publisher("cedar");
    let before = client.get("/v1/merchants/cedar/rulebook").unwrap();
    let mut rules = fixture();
    rules["format"] = json!("pushcart-rulebook/9");
    rules["origins"] = json!(["shop.example"]);
    rules["colour"] = json!("red");
    rules["priceLists"][0]["entries"]["TEA"] = json!(-1);
    rules["priceLists"][0]["entries"]["MOON"] = json!(1);
    rules["promotions"][0]["gives"][0]["basisPoints"] = json!(10_001);
    let answer = client.put("/v1/merchants/cedar/rulebook", &rules).unwrap();
    check("several faults", &answer, 422, "invalid-document");
    let faults = answer.json()["faults"].clone();
    for (pointer, code) in [
        ("/format", "unknown-value"),
        ("/origins/0", "invalid-origin"),
        ("/colour", "unknown-field"),
        ("/priceLists/0/entries/TEA", "out-of-range"),
        ("/priceLists/0/entries/MOON", "unknown-sku"),
        ("/promotions/0/gives/0/basisPoints", "out-of-range"),
    ] {
        let named = faults.as_array().unwrap().iter().any(|fault| fault["pointer"] == pointer && fault["code"] == code);
        assert!(named, "{pointer} {code}: {faults}");
    }
    assert_eq!(client.get("/v1/merchants/cedar/rulebook").unwrap().text(), before.text());
}

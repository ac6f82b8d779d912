//! What is refused: each with its own code, at its place, all faults at once.

use super::{Shop, click, money, rulebook, sale};
use serde_json::{Value, json};

#[test]
fn bad_sales() {
    let shop = Shop::open();
    let touch = |name: &str, value: Value| {
        let mut touch = click("kol");
        touch[name] = value;
        json!({ "touches": [touch] })
    };
    let named = |id: &str| {
        let mut touch = click("kol");
        touch["id"] = json!(id);
        touch
    };
    let line = json!({ "id": "1", "sku": "TEA", "quantity": 1, "net": money(1) });
    // (fields of the sale) and (code, pointer)
    let table = [
        (json!({ "touches": vec![click("kol"); 1_001] }), "too-many-touches", "/touches"),
        (json!({ "touches": [named("t"), named("u"), named("t")] }), "duplicate-touch", "/touches/2/id"),
        (json!({ "lines": [line, line] }), "duplicate-line", "/lines/1/id"),
        (json!({ "partners": [{ "id": "a" }, { "id": "a" }] }), "duplicate-partner", "/partners/1/id"),
        (
            json!({ "partners": [{ "id": "a", "parent": "b" }, { "id": "b", "parent": "a" }] }),
            "cyclic-chain",
            "/partners/0/parent",
        ),
        (touch("kind", json!("hover")), "unknown-value", "/touches/0/kind"),
        (touch("at", json!("10000-01-01T00:00:00Z")), "invalid-instant", "/touches/0/at"),
        (touch("referer", json!("kol")), "unknown-field", "/touches/0/referer"),
        (touch("consent", json!("yes")), "wrong-type", "/touches/0/consent"),
        (touch("fingerprints", json!({ "device": "" })), "out-of-range", "/touches/0/fingerprints/device"),
        (
            json!({ "lines": [{ "id": "1", "sku": "TEA", "quantity": 1, "net": { "amount": 1, "currency": "EUR" } }] }),
            "mixed-currencies",
            "/lines/0/net/currency",
        ),
        (json!({ "binding": { "referrer": "kol" } }), "missing-field", "/binding/since"),
    ];
    for (fields, code, pointer) in table {
        let faults = shop.refused("attribute", &sale(&json!({ "binding": {} }), &fields));
        assert!(faults.contains(&(code.to_owned(), pointer.to_owned())), "{code} {pointer}: {faults:?}");
    }
    // A thousand touches are taken.
    shop.ask("attribute", &sale(&json!({}), &json!({ "touches": vec![click("kol"); 1_000] })));
}

#[test]
fn bad_programmes_change_nothing_and_unlawful_ones_are_told_the_article() {
    let shop = Shop::open();
    shop.publish(&json!({ "commission": { "rates": [500] } }));
    // (programme) and (code, pointer)
    let table = [
        (json!({ "model": { "kind": "timeDecay", "halfLife": 0 } }), "half-life-not-positive", "/model/halfLife"),
        (json!({ "model": { "kind": "timeDecay", "halfLife": -7 } }), "half-life-not-positive", "/model/halfLife"),
        (json!({ "commission": { "rates": [6_000, 4_001] } }), "rates-above-whole", "/commission/rates"),
        (
            json!({ "commission": { "rates": [1_000], "categories": { "tea": [6_000, 3_000] }, "leader": 1_001 } }),
            "rates-above-whole",
            "/commission/leader",
        ),
        (json!({ "partners": { "a": { "parent": "a" } } }), "cyclic-chain", "/partners/a"),
        (json!({ "commission": { "rates": [1_000, 500, 200] } }), "more-than-two-tiers", "/commission/rates"),
        (
            json!({ "commission": { "recruitmentReward": 100 } }),
            "reward-for-recruiting",
            "/commission/recruitmentReward",
        ),
        (json!({ "headcountReward": { "people": 30 } }), "reward-for-headcount", "/headcountReward"),
        (json!({ "entryFee": 99 }), "entry-fee", "/entryFee"),
        (
            json!({ "commission": { "rates": [1_000, 200], "uplineOwnSales": false } }),
            "reward-on-team-volume",
            "/commission/uplineOwnSales",
        ),
    ];
    for (programme, code, pointer) in table {
        let answer = shop.send("PUT", "/v1/merchants/willow/rulebook", "willow-token", &rulebook(&programme));
        assert_eq!((answer.status, answer.code().as_str()), (422, code), "{programme}");
        let fault = &answer.json()["faults"][0];
        assert_eq!(fault["pointer"], format!("/referral{pointer}"), "{programme}");
        let lawful = ["half-life", "rates", "cyclic"].iter().any(|start| code.starts_with(start));
        let detail = fault["detail"].as_str().unwrap();
        assert!(lawful || detail.contains("禁止传销条例 Art. 7") && detail.contains("not legal advice"), "{detail}");
        assert_eq!(code == "more-than-two-tiers", detail.contains("公通字〔2013〕37号"), "{detail}");
    }
    let kept = shop.ask(
        "attribute",
        &json!({ "merchant": "willow", "currency": "CNY", "at": "2026-11-11T20:00:00+08:00", "touches": [click("kol")],
        "lines": [{ "id": "1", "sku": "TEA", "quantity": 1, "net": money(10_000) }] }),
    );
    assert_eq!(super::paid(&kept), [("kol", 500)]);
}

#[test]
fn bad_paths_links_returns_and_months() {
    let shop = Shop::open();
    let row = |path: Value| json!({ "currency": "CNY", "rows": [{ "path": path, "conversions": 1 }] });
    let month = |fields: Value| {
        let mut body = json!({ "rules": rulebook(&json!({ "payout": { "withholding": { "kind": "cnPlatform" } } })), "currency": "CNY", "payee": "kol",
            "year": 2026, "month": 3, "closes": "2026-04-01T00:00:00+08:00" });
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let earlier = |number: u32| json!({ "month": number, "gross": money(1), "withheld": money(0) });
    let entry = json!({ "record": "r", "amount": money(1) });
    // (route, body) and (code, pointer)
    let table = [
        ("models", row(json!([])), "empty-path", "/rows/0/path"),
        ("models", row(json!(vec!["a"; 1_001])), "too-many", "/rows/0/path"),
        ("models", json!({ "currency": "CNY", "order": 4, "rows": [] }), "out-of-range", "/order"),
        (
            "models",
            json!({ "currency": "CNY", "rows": [{ "path": ["a"], "conversions": 0, "value": money(1) }] }),
            "value-without-conversion",
            "/rows/0/value",
        ),
        (
            "links",
            json!({ "merchant": "willow", "referrer": "kol", "channel": "live", "issued": "2026-11-11T00:00:00Z", "expires": "2026-11-10T00:00:00Z" }),
            "expires-before-issued",
            "/expires",
        ),
        ("links", json!({ "merchant": "Willow!", "token": "x" }), "invalid-merchant", "/merchant"),
        ("statement", month(json!({ "earlier": [earlier(3)] })), "month-not-earlier", "/earlier/0/month"),
        ("statement", month(json!({ "earlier": [earlier(1), earlier(1)] })), "duplicate-month", "/earlier/1/month"),
        ("statement", month(json!({ "entries": [entry, entry] })), "duplicate-record", "/entries/1/record"),
        ("statement", month(json!({ "entries": [{ "record": "r" }] })), "amount-or-decision", "/entries/0"),
        ("statement", month(json!({ "year": 2025, "entries": [entry] })), "schedule-not-in-force", "/month"),
    ];
    for (route, body, code, pointer) in table {
        let faults = shop.refused(route, &body);
        assert!(faults.contains(&(code.to_owned(), pointer.to_owned())), "{route} {code} {pointer}: {faults:?}");
    }
}

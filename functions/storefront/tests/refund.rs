//! From a quote to its returns: the decision that a quote freezes is sent back, and what is refunded is right to the cent.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod shop;

use serde_json::{Value, json};
use shop::{Shop, money};

/// A shop whose rulebook is published.
fn open(method: &str) -> Shop {
    Shop::of(&json!({
        "format": "pushcart-rulebook/1", "currency": "CNY",
        "priceLists": [{ "id": "base", "entries": { "POT": 6000, "CUP": 2500 } }],
        "pricing": { "refund": { "method": method, "shipping": "with-all" }, "priorPrice": [{ "id": "eu", "law": "eu" }] },
        "taxes": { "rates": [{ "rate": 1300 }] },
        "shipping": { "methods": [{ "id": "post", "charge": 1000 }] },
        "promotions": [{ "id": "100-20", "when": [{ "kind": "subtotal", "atLeast": 10000 }], "gives": [{ "kind": "amount-off", "amount": 2000 }] }],
    }))
}

fn cart() -> Value {
    json!({ "merchant": "willow", "currency": "CNY", "at": "2026-11-11T20:00:00+08:00",
            "lines": [{ "id": "1", "sku": "POT", "quantity": 1 }, { "id": "2", "sku": "CUP", "quantity": 2 }] })
}

#[test]
fn returns_one_by_one_give_what_one_return_gives() {
    // 60.00 and two of 25.00, 20.00 off from 100.00, 10.00 for shipping. A cup back, the other, the pot.
    for (method, expected) in [("pro-rata", [2_046, 2_045, 5_909]), ("re-evaluate", [500, 2_500, 7_000])] {
        let shop = open(method);
        let quote = shop.post("/v1/quote", &cart());
        assert_eq!(quote["totals"]["total"]["amount"], 10_000, "{quote}");
        let decision = &quote["record"]["decision"];
        assert_eq!(decision["policy"]["method"], method);
        let refund = |returns: Value| {
            shop.post("/v1/refund", &json!({ "decision": decision, "returns": returns, "cart": cart() }))
        };
        let first = refund(json!([{ "line": "2", "quantity": 1 }]));
        let given = &first["lines"][0]["amount"];
        let second = refund(json!([{ "line": "2", "quantity": 1, "before": 1, "refunded": given }]));
        let cups = given["amount"].as_i64().unwrap() + second["lines"][0]["amount"]["amount"].as_i64().unwrap();
        let third = refund(
            json!([{ "line": "1", "quantity": 1 }, { "line": "2", "quantity": 0, "before": 2, "refunded": money(cups) }]),
        );
        let totals = [&first, &second, &third].map(|answer| answer["total"]["amount"].as_i64().unwrap());
        assert_eq!(totals, expected, "{method}");
        let once = refund(json!([{ "line": "1", "quantity": 1 }, { "line": "2", "quantity": 2 }]));
        assert_eq!((&once["total"]["amount"], totals.iter().sum::<i64>()), (&json!(10_000), 10_000));
        assert_eq!(once["shipping"]["tax"]["amount"], 115);
    }
}

/// Two of what a presale sells for 100.00: a deposit of 10.00 each that counts for 30.00, so 160.00 is paid for both.
#[test]
fn what_a_deposit_counts_for_is_counted_for_what_is_kept_too() {
    let shop = Shop::of(&json!({
        "format": "pushcart-rulebook/1", "currency": "CNY",
        "priceLists": [{ "id": "base", "entries": { "A": 10_000 } }],
        "pricing": { "refund": { "method": "re-evaluate" }, "presales": [
            { "id": "double-11", "entries": { "A": { "deposit": 1_000, "countsFor": 3_000 } },
              "depositFrom": "2026-10-20T20:00:00+08:00", "depositUntil": "2026-11-01T00:00:00+08:00",
              "balanceFrom": "2026-11-11T00:00:00+08:00", "balanceUntil": "2026-11-12T00:00:00+08:00" }] },
    }));
    let cart = json!({ "merchant": "willow", "currency": "CNY", "at": "2026-10-25T20:00:00+08:00",
                       "lines": [{ "id": "1", "sku": "A", "quantity": 2 }] });
    let decision = shop.post("/v1/quote", &cart)["record"]["decision"].clone();
    assert_eq!(decision["lines"][0]["paid"], money(16_000));
    let refund = |returned: Value| {
        shop.post("/v1/refund", &json!({ "decision": decision, "returns": [returned], "cart": cart }))
    };
    let one = refund(json!({ "line": "1", "quantity": 1 }));
    let other = refund(json!({ "line": "1", "quantity": 1, "before": 1, "refunded": one["total"] }));
    assert_eq!((&one["total"], &other["total"]), (&money(8_000), &money(8_000)));
}

#[test]
fn what_cannot_be_refunded_is_said() {
    let shop = open("re-evaluate");
    let decision = shop.post("/v1/quote", &cart())["record"]["decision"].clone();
    let returns = json!([{ "line": "2", "quantity": 1 }]);
    let mut other = decision.clone();
    other["rules"] = json!("sha256:0");
    let mut fewer = cart();
    fewer["lines"][1]["quantity"] = json!(1);
    for (body, status, code) in [
        (json!({ "decision": decision, "returns": returns }), 422, "missing-field"),
        (
            json!({ "decision": decision, "returns": [{ "line": "2", "quantity": 3 }], "cart": cart() }),
            422,
            "returned-more-than-sold",
        ),
        (
            json!({ "decision": decision, "returns": [{ "line": "9", "quantity": 1 }], "cart": cart() }),
            422,
            "unknown-line",
        ),
        (json!({ "decision": decision, "returns": returns, "cart": fewer }), 422, "unlike-cart"),
        (json!({ "decision": other, "returns": returns, "cart": cart() }), 409, "conflict"),
        (json!({ "decision": decision, "returns": returns, "cart": cart(), "more": 1 }), 422, "unknown-field"),
    ] {
        let (found, answer) = shop.send("POST", "/v1/refund", &body);
        assert_eq!((found, answer["code"].as_str()), (status, Some(code)), "{answer}");
    }
}

#[test]
fn a_price_is_answered_with_what_may_be_said_of_it() {
    let shop = open("pro-rata");
    let answer = shop.post(
        "/v1/price",
        &json!({ "merchant": "willow", "currency": "CNY", "at": "2026-11-11T20:00:00+08:00",
                 "lines": [{ "id": "1", "sku": "POT", "quantity": 2, "claimedReference": money(9_900) }],
                 "history": [{ "sku": "POT", "at": "2026-10-01T00:00:00+08:00", "price": money(9_900) },
                             { "sku": "POT", "at": "2026-10-20T00:00:00+08:00", "price": money(7_500) },
                             { "sku": "POT", "at": "2026-10-21T00:00:00+08:00", "price": money(9_900) }] }),
    );
    let line = &answer["lines"][0];
    assert_eq!(
        (&line["unitPrice"], &line["subtotal"], &line["priceList"]),
        (&money(6_000), &money(12_000), &json!("base"))
    );
    assert_eq!((&line["tax"]["amount"], &answer["totals"]["taxIncluded"]), (&money(1_381), &money(1_381)));
    let reference = &line["references"][0];
    assert_eq!((&reference["strikeThrough"], &reference["percentBasisPoints"]), (&money(7_500), &json!(2_000)));
    assert_eq!(
        (&reference["breach"], &reference["statute"]),
        (&json!("reference-above-prior-price"), &json!("Directive 98/6/EC, Article 6a"))
    );
    assert_eq!(answer["shipping"][0]["chosen"], true);
}

/// A shop with products at 10.00 each and these promotions, and a quote of a cart with so many units of each.
fn quoted(method: &str, products: usize, units: u32, promotions: Value) -> (Shop, Value, Value) {
    let named = |place: usize| format!("P{place}");
    let entries: serde_json::Map<String, Value> = (0..products).map(|place| (named(place), json!(1_000))).collect();
    let shop = Shop::of(&json!({
        "format": "pushcart-rulebook/1", "currency": "CNY", "promotions": promotions,
        "priceLists": [{ "id": "base", "entries": entries }], "pricing": { "refund": { "method": method } },
    }));
    let line = |place: usize| json!({ "id": place.to_string(), "sku": named(place), "quantity": units });
    let cart = json!({ "merchant": "willow", "currency": "CNY", "at": "2026-11-11T20:00:00+08:00",
                       "lines": (0..products).map(line).collect::<Vec<_>>() });
    let decision = shop.post("/v1/quote", &cart)["record"]["decision"].clone();
    (shop, cart, decision)
}

#[test]
fn a_small_cart_is_looked_at_in_every_way_that_it_may_come_back() {
    // 120.00 with 50.00 off from 80.00: eight units kept cost the least, 30.00, and 40.00 of 70.00 come back.
    let ladder = json!([{ "id": "80-50", "when": [{ "kind": "subtotal", "atLeast": 8_000 }],
                          "gives": [{ "kind": "amount-off", "amount": 5_000 }] }]);
    let (shop, cart, decision) = quoted("re-evaluate", 12, 1, ladder);
    let refund = |returns: Vec<Value>| {
        let answer = shop.post("/v1/refund", &json!({ "decision": decision, "returns": returns, "cart": cart }));
        (answer["total"]["amount"].clone(), answer["exact"].clone())
    };
    let back = |line: usize| json!({ "line": line.to_string(), "quantity": 1 });
    assert_eq!(refund((0..8).map(back).collect()), (json!(4_000), json!(true)));
    assert_eq!(refund((0..12).map(back).collect()), (json!(7_000), json!(true)));
}

#[test]
fn a_large_cart_is_refunded_without_looking_at_what_cannot_be_cheap() {
    let percent =
        |place: usize| json!({ "id": format!("p{place}"), "gives": [{ "kind": "percent-off", "basisPoints": 100 }] });
    let (shop, cart, decision) = quoted("re-evaluate", 100, 127, (0..50).map(percent).collect());
    let began = std::time::Instant::now();
    let returns = json!([{ "line": "0", "quantity": 127 }]);
    let answer = shop.post("/v1/refund", &json!({ "decision": decision, "returns": returns, "cart": cart }));
    assert_eq!((&answer["exact"], &answer["total"]), (&json!(true), &decision["lines"][0]["paid"]));
    assert!(began.elapsed() < std::time::Duration::from_secs(2), "{:?}", began.elapsed());
}

/// What a deposit counts for is not said beforehand, and of forty lines some may be kept in a trillion ways.
#[test]
fn where_not_every_way_can_be_looked_at_the_answer_says_so_in_time() {
    let named = |place: usize| format!("P{place}");
    let entries: serde_json::Map<String, Value> = (0..40).map(|place| (named(place), json!(1_000 + place))).collect();
    let deposit = |place: usize| (named(place), json!({ "deposit": 100, "countsFor": 200 + place }));
    let deposits: serde_json::Map<String, Value> = (0..40).map(deposit).collect();
    let shop = Shop::of(&json!({
        "format": "pushcart-rulebook/1", "currency": "CNY", "priceLists": [{ "id": "base", "entries": entries }],
        "pricing": { "refund": { "method": "re-evaluate" }, "presales": [
            { "id": "double-11", "entries": deposits,
              "depositFrom": "2026-10-20T20:00:00+08:00", "depositUntil": "2026-11-01T00:00:00+08:00",
              "balanceFrom": "2026-11-11T00:00:00+08:00", "balanceUntil": "2026-11-12T00:00:00+08:00" }] },
    }));
    let line = |place: usize| json!({ "id": place.to_string(), "sku": named(place), "quantity": 1 });
    let cart = json!({ "merchant": "willow", "currency": "CNY", "at": "2026-10-25T20:00:00+08:00",
                       "lines": (0..40).map(line).collect::<Vec<_>>() });
    let decision = shop.post("/v1/quote", &cart)["record"]["decision"].clone();
    let began = std::time::Instant::now();
    let returns: Vec<Value> = (1..40).map(|line| json!({ "line": line.to_string(), "quantity": 1 })).collect();
    let answer = shop.post("/v1/refund", &json!({ "decision": decision, "returns": returns, "cart": cart }));
    let back: i64 = (1..40).map(|place| 1_000 + place - (100 + place)).sum();
    assert_eq!((&answer["exact"], &answer["total"]), (&json!(false), &money(back)));
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
}

/// Four to a box: what is kept of five where two come back counts as the four that could be bought.
#[test]
fn what_is_not_sold_in_so_few_units_is_kept_as_what_is() {
    let tiers = json!({ "mode": "all-units", "tiers": [{ "from": 4, "price": 1_000 }] });
    let shop = Shop::of(&json!({
        "format": "pushcart-rulebook/1", "currency": "CNY",
        "priceLists": [{ "id": "base", "entries": { "A": tiers } }], "pricing": { "refund": { "method": "re-evaluate" } },
    }));
    let cart = json!({ "merchant": "willow", "currency": "CNY", "at": "2026-10-25T20:00:00+08:00",
                       "lines": [{ "id": "1", "sku": "A", "quantity": 5 }] });
    let decision = shop.post("/v1/quote", &cart)["record"]["decision"].clone();
    let returns = json!([{ "line": "1", "quantity": 2 }]);
    let answer = shop.post("/v1/refund", &json!({ "decision": decision, "returns": returns, "cart": cart }));
    assert_eq!((&answer["total"], &answer["exact"]), (&money(1_000), &json!(true)));
}

#[test]
fn what_a_red_packet_paid_goes_back_to_its_purse() {
    let promotions = json!([
        { "id": "packet", "gives": [{ "kind": "red-packet", "id": "spring", "amount": 888 }] },
        { "id": "burn", "gives": [{ "kind": "points-burn", "minorPerStep": 1, "most": 500 }] },
        { "id": "earn", "gives": [{ "kind": "points-earn", "points": 1, "spend": 100 }] },
    ]);
    for method in ["pro-rata", "re-evaluate"] {
        let (shop, mut cart, _) = quoted(method, 1, 2, promotions.clone());
        cart["shopper"] = json!({ "points": 1_000 });
        let decision = shop.post("/v1/quote", &cart)["record"]["decision"].clone();
        assert_eq!(decision["tenders"], json!([{ "id": "spring", "amount": money(888) }]), "{decision}");
        assert_eq!((&decision["pointsBurned"], &decision["pointsEarned"]), (&json!(500), &json!(15)));
        let refund = |decision: &Value, returned: Value| {
            shop.post("/v1/refund", &json!({ "decision": decision, "returns": [returned], "cart": cart }))
        };
        let one = refund(&decision, json!({ "line": "0", "quantity": 1 }));
        let before = &one["lines"][0]["amount"];
        let other = refund(&decision, json!({ "line": "0", "quantity": 1, "before": 1, "refunded": before }));
        let once = refund(&decision, json!({ "line": "0", "quantity": 2 }));
        for (pointer, all) in [("/tenders/0/amount/amount", 888), ("/pointsReturned", 500), ("/pointsRevoked", 15)] {
            let parts = [&one, &other].map(|answer| answer.pointer(pointer).unwrap().as_i64().unwrap());
            assert_eq!((parts[0] + parts[1], once.pointer(pointer)), (all, Some(&json!(all))), "{method} {pointer}");
        }
        // A decision from before purses and points were told is still read.
        let mut old = decision.clone();
        old.as_object_mut()
            .unwrap()
            .retain(|name, _| !["tenders", "pointsBurned", "pointsEarned"].contains(&name.as_str()));
        let untold = refund(&old, json!({ "line": "0", "quantity": 2 }));
        assert_eq!((&untold["total"], untold.get("tenders")), (&once["total"], None));
    }
}

/// What a plugin gave is frozen with the sale: what is kept keeps its part of it, unit by unit, beside what the rules give.
#[test]
fn what_a_plugin_gave_stays_with_what_is_kept() {
    let threshold = json!([{ "id": "30-5", "when": [{ "kind": "subtotal", "atLeast": 3_000 }],
                             "gives": [{ "kind": "amount-off", "amount": 500 }] }]);
    let (shop, cart, mut decision) = quoted("re-evaluate", 2, 2, threshold);
    assert_eq!((&decision["lines"][0]["paid"], decision.get("proposals")), (&money(1_750), None));
    // 4.00 off the first line, as a plugin would have proposed it for the quote.
    decision["lines"][0]["paid"] = money(1_350);
    decision["proposals"] = json!([{ "id": "plugin:bundle", "lines": [{ "line": "0", "amount": money(400) }] }]);
    for (returned, expected) in [
        // 30.00 less 5.00 less 4.00 for the rest, or less 2.00 where one of its units comes back.
        (json!([{ "line": "1", "quantity": 1 }]), 3_100 - 2_100),
        (json!([{ "line": "0", "quantity": 1 }]), 3_100 - 2_300),
        (json!([{ "line": "0", "quantity": 2 }]), 1_100),
        (json!([{ "line": "0", "quantity": 2 }, { "line": "1", "quantity": 2 }]), 3_100),
    ] {
        let answer = shop.post("/v1/refund", &json!({ "decision": decision, "returns": returned, "cart": cart }));
        assert_eq!((&answer["total"], &answer["exact"]), (&money(expected), &json!(true)), "{returned}");
    }
    decision["proposals"][0]["lines"][0]["line"] = json!("9");
    let body = json!({ "decision": decision, "returns": [{ "line": "1", "quantity": 1 }], "cart": cart });
    let (status, answer) = shop.send("POST", "/v1/refund", &body);
    assert_eq!((status, shop::faults(&answer)), (422, vec![("unknown-line", "/decision/proposals/0/lines")]));
}

/// Who came from a text that earns a fifth off is refunded what was paid: what is kept keeps its fifth.
#[test]
fn what_a_text_earned_is_earned_by_what_is_kept_too() {
    let fifth = json!([{ "id": "fifth", "when": [{ "kind": "content-tag", "anyOf": ["hashtag:tea"] }],
                         "gives": [{ "kind": "percent-off", "basisPoints": 2000 }] }]);
    let (shop, mut cart, _) = quoted("re-evaluate", 1, 2, fifth);
    cart["content"] = json!({ "text": "Worth it #tea" });
    cart["priceHistory"] = json!([{ "sku": "P0", "at": "2026-09-01T00:00:00+08:00", "price": money(900) }]);
    let decision = shop.post("/v1/quote", &cart)["record"]["decision"].clone();
    assert_eq!(decision["lines"][0]["paid"], money(1_600));
    let returns = json!([{ "line": "0", "quantity": 1 }]);
    let one = shop.post("/v1/refund", &json!({ "decision": decision, "returns": returns, "cart": cart }));
    assert_eq!(one["total"], money(800));
}

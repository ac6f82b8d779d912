//! What a quote says of prices and of paying: reductions by law, what the history learns, presales, and lines that
//! promotions add, to their refund.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod shop;

use serde_json::{Value, json};
use shop::{Shop, money};

fn book(sections: Value) -> Value {
    let mut book = json!({
        "format": "pushcart-rulebook/1", "currency": "CNY", "timeZone": "Asia/Shanghai",
        "priceLists": [{ "id": "base", "entries": { "POT": 6000, "CUP": 2500 } }],
        "taxes": { "rates": [{ "rate": 1300 }] },
        "shipping": { "methods": [{ "id": "post", "charge": 1000 }] },
    });
    for (name, section) in sections.as_object().unwrap() {
        book[name] = section.clone();
    }
    book
}

fn cart(at: &str, lines: Value) -> Value {
    json!({ "merchant": "willow", "currency": "CNY", "at": at, "lines": lines })
}

#[test]
fn a_promotion_for_everybody_becomes_a_past_price_and_one_for_some_does_not() {
    let open =
        json!({ "id": "open", "gives": [{ "kind": "percent-off", "basisPoints": 2000, "of": { "skus": ["POT"] } }] });
    let gold = json!({ "id": "gold", "when": [{ "kind": "customer-group", "anyOf": ["gold"] }], "gives": [{ "kind": "percent-off", "basisPoints": 5000 }] });
    let rule = json!({ "priorPrice": [{ "id": "eu", "law": "eu" }] });
    let shop = Shop::of(&book(json!({ "pricing": rule, "promotions": [open, gold] })));
    let quote = |at: &str, history: &Value| {
        let mut cart =
            cart(at, json!([{ "id": "1", "sku": "POT", "quantity": 3 }, { "id": "2", "sku": "CUP", "quantity": 1 }]));
        cart["shopper"] = json!({ "groups": ["gold"] });
        cart["priceHistory"] = history.clone();
        shop.post("/v1/quote", &cart)
    };
    let mut history = json!([{ "sku": "POT", "at": "2026-09-01T00:00:00+08:00", "price": money(6_000) }]);
    let first = quote("2026-11-01T00:00:00+08:00", &history);
    let reference = &first["lines"][0]["references"][0];
    assert_eq!(reference["statute"], "Directive 98/6/EC, Article 6a");
    assert_eq!((&reference["strikeThrough"], &reference["percentBasisPoints"]), (&money(6_000), &json!(2_000)));
    assert_eq!((&reference["since"], &reference["breach"]), (&json!("2026-11-01T00:00:00+08:00"), &Value::Null));
    let told =
        json!([{ "sku": "POT", "at": "2026-11-01T00:00:00+08:00", "price": money(4_800), "reference": money(6_000) }]);
    assert_eq!(first["priceEvents"], told);
    // Appended, it is known: the reduction goes on, and nothing is news.
    history.as_array_mut().unwrap().push(told[0].clone());
    let second = quote("2026-11-05T00:00:00+08:00", &history);
    assert_eq!(second["priceEvents"], Value::Null);
    let reference = &second["lines"][0]["references"][0];
    assert_eq!((&reference["since"], &reference["prior"]), (&json!("2026-11-01T00:00:00+08:00"), &money(6_000)));
    // It ends, and comes again within the month: the reference is now what everybody paid.
    let dear =
        json!({ "id": "open", "gives": [{ "kind": "percent-off", "basisPoints": 3000, "of": { "skus": ["POT"] } }] });
    assert_eq!(shop.publish(&book(json!({ "pricing": rule }))).0, 200);
    let third = quote("2026-11-10T00:00:00+08:00", &history);
    assert_eq!(
        third["priceEvents"],
        json!([{ "sku": "POT", "at": "2026-11-10T00:00:00+08:00", "price": money(6_000) }])
    );
    history.as_array_mut().unwrap().push(third["priceEvents"][0].clone());
    assert_eq!(shop.publish(&book(json!({ "pricing": rule, "promotions": [dear] }))).0, 200);
    let fourth = quote("2026-11-20T00:00:00+08:00", &history);
    let reference = &fourth["lines"][0]["references"][0];
    assert_eq!((&reference["strikeThrough"], &reference["percentBasisPoints"]), (&money(4_800), &json!(1_250)));
    assert_eq!(reference["breach"], "reference-above-prior-price");
}

#[test]
fn a_deposit_that_counts_for_more_stands_in_the_quote_and_is_not_refunded_for_more() {
    let shop = Shop::of(&book(
        json!({ "pricing": { "presales": [{ "id": "双十一", "entries": { "POT": { "deposit": 1000, "countsFor": 3000 } },
        "depositFrom": "2026-10-20T20:00:00+08:00", "depositUntil": "2026-11-01T00:00:00+08:00",
        "balanceFrom": "2026-11-11T00:00:00+08:00", "balanceUntil": "2026-11-12T00:00:00+08:00" }] } }),
    ));
    for (at, deposit, phase, due, now, later) in [
        ("2026-10-25T12:00:00+08:00", "open", "deposit", 1_000, 4_500, 3_000),
        ("2026-11-05T12:00:00+08:00", "paid", "between", 0, 3_500, 3_000),
        ("2026-11-11T12:00:00+08:00", "paid", "balance", 3_000, 6_500, 0),
        ("2026-11-11T12:00:00+08:00", "open", "balance", 6_000, 9_500, 0),
    ] {
        let lines = json!([{ "id": "1", "sku": "POT", "quantity": 1, "attributes": { "deposit": deposit } }, { "id": "2", "sku": "CUP", "quantity": 1 }]);
        let quote = shop.post("/v1/quote", &cart(at, lines));
        let presale = &quote["lines"][0]["presale"];
        assert_eq!((&presale["phase"], &presale["due"]), (&json!(phase), &money(due)), "{at} {deposit}");
        let totals = &quote["totals"];
        assert_eq!(
            (&totals["total"], &totals["dueNow"], &totals["dueLater"]),
            (&money(9_500), &money(now), &money(later)),
            "{at} {deposit}"
        );
        assert_eq!(quote["lines"][1]["presale"], Value::Null);
        // 10 yuan counted for 30: 20 of the 60 were never paid.
        let paid = if due == 6_000 { 6_000 } else { 4_000 };
        let decision = &quote["record"]["decision"];
        assert_eq!(decision["lines"][0]["paid"], money(paid));
        let refund =
            shop.post("/v1/refund", &json!({ "decision": decision, "returns": [{ "line": "1", "quantity": 1 }] }));
        assert_eq!(refund["total"], money(paid));
        assert_eq!(refund["lines"][0]["tax"], money(if paid == 4_000 { 460 } else { 690 }));
    }
    assert_eq!(
        shop.post("/v1/quote", &cart("2026-10-25T12:00:00+08:00", json!([{ "id": "2", "sku": "CUP", "quantity": 1 }])))
            ["totals"]["dueNow"],
        Value::Null
    );
}

#[test]
fn what_promotions_add_comes_back_like_any_line() {
    let gives = |promotions: Value, method: &str| {
        Shop::of(&book(
            json!({ "promotions": promotions, "pricing": { "refund": { "method": method, "shipping": "never" } } }),
        ))
    };
    let pots = || cart("2026-11-11T12:00:00+08:00", json!([{ "id": "1", "sku": "POT", "quantity": 2 }]));
    let warranty = json!([{ "id": "care", "gives": [{ "kind": "add-line", "sku": "CARE-1Y", "price": 1000, "of": { "skus": ["POT"] } }] }]);
    let shop = gives(warranty, "pro-rata");
    let quote = shop.post("/v1/quote", &pots());
    assert_eq!((&quote["additions"][0]["id"], &quote["totals"]["total"]), (&json!("care:CARE-1Y"), &money(15_000)));
    // 13 % are contained in 120, 20 and 10 yuan.
    assert_eq!(quote["totals"]["taxIncluded"], money(1_381 + 230 + 115));
    // The promotions alone, of the priced cart, come to the same, tax on what they add included.
    let evaluated = shop.post(
        "/v1/promotions/evaluate",
        &json!({ "merchant": "willow", "currency": "CNY", "at": "2026-11-11T12:00:00+08:00",
            "lines": [{ "id": "1", "sku": "POT", "quantity": 2, "unitPrice": money(6_000) }],
            "shipping": [{ "method": "post", "amount": money(1_000) }] }),
    );
    for amount in ["additions", "taxIncluded", "total"] {
        assert_eq!(evaluated["totals"][amount], quote["totals"][amount], "{amount}");
    }
    let decision = &quote["record"]["decision"];
    assert_eq!(
        decision["lines"][1],
        json!({ "id": "care:CARE-1Y", "quantity": 2, "paid": money(2_000), "tax": money(230),
        "addedBy": { "promotion": "care", "sku": "CARE-1Y", "unitPrice": money(1_000) } })
    );
    let refund = shop
        .post("/v1/refund", &json!({ "decision": decision, "returns": [{ "line": "care:CARE-1Y", "quantity": 1 }] }));
    assert_eq!((&refund["total"], &refund["lines"][0]["tax"]), (&money(1_000), &money(115)));

    // A gift for 100 yuan: who sends a pot back and keeps it pays its price; who sends it back too does not.
    let gift = json!([{ "id": "gift", "when": [{ "kind": "subtotal", "atLeast": 10000 }], "gives": [{ "kind": "gift", "sku": "CUP", "unitPrice": 2500 }] }]);
    let shop = gives(gift, "re-evaluate");
    let quote = shop.post("/v1/quote", &pots());
    let decision = &quote["record"]["decision"];
    assert_eq!(decision["lines"][1]["paid"], money(0));
    let refund =
        |returns: Value| shop.post("/v1/refund", &json!({ "decision": decision, "returns": returns, "cart": pots() }));
    let pot = refund(json!([{ "line": "1", "quantity": 1 }]));
    assert_eq!(pot["total"], money(3_500));
    let then = refund(
        json!([{ "line": "1", "quantity": 0, "before": 1, "refunded": money(3_500) }, { "line": "gift:CUP", "quantity": 1 }]),
    );
    assert_eq!(then["total"], money(2_500));
    let both = refund(json!([{ "line": "1", "quantity": 1 }, { "line": "gift:CUP", "quantity": 1 }]));
    assert_eq!(both["total"], money(6_000));
    let all = refund(json!([{ "line": "1", "quantity": 2 }, { "line": "gift:CUP", "quantity": 1 }]));
    assert_eq!(all["total"], money(12_000));
}

#[test]
fn a_product_that_is_not_in_the_cart_is_a_next_step_with_its_price() {
    let shop = Shop::of(&book(json!({ "promotions": [
        { "id": "pot-and-cup", "gives": [{ "kind": "bundle", "parts": [{ "of": { "skus": ["POT"] } }, { "of": { "skus": ["CUP"] } }], "price": 7000 }] },
        { "id": "unsold", "when": [{ "kind": "contains", "skus": ["MUG"] }], "gives": [{ "kind": "amount-off", "amount": 500 }] },
    ] })));
    let pot = |more: Value| {
        let mut lines = json!([{ "id": "1", "sku": "POT", "quantity": 1 }]);
        lines.as_array_mut().unwrap().extend(more.as_array().unwrap().iter().cloned());
        shop.post("/v1/quote", &cart("2026-11-11T12:00:00+08:00", lines))
    };
    let quote = pot(json!([]));
    assert_eq!(
        quote["hints"],
        json!([{ "promotion": "pot-and-cup", "change": { "sku": "CUP", "quantity": 1, "spend": money(2_500) }, "gives": money(1_500) }])
    );
    // Who takes the step gets what it says.
    assert_eq!(pot(json!([{ "id": "2", "sku": "CUP", "quantity": 1 }]))["totals"]["discount"], money(1_500));
}

/// Of a category that the cart has nothing of, the step is the cheapest product that this shopper can buy and that gives more:
/// not the mug that members alone buy, not the one that promotions leave alone. In a catalogue of any size.
#[test]
fn units_of_a_category_that_is_not_in_the_cart_are_a_next_step_in_its_cheapest_product() {
    for others in [0, 5_000] {
        let other = |place: usize| (format!("X{place}"), json!(9_000 + place));
        let others: Vec<(String, Value)> = (0..others).map(other).collect();
        let mut products = vec![
            json!({ "sku": "TEA" }),
            json!({ "sku": "MUG-A", "categories": ["mugs"] }),
            json!({ "sku": "MUG-B", "categories": ["mugs"], "discountable": false }),
            json!({ "sku": "MUG-C", "categories": ["mugs"] }),
            json!({ "sku": "MUG-D", "categories": ["mugs"] }),
        ];
        products.extend(others.iter().map(|(sku, _)| json!({ "sku": sku, "categories": ["rest"] })));
        let mut entries = json!({ "TEA": 5_000, "MUG-B": 1_000, "MUG-C": 1_200, "MUG-D": 1_500 });
        entries.as_object_mut().unwrap().extend(others);
        let shop = Shop::of(&book(json!({
            "catalogue": { "categories": { "mugs": {}, "rest": {} }, "products": products },
            "priceLists": [{ "id": "base", "entries": entries },
                           { "id": "club", "when": { "groups": ["club"] }, "entries": { "MUG-A": 100 } }],
            "promotions": [{ "id": "mugs", "gives": [
                { "kind": "buy-get", "buy": { "of": { "skus": ["TEA"] } },
                  "get": { "of": { "categories": ["mugs"] }, "units": 1, "basisPoints": 5000 } }] }],
        })));
        let quote = |more: Option<&str>| {
            let skus = std::iter::once("TEA").chain(more);
            let line = |sku: &str| json!({ "id": sku, "sku": sku, "quantity": 1 });
            shop.post("/v1/quote", &cart("2026-11-11T12:00:00+08:00", skus.map(line).collect()))
        };
        let change = json!({ "sku": "MUG-C", "category": "mugs", "quantity": 1, "spend": money(1_200) });
        assert_eq!(quote(None)["hints"], json!([{ "promotion": "mugs", "change": change, "gives": money(600) }]));
        assert_eq!(quote(Some("MUG-C"))["totals"]["discount"], money(600));
    }
}

/// More of a product may cost less a unit: a step is told with what the cart costs after it, and not at all where it is none.
#[test]
fn a_step_in_a_product_with_tiers_has_the_price_of_its_tier() {
    let lists = json!([{ "id": "base", "entries": {
        "POT": { "mode": "all-units", "tiers": [{ "from": 1, "price": 1000 }, { "from": 3, "price": 500 }] },
        "CUP": { "mode": "all-units", "tiers": [{ "from": 1, "price": 1000 }, { "from": 3, "price": 800 }] },
    } }]);
    let of = |sku: &str| {
        json!([
            { "id": "much", "when": [{ "kind": "quantity", "atLeast": 3 }, { "kind": "subtotal", "atLeast": 2000 }],
              "gives": [{ "kind": "amount-off", "amount": 300 }] },
            { "id": "third", "gives": [{ "kind": "cheapest-free", "groupSize": 3, "of": { "skus": [sku] } }] },
        ])
    };
    let hints = |sku: &str, quantity: u32| {
        let shop = Shop::of(&book(json!({ "priceLists": lists, "promotions": of(sku) })));
        let lines = json!([{ "id": "1", "sku": sku, "quantity": quantity }]);
        let quote = shop.post("/v1/quote", &cart("2026-11-11T12:00:00+08:00", lines));
        (quote["hints"].clone(), quote["totals"]["discount"].clone())
    };
    // Three cost less than two: neither a step nor one that gives.
    assert_eq!(hints("POT", 2).0, json!([]));
    // The third costs 400 more, and one of 800, less its share of 300, is free.
    let step = |promotion: &str, gives: i64| json!({ "promotion": promotion, "change": { "sku": "CUP", "quantity": 1, "spend": money(400) }, "gives": money(gives) });
    assert_eq!(hints("CUP", 2).0, json!([step("much", 300 + 700)]), "one step, whichever promotions it earns");
    assert_eq!(hints("CUP", 3).1, money(300 + 700));
}

/// A step in a product of the cart is so many units of it, floor and all.
#[test]
fn a_step_in_a_product_of_the_cart_is_in_its_units() {
    let shop = Shop::of(&book(json!({
        "catalogue": { "products": [{ "sku": "POT", "floor": { "CNY": 5700 } }, { "sku": "CUP" }] },
        "promotions": [{ "id": "two", "gives": [{ "kind": "ladder", "by": "subtotal", "of": { "skus": ["POT"] }, "tiers": [{ "from": 7000, "amount": 6000 }] }] }],
    })));
    let quote = |quantity: u32| {
        shop.post(
            "/v1/quote",
            &cart("2026-11-11T12:00:00+08:00", json!([{ "id": "1", "sku": "POT", "quantity": quantity }])),
        )
    };
    let step = json!([{ "promotion": "two", "change": { "sku": "POT", "quantity": 1, "spend": money(6_000) }, "gives": money(600) }]);
    assert_eq!(quote(1)["hints"], step);
    assert_eq!(quote(2)["totals"]["discount"], money(600));
}

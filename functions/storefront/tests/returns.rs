//! Whatever promotions a cart has, several returns by re-evaluation give together what one return gives, and that is what
//! trying every cart that might be kept finds.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod shop;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use shop::{Shop, money};
use std::collections::BTreeMap;

const LINES: usize = 4;

/// Lines of a kind of their own, some of them together.
fn of(choice: usize) -> Value {
    match choice % 4 {
        0 => json!({}),
        1 => json!({ "skus": ["P0", "P1", "P3"] }),
        2 => json!({ "categories": ["even"] }),
        _ => json!({ "except": { "skus": ["P1"] } }),
    }
}

fn promotion(place: usize, (kind, when, choice, size, rest): (usize, usize, usize, i64, usize)) -> Value {
    let of = of(choice);
    let rate = 100 * (3 + size % 30);
    let gives = match kind % 13 {
        0 => json!({ "kind": "percent-off", "basisPoints": rate, "of": of }),
        1 => json!({ "kind": "percent-off", "basisPoints": rate, "of": of, "spread": "unit", "most": 900 }),
        2 => json!({ "kind": "amount-off", "amount": size, "of": of }),
        3 => {
            json!({ "kind": "ladder", "by": "subtotal", "of": of, "tiers": [{ "from": 3_000, "amount": 300 }, { "from": 6_000, "amount": 1_500 }] })
        }
        4 => {
            json!({ "kind": "ladder", "by": "quantity", "of": of, "tiers": [{ "from": 2, "basisPoints": 500 }, { "from": 4, "basisPoints": rate }] })
        }
        5 => json!({ "kind": "every", "spend": 2_000, "off": size / 3, "of": of }),
        6 => json!({ "kind": "cheapest-free", "groupSize": 3, "of": of }),
        7 => json!({ "kind": "nth-item", "n": 2, "basisPoints": 5_000, "of": of }),
        8 => {
            json!({ "kind": "buy-get", "buy": { "of": of, "units": 2 }, "get": { "of": { "skus": ["P2"] } }, "times": 1 })
        }
        9 => {
            json!({ "kind": "buy-get", "buy": { "of": of, "units": 1 }, "get": { "of": of, "units": 1, "basisPoints": rate } })
        }
        10 => {
            json!({ "kind": "bundle", "parts": [{ "of": { "skus": ["P0"] } }, { "of": { "categories": ["even"] } }], "price": size })
        }
        11 => json!({ "kind": "set-price", "price": size, "of": of, "reach": { "units": 2 } }),
        _ => json!({ "kind": "gift", "sku": "G", "unitPrice": size }),
    };
    let when = match when % 4 {
        0 => json!([]),
        1 => json!([{ "kind": "subtotal", "atLeast": 2 * size }]),
        2 => json!([{ "kind": "quantity", "atLeast": 2 + size % 3, "of": of }]),
        _ => json!([{ "kind": "subtotal", "atMost": 4 * size, "basis": "discounted" }]),
    };
    let mut promotion = json!({ "id": format!("p{place}"), "when": when, "gives": [gives] });
    match rest % 6 {
        0 => promotion["combinesWith"] = json!(["friend"]),
        1 => promotion["tags"] = json!(["friend"]),
        2 => promotion["exclusive"] = json!(true),
        _ => {}
    }
    promotion
}

/// A rulebook and the units of each line.
fn sale() -> impl Strategy<Value = (Value, Vec<u32>)> {
    let promotions = prop::collection::vec((0..13_usize, 0..8_usize, 0..8_usize, 500..3_000_i64, 0..9_usize), 1..5);
    let lines = prop::collection::vec((300..2_500_i64, 1..3_u32, any::<bool>()), LINES);
    (promotions, lines, 0..5_usize, 0..3_usize).prop_map(|(promotions, lines, stacking, tax)| {
        let name = |place: usize| format!("P{place}");
        let price = |(price, _, tiers): &(i64, u32, bool)| match tiers {
            true => json!({ "mode": "all-units", "tiers": [{ "from": 1, "price": price }, { "from": 2, "price": price * 8 / 10 }] }),
            false => json!(price),
        };
        let entries: Map<String, Value> = lines.iter().enumerate().map(|(place, line)| (name(place), price(line))).collect();
        let category = |place: usize| if place.is_multiple_of(2) { "even" } else { "odd" };
        let products: Vec<Value> = (0..LINES).map(|place| json!({ "sku": name(place), "categories": [category(place)] })).collect();
        let promotions: Vec<Value> = promotions.into_iter().enumerate().map(|(place, own)| promotion(place, own)).collect();
        let taxes = [json!({ "rates": [] }), json!({ "included": false, "rates": [{ "rate": 825 }] }), json!({ "included": false, "level": "order", "rates": [{ "rate": 1300, "category": "standard" }] })];
        let stacking = ["all", "best", "best-one", "best-per-line", "first"][stacking];
        let book = json!({
            "format": "pushcart-rulebook/1", "currency": "CNY", "catalogue": { "products": products }, "taxes": taxes[tax],
            "priceLists": [{ "id": "base", "entries": entries }], "pricing": { "refund": { "method": "re-evaluate" } },
            "policy": { "stacking": stacking }, "promotions": promotions,
        });
        (book, lines.iter().map(|(_, units, _)| *units).collect())
    })
}

fn cart(units: &[u32]) -> Value {
    let kept = units.iter().enumerate().filter(|(_, units)| **units > 0);
    let lines: Vec<Value> = kept
        .map(|(place, units)| json!({ "id": place.to_string(), "sku": format!("P{place}"), "quantity": units }))
        .collect();
    json!({ "merchant": "willow", "currency": "CNY", "at": "2026-11-11T20:00:00+08:00", "lines": lines })
}

/// Every cart with at least and at most so many units.
fn between(from: &[u32], to: &[u32]) -> Vec<Vec<u32>> {
    from.iter().zip(to).fold(vec![Vec::new()], |carts, (from, to)| {
        let more =
            |cart: &Vec<u32>| (*from..=*to).map(|units| [cart.as_slice(), &[units]].concat()).collect::<Vec<_>>();
        carts.iter().flat_map(more).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn returns_in_any_order_give_what_trying_every_cart_finds((book, sold) in sale(), order in any::<prop::sample::Index>()) {
        let shop = Shop::of(&book);
        let decision = shop.post("/v1/quote", &cart(&sold))["record"]["decision"].clone();
        let paid = |line: &Value| line["paid"]["amount"].as_i64().unwrap();
        let all: BTreeMap<String, i64> = decision["lines"].as_array().unwrap().iter().map(|line| (line["id"].as_str().unwrap().to_owned(), paid(line))).collect();
        let whole: i64 = all.values().sum();
        let refund = |returns: Value| {
            let answer = shop.post("/v1/refund", &json!({ "decision": decision, "returns": returns, "cart": cart(&sold) }));
            assert_eq!(answer["exact"], true, "{answer}");
            (answer["total"]["amount"].as_i64().unwrap(), answer["lines"].clone())
        };
        // Gifts stay with the shopper: what they cost is not part of what is tried here.
        let gifts = all.len() > LINES;
        let mut costs: BTreeMap<Vec<u32>, i64> = BTreeMap::new();
        let (mut kept, mut refunded, mut given) = (sold.clone(), [0_i64; LINES], 0);
        let mut turn = order.index(97);
        while kept.iter().any(|units| *units > 0) {
            let open: Vec<usize> = (0..LINES).filter(|place| kept[*place] > 0).collect();
            let place = open[turn % open.len()];
            turn = turn / 2 + 31;
            let returns: Vec<Value> = (0..LINES).map(|line| json!({
                "line": line.to_string(), "quantity": u32::from(line == place), "before": sold[line] - kept[line], "refunded": money(refunded[line]),
            })).collect();
            let (total, lines) = refund(json!(returns));
            kept[place] -= 1;
            given += total;
            for (line, refunded) in refunded.iter_mut().enumerate() {
                *refunded += lines[line]["amount"]["amount"].as_i64().unwrap();
            }
            let once: Vec<Value> = (0..LINES).map(|line| json!({ "line": line.to_string(), "quantity": sold[line] - kept[line] })).collect();
            prop_assert_eq!(refund(json!(once)).0, given);
            if gifts {
                continue;
            }
            let mut cheapest = whole;
            for units in between(&kept, &sold) {
                if units == sold || units.iter().all(|units| *units == 0) {
                    cheapest = cheapest.min(if units == sold { whole } else { 0 });
                    continue;
                }
                let cost = *costs.entry(units.clone()).or_insert_with(|| shop.post("/v1/quote", &cart(&units))["totals"]["total"]["amount"].as_i64().unwrap());
                cheapest = cheapest.min(cost);
            }
            let touched: i64 = (0..LINES).filter(|line| kept[*line] < sold[*line]).map(|line| all[&line.to_string()]).sum();
            prop_assert_eq!(given, (whole - cheapest).min(touched));
        }
    }
}

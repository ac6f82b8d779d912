//! After the sale: what channels are worth, what returns take back, what a month comes to.

use super::{Shop, click, money, sale, texts};
use serde_json::{Value, json};

/// A sale of 1,000.01 yuan that earns kol 10 % and mcn 3 %, paid a week after completion.
fn sold(shop: &Shop) -> Value {
    let programme = json!({ "commission": { "rates": [1_000, 300] }, "payout": { "hold": 604_800 } });
    let fields = json!({ "touches": [click("kol")], "partners": [{ "id": "kol", "parent": "mcn" }, { "id": "mcn", "ownSales": true }],
        "lines": [{ "id": "1", "sku": "TEA", "quantity": 3, "net": money(60_001) }, { "id": "2", "sku": "CUP", "quantity": 1, "net": money(40_000) }] });
    shop.ask("attribute", &sale(&programme, &fields))
}

#[test]
fn returns_take_back_pro_rata_before_and_after_the_payout() {
    let shop = Shop::open();
    let decision = sold(&shop)["decision"].clone();
    let back = |first: i64, second: i64, paid: [i64; 2], taken: [i64; 2]| {
        let settled: Vec<Value> = ["kol", "mcn"].iter().zip(paid).zip(taken).zip(1..)
            .map(|(((payee, paid), taken), tier)| json!({ "payee": payee, "referrer": payee, "tier": tier, "paid": money(paid), "takenBack": money(taken) }))
            .collect();
        let body = json!({ "currency": "CNY", "decision": decision, "settled": settled,
            "remaining": [{ "id": "1", "net": money(first) }, { "id": "2", "net": money(second) }] });
        let answer = shop.ask("clawback", &body);
        let of = |payee: &Value, field: &str| payee[field]["amount"].as_i64().unwrap();
        let payees = answer["payees"].as_array().unwrap().clone();
        payees.iter().map(|payee| (of(payee, "due"), of(payee, "takeBack"), of(payee, "pending"))).collect::<Vec<_>>()
    };
    // Before the payout nothing is taken back; after it what is too much; a full return takes all.
    assert_eq!(back(20_000, 40_000, [0, 0], [0, 0]), [(6_000, 0, 6_000), (1_800, 0, 1_800)]);
    assert_eq!(back(20_000, 40_000, [10_000, 3_000], [0, 0]), [(6_000, 4_000, 0), (1_800, 1_200, 0)]);
    assert_eq!(back(0, 0, [10_000, 3_000], [0, 0]), [(0, 10_000, 0), (0, 3_000, 0)]);
    // The second of two returns takes what is left of the same sum.
    assert_eq!(back(0, 39_999, [10_000, 3_000], [4_000, 1_200]), [(3_999, 2_001, 0), (1_199, 601, 0)]);
    assert_eq!(back(0, 39_999, [10_000, 3_000], [0, 0]), [(3_999, 6_001, 0), (1_199, 1_801, 0)]);
    let mut altered = decision.clone();
    altered["commissions"][0]["rate"] = json!(9_000);
    let refused = shop.refused("clawback", &json!({ "currency": "CNY", "decision": altered, "remaining": [] }));
    assert_eq!(refused, [("decision-altered".to_owned(), "/decision/id".to_owned())]);
}

#[test]
fn a_month_has_payments_holds_clawbacks_tax_and_net_and_each_line_names_its_record() {
    let shop = Shop::open();
    let decision = sold(&shop)["decision"].clone();
    let entry = |record: &str, amount: i64, completed: &str| json!({ "record": record, "amount": money(amount), "completed": completed });
    let payout = json!({ "hold": 604_800, "minimum": 1_000, "withholding": { "kind": "cnPlatform" } });
    let month = |payout: &Value, entries: Value, carried: i64| {
        shop.ask("statement", &json!({
            "rules": super::rulebook(&json!({ "payout": payout })), "currency": "CNY", "payee": "kol", "year": 2026, "month": 12,
            "closes": "2027-01-01T00:00:00+08:00", "entries": entries, "carried": money(carried),
            "earlier": [{ "month": 11, "gross": money(1_000_000), "withheld": money(9_000) }],
        }))
    };
    let entries = json!([
        { "record": decision["id"], "decision": decision, "completed": "2026-12-20T00:00:00+08:00" },
        entry("big", 2_000_000, "2026-12-01T00:00:00+08:00"),
        entry("late", 777, "2026-12-25T00:00:00+08:00"),
        { "record": "open", "amount": money(55) },
        { "record": "looked-at", "amount": money(66), "completed": "2026-12-01T00:00:00+08:00", "action": "hold" },
        { "record": "fraud", "amount": money(99), "completed": "2026-12-01T00:00:00+08:00", "action": "refuse" },
        { "record": "returned", "amount": money(0), "completed": "2026-12-01T00:00:00+08:00", "paid": money(10_000) },
    ]);
    let statement = month(&payout, entries, 0);
    let lines = texts(&statement["lines"], &["kind"]);
    assert_eq!(lines, [["payment"], ["payment"], ["held"], ["not-completed"], ["review"], ["refused"], ["clawback"]]);
    assert_eq!(statement["lines"][0]["record"], decision["id"]);
    assert_eq!(statement["lines"][2]["due"], "2026-12-31T16:00:00Z");
    let amount = |name: &str| statement[name]["amount"].as_i64().unwrap();
    assert_eq!((amount("held"), amount("clawback")), (777 + 55 + 66, 10_000));
    // 10,000 + 2,000,000 − 10,000; a fifth is deducted of 30,000 yuan, and two months of 5,000: 3 % of 14,000 less 90 yuan.
    assert_eq!(
        (amount("gross"), amount("taxable"), amount("withheld"), amount("net")),
        (2_000_000, 1_400_000, 33_000, 1_967_000)
    );
    assert!(statement["schedule"].as_str().unwrap().contains("2025-16"));
    // Below the minimum it is carried, and so is what was taken back beyond the month.
    let small = month(&payout, json!([entry("a", 999, "2026-12-01T00:00:00+08:00")]), 0);
    assert_eq!((&small["gross"], &small["carried"]), (&money(0), &money(999)));
    let carried = month(&payout, json!([entry("a", 1, "2026-12-01T00:00:00+08:00")]), 999);
    assert_eq!((&carried["gross"], &carried["carried"]), (&money(1_000), &money(0)));
    let below = month(&payout, json!([{ "record": "a", "amount": money(0), "paid": money(500) }]), -100);
    assert_eq!((&below["gross"], &below["carried"]), (&money(0), &json!({ "amount": -600, "currency": "CNY" })));
    let flat = month(
        &json!({ "withholding": { "kind": "flat", "rate": 1_500 }, "fee": 290 }),
        json!([entry("a", 10_001, "2026-12-01T00:00:00Z")]),
        0,
    );
    let amounts = ["gross", "taxable", "withheld", "fee", "net"].map(|name| flat[name]["amount"].as_i64().unwrap());
    assert_eq!(amounts, [10_001, 10_001, 1_500, 290, 8_211]);
}

#[test]
fn models_answer_all_seven_and_each_shares_the_whole() {
    let shop = Shop::open();
    let rows: Vec<Value> = (0..20)
        .map(|row| json!({ "path": [format!("c{row}"), format!("c{}", (row * 7 + 3) % 20), "live"], "conversions": row + 1, "nulls": 100 - row, "value": money(997 * (row + 1)) }))
        .collect();
    for order in 1..=3 {
        let answer = shop.ask("models", &json!({ "currency": "CNY", "order": order, "rows": rows }));
        let models = answer["models"].as_array().unwrap();
        assert_eq!(models.len(), 7);
        for model in models {
            let credits = model["credits"].as_array().unwrap();
            let sum =
                |of: &dyn Fn(&Value) -> Option<i64>| credits.iter().map(|credit| of(credit).unwrap()).sum::<i64>();
            assert_eq!(sum(&|credit| credit["conversionBillionths"].as_i64()), 1_000_000_000, "{}", model["model"]);
            assert_eq!(sum(&|credit| credit["value"]["amount"].as_i64()), 997 * 210, "{}", model["model"]);
            // 21 channels are too many for every subset: what is drawn says so.
            assert_eq!(model["sampled"].is_object(), model["model"] == "shapley-rate", "{}", model["model"]);
        }
    }
}

//! The neutral case files against the core: the same files run over HTTP by `scripts/cases`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod facts;

use commerce::facts::referrals::{
    Account, AccountEntry, Action, EarlierMonth, PathRow, RemainingLine, Settlement, TouchKind,
};
use facts::{click, context, line, partner, programme, sale, shopper};
use serde_json::Value;
use std::collections::BTreeMap;

fn file(name: &str) -> Value {
    let path = format!("{}/../../tests/cases/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a Vec<Value> {
    value[name].as_array().unwrap_or_else(|| panic!("{name} of {value}"))
}

#[test]
fn journeys() {
    for case in list(&file("attribution"), "journeys") {
        let touches: Vec<_> = list(case, "touches")
            .iter()
            .map(|touch| {
                let kind = if touch["kind"] == "view" { TouchKind::View } else { TouchKind::Click };
                let mut touch = click(touch["t"].as_i64().unwrap(), touch["ch"].as_str().unwrap());
                touch.kind = kind;
                touch
            })
            .collect();
        let (click, view) = (&case["window"]["click"], &case["window"]["view"]);
        for (name, model) in [
            ("first", "{\"kind\":\"firstTouch\"}".to_owned()),
            ("last", "{\"kind\":\"lastTouch\"}".to_owned()),
            ("last_click_over_view", "{\"kind\":\"lastClickOverView\"}".to_owned()),
            ("linear", "{\"kind\":\"linear\"}".to_owned()),
            (
                "position_40_20_40",
                "{\"kind\":\"positionBased\",\"first\":4000,\"middle\":2000,\"last\":4000}".to_owned(),
            ),
            ("time_decay", format!("{{\"kind\":\"timeDecay\",\"halfLife\":{}}}", case["half_life"])),
        ] {
            let rules = programme(&format!("{{\"windows\":{{\"click\":{click},\"view\":{view}}},\"model\":{model}}}"));
            let sale = sale(touches.clone(), vec![line("1", "a", 1, 1_000_003)]);
            let found = rules.attribute(&sale, &context(case["T"].as_i64().unwrap())).unwrap();
            let mut shares: BTreeMap<String, f64> = BTreeMap::new();
            for credit in &found.credits {
                let channel = credit.referrer.clone().unwrap_or_else(|| credit.channel.clone());
                *shares.entry(channel).or_default() += f64::from(credit.billionths) / 1e9;
            }
            let empty = serde_json::Map::new();
            let expected = case["expect"]["models"][name].as_object().unwrap_or(&empty);
            let of = |channel: &String| expected.get(channel).and_then(Value::as_f64).unwrap_or(0.0);
            assert!(
                shares.iter().all(|(channel, share)| (share - of(channel)).abs() < 1e-6),
                "{} {name}: {shares:?}",
                case["id"]
            );
            assert!(
                expected.keys().all(|channel| shares.contains_key(channel) || of(channel) < 1e-6),
                "{} {name}",
                case["id"]
            );
            if !found.credits.is_empty() {
                assert_eq!(found.credits.iter().map(|credit| credit.amount).sum::<i64>(), 1_000_003);
            }
        }
    }
}

#[test]
fn path_sets() {
    for case in list(&file("attribution"), "path_sets") {
        let expect = &case["expect"];
        let channels: Vec<String> =
            list(expect, "channels").iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        let place = |name: &Value| channels.iter().position(|channel| name == channel).unwrap() as u32;
        let rows: Vec<PathRow> = list(case, "rows")
            .iter()
            .map(|row| PathRow {
                path: list(row, "path").iter().map(place).collect(),
                conversions: row["conv"].as_u64().unwrap(),
                nulls: row["null"].as_u64().unwrap(),
                value: row["value"].as_i64().unwrap(),
            })
            .collect();
        let answers = referral::models(&channels, &rows, 1).unwrap();
        let (conversions, value) = (expect["total_conv"].as_f64().unwrap(), expect["total_value"].as_f64().unwrap());
        for (model, counted, valued) in [
            ("first", &expect["conv"]["first"], &expect["value"]["first"]),
            ("last", &expect["conv"]["last"], &expect["value"]["last"]),
            ("linear", &expect["conv"]["linear"], &expect["value"]["linear"]),
            ("position", &expect["conv"]["position_40_20_40"], &expect["value"]["position_40_20_40"]),
            ("markov", &expect["markov1"]["conv"], &expect["markov1"]["value"]),
            ("shapley-sum", &expect["shapley_sum"], &Value::Null),
            ("shapley-rate", &expect["shapley_rate"], &Value::Null),
        ] {
            let answer = answers.iter().find(|answer| answer.model == model).unwrap();
            for (name, credit) in channels.iter().zip(&answer.credits) {
                let share = counted[name].as_f64().unwrap_or(0.0) / conversions;
                assert!(
                    (credit.conversions as f64 / 1e9 - share).abs() < 1e-6,
                    "{} {model} {name}: {credit:?}",
                    case["id"]
                );
                if !valued.is_null() {
                    let share = valued[name].as_f64().unwrap_or(0.0) / value;
                    assert!(
                        (credit.value as f64 / 1e9 - share).abs() < 1e-6,
                        "{} {model} {name}: {credit:?}",
                        case["id"]
                    );
                }
            }
            assert_eq!(answer.credits.iter().map(|credit| credit.amount).sum::<i64>(), value as i64);
            assert_eq!(answer.credits.iter().map(|credit| credit.conversions).sum::<i64>(), 1_000_000_000);
        }
        let markov = answers.iter().find(|answer| answer.model == "markov").unwrap();
        for (name, removal) in channels.iter().zip(&markov.removal) {
            let expected = expect["markov1"]["removal_effect"][name].as_f64().unwrap_or(0.0);
            assert!((f64::from(*removal) / 1e9 - expected).abs() < 1e-8, "{} {name}", case["id"]);
        }
    }
}

#[test]
fn commissions_and_what_returns_take_back() {
    for case in list(&file("commission"), "generated") {
        let (order, policy) = (&case["order"], &case["policy"]);
        let fixed = policy["sku_fixed"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(sku, amounts)| (sku.clone(), serde_json::json!({ "fixed": amounts })));
        let cap = if policy["cap_order"].is_null() { serde_json::json!([]) } else { policy["cap_order"].clone() };
        let rules = programme(
            &serde_json::json!({ "commission": {
                "rates": policy["rates_bp"], "categories": policy["category_bp"], "skus": fixed.collect::<serde_json::Map<_, _>>(),
                "caps": { "order": cap }, "selfPurchase": policy["self_purchase"],
            }, "abuse": { "hold": 700, "refuse": 700 } })
            .to_string(),
        );
        let lines: Vec<_> = list(order, "lines")
            .iter()
            .enumerate()
            .map(|(place, line)| {
                let quantity = u32::try_from(line["qty"].as_u64().unwrap()).unwrap();
                let mut sold = facts::line(
                    &place.to_string(),
                    line["sku"].as_str().unwrap(),
                    quantity,
                    line["net"].as_i64().unwrap(),
                );
                sold.categories = vec![line["category"].as_str().unwrap().to_owned()];
                sold
            })
            .collect();
        // Nobody at the first tier is somebody who no longer takes part.
        let tiers = [case["chain"][0].as_str(), case["chain"][1].as_str()];
        let first = tiers[0].unwrap_or("nobody");
        let mut sold = sale(vec![click(999, first)], lines);
        sold.partners = vec![partner(first, tiers[1])];
        sold.partners[0].active = tiers[0].is_some();
        sold.partners.extend(tiers[1].map(|id| partner(id, None)));
        let mut context = context(1_000);
        context.shopper = Some(shopper(order["buyer"].as_str().unwrap()));
        let found = rules.attribute(&sold, &context).unwrap();
        let earned =
            |tier: u32| found.payments.iter().filter(|paid| paid.tier == tier).map(|paid| paid.amount).sum::<i64>();
        assert_eq!(serde_json::json!([earned(1), earned(2)]), case["expect"]["commission"], "{}", case["id"]);

        let settled: Vec<Settlement> = found
            .payments
            .iter()
            .map(|paid| Settlement {
                payee: paid.payee.clone(),
                referrer: paid.referrer.clone(),
                tier: paid.tier,
                paid: paid.amount,
                taken_back: 0,
            })
            .collect();
        let left = list(case, "refund_remaining_net").iter().enumerate();
        let remaining: Vec<RemainingLine> = left
            .map(|(place, net)| RemainingLine {
                id: place.to_string(),
                net: net.as_i64().unwrap(),
                tax: 0,
                shipping: 0,
            })
            .collect();
        let changed = referral::take_back(&found.decision, &remaining, &settled).unwrap();
        let due = |tier: u32| changed.iter().filter(|one| one.tier == tier).map(|one| one.due).sum::<i64>();
        let back = |tier: u32| changed.iter().filter(|one| one.tier == tier).map(|one| one.take_back).sum::<i64>();
        let expected = &case["expect_after_refund"];
        assert_eq!(serde_json::json!([due(1), due(2)]), expected["commission"], "{}", case["id"]);
        assert_eq!(serde_json::json!([back(1), back(2)]), expected["clawback"], "{}", case["id"]);
    }
}

fn month(month: u32, gross: i64, earlier: &[EarlierMonth]) -> Account {
    let entry = AccountEntry {
        record_id: "r".into(),
        decision: None,
        amount: Some(gross),
        completed: Some(0),
        remaining: vec![],
        paid: 0,
        taken_back: 0,
        action: Action::Pay,
    };
    Account {
        payee: "kol-7".into(),
        year: 2026,
        month,
        closes: 1,
        entries: vec![entry],
        earlier: earlier.to_vec(),
        carried: 0,
        exempt: 0,
        deductions: 0,
    }
}

#[test]
fn withholding_of_the_chinese_tables() {
    let cases = file("tax_cn");
    let rules = programme("{\"payout\":{\"withholding\":{\"kind\":\"cnPerPayment\"}}}");
    for case in list(&cases, "per_payment") {
        let gross = case["income"].as_i64().unwrap();
        let found = rules.settle(&month(1, gross, &[])).unwrap();
        assert_eq!(
            (Some(found.taxable), Some(found.withheld)),
            (case["taxable"].as_i64(), case["tax"].as_i64()),
            "{}",
            case["id"]
        );
        assert_eq!(found.net, gross - found.withheld);
    }
    let rules = programme("{\"payout\":{\"withholding\":{\"kind\":\"cnPlatform\"}}}");
    for case in list(&cases, "platform_cumulative") {
        let mut earlier = Vec::new();
        for (place, (gross, withheld)) in list(case, "monthly_income").iter().zip(list(case, "withheld")).enumerate() {
            let (number, gross) = (u32::try_from(place).unwrap() + 1, gross.as_i64().unwrap());
            let found = rules.settle(&month(number, gross, &earlier)).unwrap();
            assert_eq!(Some(found.withheld), withheld.as_i64(), "{} month {number}", case["id"]);
            earlier.push(EarlierMonth { month: number, gross, withheld: found.withheld });
        }
    }
}

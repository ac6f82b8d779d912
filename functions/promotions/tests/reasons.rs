//! A promotion that gives nothing says what is missing, in numbers.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod shop;

use commerce::facts::types::{Context, Counter};
use shop::{context, judge, line};

#[test]
fn an_action_that_gives_nothing_says_what_it_takes() {
    let ladder = |by: &str| format!(r#"{{"kind": "ladder", "by": "{by}", "tiers": [{{"from": 9999, "amount": 1}}]}}"#);
    let ladders = ["subtotal", "quantity", "line-subtotal", "line-quantity"].map(ladder);
    let table: [(&str, &str, i64, i64); 20] = [
        (&ladders[0], "subtotal-below-minimum", 9_999, 900),
        (&ladders[1], "quantity-below-minimum", 9_999, 5),
        (&ladders[2], "subtotal-below-minimum", 9_999, 600),
        (&ladders[3], "quantity-below-minimum", 9_999, 3),
        (r#"{"kind": "every", "spend": 1000, "off": 1}"#, "subtotal-below-minimum", 1_000, 900),
        (r#"{"kind": "every", "units": 6, "off": 1}"#, "quantity-below-minimum", 6, 5),
        (r#"{"kind": "group-ladder", "tiers": [{"from": 2, "price": 1}]}"#, "group-too-small", 2, 1),
        (r#"{"kind": "buy-get", "buy": {"units": 5}, "get": {}}"#, "quantity-below-minimum", 6, 5),
        (
            r#"{"kind": "buy-get", "buy": {"of": {"skus": ["A"]}, "units": 3}, "get": {"of": {"skus": ["B"]}}}"#,
            "quantity-below-minimum",
            3,
            2,
        ),
        (
            r#"{"kind": "buy-get", "buy": {"of": {"skus": ["A"]}}, "get": {"of": {"skus": ["X"]}}}"#,
            "quantity-below-minimum",
            1,
            0,
        ),
        (r#"{"kind": "nth-item", "n": 6}"#, "quantity-below-minimum", 6, 5),
        (r#"{"kind": "nth-item", "n": 4, "per": "line"}"#, "quantity-below-minimum", 4, 3),
        (r#"{"kind": "cheapest-free", "groupSize": 6}"#, "quantity-below-minimum", 6, 5),
        (
            r#"{"kind": "bundle", "parts": [{"of": {"skus": ["A"]}}, {"of": {"skus": ["B"]}, "units": 4}], "price": 1}"#,
            "bundle-incomplete",
            2,
            1,
        ),
        (r#"{"kind": "points-burn", "minorPerStep": 1, "pointsPerStep": 100}"#, "points-missing", 100, 0),
        (r#"{"kind": "points-earn", "points": 1, "spend": 1000}"#, "subtotal-below-minimum", 1_000, 900),
        (r#"{"kind": "red-packet", "id": "purse", "amount": 800}"#, "tender-exhausted", 800, 900),
        (r#"{"kind": "gift", "sku": "G", "per": {"units": 6}}"#, "quantity-below-minimum", 6, 5),
        (r#"{"kind": "gift", "sku": "G", "limit": 7}"#, "gift-exhausted", 7, 7),
        (r#"{"kind": "bargain", "of": {"skus": ["A"]}, "perHelper": 10, "floor": 1}"#, "helpers-missing", 1, 0),
    ];
    let counter =
        |kind: &str, id: &str, used| Counter { kind: kind.into(), id: id.into(), scope: "total".into(), used };
    let mut context = Context { counters: vec![counter("tender", "purse", 900), counter("gift", "G", 7)], ..context() };
    context.gathering.group_size = 1;
    for (gives, code, need, have) in table {
        let rules = format!(r#""promotions": [{{"id": "p", "gives": [{gives}]}}]"#);
        let verdict = judge(&rules, &[line("a", 150, 2), line("b", 200, 3)], &context);
        let outcome = &verdict.outcomes[0];
        assert_eq!(
            (outcome.code.as_deref(), outcome.need, outcome.have),
            (Some(code), Some(need), Some(have)),
            "{gives}"
        );
    }
}

#[test]
fn where_nothing_is_missing_nothing_is_left_to_take_off() {
    for gives in [
        r#"{"kind": "every", "spend": 100, "off": 1}"#,
        r#"{"kind": "ladder", "by": "quantity", "tiers": [{"from": 2, "price": 0}]}"#,
        r#"{"kind": "percent-off", "basisPoints": 1000, "of": {"skus": ["X"]}}"#,
    ] {
        let rules = format!(
            r#""promotions": [{{"id": "free", "gives": [{{"kind": "percent-off", "basisPoints": 10000}}]}}, {{"id": "p", "gives": [{gives}]}}]"#
        );
        let verdict = judge(&rules, &[line("a", 150, 2), line("b", 200, 3)], &context());
        let outcome = verdict.outcomes.iter().find(|outcome| outcome.id == "p").unwrap();
        assert_eq!((outcome.code.as_deref(), outcome.need), (Some("nothing-to-discount"), None), "{gives}");
    }
}

/// What is exclusive joins nobody, also where its condition holds only after what the others took off.
#[test]
fn an_exclusive_promotion_is_given_alone_or_not_at_all() {
    for exclusive in ["alone", "best", "stop"] {
        let rules = format!(
            r#""policy": {{"exclusive": "{exclusive}"}}, "promotions": [
                {{"id": "tenth", "priority": 1, "gives": [{{"kind": "percent-off", "basisPoints": 1000}}]}},
                {{"id": "small", "exclusive": true, "when": [{{"kind": "subtotal", "atMost": 950, "basis": "discounted"}}],
                  "gives": [{{"kind": "amount-off", "amount": 50}}]}}]"#
        );
        let verdict = judge(&rules, &[line("a", 1_000, 1)], &context());
        let fates = ["tenth", "small"].map(|id| shop::fate(&verdict, id));
        // Under `stop` it ends what comes after it; the other came before.
        let small = if exclusive == "stop" { "applied" } else { "subtotal-above-maximum" };
        assert_eq!(fates, ["applied", small], "{exclusive}");
    }
}

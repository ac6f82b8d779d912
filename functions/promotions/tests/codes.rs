//! Codes and budgets as conditions: within all, any and not, used up once, shared by several promotions.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod shop;

use commerce::facts::offers::Verdict;
use commerce::facts::types::{Context, Counter};
use shop::{context, fate, judge, line, off, shopper};

fn with(codes: &[&str], tier: Option<&str>, counters: &[(&str, &str, &str, i64)]) -> Context {
    let mut shopper = shopper();
    shopper.tier = tier.map(Into::into);
    let counter = |(kind, id, scope, used): &(&str, &str, &str, i64)| Counter {
        kind: (*kind).into(),
        id: (*id).into(),
        scope: (*scope).into(),
        used: *used,
    };
    Context {
        shopper: Some(shopper),
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        counters: counters.iter().map(counter).collect(),
        ..context()
    }
}

fn consumed(verdict: &Verdict) -> Vec<(&str, &str, &str, i64, Option<i64>)> {
    let each = verdict.consume.iter();
    each.map(|used| (used.kind.as_str(), used.id.as_str(), used.scope.as_str(), used.amount, used.limit)).collect()
}

#[test]
fn a_code_is_a_condition_like_any_other() {
    let gold = r#"{"kind": "tier", "anyOf": ["gold"]}"#;
    let code = r#"{"kind": "code", "anyOf": [{"code": "Spring", "limits": {"total": 2}}, "VIP"]}"#;
    let of = |kind: &str, of: &[&str]| format!(r#"{{"kind": "{kind}", "of": [{}]}}"#, of.join(", "));
    let (both, either, late) = (of("all", &[gold, code]), of("any", &[gold, code]), of("any", &[code, gold]));
    let without = of("not", &[code]);
    type Row<'a> = (&'a str, &'a str, &'a [&'a str], Option<&'a str>, i64, &'a str, &'a [&'a str]);
    let table: [Row<'_>; 16] = [
        ("alone", code, &["spring"], None, 0, "applied", &["spring"]),
        ("alone", code, &["vip", "spring"], None, 0, "applied", &["spring"]),
        ("alone", code, &[], None, 0, "code-not-entered", &[]),
        ("alone", code, &["winter"], None, 0, "code-not-entered", &[]),
        ("alone", code, &["spring"], None, 2, "code-limit-reached", &[]),
        ("another works", code, &["spring", "vip"], None, 2, "applied", &["vip"]),
        ("all", &both, &["spring"], None, 0, "tier-not-reached", &[]),
        ("all", &both, &["spring"], Some("gold"), 0, "applied", &["spring"]),
        ("all", &both, &[], Some("gold"), 0, "code-not-entered", &[]),
        ("any", &either, &["spring"], None, 0, "applied", &["spring"]),
        ("any, not needed", &either, &["spring"], Some("gold"), 0, "applied", &[]),
        ("any, first", &late, &["spring"], Some("gold"), 0, "applied", &["spring"]),
        ("any, used up", &late, &["spring"], Some("gold"), 2, "applied", &[]),
        ("any", &either, &[], None, 0, "code-not-entered", &[]),
        ("not", &without, &["spring"], None, 0, "excluded", &[]),
        ("not", &without, &[], None, 0, "applied", &[]),
    ];
    for (what, when, codes, tier, used, code, consumed) in table {
        let rules = format!(
            r#""promotions": [{{"id": "p", "when": [{when}], "gives": [{{"kind": "amount-off", "amount": 100}}]}}]"#
        );
        let counters = [("code", "SPRING", "total", used)];
        let verdict = judge(&rules, &[line("tea", 9_900, 1)], &with(codes, tier, &counters));
        let said = (fate(&verdict, "p"), off(&verdict));
        assert_eq!(said, (code.to_owned(), if code == "applied" { 100 } else { 0 }), "{what} {codes:?} {tier:?}");
        let codes: Vec<&str> = verdict.consume.iter().map(|used| used.id.as_str()).collect();
        assert_eq!(codes, consumed, "{what}");
    }
}

#[test]
fn a_code_says_what_became_of_it_wherever_it_stands() {
    let rules = r#""promotions": [
        {"id": "p", "when": [{"kind": "all", "of": [{"kind": "subtotal", "atLeast": 50000}, {"kind": "code", "anyOf": ["BIG"]}]}], "gives": [{"kind": "amount-off", "amount": 1}]},
        {"id": "q", "codes": ["TEA"], "when": [{"kind": "code", "anyOf": ["TEA"]}], "gives": [{"kind": "amount-off", "amount": 2}]},
        {"id": "r", "gives": [{"kind": "amount-off", "amount": 4, "when": [{"kind": "code", "anyOf": [{"code": "MORE", "limits": {"perDay": 9}}]}]}, {"kind": "amount-off", "amount": 8}]}]"#;
    let verdict = judge(rules, &[line("tea", 9_900, 1)], &with(&["big", "tea", "more", "none"], None, &[]));
    let said: Vec<(&str, Option<&str>, Option<&str>)> = verdict
        .codes
        .iter()
        .map(|code| (code.code.as_str(), code.promotion.as_deref(), code.reason.as_deref()))
        .collect();
    let wanted = [
        ("big", Some("p"), Some("subtotal-below-minimum")),
        ("tea", Some("q"), None),
        ("more", Some("r"), None),
        ("none", None, Some("code-unknown")),
    ];
    assert_eq!(said, wanted);
    assert_eq!(off(&verdict), 2 + 4 + 8);
    // One code, asked for twice, is used once.
    assert_eq!(consumed(&verdict), [("code", "tea", "total", 1, None), ("code", "more", "day", 1, Some(9))]);
}

#[test]
fn promotions_share_a_budget() {
    let each = |id: &str, more: &str| {
        format!(
            r#"{{"id": "{id}", "budget": {{"id": "spring", "limit": 1000{more}}}, "gives": [{{"kind": "amount-off", "amount": 700}}]}}"#
        )
    };
    let book = |more: &str, rest: &str| format!(r#""promotions": [{}, {}{rest}]"#, each("p", more), each("q", more));
    let used = |used| [("budget", "spring", "total", used)];
    let left = r#", {"id": "r", "when": [{"kind": "not", "of": [{"kind": "budget-left", "id": "spring", "limit": 1000, "atLeast": 300}]}], "gives": [{"kind": "amount-off", "amount": 5}]}"#;
    let uses = r#", "of": "uses""#;
    type Row<'a> = (&'a str, &'a str, i64, &'a [i64], [&'a str; 2]);
    let table: [Row<'_>; 6] = [
        ("", "", 0, &[700, 300], ["applied", "applied"]),
        ("", "", 300, &[700], ["applied", "budget-exhausted"]),
        (r#", "short": "refuse""#, "", 0, &[700], ["applied", "budget-exhausted"]),
        ("", "", 1_000, &[], ["budget-exhausted", "budget-exhausted"]),
        ("", left, 0, &[700, 300], ["applied", "applied"]),
        (uses, "", 999, &[1], ["applied", "budget-exhausted"]),
    ];
    for (more, rest, before, taken, fates) in table {
        let context = with(&[], None, &used(before));
        let verdict = judge(&book(more, rest), &[line("tea", 9_900, 1)], &context);
        assert_eq!(["p", "q"].map(|id| fate(&verdict, id)), fates.map(str::to_owned), "{more} {before}");
        let all: Vec<_> = taken.iter().map(|taken| ("budget", "spring", "total", *taken, Some(1_000))).collect();
        assert_eq!(consumed(&verdict), all, "{more} {before}");
        // What others took of the budget before counts for those that ask what is left.
        assert!(rest.is_empty() || fate(&verdict, "r") == "applied");
    }
    let other = r#""promotions": [{"id": "p", "budget": {"id": "s", "limit": 1}, "gives": [{"kind": "amount-off", "amount": 1}]},
        {"id": "s", "budget": {"limit": 2}, "gives": [{"kind": "amount-off", "amount": 1}]}]"#;
    let faults = promotions::compile(&format!(r#"{{"currency": "CNY", {other}}}"#)).unwrap_err();
    assert_eq!((faults[0].code.as_str(), faults[0].pointer.as_str()), ("contradiction", "/promotions/1"));
}

/// Line by line the best: what is drawn for lines that another promotion wins is not drawn.
#[test]
fn the_best_for_each_line_draws_what_it_takes() {
    let rules = r#""policy": {"lanes": [{"id": "default", "stacking": "best-per-line"}]}, "promotions": [
        {"id": "burn", "gives": [{"kind": "points-burn", "minorPerStep": 1, "pointsPerStep": 2, "basisPoints": 5000}]},
        {"id": "tea", "gives": [{"kind": "amount-off", "amount": 900, "of": {"skus": ["TEA"]}}]}]"#;
    let mut context = context();
    context.shopper = Some(commerce::facts::types::Shopper { points: 10_000, ..shopper() });
    let verdict = judge(rules, &[line("tea", 1_000, 1), line("cup", 1_000, 1)], &context);
    let taken: Vec<(u32, &str, i64)> =
        verdict.discounts.iter().map(|off| (off.line, off.promotion.as_str(), off.amount)).collect();
    assert_eq!(taken, [(0, "tea", 900), (1, "burn", 500)]);
    assert_eq!(consumed(&verdict), [("points", "burn", "customer", 1_000, None)], "500 at two points each");
}

/// A code of two promotions is one code: it is used once, within the least of the limits that they give it.
#[test]
fn a_code_keeps_its_limits_whichever_promotion_says_them() {
    let of = |id: &str, code: &str| {
        format!(r#"{{"id": "{id}", "codes": [{code}], "gives": [{{"kind": "amount-off", "amount": 1}}]}}"#)
    };
    let limited = |total: i64| format!(r#"{{"code": "SPRING", "limits": {{"total": {total}, "perCustomer": 1}}}}"#);
    for (one, other) in [(r#""SPRING""#.to_owned(), limited(2)), (limited(5), limited(2)), (limited(2), limited(5))] {
        let rules = format!(r#""promotions": [{}, {}]"#, of("p", &one), of("q", &other));
        let verdict = judge(&rules, &[line("tea", 9_900, 1)], &with(&["SPRING"], None, &[]));
        let mut used = consumed(&verdict);
        used.sort_unstable();
        assert_eq!(
            used,
            [("code", "SPRING", "customer", 1, Some(1)), ("code", "SPRING", "total", 1, Some(2))],
            "{one} {other}"
        );
    }
}

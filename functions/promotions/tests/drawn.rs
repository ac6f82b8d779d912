//! What several promotions draw from together is drawn once: points, purses, gifts, codes, budgets.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod shop;

use commerce::facts::offers::{LineAttribute, Verdict};
use commerce::facts::prices::PricedLine;
use commerce::facts::types::{Context, Counter};
use shop::{context, fate, judge, line, off, shopper};

fn book(promotions: &[&str]) -> String {
    format!(r#""promotions": [{}]"#, promotions.join(", "))
}

fn with_points(points: u64) -> Context {
    let mut shopper = shopper();
    shopper.points = points;
    Context { shopper: Some(shopper), ..context() }
}

fn granted(verdict: &Verdict, kind: &str) -> Vec<i64> {
    verdict.grants.iter().filter(|grant| grant.kind == kind).map(|grant| grant.amount).collect()
}

fn consumed(verdict: &Verdict, kind: &str) -> Vec<(i64, Option<i64>)> {
    verdict.consume.iter().filter(|used| used.kind == kind).map(|used| (used.amount, used.limit)).collect()
}

fn floored(price: i64, floor: i64) -> [PricedLine; 1] {
    let mut line = line("a", price, 1);
    line.floor = Some(floor);
    [line]
}

#[test]
fn points_are_burned_once_and_in_whole_steps() {
    let cheap = [line("a", 1_000, 1)];
    let step = r#"{"kind": "points-burn", "minorPerStep": 100, "pointsPerStep": 100}"#;
    let two = book(&[
        r#"{"id": "p", "gives": [{"kind": "points-burn", "minorPerStep": 1, "most": 700}]}"#,
        r#"{"id": "q", "gives": [{"kind": "points-burn", "minorPerStep": 1}]}"#,
    ]);
    let one = |rest: &str| book(&[&format!(r#"{{"id": "p", "gives": [{step}]{rest}}}"#)]);
    let odd = book(&[r#"{"id": "p", "gives": [{"kind": "points-burn", "minorPerStep": 10, "pointsPerStep": 3}]}"#]);
    let dear = [line("a", 10_000, 1)];
    type Row<'a> = (&'a str, &'a str, &'a [PricedLine], i64, &'a [i64]);
    let table: [Row<'_>; 5] = [
        ("two promotions share the points", &two, &dear, 1_000, &[700, 300]),
        ("a budget cuts whole steps", &one(r#", "budget": {"limit": 250}"#), &cheap, 200, &[200]),
        ("a promotion's most does", &one(r#", "most": 250"#), &cheap, 200, &[200]),
        ("a floor does", &one(""), &floored(1_000, 750), 200, &[200]),
        ("steps of three points", &odd, &floored(1_000, 975), 20, &[6]),
    ];
    for (what, rules, lines, taken, burned) in table {
        let verdict = judge(rules, lines, &with_points(1_000));
        assert_eq!((off(&verdict), granted(&verdict, "points-burned").as_slice()), (taken, burned), "{what}");
        let used: i64 = consumed(&verdict, "points").iter().map(|(amount, _)| amount).sum();
        assert_eq!(used, burned.iter().sum::<i64>(), "{what}");
    }
}

#[test]
fn purses_pay_once_and_never_more_than_the_goods_cost() {
    let packet = |id: &str, purse: &str, more: &str| {
        format!(r#"{{"id": "{id}", "gives": [{{"kind": "red-packet", "id": "{purse}", "amount": 700}}]{more}}}"#)
    };
    let half = r#"{"id": "half", "gives": [{"kind": "percent-off", "basisPoints": 5000}]}"#;
    let table: [(&str, [&str; 2], i64, &[i64]); 3] = [
        ("one purse, two promotions", [&packet("p", "x", ""), &packet("q", "x", "")], 10_000, &[700]),
        ("two purses, goods of 1,000", [&packet("p", "x", ""), &packet("q", "y", "")], 1_000, &[700, 300]),
        ("a discount after the packet", [&packet("p", "x", r#", "priority": 9"#), half], 1_000, &[500]),
    ];
    for (what, promotions, price, paid) in table {
        let verdict = judge(&book(&promotions), &[line("a", price, 1)], &context());
        assert_eq!(granted(&verdict, "tender"), paid, "{what}");
        let shares: i64 = verdict.grants.iter().flat_map(|grant| grant.lines.iter().map(|share| share.amount)).sum();
        assert_eq!(shares, paid.iter().sum::<i64>(), "{what}");
        let used: Vec<(i64, Option<i64>)> = paid.iter().map(|amount| (*amount, Some(700))).collect();
        assert_eq!(consumed(&verdict, "tender"), used, "{what}");
    }
}

#[test]
fn gifts_run_out_and_a_code_is_used_once() {
    let gift =
        |id: &str| format!(r#"{{"id": "{id}", "gives": [{{"kind": "gift", "sku": "S", "units": 3, "limit": 4}}]}}"#);
    let verdict = judge(&book(&[&gift("p"), &gift("q")]), &[line("a", 1_000, 1)], &context());
    let units: Vec<u32> = verdict.additions.iter().map(|added| added.quantity).collect();
    assert_eq!((units, consumed(&verdict, "gift")), (vec![3, 1], vec![(3, Some(4)), (1, Some(4))]));

    let coded = |id: &str| {
        format!(
            r#"{{"id": "{id}", "codes": [{{"code": "X", "limits": {{"total": 10}}}}], "gives": [{{"kind": "amount-off", "amount": 100}}]}}"#
        )
    };
    let counter = Counter { kind: "code".into(), id: "X".into(), scope: "total".into(), used: 9 };
    let entered = Context { codes: vec!["X".into()], counters: vec![counter], ..context() };
    let verdict = judge(&book(&[&coded("p"), &coded("q")]), &[line("a", 1_000, 1)], &entered);
    assert_eq!((off(&verdict), consumed(&verdict, "code")), (200, vec![(1, Some(10))]));
}

#[test]
fn an_exhausted_budget_tells_the_limit_and_what_would_be_used() {
    let rules = book(&[
        r#"{"id": "p", "budget": {"limit": 5000, "short": "refuse"}, "gives": [{"kind": "amount-off", "amount": 1000}]}"#,
    ]);
    for (used, code, have) in
        [(4_000, "applied", None), (4_001, "budget-exhausted", Some(5_001)), (6_000, "budget-exhausted", Some(6_000))]
    {
        let counter = Counter { kind: "budget".into(), id: "p".into(), scope: "total".into(), used };
        let verdict = judge(&rules, &[line("a", 9_000, 1)], &Context { counters: vec![counter], ..context() });
        assert_eq!((fate(&verdict, "p").as_str(), verdict.outcomes[0].have), (code, have), "{used}");
        assert_eq!(verdict.outcomes[0].need, have.map(|_| 5_000), "{used}");
    }
}

/// Of units that fit several parts each goes where all can be filled, and as many bundles are made as there are.
#[test]
fn a_bundle_is_found_wherever_there_is_one() {
    let part = |skus: &str, units: u32| format!(r#"{{"of": {{"skus": [{skus}]}}, "units": {units}}}"#);
    let lines = |each: &[(&str, i64, u32)]| -> Vec<PricedLine> {
        each.iter().map(|(id, price, quantity)| line(id, *price, *quantity)).collect()
    };
    let (bc, ab, a, b) = (r#""B", "C""#, r#""A", "B""#, r#""A""#, r#""B""#);
    let abc = lines(&[("a", 200, 1), ("b", 100, 1), ("c", 100, 1)]);
    let pairs = lines(&[("b", 1_000, 2), ("c", 500, 2)]);
    type Row<'a> = (&'a [String], i64, &'a [PricedLine], i64);
    let table: [Row<'_>; 5] = [
        (&[part(bc, 1), part(ab, 1), part(a, 1)], 0, &abc, 400),
        (&[part(bc, 1), part(b, 1)], 500, &pairs, 2 * (1_500 - 500)),
        (&[part(bc, 2), part(b, 2)], 500, &pairs, 3_000 - 500),
        // The second bundle would cost more than what is in it.
        (&[part(r#""B", "C""#, 2)], 1_200, &pairs, 2_000 - 1_200),
        (&[part(bc, 3), part(b, 2)], 0, &pairs, 0),
    ];
    for (parts, price, lines, taken) in table {
        let rules = book(&[&format!(
            r#"{{"id": "p", "gives": [{{"kind": "bundle", "parts": [{}], "price": {price}}}]}}"#,
            parts.join(", ")
        )]);
        assert_eq!(off(&judge(&rules, lines, &context())), taken, "{parts:?} {price}");
    }
    // Five million units, two of them a bundle.
    let many: Vec<PricedLine> = (0..500).map(|n| line(&format!("l{n}"), 100, 10_000)).collect();
    let rules = book(&[r#"{"id": "p", "gives": [{"kind": "bundle", "parts": [{}, {}], "price": 150}]}"#]);
    assert_eq!(off(&judge(&rules, &many, &context())), 2_500_000 * 50);
}

#[test]
fn what_is_granted_belongs_to_what_lines_still_cost() {
    let free = r#"{"id": "free", "gives": [{"kind": "percent-off", "basisPoints": 10000, "of": {"skus": ["A"]}}]}"#;
    let gift = |gives: &str| book(&[free, &format!(r#"{{"id": "p", "gives": [{gives}]}}"#)]);
    let mut fixed = line("c", 500, 1);
    fixed.discountable = false;
    let cart = [line("a", 1_000, 1), line("b", 1_000, 1), fixed];
    for (gives, shares) in [
        (r#"{"kind": "red-packet", "id": "x", "amount": 1200}"#, vec![("b", 800), ("c", 400)]),
        (r#"{"kind": "points-earn", "points": 7}"#, vec![("b", 7)]),
        (r#"{"kind": "donation", "cause": "x", "amount": 9}"#, vec![("b", 9)]),
    ] {
        let verdict = judge(&gift(gives), &cart, &context());
        let found: Vec<(&str, i64)> =
            verdict.grants[0].lines.iter().map(|share| (share.line.as_str(), share.amount)).collect();
        assert_eq!(found, shares, "{gives}");
    }
}

#[test]
fn a_bundle_is_found_whatever_the_order_of_its_parts() {
    let mut lines = [line("a", 701, 1), line("b", 333, 1)];
    for line in &mut lines {
        line.categories = vec!["c".into()];
    }
    let (any, own) = (r#"{"of": {"categories": ["c"]}}"#, r#"{"of": {"skus": ["A"]}}"#);
    for parts in [[any, own], [own, any]] {
        let rules = book(&[&format!(
            r#"{{"id": "p", "gives": [{{"kind": "bundle", "parts": [{}], "price": 100}}]}}"#,
            parts.join(", ")
        )]);
        assert_eq!(off(&judge(&rules, &lines, &context())), 934, "{parts:?}");
    }
}

/// A rulebook's own numbers may pass the bound of amounts: then the cart is refused, and no sum is cut off.
#[test]
fn what_is_added_and_granted_keeps_to_the_bound_of_amounts() {
    let most = commerce::bounds::AMOUNT;
    let wants = commerce::facts::offers::Wants { every_outcome: false, hints: 0, trace: false };
    for gives in [
        format!(r#"{{"kind": "add-line", "sku": "W", "price": {most}}}"#),
        format!(r#"{{"kind": "gift", "sku": "G", "units": 2, "unitPrice": {most}}}"#),
        format!(r#"{{"kind": "points-earn", "points": {most}, "spend": 1}}"#),
    ] {
        let rules = shop::rules(&book(&[&format!(r#"{{"id": "p", "gives": [{gives}]}}"#)]));
        let faults = rules.evaluate(&[line("a", 900, 2)], &[], &[], &[], &wants, &context()).unwrap_err();
        assert_eq!((faults[0].code.as_str(), faults[0].pointer.as_str()), ("amount-out-of-range", "/lines"), "{gives}");
    }
    // So may what lines declare: a measure of ten million, once and again, in carts of many units.
    let by = |id: &str| format!(r#"{{"id": "{id}", "gives": [{{"kind": "by-measure", "attribute": "m"}}]}}"#);
    let half = r#"{"id": "half", "gives": [{"kind": "percent-off", "basisPoints": 5000}]}"#;
    for stacking in ["all", "best", "best-per-line"] {
        let book = book(&[&by("p"), &by("q"), half]);
        let rules = shop::rules(&format!(r#""policy": {{"stacking": "{stacking}"}}, {book}"#));
        let lines: Vec<PricedLine> = (0..500).map(|n| line(&format!("l{n}"), most / 500_000_000, 1_000_000)).collect();
        let declared: Vec<LineAttribute> =
            (0..500).map(|line| LineAttribute { line, name: "m".into(), value: "9999999".into() }).collect();
        let faults = rules.evaluate(&lines, &declared, &[], &[], &wants, &context()).unwrap_err();
        assert_eq!((faults[0].code.as_str(), faults[0].pointer.as_str()), ("amount-out-of-range", "/lines"));
    }
}

//! What a budget counts: all that a promotion gives in money, whatever it gives it as.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod shop;

use commerce::facts::offers::{ShippingCharge, Verdict, Wants};
use commerce::facts::prices::PricedLine;
use commerce::facts::types::{Context, Counter};
use proptest::prelude::*;
use shop::{context, fate, judge, line, off, rules, shopper};

const PACKET: &str = r#"{"kind": "red-packet", "id": "purse", "amount": 800}"#;
const GIFT: &str = r#"{"kind": "gift", "sku": "G", "units": 2, "unitPrice": 150, "limit": 5}"#;
const GIVEN: &str = r#"{"kind": "donation", "cause": "schools", "amount": 200}"#;
const TENTH: &str = r#"{"kind": "percent-off", "basisPoints": 1000}"#;
const FREE: &str = r#"{"kind": "shipping-off"}"#;
const POINTS: &str = r#"{"kind": "points-earn", "points": 7}"#;
const CARE: &str = r#"{"kind": "add-line", "sku": "CARE", "price": 500}"#;

fn used(used: i64) -> Context {
    let counter = Counter { kind: "budget".into(), id: "p".into(), scope: "total".into(), used };
    Context { counters: vec![counter], ..context() }
}

fn granted(verdict: &Verdict, kind: &str) -> i64 {
    verdict.grants.iter().filter(|grant| grant.kind == kind).map(|grant| grant.amount).sum()
}

/// Off lines and shipping, from purses, to causes, worth of gifts.
fn parts(verdict: &Verdict) -> [i64; 4] {
    let gifts = verdict.additions.iter().map(|added| added.discount).sum();
    let taken = off(verdict) + verdict.shipping_discount;
    [taken, granted(verdict, "tender"), granted(verdict, "donation"), gifts]
}

/// What a promotion counts against its budget.
fn counted(verdict: &Verdict, id: &str) -> i64 {
    let own = verdict.consume.iter().filter(|used| used.kind == "budget" && used.id == id);
    own.map(|used| used.amount).sum()
}

#[test]
fn a_budget_counts_all_that_is_given_in_money() {
    // A cart of 1,000 and 1,000 for shipping. Gives, short, limit, used before, the parts given, the fate, its `have`.
    type Row<'a> = (&'a [&'a str], &'a str, i64, i64, [i64; 4], &'a str, Option<i64>);
    let table: [Row<'_>; 22] = [
        // Red packets are cut to what is left, or refused.
        (&[PACKET], "clip", 5_000, 0, [0, 800, 0, 0], "applied", None),
        (&[PACKET], "clip", 5_000, 4_500, [0, 500, 0, 0], "applied", None),
        (&[PACKET], "refuse", 5_000, 4_200, [0, 800, 0, 0], "applied", None),
        (&[PACKET], "refuse", 5_000, 4_201, [0; 4], "budget-exhausted", Some(5_001)),
        (&[PACKET], "clip", 5_000, 5_000, [0; 4], "budget-exhausted", Some(5_000)),
        // So are donations: they are given of what is paid.
        (&[GIVEN], "clip", 1_000, 850, [0, 0, 150, 0], "applied", None),
        (&[GIVEN], "refuse", 1_000, 850, [0; 4], "budget-exhausted", Some(1_050)),
        // A gift is given whole or not at all.
        (&[GIFT], "clip", 300, 0, [0, 0, 0, 300], "applied", None),
        (&[GIFT], "clip", 300, 1, [0; 4], "budget-exhausted", Some(301)),
        (&[GIFT], "refuse", 300, 1, [0; 4], "budget-exhausted", Some(301)),
        // Discounts first, then packets and donations in their order, then gifts that are covered.
        (&[GIFT, GIVEN, PACKET, TENTH], "clip", 1_400, 0, [100, 800, 200, 300], "applied", None),
        (&[GIFT, GIVEN, PACKET, TENTH], "clip", 1_399, 0, [100, 800, 200, 0], "applied", None),
        (&[GIFT, GIVEN, PACKET, TENTH], "clip", 400, 0, [100, 100, 200, 0], "applied", None),
        (&[GIFT, PACKET, GIVEN, TENTH], "clip", 400, 0, [100, 300, 0, 0], "applied", None),
        (&[GIFT, GIVEN, PACKET, TENTH], "clip", 60, 0, [60, 0, 0, 0], "applied", None),
        (&[GIFT, GIVEN, PACKET, TENTH], "refuse", 1_399, 0, [0; 4], "budget-exhausted", Some(1_400)),
        (&[FREE, GIFT], "clip", 1_200, 0, [1_000, 0, 0, 0], "applied", None),
        (&[GIFT, r#"{"kind": "gift", "sku": "H", "unitPrice": 90}"#], "clip", 299, 0, [0, 0, 0, 90], "applied", None),
        // What costs no money is given beside it; what is paid for in full costs nothing.
        (&[GIFT, POINTS], "clip", 1, 0, [0; 4], "applied", None),
        (&[GIFT, CARE], "clip", 1, 0, [0; 4], "applied", None),
        (&[r#"{"kind": "coupon", "id": "next"}"#], "refuse", 1, 0, [0; 4], "applied", None),
        (&[r#"{"kind": "gift", "sku": "G"}"#], "refuse", 1, 0, [0; 4], "applied", None),
    ];
    for (gives, short, limit, before, expected, code, have) in table {
        let gives = gives.join(", ");
        let what = format!("{gives} {short} {limit} {before}");
        let book = format!(
            r#""promotions": [{{"id": "p", "budget": {{"limit": {limit}, "short": "{short}"}}, "gives": [{gives}]}}]"#
        );
        let verdict = judge(&book, &[line("a", 1_000, 1)], &used(before));
        assert_eq!((parts(&verdict), fate(&verdict, "p").as_str()), (expected, code), "{what}");
        assert_eq!(verdict.outcomes[0].have, have, "{what}");
        assert_eq!(counted(&verdict, "p"), expected.iter().sum::<i64>(), "{what}");
        // A part that is cut belongs to lines as a whole one does, and purses and gifts are used up for what is given.
        for grant in verdict.grants.iter().filter(|grant| grant.kind != "coupon") {
            assert_eq!(grant.lines.iter().map(|share| share.amount).sum::<i64>(), grant.amount, "{what}");
        }
        let consumed = |kind: &str| -> i64 {
            verdict.consume.iter().filter(|used| used.kind == kind).map(|used| used.amount).sum()
        };
        assert_eq!(consumed("tender"), expected[1], "{what}");
        let gifts = verdict.additions.iter().filter(|added| added.sku != "CARE");
        assert_eq!(consumed("gift"), gifts.map(|added| i64::from(added.quantity)).sum::<i64>(), "{what}");
    }
}

#[test]
fn what_a_budget_leaves_out_is_left_to_others() {
    let packet = r#"{"kind": "red-packet", "id": "purse", "amount": 700}"#;
    let gift = r#"{"kind": "gift", "sku": "G", "units": 2, "unitPrice": 150, "limit": 3}"#;
    let promotion = |id: &str, rest: &str, gives: &str| format!(r#"{{"id": "{id}", "gives": [{gives}]{rest}}}"#);
    let budget = |limit: i64| format!(r#", "budget": {{"id": "spring", "limit": {limit}}}"#);
    let pair = |gives: &str, limit: i64, rest: &str| {
        let promotions = [promotion("p", &budget(limit), gives), promotion("q", rest, gives)];
        judge(&format!(r#""promotions": [{}]"#, promotions.join(", ")), &[line("a", 9_900, 1)], &context())
    };
    // The purse holds 700: a budget of 300 leaves 400 of it to the other promotion, and one for both leaves nothing.
    let verdict = pair(packet, 300, "");
    assert_eq!(verdict.grants.iter().map(|grant| grant.amount).collect::<Vec<_>>(), [300, 400]);
    let verdict = pair(packet, 300, &budget(300));
    assert_eq!((granted(&verdict, "tender"), fate(&verdict, "q").as_str()), (300, "budget-exhausted"));
    // Three gifts: the two that a budget does not cover are still there.
    let verdict = pair(&format!("{gift}, {TENTH}"), 1_000, "");
    let given: Vec<_> = verdict.additions.iter().map(|added| (added.promotion.as_str(), added.quantity)).collect();
    assert_eq!((given, counted(&verdict, "spring")), (vec![("q", 2)], 990));
    // A discount that is cut takes as many of them as one that is not.
    let verdict = pair(&format!(r#"{gift}, {{"kind": "amount-off", "amount": 700}}"#), 9_000, r#", "most": 300"#);
    let given: Vec<u32> = verdict.additions.iter().map(|added| added.quantity).collect();
    assert_eq!((given, off(&verdict)), (vec![2, 1], 1_000));
    // Conditions that look at what is left see all that is given.
    for (least, code) in [(300, "applied"), (301, "budget-left-below-minimum")] {
        let left = format!(r#"{{"kind": "budget-left", "id": "spring", "limit": 1000, "atLeast": {least}}}"#);
        let book = format!(
            r#""promotions": [{}, {{"id": "q", "when": [{left}], "gives": [{TENTH}]}}]"#,
            promotion("p", &budget(1_000), packet)
        );
        assert_eq!(fate(&judge(&book, &[line("a", 9_900, 1)], &context()), "q"), code, "{least}");
    }
    // What a packet does not pay in the end is not counted: a promotion after it takes half off.
    let half = promotion("half", "", r#"{"kind": "percent-off", "basisPoints": 5000}"#);
    let book = format!(r#""promotions": [{}, {half}]"#, promotion("p", &budget(1_000), packet));
    assert_eq!(counted(&judge(&book, &[line("a", 1_000, 1)], &context()), "spring"), 500);
}

#[test]
fn a_promotion_that_is_left_out_tells_what_its_budget_would_have_covered() {
    let book = |limit: i64| {
        format!(
            r#""policy": {{"stacking": "best-one"}}, "promotions": [
            {{"id": "p", "budget": {{"limit": {limit}}}, "gives": [{GIFT}, {TENTH}]}},
            {{"id": "q", "gives": [{{"kind": "amount-off", "amount": 500}}]}}]"#
        )
    };
    for (limit, gives) in [(9_000, 400), (399, 100), (50, 50)] {
        let verdict = judge(&book(limit), &[line("a", 1_000, 1)], &context());
        let outcome = verdict.outcomes.iter().find(|outcome| outcome.id == "p").unwrap();
        assert_eq!((outcome.code.as_deref(), outcome.would_give), (Some("superseded"), Some(gives)), "{limit}");
    }
}

/// Two parts of money for each promotion, of several kinds, budgets that two share, in every way of going together.
fn book(stacking: &str, gives: &[(usize, usize, i64)], limits: &[i64], short: &str) -> String {
    let action = |kind: usize, size: i64| match kind % 9 {
        0 => format!(r#"{{"kind": "percent-off", "basisPoints": {}, "spread": "line"}}"#, size % 10_001),
        1 => format!(r#"{{"kind": "amount-off", "amount": {size}, "includesShipping": true}}"#),
        2 => format!(r#"{{"kind": "gift", "sku": "G", "unitPrice": {}, "units": 2, "limit": 3}}"#, size / 2),
        3 => format!(r#"{{"kind": "red-packet", "id": "purse", "amount": {}}}"#, size + 1),
        4 => format!(r#"{{"kind": "donation", "cause": "c", "basisPoints": 500, "amount": {size}}}"#),
        5 => FREE.to_owned(),
        6 => r#"{"kind": "points-burn", "minorPerStep": 9, "pointsPerStep": 2}"#.to_owned(),
        7 => format!(r#"{{"kind": "cheapest-free", "groupSize": {}}}"#, 2 + size % 3),
        _ => POINTS.to_owned(),
    };
    let each = |(place, (one, other, size)): (usize, &(usize, usize, i64))| {
        let budget = place % limits.len();
        format!(
            r#"{{"id": "p{place}", "gives": [{}, {}],
                "budget": {{"id": "b{budget}", "limit": {}, "short": "{short}"}}}}"#,
            action(*one, *size),
            action(*other, *size / 3),
            limits[budget]
        )
    };
    let all: Vec<String> = gives.iter().enumerate().map(each).collect();
    format!(r#""policy": {{"stacking": "{stacking}"}}, "promotions": [{}]"#, all.join(", "))
}

fn cart() -> impl Strategy<Value = Vec<PricedLine>> {
    prop::collection::vec((1..9_000_i64, 1..4_u32), 1..4).prop_map(|lines| {
        lines.into_iter().zip(["a", "b", "c"]).map(|((price, count), id)| line(id, price, count)).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// What is counted is what is given, promotion by promotion; together no more than the limit; and a trace adds up.
    #[test]
    fn no_budget_is_passed_and_what_is_counted_is_what_is_given(
        lines in cart(), gives in prop::collection::vec((0..9_usize, 0..9_usize, 0..6_000_i64), 1..5),
        limits in prop::collection::vec(0..8_000_i64, 1..3), stacking in 0..5_usize, clip in any::<bool>(),
    ) {
        let stacking = ["all", "best", "best-one", "best-per-line", "first"][stacking];
        let book = book(stacking, &gives, &limits, if clip { "clip" } else { "refuse" });
        let mut shopper = shopper();
        shopper.points = 500;
        let context = Context { shopper: Some(shopper), ..context() };
        let shipping = [ShippingCharge { method: "express".into(), amount: 1_000 }];
        let wants = Wants { every_outcome: true, hints: 0, trace: true };
        let verdict = rules(&book).evaluate(&lines, &[], &shipping, &[], &wants, &context).unwrap();
        for (budget, limit) in limits.iter().enumerate() {
            let id = format!("b{budget}");
            let own = |promotion: &str| promotion[1..].parse::<usize>().unwrap() % limits.len() == budget;
            let outcomes = verdict.outcomes.iter().filter(|outcome| own(&outcome.id));
            let taken: i64 = outcomes.map(|outcome| outcome.amount + outcome.shipping_amount).sum();
            let added = verdict.additions.iter().filter(|added| own(&added.promotion)).map(|added| added.discount);
            let grants = verdict.grants.iter().filter(|grant| own(&grant.promotion));
            let paid = grants.filter(|grant| ["tender", "donation"].contains(&&*grant.kind)).map(|grant| grant.amount);
            prop_assert_eq!(counted(&verdict, &id), taken + added.chain(paid).sum::<i64>(), "{}", &id);
            prop_assert!(counted(&verdict, &id) <= *limit, "{}", &id);
        }
        for outcome in &verdict.outcomes {
            let own = verdict.trace.iter().filter(|step| step.promotion == outcome.id);
            let steps: i64 = own.map(|step| step.amount).sum();
            prop_assert_eq!(steps, outcome.amount + outcome.shipping_amount, "{}", &outcome.id);
        }
        let gifts: u32 = verdict.additions.iter().map(|added| added.quantity).sum();
        prop_assert!(gifts <= 3);
    }
}

//! The next step that a cart is told, worked out by hand.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod shop;

use shop::{context, judge, line};

#[test]
fn the_nearest_step_is_found_through_conditions_of_conditions() {
    let quantity = r#"{"kind": "quantity", "atLeast": 2}"#;
    let subtotal = r#"{"kind": "subtotal", "atLeast": 13500}"#;
    // Two of A at 5,000 and one of B at 3,000. A hint: the product, the units, what is to be spent.
    type Step<'a> = (Option<&'a str>, u32, i64);
    let table: [(&str, String, Step<'_>); 5] = [
        (
            "one more of the line that is nearest",
            r#"{"kind": "line-quantity", "atLeast": 3}"#.into(),
            (Some("A"), 1, 5_000),
        ),
        (
            "the cheapest line, where it is as near",
            r#"{"kind": "line-quantity", "atLeast": 6}"#.into(),
            (Some("B"), 5, 15_000),
        ),
        ("a subtotal", subtotal.into(), (None, 0, 500)),
        ("a subtotal among all", format!(r#"{{"kind": "all", "of": [{quantity}, {subtotal}]}}"#), (None, 0, 500)),
        (
            "a subtotal among any",
            format!(r#"{{"kind": "any", "of": [{{"kind": "tier", "anyOf": ["gold"]}}, {subtotal}]}}"#),
            (None, 0, 500),
        ),
    ];
    for (what, when, expected) in table {
        let book = format!(
            r#""promotions": [{{"id": "p", "when": [{when}], "gives": [{{"kind": "amount-off", "amount": 1000}}]}}]"#
        );
        let verdict = judge(&book, &[line("a", 5_000, 2), line("b", 3_000, 1)], &context());
        let found: Vec<_> = verdict.hints.iter().map(|hint| (hint.sku.as_deref(), hint.quantity, hint.spend)).collect();
        assert_eq!(found, [expected], "{what}");
        assert_eq!(verdict.hints[0].gives, 1_000, "{what}");
    }
}

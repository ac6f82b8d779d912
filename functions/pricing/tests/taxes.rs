//! Taxes, import and shipping.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod cart;

use cart::{brief, context, line, rules, taxable};
use commerce::facts::prices::Cargo;
use commerce::facts::types::Counter;
use proptest::prelude::*;

#[test]
fn the_rate_that_names_most_wins() {
    let rules = rules(
        r#"{"currency": "EUR", "taxes": {"included": false, "country": "DE", "rates": [
            {"country": "DE", "rate": 1900}, {"category": "food", "country": "DE", "rate": 700}, {"category": "books", "rate": 500},
            {"country": "DE", "region": "DE-HE", "rate": 0, "from": "2026-01-01T00:00:00Z"}, {"country": "FR", "rate": 2000, "included": true}]}}"#,
        &[],
    );
    let at = |country: Option<&str>, region: Option<&str>, at: &str| {
        let mut context = context("EUR", at);
        (context.country, context.region) = (country.map(str::to_owned), region.map(str::to_owned));
        context
    };
    // where and when, category: rate, tax on 10.00, contained
    for (context, category, expected) in [
        (at(None, None, "2026-06-01T00:00:00Z"), "standard", (1_900, 190, false)),
        (at(Some("DE"), None, "2026-06-01T00:00:00Z"), "food", (700, 70, false)),
        (at(Some("DE"), Some("DE-HE"), "2025-12-31T23:59:59Z"), "standard", (1_900, 190, false)),
        (at(Some("DE"), Some("DE-HE"), "2026-01-01T00:00:00Z"), "standard", (0, 0, false)),
        (at(Some("FR"), None, "2026-06-01T00:00:00Z"), "food", (2_000, 167, true)),
        (at(Some("FR"), None, "2026-06-01T00:00:00Z"), "books", (500, 50, false)),
        (at(Some("JP"), None, "2026-06-01T00:00:00Z"), "food", (0, 0, true)),
    ] {
        let taxed = rules.tax(&[taxable("1", category, 1, 1_000)], &context).unwrap().taxed;
        assert_eq!((taxed[0].rate, taxed[0].tax, taxed[0].included), expected, "{:?} {category}", context.country);
    }
}

#[test]
fn the_level_of_rounding_decides_the_cents() {
    // Three lines of three units at 0.33 and 7 %: a unit's tax is 0.0231, a line's 0.0693, the order's 0.2079.
    let amounts = [taxable("a", "food", 3, 99), taxable("b", "food", 3, 99), taxable("c", "food", 3, 99)];
    for (level, rounding, expected) in [
        ("unit", "half-up", [6, 6, 6]),
        ("unit", "up", [9, 9, 9]),
        ("line", "half-up", [7, 7, 7]),
        ("order", "half-up", [7, 7, 7]),
        ("line", "down", [6, 6, 6]),
        ("order", "down", [7, 7, 6]),
    ] {
        let rulebook = format!(
            r#"{{"currency": "EUR", "taxes": {{"included": false, "level": "{level}", "rounding": "{rounding}", "rates": [{{"rate": 700}}]}}}}"#
        );
        let taxed = rules(&rulebook, &[]).tax(&amounts, &context("EUR", "2026-01-01T00:00:00Z")).unwrap().taxed;
        assert_eq!(taxed.iter().map(|taxed| taxed.tax).collect::<Vec<_>>(), expected, "{level} {rounding}");
    }
}

const IMPORT: &str = r#"{"currency": "CNY", "taxes": {"rates": [{"rate": 1300}], "imports": [{
    "id": "cn-retail-import", "country": "CN", "from": "2019-01-01T00:00:00+08:00", "statute": "财关税〔2018〕49号",
    "singleLimit": 500000, "yearLimit": 2600000, "tariffShare": 0, "importShare": 7000,
    "categories": {"bonded": {"tariff": 1000, "vat": 1300, "consumption": 0}, "bonded-luxury": {"tariff": 500, "vat": 1300, "consumption": 1500}}}]}}"#;

#[test]
fn retail_import_within_and_beyond_its_limits() {
    let rules = rules(IMPORT, &[]);
    let import = |used: i64| {
        let mut context = context("CNY", "2026-06-01T00:00:00+08:00");
        context.country = Some("CN".into());
        let counter =
            |used| Counter { kind: "import".into(), id: "cn-retail-import".into(), scope: "year".into(), used };
        context.counters = vec![counter(used / 2), counter(used - used / 2)];
        context
    };
    // Neither a line that is not selected nor shipping is an item of the purchase.
    let unbought = || taxable("3", "bonded", 0, 0);
    // category, units, amount, imported this year: rate, tax, what is said of limits
    for (category, units, amount, used, expected) in [
        // 70 % of 13 % is 9.1 %
        ("bonded", 2, 500_000, 0, (910, 45_500, None)),
        // 70 % of (13 % + 15 %) ÷ (1 − 15 %) is 23.0588 %
        ("bonded-luxury", 1, 100_000, 2_500_000, (2_306, 23_059, None)),
        // one item above the single limit: 10 % tariff, then 13 % on 110 %
        ("bonded", 1, 500_001, 0, (2_430, 121_500, Some(("import-single-item-full-duty", true, 500_001)))),
        ("bonded", 2, 500_001, 0, (2_430, 121_500, Some(("import-single-limit", false, 500_001)))),
        ("bonded", 1, 100_001, 2_500_000, (2_430, 24_300, Some(("import-year-limit", false, 2_600_001)))),
        // 5 % tariff, then 28 % ÷ 85 % on 105 %
        ("bonded-luxury", 1, 600_000, 0, (3_959, 237_529, Some(("import-single-item-full-duty", true, 600_000)))),
    ] {
        let taxation = rules
            .tax(&[taxable("1", category, units, amount), taxable("2", "other", 1, 113), unbought()], &import(used))
            .unwrap();
        let note = taxation.notes.first().map(|note| (note.code.as_str(), note.allowed, note.have));
        assert_eq!((taxation.taxed[0].rate, taxation.taxed[0].tax, note), expected, "{category} {amount}");
        assert_eq!((taxation.taxed[1].tax, taxation.taxed[1].included), (13, true));
    }
    let abroad = rules.tax(&[taxable("1", "bonded", 1, 113)], &context("CNY", "2026-06-01T00:00:00+08:00")).unwrap();
    assert_eq!((abroad.taxed[0].rate, abroad.notes.len()), (1_300, 0));
}

#[test]
fn shipping_says_what_each_way_costs_and_why_one_is_closed() {
    let lines = [line("1", "PAN", 2)];
    let rules = rules(
        r#"{"currency": "CNY", "catalogue": {"products": [{"sku": "PAN", "weight": 1500}]}, "priceLists": [{"id": "base", "entries": {"PAN": 5000}}],
        "shipping": {"methods": [
            {"id": "abroad", "charge": 9000, "countries": ["SG"]},
            {"id": "light", "weightBands": [{"upTo": 1000, "charge": 800}]},
            {"id": "post", "charge": 1000, "freeOver": 10000, "taxCategory": "services"},
            {"id": "heavy", "weightBands": [{"upTo": 2999, "charge": 1500}, {"upTo": 3000, "charge": 2500}]},
            {"id": "dollars", "charge": {"USD": 100}}]}}"#,
        &lines,
    );
    let mut home = context("CNY", "2026-01-01T00:00:00Z");
    home.country = Some("CN".into());
    let priced = rules.price(&lines, &home).unwrap();
    let cargo: Vec<Cargo> = priced
        .lines
        .iter()
        .map(|line| Cargo { sku: line.sku.clone(), quantity: line.quantity, subtotal: line.subtotal })
        .collect();
    let options = rules.ship(&cargo, &home).unwrap();
    let said: Vec<_> = options
        .iter()
        .map(|option| (option.method.as_str(), option.amount, option.code.as_deref(), option.chosen))
        .collect();
    let expected = [
        ("abroad", 0, Some("country-not-served"), false),
        ("light", 0, Some("too-heavy"), false),
        ("post", 0, None, true),
        ("heavy", 2_500, None, false),
        ("dollars", 0, Some("no-charge-in-currency"), false),
    ];
    assert_eq!(said, expected);
    home.shipping_method = Some("heavy".into());
    assert_eq!(rules.ship(&cargo, &home).unwrap().iter().find(|option| option.chosen).unwrap().method, "heavy");
    home.shipping_method = Some("rocket".into());
    assert_eq!(brief(&rules.ship(&cargo, &home).unwrap_err()), ["/delivery/method unknown-shipping-method"]);
}

proptest! {
    /// At the order's level the lines' taxes sum to the tax of the sum; at every level none is negative or above its amount.
    #[test]
    fn taxes_of_an_order_sum_to_the_tax_of_its_sum(amounts in prop::collection::vec(0..10_000_000_i64, 1..20), rate in 0..5_000_i64, included: bool) {
        let rulebook = |level: &str| format!(r#"{{"currency": "CNY", "taxes": {{"included": {included}, "level": "{level}", "rates": [{{"rate": {rate}}}]}}}}"#);
        let lines: Vec<_> = amounts.iter().map(|amount| taxable("x", "standard", 7, *amount)).collect();
        let moment = context("CNY", "2026-01-01T00:00:00Z");
        for level in ["order", "line", "unit"] {
            let taxed = rules(&rulebook(level), &[]).tax(&lines, &moment).unwrap().taxed;
            prop_assert!(taxed.iter().zip(&amounts).all(|(taxed, amount)| taxed.tax >= 0 && taxed.tax <= *amount));
            if level == "order" {
                let sum = i128::from(amounts.iter().sum::<i64>());
                let whole = 10_000 + if included { i128::from(rate) } else { 0 };
                let expected = commerce::money::divide(sum * i128::from(rate), whole, commerce::money::Rounding::HalfUp).unwrap();
                prop_assert_eq!(taxed.iter().map(|taxed| taxed.tax).sum::<i64>(), expected);
            }
        }
    }
}

//! Which list sets a price, and what cannot be priced.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod cart;

use cart::{brief, context, line, rules, shopper};
use commerce::facts::types::{Attribute, Channel, Context};

const WILLOW: &str = r#"{"currency": "CNY",
  "catalogue": {
    "categories": {"drinks": {}, "tea": {"parent": "drinks", "title": {"zh-CN": "茶", "en": "Tea"}}},
    "products": [
      {"sku": "TEA", "title": {"zh-CN": "龙井", "en": "Longjing"}, "categories": ["tea"], "taxCategory": "food", "floor": 6000, "shop": "willow", "weight": 120},
      {"sku": "CUP", "discountable": false},
      {"sku": "NEW"}]},
  "priceLists": [
    {"id": "base", "entries": {"TEA": 9900, "CUP": {"mode": "each-band", "tiers": [{"from": 1, "price": 100}, {"from": 10, "price": 80}]}}},
    {"id": "dollars", "currency": "USD", "entries": {"TEA": 1500, "NEW": 100}},
    {"id": "gold", "kind": "member", "precedence": 10, "when": {"groups": ["gold", "staff"]}, "entries": {"TEA": 9400}},
    {"id": "room-8", "kind": "live", "precedence": 20, "when": {"channels": [{"kind": "live", "id": "room-8"}]},
     "from": "2026-11-11T20:00:00+08:00", "until": "2026-11-11T22:00:00+08:00",
     "entries": {"TEA": {"mode": "all-units", "tiers": [{"from": 1, "price": 8800}, {"from": 5, "price": 8500}]}}},
    {"id": "autumn", "kind": "sale", "precedence": 15, "when": {"attributes": {"season": ["autumn"]}}, "entries": {"TEA": 9500}}],
  "pricing": {"choose": "CHOOSE"}}"#;

fn live(mut context: Context) -> Context {
    context.channel = Channel { kind: "live".into(), id: Some("room-8".into()) };
    context
}

#[test]
fn the_rulebook_says_which_list_wins_and_the_answer_says_which_did() {
    let on = |at: &str| context("CNY", at);
    let with = |groups: &[&str], mut context: Context| {
        context.shopper = Some(shopper(groups));
        context
    };
    let autumn = |mut context: Context| {
        context.attributes = vec![Attribute { name: "season".into(), value: "autumn".into() }];
        context
    };
    let (before, during, after) =
        (on("2026-11-11T19:59:59+08:00"), on("2026-11-11T20:00:00+08:00"), on("2026-11-11T22:00:00+08:00"));
    // who and when, how many, how lists are chosen: the list, its band, the unit price, what it is a reduction of
    let table = [
        (before.clone(), 1, "precedence", ("base", 1, 9_900, None)),
        (live(before.clone()), 1, "precedence", ("base", 1, 9_900, None)),
        (live(during.clone()), 1, "precedence", ("room-8", 1, 8_800, None)),
        (live(during.clone()), 5, "precedence", ("room-8", 5, 8_500, None)),
        (live(after), 5, "precedence", ("base", 1, 9_900, None)),
        (with(&["gold"], during.clone()), 1, "precedence", ("gold", 1, 9_400, None)),
        (with(&["gold"], live(during.clone())), 1, "lowest", ("room-8", 1, 8_800, None)),
        (autumn(during.clone()), 1, "precedence", ("autumn", 1, 9_500, Some(9_900))),
        // a reduction never raises a price, whatever its precedence
        (with(&["gold"], autumn(during.clone())), 1, "precedence", ("gold", 1, 9_400, None)),
        (with(&["silver"], during), 1, "most-specific", ("base", 1, 9_900, None)),
        (context("USD", "2026-11-11T20:00:00+08:00"), 1, "precedence", ("dollars", 1, 1_500, None)),
    ];
    for (index, (context, quantity, choose, expected)) in table.into_iter().enumerate() {
        let lines = [line("1", "TEA", quantity)];
        let priced = rules(&WILLOW.replace("CHOOSE", choose), &lines).price(&lines, &context).unwrap();
        let (tea, own) = (&priced.lines[0], &priced.particulars[0]);
        assert_eq!(
            (own.price_list.as_str(), own.band_from, tea.unit_price, own.regular_price),
            expected,
            "row {index}"
        );
        assert_eq!(tea.subtotal, expected.2 * i64::from(quantity));
        assert_eq!(tea.reduced, expected.0 == "autumn");
        assert_eq!(tea.categories, ["tea", "drinks"]);
        assert_eq!(
            (own.tax_category.as_str(), tea.shop.as_deref(), tea.floor),
            ("food", Some("willow"), if context.currency == "CNY" { Some(6_000) } else { None })
        );
    }
}

#[test]
fn what_cannot_be_priced_is_reported_line_by_line() {
    let lines = [line("a", "TEA", 1), line("b", "GONE", 1), line("c", "NEW", 1), line("d", "CUP", 12)];
    let rules = rules(&WILLOW.replace("CHOOSE", "lowest"), &lines);
    let faults = rules.price(&lines, &context("CNY", "2026-01-01T00:00:00Z")).unwrap_err();
    assert_eq!(brief(&faults), ["/lines/1/sku unknown-sku", "/lines/2/sku no-price-in-currency"]);
    let priced = rules.price(&lines[3..], &context("CNY", "2026-01-01T00:00:00Z")).unwrap();
    let (cup, from) = (&priced.lines[0], priced.particulars[0].band_from);
    assert_eq!((cup.unit_price, cup.subtotal, from, cup.discountable), (80, 9 * 100 + 3 * 80, 10, false));
    let dear = r#"{"currency": "CNY", "priceLists": [{"id": "base", "entries": {"A": 9007199254740991}}]}"#;
    let faults =
        cart::rules(dear, &[]).price(&[line("1", "A", 2)], &context("CNY", "2026-01-01T00:00:00Z")).unwrap_err();
    assert_eq!(brief(&faults), ["/lines/0/quantity amount-overflow"]);
}

#[test]
fn a_rulebook_with_faults_gets_all_of_them_at_once() {
    let faults = pricing::compile(
        r#"{"currency": "CNY",
        "catalogue": {"categories": {"a": {"parent": "b"}, "b": {"parent": "a"}, "c": {"parent": "d"}},
                      "products": [{"sku": "X", "floor": 500, "categories": ["e"]}, {"sku": "X"}]},
        "priceLists": [{"id": "base", "entries": {"X": 400, "Y": 1}}, {"id": "base", "entries": {"X": -1}, "from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}],
        "pricing": {"choose": "best", "priorPrice": [{"id": "eu", "law": "eu"}, {"id": "eu", "law": "cn"}]}, "taxes": {"rates": [{"rate": -1}]}, "shipping": {"methods": [{"id": "post"}]}}"#,
    )
    .unwrap_err();
    let expected = [
        "/catalogue/categories/a/parent category-cycle",
        "/catalogue/categories/b/parent category-cycle",
        "/catalogue/categories/c/parent unknown-category",
        "/catalogue/products/0/categories/0 unknown-category",
        "/catalogue/products/1 duplicate-sku",
        "/priceLists/0/entries/X floor-above-price",
        "/priceLists/0/entries/Y unknown-sku",
        "/priceLists/1 empty-period",
        "/priceLists/1/id duplicate-id",
        "/priceLists/1/entries/X out-of-range",
        "/pricing/choose unknown-value",
        "/pricing/priorPrice/1 duplicate-id",
        "/taxes/rates/0/rate out-of-range",
        "/shipping/methods/0/charge missing-field",
    ];
    assert_eq!(brief(&faults), expected);
    assert_eq!(brief(&pricing::compile("{").unwrap_err()), [" malformed-json"]);
    assert!(pricing::compile("{}").is_ok());
}

#[test]
fn a_hundred_thousand_products_and_a_cart_reads_the_shards_of_its_own() {
    let mut products = String::new();
    let mut entries = String::new();
    for number in 0..100_000 {
        products.push_str(&format!(r#"{{"sku": "SKU-{number:06}", "categories": ["c{}"]}},"#, number % 300));
        entries.push_str(&format!(r#""SKU-{number:06}": {},"#, 100 + number));
    }
    let rulebook = format!(
        r#"{{"currency": "CNY", "catalogue": {{"products": [{}]}}, "priceLists": [{{"id": "base", "entries": {{{}}}}}]}}"#,
        products.trim_end_matches(','),
        entries.trim_end_matches(',')
    );
    let compiled = pricing::compile(&rulebook).unwrap();
    assert!(compiled.shards.iter().all(|shard| shard.len() <= commerce::bounds::SHARD_BYTES));
    assert!(compiled.root.len() < 1_000);
    let lines: Vec<_> =
        (0..20).map(|number| line(&number.to_string(), &format!("SKU-{:06}", number * 4_999), 1)).collect();
    let mut fresh = pricing::Rules::load(&compiled.root).unwrap();
    assert!((1..=20).contains(&fresh.missing(&lines).len()));
    let moment = context("CNY", "2026-01-01T00:00:00Z");
    assert_eq!(fresh.price(&lines, &moment).unwrap_err()[0].code, "shard-not-held");
    assert!(fresh.hold(u32::MAX, &[]).is_err() && fresh.hold(0, &[1, 2, 3]).is_err());
    let priced = rules(&rulebook, &lines).price(&lines, &moment).unwrap();
    assert!(priced.lines.iter().zip(0..).all(|(line, number)| line.unit_price == 100 + number * 4_999));
    assert!(pricing::Rules::load(b"pricing/0\n").is_err());
}

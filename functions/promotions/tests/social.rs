//! What no peer tests: group buying, bargaining, help, several shops, live rooms, places, sleepers, clocks that change.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod shop;

use commerce::facts::types::{Attribute, Channel, Gathering, OrderHistory, Place};
use shop::{NOON, context, fate, judge, line, off, shopper};

fn promotion(when: &str, gives: &str) -> String {
    format!(r#""promotions": [{{"id": "p", "when": [{when}], "gives": [{gives}]}}]"#)
}

const TEN_OFF: &str = r#"{"kind": "amount-off", "amount": 1000}"#;

#[test]
fn the_group_ladder_gives_more_to_larger_groups() {
    let rules =
        promotion("", r#"{"kind": "group-ladder", "tiers": [{"from": 2, "price": 7900}, {"from": 5, "price": 6900}]}"#);
    for (people, each) in [(0, 0), (1, 0), (2, 2_000), (4, 2_000), (5, 3_000), (99, 3_000)] {
        let context =
            commerce::Context { gathering: Gathering { group_size: people, leader: false, helpers: 0 }, ..context() };
        assert_eq!(off(&judge(&rules, &[line("tea", 9_900, 3)], &context)), 3 * each, "{people} people");
    }
}

#[test]
fn friends_bargain_one_unit_down_to_the_floor() {
    let rules = promotion("", r#"{"kind": "bargain", "of": {"skus": ["POT"]}, "perHelper": 1500, "floor": 9900}"#);
    for (helpers, taken) in [(0, 0), (1, 1_500), (13, 19_500), (14, 20_000), (500, 20_000)] {
        let context = commerce::Context { gathering: Gathering { group_size: 0, leader: false, helpers }, ..context() };
        assert_eq!(off(&judge(&rules, &[line("pot", 29_900, 2)], &context)), taken, "{helpers} helpers");
    }
}

#[test]
fn help_unlocks_and_says_how_much_is_missing() {
    let rules = promotion(r#"{"kind": "helpers", "atLeast": 5}"#, TEN_OFF);
    let helped =
        |helpers| commerce::Context { gathering: Gathering { group_size: 0, leader: false, helpers }, ..context() };
    assert_eq!(off(&judge(&rules, &[line("tea", 9_900, 1)], &helped(5))), 1_000);
    let verdict = judge(&rules, &[line("tea", 9_900, 1)], &helped(3));
    let outcome = &verdict.outcomes[0];
    assert_eq!((outcome.code.as_deref(), outcome.need, outcome.have), (Some("helpers-missing"), Some(5), Some(3)));
}

#[test]
fn several_shops_share_one_threshold_exactly() {
    let rules = r#""promotions": [{"id": "p", "gives": [{"kind": "every", "spend": 30000, "off": 5000}],
        "funding": [{"by": "platform", "basisPoints": 3333}, {"by": "shop", "basisPoints": 6667}]}]"#;
    let mut lines = [line("a", 20_001, 1), line("b", 20_000, 1), line("c", 20_002, 1)];
    for (line, shop) in lines.iter_mut().zip(["one", "two", "two"]) {
        line.shop = Some(shop.into());
    }
    let verdict = judge(rules, &lines, &context());
    assert_eq!(off(&verdict), 10_000, "twice 30000");
    let of_shop = |shop: &str| {
        verdict.outcomes[0]
            .funding
            .iter()
            .filter(|part| part.shop.as_deref() == Some(shop))
            .map(|part| part.amount)
            .sum::<i64>()
    };
    let of_lines = |places: &[u32]| {
        verdict.discounts.iter().filter(|found| places.contains(&found.line)).map(|found| found.amount).sum::<i64>()
    };
    assert_eq!((of_shop("one"), of_shop("two")), (of_lines(&[0]), of_lines(&[1, 2])));
    assert_eq!(of_shop("one") + of_shop("two"), 10_000);
}

#[test]
fn a_deposit_counts_for_more_than_was_paid() {
    // 100 paid before counts for 250 now: the promotion takes off the difference, once, on the presold product.
    let rules = promotion(
        r#"{"kind": "attribute", "name": "deposit", "anyOf": ["paid"]}"#,
        r#"{"kind": "amount-off", "amount": 15000, "of": {"skus": ["TEA"]}}"#,
    );
    let mut paid = context();
    assert_eq!(off(&judge(&rules, &[line("tea", 99_900, 1)], &paid)), 0);
    paid.attributes = vec![Attribute { name: "deposit".into(), value: "paid".into() }];
    assert_eq!(off(&judge(&rules, &[line("tea", 99_900, 1)], &paid)), 15_000);
}

#[test]
fn only_in_the_live_room() {
    let rules = promotion(r#"{"kind": "channel", "kinds": ["live"], "ids": ["room-8"]}"#, TEN_OFF);
    for (kind, id, code) in [
        ("live", Some("room-8"), "applied"),
        ("live", Some("room-9"), "channel-not-eligible"),
        ("web", None, "channel-not-eligible"),
    ] {
        let context =
            commerce::Context { channel: Channel { kind: kind.into(), id: id.map(str::to_owned) }, ..context() };
        assert_eq!(fate(&judge(&rules, &[line("tea", 9_900, 1)], &context), "p"), code, "{kind} {id:?}");
    }
}

#[test]
fn only_near_the_store() {
    let rules =
        promotion(r#"{"kind": "near", "places": [{"lat": 31.2304, "lon": 121.4737}], "metres": 1500}"#, TEN_OFF);
    for (place, code) in [
        (Some((31.2304, 121.4737)), "applied"),
        (Some((31.2400, 121.4737)), "applied"),
        (Some((31.2500, 121.4737)), "too-far"),
        (None, "place-unknown"),
    ] {
        let mut context = context();
        let place = place.map(|(latitude, longitude)| Place { latitude, longitude });
        context.shopper = Some(commerce::facts::types::Shopper { place, ..shopper() });
        assert_eq!(fate(&judge(&rules, &[line("tea", 9_900, 1)], &context), "p"), code);
    }
}

/// The rulebook says once where its stores are.
#[test]
fn near_any_store_that_works() {
    let nodes = r#""inventory": {"nodes": [
        {"id": "s", "kind": "store", "place": {"latitude": 31.2304, "longitude": 121.4737}},
        {"id": "far", "kind": "store", "place": {"latitude": 39.9, "longitude": 116}},
        {"id": "closed", "kind": "store", "active": false, "place": {"latitude": 22.5, "longitude": 114}},
        {"id": "w", "kind": "central-warehouse", "place": {"latitude": 23.1, "longitude": 113.3}}]}"#;
    let near = r#"{"kind": "near", "anyStore": true, "places": [{"lat": 0, "lon": 0}], "metres": 1500}"#;
    let rules = format!("{nodes}, {}", promotion(near, TEN_OFF));
    for (latitude, longitude, code) in [
        (31.2304, 121.4737, "applied"),
        (39.91, 116.0, "applied"),
        (0.0, 0.01, "applied"),
        (22.5, 114.0, "too-far"),
        (23.1, 113.3, "too-far"),
    ] {
        let mut context = context();
        let place = Some(Place { latitude, longitude });
        context.shopper = Some(commerce::facts::types::Shopper { place, ..shopper() });
        assert_eq!(fate(&judge(&rules, &[line("tea", 9_900, 1)], &context), "p"), code, "{latitude} {longitude}");
    }
    for (near, code, pointer) in [
        (r#"{"kind": "near", "anyStore": true, "metres": 1}"#, "no-store", "/promotions/0/when/0/anyStore"),
        (r#"{"kind": "near", "metres": 1}"#, "missing-field", "/promotions/0/when/0"),
        (r#"{"kind": "near", "anyStore": false, "metres": 1}"#, "missing-field", "/promotions/0/when/0"),
        (r#"{"kind": "near", "places": [], "metres": 1}"#, "empty-list", "/promotions/0/when/0/places"),
    ] {
        let faults = promotions::compile(&format!("{{{}}}", promotion(near, TEN_OFF))).unwrap_err();
        assert_eq!((faults[0].code.as_str(), faults[0].pointer.as_str()), (code, pointer), "{near}");
    }
}

#[test]
fn a_sleeper_is_woken_up() {
    let rules = format!(
        r#""segments": [{{"id": "dormant", "orders": {{"least": 1}}, "recencyDays": {{"least": 180}}}}], {}"#,
        promotion(r#"{"kind": "segment", "anyOf": ["dormant"]}"#, TEN_OFF)
    );
    for (days, code) in [(179, "not-in-segment"), (180, "applied"), (1_000, "applied")] {
        let mut context = context();
        let orders = OrderHistory { count: 3, first_at: None, last_at: Some(NOON - days * 86_400), spend: 9_900 };
        context.shopper = Some(commerce::facts::types::Shopper { orders: Some(orders), ..shopper() });
        assert_eq!(fate(&judge(&rules, &[line("tea", 9_900, 1)], &context), "p"), code, "{days} days");
    }
}

#[test]
fn the_evening_stays_the_evening_when_clocks_change() {
    let rules = promotion(
        r#"{"kind": "weekly", "days": ["sat"], "from": "20:00", "until": "03:00", "timeZone": "Europe/Berlin"}"#,
        TEN_OFF,
    );
    let at = |moment: &str| commerce::Context { at: commerce::instant::parse(moment).unwrap().at, ..context() };
    for (moment, code) in [
        ("2026-03-21T19:00:00Z", "applied"),       // 20:00 in winter
        ("2026-03-28T19:00:00Z", "applied"),       // the eve of summer time: still 20:00
        ("2026-03-29T00:59:59Z", "applied"),       // 01:59:59, the last second before clocks go to 03:00
        ("2026-03-29T01:00:00Z", "outside-hours"), // 03:00
        ("2026-04-04T18:00:00Z", "applied"),       // 20:00 in summer
        ("2026-04-04T17:59:59Z", "outside-hours"),
        ("2026-10-25T00:30:00Z", "applied"), // 02:30 for the first time
        ("2026-10-25T01:30:00Z", "applied"), // 02:30 for the second time
        ("2026-10-25T02:00:00Z", "outside-hours"),
    ] {
        assert_eq!(fate(&judge(&rules, &[line("tea", 9_900, 1)], &at(moment)), "p"), code, "{moment}");
    }
}

#[test]
fn the_next_step_of_what_applies_already_is_told() {
    let hint = |gives: &str, lines: &[commerce::facts::prices::PricedLine]| {
        let verdict = judge(&promotion("", gives), lines, &context());
        let told = verdict.hints.first().map(|hint| (hint.sku.clone(), hint.quantity, hint.spend, hint.gives));
        (told, verdict.wishes.first().map(|wish| (wish.sku.clone(), wish.quantity)))
    };
    let (tea, cup) = (line("tea", 10_000, 3), line("cup", 2_000, 1));
    let of = |sku: &str, units: u32, spend: i64, gives: i64| (Some((Some(sku.to_owned()), units, spend, gives)), None);
    let ladder = r#"{"kind": "ladder", "by": "subtotal", "tiers": [{"from": 30000, "amount": 4000}, {"from": 60000, "amount": 10000}]}"#;
    assert_eq!(hint(ladder, std::slice::from_ref(&tea)), (Some((None, 0, 30_000, 6_000)), None));
    let every = r#"{"kind": "every", "spend": 20000, "off": 3000}"#;
    assert_eq!(hint(every, std::slice::from_ref(&tea)), (Some((None, 0, 10_000, 3_000)), None));
    let second = r#"{"kind": "nth-item", "n": 2, "basisPoints": 5000}"#;
    assert_eq!(hint(second, std::slice::from_ref(&tea)), of("TEA", 1, 10_000, 5_000));
    let free = r#"{"kind": "cheapest-free", "groupSize": 4}"#;
    assert_eq!(hint(free, std::slice::from_ref(&tea)), of("TEA", 1, 10_000, 10_000));
    let three_for_one =
        r#"{"kind": "buy-get", "buy": {"of": {"skus": ["TEA"]}, "units": 4}, "get": {"of": {"skus": ["CUP"]}}}"#;
    assert_eq!(hint(three_for_one, &[tea.clone(), cup.clone()]), of("TEA", 1, 10_000, 2_000));
    // What is not in the cart has a price that others know.
    let gets = r#"{"kind": "buy-get", "buy": {"of": {"skus": ["TEA"]}, "units": 2}, "get": {"of": {"skus": ["CUP"]}}}"#;
    assert_eq!(hint(gets, std::slice::from_ref(&tea)), (None, Some((Some("CUP".to_owned()), 1))));
    let set = r#"{"kind": "bundle", "parts": [{"of": {"skus": ["TEA"]}}, {"of": {"skus": ["POT"]}, "units": 2}], "price": 15000}"#;
    assert_eq!(hint(set, &[tea]), (None, Some((Some("POT".to_owned()), 2))));
    // A promotion that the cart does not reach is looked at too.
    let reached = promotion(r#"{"kind": "contains", "skus": ["CUP"]}"#, TEN_OFF);
    assert_eq!(judge(&reached, &[line("tea", 100, 1)], &context()).wishes[0].sku.as_deref(), Some("CUP"));
    // Units of a category that the cart has nothing of.
    let mugs = promotion(r#"{"kind": "quantity", "atLeast": 2, "of": {"categories": ["mugs"]}}"#, TEN_OFF);
    let wishes = judge(&mugs, &[line("tea", 100, 1)], &context()).wishes;
    assert_eq!((wishes[0].category.as_deref(), wishes[0].quantity), (Some("mugs"), 2));
    // An amount of a category that the cart has nothing of.
    let shoes = r#"{"kind": "subtotal", "atLeast": 2300, "of": {"categories": ["shoes"]}}"#;
    let gives = r#"{"kind": "amount-off", "amount": 5000}"#;
    let hints = judge(&promotion(shoes, gives), &[line("tea", 10_000, 1)], &context()).hints;
    let told: Vec<_> = hints.iter().map(|hint| (hint.category.as_deref(), hint.spend, hint.gives)).collect();
    assert_eq!(told, [(Some("shoes"), 2_300, 5_000)]);
}

/// The first unit of each line and the further ones are reduced each by their own amount, and the units say so.
#[test]
fn the_first_unit_and_the_others_have_their_own_amounts() {
    let rules = promotion("", r#"{"kind": "first-then", "first": 113, "then": 211, "units": 3}"#);
    let verdict = judge(&rules, &[line("tea", 9_900, 5), line("cup", 150, 2)], &context());
    let runs: Vec<(u32, u32, i64)> = verdict.units.iter().map(|run| (run.line, run.quantity, run.discount)).collect();
    assert_eq!(
        runs,
        [(0, 1, 113), (0, 2, 211), (0, 2, 0), (1, 1, 113), (1, 1, 150)],
        "no unit costs less than nothing"
    );
    assert_eq!(off(&verdict), 113 + 2 * 211 + 113 + 150);
}

//! Carts and contexts for tests: what a test does not speak of is as plain as can be.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "each test binary uses its part"
)]

use commerce::facts::prices::Taxable;
use commerce::facts::types::{Channel, Context, Fault, Gathering, Line, Shopper};
use pricing::Rules;

pub fn context(currency: &str, at: &str) -> Context {
    let moment = commerce::instant::parse(at).unwrap();
    Context {
        at: moment.at,
        utc_offset: Some(moment.offset),
        time_zone: None,
        currency: currency.into(),
        channel: Channel { kind: "web".into(), id: None },
        country: None,
        region: None,
        shipping_method: None,
        shopper: None,
        gathering: Gathering { group_size: 0, leader: false, helpers: 0 },
        codes: vec![],
        attributes: vec![],
        counters: vec![],
        tags: vec![],
    }
}

pub fn shopper(groups: &[&str]) -> Shopper {
    Shopper {
        id: None,
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        segments: vec![],
        tier: None,
        entitlements: vec![],
        place: None,
        orders: None,
        since: None,
        interactions: 0,
        events: vec![],
        points: 0,
        subscriber: false,
        fingerprints: vec![],
    }
}

pub fn line(id: &str, sku: &str, quantity: u32) -> Line {
    Line {
        id: id.into(),
        sku: sku.into(),
        quantity,
        subscription: false,
        selected: true,
        claimed_reference: None,
        attributes: vec![],
    }
}

pub fn taxable(id: &str, category: &str, quantity: u32, amount: i64) -> Taxable {
    Taxable { id: id.into(), category: category.into(), quantity, amount }
}

/// Rules with every shard that the lines need.
pub fn rules(rulebook: &str, lines: &[Line]) -> Rules {
    let compiled = pricing::compile(rulebook).expect(rulebook);
    let mut rules = Rules::load(&compiled.root).unwrap();
    for number in rules.missing(lines) {
        rules.hold(number, &compiled.shards[number as usize]).unwrap();
    }
    assert_eq!(rules.missing(lines), Vec::<u32>::new());
    rules
}

pub fn brief(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
}

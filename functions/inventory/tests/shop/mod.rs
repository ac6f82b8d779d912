//! The shop that the tests of a check ask.
#![allow(dead_code, reason = "each test file takes what it needs")]

use commerce::facts::stock::{Inquiry, Level, Plan, Wanted};
use commerce::facts::types::{Channel, Context, Gathering, Place, Shopper};
use inventory::{Rules, compile};

/// When everything is asked.
pub const NOW: i64 = 1_794_398_700; // 2026-11-11T20:05:00+08:00, a Wednesday

/// Rules of this `inventory`, every shard held.
pub fn rules(inventory: &str) -> Rules {
    rules_of(&format!(r#"{{"currency": "CNY", "timeZone": "Asia/Shanghai", "inventory": {inventory}}}"#))
}

/// Rules of this rulebook, every shard held.
pub fn rules_of(book: &str) -> Rules {
    let compiled = compile(book).unwrap_or_else(|faults| panic!("{faults:?}"));
    let mut rules = Rules::load(&compiled.root).unwrap();
    for (number, shard) in compiled.shards.iter().enumerate() {
        rules.hold(u32::try_from(number).unwrap(), shard).unwrap();
    }
    rules
}

/// Two shops, `a` and `b`.
pub fn shops(items: &str, policy: &str) -> Rules {
    let nodes = r#"[{"id": "a", "kind": "store", "modes": ["same-day"], "cost": {"shipment": 100}},
                    {"id": "b", "kind": "store", "modes": ["same-day"], "cost": {"shipment": 200}}]"#;
    rules(&format!(r#"{{"nodes": {nodes}, "items": {items}, "policy": {policy}}}"#))
}

/// So many units at a node, and nothing else said.
pub fn level(sku: &str, node: &str, on_hand: i64) -> Level {
    Level {
        sku: sku.into(),
        node: node.into(),
        on_hand,
        reserved: 0,
        at: NOW,
        velocity: 0,
        tracked: true,
        backorderable: false,
        safety: None,
        unit_cost: None,
        lots: vec![],
        inbound: vec![],
        quotas: vec![],
    }
}

/// A line.
pub fn wanted(id: &str, sku: &str, quantity: u32) -> Wanted {
    Wanted { id: id.into(), sku: sku.into(), quantity, split: None, substitutes: false }
}

/// A question without wishes.
pub fn inquiry(lines: Vec<Wanted>, levels: Vec<Level>) -> Inquiry {
    Inquiry {
        lines,
        levels,
        reservations: vec![],
        owner: None,
        wish: None,
        by: None,
        strictly: false,
        nodes: vec![],
        excluded: vec![],
        max_shipments: None,
        all_or_nothing: None,
        hold: None,
    }
}

/// Nobody in particular, now.
pub fn context() -> Context {
    Context {
        at: NOW,
        utc_offset: Some(28_800),
        time_zone: None,
        currency: "CNY".into(),
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

/// A shopper at a place.
pub fn at(latitude: f64, longitude: f64) -> Context {
    let shopper = Shopper {
        id: None,
        groups: vec![],
        segments: vec![],
        tier: None,
        entitlements: vec![],
        place: Some(Place { latitude, longitude }),
        orders: None,
        since: None,
        interactions: 0,
        events: vec![],
        points: 0,
        subscriber: false,
        fingerprints: vec![],
    };
    Context { shopper: Some(shopper), ..context() }
}

/// The answer.
pub fn plan(rules: &Rules, inquiry: &Inquiry) -> Plan {
    rules.check(inquiry, &context()).unwrap()
}

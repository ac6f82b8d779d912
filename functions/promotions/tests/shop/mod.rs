//! Carts and contexts for the tests of this crate.
#![allow(dead_code, missing_docs, clippy::unwrap_used, reason = "each test uses a part")]

use commerce::facts::offers::{ShippingCharge, Verdict, Wants};
use commerce::facts::prices::PricedLine;
use commerce::facts::types::{Channel, Context, Gathering, OrderHistory, Shopper};
use promotions::{Rules, compile};

pub const NOON: i64 = 1_794_369_600; // 2026-11-11T04:00:00Z, noon in Shanghai

pub fn line(id: &str, price: i64, quantity: u32) -> PricedLine {
    PricedLine {
        id: id.into(),
        sku: id.to_uppercase(),
        quantity,
        unit_price: price,
        subtotal: price * i64::from(quantity),
        categories: vec!["all".into(), format!("cat-{id}")],
        floor: None,
        discountable: true,
        reduced: false,
        shop: None,
        selected: true,
        subscription: false,
        tax_on_top: 0,
    }
}

pub fn shopper() -> Shopper {
    Shopper {
        id: Some("c-1".into()),
        groups: Vec::new(),
        segments: Vec::new(),
        tier: None,
        entitlements: Vec::new(),
        place: None,
        orders: Some(OrderHistory { count: 0, first_at: None, last_at: None, spend: 0 }),
        since: None,
        interactions: 0,
        events: Vec::new(),
        points: 0,
        subscriber: false,
        fingerprints: Vec::new(),
    }
}

pub fn context() -> Context {
    Context {
        at: NOON,
        utc_offset: Some(28_800),
        time_zone: None,
        currency: "CNY".into(),
        channel: Channel { kind: "web".into(), id: None },
        country: None,
        region: None,
        shipping_method: None,
        shopper: Some(shopper()),
        gathering: Gathering { group_size: 0, leader: false, helpers: 0 },
        codes: Vec::new(),
        attributes: Vec::new(),
        counters: Vec::new(),
        tags: Vec::new(),
    }
}

pub fn rules(sections: &str) -> Rules {
    let compiled = compile(&format!(r#"{{"currency": "CNY", "timeZone": "Asia/Shanghai", {sections}}}"#)).unwrap();
    let mut rules = Rules::load(&compiled.root).unwrap();
    for (number, shard) in (0..).zip(&compiled.shards) {
        rules.hold(number, shard).unwrap();
    }
    rules
}

pub fn judge(sections: &str, lines: &[PricedLine], context: &Context) -> Verdict {
    let shipping = [ShippingCharge { method: "express".into(), amount: 1_000 }];
    let wants = Wants { every_outcome: true, hints: 5, trace: false };
    rules(sections).evaluate(lines, &[], &shipping, &[], &wants, context).unwrap()
}

/// What is taken off all lines.
pub fn off(verdict: &Verdict) -> i64 {
    verdict.discounts.iter().map(|discount| discount.amount).sum()
}

/// The reason code of a promotion, or `applied`.
pub fn fate(verdict: &Verdict, id: &str) -> String {
    let outcome = verdict.outcomes.iter().find(|outcome| outcome.id == id).unwrap();
    outcome.code.clone().unwrap_or_else(|| "applied".into())
}

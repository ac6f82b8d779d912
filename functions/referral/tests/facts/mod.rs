//! Facts that the tests of this folder are written with: plain ones, to be changed where a test says something about them.
#![allow(dead_code, reason = "each test file uses what it needs")]

use commerce::facts::referrals::{Partner, Sale, SoldLine, Touch, TouchKind};
use commerce::facts::types::{Channel, Context, Gathering, Shopper};

/// Compiles a programme: the rulebook's `referral`.
pub fn programme(referral: &str) -> referral::Rules {
    let rulebook = format!("{{\"format\":\"pushcart-rulebook/1\",\"currency\":\"CNY\",\"referral\":{referral}}}");
    let compiled = referral::compile(&rulebook).unwrap_or_else(|faults| panic!("{faults:?}"));
    referral::Rules::load(&compiled.root).unwrap()
}

pub fn context(at: i64) -> Context {
    Context {
        at,
        utc_offset: Some(0),
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

pub fn shopper(id: &str) -> Shopper {
    Shopper {
        id: Some(id.into()),
        groups: vec![],
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

pub fn sale(touches: Vec<Touch>, lines: Vec<SoldLine>) -> Sale {
    Sale { merchant: "willow".into(), touches, lines, bond: None, partners: vec![], history: vec![], keys: vec![] }
}

pub fn click(at: i64, referrer: &str) -> Touch {
    let direct = referrer == "direct";
    Touch {
        id: None,
        at,
        kind: TouchKind::Click,
        channel: if direct { "direct" } else { "content" }.into(),
        referrer: (!direct).then(|| referrer.to_owned()),
        content: None,
        campaign: None,
        link: None,
        consent: true,
        fingerprints: vec![],
    }
}

pub fn line(id: &str, sku: &str, quantity: u32, net: i64) -> SoldLine {
    SoldLine {
        id: id.into(),
        sku: sku.into(),
        categories: vec![],
        quantity,
        net,
        tax: 0,
        shipping: 0,
        creator_funded: 0,
        activity: None,
    }
}

pub fn partner(id: &str, parent: Option<&str>) -> Partner {
    Partner {
        id: id.into(),
        parent: parent.map(str::to_owned),
        grade: None,
        active: true,
        own_sales: true,
        revenue: 0,
        fingerprints: vec![],
    }
}

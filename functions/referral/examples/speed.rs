//! How long the heavy questions take natively, each as the best of several runs: a journey of 1,000 touches, the Markov model
//! over 10,000 distinct paths of 50 channels, and a link. With a file's name, the paths are written to it as
//! `path,conversions,value,nulls` (channels joined by ` > `), for another program to be asked the same.

use commerce::facts::referrals::{LinkClaim, LinkKey, PathRow, Sale, SoldLine, Touch, TouchKind};
use commerce::facts::types::{Channel, Context, Gathering};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

const CHANNELS: u32 = 50;
const PATHS: usize = 10_000;

fn best<T>(runs: u32, mut run: impl FnMut() -> T) -> Duration {
    let timed = (0..runs).map(|_| {
        let start = Instant::now();
        std::hint::black_box(run());
        start.elapsed()
    });
    timed.min().unwrap_or_default()
}

/// Distinct paths of 2 to 9 touches from a fixed congruence (Knuth's MMIX multiplier).
fn paths() -> Vec<PathRow> {
    let mut state = 1_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut known = std::collections::BTreeSet::new();
    while known.len() < PATHS {
        let length = 2 + next(8);
        let path: Vec<u32> = (0..length).filter_map(|_| u32::try_from(next(u64::from(CHANNELS))).ok()).collect();
        known.insert(path);
    }
    let row = |path| {
        let conversions = next(5);
        let value = i64::try_from(conversions * (100 + next(10_000))).unwrap_or(0);
        PathRow { path, conversions, nulls: next(40), value }
    };
    known.into_iter().map(row).collect()
}

fn written(rows: &[PathRow]) -> String {
    let mut text = String::from("path,conversions,value,nulls\n");
    for row in rows {
        let path: Vec<String> = row.path.iter().map(|channel| format!("c{channel}")).collect();
        let _ = writeln!(text, "{},{},{},{}", path.join(" > "), row.conversions, row.value, row.nulls);
    }
    text
}

fn journey() -> (Sale, Context) {
    let touch = |second: i64| Touch {
        id: None,
        at: second * 7 % 1_000,
        kind: TouchKind::Click,
        channel: "content".into(),
        referrer: Some(format!("r{}", second % 40)),
        content: None,
        campaign: None,
        link: None,
        consent: true,
        fingerprints: vec![],
    };
    let line = SoldLine {
        id: "1".into(),
        sku: "a".into(),
        categories: vec![],
        quantity: 1,
        net: 1_000_003,
        tax: 0,
        shipping: 0,
        creator_funded: 0,
        activity: None,
    };
    let sale = Sale {
        merchant: "willow".into(),
        touches: (0..1_000).map(touch).collect(),
        lines: vec![line],
        bond: None,
        partners: vec![],
        history: vec![],
        keys: vec![],
    };
    let context = Context {
        at: 1_000,
        utc_offset: 0,
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
    };
    (sale, context)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let faults = |faults: Vec<commerce::Fault>| format!("{faults:?}");
    let (sale, context) = journey();
    let rulebook = r#"{"referral":{"model":{"kind":"timeDecay","halfLife":500},"commission":{"rates":[1000]}}}"#;
    let rules = referral::Rules::load(&referral::compile(rulebook).map_err(faults)?.root)?;
    println!("journey of 1,000 touches, time decay: {:?}", best(20, || rules.attribute(&sale, &context)));

    let rows = paths();
    if let Some(file) = std::env::args().nth(1) {
        std::fs::write(file, written(&rows))?;
    }
    let names: Vec<String> = (0..CHANNELS).map(|channel| format!("c{channel}")).collect();
    for order in 1..=3 {
        let taken = best(3, || referral::models(&names, &rows, order));
        println!("every model, 10,000 paths of 50 channels, Markov of order {order}: {taken:?}");
    }
    let few: Vec<PathRow> = rows.iter().filter(|row| row.path.iter().all(|channel| *channel < 16)).cloned().collect();
    println!(
        "every model, {} paths of 16 channels, order 1: {:?}",
        few.len(),
        best(3, || referral::models(&names, &few, 1))
    );

    let claim = LinkClaim {
        referrer: "kol-7".into(),
        channel: "live".into(),
        content: Some("video-1".into()),
        campaign: Some("double-11".into()),
        issued: 0,
        expires: 9,
    };
    let key = LinkKey { id: "k3".into(), secret: b"a secret of sixteen bytes".to_vec(), until: None };
    let token = referral::sign(&claim, "willow", &key).map_err(faults)?;
    println!(
        "verifying a link: {:?}",
        best(1_000, || referral::verify(&token, "willow", std::slice::from_ref(&key), 1, 1, 0))
    );
    Ok(())
}

//! The component `referral` in wasmtime and its core natively: a journey of 1,000 touches, the Markov model over 10,000
//! distinct paths of 50 channels against `ChannelAttribution` on the same file, and a share link that is verified.

mod exact;
mod wasm;

use crate::figures::{least, verdict};
use anyhow::Context as _;
use commerce::facts::referrals::{LinkClaim, LinkKey, PathModel, PathRow, Sale, SoldLine, Touch, TouchKind};
use commerce::facts::types::{Channel, Context, Gathering};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Command;

/// Channels of the paths, and how many distinct paths there are.
const CHANNELS: u32 = 50;
const PATHS: usize = 10_000;
/// Touches of the journey.
const TOUCHES: i64 = 1_000;
const MERCHANT: &str = "willow";
const RULEBOOK: &str = r#"{"referral":{"model":{"kind":"timeDecay","halfLife":500},"commission":{"rates":[1000]}}}"#;

/// Prints the times and ratios.
pub fn run() -> anyhow::Result<()> {
    let mut warm = wasm::Instance::new()?;
    journey_timed(&mut warm)?;
    paths_timed(&mut warm)?;
    link_timed(&mut warm)
}

fn journey_timed(warm: &mut wasm::Instance) -> anyhow::Result<()> {
    let (sale, context) = (sale(), context());
    let compiled = ::referral::compile(RULEBOOK).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let rules = ::referral::Rules::load(&compiled.root).map_err(anyhow::Error::msg)?;
    let expected = rules.attribute(&sale, &context).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let (their_sale, their_context) = (wasm::sale(sale.clone()), wasm::context(context.clone()));
    let rules_in_wasm = warm.load(&compiled.root)?;
    anyhow::ensure!(
        warm.attribute(rules_in_wasm, &their_sale, &their_context)? == expected.credits.len(),
        "through Wasm, the journey has other credits"
    );
    let native = least(200, || {
        std::hint::black_box(rules.attribute(&sale, &context)).map(|_| ()).map_err(|_| anyhow::anyhow!("refused"))
    })?;
    let within = least(200, || warm.attribute(rules_in_wasm, &their_sale, &their_context).map(|_| ()))?;
    println!(
        "journey of {TOUCHES} touches, time decay: Wasm {within:.1} µs, native {native:.1} µs, ratio {:.2}",
        within / native
    );
    Ok(())
}

fn paths_timed(warm: &mut wasm::Instance) -> anyhow::Result<()> {
    let rows = paths();
    let names: Vec<String> = (0..CHANNELS).map(|channel| format!("c{channel}")).collect();
    let refused = |faults| anyhow::anyhow!("the paths are refused: {faults:?}");
    let markov = ::referral::markov(&names, &rows, 1).map_err(refused)?;
    println!("Markov of order 1 over {PATHS} distinct paths of {CHANNELS} channels:");
    let error = exact::largest_error(&rows, CHANNELS, &markov);
    println!(
        "  largest error of a removal effect against the chain iterated until it rests: {error:.1e} (an answer has nine \
         digits): {}",
        verdict(error < 2e-9)
    );
    let alone = least(20, || std::hint::black_box(::referral::markov(&names, &rows, 1)).map(|_| ()).map_err(refused))?;
    let all = least(10, || std::hint::black_box(::referral::models(&names, &rows, 1)).map(|_| ()).map_err(refused))?;
    let theirs = wasm::rows(&rows);
    let within = least(5, || warm.models(&names, &theirs))?;
    println!(
        "  native {:.1} ms; with all six other models beside it native {:.1} ms, Wasm {:.1} ms, ratio {:.2}",
        alone / 1e3,
        all / 1e3,
        within / 1e3,
        within / all
    );
    for order in [2, 3] {
        let longer =
            least(1, || std::hint::black_box(::referral::markov(&names, &rows, order)).map(|_| ()).map_err(refused))?;
        println!("  of order {order}: native {:.1} ms", longer / 1e3);
    }
    let Some(peer) = peer(&rows)? else { return Ok(()) };
    let theirs = peer.seconds * 1e6;
    println!(
        "  ChannelAttribution 2.2.5, the same file, its Markov model of order 1: {:.1} ms; {:.0} × ours, {:.0} × all seven \
         of ours in Wasm (asked: at least 10): {}",
        theirs / 1e3,
        theirs / alone,
        theirs / within,
        verdict(theirs / within >= 10.0)
    );
    let (name, difference) = farthest(&names, &markov, &peer.shares)?;
    println!(
        "  it simulates: its share of conversions differs most for {name}, by {difference:.6} of the whole, where an equal \
         share were {:.2}",
        1.0 / f64::from(CHANNELS)
    );
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "billionths of a share")]
fn farthest(names: &[String], ours: &PathModel, theirs: &BTreeMap<String, f64>) -> anyhow::Result<(String, f64)> {
    let mut worst = (String::new(), 0.0);
    for (name, credit) in names.iter().zip(&ours.credits) {
        let share = theirs.get(name).with_context(|| format!("the peer has no channel `{name}`"))?;
        let difference = (credit.conversions as f64 / 1e9 - share).abs();
        if difference >= worst.1 {
            worst = (name.clone(), difference);
        }
    }
    Ok(worst)
}

fn link_timed(warm: &mut wasm::Instance) -> anyhow::Result<()> {
    let claim = LinkClaim {
        referrer: "kol-7".into(),
        channel: "live".into(),
        content: Some("video-1".into()),
        campaign: Some("double-11".into()),
        issued: 0,
        expires: 9,
    };
    let key = LinkKey { id: "k3".into(), secret: b"a secret of sixteen bytes".to_vec(), until: None };
    let token = ::referral::sign(&claim, MERCHANT, &key).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let keys = std::slice::from_ref(&key);
    let native = least(2_000, || {
        std::hint::black_box(::referral::verify(&token, MERCHANT, keys, 1, 1, 0))
            .map(|_| ())
            .map_err(anyhow::Error::msg)
    })?;
    let theirs = [wasm::key(&key)];
    let within = least(2_000, || warm.verify(&token, &theirs))?;
    println!(
        "verifying a link: Wasm {within:.1} µs (at most 20): {}; native {native:.1} µs, ratio {:.2}",
        verdict(within <= 20.0),
        within / native
    );
    Ok(())
}

struct Peer {
    seconds: f64,
    shares: BTreeMap<String, f64>,
}

/// The package's time and shares; nothing, loudly, where it is not to be had.
fn peer(rows: &[PathRow]) -> anyhow::Result<Option<Peer>> {
    let file = std::env::temp_dir().join(format!("pushcart-paths-{}.csv", std::process::id()));
    std::fs::write(&file, written(rows)?)?;
    let output = Command::new("scripts/measure/attribution").arg(&file).output()?;
    std::fs::remove_file(&file)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        println!("ChannelAttribution WAS NOT RUN, so there is no ratio to it:\n{}", said.trim());
        return Ok(None);
    }
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).context("the peer's answer")?;
    let seconds = answer.get("seconds").and_then(serde_json::Value::as_f64).context("the peer's seconds")?;
    let shares = answer.get("shares").and_then(serde_json::Value::as_object).context("the peer's shares")?;
    let shares = shares.iter().filter_map(|(name, share)| Some((name.clone(), share.as_f64()?))).collect();
    Ok(Some(Peer { seconds, shares }))
}

/// Distinct paths of 2 to 9 touches from a fixed congruence (Knuth's MMIX multiplier).
fn paths() -> Vec<PathRow> {
    let mut state = 1_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut known = BTreeSet::new();
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

fn written(rows: &[PathRow]) -> anyhow::Result<String> {
    let mut text = String::from("path,conversions,value,nulls\n");
    for row in rows {
        let path: Vec<String> = row.path.iter().map(|channel| format!("c{channel}")).collect();
        writeln!(text, "{},{},{},{}", path.join(" > "), row.conversions, row.value, row.nulls)?;
    }
    Ok(text)
}

fn sale() -> Sale {
    let touch = |second: i64| Touch {
        id: None,
        at: second * 7 % TOUCHES,
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
    Sale {
        merchant: MERCHANT.into(),
        touches: (0..TOUCHES).map(touch).collect(),
        lines: vec![line],
        bond: None,
        partners: vec![],
        history: vec![],
        keys: vec![],
    }
}

fn context() -> Context {
    Context {
        at: TOUCHES,
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

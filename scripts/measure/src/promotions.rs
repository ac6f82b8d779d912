//! 100 to 100,000 promotions of which the same 12 match a cart of 20 lines: time in a warm instance and natively, fuel
//! against the figures on file, and two well-known engines on the same cart and rules.

mod peers;
mod wasm;

use crate::figures::{median, verdict};
use anyhow::{Context as _, ensure};
use commerce::facts::offers::Wants;
use commerce::facts::prices::PricedLine;
use commerce::facts::types::{Channel, Compiled, Context, Gathering};
use promotions::Rules;
use std::collections::BTreeMap;
use std::time::Instant;

/// Sizes of rulebooks.
const SIZES: [usize; 4] = [100, 1_000, 10_000, 100_000];
/// Promotions that match, whatever the size.
const MATCHING: usize = 12;
/// Lines of the cart.
const LINES: usize = 20;
/// What each takes off, in basis points.
const RATE: i64 = 500;
/// Evaluations that are timed together, and how often; the median is told.
const TOGETHER: u32 = 20;
const PASSES: usize = 300;
/// What the figures on file may differ by, in percent: a compiler's own differences.
const TOLERANCE: u64 = 5;
/// Fuel of one evaluation by size. `PUSHCART_BLESS=1` writes it anew.
const GOLDEN: &str = "scripts/measure/golden/promotions.json";

/// One size, ready to be evaluated both ways.
struct Subject {
    size: usize,
    native: Rules,
    warm: wasm::Instance,
    fuel: u64,
    read: (usize, usize),
    times: [Vec<f64>; 2],
}

/// Prints time, ratio and fuel for each size, then the peers' times and ratios.
pub fn run() -> anyhow::Result<()> {
    println!("input: {LINES} lines, {MATCHING} promotions that match among 100 to 100,000");
    let engines = wasm::Engines::new()?;
    let mut subjects = Vec::new();
    for size in SIZES {
        subjects.push(subject(size, &engines)?);
    }
    // In turns, so that whatever else the machine does falls on all of them.
    for _ in 0..PASSES {
        for subject in &mut subjects {
            let lines = cart();
            let (native, warm) = (&subject.native, &mut subject.warm);
            let [of_native, of_warm] = &mut subject.times;
            of_native.push(timed(|| evaluate(native, &lines).map(|_| ()))?);
            of_warm.push(timed(|| warm.evaluate().map(|_| ()))?);
        }
    }
    let medians: Vec<[f64; 2]> =
        subjects.iter_mut().map(|subject| std::mem::take(&mut subject.times).map(median)).collect();
    let [first, .., last] = medians.as_slice() else { return Ok(()) };
    println!(
        "{:>10} {:>10} {:>8} {:>10} {:>8} {:>10}  shards read",
        "promotions", "wasm µs", "× 100", "native µs", "× 100", "fuel"
    );
    for (Subject { size, fuel, read, .. }, [native, warm]) in subjects.iter().zip(&medians) {
        println!(
            "{size:>10} {warm:>10.1} {:>8.2} {native:>10.1} {:>8.2} {fuel:>10}  {} of {}",
            warm / first[1],
            native / first[0],
            read.0,
            read.1
        );
    }
    let ratio = last[1] / first[1];
    println!("100,000 against 100, warm: {ratio:.2}; target: at most 2: {}", verdict(ratio <= 2.0));
    compare(&subjects)?;
    for (subject, [_, warm]) in subjects.iter().zip(&medians).take(2) {
        peers::run(subject.size, *warm)?;
    }
    Ok(())
}

/// What the matching promotions take off, reckoned here: each its rate of one line, half up.
fn expected() -> i64 {
    cart().iter().take(MATCHING).map(|line| (line.subtotal * RATE + 5_000) / 10_000).sum()
}

fn subject(size: usize, engines: &wasm::Engines) -> anyhow::Result<Subject> {
    let compiled = promotions::compile(&rulebook(size)).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let mut native = Rules::load(&compiled.root).map_err(anyhow::Error::msg)?;
    let missing = native.missing(&cart(), &context());
    for number in &missing {
        native.hold(*number, shard(&compiled, *number)?).map_err(anyhow::Error::msg)?;
    }
    let taken = evaluate(&native, &cart())?;
    ensure!(taken == expected(), "{size} promotions take off {taken}, not {}", expected());
    let mut metered = engines.metered(&compiled)?;
    let mut warm = engines.plain(&compiled)?;
    for instance in [&mut metered, &mut warm] {
        ensure!(instance.evaluate()? == taken, "through Wasm, {size} promotions take off something else");
    }
    let fuel = metered.fuel_of_one()?;
    Ok(Subject {
        size,
        native,
        warm,
        fuel,
        read: (missing.len(), compiled.shards.len()),
        times: [Vec::new(), Vec::new()],
    })
}

fn shard(compiled: &Compiled, number: u32) -> anyhow::Result<&[u8]> {
    Ok(compiled.shards.get(usize::try_from(number)?).context("a shard is missing")?)
}

fn evaluate(rules: &Rules, lines: &[PricedLine]) -> anyhow::Result<i64> {
    let wants = Wants { every_outcome: false, hints: 0, trace: false };
    let verdict = rules
        .evaluate(lines, &[], &[], &[], &wants, &context())
        .map_err(|faults| anyhow::anyhow!("the cart is refused: {faults:?}"))?;
    Ok(verdict.discounts.iter().map(|discount| discount.amount).sum())
}

/// Microseconds for one evaluation, over [`TOGETHER`] of them.
fn timed(mut evaluate: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let start = Instant::now();
    for _ in 0..TOGETHER {
        evaluate()?;
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(TOGETHER))
}

/// The product that a promotion is for: one of the cart's for the first twelve.
fn product(promotion: usize) -> String {
    if promotion < MATCHING { format!("L{promotion}") } else { format!("OTHER-{promotion}") }
}

fn rulebook(size: usize) -> String {
    let each = |number: usize| {
        let sku = product(number);
        format!(
            r#"{{"id":"p{number}","when":[{{"kind":"contains","skus":["{sku}"]}}],"gives":[{{"kind":"percent-off","basisPoints":{RATE},"of":{{"skus":["{sku}"]}}}}]}}"#
        )
    };
    let all: Vec<String> = (0..size).map(each).collect();
    format!(r#"{{"currency":"CNY","promotions":[{}]}}"#, all.join(","))
}

fn cart() -> Vec<PricedLine> {
    let line = |(number, price): (usize, i64)| PricedLine {
        id: format!("l{number}"),
        sku: format!("L{number}"),
        quantity: 2,
        unit_price: price,
        subtotal: price * 2,
        categories: vec!["all".to_owned()],
        floor: None,
        discountable: true,
        reduced: false,
        shop: None,
        selected: true,
        subscription: false,
        tax_on_top: 0,
    };
    (0..LINES).zip(9_900..).map(line).collect()
}

fn context() -> Context {
    Context {
        at: 1_794_369_600,
        utc_offset: Some(28_800),
        time_zone: None,
        currency: "CNY".to_owned(),
        channel: Channel { kind: "web".to_owned(), id: None },
        country: None,
        region: None,
        shipping_method: None,
        shopper: None,
        gathering: Gathering { group_size: 0, leader: false, helpers: 0 },
        codes: Vec::new(),
        attributes: Vec::new(),
        counters: Vec::new(),
        tags: Vec::new(),
    }
}

/// Fuel counts instructions: it is the same on every machine, so that it can be held to a figure.
fn compare(subjects: &[Subject]) -> anyhow::Result<()> {
    let found: BTreeMap<String, u64> =
        subjects.iter().map(|subject| (subject.size.to_string(), subject.fuel)).collect();
    if std::env::var_os("PUSHCART_BLESS").is_some() {
        std::fs::write(GOLDEN, serde_json::to_string_pretty(&found)? + "\n")?;
    }
    let golden = std::fs::read(GOLDEN).with_context(|| format!("{GOLDEN} is missing: PUSHCART_BLESS=1 writes it"))?;
    let golden: BTreeMap<String, u64> = serde_json::from_slice(&golden)?;
    let mut differ = Vec::new();
    for (size, fuel) in &found {
        let known = golden.get(size).copied().unwrap_or(0);
        if fuel.abs_diff(known) * 100 > known * TOLERANCE {
            differ.push(format!("{size} promotions take {fuel} fuel, {known} on file"));
        }
    }
    ensure!(differ.is_empty(), "{}; PUSHCART_BLESS=1 writes {GOLDEN} anew", differ.join("; "));
    println!("fuel: within {TOLERANCE} % of {GOLDEN}");
    Ok(())
}

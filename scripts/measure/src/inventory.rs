//! A check of 20 lines over 8 to 500 nodes in a warm instance: its time, the greedy rule and a mixed-integer solver on the same
//! carts; and what published stock of a million counts adds.

mod greedy;
mod milp;
mod published;
mod shop;
mod wasm;

use crate::figures::{least, verdict};
use anyhow::ensure;
use greedy::Triple;
use inventory::sourcing::{self, BUDGET};
use shop::{LINES, Shop};
use std::hint::black_box;
use std::time::{Duration, Instant};
use tests::samples::Draw;

/// Nodes, and how many carts of each are drawn.
const SIZES: [(usize, usize); 5] = [(8, 40), (12, 40), (16, 40), (64, 10), (500, 4)];
/// The size that a single shopper meets, and the microseconds that a check of it may take.
const TYPICAL: (usize, f64) = (12, 1_000.0);
/// Carts of a size that the solver is asked, and how long it may take for one.
const ASKED: usize = 5;
const LIMIT: Duration = Duration::from_secs(10);
/// How often a cart is timed, by how many nodes there are at most; the least counts. So many passes outlast what else the
/// machine does in between.
const PASSES: [(usize, u32); 3] = [(16, 200), (100, 10), (usize::MAX, 3)];

/// What came of one cart.
struct Row {
    ours: wasm::Said,
    greedy: Triple,
    /// Microseconds: in Wasm, natively without the component around it, and of the solver.
    wasm: f64,
    native: f64,
    solver: Option<f64>,
}

/// Prints the tables.
pub fn run() -> anyhow::Result<()> {
    println!("input: {LINES} lines; units, then shipments, then cost; half of the nodes have a capacity");
    println!(
        "{:>5} {:>5} {:>7} {:>9} {:>9} {:>9} | {:>7} {:>9} {:>6} | {:>12} {:>8}",
        "nodes",
        "carts",
        "proved",
        "median µs",
        "most µs",
        "search µs",
        "greedy",
        "shipments",
        "cost",
        "microlp µs",
        "ratio"
    );
    let engines = wasm::Engines::new()?;
    let mut draw = Draw::new(20_261_111);
    for (nodes, carts) in SIZES {
        let mut rows = Vec::new();
        let mut fuel = 0;
        for number in 0..carts {
            let shop = Shop::drawn(&mut draw, nodes);
            rows.push(measured(&engines, &shop, number < ASKED)?);
            if number == 0 {
                fuel = engines.fuel_of_one(&shop)?;
            }
        }
        print(nodes, &rows, fuel);
    }
    published::run()
}

fn measured(engines: &wasm::Engines, shop: &Shop, asked: bool) -> anyhow::Result<Row> {
    let mut instance = engines.plain(shop)?;
    let ours = instance.check()?;
    let nodes = shop.case.suppliers.len();
    let passes = PASSES.iter().find(|(most, _)| nodes <= *most).map_or(1, |(_, passes)| *passes);
    let wasm = least(passes, || instance.check().map(|_| ()))?;
    let native = least(passes, || {
        black_box(sourcing::solve(black_box(&shop.case), BUDGET));
        Ok(())
    })?;
    let greedy = greedy::greedy(&shop.case);
    ensure!(!better(greedy, ours.triple), "the greedy rule finds {greedy:?}, better than {:?}", ours.triple);
    let mut solver = None;
    if asked {
        let start = Instant::now();
        if let Some(best) = milp::solve(&shop.case, LIMIT) {
            solver = Some(start.elapsed().as_secs_f64() * 1e6);
            ensure!(!better(best, ours.triple) || !ours.optimal, "{best:?} is better than {:?}", ours.triple);
            ensure!(!better(ours.triple, best), "the solver calls {best:?} the best, {:?} is better", ours.triple);
        }
    }
    Ok(Row { ours, greedy, wasm, native, solver })
}

/// Whether the first is the better plan.
fn better(first: Triple, second: Triple) -> bool {
    (-first.0, first.1, first.2) < (-second.0, second.1, second.2)
}

fn print(nodes: usize, rows: &[Row], fuel: u64) {
    let proved = rows.iter().filter(|row| row.ours.optimal).count();
    let mut times: Vec<f64> = rows.iter().map(|row| row.wasm).collect();
    times.sort_unstable_by(f64::total_cmp);
    let (median, most) = (times[times.len() / 2], times[times.len() - 1]);
    let mut native: Vec<f64> = rows.iter().map(|row| row.native).collect();
    native.sort_unstable_by(f64::total_cmp);
    let optimal = rows.iter().filter(|row| row.ours.optimal && row.greedy == row.ours.triple).count();
    // Where it sends as many units: fewer cost less.
    let same: Vec<&Row> = rows.iter().filter(|row| row.greedy.0 == row.ours.triple.0).collect();
    let ratio = |of: fn(Triple) -> i64| {
        let sum = |triple: fn(&Row) -> Triple| same.iter().map(|row| of(triple(row))).sum::<i64>() as f64;
        sum(|row| row.greedy) / sum(|row| row.ours.triple)
    };
    let solved: Vec<(f64, f64)> = rows.iter().filter_map(|row| Some((row.solver?, row.wasm))).collect();
    let solver = if solved.is_empty() {
        format!("{:>12} {:>8}", format!("over {} s", LIMIT.as_secs()), "-")
    } else {
        let (theirs, ours) = solved.iter().fold((0.0, 0.0), |sum, (theirs, ours)| (sum.0 + theirs, sum.1 + ours));
        format!("{:>12.0} {:>6.0} ×", theirs / solved.len() as f64, theirs / ours)
    };
    println!(
        "{nodes:>5} {:>5} {proved:>7} {median:>9.0} {most:>9.0} {:>9.0} | {:>7} {:>9.3} {:>6.3} | {solver}",
        rows.len(),
        native[native.len() / 2],
        format!("{optimal}/{}", rows.len()),
        ratio(|triple| triple.1),
        ratio(|triple| triple.2),
    );
    if same.len() < rows.len() {
        println!("      the greedy rule sends fewer units in {} of {} carts", rows.len() - same.len(), rows.len());
    }
    if !solved.is_empty() && solved.len() < ASKED.min(rows.len()) {
        println!("      microlp ended {} of {} within {} s", solved.len(), ASKED.min(rows.len()), LIMIT.as_secs());
    }
    for (criterion, found, bound) in rows.iter().filter_map(|row| row.ours.gap.as_ref()) {
        println!("      not proved: {criterion} {found}, no plan is below {bound}");
    }
    if nodes == TYPICAL.0 {
        let holds = verdict(most <= TYPICAL.1);
        println!("      {fuel} fuel; target: at most {:.0} µs for each cart: {holds}", TYPICAL.1);
    }
}

//! Carts that are hard to prove: lines that must stay whole and kits over shared parts where slots are tight. Prints, kind
//! by kind, how many plans are proven, how long the slowest took, and the widest gap that was told:
//! `cargo test --release -p inventory --test hard -- --ignored --nocapture`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

mod plans;

use inventory::sourcing::{BUDGET, Case, Sourced, Supplier, Want, solve};
use inventory::words::Criterion::{self, Carbon, Cost, Distance, Latest, Promise, Shipments, Units};
use plans::Draw;
use std::time::{Duration, Instant};

/// How carts of one kind are drawn.
#[derive(Clone, Copy, Debug)]
struct Kind {
    name: &'static str,
    nodes: usize,
    lines: usize,
    /// How many lines of ten must stay whole.
    whole: u64,
    /// How many lines of ten are kits of three parts that other lines need too.
    kits: u64,
    /// What all nodes can send together at least and at most, in percent of the cart; nothing where there are no slots.
    slots: Option<(u64, u64)>,
    /// How many counts of ten are zero.
    empty: u64,
}

const ORDINARY: Kind = Kind { name: "ordinary", nodes: 12, lines: 50, whole: 0, kits: 0, slots: None, empty: 3 };

/// The kinds, each in the size of a single shopper's largest cart and in smaller ones.
const KINDS: [Kind; 19] = [
    Kind { name: "ordinary 12x20", lines: 20, ..ORDINARY },
    Kind { name: "ordinary 12x50", ..ORDINARY },
    Kind { name: "slots 12x20 1.1-1.5", lines: 20, slots: Some((110, 150)), ..ORDINARY },
    Kind { name: "slots 12x50 1.1-1.5", slots: Some((110, 150)), ..ORDINARY },
    Kind { name: "slots 12x50 2-4", slots: Some((200, 400)), ..ORDINARY },
    Kind { name: "whole 6x12 1.1-1.5", nodes: 6, lines: 12, whole: 10, slots: Some((110, 150)), ..ORDINARY },
    Kind { name: "whole 12x20 1.1-1.5", lines: 20, whole: 10, slots: Some((110, 150)), ..ORDINARY },
    Kind { name: "whole 12x50 1.1-1.5", whole: 10, slots: Some((110, 150)), ..ORDINARY },
    Kind { name: "whole 12x50 2-4", whole: 10, slots: Some((200, 400)), ..ORDINARY },
    Kind { name: "half whole 12x50 1.1-1.5", whole: 5, slots: Some((110, 150)), ..ORDINARY },
    Kind { name: "kits 12x50 free", kits: 2, ..ORDINARY },
    Kind { name: "kits 6x12 0.8-1.2", nodes: 6, lines: 12, kits: 2, slots: Some((80, 120)), ..ORDINARY },
    Kind { name: "kits 12x20 0.8-1.2", lines: 20, kits: 2, slots: Some((80, 120)), ..ORDINARY },
    Kind { name: "kits 12x50 0.8-1.2", kits: 2, slots: Some((80, 120)), ..ORDINARY },
    Kind { name: "kits 12x20 1.1-1.5", lines: 20, kits: 2, slots: Some((110, 150)), ..ORDINARY },
    Kind { name: "kits 12x50 1.1-1.5", kits: 2, slots: Some((110, 150)), ..ORDINARY },
    Kind { name: "kits 12x50 2-4", kits: 2, slots: Some((200, 400)), ..ORDINARY },
    Kind { name: "kits whole 12x50 1.1-1.5", kits: 2, whole: 5, slots: Some((110, 150)), ..ORDINARY },
    Kind { name: "slots 64x50 1.1-1.5", nodes: 64, slots: Some((110, 150)), ..ORDINARY },
];

/// Two to four criteria in any order, units before them.
fn objective(draw: &mut Draw) -> Vec<Criterion> {
    let mut others = vec![Promise, Shipments, Cost, Distance, Latest, Carbon];
    let mut objective = vec![Units];
    for _ in 0..2 + draw.below(3) {
        let place = draw.small(others.len() as u64) as usize;
        objective.push(others.swap_remove(place));
    }
    objective
}

fn drawn(seed: u64, kind: Kind) -> Case {
    let mut draw = Draw(seed);
    let objective = objective(&mut draw);
    let quantities: Vec<u32> = (0..kind.lines).map(|_| 1 + draw.small(6)).collect();
    let wanted: u64 = quantities.iter().map(|quantity| u64::from(*quantity)).sum();
    let shares: Vec<u64> = (0..kind.nodes).map(|_| 5 + draw.below(10)).collect();
    let together = kind.slots.map(|(least, most)| wanted * (least + draw.below(most - least + 1)) / 100);
    let slot =
        |share: &u64| together.map(|all| u32::try_from(all * share / shares.iter().sum::<u64>()).unwrap().max(1));
    let suppliers = shares.iter().map(|share| Supplier {
        cost: 300 + draw.of(13) * 100,
        distance: draw.of(30_000),
        carbon: draw.of(900),
        latest: draw.of(6) * 3_600,
        kept: draw.below(3) > 0,
        capacity: slot(share),
    });
    let suppliers = suppliers.collect();
    let wants = quantities.into_iter().enumerate().map(|(pool, quantity)| {
        let whole = draw.below(10) < kind.whole;
        let parts = if draw.below(10) < kind.kits {
            [0, 7, 10].iter().map(|far| ((pool + far) % kind.lines, 1 + draw.small(2))).collect()
        } else {
            vec![(pool, 1)]
        };
        Want { quantity, whole, parts, unit_cost: (0..kind.nodes).map(|_| draw.of(31) * 10).collect() }
    });
    let wants = wants.collect();
    let mut count = || if draw.below(10) < kind.empty { 0 } else { 1 + draw.small(8) };
    let pools = (0..kind.lines).map(|_| (0..kind.nodes).map(|_| count()).collect()).collect();
    Case { suppliers, wants, pools, objective, most_shipments: None }
}

/// The answer, and the least time that it took: what is quick is asked again, as other work may have slowed it down.
fn timed(case: &Case) -> (Sourced, Duration) {
    let start = Instant::now();
    let sourced = solve(case, BUDGET);
    let mut least = start.elapsed();
    for _ in 0..if least < Duration::from_millis(5) { 4 } else { 0 } {
        let start = Instant::now();
        let again = solve(case, BUDGET);
        least = least.min(start.elapsed());
        assert_eq!(again, sourced, "the same case, another answer");
    }
    (sourced, least)
}

#[test]
#[ignore = "a measurement, not a law"]
fn how_many_are_proven() {
    let carts = std::env::var("CARTS").ok().and_then(|carts| carts.parse().ok()).unwrap_or(40);
    let only = std::env::var("KIND").unwrap_or_default();
    for kind in KINDS.into_iter().filter(|kind| kind.name.contains(&only)) {
        let (mut proven, mut times, mut gaps) = (0, Vec::new(), Vec::new());
        for seed in 0..carts {
            let case = drawn(seed * 7_919 + 1, kind);
            let (sourced, time) = timed(&case);
            times.push(time);
            proven += u64::from(sourced.optimal);
            if std::env::var("EACH").is_ok() {
                println!("  {seed}: {:?} {:?} {:?}", case.objective, times.last(), sourced.gap);
            }
            gaps.extend(sourced.gap);
        }
        times.sort_unstable();
        let middle = times.get(times.len() / 2).copied().unwrap_or(Duration::ZERO);
        let worst = times.last().copied().unwrap_or(Duration::ZERO);
        gaps.sort_by_key(|(criterion, has, bound)| (format!("{criterion:?}"), bound - has));
        gaps.dedup_by_key(|(criterion, ..)| *criterion);
        println!("{:<26} {proven:>3}/{carts}  median {middle:>9.1?}  worst {worst:>9.1?}  {gaps:?}", kind.name);
    }
}

//! Time of one evaluation with 100 to 100,000 promotions, of which the same 12 match a cart of 20 lines; rules held.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement may stop where it stands")]

#[path = "../tests/shop/mod.rs"]
mod shop;

use commerce::facts::offers::Wants;
use promotions::{Rules, compile};
use shop::{context, line, off};
use std::time::Instant;

fn book(count: usize) -> String {
    let each = |n: usize| {
        let sku = if n < 12 { format!("L{n}") } else { format!("OTHER-{n}") };
        format!(
            r#"{{"id":"p{n}","when":[{{"kind":"contains","skus":["{sku}"]}}],"gives":[{{"kind":"percent-off","basisPoints":500,"of":{{"skus":["{sku}"]}}}}]}}"#
        )
    };
    let all: Vec<String> = (0..count).map(each).collect();
    format!(r#"{{"currency":"CNY","promotions":[{}]}}"#, all.join(","))
}

fn main() {
    let lines: Vec<_> = (0..20).map(|n| line(&format!("l{n}"), 9_900 + n, 2)).collect();
    let wants = Wants { every_outcome: false, hints: 0, trace: false };
    let mut first = None;
    for count in [100, 1_000, 10_000, 100_000] {
        let compiled = compile(&book(count)).unwrap();
        let mut rules = Rules::load(&compiled.root).unwrap();
        let missing = rules.missing(&lines, &context());
        for number in &missing {
            rules.hold(*number, &compiled.shards[usize::try_from(*number).unwrap()]).unwrap();
        }
        let rounds = 2_000;
        let start = Instant::now();
        let mut taken = 0;
        for _ in 0..rounds {
            taken = off(&rules.evaluate(&lines, &[], &[], &wants, &context()).unwrap());
        }
        let each = start.elapsed().as_secs_f64() / f64::from(rounds) * 1e6;
        let base = *first.get_or_insert(each);
        println!(
            "{count} promotions: {each:.1} µs, {:.2} x of 100; {} shards of {} read, root {} bytes, {taken} off",
            each / base,
            missing.len(),
            compiled.shards.len(),
            compiled.root.len()
        );
    }
}

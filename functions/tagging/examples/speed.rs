//! Tags texts of 200, 2,000 and 20,000 characters natively, so often as the first argument says, or texts of the one size that the
//! second names: something for a profiler to look at (`valgrind --tool=callgrind`). `scripts/bench tagging` measures the component.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a tool")]

use commerce::facts::tags::{Content, Markup, Options};
use std::time::Instant;

fn main() {
    let rounds: u32 = std::env::args().nth(1).map_or(20, |rounds| rounds.parse().expect("a number of rounds"));
    let sentences: Vec<&str> = include_str!("../tests/labelled/texts.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split('\t').nth(2))
        .collect();
    let rules = tagging::Rules::load(&tagging::compile("{}").expect("no rules").root).expect("no rules");
    let options =
        Options { at: 1_790_000_000, jurisdictions: vec!["CN".into()], kinds: Vec::new(), key: None, fold: 120 };
    let only: Option<usize> = std::env::args().nth(2).and_then(|size| size.parse().ok());
    for size in [200, 2_000, 20_000].into_iter().filter(|size| only.is_none_or(|only| only == *size)) {
        let order = (0..).filter_map(|place: usize| sentences.get((place * 7 + 50) % sentences.len()));
        let text: String = order.flat_map(|sentence| sentence.chars().chain(['\n'])).take(size).collect();
        let content = Content { text, markup: Markup::Plain, product: None, paid: false, digital_human: false };
        let start = Instant::now();
        for _ in 0..rounds {
            std::hint::black_box(rules.tag(std::slice::from_ref(&content), &options).expect("tagged"));
        }
        println!("{size} characters: {:.1} µs", start.elapsed().as_secs_f64() * 1e6 / f64::from(rounds));
    }
}

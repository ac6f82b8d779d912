//! What `scripts/bench` runs. Every figure that matters is a ratio of two things measured in the same run on the same
//! input; a bare time says what machine it was.
#![allow(clippy::indexing_slicing, reason = "a bench may stop where it stands")]

mod built;
mod components;
mod figures;
mod inventory;
mod load;
mod native;
mod plugin_fuel;
mod plugins;
mod promotions;
mod quote;
mod referral;
mod server;
mod tagging;

/// A bench: its name, what it measures, what runs it.
type Bench = (&'static str, &'static str, fn() -> anyhow::Result<()>);

/// One line a bench.
const BENCHES: &[Bench] = &[
    ("quote", "POST /v1/quote over HTTP: fresh instances, reused ones, and the cores linked natively", quote::run),
    ("tagging", "tags, review and masks of 200 to 20,000 characters, against jieba and re", tagging::run),
    ("components", "bytes and instantiation time of each component", components::run),
    (
        "referral",
        "1,000 touches, Markov over 10,000 paths against ChannelAttribution, and a link verified",
        referral::run,
    ),
    (
        "inventory",
        "a check of 20 lines over 8 to 500 nodes, the greedy rule, a mixed-integer solver, and a million counts of stock",
        inventory::run,
    ),
    (
        "promotions",
        "one evaluation among 100 to 100,000 promotions: time, fuel, and two engines from npm",
        promotions::run,
    ),
    (
        "plugins",
        "merchants' plugins: a call, the way to the first priced cart, a hostile merchant beside others",
        plugins::run,
    ),
];

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "quote".to_owned());
    if name == "serve-natively" {
        return native::serve();
    }
    if let Some((_, _, run)) = BENCHES.iter().find(|(known, _, _)| *known == name) {
        return run();
    }
    println!("usage: scripts/bench BENCH");
    for (name, about, _) in BENCHES {
        println!("  {name:<12} {about}");
    }
    anyhow::bail!("there is no bench `{name}`")
}

//! `POST /v1/quote` over HTTP, 20 lines and 200 promotions: fresh instances, reused ones, and native.

use crate::load::{self, Measured};
use crate::server::Server;
use std::fmt::Write as _;
use std::time::Duration;

const CONNECTIONS: usize = 16;
const TIME: Duration = Duration::from_secs(5);

/// What one server did: resident memory in MB, what the load saw, and its own processor seconds a request, which hardly
/// depend on what else the machine is doing.
struct Row {
    idle: f64,
    measured: Measured,
    processor: f64,
    loaded: f64,
}

/// Prints throughput, latency and memory of each, and the ratios to native.
pub fn run() -> anyhow::Result<()> {
    let rulebook = rulebook();
    let cart = cart();
    println!(
        "input: 20 lines, 200 promotions, {} bytes a request; {CONNECTIONS} connections, {} s each",
        cart.len(),
        TIME.as_secs()
    );
    let request = load::request("POST", "/v1/quote", &[], cart.as_bytes());
    let measure = |server: &Server| -> anyhow::Result<Row> {
        server.publish(rulebook.as_bytes())?;
        let (idle, before) = (server.resident()?, server.processor()?);
        let measured = load::run(server.address, &request, CONNECTIONS, TIME)?;
        let processor = (server.processor()? - before).as_secs_f64() / measured.answered.max(1) as f64;
        Ok(Row { idle, measured, processor, loaded: server.resident()? })
    };
    let native = measure(&Server::native()?)?;
    let reuse = measure(&Server::pushcart(&[])?)?;
    let fresh = measure(&Server::pushcart(&["--reuse", "1"])?)?;
    println!(
        "{:<8} {:>11} {:>9} {:>9} {:>9} {:>9} {:>9} {:>14} {:>14}",
        "", "requests/s", "p50 ms", "p99 ms", "CPU µs", "idle MB", "load MB", "ratio to native", "by CPU time"
    );
    for (name, Row { idle, measured, processor, loaded }) in [("native", &native), ("reuse", &reuse), ("fresh", &fresh)]
    {
        let Measured { per_second, answered: _, p50, p99 } = measured;
        let (p50, p99) = (p50.as_secs_f64() * 1e3, p99.as_secs_f64() * 1e3);
        println!(
            "{name:<8} {per_second:>11.0} {p50:>9.2} {p99:>9.2} {:>9.0} {idle:>9.0} {loaded:>9.0} {:>14.3} {:>14.3}",
            processor * 1e6,
            per_second / native.measured.per_second,
            native.processor / processor
        );
    }
    println!("targets: reuse ≥ 0.5, fresh ≥ 0.12 of native; host idle ≤ 100 MB");
    crate::components::run()
}

/// Twenty products, and two hundred promotions of which a few reach the cart.
fn rulebook() -> String {
    let mut products = String::new();
    let mut entries = String::new();
    for number in 0..20 {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(products, r#"{comma}{{"sku":"SKU-{number:04}","categories":["category-{}"]}}"#, number % 8);
        let _ = write!(entries, r#"{comma}"SKU-{number:04}":{}"#, 1_999 + number * 100);
    }
    let mut promotions = String::new();
    for number in 0..200 {
        let comma = if number == 0 { "" } else { "," };
        let target = if number < 12 { format!("category-{}", number % 8) } else { format!("category-far-{number}") };
        let _ = write!(
            promotions,
            r#"{comma}{{"id":"promotion-{number:03}","gives":[{{"kind":"percent-off","basisPoints":{},"of":{{"categories":["{target}"]}}}}]}}"#,
            100 + number
        );
    }
    format!(
        r#"{{"format":"pushcart-rulebook/1","currency":"CNY","timeZone":"Asia/Shanghai","catalogue":{{"products":[{products}]}},"priceLists":[{{"id":"base","entries":{{{entries}}}}}],"promotions":[{promotions}]}}"#
    )
}

/// Twenty lines.
fn cart() -> String {
    let lines: Vec<String> =
        (0..20).map(|number| format!(r#"{{"id":"{number}","sku":"SKU-{number:04}","quantity":3}}"#)).collect();
    format!(
        r#"{{"merchant":"willow","currency":"CNY","at":"2026-11-11T20:05:00+08:00","channel":{{"kind":"live","id":"room-8"}},"lines":[{}]}}"#,
        lines.join(",")
    )
}

//! Published stock: what a check costs in a shop of a million counts, against one of a thousand with the same nodes and the
//! same cart, over HTTP with the key-value store.

use super::shop::LINES;
use crate::load;
use crate::server::Server;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Nodes of both shops.
const NODES: usize = 50;
/// Products: a thousand counts and a million.
const PRODUCTS: [usize; 2] = [20, 20_000];
/// How often both are asked, by turns, and how long each time.
const TURNS: usize = 3;
const TIME: Duration = Duration::from_secs(2);

/// What a check took: microseconds that half of the requests stayed within, and processor microseconds of the server.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    processor: f64,
}

/// Prints both and their ratio.
pub fn run() -> anyhow::Result<()> {
    let mut servers = Vec::new();
    println!("\nstock published: {LINES} lines over {NODES} nodes, one connection, POST /v1/inventory/check");
    for products in PRODUCTS {
        let server = Server::pushcart(&["--deadline", "60s"])?;
        server.publish(rulebook(products).as_bytes())?;
        let start = Instant::now();
        server.put("stock", stock(products).as_bytes())?;
        println!("  {:>9} counts published in {:.1} s", products * NODES, start.elapsed().as_secs_f64());
        servers.push(server);
    }
    let request = load::request("POST", "/v1/inventory/check", &[], cart().as_bytes());
    let mut best = [Cost { wall: f64::INFINITY, processor: f64::INFINITY }; 2];
    for _ in 0..TURNS {
        for (server, best) in servers.iter().zip(&mut best) {
            let before = server.processor()?;
            let measured = load::run(server.address, &request, 1, TIME)?;
            let processor = (server.processor()? - before).as_secs_f64() / measured.answered.max(1) as f64 * 1e6;
            best.wall = best.wall.min(measured.p50.as_secs_f64() * 1e6);
            best.processor = best.processor.min(processor);
        }
    }
    let [few, many] = best;
    println!("  {:>9} counts: {:.0} µs a check, {:.0} µs of processor", PRODUCTS[0] * NODES, few.wall, few.processor);
    println!("  {:>9} counts: {:.0} µs a check, {:.0} µs of processor", PRODUCTS[1] * NODES, many.wall, many.processor);
    let (wall, processor) = (many.wall / few.wall, many.processor / few.processor);
    let verdict = crate::figures::verdict(wall <= 1.5 && processor <= 1.5);
    println!("  ratio {wall:.2}, of processor time {processor:.2}; target: at most 1.5: {verdict}");
    Ok(())
}

/// The cart's products lie all over the larger shop.
fn product(number: usize) -> String {
    format!("SKU-{number:05}")
}

fn rulebook(products: usize) -> String {
    let nodes: Vec<String> = (0..NODES)
        .map(|node| {
            format!(r#"{{"id":"node-{node:02}","kind":"central-warehouse","cost":{{"shipment":{}}}}}"#, 500 + node * 7)
        })
        .collect();
    let products: Vec<String> = (0..products).map(|number| format!(r#"{{"sku":"{}"}}"#, product(number))).collect();
    format!(
        r#"{{"format":"pushcart-rulebook/1","currency":"CNY","catalogue":{{"products":[{}]}},"inventory":{{"nodes":[{}]}}}}"#,
        products.join(","),
        nodes.join(",")
    )
}

fn stock(products: usize) -> String {
    let mut skus = String::new();
    for number in 0..products {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(skus, r#"{comma}"{}":{{"#, product(number));
        for node in 0..NODES {
            let comma = if node == 0 { "" } else { "," };
            // The cart's products are the first of both shops: each is at every fifth node.
            let units = if (node + number).is_multiple_of(5) { 3 } else { 0 };
            let _ = write!(skus, r#"{comma}"node-{node:02}":{{"onHand":{units}}}"#);
        }
        skus.push('}');
    }
    format!(r#"{{"version":1,"skus":{{{skus}}}}}"#)
}

fn cart() -> String {
    let lines: Vec<String> =
        (0..LINES).map(|number| format!(r#"{{"id":"{number}","sku":"{}","quantity":3}}"#, product(number))).collect();
    format!(r#"{{"merchant":"willow","currency":"CNY","lines":[{}]}}"#, lines.join(","))
}

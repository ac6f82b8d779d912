//! Merchants' plugins that mean harm, or do it: every one is refused or contained with its code, and the host lives on.
//!
//! `scripts/build` must have run before; the tests say so where it has not.
#![allow(
    clippy::too_many_lines,
    clippy::type_complexity,
    reason = "cases are tables of tuples, and a story is told in one go"
)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

mod compiled;
mod contained;
mod damaged;
mod inert;
mod life;
mod refused;

use serde_json::{Value, json};
use tests::app::App;
use tests::client::{Answer, Client};

/// Publishes the small rulebook for a merchant.
fn publish(app: &App, merchant: &str) -> Client {
    let mut client = app.publisher(merchant);
    let rules: Value = serde_json::from_str(include_str!("../../fixtures/small.json")).unwrap();
    let published = client.put(&format!("/v1/merchants/{merchant}/rulebook"), &rules).unwrap();
    assert_eq!(published.status, 200, "{}", published.text());
    client
}

/// Uploads a component.
fn upload(
    client: &mut Client,
    merchant: &str,
    (name, version): (&str, &str),
    headers: &[(&str, &str)],
    wasm: &[u8],
) -> Answer {
    let path = format!("/v1/merchants/{merchant}/plugins/{name}/versions/{version}");
    let mut all = vec![("content-type", "application/wasm")];
    all.extend_from_slice(headers);
    client.send("PUT", &path, &all, wasm).unwrap()
}

/// Switches a version on.
fn activate(client: &mut Client, merchant: &str, name: &str, wish: &Value) -> Answer {
    client.post(&format!("/v1/merchants/{merchant}/plugins/{name}:activate"), wish).unwrap()
}

/// A cart of that many lines.
fn cart(merchant: &str, lines: usize) -> Value {
    let lines: Vec<Value> =
        (1..=lines).map(|number| json!({"id": number.to_string(), "sku": "TEA", "quantity": 1})).collect();
    json!({"merchant": merchant, "currency": "CNY", "lines": lines})
}

/// What plugins took off the first line.
fn taken(quote: &Value) -> i64 {
    let discounts = quote["lines"][0]["discounts"].as_array().into_iter().flatten();
    let ours = discounts.filter(|one| one["promotion"].as_str().is_some_and(|id| id.contains('/')));
    ours.map(|one| one["amount"]["amount"].as_i64().unwrap()).sum()
}

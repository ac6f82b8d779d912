//! Instances that are used again: they keep what was parsed and nothing of whoever asked, and one that fails takes nobody
//! with it.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::app::{App, Start};
use tests::samples;

const GETS: &str = "pushcart_key_value_operations_total{operation=\"get\"}";

fn publish(app: &App) {
    let published = app.publisher("willow").put("/v1/merchants/willow/rulebook", &samples::rulebook()).unwrap();
    assert_eq!(published.status, 200, "{}", published.text());
}

/// Values that each of three equal quotes reads from the store.
fn reads(app: &App, cart: &Value) -> [u64; 3] {
    let mut client = app.client();
    [(); 3].map(|()| {
        let before = app.counter(GETS).unwrap();
        let quote = client.post("/v1/quote", cart).unwrap();
        assert_eq!(quote.status, 200, "{}", quote.text());
        app.counter(GETS).unwrap() - before
    })
}

#[test]
fn an_instance_that_is_used_again_does_not_parse_again() {
    let (_, cart) = samples::carts().remove(0);
    // Which rulebook is current, and which stock, of which there is none: everything else is kept.
    let least = 2;

    let reused = Start::default().arguments(&["--threads", "1"]).up().unwrap();
    publish(&reused);
    let [first, second, third] = reads(&reused, &cart);
    assert!(first > least, "the first quote reads the rules: {first} values");
    assert_eq!([second, third], [least; 2]);
    publish(&reused);
    assert_eq!(reads(&reused, &cart), [least; 3], "the same rulebook published again is the same");

    let fresh = Start::default().arguments(&["--reuse", "1"]).up().unwrap();
    publish(&fresh);
    assert_eq!(reads(&fresh, &cart), [first; 3]);
}

#[test]
fn an_instance_that_fails_takes_nobody_with_it() {
    let app = Start::default().arguments(&["--memory", "24MiB", "--keep-memory", "24MiB"]).up().unwrap();
    publish(&app);
    let (_, cart) = samples::carts().remove(0);
    let mut client = app.client();
    let before = client.post("/v1/quote", &cart).unwrap();
    assert_eq!(before.status, 200, "{}", before.text());
    // Half a million numbers are 1 MiB as they are sent and far more once they are read.
    let many = format!("{{\"lines\":[{}0]}}", "0,".repeat((1 << 19) - 32));
    let failed = client.send("POST", "/v1/quote", &[("content-type", "application/json")], many.as_bytes()).unwrap();
    assert_eq!((failed.status, failed.code().as_str()), (500, "out-of-memory"), "{}", failed.text());
    assert!(!failed.text().contains("wasm"), "{}", failed.text());
    assert_eq!(app.counter("pushcart_instances_retired_total{cause=\"failed\"}").unwrap(), 1);
    for _ in 0..20 {
        assert_eq!(client.post("/v1/quote", &cart).unwrap(), before);
    }
}

#[test]
fn the_log_and_the_metrics_tell_of_routes_and_codes_and_of_nobody() {
    let app = Start::default().arguments(&["--log", "json"]).up().unwrap();
    publish(&app);
    let mut client = app.client();
    let mut secrets = BTreeSet::new();
    for (_, mut cart) in samples::carts() {
        cart["content"] = json!({ "text": "call 13800005584, ask for Mei" });
        client.post("/v1/quote", &cart).unwrap();
        secrets.insert(cart["shopper"]["id"].as_str().unwrap().to_owned());
        secrets.insert(cart["lines"][0]["sku"].as_str().unwrap().to_owned());
        cart["lines"][0]["sku"] = json!("13800005584");
        client.post("/v1/quote", &cart).unwrap();
    }
    client.get("/v1/quote?phone=13800005584").unwrap();
    client.get("/13800005584").unwrap();
    client.get("/v1/merchants/someone-private/rulebook").unwrap();
    secrets.extend(["13800005584", "Mei", "willow-token", "someone-private", "127.0.0.1"].map(str::to_owned));
    let metrics = client.get("/metrics").unwrap().text();
    for line in [
        "pushcart_requests_total{route=\"/v1/quote\",status=\"2xx\"} 6",
        "pushcart_problems_total{code=\"unknown-sku\"} 6",
        "pushcart_problems_total{code=\"method-not-allowed\"} 1",
        "pushcart_problems_total{code=\"unknown-route\"} 1",
        "pushcart_problems_total{code=\"publishing-disabled\"} 1",
        "pushcart_requests_total{route=\"/v1/merchants/{merchant}/rulebook\",status=\"2xx\"} 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
    }
    let log = app.stop().unwrap();
    let requests = log.lines().filter(|line| line.contains("\"/v1/quote\"")).count();
    // The method that the path does not take stands under no route.
    assert_eq!(requests, 12, "{log}");
    for line in log.lines().filter(|line| line.starts_with('{')) {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
    for secret in secrets {
        assert!(!log.contains(&secret) && !metrics.contains(&secret), "{secret}\n{log}\n{metrics}");
    }
}

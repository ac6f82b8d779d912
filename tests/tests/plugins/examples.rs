//! The three worked examples over HTTP: uploaded, switched on, and every cart of `carts/` gets the discount that it promises.

use serde_json::{Value, json};
use std::time::Duration;
use tests::app::{App, Start, root};
use tests::client::Client;
use tests::examples::{Example, JS, PYTHON, RUST, VERSION, given, skip};

const MERCHANT: &str = "cases";
/// Compiling Python's interpreter takes half a minute of a processor, and longer where others want it too.
const PATIENCE: Duration = Duration::from_secs(1200);

/// A host that may take its time for compiling: tests run beside others.
fn host() -> Start {
    Start::default().arguments(&["--plugin-compile-time", "120s"])
}

fn publisher(app: &App) -> Client {
    app.publisher(MERCHANT).with_patience(PATIENCE)
}

/// Uploads it, in place of an older build of the same version.
fn upload(client: &mut Client, example: Example, component: &[u8]) {
    let plugin = format!("/v1/merchants/{MERCHANT}/plugins/{}", example.name);
    let path = format!("{plugin}/versions/{VERSION}");
    let headers = [("content-type", "application/wasm"), ("pushcart-tier", example.tier)];
    let mut answer = client.send("PUT", &path, &headers, component).unwrap();
    if answer.code() == "version-taken" {
        let gone = client.send("DELETE", &plugin, &[], b"").unwrap();
        assert_eq!(gone.status, 204, "{}", gone.text());
        answer = client.send("PUT", &path, &headers, component).unwrap();
    }
    assert!(matches!(answer.status, 200 | 201), "{}: {}", example.folder, answer.text());
}

fn prices_its_carts(app: &App, example: Example, component: &[u8]) {
    let mut client = publisher(app);
    upload(&mut client, example, component);
    let mut discounts = 0;
    for case in example.cases() {
        let what = format!("{}, {}", example.folder, case.name);
        let published = client.put(&format!("/v1/merchants/{MERCHANT}/rulebook"), &case.rulebook()).unwrap();
        assert_eq!(published.status, 200, "{what}: {}", published.text());
        let wish = json!({ "version": VERSION, "config": case.config(), "onFailure": "closed" });
        let path = format!("/v1/merchants/{MERCHANT}/plugins/{}:activate", example.name);
        let activated = client.post(&path, &wish).unwrap();
        assert_eq!(activated.status, 200, "{what}: {}", activated.text());
        let quote = client.post("/v1/quote", &case.quote(MERCHANT)).unwrap();
        assert_eq!(quote.status, 200, "{what}: {}", quote.text());
        let quote = quote.json();
        let promised = case.promised(example.name);
        assert_eq!(given(&quote), promised, "{what}: {quote}");
        let off: i64 = promised.values().sum();
        assert_eq!(quote["totals"]["discount"]["amount"], Value::from(off), "{what}: {quote}");
        discounts += promised.len();
    }
    assert!(discounts > 0, "{} gives nothing at all", example.folder);
}

/// What it gave is frozen with the sale: each line that comes back by re-evaluation gives what was paid for it, as what is
/// kept keeps its part, also once the plugin is gone.
fn is_kept_by_what_is_kept(app: &App, example: Example) {
    let mut client = publisher(app);
    let case = example.cases().into_iter().find(|case| !case.promised(example.name).is_empty()).unwrap();
    let mut rulebook = case.rulebook();
    rulebook["pricing"]["refund"] = json!({ "method": "re-evaluate" });
    let published = client.put(&format!("/v1/merchants/{MERCHANT}/rulebook"), &rulebook).unwrap();
    assert_eq!(published.status, 200, "{}", published.text());
    let plugin = format!("/v1/merchants/{MERCHANT}/plugins/{}", example.name);
    let wish = json!({ "version": VERSION, "config": case.config(), "onFailure": "closed" });
    assert_eq!(client.post(&format!("{plugin}:activate"), &wish).unwrap().status, 200);
    let cart = case.quote(MERCHANT);
    let quote = client.post("/v1/quote", &cart).unwrap().json();
    let decision = &quote["record"]["decision"];
    assert!(!decision["proposals"].as_array().unwrap().is_empty(), "{quote}");
    assert_eq!(client.send("DELETE", &plugin, &[], b"").unwrap().status, 204);
    let mut cart = cart;
    cart["at"] = quote["at"].clone();
    for line in decision["lines"].as_array().unwrap() {
        let returns = json!([{ "line": line["id"], "quantity": line["quantity"] }]);
        let refund =
            client.post("/v1/refund", &json!({ "decision": decision, "returns": returns, "cart": cart })).unwrap();
        assert_eq!(refund.status, 200, "{}", refund.text());
        let refund = refund.json();
        assert_eq!(
            (&refund["lines"][0]["amount"], &refund["exact"]),
            (&line["paid"], &json!(true)),
            "{refund} {quote}"
        );
    }
}

#[test]
fn the_rust_example_gives_its_tiered_bundle() {
    let app = host().up().unwrap();
    prices_its_carts(&app, RUST, &RUST.built().unwrap());
    is_kept_by_what_is_kept(&app, RUST);
}

#[test]
fn the_javascript_example_gives_the_third_of_a_look_at_half_price() {
    match JS.built() {
        Ok(component) => prices_its_carts(&host().up().unwrap(), JS, &component),
        Err(missing) => skip(&missing),
    }
}

/// The state stays, so that what was compiled once is not compiled at every run.
#[test]
fn the_python_example_gives_birthdays_and_festivals() {
    match PYTHON.built() {
        Ok(component) => {
            let state = root().join("target/plugin-examples");
            std::fs::create_dir_all(&state).unwrap();
            prices_its_carts(&host().up_in(&state).unwrap(), PYTHON, &component);
        }
        Err(missing) => skip(&missing),
    }
}

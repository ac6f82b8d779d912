//! Merchants' plugins: what the host adds to a call, what a hostile merchant costs the others, and the way from upload to
//! the first priced cart. The examples are built with `pushcart plugin build` where that was not done yet.

use crate::load::{self, Client, Measured};
use crate::server::{Server, TOKEN, beside};
use anyhow::{Context as _, bail, ensure};
use pushcart::plugins::bindings::PromotionPre;
use pushcart::plugins::engine::{Allocation, PluginEngine};
use pushcart::plugins::loaded::{Loaded, Permit};
use pushcart::plugins::types::{Attribute, Cart, Context, Line, Shopper};
use pushcart::plugins::values;
use serde_json::{Value, json};
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tests::plugin::Plugin;
use wasmtime::Store;
use wasmtime::component::{Component, Linker};

const CALLS: usize = 2_000;
const WARM: usize = 100;
const LINES: usize = 20;
/// Lines of the carts on which the endless plugin loops; no golden cart has as many.
const HOSTILE_LINES: usize = 19;
/// Connections of the merchant that is measured, and of the one beside it.
const CONNECTIONS: usize = 4;
const BESIDE: usize = 2;
const TIME: Duration = Duration::from_secs(4);
const RUST: &str = "plugins/rust/example";
const JS: &str = "plugins/js/example";
pub const JS_CONFIG: &str = r#"{"basisPoints":5000}"#;

/// Prints the three.
pub fn run() -> anyhow::Result<()> {
    let rust = built(RUST)?;
    let engine = Arc::new(PluginEngine::start(Allocation::Pooled).map_err(anyhow::Error::msg)?);
    println!("one call, {LINES} lines, fresh store and instance included, {CALLS} calls:");
    let (config, cart) = (bundle().to_string(), cart());
    let native = native(&config, &cart)?;
    let called = called("Rust (tiered-bundle)", 60.0, &engine, &rust, &config, &cart)?;
    println!("  {:<24} p50 {native:>8.2} µs  the same rule linked natively", "native");
    println!("  {:<24}     {:>8.1} × native, {:.1} µs more", "Rust", called / native, called - native);
    match built(JS) {
        Ok(js) => {
            self::called("QuickJS (third-of-a-look)", 250.0, &engine, &js, JS_CONFIG, &cart).map(|_| ())?;
        }
        Err(error) => println!("  SKIPPED: QuickJS, which cannot be built here: {error:#}"),
    }
    crate::plugin_fuel::run(&engine)?;
    drop(engine);
    let server = Server::pushcart(&["--variable", &format!("publish_tokens=willow:{TOKEN} cedar:{TOKEN}")])?;
    first_cart(&server, &rust)?;
    hostile(&server)
}

/// The component of an example.
fn built(folder: &str) -> anyhow::Result<Vec<u8>> {
    let file = Path::new(folder).join("build/plugin.wasm");
    if !file.exists() {
        let made = Command::new(beside("pushcart")?).args(["plugin", "build", folder]).output()?;
        ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr).trim());
    }
    std::fs::read(&file).with_context(|| file.display().to_string())
}

fn sku(number: usize) -> String {
    format!("SKU-{number:04}")
}

/// All products are in the bundle.
pub fn bundle() -> Value {
    let skus: Vec<String> = (0..LINES).map(sku).collect();
    json!({"bundle": skus, "tiers": [{"products": 2, "basisPoints": 1000}, {"products": 10, "basisPoints": 2000}]})
}

/// What a plugin is given: every line belongs to one of four looks.
pub fn cart() -> Cart {
    let line = |number: usize| Line {
        id: number.to_string(),
        sku: sku(number),
        quantity: 3,
        unit_price: 2_000.0,
        subtotal: 6_000.0,
        categories: vec!["tea".to_owned()],
        attributes: vec![Attribute { name: "look".to_owned(), value: format!("look-{}", number % 4) }],
    };
    let lines = (0..LINES).map(line).collect();
    Cart { currency: "CNY".to_owned(), lines, shipping: 0.0, attributes: Vec::new() }
}

pub fn context() -> Context {
    let shopper = Shopper { groups: Vec::new(), segments: Vec::new(), tier: None, orders: 0, attributes: Vec::new() };
    Context {
        moment: values::moment(1_795_608_300, 28_800),
        channel: "live".to_owned(),
        country: Some("CN".to_owned()),
        shopper,
        codes: Vec::new(),
        attributes: Vec::new(),
    }
}

/// Median microseconds.
fn median(mut call: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let mut times = Vec::with_capacity(CALLS);
    for round in 0..WARM + CALLS {
        let start = Instant::now();
        call()?;
        if round >= WARM {
            times.push(start.elapsed());
        }
    }
    times.sort_unstable();
    Ok(times.get(CALLS / 2).copied().unwrap_or_default().as_secs_f64() * 1e6)
}

fn called(
    name: &str,
    target: f64,
    engine: &Arc<PluginEngine>,
    wasm: &[u8],
    config: &str,
    cart: &Cart,
) -> anyhow::Result<f64> {
    let component = Component::new(engine.engine(), wasm).map_err(anyhow::Error::msg)?;
    let loaded = Loaded::new(engine, &component, Permit::default()).map_err(anyhow::Error::msg)?;
    let context = context();
    let first = loaded.evaluate(cart, &context, config, &[]);
    let proposals = first.result.map_err(|failure| anyhow::anyhow!("{name}: {failure}"))?;
    ensure!(!proposals.is_empty(), "{name} proposes nothing");
    let kept = kept(engine, &component, &context, config, cart)?;
    let evaluated = median(|| match black_box(loaded.evaluate(cart, &context, config, &[])).result {
        Ok(_) => Ok(()),
        Err(failure) => bail!("{failure}"),
    })?;
    println!("  {name:<24} p50 {evaluated:>8.1} µs  the whole call; fuel {}", first.usage.fuel);
    println!("  {:<24}     {kept:>8.1} µs  the same call in an instance that stays: the plugin's own work", "");
    println!(
        "  {:<24}     {:>8.1} µs  the host's part: store, instance, its first call, drop (target ≤ {target} µs); {:.2} × in all",
        "",
        evaluated - kept,
        evaluated / kept
    );
    Ok(evaluated)
}

/// What the plugin takes by itself, with the same fuel and epochs, once it is warm.
fn kept(
    engine: &PluginEngine,
    component: &Component,
    context: &Context,
    config: &str,
    cart: &Cart,
) -> anyhow::Result<f64> {
    let linker: Linker<()> = Linker::new(engine.engine());
    let ready = linker.instantiate_pre(component).and_then(PromotionPre::new).map_err(anyhow::Error::msg)?;
    let mut store = Store::new(engine.engine(), ());
    store.set_epoch_deadline(u64::from(u32::MAX));
    store.set_fuel(u64::MAX / 2).map_err(anyhow::Error::msg)?;
    let plugin = ready.instantiate(&mut store).map_err(anyhow::Error::msg)?;
    median(|| {
        let answer = plugin.call_evaluate(&mut store, black_box(cart), context, config, &[]);
        black_box(answer.map_err(anyhow::Error::msg)?).map(|_| ()).map_err(|error| anyhow::anyhow!("{error:?}"))
    })
}

/// The rule of the Rust example with the reading of its configuration, without a component around it.
fn native(config: &str, cart: &Cart) -> anyhow::Result<f64> {
    median(|| {
        let config = tiered_bundle::config(black_box(config)).map_err(anyhow::Error::msg)?;
        let skus: Vec<&str> = black_box(cart).lines.iter().map(|line| line.sku.as_str()).collect();
        black_box(tiered_bundle::offer(&config, &skus)).context("no offer")?;
        Ok(())
    })
}

/// One request as that merchant; the body of its answer.
fn ask(server: &Server, method: &str, path: &str, kind: &str, body: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\ncontent-type: {kind}\r\n"
    );
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    let mut client = Client::connect(server.address)?;
    let (status, answer) = client.send(&[head.as_bytes(), body].concat())?;
    if status >= 300 {
        bail!("{method} {path} answered {status}: {}", String::from_utf8_lossy(answer));
    }
    Ok(answer.to_vec())
}

fn upload(server: &Server, merchant: &str, name: &str, wasm: &[u8]) -> anyhow::Result<()> {
    let path = format!("/v1/merchants/{merchant}/plugins/{name}/versions/1.0.0");
    ask(server, "PUT", &path, "application/wasm", wasm).map(|_| ())
}

fn activate(server: &Server, merchant: &str, name: &str, config: &Value) -> anyhow::Result<()> {
    let path = format!("/v1/merchants/{merchant}/plugins/{name}:activate");
    let wish = json!({"version": "1.0.0", "config": config, "onFailure": "open"}).to_string();
    ask(server, "POST", &path, "application/json", wish.as_bytes()).map(|_| ())
}

fn publish(server: &Server, merchant: &str) -> anyhow::Result<()> {
    let products: Vec<Value> = (0..LINES).map(|number| json!({"sku": sku(number)})).collect();
    let entries: serde_json::Map<String, Value> = (0..LINES).map(|number| (sku(number), json!(2_000))).collect();
    let rulebook = json!({
        "format": "pushcart-rulebook/1", "currency": "CNY", "timeZone": "Asia/Shanghai",
        "catalogue": {"products": products}, "priceLists": [{"id": "base", "entries": entries}], "promotions": []
    });
    let path = format!("/v1/merchants/{merchant}/rulebook");
    ask(server, "PUT", &path, "application/json", rulebook.to_string().as_bytes()).map(|_| ())
}

/// The body of a quote's request, with `lines` lines.
fn quote(merchant: &str, lines: usize) -> Vec<u8> {
    let lines: Vec<Value> =
        (0..lines).map(|number| json!({"id": number.to_string(), "sku": sku(number), "quantity": 3})).collect();
    json!({"merchant": merchant, "currency": "CNY", "lines": lines}).to_string().into_bytes()
}

/// From the first byte of the upload to the last byte of a quote that the plugin discounts.
fn first_cart(server: &Server, rust: &[u8]) -> anyhow::Result<()> {
    publish(server, "willow")?;
    let start = Instant::now();
    upload(server, "willow", "tiered-bundle", rust)?;
    let uploaded = start.elapsed();
    activate(server, "willow", "tiered-bundle", &bundle())?;
    let answer = ask(server, "POST", "/v1/quote", "application/json", &quote("willow", LINES))?;
    let all = start.elapsed();
    ensure!(
        String::from_utf8_lossy(&answer).contains("tiered-bundle/bundle-of-10"),
        "the plugin discounts nothing: {}",
        String::from_utf8_lossy(&answer)
    );
    println!(
        "upload to first priced cart, {} bytes: {:.0} ms (target ≤ 1000 ms), of it {:.0} ms the upload",
        rust.len(),
        all.as_secs_f64() * 1e3,
        uploaded.as_secs_f64() * 1e3
    );
    Ok(())
}

/// The p99 of a merchant with a plugin of its own, beside one whose plugin does no harm and beside one whose plugin loops.
fn hostile(server: &Server) -> anyhow::Result<()> {
    let mut plugin = Plugin::new("endless", "1.0.0");
    // What is let in must behave on the golden carts; none of them has as many lines.
    let many = format!("(i32.eq (i32.load offset=12 (local.get $args)) (i32.const {HOSTILE_LINES}))");
    plugin.before = format!("(if {many} (then (loop $l (br $l))))");
    publish(server, "cedar")?;
    upload(server, "cedar", "endless", &plugin.wasm())?;
    let alone = pair(server, false)?;
    let without = pair(server, true)?;
    activate(server, "cedar", "endless", &json!({}))?;
    let beside = pair(server, true)?;
    println!("another merchant's quotes, {LINES} lines, {CONNECTIONS} connections, {BESIDE} of the merchant beside:");
    for (name, measured) in
        [("nobody beside", &alone), ("beside, no plugin", &without), ("beside, an endless plugin", &beside)]
    {
        let Measured { per_second, answered: _, p50, p99 } = measured;
        let (p50, p99) = (p50.as_secs_f64() * 1e3, p99.as_secs_f64() * 1e3);
        println!("  {name:<26} {per_second:>7.0}/s  p50 {p50:>7.2} ms  p99 {p99:>7.2} ms");
    }
    let ratio = |over: &Measured| beside.p99.as_secs_f64() / over.p99.as_secs_f64();
    println!(
        "  p99 beside the endless plugin: {:.2} × of the run without it (target ≤ 1.5), {:.2} × of nobody beside",
        ratio(&without),
        ratio(&alone)
    );
    let path = "/v1/merchants/cedar/plugins/endless";
    let mut view: Value = serde_json::from_slice(&ask(server, "GET", path, "application/json", b"")?)?;
    if let Some(health) = view["health"].as_object_mut() {
        // All alike.
        health.remove("lastFailures");
    }
    println!("  the endless plugin's health: {}", view["health"]);
    Ok(())
}

/// The load of the merchant that is measured, with that of the other beside it where it is wanted.
fn pair(server: &Server, beside: bool) -> anyhow::Result<Measured> {
    let request = |merchant: &str, lines| load::request("POST", "/v1/quote", &[], &quote(merchant, lines));
    let (measured, other) = (request("willow", LINES), request("cedar", HOSTILE_LINES));
    std::thread::scope(|scope| {
        let other = beside.then(|| scope.spawn(|| load::run(server.address, &other, BESIDE, TIME)));
        let measured = load::run(server.address, &measured, CONNECTIONS, TIME);
        if let Some(other) = other {
            other.join().map_err(|_| anyhow::anyhow!("the load beside panicked"))??;
        }
        measured
    })
}

//! Plugins for tests, made from one core module with other work put in.

use super::active::{ActivePlugin, Policy};
use super::asking::Question;
use super::bounds::Tier;
use super::engine::{Allocation, PluginEngine};
use super::health::Health;
use super::loaded::{Loaded, Permit};
use super::types::{Cart, Line};
use super::values::moment;
use std::sync::{Arc, LazyLock};
use wasmtime::component::Component;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

/// What the sample does.
pub const PROPOSES: &str = "(call $propose (local.get $given))";

/// One engine for all tests: a pool reserves much.
pub static ENGINE: LazyLock<Arc<PluginEngine>> =
    LazyLock::new(|| Arc::new(PluginEngine::start(Allocation::Pooled).unwrap()));

/// The component whose `evaluate` is `work`, built against `version` of the package.
pub fn component(work: &str, version: &str) -> Vec<u8> {
    let text = include_str!("../../tests/plugins/sample.wat").replacen(
        &format!("    {PROPOSES}))"),
        &format!("    {work}))"),
        1,
    );
    let mut module = wat::parse_str(text).unwrap();
    let contract = include_str!("../../../wit/plugin/plugin.wit").replacen("@0.1.0", &format!("@{version}"), 1);
    let mut resolve = wit_parser::Resolve::default();
    let package = resolve.push_str("plugin.wit", &contract).unwrap();
    let world = resolve.select_world(&[package], Some("promotion")).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}

/// The same, ready to run.
pub fn loaded(work: &str) -> Loaded {
    let component = Component::from_binary(ENGINE.engine(), &component(work, "0.1.0")).unwrap();
    Loaded::new(&ENGINE, &component, Permit { tier: Tier::Normal, wasi: false }).unwrap()
}

/// The same, switched on.
pub fn active(work: &str) -> ActivePlugin {
    ActivePlugin {
        name: "sample".into(),
        version: "1.0.0".into(),
        digest: String::new(),
        config: "{}".into(),
        policy: Policy::Open,
        needs: Vec::new(),
        loaded: Ok(Arc::new(loaded(work))),
        health: Arc::new(Health::default()),
    }
}

/// A cart of lines with these quantities and unit prices, named `1`, `2`, …
pub fn cart(lines: &[(u32, u32)]) -> Cart {
    let line = |(place, (quantity, price)): (usize, &(u32, u32))| Line {
        id: (place + 1).to_string(),
        sku: format!("SKU-{place}"),
        quantity: *quantity,
        unit_price: f64::from(*price),
        subtotal: f64::from(*price) * f64::from(*quantity),
        categories: vec!["tea".into()],
        attributes: Vec::new(),
    };
    Cart {
        currency: "CNY".into(),
        lines: lines.iter().enumerate().map(line).collect(),
        shipping: 600.0,
        attributes: Vec::new(),
    }
}

/// A question about such a cart.
pub fn question(lines: &[(u32, u32)]) -> Question {
    let context = super::types::Context {
        moment: moment(1_794_398_700, 28_800),
        channel: "live".into(),
        country: None,
        shopper: super::types::Shopper {
            groups: Vec::new(),
            segments: Vec::new(),
            tier: None,
            orders: 0,
            attributes: Vec::new(),
        },
        codes: Vec::new(),
        attributes: Vec::new(),
    };
    Question { cart: cart(lines), context, earlier: Vec::new() }
}

//! What the components are made of: the five functions import nothing, and what they answer is what the cores answer.

use serde_json::Value;
use std::fmt::Write as _;
use tests::app::{App, root};
use tests::native::Native;
use tests::samples::{self, Draw, MERCHANT};
use wit_component::{DecodedWasm, decode};
use wit_parser::{Resolve, WorldItem, WorldKey};

const FUNCTIONS: [&str; 6] = ["pricing", "promotions", "referral", "inventory", "tagging", "plugins-none"];

/// Names of a world's imports, and of the functions among them and in their interfaces.
fn imports(resolve: &Resolve, world: wit_parser::WorldId) -> (Vec<String>, Vec<String>) {
    let (mut names, mut functions) = (Vec::new(), Vec::new());
    for (key, item) in &resolve.worlds[world].imports {
        let name = match key {
            WorldKey::Name(name) => name.clone(),
            WorldKey::Interface(id) => resolve.id_of(*id).expect("an interface has a name"),
        };
        match item {
            WorldItem::Interface { id, .. } => {
                functions.extend(resolve.interfaces[*id].functions.keys().map(|function| format!("{name}#{function}")));
            }
            WorldItem::Function(_) => functions.push(name.clone()),
            WorldItem::Type { .. } => {}
        }
        names.push(name);
    }
    (names, functions)
}

#[test]
fn the_five_functions_import_no_function() {
    let mut printed = String::new();
    for function in FUNCTIONS {
        let file = root().join(format!("target/components/{function}.wasm"));
        let bytes =
            std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}; run scripts/build", file.display()));
        let DecodedWasm::Component(resolve, world) = decode(&bytes).unwrap() else {
            panic!("{function} is no component")
        };
        let (names, functions) = imports(&resolve, world);
        let exports = resolve.worlds[world].exports.keys().map(|key| resolve.name_world_key(key));
        let exports: Vec<String> = exports.collect();
        writeln!(printed, "{function}: imports types of {names:?}, exports {exports:?}, {} bytes", bytes.len())
            .unwrap();
        assert_eq!(functions, Vec::<String>::new(), "{function} imports functions");
        assert!(!exports.is_empty(), "{function} exports nothing");
    }
    println!("{printed}");
}

/// Status, what the contract has in headers, and body.
fn shown(answer: &tests::client::Answer) -> (u16, Option<&str>, Option<&str>, String) {
    (answer.status, answer.header("content-type"), answer.header("etag"), answer.text())
}

#[test]
fn what_the_components_answer_is_what_the_cores_answer() {
    let app = App::up().unwrap();
    let mut wasm = app.client();
    let native = Native::default();
    let token = format!("Bearer {MERCHANT}-token");
    let headers = [("content-type", "application/json"), ("authorization", token.as_str())];
    let mut both = |what: &str, method: &str, path: &str, document: &Value| {
        let body = document.to_string();
        let cores = native.send(method, path, &headers, body.as_bytes());
        let components = wasm.send(method, path, &headers, body.as_bytes()).unwrap();
        assert_eq!(shown(&components), shown(&cores), "{what}: {body}");
        cores.status
    };
    let (rulebook, carts) = (samples::rulebook(), samples::carts());
    assert_eq!(both("rulebook", "PUT", "/v1/merchants/willow/rulebook", &rulebook), 200);
    assert_eq!(both("stock", "PUT", "/v1/merchants/willow/stock", &samples::stock()), 200);
    for (name, cart) in &carts {
        assert_eq!(both(name, "POST", "/v1/quote", cart), 200);
    }
    let mut draw = Draw::new(20);
    for number in 0..200 {
        let mut cart = samples::drawn(&mut draw, &carts, &rulebook);
        assert_eq!(both(&format!("drawn {number}"), "POST", "/v1/quote", &cart), 200);
        // A field that is not what it should be: the same faults come back, in the same order.
        let fields: Vec<String> = cart.as_object().unwrap().keys().cloned().collect();
        cart["lines"][0]["colour"] = Value::from("red");
        cart[draw.of(&fields)] = Value::from(7);
        assert_ne!(both(&format!("spoilt {number}"), "POST", "/v1/quote", &cart), 200);
    }
}

//! The sample merchant end to end, natively: its rules and stock are published, its carts are quoted, and each answer is
//! compared with `samples/expected`, byte for byte once spaces are put in. `PUSHCART_BLESS=1` writes what came out.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use storefront::app::App;
use storefront::http::Request;
use storefront::world::{Memory, World};

const CARTS: [&str; 6] = ["livestream", "group-chat", "shop-visit", "first-order", "subscription", "sleeper"];

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(samples().join(name)).unwrap_or_else(|error| panic!("samples/{name}: {error}"))
}

/// A storefront where willow is published.
struct Shop {
    app: App,
    store: Memory,
}

impl Shop {
    fn open() -> Self {
        let shop = Self { app: App::default(), store: Memory::default() };
        for what in ["rulebook", "stock"] {
            let (status, answer) =
                shop.send("PUT", &format!("/v1/merchants/willow/{what}"), &read(&format!("{what}.json")));
            assert_eq!(status, 200, "samples/{what}.json: {answer}");
        }
        shop
    }

    fn send(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let setting = |name: &str| (name == "publish_tokens").then(|| "willow:secret".to_owned());
        // Carts say when they are; what they do not say is judged at one moment.
        let world = World { store: &self.store, setting: &setting, now: 1_794_400_000 };
        let headers = [("content-type", "application/json"), ("authorization", "Bearer secret")];
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: body.as_bytes().to_vec(),
        };
        let (response, log) = self.app.handle(&request, &world);
        assert_eq!(log, None, "{method} {path}");
        (response.status, String::from_utf8(response.body).unwrap())
    }

    fn quote(&self, cart: &str) -> String {
        let (status, answer) = self.send("POST", "/v1/quote", cart);
        assert_eq!(status, 200, "{answer}");
        answer
    }
}

#[test]
fn each_cart_gets_the_answer_on_file() {
    let shop = Shop::open();
    let bless = std::env::var_os("PUSHCART_BLESS").is_some();
    let mut differ = String::new();
    for cart in CARTS {
        let answer = laid_out(&shop.quote(&read(&format!("carts/{cart}.json"))));
        let name = format!("expected/{cart}.json");
        if bless {
            std::fs::create_dir_all(samples().join("expected")).unwrap();
            std::fs::write(samples().join(&name), &answer).unwrap();
            continue;
        }
        let expected = read(&name);
        if answer != expected {
            let first = answer.lines().zip(expected.lines()).position(|(one, other)| one != other);
            let line = first.unwrap_or_else(|| answer.lines().count().min(expected.lines().count()));
            let at = |text: &str| text.lines().nth(line).unwrap_or("(the end)").to_owned();
            let (is, was) = (at(&answer), at(&expected));
            writeln!(differ, "samples/{name}, line {}:\n  expected {was}\n  answered {is}", line + 1).unwrap();
        }
    }
    assert!(
        differ.is_empty(),
        "{differ}PUSHCART_BLESS=1 writes the new answers, to be read before they are committed."
    );
}

/// The numbers that `samples/README.md` reckons by hand.
#[test]
fn the_livestream_comes_to_what_a_person_reckons() {
    let answer = Shop::open().quote(&read("carts/livestream.json"));
    let quote: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let lines = quote["lines"].as_array().unwrap();
    let amounts = |field: &str| lines.iter().map(|line| line[field]["amount"].as_i64().unwrap()).collect::<Vec<_>>();
    assert_eq!(amounts("unitPrice"), [9_900, 5_900, 2_900]);
    assert_eq!(amounts("subtotal"), [19_800, 11_800, 2_900]);
    assert_eq!(amounts("total"), [16_738, 7_481, 2_451]);
    let taxes: Vec<_> = lines.iter().map(|line| line["tax"]["amount"]["amount"].as_i64().unwrap()).collect();
    assert_eq!(taxes, [1_926, 861, 282]);
    for (field, amount) in [
        ("subtotal", 34_500),
        ("discount", 7_830),
        ("shipping", 0),
        ("shippingDiscount", 600),
        ("taxIncluded", 3_069),
        ("total", 26_670),
    ] {
        assert_eq!(quote["totals"][field]["amount"], amount, "{field}");
    }
}

#[test]
fn every_product_has_a_price_and_can_be_delivered() {
    let rulebook: serde_json::Value = serde_json::from_str(&read("rulebook.json")).unwrap();
    let products = rulebook["catalogue"]["products"].as_array().unwrap();
    let lines: Vec<_> = products
        .iter()
        .map(|product| serde_json::json!({ "id": product["sku"], "sku": product["sku"], "quantity": 1 }))
        .collect();
    let cart = serde_json::json!({ "merchant": "willow", "currency": "CNY", "at": "2026-11-20T10:00:00+08:00",
        "lines": lines, "delivery": { "country": "CN", "region": "CN-SH", "method": "standard" } });
    let quote: serde_json::Value = serde_json::from_str(&Shop::open().quote(&cart.to_string())).unwrap();
    for line in quote["lines"].as_array().unwrap() {
        assert!(line["subtotal"]["amount"].as_i64().unwrap() > 0, "{}", line["sku"]);
        let status = line["availability"]["status"].as_str().unwrap();
        assert!(["available", "preorder"].contains(&status), "{} is {status}", line["sku"]);
    }
}

/// The same text with line ends and spaces between its parts: what fits stands on one line.
fn laid_out(json: &str) -> String {
    let mut laid = String::new();
    lay(json, 0, &mut laid);
    laid.push('\n');
    laid
}

fn lay(value: &str, depth: usize, laid: &mut String) {
    let flat = flat(value);
    if !value.starts_with(['{', '[']) || flat.len() + 2 * depth < 100 {
        laid.push_str(&flat);
        return;
    }
    laid.push_str(&value[..1]);
    for (index, part) in parts(value).into_iter().enumerate() {
        laid.push_str(if index == 0 { "\n" } else { ",\n" });
        laid.push_str(&"  ".repeat(depth + 1));
        let (name, value) = named(part);
        laid.push_str(&name);
        lay(value, depth + 1, laid);
    }
    write!(laid, "\n{}{}", "  ".repeat(depth), &value[value.len() - 1..]).unwrap();
}

fn flat(value: &str) -> String {
    if !value.starts_with(['{', '[']) {
        return value.to_owned();
    }
    let each = parts(value).into_iter().map(|part| {
        let (name, value) = named(part);
        name + &flat(value)
    });
    let each: Vec<String> = each.collect();
    let gap = if value.starts_with('{') && !each.is_empty() { " " } else { "" };
    format!("{}{gap}{}{gap}{}", &value[..1], each.join(", "), &value[value.len() - 1..])
}

/// A field's name with its colon, and its value; an item of a list has no name.
fn named(part: &str) -> (String, &str) {
    let end = if part.starts_with('"') { end_of_text(part) } else { 0 };
    match part[end..].strip_prefix(':') {
        Some(value) => (format!("{}: ", &part[..end]), value),
        None => (String::new(), part),
    }
}

/// The fields or items of an object or a list.
fn parts(value: &str) -> Vec<&str> {
    if !value.starts_with(['{', '[']) || value.len() == 2 {
        return Vec::new();
    }
    let inner = &value[1..value.len() - 1];
    let (mut parts, mut depth, mut start, mut at) = (Vec::new(), 0, 0, 0);
    while at < inner.len() {
        match inner.as_bytes()[at] {
            b'"' => at += end_of_text(&inner[at..]) - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(&inner[start..]);
    parts
}

/// Where the text that starts here ends, its quotes included.
fn end_of_text(json: &str) -> usize {
    let bytes = json.as_bytes();
    let mut at = 1;
    while bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

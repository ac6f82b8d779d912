//! The sample merchant, and carts: its six, and any number of others drawn from its catalogue with a fixed seed.

use crate::app::root;
use serde_json::{Value, json};

/// Who publishes the samples.
pub const MERCHANT: &str = "willow";

fn read(file: &str) -> Value {
    let path = root().join("samples").join(file);
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rulebook.
#[must_use]
pub fn rulebook() -> Value {
    read("rulebook.json")
}

/// The stock, as it is published.
#[must_use]
pub fn stock() -> Value {
    read("stock.json")
}

/// The carts by the names of their files, in order.
#[must_use]
pub fn carts() -> Vec<(String, Value)> {
    let folder = root().join("samples/carts");
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".json")).collect();
    names.sort();
    names.into_iter().map(|name| (name.trim_end_matches(".json").to_owned(), read(&format!("carts/{name}")))).collect()
}

/// Numbers that look random and are the same in every run: SplitMix64, as Steele, Lea and Flood publish it.
pub struct Draw(u64);

impl Draw {
    /// Begins with a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % end as u64).unwrap()
    }

    /// One of them.
    pub fn of<'a, T>(&mut self, many: &'a [T]) -> &'a T {
        &many[self.below(many.len())]
    }
}

/// A cart that nobody wrote: the context of one of the six, and up to 40 lines of anything the merchant sells.
pub fn drawn(draw: &mut Draw, carts: &[(String, Value)], rulebook: &Value) -> Value {
    let products = rulebook["catalogue"]["products"].as_array().expect("a catalogue");
    let (_, mut cart) = draw.of(carts).clone();
    let codes = ["LIVE88", "MINGQIAN", "MISSYOU", "DOUBLE12", "NOBODY"];
    let lines = (0..=draw.below(40)).map(|place| {
        let quantity = [1, 1, 1, 2, 3, 5, 12, 100][draw.below(8)];
        json!({ "id": format!("l{place}"), "sku": draw.of(products)["sku"], "quantity": quantity,
                "selected": draw.below(8) > 0, "subscription": draw.below(8) == 0 })
    });
    cart["lines"] = lines.collect();
    cart["codes"] = (0..draw.below(3)).map(|_| json!(draw.of(&codes))).collect();
    cart["at"] = json!(format!("2026-11-{:02}T{:02}:30:00+08:00", 1 + draw.below(28), draw.below(24)));
    cart["explain"] = json!(draw.below(2) == 0);
    cart
}

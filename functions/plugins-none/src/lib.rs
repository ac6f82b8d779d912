//! What Spin links where the Pushcart host links merchants' plugins: no merchant has any.
#![cfg(target_family = "wasm")]
#![allow(missing_docs, unsafe_code, clippy::all, reason = "generated")]

use commerce::facts::{
    offers::{Discount, LineAttribute, ShippingCharge},
    prices::PricedLine,
    types::Context,
};

wit_bindgen::generate!({
    path: "../../wit/commerce",
    world: "plugins-function",
    with: {
        "pushcart:commerce/types@0.1.0": commerce::facts::types,
        "pushcart:commerce/prices@0.1.0": commerce::facts::prices,
        "pushcart:commerce/offers@0.1.0": commerce::facts::offers,
    },
});

use exports::pushcart::commerce::plugins::{Guest, Proposed};

struct None;

impl Guest for None {
    fn active(_: String) -> bool {
        false
    }
    fn propose(
        _: String,
        _: Vec<PricedLine>,
        _: Vec<LineAttribute>,
        _: Vec<ShippingCharge>,
        _: Vec<Discount>,
        _: Context,
    ) -> Proposed {
        Proposed { proposals: Vec::new(), failures: Vec::new() }
    }
}

export!(None);

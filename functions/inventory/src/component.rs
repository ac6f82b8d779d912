//! The WIT shell: hands arguments to the core and answers back. It decides nothing.
#![allow(missing_docs, unsafe_code, clippy::all, reason = "generated")]

use commerce::facts::stock::{Inquiry, Plan, ZoneAt};
use commerce::facts::types::{Compiled, Context, Fault};
use std::cell::RefCell;

wit_bindgen::generate!({
    path: "../../wit/commerce",
    world: "inventory-function",
    with: {
        "pushcart:commerce/types@0.1.0": commerce::facts::types,
        "pushcart:commerce/stock@0.1.0": commerce::facts::stock,
    },
});

use exports::pushcart::commerce::inventory as wit;

struct Component;

struct Rules(RefCell<crate::Rules>);

impl wit::Guest for Component {
    type Rules = Rules;
    fn compile(rulebook: String) -> Result<Compiled, Vec<Fault>> {
        crate::compile(&rulebook)
    }
}

impl wit::GuestRules for Rules {
    fn load(root: Vec<u8>) -> Result<wit::Rules, String> {
        crate::Rules::load(&root).map(|rules| wit::Rules::new(Rules(RefCell::new(rules))))
    }
    fn missing(&self, skus: Vec<String>) -> Vec<u32> {
        self.0.borrow().missing(&skus)
    }
    fn hold(&self, number: u32, shard: Vec<u8>) -> Result<(), String> {
        self.0.borrow_mut().hold(number, &shard)
    }
    fn skus(&self, skus: Vec<String>) -> Vec<String> {
        self.0.borrow().skus(&skus)
    }
    fn unknown(&self, skus: Vec<String>) -> Vec<String> {
        self.0.borrow().unknown(&skus)
    }
    fn nodes(&self) -> Vec<String> {
        self.0.borrow().nodes()
    }
    fn zone_at(&self, name: Option<String>, at: i64) -> Option<ZoneAt> {
        self.0.borrow().zone_at(name.as_deref(), at)
    }
    fn check(&self, inquiry: Inquiry, context: Context) -> Result<Plan, Vec<Fault>> {
        self.0.borrow().check(&inquiry, &context)
    }
}

export!(Component);

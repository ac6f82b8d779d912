//! The WIT shell: hands arguments to the core and answers back. It decides nothing.
#![allow(missing_docs, unsafe_code, clippy::all, reason = "generated")]

use commerce::facts::offers::{Ceiling, LineAttribute, Proposal, ShippingCharge, Verdict, Wants};
use commerce::facts::prices::PricedLine;
use commerce::facts::types::{Compiled, Context, Fault};
use std::cell::RefCell;

wit_bindgen::generate!({
    path: "../../wit/commerce",
    world: "promotions-function",
    with: {
        "pushcart:commerce/types@0.1.0": commerce::facts::types,
        "pushcart:commerce/prices@0.1.0": commerce::facts::prices,
        "pushcart:commerce/offers@0.1.0": commerce::facts::offers,
    },
});

use exports::pushcart::commerce::promotions as wit;

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
    fn missing(&self, lines: Vec<PricedLine>, context: Context) -> Vec<u32> {
        self.0.borrow().missing(&lines, &context)
    }
    fn hold(&self, number: u32, shard: Vec<u8>) -> Result<(), String> {
        self.0.borrow_mut().hold(number, &shard)
    }
    fn evaluate(
        &self,
        lines: Vec<PricedLine>,
        declared: Vec<LineAttribute>,
        shipping: Vec<ShippingCharge>,
        proposals: Vec<Proposal>,
        wants: Wants,
        context: Context,
    ) -> Result<Verdict, Vec<Fault>> {
        self.0.borrow().evaluate(&lines, &declared, &shipping, &proposals, &wants, &context)
    }
    fn ceilings(
        &self,
        lines: Vec<PricedLine>,
        declared: Vec<LineAttribute>,
        context: Context,
    ) -> Result<Option<Vec<Ceiling>>, Vec<Fault>> {
        self.0.borrow().ceilings(&lines, &declared, &context)
    }
}

export!(Component);

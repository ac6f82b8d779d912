//! The WIT shell: hands arguments to the core and answers back. It decides nothing.
#![allow(missing_docs, unsafe_code, clippy::all, reason = "generated")]

use commerce::facts::prices::{
    Cargo, Decision, Payable, PresalePlan, PriceClaim, PriceEvent, PriceReference, PricedCart, RefundAmounts,
    RefundSearch, ReturnLine, ShippingOption, Taxable, Taxation, Terms, UnitRange,
};
use commerce::facts::types::{Compiled, Context, Fault, Line};
use std::cell::RefCell;

wit_bindgen::generate!({
    path: "../../wit/commerce",
    world: "pricing-function",
    with: {
        "pushcart:commerce/types@0.1.0": commerce::facts::types,
        "pushcart:commerce/offers@0.1.0": commerce::facts::offers,
        "pushcart:commerce/prices@0.1.0": commerce::facts::prices,
    },
});

use exports::pushcart::commerce::pricing as wit;

struct Component;

struct Rules(RefCell<crate::Rules>);

struct Refunding(RefCell<crate::Refunding>);

impl wit::Guest for Component {
    type Rules = Rules;
    type Refunding = Refunding;
    fn compile(rulebook: String) -> Result<Compiled, Vec<Fault>> {
        crate::compile(&rulebook)
    }
}

impl wit::GuestRefunding for Refunding {
    fn start(decision: Decision, returns: Vec<ReturnLine>) -> Result<wit::Refunding, Vec<Fault>> {
        let started = crate::Refunding::start(&decision, &returns);
        started.map(|refunding| wit::Refunding::new(Refunding(RefCell::new(refunding))))
    }
    fn asks(&self) -> bool {
        self.0.borrow().asks()
    }
    fn search(&self, search: RefundSearch) {
        self.0.borrow_mut().search(&search);
    }
    fn wanted(&self) -> Option<Vec<u32>> {
        self.0.borrow_mut().wanted()
    }
    fn learn(&self, cost: Option<i64>) {
        self.0.borrow_mut().learn(cost);
    }
    fn give_up(&self) {
        self.0.borrow_mut().give_up();
    }
    fn amounts(&self) -> Result<RefundAmounts, Vec<Fault>> {
        self.0.borrow().amounts()
    }
}

impl wit::GuestRules for Rules {
    fn load(root: Vec<u8>) -> Result<wit::Rules, String> {
        crate::Rules::load(&root).map(|rules| wit::Rules::new(Rules(RefCell::new(rules))))
    }
    fn missing(&self, lines: Vec<Line>) -> Vec<u32> {
        self.0.borrow().missing(&lines)
    }
    fn missing_of(&self, category: String) -> Vec<u32> {
        self.0.borrow().missing_of(&category)
    }
    fn cheapest(&self, category: String) -> Vec<String> {
        self.0.borrow().cheapest(&category)
    }
    fn hold(&self, number: u32, shard: Vec<u8>) -> Result<(), String> {
        self.0.borrow_mut().hold(number, &shard)
    }
    fn price(&self, lines: Vec<Line>, context: Context) -> Result<PricedCart, Vec<Fault>> {
        self.0.borrow().price(&lines, &context)
    }
    fn ranges(&self, lines: Vec<Line>, context: Context) -> Result<Vec<UnitRange>, Vec<Fault>> {
        self.0.borrow().ranges(&lines, &context)
    }
    fn ship(&self, cargo: Vec<Cargo>, context: Context) -> Result<Vec<ShippingOption>, Vec<Fault>> {
        self.0.borrow().ship(&cargo, &context)
    }
    fn tax(&self, amounts: Vec<Taxable>, context: Context) -> Result<Taxation, Vec<Fault>> {
        self.0.borrow().tax(&amounts, &context)
    }
    fn judge(
        &self,
        claims: Vec<PriceClaim>,
        events: Vec<PriceEvent>,
        context: Context,
    ) -> Result<Vec<PriceReference>, Vec<Fault>> {
        self.0.borrow().judge(&claims, &events, &context)
    }
    fn presale(&self, amounts: Vec<Payable>, context: Context) -> Result<Vec<PresalePlan>, Vec<Fault>> {
        self.0.borrow().presale(&amounts, &context)
    }
    fn terms(&self) -> Terms {
        self.0.borrow().terms()
    }
}

export!(Component);

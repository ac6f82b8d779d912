//! Proposals of a plugin that means harm, for carts of any shape: none makes the check panic, and whatever passes names known
//! lines once, takes more than nothing and no more than each line's price, and gives a shared amount away to the last unit.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

#[path = "../../src/plugins/bounds.rs"]
mod bounds;
#[path = "../../src/plugins/check/mod.rs"]
mod check;
#[path = "../../src/plugins/failure.rs"]
mod failure;
/// The records of the contract, as a guest has them: the same names and fields as the host's.
mod types {
    wit_bindgen::generate!({
        path: "../../wit/plugin",
        world: "promotion",
        additional_derives: [arbitrary::Arbitrary, PartialEq],
    });
    pub use pushcart::plugin::types::*;
}

use check::Checked;
use failure::Kind;
use types::{Action, Cart, Line, Proposal};

/// A number as plugins give them: mostly lawful amounts, sometimes anything that a float can be.
#[derive(Arbitrary, Debug)]
enum Number {
    Small(u16),
    Large(u64),
    Any(f64),
}

#[derive(Arbitrary, Debug)]
struct Case {
    lines: Vec<(u16, Number, String)>,
    shipping: Number,
    proposals: Vec<Proposal>,
    amounts: Vec<Number>,
    names: Vec<u8>,
}

fn number(number: &Number) -> f64 {
    match number {
        Number::Small(number) => f64::from(*number),
        Number::Large(number) => (number >> 11) as f64,
        Number::Any(number) => *number,
    }
}

fuzz_target!(|case: Case| {
    let Case { lines, shipping, mut proposals, amounts, names } = case;
    let line = |(place, (quantity, price, sku)): (usize, &(u16, Number, String))| Line {
        id: place.to_string(),
        sku: sku.clone(),
        quantity: u32::from(*quantity).max(1),
        unit_price: number(price),
        subtotal: number(price),
        categories: Vec::new(),
        attributes: Vec::new(),
    };
    let lines: Vec<Line> = lines.iter().take(50).enumerate().map(line).collect();
    let cart = Cart { currency: "CNY".into(), lines, shipping: number(&shipping), attributes: Vec::new() };
    plausible(&mut proposals, &amounts, &names, cart.lines.len());
    match check::proposals("fuzzed", &cart, &proposals) {
        Ok(checked) => checked.iter().for_each(|one| lawful(&cart, &proposals, one)),
        Err(failure) => assert!(matches!(failure.kind, Kind::OutputInvalid | Kind::OutputTooLarge), "{failure}"),
    }
});

/// Makes every other proposal one that names the cart's lines and amounts of a likely size, so that it gets far.
fn plausible(proposals: &mut [Proposal], amounts: &[Number], names: &[u8], lines: usize) {
    let mut amounts = amounts.iter().map(number).chain(std::iter::repeat(1.0));
    let mut names = names.iter().map(|name| (usize::from(*name) % lines.max(1)).to_string()).chain(std::iter::repeat("0".into()));
    for (place, proposal) in proposals.iter_mut().enumerate().filter(|(place, _)| place % 2 == 0) {
        proposal.code = format!("code-{place}");
        (proposal.lane, proposal.combines_with) = (None, None);
        proposal.messages.clear();
        proposal.tags.clear();
        proposal.attributes.clear();
        let (mut amount, mut name) = (|| amounts.next().unwrap_or(1.0), || names.next().unwrap_or_default());
        match &mut proposal.action {
            Action::AmountsOff(all) => all.iter_mut().for_each(|one| (one.line, one.amount) = (name(), amount())),
            Action::SharedOff(shared) => {
                shared.lines.iter_mut().for_each(|line| *line = name());
                shared.amount = amount();
            }
            Action::PercentOff(share) => {
                share.basis_points = share.basis_points % 10_000 + 1;
                share.targets.iter_mut().for_each(|target| (target.line, target.units) = (name(), None));
            }
            Action::UnitPrice(fixed) => {
                fixed.price = amount();
                fixed.targets.iter_mut().for_each(|target| (target.line, target.units) = (name(), None));
            }
            Action::ShippingOff(off) => *off = amount(),
        }
    }
}

fn lawful(cart: &Cart, proposals: &[Proposal], checked: &Checked) {
    let mut seen = BTreeSet::new();
    for (name, amount) in &checked.lines {
        let line = cart.lines.iter().find(|line| line.id == *name).expect("a line of the cart");
        assert!(seen.insert(name), "{name} stands twice");
        assert!(*amount > 0 && *amount as f64 <= line.subtotal, "{amount} off {}", line.subtotal);
    }
    assert!(checked.shipping >= 0 && checked.shipping as f64 <= cart.shipping.max(0.0), "{checked:?}");
    assert!(checked.shipping > 0 || !checked.lines.is_empty(), "what takes nothing off is left out");
    let code = checked.id.strip_prefix("fuzzed/").expect("the plugin's name stands before its code");
    let proposal = proposals.iter().find(|one| one.code == code).expect("a proposal of that code");
    if let Action::SharedOff(shared) = &proposal.action {
        let given: i64 = checked.lines.iter().map(|(_, amount)| amount).sum();
        assert_eq!(given as f64, shared.amount, "the shares are the whole");
    }
}

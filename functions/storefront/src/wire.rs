//! JSON to facts and facts to JSON: one file a domain. What must never be in here: a decision.

pub mod asked;
pub mod cart;
pub mod cases;
pub mod context;
pub mod inventory;
pub mod money;
pub mod pricing;
pub mod promotions;
pub mod quote;
pub mod referral;
pub mod refund;
pub mod rulebook;
pub mod said;
pub mod simulation;
pub mod tagging;

use commerce::{Node, Object};

/// Where the rules of a request come from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// A merchant's published rulebook.
    Merchant(&'a str),
    /// A rulebook given inline.
    Inline(&'a Node<'a>),
}

/// What a merchant's name looks like.
pub const MERCHANT_FORM: &str = "a merchant is 1 to 64 lower-case letters, digits and hyphens";

/// Whether this can be a merchant's name: it stands in keys and paths.
#[must_use]
pub fn is_merchant(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Reads `merchant`, or `rules` where the route takes them inline.
pub fn source<'a>(object: &Object<'a>) -> Option<Source<'a>> {
    let inline = object.field("rules");
    let Some(inline) = inline else { return merchant(object).map(Source::Merchant) };
    if object.field("merchant").is_some() {
        inline.fault("conflicting-fields", "either `merchant` or `rules` is given, not both");
        return None;
    }
    Some(Source::Inline(inline.node()))
}

/// Reads `merchant`, which must be there.
pub fn merchant<'a>(object: &Object<'a>) -> Option<&'a str> {
    let value = object.required("merchant")?;
    let name = value.identifier()?;
    if !is_merchant(name) {
        value.fault("invalid-merchant", MERCHANT_FORM);
        return None;
    }
    Some(name)
}

//! Claims on a sale that are not a journey: customers bound to a referrer, spoken codes, and signed links; and the order
//! in which claims win.

use commerce::{Value, bounds};
use serde::{Deserialize, Serialize};

/// What names a referrer for a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Claim {
    /// The journey's touches, signed links among them.
    Link,
    /// A code that was entered.
    Code,
    /// The customer is bound.
    Binding,
}

impl Claim {
    const ALL: [(&'static str, Self); 3] = [("link", Self::Link), ("code", Self::Code), ("binding", Self::Binding)];

    /// The claim's name in documents and answers.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, claim)| *claim == self).map_or("", |(name, _)| name)
    }
}

/// A code is entered on purpose, a link is followed, a binding is only remembered.
pub const DEFAULT_PRECEDENCE: [Claim; 3] = [Claim::Code, Claim::Link, Claim::Binding];

/// Reads the order in which claims win; a claim that is not in it never does.
pub fn precedence(value: &Value<'_>) -> Vec<Claim> {
    let mut order = Vec::new();
    for item in value.list(Claim::ALL.len()) {
        let Some(claim) = item.one_of(&Claim::ALL) else { continue };
        if order.contains(&claim) {
            item.fault("duplicate-claim", format!("`{}` is named twice", claim.name()));
        }
        order.push(claim);
    }
    order
}

/// How customers are bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Seconds that a binding lasts; for ever where absent.
    pub lasts: Option<i64>,
    /// Seconds in which nobody else can win a bound customer's order.
    pub protects: i64,
    /// Whether another referrer can take the customer over after that.
    pub snatch: bool,
}

impl Binding {
    pub(super) fn read(value: &Value<'_>) -> Self {
        let Some(object) = value.object() else { return Self::default() };
        let seconds = |name| object.field(name).and_then(|value| value.integer(0..=bounds::LATEST));
        let binding = Self {
            lasts: seconds("lasts"),
            protects: seconds("protects").unwrap_or(0),
            snatch: object.field("snatch").and_then(|value| value.boolean()).unwrap_or(false),
        };
        object.finish();
        binding
    }
}

/// Whose a code is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeOwner {
    /// The referrer.
    pub referrer: String,
    /// The campaign that the code belongs to.
    pub campaign: Option<String>,
}

impl CodeOwner {
    pub(super) fn read(value: &Value<'_>) -> Option<Self> {
        let object = value.object()?;
        let referrer = object.required("referrer").and_then(|value| value.identifier());
        let campaign = object.field("campaign").and_then(|value| value.identifier()).map(str::to_owned);
        object.finish();
        Some(Self { referrer: referrer?.to_owned(), campaign })
    }
}

/// How signed links are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// Seconds after the click in which the token may be presented with an order.
    pub replay: i64,
    /// Seconds that a link lives where its request does not say.
    pub lasts: i64,
}

impl Default for Links {
    /// Presented within thirty days of the click; clicked within thirty days of issue.
    fn default() -> Self {
        Self { replay: 30 * 86_400, lasts: 30 * 86_400 }
    }
}

impl Links {
    pub(super) fn read(value: &Value<'_>) -> Self {
        let mut links = Self::default();
        let Some(object) = value.object() else { return links };
        let seconds = |name| object.field(name).and_then(|value| value.integer(1..=bounds::LATEST));
        links.replay = seconds("replayWindow").unwrap_or(links.replay);
        links.lasts = seconds("lasts").unwrap_or(links.lasts);
        object.finish();
        links
    }
}

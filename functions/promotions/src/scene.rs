//! Everything that a condition may look at, and how it says no.

use crate::policy::Policy;
use commerce::facts::offers::{LineAttribute, ShippingCharge};
use commerce::facts::prices::PricedLine;
use commerce::facts::types::{Context, Shopper};
use jiff::tz::TimeZone;

/// A cart and what is around it. Amounts that change stand in the [`crate::ledger::Ledger`].
pub struct Scene<'a> {
    /// The cart.
    pub lines: &'a [PricedLine],
    /// For each line, the [`mark`] of its product.
    pub marks: &'a [u16],
    /// What its lines declare.
    pub declared: &'a [LineAttribute],
    /// What is asked for shipping.
    pub shipping: &'a [ShippingCharge],
    /// Everything around it.
    pub context: &'a Context,
    /// The rulebook's policy.
    pub policy: &'a Policy,
    /// The segments that the shopper is in.
    pub segments: &'a [String],
    /// The zones that schedules name.
    pub zones: &'a [(String, TimeZone)],
}

impl Scene<'_> {
    /// The shopper, where the storefront knows one.
    #[must_use]
    pub fn shopper(&self) -> Option<&Shopper> {
        self.context.shopper.as_ref()
    }

    /// The selected lines of a product, by their place in the cart.
    pub fn having(&self, sku: &str) -> impl Iterator<Item = (usize, &PricedLine)> {
        let wanted = mark(sku);
        let marked = self.lines.iter().zip(self.marks).enumerate();
        marked
            .filter(move |(_, (_, mark))| **mark == wanted)
            .map(|(place, (line, _))| (place, line))
            .filter(move |(_, line)| line.selected && line.sku == sku)
    }

    /// What the line at a place declares under a name, the first where it does twice.
    pub fn declared(&self, place: usize, name: &str) -> impl Iterator<Item = &str> {
        let own = self.declared.iter().filter(move |declared| usize::try_from(declared.line) == Ok(place));
        own.filter(move |declared| declared.name == name).map(|declared| declared.value.as_str())
    }

    /// What a clock of the zone shows.
    #[must_use]
    pub fn wall(&self, zone: &str) -> Option<crate::clock::Wall> {
        let (_, zone) = self.zones.iter().find(|(name, _)| name == zone)?;
        Some(crate::clock::wall(zone, self.context.at))
    }

    /// What is used up already.
    #[must_use]
    pub fn used(&self, kind: &str, id: &str, scope: &str) -> i64 {
        let counters = self.context.counters.iter();
        counters
            .filter(|counter| counter.kind == kind && counter.id == id && counter.scope == scope)
            .map(|counter| counter.used)
            .fold(0, i64::saturating_add)
    }
}

/// A word's length and its last byte: most words that differ, differ in these (`TEA-100`, `TEA-200`). They are looked at
/// first, as comparing bytes by a call is what a small promotion costs most, in Wasm above all.
#[must_use]
#[inline]
pub fn mark(word: &str) -> u16 {
    let [length, ..] = word.len().to_le_bytes();
    u16::from_le_bytes([length, word.as_bytes().last().copied().unwrap_or(0)])
}

/// The marks of a cart's products.
#[must_use]
pub fn marks(lines: &[PricedLine]) -> Vec<u16> {
    lines.iter().map(|line| mark(&line.sku)).collect()
}

/// Why a condition does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable and kebab-case.
    pub code: &'static str,
    /// What it asks for, where that is a number.
    pub need: Option<i64>,
    /// What there is of it.
    pub have: Option<i64>,
}

impl Refusal {
    /// A plain no.
    #[must_use]
    pub const fn plain(code: &'static str) -> Self {
        Self { code, need: None, have: None }
    }

    /// A no with the numbers behind it.
    #[must_use]
    pub const fn numbers(code: &'static str, need: i64, have: i64) -> Self {
        Self { code, need: Some(need), have: Some(have) }
    }
}

/// Yes where `have` is at least `need`.
pub fn at_least(code: &'static str, need: i64, have: i64) -> Result<(), Refusal> {
    if have >= need { Ok(()) } else { Err(Refusal::numbers(code, need, have)) }
}

/// Yes where the condition holds, a plain no otherwise.
pub fn holds(code: &'static str, yes: bool) -> Result<(), Refusal> {
    if yes { Ok(()) } else { Err(Refusal::plain(code)) }
}

/// The promotions that applied so far, by id.
pub type Applied<'a> = Vec<&'a str>;

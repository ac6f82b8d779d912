//! Everything that a condition may look at, and how it says no.

use crate::policy::Policy;
use commerce::facts::offers::{LineAttribute, ShippingCharge};
use commerce::facts::prices::PricedLine;
use commerce::facts::types::{Context, Shopper};
use commerce::of_line;
use jiff::tz::TimeZone;
use std::cell::Cell;

/// A cart and what is around it. Amounts that change stand in the [`crate::ledger::Ledger`].
pub struct Scene<'a> {
    /// The cart.
    pub lines: &'a [PricedLine],
    /// What its lines declare, in their order.
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
    /// How often a promotion was tried on a state of the cart.
    pub attempts: Cell<u32>,
}

impl Scene<'_> {
    /// The shopper, where the storefront knows one.
    #[must_use]
    pub fn shopper(&self) -> Option<&Shopper> {
        self.context.shopper.as_ref()
    }

    /// What the line at a place declares under a name, in its order.
    pub fn declared(&self, place: usize, name: &str) -> impl Iterator<Item = &str> {
        let own = u32::try_from(place).map(|place| of_line(self.declared, place, |declared| declared.line));
        let named = own.unwrap_or_default().iter().filter(move |declared| declared.name == name);
        named.map(|declared| declared.value.as_str())
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

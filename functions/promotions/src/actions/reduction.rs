//! What is taken off each unit that an action chose: a rate, an amount, or down to a price.

use crate::allowance::{Fullest, Reached, each, shared, smaller, some};
use crate::desk::{Desk, Spread};
use crate::ledger::Pick;
use crate::policy::Basis;
use crate::reader::read_rate;
use commerce::Object;
use commerce::facts::offers::{Allowance, Capped, Limit};
use serde::{Deserialize, Serialize};

/// What is taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reduction {
    /// Basis points of the price.
    Rate(i64),
    /// Minor units.
    Amount(i64),
    /// Down to so many minor units.
    Price(i64),
}

impl Default for Reduction {
    fn default() -> Self {
        Self::Rate(10_000)
    }
}

impl Reduction {
    /// Reads one of `basisPoints`, `amount` and `price`; nothing is all of it.
    pub fn read(object: &Object<'_>) -> Option<Self> {
        let found = [
            object.field("basisPoints").map(|value| read_rate(value, 10_000).map(Self::Rate)),
            object.field("amount").map(|value| value.amount().map(Self::Amount)),
            object.field("price").map(|value| value.amount().map(Self::Price)),
        ];
        let mut given = found.into_iter().flatten();
        let first = given.next();
        if given.next().is_some() {
            object.value().fault("contradiction", "only one of `basisPoints`, `amount` and `price` may be given");
        }
        first.unwrap_or(Some(Self::default()))
    }

    /// Takes it off each unit.
    pub fn give(self, desk: &mut Desk<'_>, picks: &[Pick]) {
        match self {
            Self::Rate(rate) => desk.percent(picks, rate, Spread::Line, None, None),
            Self::Amount(amount) => desk.off_units(picks, |_| amount),
            Self::Price(price) => desk.at_price(picks, price),
        }
    }

    /// The most that it can take off some units of these lines: `limits` says how many of a cart, `units` how many of the
    /// fullest. Where it is no more than a part (so many of so many) of them, the cheapest, those are known.
    #[must_use]
    pub fn allows(
        self,
        lines: &[Reached],
        units: i64,
        limits: Vec<Limit>,
        cheapest: Option<(i64, i64)>,
        cart: &Fullest<'_>,
    ) -> Allowance {
        let off = |line: &Reached| match self {
            Self::Rate(rate) => line.price.saturating_mul(rate.min(10_000)).saturating_add(9_999) / 10_000,
            Self::Amount(amount) => amount,
            Self::Price(price) => (line.price - price).max(0),
        };
        let of_units = match self {
            Self::Rate(rate) => cart.percent(lines, rate, Spread::Line, None),
            Self::Amount(_) | Self::Price(_) => each(lines, off),
        };
        // A rate may also be of what others took off already, or of tax.
        if matches!(self, Self::Rate(_)) && cart.scene.policy.line_percent_base != Basis::Remaining {
            return of_units;
        }
        let rounded = |line: &Reached| off(line).saturating_add(i64::from(matches!(self, Self::Rate(1..10_000))));
        // The cheapest units lose on average no more than all would.
        let other = match cheapest {
            Some((some, of)) => shared(lines, some, of, rounded),
            None => of_units,
        };
        let own = Capped { least: cheapest.is_some(), ..some(lines, units, limits, rounded) };
        Allowance { capped: vec![own], ..smaller(Fullest::dearest(lines, units, rounded), other, cart) }
    }
}

//! What is taken off each unit that an action chose: a rate, an amount, or down to a price.

use crate::desk::{Desk, Spread};
use crate::ledger::Pick;
use crate::reader::read_rate;
use commerce::Object;
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
}

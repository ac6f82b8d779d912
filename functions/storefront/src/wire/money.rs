//! Money as the contract writes it.

use serde::Serialize;

/// `{"amount": 1299, "currency": "CNY"}`: minor units and an ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Money<'a> {
    /// Minor units.
    pub amount: i64,
    /// The code.
    pub currency: &'a str,
}

impl<'a> Money<'a> {
    /// What makes amounts of one currency.
    pub fn of(currency: &'a str) -> impl Fn(i64) -> Money<'a> + Copy {
        move |amount| Money { amount, currency }
    }
}

//! What one promotion gave: off lines and shipping, granted, added. Nothing is decided here.

use crate::scene::Scene;

/// Something granted; the promotion's id is added later.
#[derive(Clone, Debug, PartialEq)]
pub struct Granted {
    /// What.
    pub kind: &'static str,
    /// Which.
    pub id: Option<String>,
    /// How much.
    pub amount: i64,
    /// The share of each line, by its place in the cart.
    pub lines: Vec<(usize, i64)>,
}

/// A line added; the promotion's id is added later.
#[derive(Clone, Debug, PartialEq)]
pub struct Added {
    /// The product.
    pub sku: String,
    /// Units.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: i64,
    /// What is taken off all of them.
    pub discount: i64,
    /// The line it belongs to, by its place in the cart.
    pub line: Option<usize>,
}

/// What one promotion gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// Off each line.
    pub lines: Vec<i64>,
    /// Off each shipping charge.
    pub shipping: Vec<i64>,
    /// On each line; empty where nothing was raised.
    pub raised: Vec<i64>,
    /// Granted.
    pub grants: Vec<Granted>,
    /// Added.
    pub additions: Vec<Added>,
    /// Something was there to give on, even where nothing was left to take off.
    pub reached: bool,
    /// What each action took off lines and shipping, by its kind.
    pub steps: Vec<(&'static str, i64)>,
}

impl Given {
    /// Nothing yet.
    #[must_use]
    pub fn none(scene: &Scene<'_>) -> Self {
        Self { lines: vec![0; scene.lines.len()], shipping: vec![0; scene.shipping.len()], ..Self::default() }
    }

    /// Off all lines.
    #[must_use]
    pub fn goods(&self) -> i64 {
        self.lines.iter().sum()
    }

    /// Off all shipping charges.
    #[must_use]
    pub fn carriage(&self) -> i64 {
        self.shipping.iter().sum()
    }

    /// What it is worth to the shopper in money: discounts, and what added lines would have cost.
    #[must_use]
    pub fn value(&self) -> i64 {
        self.goods() + self.carriage() + self.additions.iter().map(|added| added.discount).sum::<i64>()
    }

    /// Whether there is anything in it.
    #[must_use]
    pub fn is_something(&self) -> bool {
        self.value() > 0
            || !self.grants.is_empty()
            || !self.additions.is_empty()
            || self.raised.iter().any(|raised| *raised > 0)
    }
}

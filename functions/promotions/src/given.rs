//! What one promotion gave: off lines and shipping, granted, added. Nothing is decided here.

use crate::code::Code;
use crate::scene::Scene;
use crate::split::{Sharing, split};

/// Something granted; the promotion's id is added later.
#[derive(Clone, Debug, PartialEq)]
pub struct Granted {
    /// What.
    pub kind: &'static str,
    /// Which.
    pub id: Option<String>,
    /// How much.
    pub amount: i64,
    /// The most that may be used up of it, where there is a limit.
    pub limit: Option<i64>,
    /// The share of each line, by its place in the cart.
    pub lines: Vec<(usize, i64)>,
}

impl Granted {
    /// Whether it is money that somebody pays: a red packet or a donation.
    #[must_use]
    pub fn is_money(&self) -> bool {
        matches!(self.kind, "tender" | "donation")
    }

    /// Grants no more than this; each line's share stays in proportion.
    pub fn cut(&mut self, most: i64, sharing: Sharing) {
        if self.amount <= most {
            return;
        }
        self.amount = most.max(0);
        let shares: Vec<i64> = self.lines.iter().map(|(_, share)| *share).collect();
        let cut = split(self.amount, &shares, &shares, Sharing { redistribute: true, ..sharing });
        self.lines.iter_mut().zip(cut).for_each(|((_, share), cut)| *share = cut);
        self.lines.retain(|(_, share)| *share > 0);
    }

    /// Pays lines by what each is unpaid, no more than all of that, and says so to what is unpaid.
    pub fn pay(&mut self, unpaid: &mut [i64], sharing: Sharing) {
        self.amount = self.amount.min(unpaid.iter().copied().fold(0, i64::saturating_add));
        let shares = split(self.amount, unpaid, unpaid, Sharing { redistribute: true, ..sharing });
        self.lines = shares.into_iter().enumerate().filter(|(_, share)| *share > 0).collect();
        for (line, share) in &self.lines {
            if let Some(line) = unpaid.get_mut(*line) {
                *line -= share;
            }
        }
    }
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
    /// How many there are in all, where there is a limit.
    pub limit: Option<i64>,
}

/// What is taken off each of several parts, and all of them together: sums are asked for far more often than parts change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Off {
    parts: Vec<i64>,
    total: i64,
}

impl Off {
    /// Nothing off so many parts.
    #[must_use]
    pub fn none(parts: usize) -> Self {
        Self { parts: vec![0; parts], total: 0 }
    }

    /// Takes an amount, which is 0 or more, off a part; nothing where there is no such part.
    pub fn add(&mut self, part: usize, amount: i64) {
        if let Some(sum) = self.parts.get_mut(part) {
            *sum += amount;
            self.total += amount;
        }
    }

    /// Off all parts.
    #[must_use]
    pub const fn total(&self) -> i64 {
        self.total
    }

    /// The parts that something is taken off, in their order.
    pub fn taken(&self) -> impl Iterator<Item = (usize, i64)> {
        // Most promotions take off few parts: what stands behind the last of them is not looked at.
        let mut left = self.total;
        let rest = move |(part, amount): (usize, &i64)| {
            let before = left;
            left -= amount;
            (before > 0).then_some((part, *amount))
        };
        self.parts.iter().enumerate().map_while(rest).filter(|(_, amount)| *amount > 0)
    }
}

impl std::ops::Deref for Off {
    type Target = [i64];

    fn deref(&self) -> &[i64] {
        &self.parts
    }
}

/// What one promotion gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// Off each line.
    pub lines: Off,
    /// Off each shipping charge.
    pub shipping: Off,
    /// On each line; empty where nothing was raised.
    pub raised: Vec<i64>,
    /// Granted.
    pub grants: Vec<Granted>,
    /// Added.
    pub additions: Vec<Added>,
    /// Something was there to give on, even where nothing was left to take off.
    pub reached: bool,
    /// The codes that its conditions used up.
    pub codes: Vec<Code>,
    /// What each action took off lines and shipping, by its kind.
    pub steps: Vec<(&'static str, i64)>,
}

impl Given {
    /// Nothing yet.
    #[must_use]
    pub fn none(scene: &Scene<'_>) -> Self {
        Self { lines: Off::none(scene.lines.len()), shipping: Off::none(scene.shipping.len()), ..Self::default() }
    }

    /// Off all lines.
    #[must_use]
    pub fn goods(&self) -> i64 {
        self.lines.total()
    }

    /// Off all shipping charges.
    #[must_use]
    pub fn carriage(&self) -> i64 {
        self.shipping.total()
    }

    /// Off all lines and all shipping charges.
    #[must_use]
    pub fn taken(&self) -> i64 {
        self.goods() + self.carriage()
    }

    /// What it is worth to the shopper in money: discounts, and what added lines would have cost.
    #[must_use]
    pub fn value(&self) -> i64 {
        self.additions.iter().map(|added| added.discount).fold(self.taken(), i64::saturating_add)
    }

    /// What it costs in money whoever gives it: what it is worth to the shopper, red packets and donations. What points
    /// and coupons cost is not known here.
    #[must_use]
    pub fn cost(&self) -> i64 {
        let paid = self.grants.iter().filter(|granted| granted.is_money()).map(|granted| granted.amount);
        paid.fold(self.value(), i64::saturating_add)
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

//! A list of criteria as one whole number: each criterion is a digit, and its radix is more than it can reach.

use super::{Case, Supplier};
use crate::words::Criterion;

/// Radices leave this much room above what a criterion can reach, so that a bound with a fraction of a digit is seen to
/// reach into the next one ([`Scale::round_up`]).
const SLACK: i128 = 8;

/// The radices of a list of criteria.
#[derive(Clone, Debug)]
pub struct Scale {
    /// The criterion, the most that it can be, and what one of it weighs.
    digits: Vec<(Criterion, i128, i128)>,
    /// The largest value, in bits.
    bits: u32,
    /// Every criterion has its digit.
    complete: bool,
}

/// What choosing a node costs by a criterion.
#[must_use]
pub const fn of_node(supplier: &Supplier, criterion: Criterion) -> i64 {
    match criterion {
        Criterion::Shipments => 1,
        Criterion::Cost => supplier.cost,
        Criterion::Distance => supplier.distance,
        Criterion::Carbon => supplier.carbon,
        Criterion::Units | Criterion::Promise | Criterion::Latest => 0,
    }
}

/// What a missing unit costs by a criterion.
#[must_use]
pub fn of_missing(criterion: Criterion) -> i64 {
    i64::from(matches!(criterion, Criterion::Units | Criterion::Promise))
}

impl Scale {
    /// The scale for a case.
    #[must_use]
    pub fn of(case: &Case, criteria: &[Criterion]) -> Self {
        let with_slack = Self::with(case, criteria, SLACK);
        if with_slack.bits <= 62 { with_slack } else { Self::with(case, criteria, 1) }
    }

    fn with(case: &Case, criteria: &[Criterion], slack: i128) -> Self {
        let units: i128 = case.wants.iter().map(|want| i128::from(want.quantity)).sum();
        let sum =
            |of: fn(&Supplier) -> i64| case.suppliers.iter().map(|supplier| i128::from(of(supplier))).sum::<i128>();
        let unit_cost: i128 = case
            .wants
            .iter()
            .map(|want| i128::from(want.quantity) * i128::from(want.unit_cost.iter().copied().max().unwrap_or(0)))
            .sum();
        let most = |criterion: &Criterion| match criterion {
            Criterion::Units | Criterion::Promise => units,
            Criterion::Shipments => i128::try_from(case.suppliers.len()).unwrap_or(0),
            Criterion::Cost => unit_cost + sum(|supplier| supplier.cost),
            Criterion::Distance => sum(|supplier| supplier.distance),
            Criterion::Carbon => sum(|supplier| supplier.carbon),
            Criterion::Latest => 0,
        };
        let mut kept = criteria.len();
        loop {
            let mut digits: Vec<(Criterion, i128, i128)> = Vec::new();
            let mut weight = Some(1_i128);
            for criterion in criteria.iter().take(kept).rev() {
                let most = most(criterion);
                digits.push((*criterion, most, weight.unwrap_or(1)));
                weight = weight.and_then(|weight| weight.checked_mul((most + 1).checked_mul(slack)?));
            }
            // A cart of billions may need more digits than there are: the last criteria are left out, and the plan is
            // not called the best.
            let bits = weight.map_or(128, |weight| 128 - weight.leading_zeros());
            if bits <= 120 || kept <= 1 {
                digits.reverse();
                return Self { digits, bits, complete: kept == criteria.len() };
            }
            kept -= 1;
        }
    }

    /// Whether every value is below 2 to that power.
    #[must_use]
    pub fn fits(&self, bits: u32) -> bool {
        self.bits <= bits
    }

    /// Whether every criterion has its digit.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.complete
    }

    /// The criteria, the weightiest first.
    #[must_use]
    pub fn criteria(&self) -> Vec<Criterion> {
        self.digits.iter().map(|(criterion, ..)| *criterion).collect()
    }

    /// The number that says so much of each criterion.
    pub fn value(&self, of: impl Fn(Criterion) -> i64) -> i128 {
        self.digits.iter().map(|(criterion, _, weight)| i128::from(of(*criterion)) * weight).sum()
    }

    /// The number of these criteria, one after the other.
    #[must_use]
    pub fn of_digits(&self, digits: &[i64]) -> i128 {
        self.digits.iter().zip(digits).map(|((_, _, weight), digit)| i128::from(*digit) * weight).sum()
    }

    /// The criteria of a number.
    #[must_use]
    pub fn digits(&self, value: i128) -> Vec<i64> {
        let mut rest = value.max(0);
        let digit = |(_, _, weight): &(Criterion, i128, i128)| {
            let digit = rest / weight;
            rest %= weight;
            i64::try_from(digit).unwrap_or(i64::MAX)
        };
        self.digits.iter().map(digit).collect()
    }

    /// The least value that a plan can have and that is not below this bound: a digit above what its criterion can reach
    /// belongs to the next one.
    #[must_use]
    pub fn round_up(&self, bound: i128) -> i128 {
        let mut value = bound;
        for pair in self.digits.windows(2).rev() {
            let [(_, _, above), (_, most, weight)] = pair else { continue };
            let rest = value.rem_euclid(*above);
            if rest / weight > *most {
                value += above - rest;
            }
        }
        value
    }
}

//! Exact arithmetic on minor units. No float is in here, and none may come in.
//!
//! Amounts are `i64`, products are `i128`, and every division names its rounding.

/// What became too large to be an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

/// What is done with the part of a minor unit that a division leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// To the nearest; a half away from zero.
    #[default]
    HalfUp,
    /// To the nearest; a half to the even neighbour.
    HalfEven,
    /// To the nearest; a half towards zero.
    HalfDown,
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
}

impl Rounding {
    /// Every mode, with the name that documents use.
    pub const ALL: [(&str, Self); 5] = [
        ("half-up", Self::HalfUp),
        ("half-even", Self::HalfEven),
        ("half-down", Self::HalfDown),
        ("up", Self::Up),
        ("down", Self::Down),
    ];
}

/// `dividend / divisor`, rounded. The divisor must not be zero; where it is, the answer is `Overflow`.
///
/// ```
/// use commerce::money::{divide, Rounding};
/// assert_eq!(divide(5, 2, Rounding::HalfUp), Ok(3));
/// assert_eq!(divide(5, 2, Rounding::HalfEven), Ok(2));
/// assert_eq!(divide(-5, 2, Rounding::HalfUp), Ok(-3));
/// ```
pub fn divide(dividend: i128, divisor: i128, rounding: Rounding) -> Result<i64, Overflow> {
    // Nearly all fit 64 bits, which Wasm divides by one instruction.
    let narrow = match (i64::try_from(dividend), i64::try_from(divisor)) {
        (Ok(dividend), Ok(divisor)) => dividend.checked_div(divisor).zip(dividend.checked_rem(divisor)),
        _ => None,
    };
    let wide = || dividend.checked_div(divisor).zip(dividend.checked_rem(divisor));
    let found = narrow.map(|(quotient, remainder)| (i128::from(quotient), i128::from(remainder))).or_else(wide);
    let Some((quotient, remainder)) = found else { return Err(Overflow) };
    let away = if (dividend < 0) == (divisor < 0) { 1 } else { -1 };
    let twice = remainder.unsigned_abs().saturating_mul(2).cmp(&divisor.unsigned_abs());
    let step = match rounding {
        _ if remainder == 0 => false,
        Rounding::Down => false,
        Rounding::Up => true,
        Rounding::HalfUp => twice.is_ge(),
        Rounding::HalfDown => twice.is_gt(),
        Rounding::HalfEven => twice.is_gt() || (twice.is_eq() && quotient % 2 != 0),
    };
    i64::try_from(if step { quotient + away } else { quotient }).map_err(|_| Overflow)
}

/// `amount × numerator / denominator`, rounded: percentages and pro rata parts.
///
/// ```
/// use commerce::money::{part, Rounding};
/// assert_eq!(part(1_999, 1_500, 10_000, Rounding::HalfUp), Ok(300)); // 15 % of 19.99
/// ```
pub fn part(amount: i64, numerator: i64, denominator: i64, rounding: Rounding) -> Result<i64, Overflow> {
    divide(i128::from(amount) * i128::from(numerator), i128::from(denominator), rounding)
}

/// `price × quantity`, within [`crate::bounds::AMOUNT`].
pub fn times(price: i64, quantity: i64) -> Result<i64, Overflow> {
    within(i128::from(price) * i128::from(quantity))
}

/// The sum, within [`crate::bounds::AMOUNT`].
pub fn sum(amounts: impl IntoIterator<Item = i64>) -> Result<i64, Overflow> {
    within(amounts.into_iter().map(i128::from).sum())
}

fn within(amount: i128) -> Result<i64, Overflow> {
    i64::try_from(amount)
        .ok()
        .filter(|amount| amount.unsigned_abs() <= crate::bounds::AMOUNT.unsigned_abs())
        .ok_or(Overflow)
}

/// Who gets the minor units that are left over when an amount is split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remainder {
    /// One each to the largest fractions lost (Hare's method of largest remainders); the first of equals.
    #[default]
    LargestFraction,
    /// One each from the first on.
    First,
    /// One each from the last on.
    Last,
}

impl Remainder {
    /// Every way, with the name that documents use.
    pub const ALL: [(&str, Self); 3] =
        [("largest-fraction", Self::LargestFraction), ("first", Self::First), ("last", Self::Last)];
}

/// Splits `total` (not negative) by `weights` (not negative) so that the shares sum to `total` exactly and no share differs
/// from its exact value by one minor unit or more. A share whose weight is zero is zero, unless all weights are.
///
/// Where all weights are zero, or there are none, nothing is split: the answer is all zeros.
///
/// ```
/// use commerce::money::{allocate, Remainder};
/// assert_eq!(allocate(1_000, &[1, 1, 1], Remainder::First), vec![334, 333, 333]);
/// assert_eq!(allocate(1_000, &[1, 1, 1], Remainder::Last), vec![333, 333, 334]);
/// assert_eq!(allocate(100, &[5, 3, 2], Remainder::LargestFraction), vec![50, 30, 20]);
/// ```
#[must_use]
pub fn allocate(total: i64, weights: &[i64], remainder: Remainder) -> Vec<i64> {
    let whole: i128 = weights.iter().map(|weight| i128::from((*weight).max(0))).sum();
    let total = total.max(0);
    if whole == 0 || total == 0 {
        return vec![0; weights.len()];
    }
    let products = weights.iter().map(|weight| i128::from(total) * i128::from((*weight).max(0)));
    let mut shares: Vec<i64> =
        products.clone().map(|product| i64::try_from(product / whole).unwrap_or(i64::MAX)).collect();
    let left = total - shares.iter().sum::<i64>();
    // Only a share that lost a fraction may gain a unit, so that no share is off by one or more.
    let mut losers: Vec<(usize, i128)> =
        products.map(|product| product % whole).enumerate().filter(|(_, lost)| *lost > 0).collect();
    match remainder {
        Remainder::First => {}
        Remainder::Last => losers.reverse(),
        Remainder::LargestFraction => losers.sort_by_key(|(_, lost)| std::cmp::Reverse(*lost)),
    }
    for (index, _) in losers.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        if let Some(share) = shares.get_mut(index) {
            *share += 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_rounding_of_every_neighbourhood() {
        // thirds and halves around zero and one: (dividend of 2 or 3, [half-up, half-even, half-down, up, down])
        let table: [(i128, i128, [i64; 5]); 8] = [
            (1, 2, [1, 0, 0, 1, 0]),
            (3, 2, [2, 2, 1, 2, 1]),
            (-1, 2, [-1, 0, 0, -1, 0]),
            (-3, 2, [-2, -2, -1, -2, -1]),
            (1, 3, [0, 0, 0, 1, 0]),
            (2, 3, [1, 1, 1, 1, 0]),
            (-2, 3, [-1, -1, -1, -1, 0]),
            (4, 2, [2, 2, 2, 2, 2]),
        ];
        for (dividend, divisor, expected) in table {
            for ((name, rounding), expected) in Rounding::ALL.into_iter().zip(expected) {
                assert_eq!(divide(dividend, divisor, rounding), Ok(expected), "{dividend}/{divisor} {name}");
                assert_eq!(divide(-dividend, -divisor, rounding), Ok(expected), "both negated {name}");
            }
        }
        assert_eq!(divide(1, 0, Rounding::HalfUp), Err(Overflow));
        assert_eq!(divide(i128::MAX, 1, Rounding::HalfUp), Err(Overflow));
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_whole_and_none_is_off_by_a_unit(
            total in 0..=crate::bounds::AMOUNT, weights in prop::collection::vec(0..=crate::bounds::AMOUNT, 1..40), way in 0..3_usize,
        ) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            let shares = allocate(total, &weights, Remainder::ALL[way].1);
            prop_assert_eq!(shares.iter().sum::<i64>(), total);
            for (share, weight) in shares.iter().zip(&weights) {
                let off = i128::from(*share) * whole - i128::from(total) * i128::from(*weight);
                prop_assert!(off.abs() < whole, "share {} of weight {}", share, weight);
            }
        }
    }
}

//! Splits a whole by weights that may be negative, exactly: Hare's method of largest remainders.
//!
//! [`commerce::money::allocate`] does this for amounts that are not negative; credits of the Shapley rate model may be.

/// Splits `total` by `weights` so that the shares sum to `total` and each is off its exact value by less than one.
///
/// Nothing is split where the weights sum to zero or less. Ties go to the first. `total` must be below 2^54 in magnitude;
/// weights are scaled down together where their products would not fit.
pub fn split(total: i64, weights: &[i128]) -> Vec<i64> {
    let largest = weights.iter().map(|weight| weight.unsigned_abs()).max().unwrap_or(0);
    let excess = (128 - largest.leading_zeros()).saturating_sub(72);
    let scaled: Vec<i128> = weights.iter().map(|weight| weight >> excess).collect();
    let whole: i128 = scaled.iter().sum();
    if whole <= 0 {
        return vec![0; weights.len()];
    }
    let products: Vec<i128> = scaled.iter().map(|weight| weight * i128::from(total)).collect();
    let mut shares: Vec<i64> =
        products.iter().map(|product| i64::try_from(product.div_euclid(whole)).unwrap_or(0)).collect();
    let left = i128::from(total) - shares.iter().map(|share| i128::from(*share)).sum::<i128>();
    let mut losers: Vec<(usize, i128)> =
        products.iter().map(|product| product.rem_euclid(whole)).enumerate().filter(|(_, lost)| *lost > 0).collect();
    losers.sort_by_key(|(_, lost)| std::cmp::Reverse(*lost));
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
    fn by_hand() {
        assert_eq!(split(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(split(3, &[-35, 53]), [-6, 9]); // −5.83 and 8.83
        assert_eq!(split(7, &[0, 0]), [0, 0]);
    }

    proptest! {
        #[test]
        fn sums_to_the_whole(total in 0..=commerce::bounds::AMOUNT, weights in prop::collection::vec(-(1_i128 << 90)..1 << 100, 1..30)) {
            let shares = split(total, &weights);
            let whole: i128 = weights.iter().sum();
            if whole > 1 << 60 {
                prop_assert_eq!(shares.iter().map(|share| i128::from(*share)).sum::<i128>(), i128::from(total));
            }
        }
    }
}

//! Splits an amount over parts: exactly, by weight, within what each part can bear.
//!
//! The laws: shares are never negative, none exceeds its cap, and together they are the total or, where the caps are
//! smaller, the caps. How a part of a minor unit is treated, and who gets what is left over, is the rulebook's policy.
//! Largest remainders are Hare's method; what exceeds a cap is poured again over the rest ("water-filling").

use commerce::money::{Rounding, divide};
use serde::{Deserialize, Serialize};

/// Who gets the minor units that rounding the shares left over, or gives back those it took too many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Remainder {
    /// One each to the shares that lost most by rounding; the first of equals.
    #[default]
    LargestFraction,
    /// One each from the first on.
    First,
    /// One each from the last on.
    Last,
    /// All of it to the last.
    LastTakesAll,
}

impl Remainder {
    /// Every way, with the name that documents use.
    pub const ALL: [(&str, Self); 4] = [
        ("largest-fraction", Self::LargestFraction),
        ("first", Self::First),
        ("last", Self::Last),
        ("last-takes-all", Self::LastTakesAll),
    ];
}

/// How shares are made whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// How each share is rounded.
    pub rounding: Rounding,
    /// Who gets what is left over.
    pub remainder: Remainder,
    /// What a part cannot bear goes to the others (true) or is dropped.
    pub redistribute: bool,
}

/// Splits `total` by `weights` within `caps`; a part with weight zero gets nothing.
///
/// ```
/// use promotions::split::{split, Remainder, Sharing};
/// let sharing = Sharing { rounding: commerce::money::Rounding::Down, remainder: Remainder::First, redistribute: true };
/// assert_eq!(split(1_000, &[1, 1, 1], &[1_000, 1_000, 1_000], sharing), vec![334, 333, 333]);
/// // The first bears only 5.00, the rest goes to the second.
/// assert_eq!(split(2_000, &[5_000, 2_000], &[500, 2_000], sharing), vec![500, 1_500]);
/// ```
#[must_use]
pub fn split(total: i64, weights: &[i64], caps: &[i64], sharing: Sharing) -> Vec<i64> {
    // What is not shared needs no shares: most promotions of a large rulebook reach one line.
    if let ([weight], [cap]) = (weights, caps) {
        return vec![if *weight > 0 { total.clamp(0, (*cap).max(0)) } else { 0 }];
    }
    let mut parts: Vec<Part> = weights
        .iter()
        .zip(caps)
        .map(|(weight, cap)| Part {
            weight: i128::from((*weight).max(0)),
            cap: (*cap).max(0),
            share: 0,
            lost: 0,
            open: *weight > 0,
        })
        .collect();
    let total = total.max(0);
    if sharing.redistribute {
        let bearable: i128 = parts.iter().filter(|part| part.open).map(|part| i128::from(part.cap)).sum();
        let total = i128::from(total).min(bearable);
        let left = pour(total, &mut parts);
        round(left, &mut parts, sharing);
    } else {
        round(i128::from(total), &mut parts, sharing);
        parts.iter_mut().for_each(|part| part.share = part.share.min(part.cap));
    }
    parts.into_iter().map(|part| part.share).collect()
}

struct Part {
    weight: i128,
    cap: i64,
    share: i64,
    lost: i128,
    open: bool,
}

/// Closes every part whose exact share exceeds its cap, again and again, and answers what is left for the open ones.
fn pour(mut total: i128, parts: &mut [Part]) -> i128 {
    loop {
        let whole: i128 = parts.iter().filter(|part| part.open).map(|part| part.weight).sum();
        let mut closed = 0;
        for part in parts.iter_mut().filter(|part| part.open) {
            if total * part.weight >= i128::from(part.cap) * whole {
                part.open = false;
                part.share = part.cap;
                closed += i128::from(part.cap);
            }
        }
        // What closed parts bear is at most their exact shares: what is left never falls below what the others bear.
        total -= closed;
        if closed == 0 || total <= 0 {
            return total.max(0);
        }
    }
}

fn round(total: i128, parts: &mut [Part], sharing: Sharing) {
    let whole: i128 = parts.iter().filter(|part| part.open).map(|part| part.weight).sum();
    if whole == 0 || total == 0 {
        return;
    }
    let mut left = total;
    for part in parts.iter_mut().filter(|part| part.open) {
        let exact = total * part.weight;
        part.share = divide(exact, whole, sharing.rounding).unwrap_or(0);
        part.lost = exact - i128::from(part.share) * whole;
        left -= i128::from(part.share);
    }
    let mut order: Vec<usize> =
        (0..parts.len()).filter(|index| parts.get(*index).is_some_and(|part| part.open)).collect();
    let lost = |index: &usize| parts.get(*index).map_or(0, |part| part.lost);
    match sharing.remainder {
        Remainder::First => {}
        Remainder::Last | Remainder::LastTakesAll => order.reverse(),
        Remainder::LargestFraction if left >= 0 => order.sort_by_key(|index| std::cmp::Reverse(lost(index))),
        Remainder::LargestFraction => order.sort_by_key(lost),
    }
    settle(left, &order, parts, sharing);
}

/// Hands out what is left (or takes back, where it is negative) in the given order.
fn settle(mut left: i128, order: &[usize], parts: &mut [Part], sharing: Sharing) {
    let all = sharing.remainder == Remainder::LastTakesAll;
    while left != 0 {
        let before = left;
        for index in order {
            let Some(part) = parts.get_mut(*index) else { continue };
            let room = if sharing.redistribute { i128::from(part.cap) - i128::from(part.share) } else { i128::MAX };
            let most = if left > 0 { left.min(room) } else { -(-left).min(i128::from(part.share)) };
            let step = if all { most } else { most.signum() };
            part.share = i64::try_from(i128::from(part.share) + step).unwrap_or(part.share);
            left -= step;
            if left == 0 {
                return;
            }
        }
        if left == before {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_differs_between_policies() {
        use Remainder::{First, LargestFraction, Last, LastTakesAll};
        use Rounding::{Down, HalfDown, HalfUp};
        type Row = (i64, [i64; 3], Rounding, Remainder, [i64; 3]);
        // (total, weights, rounding, remainder, shares)
        let table: [Row; 9] = [
            (1_000, [1, 1, 1], Down, First, [334, 333, 333]),
            (1_000, [1, 1, 1], Down, Last, [333, 333, 334]),
            (1_000, [1, 1, 1], Down, LargestFraction, [334, 333, 333]),
            (1_001, [1, 1, 1], Down, LastTakesAll, [333, 333, 335]),
            (299, [4_300, 1_400, 2_300], Down, LargestFraction, [161, 52, 86]),
            (300, [4_300, 1_400, 2_300], HalfDown, First, [162, 52, 86]),
            (5_000, [12_000, 23_000, 30_000], Down, First, [924, 1_769, 2_307]),
            (101, [1, 1, 0], HalfUp, Last, [51, 50, 0]),
            (0, [1, 1, 1], Down, First, [0, 0, 0]),
        ];
        for (total, weights, rounding, remainder, shares) in table {
            let sharing = Sharing { rounding, remainder, redistribute: true };
            assert_eq!(
                split(total, &weights, &[total; 3], sharing),
                shares,
                "{total} over {weights:?}, {rounding:?}, {remainder:?}"
            );
        }
        let drop = Sharing { rounding: Down, remainder: First, redistribute: false };
        assert_eq!(split(2_000, &[5_000, 2_000], &[500, 2_000], drop), [500, 571]);
    }

    proptest! {
        #[test]
        fn shares_are_the_total_or_all_that_can_be_borne(
            total in 0..1_000_000_000_i64,
            parts in prop::collection::vec((0..1_000_000_i64, 0..100_000_000_i64), 1..30),
            rounding in 0..5_usize, remainder in 0..4_usize,
        ) {
            let (weights, caps): (Vec<i64>, Vec<i64>) = parts.into_iter().unzip();
            let sharing = Sharing { rounding: Rounding::ALL[rounding].1, remainder: Remainder::ALL[remainder].1, redistribute: true };
            let shares = split(total, &weights, &caps, sharing);
            let bearable: i64 = weights.iter().zip(&caps).filter(|(weight, _)| **weight > 0).map(|(_, cap)| cap).sum();
            prop_assert_eq!(shares.iter().sum::<i64>(), total.min(bearable));
            for ((share, cap), weight) in shares.iter().zip(&caps).zip(&weights) {
                prop_assert!((0..=*cap).contains(share));
                prop_assert!(*weight > 0 || *share == 0);
            }
        }
    }
}

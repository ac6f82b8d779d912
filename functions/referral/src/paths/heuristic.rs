//! First, last, linear and position-based credit (40-20-40) over aggregated paths; a channel that is met twice counts twice.

use crate::journey::position;
use commerce::facts::referrals::PathRow;

type Weights = fn(usize) -> Vec<i128>;

/// Each model with its weights for a path of so many touches.
pub const MODELS: [(&str, Weights); 4] = [
    ("first", |count| (0..count).map(|place| i128::from(place == 0)).collect()),
    ("last", |count| (0..count).map(|place| i128::from(place + 1 == count)).collect()),
    ("linear", |count| vec![1; count]),
    ("position", |count| position(count, 4, 2, 4)),
];

/// A credit for each channel, in units of 2^-60; what a division leaves is below one such unit for each touch.
pub fn credit(rows: &[PathRow], channels: usize, weights: Weights, of: fn(&PathRow) -> u64) -> Vec<i128> {
    let mut credits = vec![0_i128; channels];
    for row in rows {
        let weights = weights(row.path.len());
        let whole = weights.iter().sum::<i128>().max(1);
        for (channel, weight) in row.path.iter().zip(weights) {
            if let Some(credit) = usize::try_from(*channel).ok().and_then(|channel| credits.get_mut(channel)) {
                *credit += divided(of(row), weight, whole);
            }
        }
    }
    credits
}

/// `of · weight / whole · 2^60`, for a weight that is no more than the whole.
fn divided(of: u64, weight: i128, whole: i128) -> i128 {
    // The share first: an amount of 2^53 in units of 2^-60 leaves no room for the weight.
    i128::from(of) * ((weight << 60) / whole)
}

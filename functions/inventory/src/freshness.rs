//! How sure a count still is: what may have been sold since it was made.
//!
//! Sales are taken as a Poisson process of the level's velocity, as inventory theory does for slow and middling sellers
//! (E. A. Silver, D. F. Pyke, D. J. Thomas, "Inventory and Production Management in Supply Chains", chapter on safety
//! stock). `libm` makes the same bits on every machine; the answers are whole units and basis points.

/// Above this mean the normal curve stands for the Poisson sum.
const LARGE: f64 = 400.0;

/// The mean of what was sold since a count: thousandths of a unit an hour, seconds.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "seconds of centuries are far below 2^53")]
pub fn mean(velocity: u32, age: i64) -> f64 {
    f64::from(velocity) * age.max(0) as f64 / 3_600_000.0
}

/// How sure it is that no more than `most` units were sold, in basis points.
///
/// ```
/// use inventory::freshness::confidence;
/// assert_eq!(confidence(0.0, 0), 10_000);
/// assert_eq!(confidence(1.0, 0), 3_679); // e^−1
/// assert_eq!(confidence(1.0, -1), 0);
/// ```
#[must_use]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "0 to 10000; most is a count"
)]
pub fn confidence(mean: f64, most: i64) -> u32 {
    if most < 0 {
        return if mean > 0.0 { 0 } else { 10_000 };
    }
    if mean <= 0.0 {
        return 10_000;
    }
    let sure = if mean > LARGE {
        let deviations = (most as f64 + 0.5 - mean) / libm::sqrt(mean);
        0.5 * libm::erfc(-deviations / core::f64::consts::SQRT_2)
    } else {
        let mut term = libm::exp(-mean);
        let mut sum = term;
        // Beyond mean + 40 deviations nothing is left to add.
        let last = most.min((mean + 40.0 * libm::sqrt(mean) + 40.0) as i64);
        for sold in 1..=last {
            term *= mean / sold as f64;
            sum += term;
        }
        sum
    };
    (sure.clamp(0.0, 1.0) * 10_000.0 + 0.5) as u32
}

/// The units to keep back so that what remains is there with this confidence: a buffer that grows with age.
///
/// ```
/// use inventory::freshness::{buffer, mean};
/// let an_hour_of_two = mean(2_000, 3_600);
/// assert_eq!(buffer(an_hour_of_two, 9_500), 5);
/// assert_eq!(buffer(mean(2_000, 60), 9_500), 0);
/// ```
#[must_use]
pub fn buffer(mean: f64, wanted: u32) -> i64 {
    let (mut low, mut high) = (0, 1);
    while confidence(mean, high) < wanted {
        low = high;
        high *= 2;
    }
    if confidence(mean, 0) >= wanted {
        return 0;
    }
    while low + 1 < high {
        let middle = i64::midpoint(low, high);
        if confidence(mean, middle) >= wanted { high = middle } else { low = middle }
    }
    high
}

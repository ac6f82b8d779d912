//! The Shapley rate model beyond 16 channels: orders of channels drawn with a fixed seed, each with its reverse.
//!
//! Source: Castro, Gómez and Tejada, "Polynomial calculation of the Shapley value based on sampling" (2009); pairs of an order
//! and its reverse as Mitchell, Cooper, Frank and Holmes, "Sampling permutations for Shapley value estimation" (2022). Each
//! order shares the whole, so that the credits still sum to it; the deviation states what is left of chance.

use super::shapley::Sets;

/// Pairs of orders that are drawn, at most and at least; between them, as many as [`STEPS`] allow.
const PAIRS: std::ops::RangeInclusive<usize> = 64..=1_024;
/// Channels of paths that all pairs together may look at, about.
const STEPS: usize = 10_000_000;
/// The seed: the same rows give the same answer everywhere.
const SEED: u64 = 0x5053_4841_524d_4f4e;
/// Bits behind the point of a conversion rate here: the squares of all pairs together must fit, and one conversion in 2^53
/// journeys must show.
const BITS: u32 = 56;

/// Values, the deviation in billionths of the whole, and how many orders were drawn.
pub fn values(sets: &Sets, channels: usize) -> (Vec<i128>, i64, u32) {
    let mut state = SEED;
    let size = sets.keys().map(Vec::len).sum::<usize>().max(1);
    let drawn = (STEPS / size).clamp(*PAIRS.start(), *PAIRS.end());
    let mut sums = vec![0_i128; channels];
    let mut squares = vec![0_i128; channels];
    let mut order: Vec<usize> = (0..channels).collect();
    for _ in 0..drawn {
        shuffle(&mut order, &mut state);
        let mut pair = vec![0_i128; channels];
        walk(sets, &order, &mut pair);
        order.reverse();
        walk(sets, &order, &mut pair);
        for ((sum, square), found) in sums.iter_mut().zip(&mut squares).zip(&pair) {
            *sum += found;
            *square += found * found;
        }
    }
    let pairs = i128::try_from(drawn).unwrap_or(1);
    // Variance of a sum of pairs, and three times its root, over the sum of all values.
    let spread =
        sums.iter().zip(&squares).map(|(sum, square)| (square - sum / pairs * sum).max(0).unsigned_abs().isqrt()).max();
    let whole = sums.iter().sum::<i128>().max(1);
    let deviation = i128::try_from(spread.unwrap_or(0)).unwrap_or(0) * 3 * i128::from(super::WHOLE) / whole;
    (sums, i64::try_from(deviation).unwrap_or(i64::MAX), u32::try_from(2 * drawn).unwrap_or(u32::MAX))
}

/// What each channel adds to the rate as it joins in this order.
fn walk(sets: &Sets, order: &[usize], added: &mut [i128]) {
    let mut place = vec![0_usize; order.len()];
    for (index, channel) in order.iter().enumerate() {
        if let Some(place) = place.get_mut(*channel) {
            *place = index;
        }
    }
    // A path counts from the moment when the last of its channels has joined.
    let mut joined = vec![(0_u64, 0_u64); order.len()];
    for (set, (conversions, journeys)) in sets {
        let last = set.iter().filter_map(|channel| place.get(*channel)).max();
        if let Some(count) = last.and_then(|last| joined.get_mut(*last)) {
            *count = (count.0 + conversions, count.1 + journeys);
        }
    }
    let (mut conversions, mut journeys, mut before) = (0_u128, 0_u128, 0_i128);
    for (channel, (more, of)) in order.iter().zip(joined) {
        (conversions, journeys) = (conversions + u128::from(more), journeys + u128::from(of));
        let rate = i128::try_from((conversions << BITS).checked_div(journeys).unwrap_or(0)).unwrap_or(0);
        if let Some(sum) = added.get_mut(*channel) {
            *sum += rate - before;
        }
        before = rate;
    }
}

/// Fisher and Yates' shuffle with SplitMix64 (Steele, Lea and Flood, 2014).
fn shuffle(order: &mut [usize], state: &mut u64) {
    for end in (1..order.len()).rev() {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = *state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^= word >> 31;
        let bound = u128::try_from(end + 1).unwrap_or(1);
        let pick = usize::try_from((u128::from(word) * bound) >> 64).unwrap_or(0);
        order.swap(end, pick);
    }
}

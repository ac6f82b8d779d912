//! Shapley values of channels, in both usual readings.
//!
//! *Sum*: a set of channels is worth the conversions of the paths that need no other channel. Each path is then a unanimity
//! game, and its worth is shared equally by its channels: the closed form. *Rate*: a set is worth its conversion rate over
//! those paths. That is exact by all subsets for up to [`EXACT`] channels, and sampled beyond.

use super::sampled;
use commerce::facts::referrals::PathRow;
use std::collections::BTreeMap;

/// Channels up to which the rate model goes through every subset.
pub const EXACT: usize = 16;
/// Bits behind the point of a conversion rate.
const BITS: u32 = 62;

/// A credit for each channel, in units of 2^-60.
pub fn sum(rows: &[PathRow], channels: usize, of: fn(&PathRow) -> u64) -> Vec<i128> {
    let mut credits = vec![0_i128; channels];
    for row in rows {
        let set = set(row);
        let size = i128::try_from(set.len()).unwrap_or(1).max(1);
        for channel in set {
            if let Some(credit) = credits.get_mut(channel) {
                *credit += (i128::from(of(row)) << 60) / size;
            }
        }
    }
    credits
}

/// Credits of the rate model.
pub struct Rate {
    /// A weight for each channel; one may be negative.
    pub weights: Vec<i128>,
    /// Three standard errors of the worst share, in billionths; 0 where it is exact.
    pub deviation: i64,
    /// Orders of channels that were drawn; 0 where it is exact.
    pub samples: u32,
}

/// Conversions and journeys of the paths with the same set of channels.
pub type Sets = BTreeMap<Vec<usize>, (u64, u64)>;

/// The rate model.
pub fn rate(rows: &[PathRow], channels: usize) -> Rate {
    let mut sets = Sets::new();
    for row in rows {
        let known = sets.entry(set(row)).or_default();
        known.0 += row.conversions;
        known.1 += row.conversions + row.nulls;
    }
    let mut used: Vec<usize> = sets.keys().flatten().copied().collect();
    used.sort_unstable();
    used.dedup();
    let place = |channel: &usize| used.binary_search(channel).unwrap_or(0);
    let sets: Sets = sets.iter().map(|(set, counts)| (set.iter().map(place).collect(), *counts)).collect();
    let (values, deviation, samples) =
        if used.len() <= EXACT { (exact(&sets, used.len()), 0, 0) } else { sampled::values(&sets, used.len()) };
    let mut weights = vec![0_i128; channels];
    for (channel, value) in used.iter().zip(values) {
        if let Some(weight) = weights.get_mut(*channel) {
            *weight = value;
        }
    }
    Rate { weights, deviation, samples }
}

/// The channels of a path, each once, in order.
fn set(row: &PathRow) -> Vec<usize> {
    let mut set: Vec<usize> = row.path.iter().filter_map(|channel| usize::try_from(*channel).ok()).collect();
    set.sort_unstable();
    set.dedup();
    set
}

/// Every subset of up to 16 channels: Shapley values times one common factor.
fn exact(sets: &Sets, channels: usize) -> Vec<i128> {
    let mut counts = vec![(0_u64, 0_u64); 1 << channels];
    for (set, (conversions, journeys)) in sets {
        let mask = set.iter().fold(0_usize, |mask, channel| mask | 1 << channel);
        if let Some(count) = counts.get_mut(mask) {
            *count = (count.0 + conversions, count.1 + journeys);
        }
    }
    // Sums over subsets, one channel after the other (Yates): the upper half of each block takes in the lower.
    for channel in 0..channels {
        for block in counts.chunks_mut(2 << channel) {
            let (without, with) = block.split_at_mut(1 << channel);
            for (with, without) in with.iter_mut().zip(without) {
                *with = (with.0 + without.0, with.1 + without.1);
            }
        }
    }
    let worth: Vec<i64> = counts.iter().map(|(conversions, journeys)| ratio(*conversions, *journeys)).collect();
    let binomials = binomials(channels.saturating_sub(1));
    let common = binomials.iter().fold(1, |common, one| common / gcd(common, *one) * one);
    let value = |channel: usize| {
        let mut by_size = vec![0_i128; channels];
        for block in worth.chunks(2 << channel).enumerate() {
            let (number, block) = block;
            let (without, with) = block.split_at(1 << channel);
            for (offset, (with, without)) in with.iter().zip(without).enumerate() {
                let others = ((number << (channel + 1)) | offset).count_ones();
                if let Some(sum) = usize::try_from(others).ok().and_then(|size| by_size.get_mut(size)) {
                    *sum += i128::from(with - without);
                }
            }
        }
        by_size.iter().zip(&binomials).map(|(sum, ways)| sum * (common / ways)).sum()
    };
    (0..channels).map(value).collect()
}

/// Conversions over journeys, in units of 2^-62; nothing where there are none.
fn ratio(conversions: u64, journeys: u64) -> i64 {
    let exact = (u128::from(conversions) << BITS).checked_div(u128::from(journeys)).unwrap_or(0);
    i64::try_from(exact).unwrap_or(i64::MAX)
}

/// A row of Pascal's triangle.
fn binomials(row: usize) -> Vec<i128> {
    let mut line = vec![1_i128];
    for _ in 0..row {
        let sums: Vec<i128> = line.iter().zip(line.iter().skip(1)).map(|(left, right)| left + right).collect();
        line = std::iter::once(1).chain(sums).chain(std::iter::once(1)).collect();
    }
    line
}

fn gcd(one: i128, other: i128) -> i128 {
    if other == 0 { one } else { gcd(other, one % other) }
}

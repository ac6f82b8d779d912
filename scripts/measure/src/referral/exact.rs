//! The chain of order 1 once more, as plainly as it is defined: chances of conversion iterated until they rest.

use commerce::facts::referrals::{PathModel, PathRow};

/// A state's steps by channel, to conversion and to nothing, as chances; the start is the last state.
struct State {
    to: Vec<f64>,
    converts: f64,
}

#[allow(clippy::cast_precision_loss, clippy::indexing_slicing, reason = "journeys and channels that the bench made")]
fn states(rows: &[PathRow], channels: usize) -> Vec<State> {
    let mut counts = vec![(vec![0_u64; channels], 0_u64, 0_u64); channels + 1];
    for row in rows {
        let mut from = channels;
        for channel in row.path.iter().filter_map(|channel| usize::try_from(*channel).ok()) {
            if channel != from {
                counts[from].0[channel] += row.conversions + row.nulls;
            }
            from = channel;
        }
        counts[from].1 += row.conversions;
        counts[from].2 += row.nulls;
    }
    let state = |(to, converted, lost): (Vec<u64>, u64, u64)| {
        let out = (to.iter().sum::<u64>() + converted + lost).max(1) as f64;
        State { to: to.iter().map(|count| *count as f64 / out).collect(), converts: converted as f64 / out }
    };
    counts.into_iter().map(state).collect()
}

fn conversion(states: &[State], without: Option<usize>) -> f64 {
    let mut chances = vec![0.0_f64; states.len()];
    loop {
        let next: Vec<f64> = states
            .iter()
            .map(|state| {
                let steps = state.to.iter().zip(&chances).enumerate().filter(|(channel, _)| Some(*channel) != without);
                state.converts + steps.map(|(_, (chance, onward))| chance * onward).sum::<f64>()
            })
            .collect();
        let moved = next.iter().zip(&chances).map(|(next, before)| (next - before).abs()).fold(0.0, f64::max);
        chances = next;
        if moved < 1e-15 {
            return chances.last().copied().unwrap_or(0.0);
        }
    }
}

/// The largest difference of a removal effect in the answer from the iterated one.
pub fn largest_error(rows: &[PathRow], channels: u32, found: &PathModel) -> f64 {
    let channels = usize::try_from(channels).unwrap_or(0);
    let states = states(rows, channels);
    let whole = conversion(&states, None);
    let effects = (0..channels).map(|channel| 1.0 - conversion(&states, Some(channel)) / whole);
    effects.zip(&found.removal).map(|(effect, found)| (effect - f64::from(*found) / 1e9).abs()).fold(0.0, f64::max)
}

//! The Markov model: the part of conversions that would be lost without a channel.
//!
//! States are the last k channels of a path. A channel that follows itself is one touch: staying changes no chance of
//! conversion. Without a channel, every step into it leads nowhere. The answer is the solution of a linear system, found by
//! elimination for order 1 ([`super::solve`]) and for small chains of orders 2 and 3, and by sweeps
//! that only ever grow, until no figure changes, for large ones.

use super::TooSlow;
use super::solve::{self, State};
use commerce::facts::referrals::PathRow;
use std::collections::BTreeMap;

/// Products that the sweeps of one request may take: about a second, half of what the host allows a request.
const WORK: u64 = 1_000_000_000;
/// Chains that are swept side by side, one without each of so many channels: a step is read once for all of them.
const LANES: usize = 8;

/// For each channel, from 0 to 1.
pub fn removal_effects(rows: &[PathRow], channels: usize, order: u32) -> Result<Vec<f64>, TooSlow> {
    if order == 1 { Ok(first_order(rows, channels)) } else { Chain::new(rows, order).removal_effects(channels) }
}

/// The path without touches that only repeat the one before.
fn collapsed(row: &PathRow) -> Vec<usize> {
    let mut path: Vec<usize> = row.path.iter().filter_map(|channel| usize::try_from(*channel).ok()).collect();
    path.dedup();
    path
}

#[allow(clippy::cast_precision_loss, reason = "checked to be at most 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

fn first_order(rows: &[PathRow], channels: usize) -> Vec<f64> {
    // A channel that no journey meets would be a state without a way out; it is worth nothing.
    let mut met = vec![false; channels];
    for channel in rows.iter().filter(|row| row.conversions + row.nulls > 0).flat_map(|row| &row.path) {
        if let Some(met) = usize::try_from(*channel).ok().and_then(|channel| met.get_mut(channel)) {
            *met = true;
        }
    }
    let mut places = 0;
    let place: Vec<usize> = met
        .iter()
        .map(|met| {
            places += usize::from(*met);
            places
        })
        .collect();
    let empty = State { to: vec![0.0; places + 1], converted: 0.0, lost: 0.0 };
    let mut states = vec![empty; places + 1];
    for row in rows.iter().filter(|row| row.conversions + row.nulls > 0) {
        let mut from = 0;
        for channel in collapsed(row) {
            let to = place.get(channel).copied().unwrap_or(0);
            if let Some(count) = states.get_mut(from).and_then(|state| state.to.get_mut(to)) {
                *count += float(row.conversions + row.nulls);
            }
            from = to;
        }
        if let Some(state) = states.get_mut(from) {
            state.converted += float(row.conversions);
            state.lost += float(row.nulls);
        }
    }
    let mut effects = solve::removal_effects(states).into_iter();
    met.iter().map(|met| if *met { effects.next().unwrap_or(0.0) } else { 0.0 }).collect()
}

/// A chain of order 2 or 3, its states in an order in which most steps lead to states that come before.
struct Chain {
    /// The channel that a state ends with; none for the start, which is the last state.
    ends: Vec<Option<usize>>,
    /// Steps to other states: to where, and the chance.
    steps: Vec<Vec<(usize, f64)>>,
    /// The chance that the next step is conversion.
    converts: Vec<f64>,
    /// The chance that the next step is loss.
    loses: Vec<f64>,
}

/// States up to which a chain of order 2 or 3 is eliminated; a larger one is swept.
const ELIMINATED: usize = 300;

impl Chain {
    fn new(rows: &[PathRow], order: u32) -> Self {
        let memory = usize::try_from(order).unwrap_or(1);
        let mut names: BTreeMap<Vec<usize>, usize> = BTreeMap::from([(Vec::new(), 0)]);
        let mut counts: Vec<(BTreeMap<usize, u64>, u64, u64)> = vec![Default::default()];
        for row in rows.iter().filter(|row| row.conversions + row.nulls > 0) {
            let path = collapsed(row);
            let mut from = 0;
            for end in 1..=path.len() {
                let name = path.get(end.saturating_sub(memory)..end).unwrap_or_default().to_vec();
                let next = names.len();
                let to = *names.entry(name).or_insert(next);
                if to == counts.len() {
                    counts.push(Default::default());
                }
                if let Some(count) = counts.get_mut(from) {
                    *count.0.entry(to).or_default() += row.conversions + row.nulls;
                }
                from = to;
            }
            if let Some(count) = counts.get_mut(from) {
                (count.1, count.2) = (count.1 + row.conversions, count.2 + row.nulls);
            }
        }
        // Row order must not show in a sum of floats: states are sorted by a walk over sorted names.
        let mut sorted: Vec<(&Vec<usize>, usize)> = names.iter().map(|(name, state)| (name, *state)).collect();
        sorted.sort_unstable();
        let order = depth_first(&counts, &sorted);
        let mut place = vec![0_usize; counts.len()];
        for (index, state) in order.iter().enumerate() {
            if let Some(place) = place.get_mut(*state) {
                *place = index;
            }
        }
        let mut ends = vec![None; counts.len()];
        for (name, state) in &names {
            if let Some(end) = place.get(*state).and_then(|place| ends.get_mut(*place)) {
                *end = name.last().copied();
            }
        }
        let mut chain = Self { ends, steps: Vec::new(), converts: Vec::new(), loses: Vec::new() };
        for (to, converted, lost) in order.iter().filter_map(|state| counts.get(*state)) {
            let out = to.values().sum::<u64>() + converted + lost;
            let step = |(to, count): (&usize, &u64)| (place.get(*to).copied().unwrap_or(0), float(*count) / float(out));
            let mut steps: Vec<(usize, f64)> = to.iter().map(step).collect();
            steps.sort_unstable_by_key(|(to, _)| *to);
            chain.steps.push(steps);
            chain.converts.push(float(*converted) / float(out));
            chain.loses.push(float(*lost) / float(out));
        }
        chain
    }

    fn removal_effects(&self, channels: usize) -> Result<Vec<f64>, TooSlow> {
        let mut met = vec![false; channels];
        for end in self.ends.iter().flatten() {
            if let Some(met) = met.get_mut(*end) {
                *met = true;
            }
        }
        let met: Vec<usize> = met.iter().enumerate().filter_map(|(channel, met)| met.then_some(channel)).collect();
        let questions: Vec<Option<usize>> = [None].into_iter().chain(met.iter().copied().map(Some)).collect();
        let answers: Vec<f64> = if self.steps.len() <= ELIMINATED {
            questions.iter().map(|without| self.eliminated(*without)).collect()
        } else {
            let mut work = WORK;
            let swept: Result<Vec<_>, TooSlow> =
                questions.chunks(LANES).map(|without| self.swept(without, channels, &mut work)).collect();
            swept?.concat()
        };
        let mut effects = vec![0.0; channels];
        let Some((whole, without)) = answers.split_first().filter(|(whole, _)| **whole > 0.0) else {
            return Ok(effects);
        };
        for (channel, without) in met.into_iter().zip(without) {
            if let Some(effect) = effects.get_mut(channel) {
                *effect = ((whole - without) / whole).clamp(0.0, 1.0);
            }
        }
        Ok(effects)
    }

    /// The chance of conversion from the start, without a channel, by elimination: however often a walk comes back.
    fn eliminated(&self, without: Option<usize>) -> f64 {
        let count = self.steps.len();
        let gone: Vec<bool> = self.ends.iter().map(|end| without.is_some() && *end == without).collect();
        let empty = State { to: vec![0.0; count], converted: 0.0, lost: 0.0 };
        let mut states = vec![empty; count];
        // The start is the last state here and the first one there.
        let rows = self.steps.iter().zip(&self.converts).zip(&self.loses).rev();
        for (state, ((steps, converts), loses)) in states.iter_mut().zip(rows) {
            (state.converted, state.lost) = (*converts, *loses);
            for (to, chance) in steps {
                if gone.get(*to).copied().unwrap_or(false) {
                    state.lost += chance;
                } else if let Some(known) = state.to.get_mut(count - 1 - to) {
                    *known += chance;
                }
            }
        }
        solve::conversion(states)
    }

    /// The chances of conversion from the start, without each of up to [`LANES`] channels: Gauss and Seidel's sweeps from
    /// zero. Products and sums of what is not negative only grow from sweep to sweep, in floats too, so they come to rest.
    fn swept(&self, without: &[Option<usize>], channels: usize, work: &mut u64) -> Result<[f64; LANES], TooSlow> {
        let mut lanes: Vec<Option<usize>> = vec![None; channels];
        for (lane, channel) in without.iter().enumerate() {
            if let Some(place) = channel.and_then(|channel| lanes.get_mut(channel)) {
                *place = Some(lane);
            }
        }
        let mut chances = vec![[0.0_f64; LANES]; self.steps.len()];
        let steps = self.steps.iter().map(|steps| steps.len() + 1).sum::<usize>();
        let sweep = u64::try_from(steps * LANES).unwrap_or(u64::MAX);
        loop {
            *work = work.checked_sub(sweep).ok_or(TooSlow)?;
            let mut rested = true;
            for (state, ((steps, converts), end)) in self.steps.iter().zip(&self.converts).zip(&self.ends).enumerate() {
                let mut found = [*converts; LANES];
                for (onward, chance) in steps.iter().filter_map(|(to, chance)| Some((chances.get(*to)?, chance))) {
                    for (sum, onward) in found.iter_mut().zip(onward) {
                        *sum += chance * onward;
                    }
                }
                // Where its channel is gone, a state leads nowhere.
                let gone = end.and_then(|end| *lanes.get(end)?).and_then(|lane| found.get_mut(lane));
                if let Some(gone) = gone {
                    *gone = 0.0;
                }
                if let Some(known) = chances.get_mut(state) {
                    rested &= found.iter().zip(known.iter()).all(|(found, known)| found <= known);
                    *known = found;
                }
            }
            if rested {
                return Ok(chances.last().copied().unwrap_or_default());
            }
        }
    }
}

/// States in the order in which a depth-first walk from the start leaves them: the start comes last.
fn depth_first(counts: &[(BTreeMap<usize, u64>, u64, u64)], sorted: &[(&Vec<usize>, usize)]) -> Vec<usize> {
    let mut rank = vec![0_usize; counts.len()];
    for (index, (_, state)) in sorted.iter().enumerate() {
        if let Some(rank) = rank.get_mut(*state) {
            *rank = index;
        }
    }
    let next = |state: usize| {
        let mut next: Vec<usize> = counts.get(state).map(|count| count.0.keys().copied().collect()).unwrap_or_default();
        next.sort_unstable_by_key(|state| rank.get(*state).copied());
        next
    };
    let (mut left, mut seen) = (Vec::new(), vec![false; counts.len()]);
    let mut open = vec![(0, next(0))];
    if let Some(seen) = seen.first_mut() {
        *seen = true;
    }
    while let Some((state, rest)) = open.last_mut() {
        let Some(to) = rest.pop() else {
            left.push(*state);
            open.pop();
            continue;
        };
        if let Some(seen) = seen.get_mut(to).filter(|seen| !**seen) {
            *seen = true;
            open.push((to, next(to)));
        }
    }
    left
}

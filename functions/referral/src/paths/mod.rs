//! Models over aggregated paths: what each channel is worth over many journeys, those that did not buy among them.
//!
//! Sources: Anderl, Becker, von Wangenheim and Schumann, "Mapping the customer journey" (2016), for Markov chains and removal
//! effects; Shapley, "A value for n-person games" (1953), in the two usual readings (conversions that a set of channels
//! brings, and its conversion rate). Every model's credits sum to the whole exactly. The order of rows decides nothing.

mod heuristic;
mod markov;
mod sampled;
mod shapley;
mod solve;

use crate::shares;
use commerce::facts::referrals::{PathCredit, PathModel, PathRow};
use commerce::{Fault, bounds};

/// The whole of a share, in billionths.
const WHOLE: i64 = crate::commission::WHOLE;
/// Channels of one request, at most.
const CHANNELS: usize = 500;
/// Rows of one request, at most.
const ROWS: usize = 100_000;
/// Channels of memory of the Markov model, at most.
const ORDER: u32 = 3;
/// Journeys of all rows together, at most: 2^53.
const JOURNEYS: u64 = 1 << 53;

/// Why the chain of the Markov model was not solved.
pub struct TooSlow;

/// Every model over these rows.
///
/// # Errors
/// `too-many-channels`, `too-many-rows`, `order-out-of-range`, `duplicate-channel`, `unknown-channel`, `empty-path`,
/// `path-too-long`, `overflow`, `chain-too-slow`.
pub fn models(channels: &[String], rows: &[PathRow], order: u32) -> Result<Vec<PathModel>, Vec<Fault>> {
    let value = check(channels, rows, order)?;
    let count = channels.len();
    let mut answers: Vec<PathModel> = heuristic::MODELS
        .into_iter()
        .map(|(name, weights)| {
            let credited = |of: fn(&PathRow) -> u64| heuristic::credit(rows, count, weights, of);
            model(name, &credited(|row| row.conversions), &credited(amount), value)
        })
        .collect();
    answers.push(chained(rows, count, order, value)?);
    let summed = |of: fn(&PathRow) -> u64| shapley::sum(rows, count, of);
    answers.push(model("shapley-sum", &summed(|row| row.conversions), &summed(amount), value));
    let rate = shapley::rate(rows, count);
    let model = model("shapley-rate", &rate.weights, &rate.weights, value);
    answers.push(PathModel { deviation: rate.deviation, samples: rate.samples, ..model });
    Ok(answers)
}

/// The Markov model alone.
///
/// # Errors
/// Those of [`models`].
pub fn markov(channels: &[String], rows: &[PathRow], order: u32) -> Result<PathModel, Vec<Fault>> {
    let value = check(channels, rows, order)?;
    chained(rows, channels.len(), order, value)
}

fn chained(rows: &[PathRow], channels: usize, order: u32, value: i64) -> Result<PathModel, Vec<Fault>> {
    let removal = markov::removal_effects(rows, channels, order).map_err(|TooSlow| {
        fault(
            "chain-too-slow",
            "/rows",
            "the chain returns to itself too often to be solved within bounds; a lower order is",
        )
    })?;
    // A float becomes a whole weight before it meets a count or an amount.
    let weights: Vec<i128> = removal.iter().map(|effect| whole(*effect, 60)).collect();
    let effects = removal.iter().map(|effect| u32::try_from(scaled(*effect)).unwrap_or(0)).collect();
    Ok(PathModel { removal: effects, ..model("markov", &weights, &weights, value) })
}

fn amount(row: &PathRow) -> u64 {
    u64::try_from(row.value).unwrap_or(0)
}

fn model(name: &str, conversions: &[i128], values: &[i128], value: i64) -> PathModel {
    let parts = shares::split(WHOLE, conversions)
        .into_iter()
        .zip(shares::split(WHOLE, values))
        .zip(shares::split(value, values));
    let credits = parts.map(|((conversions, value), amount)| PathCredit { conversions, value, amount }).collect();
    PathModel { model: name.into(), credits, removal: Vec::new(), deviation: 0, samples: 0 }
}

/// `part · 2^bits`, for a part from 0 to 1.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "from 0 to 1, times a power of two")]
fn whole(part: f64, bits: u32) -> i128 {
    (part * (1_u64 << bits) as f64) as i128
}

/// `part` in billionths, to the nearest.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "from 0 to 1, times 10^9")]
fn scaled(part: f64) -> i64 {
    (part * WHOLE as f64 + 0.5) as i64
}

fn fault(code: &str, pointer: &str, detail: impl Into<String>) -> Vec<Fault> {
    crate::check::fault(code, pointer, detail)
}

/// Checks everything, and gives the value of all rows.
fn check(channels: &[String], rows: &[PathRow], order: u32) -> Result<i64, Vec<Fault>> {
    let mut faults = Vec::new();
    if channels.len() > CHANNELS {
        faults.extend(fault(
            "too-many-channels",
            "/rows",
            format!("at most {CHANNELS} channels, not {}", channels.len()),
        ));
    }
    if rows.len() > ROWS {
        faults.extend(fault("too-many-rows", "/rows", format!("at most {ROWS} rows, not {}", rows.len())));
    }
    if !(1..=ORDER).contains(&order) {
        faults.extend(fault("order-out-of-range", "/order", format!("must be 1 to {ORDER}, is {order}")));
    }
    let mut names = std::collections::BTreeSet::new();
    if !channels.iter().all(|name| names.insert(name)) {
        faults.extend(fault("duplicate-channel", "/channels", "a channel is named twice"));
    }
    let (mut journeys, mut value) = (0_u64, 0_i128);
    for (place, row) in rows.iter().enumerate() {
        let PathRow { path, conversions, nulls, value: amount } = row;
        let pointer = || format!("/rows/{place}/path");
        if path.is_empty() {
            faults.extend(fault("empty-path", &pointer(), "must name a channel"));
        }
        if path.len() > bounds::TOUCHES {
            faults.extend(fault(
                "path-too-long",
                &pointer(),
                format!("at most {} touches, not {}", bounds::TOUCHES, path.len()),
            ));
        }
        if path.iter().any(|channel| usize::try_from(*channel).is_ok_and(|channel| channel >= channels.len())) {
            faults.extend(fault("unknown-channel", &pointer(), "names a place beyond the list of channels"));
        }
        journeys = journeys.saturating_add(*conversions).saturating_add(*nulls);
        value += i128::from(*amount);
        if *amount < 0 || (*amount > 0 && *conversions == 0) {
            faults.extend(fault(
                "value-without-conversion",
                &format!("/rows/{place}/value"),
                "only conversions have a value, and it is not negative",
            ));
        }
    }
    let value = i64::try_from(value).ok().filter(|value| *value <= bounds::AMOUNT);
    if journeys > JOURNEYS || value.is_none() {
        faults.extend(fault("overflow", "/rows", "journeys or values are too large together"));
    }
    match value {
        Some(value) if faults.is_empty() => Ok(value),
        _ => Err(faults),
    }
}

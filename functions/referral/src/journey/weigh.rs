//! The models of one journey: from eligible touches in order of time to weights.
//!
//! Definitions: first, last, linear, position-based and time decay as Google Analytics (Universal) published them; last
//! click over view as mobile measurement does. Position-based with one touch gives it all, with two shares by the weights
//! of first and last.

use crate::fixed;
use crate::programme::Model;
use commerce::facts::referrals::{Touch, TouchKind};

/// A weight for each of these touches, which are eligible and in order of time. Not all are zero, unless there are none.
pub fn weigh(model: Model, touches: &[&Touch]) -> Vec<i128> {
    let count = touches.len();
    let only = |place: usize| (0..count).map(|index| i128::from(index == place)).collect();
    match model {
        Model::First => only(0),
        Model::Last => only(count.saturating_sub(1)),
        Model::LastClickOverView => {
            let click = touches.iter().rposition(|touch| touch.kind == TouchKind::Click);
            only(click.unwrap_or(count.saturating_sub(1)))
        }
        Model::Linear => vec![1; count],
        Model::TimeDecay { half_life } => {
            // Ages are taken from the newest touch: a common factor changes no share, and one weight is never zero.
            let newest = touches.last().map_or(0, |touch| touch.at);
            touches.iter().map(|touch| i128::from(fixed::decay(newest.abs_diff(touch.at), half_life))).collect()
        }
        Model::Position { first, middle, last } => {
            position(count, i128::from(first), i128::from(middle), i128::from(last))
        }
    }
}

/// Weights by place; the middle one is for all touches between together.
pub fn position(count: usize, first: i128, middle: i128, last: i128) -> Vec<i128> {
    let between = i128::try_from(count.saturating_sub(2)).unwrap_or(0).max(1);
    let weight = |place: usize| match place {
        _ if count == 1 => 1,
        0 => first * between,
        _ if place + 1 == count => last * between,
        _ => middle,
    };
    let weights: Vec<i128> = (0..count).map(weight).collect();
    // Two touches and nothing for the ends: nobody is worth more than the other.
    if weights.iter().all(|weight| *weight == 0) { vec![1; count] } else { weights }
}

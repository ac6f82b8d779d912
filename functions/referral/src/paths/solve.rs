//! Order 1: the chance of conversion without each channel, by eliminating states.
//!
//! Elimination after Grassmann, Taksar and Heyman, "Regenerative analysis and steady state distributions for Markov chains"
//! (1985): a state's way out is summed instead of subtracted from one, so that nothing cancels and every figure is right to
//! its last few bits. One elimination serves many channels: each half of them is eliminated for the sake of the other half,
//! again and again, which costs about as much as eliminating everything once.

/// A state: how often it was followed by each state, by conversion, and by nothing.
#[derive(Clone)]
pub struct State {
    /// Followed by the states, the start first.
    pub to: Vec<f64>,
    pub converted: f64,
    pub lost: f64,
}

/// Eliminates the last state: whoever went there goes where it leads.
fn eliminate_last(states: &mut Vec<State>) {
    let Some(State { mut to, converted, lost }) = states.pop() else { return };
    // Coming back to itself delays and decides nothing.
    let _ = to.pop();
    let out = to.iter().sum::<f64>() + converted + lost;
    for state in states {
        let Some(weight) = state.to.pop().filter(|weight| *weight > 0.0) else { continue };
        let factor = weight / out;
        for (known, more) in state.to.iter_mut().zip(&to) {
            *known += factor * more;
        }
        state.converted += factor * converted;
        state.lost += factor * lost;
    }
}

/// The chance of conversion from the start, the first state. Every state that is reached must lead to conversion or loss.
pub fn conversion(mut states: Vec<State>) -> f64 {
    while states.len() > 1 {
        eliminate_last(&mut states);
    }
    states.first().map_or(0.0, |start| start.converted / (start.converted + start.lost))
}

/// Moves the states after the start so that the first `count` of them come last.
fn rotate(states: &mut [State], count: usize) {
    for state in &mut *states {
        if let Some((_, channels)) = state.to.split_first_mut() {
            channels.rotate_left(count);
        }
    }
    if let Some((_, channels)) = states.split_first_mut() {
        channels.rotate_left(count);
    }
}

/// For each state after the start, in order, the part of all conversions that are lost without it.
///
/// Every state must lead to conversion or loss, by however many steps.
pub fn removal_effects(mut states: Vec<State>) -> Vec<f64> {
    match states.len() {
        0 | 1 => Vec::new(),
        2 => {
            let (Some(channel), Some(start)) = (states.pop(), states.pop()) else { return Vec::new() };
            let out = channel.converted + channel.lost;
            let through = start.to.get(1).map_or(0.0, |weight| weight * (channel.converted / out));
            let whole = start.converted + through;
            vec![if whole > 0.0 { through / whole } else { 0.0 }]
        }
        count => {
            let first = (count - 1) / 2;
            let mut left = states.clone();
            for _ in first..count - 1 {
                eliminate_last(&mut left);
            }
            rotate(&mut states, first);
            for _ in 0..first {
                eliminate_last(&mut states);
            }
            let mut effects = removal_effects(left);
            effects.extend(removal_effects(states));
            effects
        }
    }
}

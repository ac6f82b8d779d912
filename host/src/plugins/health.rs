//! How a plugin fares: counters, the last failures, the last lines of its log. It lives as long as the plugin is active.

use super::failure::{Failure, Kind};
use super::run::Usage;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// Failures, and log lines, that are kept.
const KEPT: usize = 20;

/// How one active plugin fares.
#[derive(Default)]
pub struct Health(Mutex<State>);

#[derive(Default)]
struct State {
    calls: u64,
    failures: BTreeMap<Kind, u64>,
    last: VecDeque<Seen>,
    log: VecDeque<(SystemTime, String)>,
}

/// A failure and when it was.
#[derive(Clone, Debug)]
pub struct Seen {
    /// When.
    pub at: SystemTime,
    /// What.
    pub failure: Failure,
}

/// What is known of a plugin at a moment.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Times that it was to be asked.
    pub calls: u64,
    /// Failures by kind.
    pub failures: BTreeMap<Kind, u64>,
    /// The last failures, the newest last.
    pub last: Vec<Seen>,
    /// The last lines of its log, the newest last.
    pub log: Vec<(SystemTime, String)>,
}

impl Health {
    /// Counts a call.
    pub fn record(&self, failure: Option<&Failure>, usage: &Usage) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.calls += 1;
        let now = SystemTime::now();
        if let Some(failure) = failure {
            *state.failures.entry(failure.kind).or_default() += 1;
            keep(&mut state.last, Seen { at: now, failure: failure.clone() });
        }
        for line in usage.log.lines() {
            keep(&mut state.log, (now, line.to_owned()));
        }
    }

    /// What is known now.
    pub fn report(&self) -> Report {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let State { calls, failures, last, log } = &*state;
        Report {
            calls: *calls,
            failures: failures.clone(),
            last: last.iter().cloned().collect(),
            log: log.iter().cloned().collect(),
        }
    }
}

fn keep<T>(kept: &mut VecDeque<T>, one: T) {
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back(one);
}

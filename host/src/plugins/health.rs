//! How a plugin fares: its circuit, whether it is quick, counters, the last failures, the last lines of its log. It lives as
//! long as the plugin is active.

use super::breaker::{Admission, Breaker, Circuit, Outcome};
use super::failure::{Failure, Kind};
use super::lanes::QUICK;
use super::run::{Ran, Usage};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

/// Failures, and log lines, that are kept.
const KEPT: usize = 20;
/// Quick calls in a row after which a plugin counts as quick.
const PROVEN: u32 = 4;
/// The most that are asked for, after it was slow again and again.
const PROVEN_AGAIN: u32 = 1024;

/// How one active plugin fares.
#[derive(Default)]
pub struct Health(Mutex<State>);

#[derive(Default)]
struct State {
    breaker: Breaker,
    pace: Pace,
    calls: u64,
    failures: BTreeMap<Kind, u64>,
    last: VecDeque<Seen>,
    log: VecDeque<(SystemTime, String)>,
    last_usage: Option<Usage>,
    most: Usage,
}

/// Whether it answers quickly; every lapse makes it prove so for longer.
struct Pace {
    quick_in_a_row: u32,
    wanted: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self { quick_in_a_row: 0, wanted: PROVEN }
    }
}

impl Pace {
    fn is_quick(&self) -> bool {
        self.quick_in_a_row >= self.wanted
    }

    fn record(&mut self, quick: bool) {
        if quick {
            self.quick_in_a_row = self.quick_in_a_row.saturating_add(1);
        } else {
            if self.is_quick() {
                self.wanted = (self.wanted * 2).min(PROVEN_AGAIN);
            }
            self.quick_in_a_row = 0;
        }
    }
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
#[derive(Clone, Debug)]
pub struct Report {
    /// The circuit.
    pub circuit: Circuit,
    /// It runs where quotes are made, not in the slow lane.
    pub quick: bool,
    /// Times that it was to be asked.
    pub calls: u64,
    /// Failures by kind.
    pub failures: BTreeMap<Kind, u64>,
    /// The last failures, the newest last.
    pub last: Vec<Seen>,
    /// The last lines of its log, the newest last.
    pub log: Vec<(SystemTime, String)>,
    /// What the last call used.
    pub last_usage: Option<Usage>,
    /// The most of each that any call used; its log is empty.
    pub most: Usage,
}

/// A call that may be made. Dropped without being settled it says nothing of the plugin.
pub struct Pass<'h> {
    health: &'h Health,
    admitted: Admission,
    quick: bool,
    settled: bool,
}

impl Pass<'_> {
    /// Whether it may run where the quote is made.
    pub fn quick(&self) -> bool {
        self.quick
    }

    /// Tells how the call ended.
    pub fn settle<T>(mut self, ran: &Ran<T>) {
        let outcome = match ran.result.as_ref().map_err(|failure| failure.kind) {
            Err(Kind::PanickedHost) => Outcome::Panicked,
            Err(kind) if kind.counts() => Outcome::Bad,
            Err(Kind::Busy) => Outcome::Unknown,
            Ok(_) | Err(_) => Outcome::Good,
        };
        self.settled = true;
        let mut state = self.health.state();
        state.breaker.settle(self.admitted, outcome, Instant::now());
        if outcome != Outcome::Unknown {
            state.pace.record(ran.usage.time < QUICK && outcome == Outcome::Good);
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if !self.settled {
            self.health.state().breaker.settle(self.admitted, Outcome::Unknown, Instant::now());
        }
    }
}

impl Health {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks whether the plugin may be called now.
    ///
    /// # Errors
    /// `plugin-circuit-open` or `plugin-quarantined`.
    pub fn admit(&self) -> Result<Pass<'_>, Failure> {
        let mut state = self.state();
        let quick = state.pace.is_quick();
        match state.breaker.admit(Instant::now()) {
            Admission::Open => Err(Failure::new(Kind::CircuitOpen, "it failed too often lately")),
            Admission::Quarantined => Err(Failure::new(Kind::Quarantined, "the host failed while it ran the plugin")),
            // A probe is run where it hurts nobody.
            admitted => Ok(Pass { health: self, admitted, quick: quick && admitted == Admission::Go, settled: false }),
        }
    }

    /// Counts a call.
    pub fn record(&self, failure: Option<&Failure>, usage: &Usage) {
        let mut state = self.state();
        state.calls += 1;
        if let Some(failure) = failure {
            *state.failures.entry(failure.kind).or_default() += 1;
            keep(&mut state.last, Seen { at: SystemTime::now(), failure: failure.clone() });
        }
        for line in usage.log.lines() {
            keep(&mut state.log, (SystemTime::now(), line.to_owned()));
        }
        let Usage { fuel, memory, time, input, output, log: _ } = &mut state.most;
        *fuel = usage.fuel.max(*fuel);
        *memory = usage.memory.max(*memory);
        *time = usage.time.max(*time);
        *input = usage.input.max(*input);
        *output = usage.output.max(*output);
        state.last_usage = Some(usage.clone());
    }

    /// The circuit now.
    pub fn circuit(&self) -> Circuit {
        self.state().breaker.circuit(Instant::now())
    }

    /// What is known now.
    pub fn report(&self) -> Report {
        let state = self.state();
        let State { breaker, pace, calls, failures, last, log, last_usage, most } = &*state;
        Report {
            circuit: breaker.circuit(Instant::now()),
            quick: pace.is_quick(),
            calls: *calls,
            failures: failures.clone(),
            last: last.iter().cloned().collect(),
            log: log.iter().cloned().collect(),
            last_usage: last_usage.clone(),
            most: most.clone(),
        }
    }
}

fn keep<T>(kept: &mut VecDeque<T>, one: T) {
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back(one);
}

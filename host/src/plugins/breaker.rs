//! The circuit breaker of one plugin: what keeps failing is left alone for a while, then tried with one call at a time.
//!
//! Pure: time is an argument. Envoy's outlier detection and Hystrix have the same three states.

use std::time::{Duration, Instant};

/// Failures in a row that open the circuit.
const IN_A_ROW: u32 = 3;
/// Results that are remembered.
const WINDOW: u32 = 16;
/// Failures among them that open it.
const IN_WINDOW: u32 = 8;
/// How long it stays open the first time; it doubles with each probe that fails.
const FIRST: Duration = Duration::from_secs(1);
/// The longest that it stays open.
const LONGEST: Duration = Duration::from_secs(60);
/// Probes in a row that close it.
const PROBES: u32 = 2;

/// How a call ended, for the breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Without harm.
    Good,
    /// With a failure that counts.
    Bad,
    /// It says nothing of the plugin: it was not run.
    Unknown,
    /// The host panicked.
    Panicked,
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Go,
    /// It may, as the one probe.
    Probe,
    /// It may not; the circuit is open.
    Open,
    /// It may not, ever.
    Quarantined,
}

/// The states, for reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circuit {
    /// Calls are made.
    Closed,
    /// None is.
    Open,
    /// One at a time is.
    HalfOpen,
    /// None will be until the plugin is activated anew.
    Quarantined,
}

impl Circuit {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
            Self::Quarantined => "quarantined",
        }
    }
}

/// The breaker.
#[derive(Debug)]
pub struct Breaker {
    state: State,
    /// How long it stays open next time.
    wait: Duration,
}

#[derive(Debug)]
enum State {
    /// The last results, the newest in the lowest bit, 1 for a failure.
    Closed {
        results: u32,
    },
    Open {
        until: Instant,
    },
    HalfOpen {
        probing: bool,
        good: u32,
    },
    Quarantined,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { state: State::Closed { results: 0 }, wait: FIRST }
    }
}

impl Breaker {
    /// Asks for a call. Whoever gets `Go` or `Probe` must `settle` it.
    pub fn admit(&mut self, now: Instant) -> Admission {
        if let State::Open { until } = self.state
            && now >= until
        {
            self.state = State::HalfOpen { probing: false, good: 0 };
        }
        match &mut self.state {
            State::Closed { .. } => Admission::Go,
            State::HalfOpen { probing, .. } if !*probing => {
                *probing = true;
                Admission::Probe
            }
            State::HalfOpen { .. } | State::Open { .. } => Admission::Open,
            State::Quarantined => Admission::Quarantined,
        }
    }

    /// Tells how a call ended.
    pub fn settle(&mut self, admitted: Admission, outcome: Outcome, now: Instant) {
        if outcome == Outcome::Panicked {
            self.state = State::Quarantined;
            return;
        }
        match (&mut self.state, admitted, outcome) {
            (State::Closed { results }, _, Outcome::Good | Outcome::Bad) => {
                let mask = (1 << WINDOW) - 1;
                *results = (*results << 1 | u32::from(outcome == Outcome::Bad)) & mask;
                if results.trailing_ones() >= IN_A_ROW || results.count_ones() >= IN_WINDOW {
                    self.open(now);
                }
            }
            (State::HalfOpen { probing, good }, Admission::Probe, _) => {
                *probing = false;
                match outcome {
                    Outcome::Good => *good += 1,
                    Outcome::Bad => self.open(now),
                    Outcome::Unknown | Outcome::Panicked => {}
                }
                if matches!(self.state, State::HalfOpen { good, .. } if good >= PROBES) {
                    *self = Self::default();
                }
            }
            // A call from before the circuit opened says nothing new.
            _ => {}
        }
    }

    fn open(&mut self, now: Instant) {
        self.state = State::Open { until: now + self.wait };
        self.wait = (self.wait * 2).min(LONGEST);
    }

    /// Its state.
    pub fn circuit(&self, now: Instant) -> Circuit {
        match self.state {
            State::Closed { .. } => Circuit::Closed,
            State::Open { until } if now < until => Circuit::Open,
            State::Open { .. } | State::HalfOpen { .. } => Circuit::HalfOpen,
            State::Quarantined => Circuit::Quarantined,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls at `now`; the answer is how it was admitted.
    fn call(breaker: &mut Breaker, now: Instant, outcome: Outcome) -> Admission {
        let admitted = breaker.admit(now);
        if matches!(admitted, Admission::Go | Admission::Probe) {
            breaker.settle(admitted, outcome, now);
        }
        admitted
    }

    #[test]
    fn failures_open_it_and_probes_close_it() {
        let (mut breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..IN_A_ROW {
            assert_eq!(call(&mut breaker, start, Outcome::Bad), Admission::Go);
        }
        assert_eq!(breaker.admit(start), Admission::Open);
        // One probe at a time, and one that fails doubles the wait.
        let later = start + FIRST;
        assert_eq!(breaker.admit(later), Admission::Probe);
        assert_eq!(breaker.admit(later), Admission::Open);
        breaker.settle(Admission::Probe, Outcome::Bad, later);
        assert_eq!(breaker.admit(later + FIRST), Admission::Open);
        let last = later + FIRST * 2;
        // A probe that was never run makes room for another.
        assert_eq!(call(&mut breaker, last, Outcome::Unknown), Admission::Probe);
        assert_eq!(call(&mut breaker, last, Outcome::Good), Admission::Probe);
        assert_eq!(call(&mut breaker, last, Outcome::Good), Admission::Probe);
        assert_eq!(breaker.circuit(last), Circuit::Closed);
        assert_eq!(call(&mut breaker, last, Outcome::Good), Admission::Go);
    }

    #[test]
    fn every_second_failure_opens_it_too_and_rare_ones_do_not() {
        let now = Instant::now();
        for (every, opens) in [(2, true), (4, false)] {
            let mut breaker = Breaker::default();
            for number in 1..=200 {
                let outcome = if number % every == 0 { Outcome::Bad } else { Outcome::Good };
                call(&mut breaker, now, outcome);
            }
            assert_eq!(breaker.circuit(now) == Circuit::Open, opens, "every {every}th");
        }
    }

    #[test]
    fn a_panic_of_the_host_is_for_good() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        call(&mut breaker, now, Outcome::Panicked);
        assert_eq!(breaker.admit(now + LONGEST * 100), Admission::Quarantined);
    }
}

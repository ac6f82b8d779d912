//! Where a plugin runs, so that one merchant's cannot delay another's quotes.
//!
//! A plugin that answered quickly lately runs on the thread that makes the quote, for as little processor time as a quick one
//! needs; when that is used up the call is given up and made again in the slow lane, which is lawful because a plugin is a
//! pure function. The slow lane is a few threads that yield to all others; merchants take turns in it, and have a
//! bounded number of places. See docs/adr/0005-where-plugins-run.md.

use super::active::ActivePlugin;
use super::asking::Question;
use super::bounds;
use super::check::{self, Checked};
use super::failure::{Failure, Kind};
use super::health::Pass;
use super::metrics::PluginMetrics;
use super::run::Ran;
use super::thread;
use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Processor time in which a plugin is quick.
pub const QUICK: Duration = Duration::from_millis(1);
/// How far threads of the slow lane yield, as `nice` counts.
const YIELDING: i32 = 10;

/// How many calls may be under way.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    /// Of one merchant, in both lanes.
    pub merchant: usize,
    /// Of one merchant in the slow lane; the rest of a request's bounds wait with it.
    pub merchant_slow: usize,
    /// Of all merchants in the slow lane.
    pub slow: usize,
    /// Threads of the slow lane.
    pub threads: usize,
}

impl Places {
    /// Places for a host that has `requests` in components at once: half of them stay free of slow plugins.
    pub fn of(requests: usize) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            merchant: bounds::AT_ONCE,
            merchant_slow: (requests / 4).clamp(1, bounds::AT_ONCE),
            slow: (requests / 2).max(1),
            threads,
        }
    }
}

/// Both lanes.
pub struct Lanes {
    shared: Arc<Shared>,
    metrics: Arc<PluginMetrics>,
}

struct Shared {
    places: Places,
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    /// Calls under way, and those of them in the slow lane, by merchant.
    under_way: HashMap<String, Counts>,
    slow: usize,
    /// Merchants with jobs, in the order of their turns.
    turns: VecDeque<String>,
    jobs: HashMap<String, VecDeque<Job>>,
    closed: bool,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    all: usize,
    slow: usize,
}

struct Job {
    plugin: ActivePlugin,
    question: Arc<Question>,
    answer: oneshot::Sender<Ran<Vec<Checked>>>,
}

/// Places that a call holds; they are free when it is dropped.
struct Entry<'l> {
    shared: &'l Shared,
    merchant: &'l str,
    slow: bool,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if self.slow {
            state.slow = state.slow.saturating_sub(1);
        }
        if let Some(counts) = state.under_way.get_mut(self.merchant) {
            counts.all = counts.all.saturating_sub(1);
            counts.slow = counts.slow.saturating_sub(usize::from(self.slow));
            if counts.all == 0 {
                state.under_way.remove(self.merchant);
            }
        }
    }
}

impl Lanes {
    /// Lanes with these places, whose threads run.
    ///
    /// # Errors
    /// Where there is no thread.
    pub fn start(places: Places, metrics: Arc<PluginMetrics>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { places, state: Mutex::default(), work: Condvar::new() });
        for _ in 0..places.threads {
            let shared = shared.clone();
            std::thread::Builder::new().name("plugin".into()).spawn(move || {
                thread::yield_to_others(YIELDING);
                while let Some(job) = shared.next() {
                    let Job { plugin, question, answer } = job;
                    // Whoever asked may have gone.
                    if !answer.is_closed() {
                        let _ = answer.send(run(&plugin, &question, bounds::TIME));
                    }
                }
            })?;
        }
        Ok(Self { shared, metrics })
    }

    /// Asks one plugin, and tells its health how it went.
    pub(super) async fn ask(
        &self,
        merchant: &str,
        plugin: &ActivePlugin,
        question: &Arc<Question>,
    ) -> Result<Vec<Checked>, Failure> {
        let ready = plugin.loaded.as_ref().map_err(Failure::clone);
        let ran = match ready.and_then(|_| plugin.health.admit()) {
            Err(failure) => Ran::refused(failure),
            Ok(pass) => self.admitted(merchant, plugin, question, pass).await,
        };
        let Ran { result, usage } = ran;
        plugin.health.record(result.as_ref().err(), &usage);
        self.metrics.record(&plugin.name, result.as_ref().err().map(|failure| failure.kind), &usage);
        result
    }

    async fn admitted(
        &self,
        merchant: &str,
        plugin: &ActivePlugin,
        question: &Arc<Question>,
        pass: Pass<'_>,
    ) -> Ran<Vec<Checked>> {
        let Some(mut entry) = self.shared.enter(merchant) else {
            let text = format!("{} calls of the merchant's plugins are under way", self.shared.places.merchant);
            return Ran::refused(Failure::new(Kind::Busy, text));
        };
        // The inert WASI may want to block, which a thread that serves must not.
        if pass.quick() && !plugin.loaded.as_ref().is_ok_and(|loaded| loaded.permit().wasi) {
            let ran = run(plugin, question, QUICK);
            let gave_up = ran.result.as_ref().is_err_and(|failure| failure.kind == Kind::TimedOut);
            if !gave_up {
                pass.settle(&ran);
                return ran;
            }
        }
        if !entry.slow_down() {
            return Ran::refused(Failure::new(Kind::Busy, "the places for slow plugins are taken"));
        }
        let (answer, answered) = oneshot::channel();
        self.shared.push(merchant, Job { plugin: plugin.clone(), question: question.clone(), answer });
        match tokio::time::timeout(bounds::PATIENCE, answered).await {
            Ok(Ok(ran)) => {
                pass.settle(&ran);
                ran
            }
            _ => Ran::refused(Failure::new(Kind::Busy, "the machine did not come to an end with it in time")),
        }
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.shared.state().closed = true;
        self.shared.work.notify_all();
    }
}

impl Entry<'_> {
    /// Takes a place in the slow lane too; false where none is free.
    fn slow_down(&mut self) -> bool {
        let places = self.shared.places;
        let mut state = self.shared.state();
        if state.slow >= places.slow {
            return false;
        }
        let Some(counts) = state.under_way.get_mut(self.merchant) else { return false };
        if counts.slow >= places.merchant_slow {
            return false;
        }
        counts.slow += 1;
        state.slow += 1;
        self.slow = true;
        true
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter<'l>(&'l self, merchant: &'l str) -> Option<Entry<'l>> {
        let mut state = self.state();
        match state.under_way.get_mut(merchant) {
            Some(counts) if counts.all >= self.places.merchant => return None,
            Some(counts) => counts.all += 1,
            None => drop(state.under_way.insert(merchant.to_owned(), Counts { all: 1, slow: 0 })),
        }
        Some(Entry { shared: self, merchant, slow: false })
    }

    fn push(&self, merchant: &str, job: Job) {
        let mut state = self.state();
        let jobs = state.jobs.entry(merchant.to_owned()).or_default();
        jobs.push_back(job);
        if jobs.len() == 1 {
            state.turns.push_back(merchant.to_owned());
        }
        drop(state);
        self.work.notify_one();
    }

    /// The next job: a merchant that had its turn goes to the end. `None` when the lanes are closed.
    fn next(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if let Some(merchant) = state.turns.pop_front() {
                let jobs = state.jobs.get_mut(&merchant)?;
                let job = jobs.pop_front();
                if jobs.is_empty() {
                    state.jobs.remove(&merchant);
                } else {
                    state.turns.push_back(merchant);
                }
                if job.is_some() {
                    return job;
                }
            } else {
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

/// Runs a plugin and checks what it proposes; a panic of the host is a failure like others.
fn run(plugin: &ActivePlugin, question: &Question, time: Duration) -> Ran<Vec<Checked>> {
    let Question { cart, context, earlier } = question;
    let loaded = match &plugin.loaded {
        Ok(loaded) => loaded,
        Err(failure) => return Ran::refused(failure.clone()),
    };
    let work = || {
        let Ran { result, usage } = loaded.evaluate_within(time, cart, context, &plugin.config, earlier);
        let result = result.and_then(|proposals| check::proposals(&plugin.name, cart, &proposals));
        Ran { result, usage }
    };
    std::panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Ran::refused(Failure::new(Kind::PanickedHost, "the host failed while it ran the plugin")))
}

#[cfg(test)]
mod tests;

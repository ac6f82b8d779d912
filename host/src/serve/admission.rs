//! Who may enter: a number of requests at once, a short queue before them, and no more.
//!
//! A request that cannot be served soon is told so at once: waiting longer than a client does helps nobody.

use crate::metrics::{Gauge, Held, Metrics};
use crate::options::Options;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The door before the pools.
pub struct Admission {
    ordinary: Arc<Semaphore>,
    large: Arc<Semaphore>,
    queue: usize,
    timeout: Duration,
    budget: usize,
    held: Arc<AtomicUsize>,
    metrics: Arc<Metrics>,
}

/// The right to be in a component; it ends when dropped.
pub struct Entry {
    _permit: OwnedSemaphorePermit,
    _held: Held,
}

/// Bytes of a body that may be held; given back when dropped.
pub struct Charge {
    held: Arc<AtomicUsize>,
    metrics: Arc<Metrics>,
    bytes: usize,
}

impl Admission {
    /// A door as wide as the options say.
    pub fn new(options: &Options, metrics: Arc<Metrics>) -> Self {
        Self {
            ordinary: Arc::new(Semaphore::new(options.concurrency)),
            large: Arc::new(Semaphore::new(options.large_concurrency)),
            queue: options.queue,
            timeout: options.queue_timeout,
            budget: options.body_budget,
            held: Arc::default(),
            metrics,
        }
    }

    /// Waits for a turn; `None` when the queue is full or the wait too long.
    pub async fn enter(&self, large: bool) -> Option<Entry> {
        let door = if large { &self.large } else { &self.ordinary };
        let permit = match door.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => self.wait(door).await?,
        };
        Some(Entry { _permit: permit, _held: Gauge::hold(&self.metrics, |metrics| &metrics.in_flight) })
    }

    async fn wait(&self, door: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
        let waiting = Gauge::hold(&self.metrics, |metrics| &metrics.queued);
        // The one just counted is in it.
        if usize::try_from(self.metrics.queued.now()).unwrap_or(0) > self.queue {
            return None;
        }
        let permit = tokio::time::timeout(self.timeout, door.clone().acquire_owned()).await.ok()?.ok();
        drop(waiting);
        permit
    }

    /// Reserves room for a body of `bytes`; `None` when there is none.
    pub fn charge(&self, bytes: usize) -> Option<Charge> {
        let charge = Charge { held: self.held.clone(), metrics: self.metrics.clone(), bytes };
        let before = self.held.fetch_add(bytes, Ordering::Relaxed);
        self.metrics.body_bytes.add(i64::try_from(bytes).unwrap_or(i64::MAX));
        (before.saturating_add(bytes) <= self.budget).then_some(charge)
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.held.fetch_sub(self.bytes, Ordering::Relaxed);
        self.metrics.body_bytes.add(-i64::try_from(self.bytes).unwrap_or(i64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_held_up_to_the_budget() {
        let options = Options { body_budget: 100, ..Options::default() };
        let admission = Admission::new(&options, Arc::default());
        let first = admission.charge(60);
        assert!(first.is_some() && admission.charge(41).is_none() && admission.charge(40).is_some());
        drop(first);
        assert!(admission.charge(100).is_some());
    }
}

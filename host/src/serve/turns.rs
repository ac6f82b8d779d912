//! Turns: requests that change the same thing are carried out one after the other.
//!
//! Spin's key-value store has no compare-and-swap: of two requests that read, change and write the same value at once,
//! one change is lost. One process alone opens a store of this host, so a turn in memory is enough: no two requests that
//! change the same path (`PUT`, `PATCH`, `DELETE`) are ever in components at the same time. Nothing else waits.

use hyper::Method;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

type Lock = Arc<tokio::sync::Mutex<()>>;

/// Who changes what.
#[derive(Default)]
pub struct Turns(Mutex<HashMap<String, Lock>>);

/// The right to change a path; it ends when dropped.
pub struct Turn<'t> {
    turns: &'t Turns,
    path: &'t str,
    lock: Option<Lock>,
    guard: Option<OwnedMutexGuard<()>>,
}

/// Whether such a request changes what its path names.
pub fn changes(method: &Method) -> bool {
    matches!(*method, Method::PUT | Method::PATCH | Method::DELETE)
}

impl Turns {
    /// Waits for a turn, first come, first served; `None` when the wait is too long.
    pub async fn take<'t>(&'t self, path: &'t str, patience: Duration) -> Option<Turn<'t>> {
        let lock = self.locks().entry(path.to_owned()).or_default().clone();
        // Made before the wait, so that one that is given up is cleared away too.
        let mut turn = Turn { turns: self, path, lock: Some(lock.clone()), guard: None };
        turn.guard = Some(tokio::time::timeout(patience, lock.lock_owned()).await.ok()?);
        Some(turn)
    }

    fn locks(&self) -> std::sync::MutexGuard<'_, HashMap<String, Lock>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        drop(self.guard.take());
        let mut locks = self.turns.locks();
        drop(self.lock.take());
        // Locks are only shared while the map is held: a count of one is the map's own.
        if locks.get(self.path).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            locks.remove(self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const PATIENCE: Duration = Duration::from_secs(20);

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_path_has_one_turn_and_leaves_nothing_behind() {
        let turns = Arc::new(Turns::default());
        let count = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                let (turns, count) = (turns.clone(), count.clone());
                tokio::spawn(async move {
                    let turn = turns.take("/stock", PATIENCE).await;
                    // Read, wait, write: what turns are for.
                    let read = count.load(Ordering::Relaxed);
                    tokio::task::yield_now().await;
                    count.store(read + 1, Ordering::Relaxed);
                    drop(turn);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!((count.load(Ordering::Relaxed), turns.locks().len()), (100, 0));
    }

    #[tokio::test]
    async fn a_wait_ends_and_another_path_does_not_wait() {
        let turns = Turns::default();
        let first = turns.take("/a", PATIENCE).await;
        assert!(turns.take("/a", Duration::from_millis(1)).await.is_none());
        assert!(turns.take("/b", Duration::from_millis(1)).await.is_some());
        drop(first);
        assert!(turns.take("/a", Duration::from_millis(1)).await.is_some());
        assert!(turns.locks().is_empty());
    }
}

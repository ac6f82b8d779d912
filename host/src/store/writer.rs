//! Writing: one thread that commits what has come together since its last commit, and answers when it is on the disk.
//!
//! A write of its own fsync would make parallel writers wait for each other; together they pay for one.

use super::{StoreError, TABLE};
use redb::Database;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// Writes that wait; one more waits to be queued.
const QUEUE: usize = 256;
/// Writes in one commit.
const BATCH: usize = 128;

struct Write {
    key: String,
    value: Option<Vec<u8>>,
    done: oneshot::Sender<Result<(), StoreError>>,
}

/// The writing end of a store; dropping it waits for what was queued.
pub struct Writer {
    queue: Option<mpsc::Sender<Write>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(database: Arc<Database>) -> Result<Self, StoreError> {
        let (queue, mut writes) = mpsc::channel::<Write>(QUEUE);
        let work = move || {
            while let Some(first) = writes.blocking_recv() {
                let mut batch = vec![first];
                while batch.len() < BATCH {
                    let Ok(next) = writes.try_recv() else { break };
                    batch.push(next);
                }
                let result = commit(&database, &batch);
                for Write { key: _, value: _, done } in batch {
                    // Whoever asked may be gone.
                    let _ = done.send(result.clone());
                }
            }
        };
        let thread = std::thread::Builder::new().name("store".into()).spawn(work);
        let thread = thread.map_err(|error| StoreError::Failed(error.to_string()))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    pub(super) async fn write(&self, key: String, value: Option<Vec<u8>>) -> Result<(), StoreError> {
        let (done, answer) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(Write { key, value, done }).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

fn commit(database: &Database, batch: &[Write]) -> Result<(), StoreError> {
    let transaction = database.begin_write().map_err(StoreError::failed)?;
    {
        let mut table = transaction.open_table(TABLE).map_err(StoreError::failed)?;
        for Write { key, value, done: _ } in batch {
            match value {
                Some(value) => drop(table.insert(key.as_str(), value.as_slice()).map_err(StoreError::failed)?),
                None => drop(table.remove(key.as_str()).map_err(StoreError::failed)?),
            }
        }
    }
    transaction.commit().map_err(StoreError::failed)
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has already been told of by the panic hook.
            let _ = thread.join();
        }
    }
}

//! A key-value store on disk: what `fermyon:spin/key-value` stands on.
//!
//! A write is answered only when it is on the disk. Writers that come together share one commit; readers take a
//! snapshot and never wait for a writer. It knows nothing of components or labels.

mod snapshot;
#[cfg(test)]
mod tests;
mod writer;

pub use snapshot::Snapshot;

use redb::backends::InMemoryBackend;
use redb::{Builder, Database, ReadableDatabase, TableDefinition};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Bytes of a key.
pub const KEY_BYTES: usize = 255;
/// Bytes of a value.
pub const VALUE_BYTES: usize = 1 << 20;
/// Bytes of pages kept in memory.
const CACHE_BYTES: usize = 32 << 20;

const TABLE: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("default");

/// Why an operation was refused or failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The key is empty or too long.
    Key,
    /// The value is too large.
    Value,
    /// There are more keys than one answer may list.
    Keys,
    /// The store is closing.
    Closed,
    /// The disk or the file failed; the text is for the log.
    Failed(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => write!(out, "a key has 1 to {KEY_BYTES} bytes"),
            Self::Value => write!(out, "a value has at most {VALUE_BYTES} bytes"),
            Self::Keys => write!(out, "the store has too many keys to list"),
            Self::Closed => write!(out, "the store is closing"),
            Self::Failed(_) => write!(out, "the store failed"),
        }
    }
}

impl std::error::Error for StoreError {}

impl StoreError {
    fn failed(error: impl Into<redb::Error>) -> Self {
        Self::Failed(error.into().to_string())
    }
}

/// An open store.
pub struct Store {
    database: Arc<Database>,
    writer: writer::Writer,
}

impl Store {
    /// Opens the store at `file`, making it when it is not there.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        let exists = file.exists();
        let database = Builder::new().set_cache_size(CACHE_BYTES).create(file).map_err(StoreError::failed)?;
        if !exists {
            private(file).map_err(|error| StoreError::Failed(error.to_string()))?;
        }
        Self::start(database)
    }

    /// A store that is gone when it is dropped.
    pub fn in_memory() -> Result<Self, StoreError> {
        let database = Builder::new().set_cache_size(CACHE_BYTES).create_with_backend(InMemoryBackend::new());
        Self::start(database.map_err(StoreError::failed)?)
    }

    fn start(database: Database) -> Result<Self, StoreError> {
        // Readers need the table to be there.
        let transaction = database.begin_write().map_err(StoreError::failed)?;
        transaction.open_table(TABLE).map_err(StoreError::failed)?;
        transaction.commit().map_err(StoreError::failed)?;
        let database = Arc::new(database);
        let writer = writer::Writer::start(database.clone())?;
        Ok(Self { database, writer })
    }

    /// The store as it is now.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let transaction = self.database.begin_read().map_err(StoreError::failed)?;
        Ok(Snapshot::new(transaction.open_table(TABLE).map_err(StoreError::failed)?, self.database.clone()))
    }

    /// Sets the value of `key`, or removes it when `value` is `None`. Once this is done it survives a crash.
    pub async fn write(&self, key: String, value: Option<Vec<u8>>) -> Result<(), StoreError> {
        check_key(&key)?;
        if value.as_ref().is_some_and(|value| value.len() > VALUE_BYTES) {
            return Err(StoreError::Value);
        }
        self.writer.write(key, value).await
    }
}

fn check_key(key: &str) -> Result<(), StoreError> {
    if key.is_empty() || key.len() > KEY_BYTES { Err(StoreError::Key) } else { Ok(()) }
}

#[cfg(unix)]
fn private(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

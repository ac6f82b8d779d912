//! Reading: a view of the store at one moment.

use super::{StoreError, check_key};
use redb::{Database, ReadOnlyTable, ReadableTable};
use std::sync::Arc;

/// Keys in one listing.
const KEYS: usize = 100_000;

/// The store as it was when the snapshot was taken. It holds disk pages back from reuse: keep it no longer than a
/// request.
pub struct Snapshot {
    // Before the database, so that it ends first.
    table: ReadOnlyTable<&'static str, &'static [u8]>,
    _database: Arc<Database>,
}

impl Snapshot {
    pub(super) fn new(table: ReadOnlyTable<&'static str, &'static [u8]>, database: Arc<Database>) -> Self {
        Self { table, _database: database }
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        check_key(key)?;
        let found = ReadableTable::get(&self.table, key).map_err(StoreError::failed)?;
        Ok(found.map(|value| value.value().to_vec()))
    }

    /// Whether `key` has a value.
    pub fn exists(&self, key: &str) -> Result<bool, StoreError> {
        check_key(key)?;
        Ok(ReadableTable::get(&self.table, key).map_err(StoreError::failed)?.is_some())
    }

    /// Every key, in order.
    pub fn keys(&self) -> Result<Vec<String>, StoreError> {
        let mut keys = Vec::new();
        for entry in self.table.iter().map_err(StoreError::failed)? {
            if keys.len() == KEYS {
                return Err(StoreError::Keys);
            }
            keys.push(entry.map_err(StoreError::failed)?.0.value().to_owned());
        }
        Ok(keys)
    }
}

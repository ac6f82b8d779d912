//! `fermyon:spin/key-value@2.0.0`: the stores that the manifest gives to the component.
//!
//! A request reads one snapshot, taken at its first read, so that it never sees half of what another one writes; its
//! own writes renew the snapshot. How values are kept is in `crate::store`.

use super::bindings::fermyon::spin::key_value::{Error, Host, HostStore};
use crate::guest::Guest;
use crate::metrics::KeyValueOperation;
use crate::store::{Snapshot, Store, StoreError};
use std::sync::Arc;
use wasmtime::Result;
use wasmtime::component::Resource;

/// Stores that one instance may hold open at once.
const OPEN_STORES: usize = 64;

/// An open store, behind the component's handle.
pub struct Opened(Arc<Store>);

/// What one request has of the stores: at most one snapshot, of the store last read.
#[derive(Default)]
pub struct Session {
    snapshot: Option<(usize, Snapshot)>,
}

impl Session {
    fn snapshot(&mut self, store: &Arc<Store>) -> Result<&Snapshot, StoreError> {
        let identity = Arc::as_ptr(store) as usize;
        if self.snapshot.as_ref().is_none_or(|(of, _)| *of != identity) {
            self.snapshot = Some((identity, store.snapshot()?));
        }
        let (_, snapshot) = self.snapshot.as_ref().ok_or(StoreError::Closed)?;
        Ok(snapshot)
    }
}

impl Guest {
    fn read<T>(
        &mut self,
        store: &Resource<Opened>,
        operation: KeyValueOperation,
        read: impl FnOnce(&Snapshot) -> Result<T, StoreError>,
    ) -> Result<Result<T, Error>> {
        self.shared.metrics.key_value(operation);
        let store = self.table.get(store)?.0.clone();
        Ok(self.session.snapshot(&store).and_then(read).map_err(|error| self.report(error)))
    }

    async fn write(
        &mut self,
        store: Resource<Opened>,
        operation: KeyValueOperation,
        key: String,
        value: Option<Vec<u8>>,
    ) -> Result<Result<(), Error>> {
        self.shared.metrics.key_value(operation);
        let store = self.table.get(&store)?.0.clone();
        self.session = Session::default();
        Ok(store.write(key, value).await.map_err(|error| self.report(error)))
    }

    /// What the component is told; what only the operator needs goes to the log.
    fn report(&self, error: StoreError) -> Error {
        if let StoreError::Failed(text) = &error {
            self.shared.log.warn(&format!("key-value store: {text}"));
        }
        Error::Other(error.to_string())
    }
}

impl Host for Guest {}

impl HostStore for Guest {
    fn open(&mut self, label: String) -> Result<Result<Resource<Opened>, Error>> {
        let Some(store) = self.shared.stores.get(&label) else { return Ok(Err(Error::AccessDenied)) };
        if self.open_stores >= OPEN_STORES {
            return Ok(Err(Error::StoreTableFull));
        }
        let opened = self.table.push(Opened(store.clone()))?;
        self.open_stores += 1;
        Ok(Ok(opened))
    }

    fn get(&mut self, store: Resource<Opened>, key: String) -> Result<Result<Option<Vec<u8>>, Error>> {
        self.read(&store, KeyValueOperation::Get, |snapshot| snapshot.get(&key))
    }

    async fn set(&mut self, store: Resource<Opened>, key: String, value: Vec<u8>) -> Result<Result<(), Error>> {
        self.write(store, KeyValueOperation::Set, key, Some(value)).await
    }

    async fn delete(&mut self, store: Resource<Opened>, key: String) -> Result<Result<(), Error>> {
        self.write(store, KeyValueOperation::Delete, key, None).await
    }

    fn exists(&mut self, store: Resource<Opened>, key: String) -> Result<Result<bool, Error>> {
        self.read(&store, KeyValueOperation::Exists, |snapshot| snapshot.exists(&key))
    }

    fn get_keys(&mut self, store: Resource<Opened>) -> Result<Result<Vec<String>, Error>> {
        self.read(&store, KeyValueOperation::GetKeys, Snapshot::keys)
    }

    fn drop(&mut self, store: Resource<Opened>) -> Result<()> {
        self.table.delete(store)?;
        self.open_stores = self.open_stores.saturating_sub(1);
        Ok(())
    }
}

//! What the storefront needs of the world around it: a store, settings, the time. Spin or the Pushcart host offers them in
//! Wasm ([`crate::component`]), memory offers them in tests.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// A key-value store, as Spin's: a set replaces the whole value at once.
pub trait Store {
    /// The value, if there is one.
    ///
    /// # Errors
    /// What the store says, for the log.
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String>;
    /// Writes a value.
    ///
    /// # Errors
    /// What the store says, for the log.
    fn set(&self, key: &str, value: &[u8]) -> Result<(), String>;
    /// Removes a value; it is no error when there is none.
    ///
    /// # Errors
    /// What the store says, for the log.
    fn delete(&self, key: &str) -> Result<(), String>;
}

/// What the world offers to one request.
pub struct World<'w> {
    /// The store.
    pub store: &'w dyn Store,
    /// A setting by name: a Spin variable. `None` or empty where it is not set.
    pub setting: &'w dyn Fn(&str) -> Option<String>,
    /// Now, in seconds since 1970-01-01T00:00:00Z.
    pub now: i64,
}

/// A store in memory, for tests and benches.
#[derive(Default)]
pub struct Memory(RefCell<BTreeMap<String, Vec<u8>>>);

impl Memory {
    /// Every key, in order.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.0.borrow().keys().cloned().collect()
    }
}

impl Store for Memory {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.0.borrow().get(key).cloned())
    }
    fn set(&self, key: &str, value: &[u8]) -> Result<(), String> {
        self.0.borrow_mut().insert(key.to_owned(), value.to_owned());
        Ok(())
    }
    fn delete(&self, key: &str) -> Result<(), String> {
        self.0.borrow_mut().remove(key);
        Ok(())
    }
}

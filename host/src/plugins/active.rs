//! What is switched on: a map from merchants to their active plugins, swapped whole for a merchant.
//!
//! A quote takes one `Arc` and keeps it to its end, so that an activation beside it changes nothing for it.

use super::failure::{Failure, Kind};
use super::health::Health;
use super::loaded::Loaded;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// What a failure of the plugin means for the quote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// The quote goes on without it, and says so.
    #[default]
    Open,
    /// The quote fails.
    Closed,
}

/// A plugin that is switched on.
#[derive(Clone)]
pub struct ActivePlugin {
    /// Its name; unique for the merchant.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `sha256:` and the digest of its component.
    pub digest: String,
    /// The configuration, a JSON document.
    pub config: String,
    /// What its failure means.
    pub policy: Policy,
    /// Names of attributes that the context must declare, or it is not asked.
    pub needs: Vec<String>,
    /// The plugin, or why it cannot be run: then every call of it fails with that, by its policy.
    pub loaded: Result<Arc<Loaded>, Failure>,
    /// How it fares; a new activation begins anew.
    pub health: Arc<Health>,
}

impl ActivePlugin {
    /// What stands for a merchant's plugins when their manifest cannot be read: nobody knows which were on, so that quotes go on
    /// and say that something is missing.
    pub fn unreadable() -> Self {
        let failure = Failure::new(Kind::Damaged, "the manifest of the merchant's plugins cannot be read");
        Self {
            name: "plugins".to_owned(),
            version: String::new(),
            digest: String::new(),
            config: String::new(),
            policy: Policy::Open,
            needs: Vec::new(),
            loaded: Err(failure),
            health: Arc::default(),
        }
    }
}

/// Everything of a merchant that is switched on.
#[derive(Clone, Default)]
pub struct Active {
    /// The plugins, in the order in which they are asked.
    pub plugins: Vec<ActivePlugin>,
}

/// What of all merchants is switched on.
#[derive(Default)]
pub struct Actives(RwLock<HashMap<String, Arc<Active>>>);

impl Actives {
    /// What of `merchant` is switched on; `None` where nothing is.
    pub fn get(&self, merchant: &str) -> Option<Arc<Active>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(merchant).cloned()
    }

    /// Replaces what of `merchant` is switched on and gives what was. Quotes under way keep what they had.
    pub fn set(&self, merchant: &str, active: Option<Arc<Active>>) -> Option<Arc<Active>> {
        let active = active.filter(|active| !active.plugins.is_empty());
        // The lock is held for a pointer only: whoever called drops what was there, which may free code.
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match active {
            Some(active) => map.insert(merchant.to_owned(), active),
            None => map.remove(merchant),
        }
    }

    /// Every merchant's, for reports.
    pub fn all(&self) -> Vec<(String, Arc<Active>)> {
        let map = self.0.read().unwrap_or_else(PoisonError::into_inner);
        map.iter().map(|(merchant, active)| (merchant.clone(), active.clone())).collect()
    }
}

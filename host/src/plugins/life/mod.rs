//! The life of plugins: what merchants keep here, and what of it is switched on.
//!
//! A change is made to a copy of the merchant's manifest, which is written and synced before anything else sees it; then the
//! pointer that quotes read is swapped. So whoever is told that a change was made finds it again after any end, and a quote
//! sees the state before or after, never between. What must never be in here: HTTP.

mod conditions;
mod keys;
mod switch;
mod versions;
pub mod view;

pub use conditions::Conditions;
pub use switch::Wish;
pub use versions::Upload;

use super::active::{Active, ActivePlugin, Actives, Policy};
use super::book::{Activation, Book, OnFailure, Version, is_merchant};
use super::bounds::Tier;
use super::engine::PluginEngine;
use super::failure::{Failure, Kind};
use super::health::Health;
use super::loaded::{Loaded, Permit};
use super::quota::Uploads;
use super::refusal::{Code, Refusal};
use super::settings::Settings;
use super::shelf::Shelf;
use super::tokens::Tokens;
use super::upload::compile::Compiler;
use crate::compiled::CodeCache;
use crate::log::Log;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Everything that is kept of merchants' plugins, and the means to change it.
pub struct Life {
    /// What quotes ask.
    pub actives: Arc<Actives>,
    /// Who may change what.
    pub tokens: Tokens,
    /// What the operator chose.
    pub settings: Settings,
    /// Uploads of the last hour.
    pub uploads: Uploads,
    engine: Arc<PluginEngine>,
    compiler: Compiler,
    /// One component is compiled at a time, or as many as the operator allows.
    places: Places,
    cache: CodeCache,
    shelf: Shelf,
    merchants: Mutex<BTreeMap<String, Arc<Mutex<Book>>>>,
    /// Merchants whose manifest could not be read, and why.
    damaged: BTreeMap<String, String>,
    log: Log,
}

/// What an answer to a merchant says.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body; `null` for none.
    pub body: Value,
    /// The entity tag.
    pub etag: Option<String>,
}

/// A number of places that threads wait for.
struct Places {
    free: Mutex<usize>,
    freed: std::sync::Condvar,
}

/// A place, free again when dropped.
struct Place<'p>(&'p Places);

impl Places {
    fn new(places: usize) -> Self {
        Self { free: Mutex::new(places.max(1)), freed: std::sync::Condvar::new() }
    }

    fn take(&self) -> Place<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Place(self)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Life {
    /// Opens what is kept in `folder`, or in memory where there is none, and switches on what was switched on.
    ///
    /// # Errors
    /// Where the folder cannot be used. What is wrong with one merchant's plugins is logged, and that merchant's matter alone.
    pub fn open(
        folder: Option<&Path>,
        settings: Settings,
        tokens: Tokens,
        (engine, actives): (Arc<PluginEngine>, Arc<Actives>),
        log: Log,
    ) -> Result<Self> {
        let at = || {
            format!("merchants' plugins in {}", folder.map_or("memory".into(), |folder| folder.display().to_string()))
        };
        let shelf = Shelf::open(folder.map(|folder| folder.join("plugins"))).with_context(at)?;
        let cache = CodeCache::new(folder.map(|folder| folder.join("plugin-code"))).with_context(at)?;
        let compiler = Compiler::new(&settings).context("the program that compiles plugins")?;
        let mut life = Self {
            actives,
            tokens,
            uploads: Uploads::default(),
            places: Places::new(settings.compilers),
            settings,
            engine,
            compiler,
            cache,
            shelf,
            merchants: Mutex::default(),
            damaged: BTreeMap::new(),
            log,
        };
        for merchant in life.shelf.merchants().with_context(at)? {
            if !is_merchant(&merchant) {
                continue;
            }
            let bytes = life.shelf.book(&merchant).with_context(at)?;
            match bytes.as_deref().map_or_else(|| Ok(Book::default()), Book::read) {
                Ok(book) => life.restore(&merchant, book).with_context(at)?,
                Err(error) => {
                    life.log.warn(&format!("plugins of {merchant}: the manifest cannot be read: {error}"));
                    let plugins = vec![ActivePlugin::unreadable()];
                    life.actives.set(&merchant, Some(Arc::new(Active { plugins })));
                    life.damaged.insert(merchant, error);
                }
            }
        }
        Ok(life)
    }

    /// Switches on what a manifest says, and removes what it does not name. What cannot be loaded is on all the same: its calls
    /// fail, as its policy says, until another version is.
    fn restore(&self, merchant: &str, book: Book) -> std::io::Result<()> {
        self.shelf.sweep(merchant, &book.digests())?;
        let mut active = Active::default();
        for (name, plugin) in &book.plugins {
            let Some((activation, version)) =
                plugin.active.as_ref().and_then(|active| Some((active, plugin.versions.get(&active.version)?)))
            else {
                continue;
            };
            let loaded = self.load(merchant, version).map_err(|refusal| {
                let why = refusal.log.as_deref().unwrap_or(&refusal.detail);
                self.log.warn(&format!("plugin {name} of {merchant} cannot be run: {}: {why}", refusal.said()));
                Failure::new(Kind::Damaged, format!("{}: {}", refusal.said(), refusal.detail))
            });
            active.plugins.push(activated(name, activation, version, loaded));
        }
        self.actives.set(merchant, Some(Arc::new(active)));
        lock(&self.merchants).insert(merchant.to_owned(), Arc::new(Mutex::new(book)));
        Ok(())
    }

    /// The merchant's manifest; whoever holds its lock is the only one to change it.
    fn book(&self, merchant: &str) -> Result<Arc<Mutex<Book>>, Refusal> {
        if let Some(why) = self.damaged.get(merchant) {
            let detail = "The manifest of this merchant's plugins cannot be read; the operator's log says why.";
            return Err(Refusal { log: Some(why.clone()), ..Refusal::new(Code::Damaged, detail) });
        }
        Ok(lock(&self.merchants).entry(merchant.to_owned()).or_default().clone())
    }

    /// What a change makes of a manifest: work on a copy, write it, and only then show it.
    ///
    /// # Errors
    /// As `work` or the conditions say; then nothing has changed.
    fn change(
        &self,
        merchant: &str,
        plugin: Option<&str>,
        conditions: &Conditions<'_>,
        work: impl FnOnce(&mut Book) -> Result<(Answer, Swap), Refusal>,
    ) -> Result<Answer, Refusal> {
        let book = self.book(merchant)?;
        let mut book = lock(&book);
        if let Some(answer) = conditions.answered(&book)? {
            return Ok(answer);
        }
        conditions.check(plugin.and_then(|name| book.plugins.get(name)))?;
        let mut draft = book.clone();
        draft.revision += 1;
        let (answer, swap) = work(&mut draft)?;
        conditions.remember(&mut draft, &answer, now());
        let bytes = draft.write().map_err(|error| Refusal::internal(format!("the manifest of {merchant}: {error}")))?;
        self.shelf.write_book(merchant, &bytes).map_err(|error| Refusal::store(&error))?;
        *book = draft;
        self.swap(merchant, swap);
        Ok(answer)
    }

    fn swap(&self, merchant: &str, swap: Swap) {
        let (name, fresh) = match swap {
            Swap::Nothing => return,
            Swap::On(plugin) => (plugin.name.clone(), Some(*plugin)),
            Swap::Off(name) => (name, None),
        };
        let before = self.actives.get(merchant).map(|active| Active::clone(&active)).unwrap_or_default();
        let others = before.plugins.into_iter().filter(|plugin| plugin.name != name);
        let mut plugins: Vec<ActivePlugin> = others.chain(fresh).collect();
        plugins.sort_by(|left, right| left.name.cmp(&right.name));
        // What was there is dropped here, outside of the lock of those who read.
        drop(self.actives.set(merchant, Some(Arc::new(Active { plugins }))));
    }

    /// A version made ready to run.
    ///
    /// # Errors
    /// Where its bytes are gone or damaged, or no longer compile.
    fn load(&self, merchant: &str, version: &Version) -> Result<Arc<Loaded>, Refusal> {
        let bytes = self.shelf.get(merchant, &version.digest).map_err(|error| Refusal::store(&error))?;
        let bytes = bytes.ok_or_else(|| {
            let detail =
                "The stored component is gone or is not what was stored: upload it again under another version.";
            Refusal::new(Code::Damaged, detail)
        })?;
        let tier = Tier::named(&version.tier).unwrap_or_default();
        self.loaded(&bytes, Permit { tier, wasi: version.wasi })
    }

    fn loaded(&self, bytes: &[u8], permit: Permit) -> Result<Arc<Loaded>, Refusal> {
        let compile = |wasm: &[u8]| {
            let _place = self.places.take();
            self.compiler.compile(wasm, permit.tier)
        };
        let (component, _) = self.cache.load_by(self.engine.engine(), bytes, compile)?;
        let loaded = Loaded::new(&self.engine, &component, permit)
            .map_err(|error| Refusal::new(Code::DoesNotFit, format!("{error:#}")))?;
        Ok(Arc::new(loaded))
    }
}

/// What a change does to what quotes ask.
enum Swap {
    Nothing,
    On(Box<ActivePlugin>),
    Off(String),
}

fn activated(
    name: &str,
    activation: &Activation,
    version: &Version,
    loaded: Result<Arc<Loaded>, Failure>,
) -> ActivePlugin {
    let Activation { version: number, config, on_failure, at: _ } = activation;
    ActivePlugin {
        name: name.to_owned(),
        version: number.clone(),
        digest: version.digest.clone(),
        config: config.to_string(),
        policy: match on_failure {
            OnFailure::Open => Policy::Open,
            OnFailure::Closed => Policy::Closed,
        },
        needs: version.needs.clone(),
        loaded,
        health: Arc::new(Health::default()),
    }
}

impl From<wasmtime::Error> for Refusal {
    /// Code that the compiler made and the engine does not take.
    fn from(error: wasmtime::Error) -> Self {
        let detail = "The host cannot give it a place: it has more instances, memories or tables than the pool has.";
        Self { log: Some(format!("{error:#}")), ..Self::new(Code::DoesNotFit, detail) }
    }
}

/// What is said of a plugin that is not there.
fn unknown(name: &str) -> Refusal {
    Refusal::new(
        Code::UnknownPlugin,
        format!("There is no plugin `{name}`: upload one with PUT …/plugins/{name}/versions/{{version}}."),
    )
}

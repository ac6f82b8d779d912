//! A whole application, ready to serve: read, checked, composed, compiled, and its stores open.
//!
//! Everything that can be refused is refused here, before a socket is opened.

use crate::compiled::{CodeCache, Origin};
use crate::compose::Composition;
use crate::guest::Shared;
use crate::log::Log;
use crate::manifest::{self, Limits, Manifest};
use crate::metrics::Metrics;
use crate::options::Options;
use crate::plugins::Plugins;
use crate::plugins::life::Life;
use crate::plugins::tokens::{self, Tokens};
use crate::pool::{Policy, Pool};
use crate::router::Router;
use crate::serve::headers::RouteHeaders;
use crate::store::Store;
use crate::{engine, imports, memory, runtime_config, variables};
use anyhow::{Context, Result, anyhow};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use wasmtime::Engine;
use wasmtime::component::Linker;

/// What one route leads to.
pub struct Target {
    /// The instances that answer it.
    pub pool: Arc<Pool>,
    /// Requests with bounds of their own.
    pub limits: Arc<[Limits]>,
    /// Headers that are the same for every request of the route.
    pub headers: RouteHeaders,
}

/// An application.
pub struct App {
    /// What leads where.
    pub router: Router<Target>,
    /// Each component's instances.
    pub pools: Vec<Arc<Pool>>,
    /// The log.
    pub log: Log,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// Merchants' plugins.
    pub plugins: Arc<Plugins>,
    /// How it is to run.
    pub options: Options,
    /// Merchants' plugins, where the app says who may publish.
    pub life: Option<Arc<Life>>,
    _clock: engine::Ticker,
}

/// What belongs to the host rather than to one component.
struct Ground<'g> {
    engine: &'g Engine,
    linker: &'g Linker<crate::guest::Guest>,
    cache: &'g CodeCache,
    values: &'g BTreeMap<String, String>,
    store: Option<&'g Arc<Store>>,
    log: &'g Log,
    metrics: &'g Arc<Metrics>,
    plugins: &'g Arc<Plugins>,
    policy: Policy,
}

impl App {
    /// Makes the application of `options.from` ready. It may compile, which takes seconds: not for an async task.
    pub fn build(options: Options) -> Result<Self> {
        let log = Log::start(options.log, options.quiet)?;
        let file = manifest::locate(&options.from);
        let manifest = manifest::read(&file)?;
        let environment = |name: &str| if options.environment { std::env::var(name).ok() } else { None };
        let values = variables::resolve(&manifest, &options.variables, environment).map_err(all)?;
        let state = State::find(&options, &manifest)?;
        let largest = manifest.components.values().flat_map(|component| &component.limits);
        let largest =
            largest.filter_map(|limits| limits.memory).chain([options.memory]).max().unwrap_or(options.memory);
        let engine =
            engine::build(&options, largest).map_err(anyhow::Error::from).context("the engine cannot be made")?;
        let linker = imports::link(&engine).map_err(anyhow::Error::from)?;
        let cache = CodeCache::new(state.code()).context("the folder for compiled code cannot be made")?;
        let metrics = Arc::new(Metrics::default());
        let plugins = Arc::new(Plugins::start(options.concurrency).context("plugins cannot be run")?);
        let served: BTreeSet<&str> = manifest.triggers.iter().map(|trigger| trigger.component.as_str()).collect();
        let policy = Policy {
            reuse: options.reuse,
            memory: options.memory,
            keep_memory: options.keep_memory,
            idle: (options.concurrency / served.len().max(1)).max(1),
        };
        let store = state.store(&manifest)?;
        let ground = Ground {
            engine: &engine,
            linker: &linker,
            cache: &cache,
            values: &values,
            store: store.as_ref(),
            log: &log,
            metrics: &metrics,
            plugins: &plugins,
            policy,
        };
        let pools = ground.pools(&manifest, &served)?;
        memory::give_back();
        let router = router(&manifest, &pools);
        let clock = engine::Ticker::start(&engine)?;
        let life = life((&manifest, &values), &options, &state, &plugins, &log)?;
        let pools = pools.into_values().collect();
        Ok(Self { router, pools, log, metrics, plugins, options, life, _clock: clock })
    }
}

impl Ground<'_> {
    fn pools(&self, manifest: &Manifest, served: &BTreeSet<&str>) -> Result<BTreeMap<String, Arc<Pool>>> {
        let mut pools = BTreeMap::new();
        let mut faults = Vec::new();
        for (id, component) in manifest.components.iter().filter(|(id, _)| served.contains(id.as_str())) {
            match Composition::new(manifest, id, component).compose(imports::provides) {
                Ok(composed) => drop(pools.insert(id.clone(), Arc::new(self.pool(id, component, &composed.wasm)?))),
                Err(wrong) => faults.extend(wrong),
            }
        }
        if faults.is_empty() { Ok(pools) } else { Err(all(faults)) }
    }

    fn pool(&self, id: &str, component: &manifest::Component, wasm: &[u8]) -> Result<Pool> {
        let started = Instant::now();
        let failed = || format!("component `{id}` cannot be loaded");
        let (code, origin) = self.cache.load(self.engine, wasm).map_err(anyhow::Error::from).with_context(failed)?;
        let took = started.elapsed().as_millis();
        match origin {
            Origin::Cached => self.log.info(&format!("component {id}: compiled code loaded in {took} ms")),
            Origin::Compiled => self.log.info(&format!("component {id}: compiled in {took} ms")),
            Origin::Repaired => {
                self.log.warn(&format!("component {id}: the cached code was damaged and is compiled again, {took} ms"));
            }
        }
        let store = |label: &String| Some((label.clone(), self.store?.clone()));
        let shared = Shared {
            id: id.to_owned(),
            variables: variables::render(component, self.values),
            environment: component.environment.clone(),
            stores: component.key_value_stores.iter().filter_map(store).collect(),
            log: self.log.clone(),
            metrics: self.metrics.clone(),
            plugins: self.plugins.clone(),
        };
        let pool = Pool::new(self.linker, &code, Arc::new(shared), self.policy);
        pool.map_err(anyhow::Error::from)
            .with_context(|| format!("component `{id}` is not an HTTP component that this host can run"))
    }
}

fn router(manifest: &Manifest, pools: &BTreeMap<String, Arc<Pool>>) -> Router<Target> {
    let target = |trigger: &manifest::Trigger| {
        let pool = pools.get(&trigger.component)?.clone();
        let limits = manifest.components.get(&trigger.component)?.limits.clone().into();
        Some((trigger.route.clone(), Target { pool, limits, headers: RouteHeaders::new(&trigger.route) }))
    };
    Router::new(manifest.triggers.iter().filter_map(target))
}

/// Merchants' plugins, where a component that is served has the variable that says who may publish.
fn life(
    (manifest, values): (&Manifest, &BTreeMap<String, String>),
    options: &Options,
    state: &State,
    plugins: &Plugins,
    log: &Log,
) -> Result<Option<Arc<Life>>> {
    let mut rendered = manifest.components.values().map(|component| variables::render(component, values));
    let Some(tokens) = rendered.find_map(|variables| variables.get(tokens::VARIABLE).cloned()) else { return Ok(None) };
    let folder = state.folder.as_ref().map(|folder| folder.join("pushcart"));
    let running = (plugins.engine.clone(), plugins.actives.clone());
    let life = Life::open(folder.as_deref(), options.plugins.clone(), Tokens::read(&tokens), running, log.clone())?;
    Ok(Some(Arc::new(life)))
}

/// Where state is kept.
struct State {
    folder: Option<PathBuf>,
    store: Option<PathBuf>,
}

impl State {
    fn find(options: &Options, manifest: &Manifest) -> Result<Self> {
        let runtime = options.runtime_config.as_deref().map(runtime_config::read).transpose()?.unwrap_or_default();
        let chosen = options.state_dir.clone().or(runtime.state_dir);
        let folder = chosen.unwrap_or_else(|| manifest.folder.join(".spin"));
        Ok(Self { folder: Some(folder).filter(|folder| !folder.as_os_str().is_empty()), store: runtime.store })
    }

    fn code(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join("pushcart").join("code"))
    }

    fn store(&self, manifest: &Manifest) -> Result<Option<Arc<Store>>> {
        if manifest.components.values().all(|component| component.key_value_stores.is_empty()) {
            return Ok(None);
        }
        let file = self.store.clone().or_else(|| self.folder.as_ref().map(|folder| folder.join("pushcart.redb")));
        let open = |file: &Path| {
            if let Some(folder) = file.parent() {
                std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
            }
            let another = "is another host running with this state?";
            Store::open(file)
                .map_err(|error| anyhow!("the store {} cannot be opened: {error:?}; {another}", file.display()))
        };
        let store = file.as_deref().map_or_else(|| Ok(Store::in_memory()?), open)?;
        Ok(Some(Arc::new(store)))
    }
}

fn all(faults: Vec<String>) -> anyhow::Error {
    anyhow!(faults.join("\n"))
}

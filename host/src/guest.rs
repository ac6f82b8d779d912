//! What the host keeps for one instance: the state behind its imports, and its bounds.
//!
//! What belongs to one request only is in `Request` and is replaced at its start, so that nothing of a request is left
//! for the next one on the same instance.

use crate::imports::key_value::Session;
use crate::imports::output::Output;
use crate::limiter::Limiter;
use crate::plugins::Plugins;
use crate::plugins::asking::Asking;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// Host objects that one instance may hold at once.
const RESOURCES: usize = 1024;
/// Bytes of a set of headers in memory.
const FIELD_BYTES: usize = 64 << 10;

/// What every instance of a component shares.
pub struct Shared {
    /// The component's id in the manifest.
    pub id: String,
    /// Its variables, rendered.
    pub variables: BTreeMap<String, String>,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
    /// The key-value stores it may open, by label.
    pub stores: BTreeMap<String, Arc<crate::store::Store>>,
    /// Where its output goes.
    pub log: crate::log::Log,
    /// Where its operations are counted.
    pub metrics: Arc<crate::metrics::Metrics>,
    /// Merchants' plugins.
    pub plugins: Arc<Plugins>,
}

/// The data of one instance's store.
pub struct Guest {
    /// What it shares with other instances of the component.
    pub shared: Arc<Shared>,
    /// Its handles.
    pub table: ResourceTable,
    /// Memory bounds.
    pub limiter: Limiter,
    /// When the call under way must have ended.
    pub deadline: Instant,
    /// Whether the call was interrupted because of that.
    pub interrupted: bool,
    /// Key-value state of the request under way.
    pub session: Session,
    /// What the request under way has of plugins.
    pub asking: Asking,
    /// Store handles that it holds.
    pub open_stores: usize,
    /// Lines that it writes.
    pub output: Output,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: crate::imports::http::NoOutgoing,
}

impl Guest {
    /// The state of a new instance that may hold `memory` bytes.
    pub fn new(shared: &Arc<Shared>, memory: usize) -> Self {
        let output = Output::new(shared.log.clone(), &shared.id);
        let mut table = ResourceTable::new();
        table.set_max_capacity(RESOURCES);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(FIELD_BYTES);
        Self {
            table,
            limiter: Limiter::new(memory),
            deadline: Instant::now(),
            interrupted: false,
            session: Session::default(),
            asking: Asking::default(),
            open_stores: 0,
            wasi: crate::imports::wasi::inert(&shared.environment, &output),
            http,
            hooks: crate::imports::http::NoOutgoing,
            output,
            shared: shared.clone(),
        }
    }

    /// Makes ready for a request that must end at `deadline`.
    pub fn begin(&mut self, deadline: Instant, trace: &str) {
        self.deadline = deadline;
        self.interrupted = false;
        self.session = Session::default();
        self.asking = Asking::default();
        self.output.begin(trace);
    }

    /// Ends the request: its last line is written and its view of the stores released.
    pub fn end(&mut self) {
        self.session = Session::default();
        self.asking = Asking::default();
        self.output.end();
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.hooks }
    }
}

//! One call of a plugin: a fresh store, bounds, and what it used. Nothing of a call is left for the next one.

use super::bindings::Promotion;
use super::failure::{Failure, Kind};
use super::inert::{self, LogText};
use super::loaded::Loaded;
use super::types::{Cart, Context, Description, Discount, Error, Proposal};
use super::{bounds, check, size, thread, values};
use crate::limiter::Limiter;
use std::time::{Duration, Instant};
use wasmtime::component::ResourceTable;
use wasmtime::{Store, Trap, UpdateDeadline};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// What a call used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Fuel; the same on every machine.
    pub fuel: u64,
    /// Bytes of memory, summed over all memories.
    pub memory: usize,
    /// Processor time, the making of the instance included.
    pub time: Duration,
    /// Bytes of the arguments.
    pub input: usize,
    /// Bytes of the answer.
    pub output: usize,
    /// What it wrote to its log.
    pub log: String,
}

/// What a call gave and what it used.
#[derive(Clone, Debug)]
pub struct Ran<T> {
    /// What it gave.
    pub result: Result<T, Failure>,
    /// What it used.
    pub usage: Usage,
}

impl<T> Ran<T> {
    /// A call that was not made.
    pub fn refused(failure: Failure) -> Self {
        Self { result: Err(failure), usage: Usage::default() }
    }
}

/// The host's state of one call.
pub struct Call {
    limiter: Limiter,
    table: ResourceTable,
    wasi: Option<WasiCtx>,
    log: LogText,
}

impl WasiView for Call {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let Self { limiter: _, table, wasi, log } = self;
        WasiCtxView { ctx: wasi.get_or_insert_with(|| inert::context(log)), table }
    }
}

impl Loaded {
    /// Asks the plugin what it is.
    pub fn describe(&self) -> Ran<Description> {
        let ran = self.call(bounds::TIME, 0, |plugin, store| plugin.call_describe(store));
        ran.sized(size::description)
    }

    /// Asks the plugin for proposals; they are not checked yet.
    pub fn evaluate(&self, cart: &Cart, context: &Context, config: &str, earlier: &[Discount]) -> Ran<Vec<Proposal>> {
        self.evaluate_within(bounds::TIME, cart, context, config, earlier)
    }

    /// The same within `time` of the processor.
    pub(super) fn evaluate_within(
        &self,
        time: Duration,
        cart: &Cart,
        context: &Context,
        config: &str,
        earlier: &[Discount],
    ) -> Ran<Vec<Proposal>> {
        let input = match values::within(cart, context, config, earlier) {
            Ok(input) => input,
            Err(failure) => return Ran::refused(failure),
        };
        let ran = self.call(time, input, |plugin, store| plugin.call_evaluate(store, cart, context, config, earlier));
        let Ran { result, usage } = ran.sized(|answer| match answer {
            Ok(proposals) => size::proposals(proposals),
            Err(Error::Configuration(text) | Error::Other(text)) => text.len(),
        });
        let result = result.and_then(|answer| answer.map_err(check::declined));
        Ran { result, usage }
    }

    fn call<T>(
        &self,
        time: Duration,
        input: usize,
        work: impl FnOnce(&Promotion, &mut Store<Call>) -> wasmtime::Result<T>,
    ) -> Ran<T> {
        let (started, before) = (Instant::now(), thread::processor_time());
        let bounds = self.permit.tier.bounds();
        let mut table = ResourceTable::new();
        table.set_max_capacity(bounds::HANDLES);
        let limiter = Limiter::bounded(bounds.memory, bounds::TABLE_ELEMENTS);
        let call = Call { limiter, table, wasi: None, log: LogText::default() };
        let mut store = Store::new(self.engine.engine(), call);
        store.limiter(|call| &mut call.limiter);
        store.set_hostcall_fuel(bounds::HOSTCALL_FUEL);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            // What the processor did for others meanwhile is not held against the plugin.
            let over = thread::processor_time().saturating_sub(before) >= time || started.elapsed() >= bounds::PATIENCE;
            Ok(if over { UpdateDeadline::Interrupt } else { UpdateDeadline::Continue(1) })
        });
        let result = store.set_fuel(bounds.fuel);
        let result = result.and_then(|()| self.pre.instantiate(&mut store));
        let result = result.and_then(|plugin| work(&plugin, &mut store));
        let result = result.map_err(|error| classify(&store.data().limiter, &error));
        let usage = Usage {
            fuel: bounds.fuel.saturating_sub(store.get_fuel().unwrap_or(0)),
            memory: store.data().limiter.memory(),
            time: thread::processor_time().saturating_sub(before),
            input,
            output: 0,
            log: store.data().log.take(),
        };
        Ran { result, usage }
    }
}

impl<T> Ran<T> {
    /// Refuses an answer that is larger than the bound.
    fn sized(self, size: impl FnOnce(&T) -> usize) -> Self {
        let Self { result, mut usage } = self;
        usage.output = result.as_ref().map_or(0, size);
        let result = result.and_then(|value| size::within(usage.output).map(|()| value));
        Self { result, usage }
    }
}

/// Which failure an error of wasmtime is.
fn classify(limiter: &Limiter, error: &wasmtime::Error) -> Failure {
    // wasmtime has no public type for it.
    let exhausted = || format!("{error:#}").contains("fuel allocated for hostcalls has been exhausted");
    let kind = match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Kind::OutOfFuel,
        Some(Trap::Interrupt) => Kind::TimedOut,
        _ if limiter.refused() => Kind::OutOfMemory,
        Some(_) => Kind::Trapped,
        None if error.is::<wasmtime::PoolConcurrencyLimitError>() => Kind::Busy,
        None if inert::ended(error) => Kind::Trapped,
        None if exhausted() => Kind::OutputTooLarge,
        None => Kind::OutputInvalid,
    };
    Failure::new(kind, format!("{error:#}").chars().take(bounds::TEXT).collect::<String>())
}

#[cfg(test)]
mod tests;

//! Instances of one component: made when there is none idle, used again while they are small and whole.
//!
//! Whoever has a `Lease` has the instance alone. A lease that is dropped without being given back retires its instance:
//! whatever goes wrong, no instance in an unknown state serves a second request.

use crate::guest::{Guest, Shared};
use crate::metrics::Retired;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store, UpdateDeadline};
use wasmtime_wasi_http::p2::bindings::{Proxy, ProxyPre};

/// Ticks that a component runs before others have their turn.
const TICKS: u64 = 2;
/// Work of passing values between component and host, in wasmtime's units of about a byte, in each host call.
const HOSTCALL_FUEL: usize = 64 << 20;
/// Host objects that an instance may still hold when it is used again.
const LEFTOVERS: usize = 64;

/// How long an instance is kept idle.
pub const IDLE: Duration = Duration::from_secs(60);

/// How long the first instance may take.
const WARM: Duration = Duration::from_secs(10);

/// How long instances live.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Requests that one instance serves.
    pub reuse: u32,
    /// Memory of one instance in bytes.
    pub memory: usize,
    /// Memory in bytes with which an instance is still used again.
    pub keep_memory: usize,
    /// Instances kept idle.
    pub idle: usize,
}

/// The instances of one component.
pub struct Pool {
    engine: Engine,
    pre: ProxyPre<Guest>,
    shared: Arc<Shared>,
    policy: Policy,
    idle: Mutex<Vec<Warm>>,
}

struct Warm {
    store: Store<Guest>,
    proxy: Proxy,
    served: u32,
    since: Instant,
}

impl Pool {
    /// A pool of instances of `component`, with no instance yet.
    pub fn new(linker: &Linker<Guest>, component: &Component, shared: Arc<Shared>, policy: Policy) -> Result<Self> {
        let pre = ProxyPre::new(linker.instantiate_pre(component)?)?;
        Ok(Self { engine: component.engine().clone(), pre, shared, policy, idle: Mutex::default() })
    }

    /// What the instances share.
    pub fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// An instance for a request that must end at `deadline`: an idle one, or a new one. With `memory`, in bytes, it is
    /// new, may hold that much, and serves this request only.
    pub async fn lease(self: &Arc<Self>, deadline: Instant, trace: &str, memory: Option<usize>) -> Result<Lease> {
        let idle = if memory.is_none() { self.idle().pop() } else { None };
        let warm = match idle {
            Some(mut warm) => {
                self.shared.metrics.idle.add(-1);
                if warm.served > 0 {
                    self.shared.metrics.reused();
                }
                warm.store.data_mut().begin(deadline, trace);
                warm
            }
            None => self.instantiate(deadline, trace, memory.unwrap_or(self.policy.memory)).await?,
        };
        Ok(Lease { pool: self.clone(), warm: Some(warm), single: memory.is_some() })
    }

    /// Makes one instance before the first request, so that a component that cannot be instantiated is known at once.
    pub async fn warm(&self) -> Result<()> {
        let deadline = Instant::now() + WARM;
        let mut warm = self.instantiate(deadline, "", self.policy.memory).await?;
        warm.store.data_mut().end();
        self.idle().push(warm);
        self.shared.metrics.idle.add(1);
        Ok(())
    }

    async fn instantiate(&self, deadline: Instant, trace: &str, memory: usize) -> Result<Warm> {
        let mut store = Store::new(&self.engine, Guest::new(&self.shared, memory));
        store.limiter(|guest| &mut guest.limiter);
        store.set_hostcall_fuel(HOSTCALL_FUEL);
        store.data_mut().begin(deadline, trace);
        store.set_epoch_deadline(TICKS);
        store.epoch_deadline_callback(|mut context| {
            let guest = context.data_mut();
            if Instant::now() >= guest.deadline {
                guest.interrupted = true;
                return Ok(UpdateDeadline::Interrupt);
            }
            // wasmtime's own yield wakes itself at once and starves the others.
            Ok(UpdateDeadline::YieldCustom(TICKS, Box::pin(tokio::task::yield_now())))
        });
        let proxy = self.pre.instantiate_async(&mut store).await?;
        self.shared.metrics.created();
        Ok(Warm { store, proxy, served: 0, since: Instant::now() })
    }

    /// Retires instances that were idle for `longest`, but for one.
    pub fn trim(&self, longest: Duration) {
        let now = Instant::now();
        let mut idle = self.idle();
        // The one used last is at the end.
        let old = idle.iter().take_while(|warm| now.duration_since(warm.since) > longest).count();
        let end = old.min(idle.len().saturating_sub(1));
        let old: Vec<Warm> = idle.drain(..end).collect();
        drop(idle);
        for _ in &old {
            self.shared.metrics.idle.add(-1);
            self.shared.metrics.retired(Retired::Idle);
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Warm>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fate(&self, warm: &mut Warm, single: bool) -> Option<Retired> {
        let guest = warm.store.data_mut();
        let grown = guest.limiter.memory() > self.policy.keep_memory || guest.limiter.refused();
        if single {
            Some(Retired::Single)
        } else if warm.served >= self.policy.reuse {
            Some(Retired::Served)
        } else if grown || warm.store.data_mut().table.iter_mut().count() > LEFTOVERS {
            Some(Retired::Grown)
        } else {
            None
        }
    }
}

/// An instance that serves one request.
pub struct Lease {
    pool: Arc<Pool>,
    warm: Option<Warm>,
    single: bool,
}

impl Lease {
    /// The instance.
    pub fn instance(&mut self) -> Option<(&mut Store<Guest>, &Proxy)> {
        let Warm { store, proxy, served: _, since: _ } = self.warm.as_mut()?;
        // Time runs from the start of the call.
        store.set_epoch_deadline(TICKS);
        Some((store, proxy))
    }

    /// Whether it had served before.
    pub fn reused(&self) -> bool {
        self.warm.as_ref().is_some_and(|warm| warm.served > 0)
    }

    /// Ends a request that went well: the instance waits for the next one, unless it served its time.
    pub fn give_back(mut self) {
        let Some(mut warm) = self.warm.take() else { return };
        warm.served += 1;
        warm.store.data_mut().end();
        let metrics = self.pool.shared.metrics.clone();
        if let Some(why) = self.pool.fate(&mut warm, self.single) {
            metrics.retired(why);
            return;
        }
        warm.since = Instant::now();
        let mut idle = self.pool.idle();
        if idle.len() < self.pool.policy.idle {
            idle.push(warm);
            metrics.idle.add(1);
        } else {
            drop(idle);
            metrics.retired(Retired::Idle);
        }
    }

    /// Ends a request that failed: the instance is gone.
    pub fn retire(mut self) {
        self.gone(Retired::Failed);
    }

    fn gone(&mut self, why: Retired) {
        if let Some(mut warm) = self.warm.take() {
            warm.store.data_mut().end();
            self.pool.shared.metrics.retired(why);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.gone(Retired::Abandoned);
    }
}

//! WASI 0.2 for plugins of languages that cannot do without, in a form that tells them nothing: a clock that stands still,
//! randomness that is the same in every call, no files, no sockets, no environment, and output to the bounded log.
//!
//! What would wait or reach out is refused when it is called: a plugin that sleeps would hold a thread that no epoch
//! interrupts.

use super::bounds;
use super::run::Call;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::AsyncWrite;
use wasmtime::component::{Linker, Resource, ResourceTableError};
use wasmtime::{Error, Result};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::clocks::{HostMonotonicClock, HostWallClock};
use wasmtime_wasi::p2::{DynPollable, OutputStream, Pollable, StreamResult};
use wasmtime_wasi::random::Deterministic;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxBuilder};

/// The version of WASI that wasmtime-wasi defines; a plugin built against any 0.2 is linked to it.
const VERSION: &str = "0.2.12";
/// The moment at which the clock stands: 2000-01-01T00:00:00Z.
const STANDSTILL: Duration = Duration::from_secs(946_684_800);
/// Where randomness begins.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
/// Bytes after which randomness repeats.
const CYCLE: usize = 4 << 10;
/// Bytes of randomness in one call of WASI.
const RANDOM_BYTES: u64 = 4 << 10;

/// The context of one call, which writes to `log`.
pub fn context(log: &LogText) -> WasiCtx {
    WasiCtxBuilder::new()
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .wall_clock(Still)
        .monotonic_clock(Still)
        .secure_random(Deterministic::new(noise()))
        .insecure_random(Deterministic::new(noise()))
        .insecure_random_seed(u128::from(SEED))
        .max_random_size(RANDOM_BYTES)
        .stdout(log.clone())
        .stderr(log.clone())
        .build()
}

/// Links WASI, in any of its versions 0.2. An import that it has not is for the linker to tell.
pub fn link(linker: &mut Linker<Call>) -> Result<()> {
    wasmtime_wasi::p2::add_to_linker_sync(linker)?;
    linker.allow_shadowing(true);
    let mut clock = linker.instance(&format!("wasi:clocks/monotonic-clock@{VERSION}"))?;
    for name in ["subscribe-duration", "subscribe-instant"] {
        clock.func_wrap(name, |_, (_,): (u64,)| -> Result<(Resource<DynPollable>,)> {
            Err(Error::new(Refused("a plugin may not wait for time to pass")))
        })?;
    }
    let mut poll = linker.instance(&format!("wasi:io/poll@{VERSION}"))?;
    poll.func_wrap("poll", |_, (_,): (Vec<Resource<DynPollable>>,)| -> Result<(Vec<u32>,)> {
        Err(Error::new(Refused("a plugin may not wait")))
    })?;
    linker.allow_shadowing(false);
    Ok(())
}

/// What the inert form refuses when it is called.
#[derive(Debug)]
struct Refused(&'static str);

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

impl std::error::Error for Refused {}

/// Whether a call ended because it asked WASI for what the inert form refuses, for more handles than it may hold, or to end
/// the process.
pub fn ended(error: &Error) -> bool {
    error.is::<Refused>() || error.is::<ResourceTableError>() || error.is::<I32Exit>()
}

/// SplitMix64 (Steele, Lea, Flood 2014) from the seed.
fn noise() -> Vec<u8> {
    let mut state = SEED;
    let mut bytes = Vec::with_capacity(CYCLE);
    while bytes.len() < CYCLE {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend_from_slice(&(word ^ word >> 31).to_le_bytes());
    }
    bytes
}

/// A clock that stands still.
struct Still;

impl HostWallClock for Still {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }
    fn now(&self) -> Duration {
        STANDSTILL
    }
}

impl HostMonotonicClock for Still {
    fn resolution(&self) -> u64 {
        1_000_000_000
    }
    fn now(&self) -> u64 {
        0
    }
}

/// What a plugin writes in one call, up to `bounds::LOG`.
#[derive(Clone, Default)]
pub struct LogText(Arc<Mutex<Vec<u8>>>);

impl LogText {
    /// The text; what is no UTF-8 is replaced.
    pub fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn append(&self, bytes: &[u8]) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = bounds::LOG.saturating_sub(text.len());
        text.extend(bytes.iter().take(room));
    }
}

impl IsTerminal for LogText {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogText {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for LogText {
    async fn ready(&mut self) {}
}

impl OutputStream for LogText {
    fn write(&mut self, bytes: hyper::body::Bytes) -> StreamResult<()> {
        self.append(&bytes);
        Ok(())
    }
    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }
    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(bounds::LOG)
    }
}

impl AsyncWrite for LogText {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.append(bytes);
        Poll::Ready(Ok(bytes.len()))
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

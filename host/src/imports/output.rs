//! What a component writes to stdout and stderr: log lines, bounded in each request.

use crate::log::Log;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Bytes that one request may write, over both streams; what is more is dropped and said so.
const REQUEST_BYTES: usize = 16 << 10;
/// Bytes of one line; a longer one is cut.
const LINE_BYTES: usize = 2 << 10;

/// Both streams of one instance.
#[derive(Clone)]
pub struct Output(Arc<Mutex<State>>);

struct State {
    log: Log,
    component: String,
    trace: String,
    left: usize,
    lines: [Vec<u8>; 2],
}

impl Output {
    /// The streams of an instance of `component`.
    pub fn new(log: Log, component: &str) -> Self {
        let state = State {
            log,
            component: component.into(),
            trace: String::new(),
            left: REQUEST_BYTES,
            lines: Default::default(),
        };
        Self(Arc::new(Mutex::new(state)))
    }

    /// One of the streams, `stdout` or `stderr`.
    pub fn stream(&self, name: &'static str) -> Stream {
        Stream { output: self.clone(), name }
    }

    /// Lines from now on belong to the request of this trace.
    pub fn begin(&self, trace: &str) {
        self.with(|state| {
            state.trace.clear();
            state.trace.push_str(trace);
            state.left = REQUEST_BYTES;
        });
    }

    /// Writes what is left without a line's end.
    pub fn end(&self) {
        self.with(|state| {
            for name in ["stdout", "stderr"] {
                state.line(name);
            }
        });
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn write(&mut self, name: &'static str, bytes: &[u8]) {
        for &byte in bytes {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            if byte == b'\n' {
                self.line(name);
            } else if self.buffer(name).len() < LINE_BYTES {
                self.buffer(name).push(byte);
            }
        }
        if self.left == 0 {
            self.buffer(name).extend_from_slice(" [the rest is dropped]".as_bytes());
            self.line(name);
        }
    }

    fn line(&mut self, name: &'static str) {
        let line = std::mem::take(self.buffer(name));
        if !line.is_empty() {
            self.log.component(&self.component, name, &self.trace, &String::from_utf8_lossy(&line));
        }
    }

    fn buffer(&mut self, name: &str) -> &mut Vec<u8> {
        let [out, err] = &mut self.lines;
        if name == "stdout" { out } else { err }
    }
}

/// One stream.
#[derive(Clone)]
pub struct Stream {
    output: Output,
    name: &'static str,
}

impl IsTerminal for Stream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Stream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Stream {
    async fn ready(&mut self) {}
}

impl OutputStream for Stream {
    fn write(&mut self, bytes: hyper::body::Bytes) -> StreamResult<()> {
        self.output.with(|state| state.write(self.name, &bytes));
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(REQUEST_BYTES)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.output.with(|state| state.write(self.name, bytes));
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

//! WASI 0.2 in an inert form: clocks, randomness, the component's own environment and its output. No files, no
//! network, no arguments, no input.

use super::output::Output;
use std::collections::BTreeMap;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};

/// Bytes of randomness in one call.
const RANDOM_BYTES: u64 = 64 << 10;

/// The context of one instance.
pub fn inert(environment: &BTreeMap<String, String>, output: &Output) -> WasiCtx {
    let mut builder = WasiCtxBuilder::new();
    builder
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .max_random_size(RANDOM_BYTES)
        .stdout(output.stream("stdout"))
        .stderr(output.stream("stderr"));
    for (name, value) in environment {
        builder.env(name, value);
    }
    builder.build()
}

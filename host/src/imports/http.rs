//! `wasi:http`: requests come in, none goes out.

use wasmtime_wasi_http::{Error, RequestOptions, Result, WasiBody, WasiHttpHooks};

/// Refuses every outgoing request.
pub struct NoOutgoing;

type Done = Box<dyn Future<Output = Result<()>> + Send>;
type Sent = Box<dyn Future<Output = Result<(hyper::Response<WasiBody>, Done)>> + Send>;

impl WasiHttpHooks for NoOutgoing {
    fn send_request(&mut self, _: hyper::Request<WasiBody>, _: Option<RequestOptions>, _: Done) -> Sent {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}

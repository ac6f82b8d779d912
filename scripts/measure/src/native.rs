//! The yardstick: the same storefront with the same cores, linked natively behind the same hyper, one app for each thread.
//! A document that is published reaches every thread, as a key-value store would.

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::RwLock;
use std::time::{SystemTime, UNIX_EPOCH};
use storefront::app::App;
use storefront::http;
use storefront::world::{Store, World};
use wasmtime_wasi_http::io::TokioIo;

static STORE: RwLock<BTreeMap<String, Vec<u8>>> = RwLock::new(BTreeMap::new());

thread_local! {
    static APP: App = App::default();
}

struct Shared;

impl Store for Shared {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(STORE.read().map_err(|error| error.to_string())?.get(key).cloned())
    }
    fn set(&self, key: &str, value: &[u8]) -> Result<(), String> {
        STORE.write().map_err(|error| error.to_string())?.insert(key.to_owned(), value.to_owned());
        Ok(())
    }
    fn delete(&self, key: &str) -> Result<(), String> {
        STORE.write().map_err(|error| error.to_string())?.remove(key);
        Ok(())
    }
}

/// Serves at the address that the second argument names, until it is killed.
pub fn serve() -> anyhow::Result<()> {
    let address: SocketAddr = std::env::args().nth(2).unwrap_or_default().parse()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        loop {
            let (socket, _) = listener.accept().await?;
            socket.set_nodelay(true)?;
            tokio::spawn(async move {
                let service = hyper::service::service_fn(answer);
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
            });
        }
    })
}

async fn answer(request: hyper::Request<Incoming>) -> Result<hyper::Response<Full<Bytes>>, hyper::Error> {
    let (parts, body) = request.into_parts();
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let request = http::Request {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        headers: headers.collect(),
        body: body.collect().await?.to_bytes().into(),
    };
    let now =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0));
    let setting = |name: &str| (name == "publish_tokens").then(|| format!("willow:{}", crate::server::TOKEN));
    let world = World { store: &Shared, setting: &setting, now };
    let (response, _) = APP.with(|app| app.handle(&request, &world));
    let mut builder = hyper::Response::builder().status(response.status);
    for (name, value) in response.headers {
        builder = builder.header(name, value);
    }
    Ok(builder.body(Full::from(response.body)).unwrap_or_default())
}

//! The shell on spin-sdk: the only file that knows it, so that another version of `wasi:http` is one file.
#![allow(unsafe_code, reason = "the SDK's macro exports the handler")]

use crate::app::App;
use crate::http;
use crate::world::{Store, World};
use spin_sdk::http::{Request, Response};
use spin_sdk::{http_component, key_value, variables};
use std::time::{SystemTime, UNIX_EPOCH};

thread_local! {
    static APP: App = App::default();
}

struct Spin(key_value::Store);

impl Store for Spin {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        self.0.get(key).map_err(|error| error.to_string())
    }
    fn set(&self, key: &str, value: &[u8]) -> Result<(), String> {
        self.0.set(key, value).map_err(|error| error.to_string())
    }
    fn delete(&self, key: &str) -> Result<(), String> {
        self.0.delete(key).map_err(|error| error.to_string())
    }
}

/// A store that could not be opened: the routes that need none still work.
struct Closed(String);

impl Store for Closed {
    fn get(&self, _: &str) -> Result<Option<Vec<u8>>, String> {
        Err(self.0.clone())
    }
    fn set(&self, _: &str, _: &[u8]) -> Result<(), String> {
        Err(self.0.clone())
    }
    fn delete(&self, _: &str) -> Result<(), String> {
        Err(self.0.clone())
    }
}

#[http_component]
fn handle(request: Request) -> Response {
    let store: Box<dyn Store> = match key_value::Store::open_default() {
        Ok(store) => Box::new(Spin(store)),
        Err(error) => Box::new(Closed(error.to_string())),
    };
    let setting = |name: &str| variables::get(name).ok().filter(|value| !value.is_empty());
    let now =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0));
    let world = World { store: store.as_ref(), setting: &setting, now };
    let (response, log) = APP.with(|app| app.handle(&read(request), &world));
    if let Some(line) = log {
        eprintln!("{line}");
    }
    let mut builder = Response::builder();
    builder.status(response.status);
    for (name, value) in response.headers {
        builder.header(name, value);
    }
    builder.body(response.body).build()
}

fn read(request: Request) -> http::Request {
    let headers = request
        .headers()
        .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value.as_str()?.to_owned())))
        .collect();
    http::Request {
        method: request.method().to_string().to_ascii_uppercase(),
        path: request.path().to_owned(),
        headers,
        body: request.into_body(),
    }
}

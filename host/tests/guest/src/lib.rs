//! What a component may do, well and badly, by path. The text of a failure here must never reach a client.

use futures::SinkExt;
use spin_sdk::http::conversions::TryFromIncomingRequest;
use spin_sdk::http::{Fields, IncomingRequest, Method, OutgoingResponse, Request, ResponseOutparam};
use spin_sdk::{http_component, key_value, variables};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

static SERVED: AtomicU32 = AtomicU32::new(0);
static HELD: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// Status, headers, body.
type Answer = (u16, Vec<(&'static str, String)>, Vec<u8>);

#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    let request = Request::try_from_incoming_request(request).await.unwrap();
    let path = request.path().to_owned();
    if path == "/none" {
        return;
    }
    let (status, headers, body) = answer(&request, &path);
    let headers: Vec<_> = headers.into_iter().map(|(name, value)| (name.to_owned(), value.into_bytes())).collect();
    let response = OutgoingResponse::new(Fields::from_list(&headers).unwrap());
    response.set_status_code(status).unwrap();
    let mut sink = response.take_body();
    out.set(response);
    for chunk in body.chunks(64 << 10) {
        sink.send(chunk.to_vec()).await.unwrap();
    }
    if path == "/half" {
        panic!("secret-of-the-component");
    }
}

fn answer(request: &Request, path: &str) -> Answer {
    let number: usize = request.query().parse().unwrap_or(0);
    let text = |text: String| (200, Vec::new(), text.into_bytes());
    match path {
        "/half" => text("half of it".into()),
        "/served" => text((SERVED.fetch_add(1, Ordering::Relaxed) + 1).to_string()),
        "/header" => text(request.header(request.query()).and_then(|value| value.as_str()).unwrap_or("none").into()),
        "/url" => text(request.uri().into()),
        "/variable" => text(format!("{:?}", variables::get(request.query()))),
        "/loop" => loop {
            std::hint::spin_loop();
        },
        "/trap" => panic!("secret-of-the-component"),
        "/exhaust" => loop {
            HELD.lock().unwrap().push(vec![1; 1 << 20]);
        },
        "/hold" => {
            HELD.lock().unwrap().push(vec![1; number << 20]);
            text("held".into())
        }
        "/sleep" => {
            std::thread::sleep(Duration::from_millis(number as u64));
            text("slept".into())
        }
        "/bytes" => (200, Vec::new(), vec![b'x'; number]),
        "/print" => {
            println!("printed line");
            eprintln!("warned line");
            print!("{}", "y".repeat(number));
            text("printed".into())
        }
        "/said" => {
            let headers = [("x-pushcart-route", "/named/{route}"), ("x-pushcart-code", "named-code")];
            (422, headers.map(|(name, value)| (name, value.to_owned())).into(), b"{}".to_vec())
        }
        "/stores" => text(format!("{:?}", key_value::Store::open(request.query()).map(drop))),
        "/keys" => text(key_value::Store::open_default().unwrap().get_keys().unwrap().join(" ")),
        _ if path.starts_with("/kv/") => key_value(request, path),
        _ => (200, vec![("x-method", request.method().to_string())], request.body().to_vec()),
    }
}

fn key_value(request: &Request, path: &str) -> Answer {
    let store = key_value::Store::open_default().unwrap();
    let outcome = match request.method() {
        Method::Put => store.set(path, request.body()).map(|()| Some(Vec::new())),
        Method::Delete => store.delete(path).map(|()| Some(Vec::new())),
        _ => store.get(path),
    };
    match outcome {
        Ok(Some(value)) => (200, Vec::new(), value),
        Ok(None) => (404, Vec::new(), Vec::new()),
        Err(error) => (422, Vec::new(), format!("{error:?}").into_bytes()),
    }
}

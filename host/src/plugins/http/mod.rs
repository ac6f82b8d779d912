//! Plugins over HTTP: `/v1/merchants/{merchant}/plugins…` and `…/plugin-keys…`, answered by the host itself.
//!
//! The token is looked at before the body is read, and the body is bounded while it is. What must never be in here: what a
//! change means; that is `life`'s.

pub mod contract;
mod paths;
mod trying;

pub use paths::{ROUTES, Route, find};

use super::book::is_name;
use super::bounds::Tier;
use super::life::{Answer, Conditions, Life, Upload, Wish};
use super::refusal::{Code, Refusal};
use super::shelf::digest;
use super::upload::{self, Claim};
use crate::app::App;
use crate::problem::Problem;
use crate::serve::admission::Admission;
use crate::serve::body;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ALLOW, AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use hyper::{Request, Response, StatusCode};
use paths::Operation;
use serde_json::Value;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Semaphore;

/// What a request is counted under whose path takes other methods.
pub const OTHER: &str = "/v1/merchants/{merchant}/plugins";
/// Bytes of a JSON body; `:try` carries carts.
const DOCUMENT: usize = 256 << 10;
/// Requests of this kind that are worked on at once, and those that wait.
const AT_ONCE: usize = 16;

/// The door before merchants' changes, so that many of them leave the host's threads to others.
pub struct Door(Arc<Semaphore>);

impl Default for Door {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Answers a request whose path [`find`] has found.
pub async fn answer(
    app: &App,
    life: &Arc<Life>,
    (door, admission): (&Door, &Admission),
    (route, parameters): (Option<&'static Route>, Vec<String>),
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let result = match route {
        Some(route) => handle(app, life, (door, admission), (route, parameters), request).await,
        None => Err(paths::other_methods(&request)),
    };
    result.map_or_else(|refusal| refused(app, &refusal), answered)
}

async fn handle(
    app: &App,
    life: &Arc<Life>,
    (door, admission): (&Door, &Admission),
    (route, parameters): (&'static Route, Vec<String>),
    request: Request<Incoming>,
) -> Result<Answer, Refusal> {
    let (parts, incoming) = request.into_parts();
    let mut given = parameters.into_iter();
    let (merchant, first, second) =
        (given.next().unwrap_or_default(), given.next().unwrap_or_default(), given.next().unwrap_or_default());
    let authorization = header(&parts.headers, AUTHORIZATION.as_str())?;
    life.tokens.check(&merchant, authorization)?;
    let mut tier = Tier::Normal;
    let limit = match route.operation {
        Operation::PutVersion => {
            life.uploads.take(&merchant, life.settings.uploads, Instant::now())?;
            tier = tier_of(&parts.headers)?;
            media(&parts.headers, "application/wasm")?;
            tier.bounds().component
        }
        _ => DOCUMENT,
    };
    let whole = body::read(incoming, limit, app.options.body_timeout, admission).await;
    let whole = whole.map_err(|problem| unread(problem, route.operation, tier, limit))?;
    let busy =
        || Refusal { retry_after: Some(1), ..Refusal::new(Code::Busy, "Try again after the time in Retry-After.") };
    let wait = tokio::time::timeout(app.options.queue_timeout * 10, door.0.clone().acquire_owned());
    let _place = wait.await.ok().and_then(Result::ok).ok_or_else(busy)?;
    if route.operation == Operation::Try {
        let document = document(&parts.headers, &whole.bytes)?;
        return trying::answer(app, life, admission, (&merchant, &first), &document, authorization).await;
    }
    let life = life.clone();
    let work = move || {
        let asked = Asked {
            headers: &parts.headers,
            method: parts.method.as_str(),
            path: parts.uri.path(),
            body: &whole.bytes,
            tier,
        };
        asked.carry_out(&life, route.operation, (&merchant, &first, &second))
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Refusal::internal(format!("a change of plugins: {error}"))))
}

/// A request, read.
struct Asked<'r> {
    headers: &'r HeaderMap,
    method: &'r str,
    path: &'r str,
    body: &'r [u8],
    tier: Tier,
}

impl Asked<'_> {
    fn carry_out(
        &self,
        life: &Life,
        operation: Operation,
        (merchant, first, second): (&str, &str, &str),
    ) -> Result<Answer, Refusal> {
        let conditions = self.conditions()?;
        let claim = Claim { plugin: first, version: second };
        match operation {
            Operation::List => life.list(merchant),
            Operation::Get => life.plugin(merchant, first),
            Operation::Logs => life.logs(merchant, first),
            Operation::GetVersion => life.version(merchant, claim),
            Operation::PutVersion => {
                let wasi = match header(self.headers, "pushcart-wasi")? {
                    None => false,
                    Some("inert") => true,
                    Some(_) => {
                        return Err(Refusal::new(Code::InvalidHeader, "`pushcart-wasi` must be `inert`, or absent."));
                    }
                };
                let signature = header(self.headers, "pushcart-signature")?;
                let upload = Upload { claim, tier: self.tier, wasi, signature, bytes: self.body };
                life.put(merchant, upload, &conditions)
            }
            Operation::DeleteVersion => life.delete_version(merchant, claim, &conditions),
            Operation::Activate => {
                let wish = Wish::read(&document(self.headers, self.body)?)?;
                life.activate(merchant, first, &wish, &conditions)
            }
            Operation::RollBack => life.roll_back(merchant, first, &conditions),
            Operation::Deactivate => life.deactivate(merchant, first, &conditions),
            Operation::Delete => life.delete(merchant, first, &conditions),
            Operation::ListKeys => life.keys(merchant),
            Operation::PutKey => life.put_key(merchant, first, &document(self.headers, self.body)?, &conditions),
            Operation::DeleteKey => life.delete_key(merchant, first, &conditions),
            Operation::Try => Err(Refusal::internal("`:try` is answered elsewhere")),
        }
    }

    fn conditions(&self) -> Result<Conditions<'_>, Refusal> {
        let Self { headers, method, path, body, tier } = self;
        let ours = ["pushcart-wasi", "pushcart-signature"];
        let said: Vec<Option<&str>> = ours.iter().map(|name| header(headers, name)).collect::<Result<_, _>>()?;
        let request = format!("{method}\n{path}\n{}\n{said:?}\n{}", tier.name(), digest(body));
        Ok(Conditions {
            if_match: header(headers, "if-match")?,
            if_none_match: header(headers, "if-none-match")?,
            key: header(headers, "idempotency-key")?,
            request: digest(request.as_bytes()),
        })
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Refusal> {
    let value = headers.get(name).map(HeaderValue::to_str).transpose();
    value.map_err(|_| Refusal::new(Code::InvalidHeader, format!("`{name}` must be visible ASCII characters.")))
}

fn tier_of(headers: &HeaderMap) -> Result<Tier, Refusal> {
    let Some(name) = header(headers, "pushcart-tier")? else { return Ok(Tier::Normal) };
    Tier::named(name).ok_or_else(|| Refusal::new(Code::InvalidHeader, "`pushcart-tier` must be `normal` or `large`."))
}

fn media(headers: &HeaderMap, wanted: &str) -> Result<(), Refusal> {
    let found = header(headers, CONTENT_TYPE.as_str())?.unwrap_or_default();
    let essence = found.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(Refusal::new(Code::UnsupportedMediaType, format!("Send it with `content-type: {wanted}`; it is `{essence}`.")))
}

/// A JSON body; no body is an empty object.
fn document(headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    media(headers, "application/json")?;
    serde_json::from_slice(body).map_err(|error| Refusal::new(Code::MalformedJson, format!("{error}.")))
}

/// What is said of a body that could not be read.
fn unread(problem: Problem, operation: Operation, tier: Tier, limit: usize) -> Refusal {
    match problem {
        Problem::BodyTooLarge if operation == Operation::PutVersion => upload::too_large(tier),
        Problem::BodyTooLarge => Refusal::new(Code::BodyTooLarge, format!("At most {limit} bytes.")),
        Problem::Overloaded => {
            Refusal { retry_after: Some(1), ..Refusal::new(Code::Busy, "Too many bodies are held at once.") }
        }
        Problem::BodyTimeout => Refusal::new(Code::BodyTimeout, "The body did not arrive in time: send it again."),
        _ => Refusal::new(Code::BodyUnreadable, "The body broke off or is not encoded as its headers say."),
    }
}

fn answered(Answer { status, body, etag }: Answer) -> Response<Full<Bytes>> {
    let bytes = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let mut response = Response::new(Full::new(bytes));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if !body.is_null() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(Ok(tag)) = etag.map(|tag| HeaderValue::from_str(&tag)) {
        headers.insert(ETAG, tag);
    }
    response
}

fn refused(app: &App, refusal: &Refusal) -> Response<Full<Bytes>> {
    if let Some(log) = &refusal.log {
        app.log.warn(&format!("{}: {}", refusal.said(), log.escape_debug()));
    }
    let mut response = Response::new(Full::new(Bytes::from(refusal.document().to_string())));
    let (status, ..) = refusal.code.parts();
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(code) = HeaderValue::from_str(refusal.said()) {
        headers.insert(crate::serve::headers::CODE, code);
    }
    if let Some(seconds) = refusal.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(methods) = refusal.allow {
        headers.insert(ALLOW, HeaderValue::from_static(methods));
    }
    if refusal.code == Code::Unauthorized {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    // Refused before its end was read: the connection cannot carry another request.
    if matches!(refusal.code, Code::PluginTooLarge | Code::BodyTooLarge | Code::BodyTimeout | Code::BodyUnreadable) {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Whether this can be a plugin's name in a path.
fn named(name: &str) -> Result<(), Refusal> {
    if is_name(name) {
        Ok(())
    } else {
        Err(Refusal::new(Code::InvalidPlugin, format!("A plugin's name is {}.", super::book::NAME_FORM)))
    }
}

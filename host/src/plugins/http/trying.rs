//! `:try`: what a version would do, beside what is answered now.
//!
//! Each cart is quoted twice by the app itself, as any client's would be: with what is switched on, and with the candidate in the
//! place of what is. Nothing is switched, nothing is kept, and no shopper's cart plays a part: carts come with the request,
//! or are made of the merchant's own published catalogue.

use super::named;
use crate::app::App;
use crate::call;
use crate::plugins::active::{Active, ActivePlugin};
use crate::plugins::asking::Asking;
use crate::plugins::health::{Health, Report};
use crate::plugins::life::{Answer, Life, Wish};
use crate::plugins::refusal::{Code, Refusal};
use crate::serve::admission::Admission;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Instant;

/// Carts of one request.
const CARTS: usize = 20;
/// Products of the catalogue that sample carts are made of.
const SAMPLED: usize = 20;

/// The app, asked as a client asks it.
struct Asker<'a> {
    app: &'a App,
    admission: &'a Admission,
    authorization: Option<&'a str>,
}

/// Answers `:try`.
pub async fn answer(
    app: &App,
    life: &Arc<Life>,
    admission: &Admission,
    (merchant, name): (&str, &str),
    document: &Value,
    authorization: Option<&str>,
) -> Result<Answer, Refusal> {
    named(name)?;
    let (version, config, carts) = read(document)?;
    let asker = Asker { app, admission, authorization };
    let carts = match carts {
        Some(carts) => carts,
        None => asker.sampled(merchant).await?,
    };
    let candidate = {
        let (life, merchant, name) = (life.clone(), merchant.to_owned(), name.to_owned());
        let ready = move || {
            let wish = life.wish(&merchant, &name, version.as_deref(), config)?;
            life.candidate(&merchant, &name, &wish).map(|candidate| (wish, candidate))
        };
        let done = tokio::task::spawn_blocking(ready).await;
        done.unwrap_or_else(|error| Err(Refusal::internal(format!("a trial: {error}"))))
    };
    let (Wish { version, config, on_failure }, candidate) = candidate?;
    let current = life.actives.get(merchant).unwrap_or_default();
    let mut tried = Vec::new();
    for cart in carts {
        let health = Arc::new(Health::default());
        let with = with(&current, ActivePlugin { health: health.clone(), ..candidate.clone() });
        let body = cart_of(merchant, cart);
        let now = asker.quote(&body, current.clone()).await?;
        let then = asker.quote(&body, with).await?;
        tried.push(compared(body, &now, &then, &health.report(), name));
    }
    let body = json!({
        "merchant": merchant, "name": name, "version": version, "config": config, "onFailure": on_failure, "carts": tried,
    });
    Ok(Answer { status: 200, body, etag: None })
}

type Read = (Option<String>, Option<Value>, Option<Vec<Value>>);

fn read(document: &Value) -> Result<Read, Refusal> {
    let fault =
        |code: &str, pointer: String, detail: &str| Err(Refusal::fault(Code::InvalidDocument, code, pointer, detail));
    let Value::Object(fields) = document else {
        return fault("wrong-type", String::new(), "The body must be an object.");
    };
    if let Some(name) = fields.keys().find(|name| !matches!(name.as_str(), "version" | "config" | "carts")) {
        return fault("unknown-field", format!("/{name}"), "Known fields are version, config and carts.");
    }
    let version = match fields.get("version") {
        None => None,
        Some(Value::String(version)) => Some(version.clone()),
        Some(_) => return fault("wrong-type", "/version".into(), "`version` must be a text."),
    };
    let carts = match fields.get("carts") {
        None => None,
        Some(Value::Array(carts)) if (1..=CARTS).contains(&carts.len()) && carts.iter().all(Value::is_object) => {
            Some(carts.clone())
        }
        Some(_) => {
            let detail = format!("`carts` must be 1 to {CARTS} bodies of /v1/quote.");
            return fault("wrong-type", "/carts".into(), &detail);
        }
    };
    Ok((version, fields.get("config").cloned(), carts))
}

/// What is switched on, with the candidate in its place.
fn with(current: &Active, candidate: ActivePlugin) -> Arc<Active> {
    let others = current.plugins.iter().filter(|plugin| plugin.name != candidate.name).cloned();
    let mut plugins: Vec<ActivePlugin> = others.chain([candidate.clone()]).collect();
    plugins.sort_by(|left, right| left.name.cmp(&right.name));
    Arc::new(Active { plugins })
}

/// A cart is always quoted for the merchant whose plugin it is.
fn cart_of(merchant: &str, cart: Value) -> Value {
    let mut fields = if let Value::Object(fields) = cart { fields } else { Map::new() };
    fields.insert("merchant".into(), merchant.into());
    Value::Object(fields)
}

fn compared(cart: Value, now: &(u16, Value), then: &(u16, Value), report: &Report, name: &str) -> Value {
    let said = |(status, body): &(u16, Value)| {
        let of = |field: &str| Some((field.to_owned(), body.get(field)?.clone()));
        let shown = ["totals", "promotions", "degraded", "code", "detail"].into_iter().filter_map(of);
        [("status".to_owned(), json!(status))].into_iter().chain(shown).collect::<Map<String, Value>>()
    };
    let total = |(_, body): &(u16, Value)| body.pointer("/totals/total/amount").and_then(Value::as_i64);
    let difference = total(then).zip(total(now)).map(|(then, now)| then - now);
    let prefix = format!("{name}/");
    let proposed = then.1.get("promotions").and_then(Value::as_array).into_iter().flatten();
    let proposed = proposed.filter(|one| one["id"].as_str().is_some_and(|id| id.starts_with(&prefix)));
    let failure = report.last.last().map(|seen| json!({"code": seen.failure.code(), "detail": seen.failure.text}));
    let used = report.last_usage.as_ref();
    json!({
        "cart": cart,
        "current": said(now),
        "candidate": said(then),
        "difference": difference,
        "plugin": {
            "asked": report.calls > 0,
            "proposals": proposed.collect::<Vec<_>>(),
            "failure": failure,
            "fuel": used.map(|used| used.fuel),
            "memory": used.map(|used| used.memory),
            "microseconds": used.map(|used| used.time.as_micros().min(u128::from(u64::MAX)) as u64),
            "log": used.map(|used| used.log.clone()),
        },
    })
}

impl Asker<'_> {
    /// A quote with `active` switched on.
    async fn quote(&self, cart: &Value, active: Arc<Active>) -> Result<(u16, Value), Refusal> {
        let response = self.ask(Method::POST, "/v1/quote", Bytes::from(cart.to_string()), Some(active)).await?;
        let body = serde_json::from_slice(response.body()).unwrap_or_default();
        Ok((response.status().as_u16(), body))
    }

    /// Carts of the merchant's own products: each of a few alone and thrice, and all of them together.
    async fn sampled(&self, merchant: &str) -> Result<Vec<Value>, Refusal> {
        let path = format!("/v1/merchants/{merchant}/rulebook");
        let response = self.ask(Method::GET, &path, Bytes::new(), None).await?;
        let rulebook: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        let products = rulebook.pointer("/catalogue/products").and_then(Value::as_array).into_iter().flatten();
        let skus: Vec<&str> = products.filter_map(|product| product["sku"].as_str()).take(SAMPLED).collect();
        let (Some(currency), false) = (rulebook.get("currency").and_then(Value::as_str), skus.is_empty()) else {
            let detail = "Send `carts`: the merchant has published no catalogue that carts could be made of.";
            return Err(Refusal::new(Code::InvalidDocument, detail));
        };
        let line = |(number, sku): (usize, &&str), quantity: u32| json!({"id": (number + 1).to_string(), "sku": sku, "quantity": quantity});
        let cart = |lines: Vec<Value>| json!({"currency": currency, "lines": lines});
        let mut carts: Vec<Value> = skus.iter().take(3).map(|sku| cart(vec![line((0, sku), 1)])).collect();
        carts.extend(skus.iter().take(3).map(|sku| cart(vec![line((0, sku), 3)])));
        carts.push(cart(skus.iter().enumerate().map(|one| line(one, 1)).collect()));
        Ok(carts)
    }

    /// One request to the app, through its own door.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        active: Option<Arc<Active>>,
    ) -> Result<Response<Bytes>, Refusal> {
        let failed = |what: String| Refusal::internal(format!("a trial's request to {path}: {what}"));
        let (_, target, found) = self.app.router.find(path).ok_or_else(|| failed("no route".into()))?;
        let mut request = Request::builder().method(method).uri(path).header(HOST, "localhost");
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(authorization) = self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let mut request = request.body(body).map_err(|error| failed(error.to_string()))?;
        target.headers.apply(&mut request, &found);
        let busy = || Refusal { retry_after: Some(1), ..Refusal::new(Code::Busy, "Too many requests at once.") };
        let _entry = self.admission.enter(false).await.ok_or_else(busy)?;
        let deadline = Instant::now() + self.app.options.deadline;
        let lease = target.pool.lease(deadline, "", None).await;
        let mut lease = lease.map_err(|error| failed(format!("{error:#}")))?;
        if let (Some(active), Some((store, _))) = (active, lease.instance()) {
            store.data_mut().asking = Asking::instead(active);
        }
        let limit = self.app.options.answer_limit;
        // What a client would be told is what the merchant is told.
        Ok(call::call(lease, request, deadline, limit).await.unwrap_or_else(|failure| failure.problem.response()))
    }
}

//! One request from head to answer: the host's own paths, the route, the body, the door, the call, the line in the log.

use super::admission::Admission;
use super::body;
use super::headers::Said;
use super::trace::Trace;
use super::turns::{self, Turns};
use crate::app::{App, Target};
use crate::call::{self, Failure};
use crate::log;
use crate::manifest::Limits;
use crate::options::Options;
use crate::plugins;
use crate::problem::Problem;
use crate::router::{Match, Route};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// What a request without a route is counted under.
const NO_ROUTE: &str = "none";

/// Answers requests.
pub struct Handler {
    app: Arc<App>,
    admission: Admission,
    door: plugins::http::Door,
    turns: Turns,
    stop: watch::Receiver<bool>,
}

/// What is told of a request in its line and in the counters.
#[derive(Default)]
struct Told {
    route: String,
    code: String,
    reused: bool,
}

impl Handler {
    /// A handler for `app`, which stops when `stop` turns true.
    pub fn new(app: Arc<App>, stop: watch::Receiver<bool>) -> Self {
        let admission = Admission::new(&app.options, app.metrics.clone());
        Self { app, admission, door: plugins::http::Door::default(), turns: Turns::default(), stop }
    }

    /// How it is to run.
    pub fn options(&self) -> &Options {
        &self.app.options
    }

    /// The answer to `request`; there always is one.
    pub async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let started = Instant::now();
        if let Some(response) = self.own(&request) {
            return response;
        }
        let trace = Trace::of(request.headers().get(TRACEPARENT));
        let method = request.method().clone();
        let mut told = Told::default();
        let answered = self.serve(request, &trace, &mut told).await;
        let mut response = answered.unwrap_or_else(|failure| self.failed(&failure, &mut told, &trace));
        let said = Said::take(&mut response);
        let Told { route, code, reused } = told;
        let (route, code) = (said.route.unwrap_or(route), said.code.unwrap_or(code));
        let (status, took) = (response.status().as_u16(), started.elapsed());
        self.app.metrics.request(&route, status, &code, took);
        let line = log::Request {
            method: method.as_str(),
            route: &route,
            status,
            code: &code,
            took,
            reused,
            trace: trace.id(),
        };
        self.app.log.request(&line);
        response
    }

    /// The host's own paths. They are not counted: they say nothing of the app.
    fn own(&self, request: &Request<Incoming>) -> Option<Response<Full<Bytes>>> {
        let text = |body: String, kind: &'static str| {
            let mut response = Response::new(Full::new(Bytes::from(body)));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            response
        };
        match request.uri().path() {
            "/.well-known/spin/health" => Some(text("OK".into(), "text/plain")),
            "/metrics" if matches!(*request.method(), Method::GET | Method::HEAD) => {
                let metrics = self.app.metrics.render(self.app.log.dropped());
                Some(text(metrics + &self.app.plugins.render_metrics(), "text/plain; version=0.0.4"))
            }
            // Whoever asks whether to send more must hear no, although what is under way is still answered.
            "/readyz" if *self.stop.borrow() => Some(Problem::Draining.response::<Bytes>().map(Full::new)),
            _ => None,
        }
    }

    fn failed(&self, failure: &Failure, told: &mut Told, trace: &Trace) -> Response<Full<Bytes>> {
        let Failure { problem, text } = failure;
        if !text.is_empty() {
            self.app.log.warn(&format!("{} trace={} {}", problem.code(), trace.id(), text.escape_debug()));
        }
        told.code = problem.code().into();
        problem.response::<Bytes>().map(Full::new)
    }

    async fn serve(
        &self,
        request: Request<Incoming>,
        trace: &Trace,
        told: &mut Told,
    ) -> Result<Response<Full<Bytes>>, Failure> {
        told.route = NO_ROUTE.into();
        if let Some(life) = &self.app.life
            && let Some((route, parameters)) = plugins::http::find(request.method().as_str(), request.uri().path())
        {
            told.route = route.map_or(plugins::http::OTHER, |route| route.path).into();
            let doors = (&self.door, &self.admission);
            return Ok(plugins::http::answer(&self.app, life, doors, (route, parameters), request).await);
        }
        let (route, target, found) = self.app.router.find(request.uri().path()).ok_or(Problem::RouteNotFound)?;
        told.route = route.to_string();
        let bounds = Bounds::of(self.options(), &target.limits, &request);
        let (request, _charge) = self.read(request, (route, target, &found), trace, &bounds).await?;
        let path = request.uri().path().to_owned();
        let _turn = if turns::changes(request.method()) {
            Some(self.turns.take(&path, bounds.deadline).await.ok_or(Problem::Overloaded)?)
        } else {
            None
        };
        let _entry = self.admission.enter(bounds.memory.is_some()).await.ok_or(Problem::Overloaded)?;
        let head = request.method() == Method::HEAD;
        let deadline = Instant::now() + bounds.deadline;
        let lease = target.pool.lease(deadline, trace.id(), bounds.memory).await.map_err(not_started)?;
        told.reused = lease.reused();
        let mut response = call::call(lease, request, deadline, bounds.answer).await?;
        if self.app.life.is_some() && path == plugins::http::contract::PATH {
            response = plugins::http::contract::complete(response);
        }
        if !head && !bodiless(response.status()) {
            // hyper counts the bytes there are.
            response.headers_mut().remove(CONTENT_LENGTH);
        }
        Ok(response.map(Full::new))
    }

    /// The request with its body read and the headers that the component gets.
    async fn read(
        &self,
        request: Request<Incoming>,
        (_, target, found): (&Route, &Target, &Match),
        trace: &Trace,
        bounds: &Bounds,
    ) -> Result<(Request<Bytes>, Option<super::admission::Charge>), Failure> {
        let (parts, body) = request.into_parts();
        let whole = body::read(body, bounds.body, self.options().body_timeout, &self.admission).await?;
        let body::Whole { bytes, charge } = whole;
        let mut request = Request::from_parts(parts, bytes);
        if !target.headers.apply(&mut request, found) {
            return Err(Problem::RequestMalformed.into());
        }
        if let Some(header) = trace.header() {
            request.headers_mut().insert(TRACEPARENT, header);
        }
        Ok((request, charge))
    }
}

/// The bounds of one request.
struct Bounds {
    body: usize,
    answer: usize,
    deadline: std::time::Duration,
    memory: Option<usize>,
}

impl Bounds {
    fn of<B>(options: &Options, limits: &[Limits], request: &Request<B>) -> Self {
        let own = limits.iter().find(|limits| limits.select(request.method(), request.uri().path()));
        Self {
            body: own.and_then(|own| own.body).unwrap_or(options.body_limit),
            answer: own.and_then(|own| own.answer).unwrap_or(options.answer_limit),
            deadline: own.and_then(|own| own.deadline).unwrap_or(options.deadline),
            memory: own.and_then(|own| own.memory),
        }
    }
}

fn bodiless(status: StatusCode) -> bool {
    matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

fn not_started(error: wasmtime::Error) -> Failure {
    // No slot in the allocator is the same to a client as no place at the door.
    let problem =
        if error.is::<wasmtime::PoolConcurrencyLimitError>() { Problem::Overloaded } else { Problem::InstanceFailed };
    Failure { problem, text: format!("{error:#}") }
}

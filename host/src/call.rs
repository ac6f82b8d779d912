//! One request through one instance: in time, within memory, and with a whole answer or a named problem.
//!
//! The instance is retired whenever the answer is not whole. What a client is told of a failure is its `Problem`; the
//! text for the log stays in `Failure`.

use crate::pool::Lease;
use crate::problem::Problem;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes};
use hyper::{Request, Response};
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Instant;
use tokio::sync::oneshot;
use wasmtime::component::Resource;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::p2::types::{HostIncomingRequest, HostResponseOutparam};

/// What went wrong: for the client, and for the log.
#[derive(Debug)]
pub struct Failure {
    /// For the client.
    pub problem: Problem,
    /// For the log, empty when the problem says it all.
    pub text: String,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem, text: String::new() }
    }
}

/// Calls the instance of `lease` with `request` and collects an answer of at most `answer_limit` bytes until `deadline`.
pub async fn call(
    mut lease: Lease,
    request: Request<Bytes>,
    deadline: Instant,
    answer_limit: usize,
) -> Result<Response<Bytes>, Failure> {
    let result = {
        let work = unwinding(exchange(&mut lease, request, answer_limit));
        match tokio::time::timeout_at(deadline.into(), work).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => {
                Err(Failure { problem: Problem::HostFailed, text: format!("the host panicked: {panic}") })
            }
            Err(_) => Err(Problem::DeadlineExceeded.into()),
        }
    };
    match result {
        Ok(_) => lease.give_back(),
        Err(_) => lease.retire(),
    }
    result
}

type Answer = Result<Response<HyperOutgoingBody>, wasmtime_wasi_http::p2::bindings::http::types::ErrorCode>;

async fn exchange(lease: &mut Lease, request: Request<Bytes>, answer_limit: usize) -> Result<Response<Bytes>, Failure> {
    let Some((store, proxy)) = lease.instance() else { return Err(Problem::HostFailed.into()) };
    let (sender, mut receiver) = oneshot::channel();
    let (incoming, outparam) = prepare(store, request, sender)?;
    let called = {
        let mut call = pin!(proxy.wasi_http_incoming_handler().call_handle(&mut *store, incoming, outparam));
        let mut returned = None;
        // The component may go on writing its body after the head: the answer is collected beside the call.
        let head = tokio::select! {
            biased;
            head = &mut receiver => head.ok(),
            result = &mut call => {
                returned = Some(result);
                receiver.try_recv().ok()
            }
        };
        match (head, returned) {
            (_, Some(Err(trap))) => Err(trap),
            (head, Some(Ok(()))) => Ok(collect(head, answer_limit).await),
            (head, None) => {
                let answer = async { Ok(collect(head, answer_limit).await) };
                tokio::try_join!(call, answer).map(|((), answer)| answer)
            }
        }
    };
    called.unwrap_or_else(|trap| Err(classify(store.data(), &trap)))
}

fn prepare(
    store: &mut wasmtime::Store<crate::guest::Guest>,
    request: Request<Bytes>,
    sender: oneshot::Sender<Answer>,
) -> Result<(Resource<HostIncomingRequest>, Resource<HostResponseOutparam>), Failure> {
    use wasmtime_wasi_http::WasiHttpView;
    let request = request.map(|body| Full::new(body).map_err(|never: Infallible| -> hyper::Error { match never {} }));
    let malformed = |error: wasmtime::Error| Failure { problem: Problem::RequestMalformed, text: format!("{error:#}") };
    let incoming = store.data_mut().http().new_incoming_request(Scheme::Http, request).map_err(malformed)?;
    let outparam = store.data_mut().http().new_response_outparam(sender).map_err(malformed)?;
    Ok((incoming, outparam))
}

async fn collect(head: Option<Answer>, limit: usize) -> Result<Response<Bytes>, Failure> {
    let missing = |text: String| Failure { problem: Problem::AnswerMissing, text };
    let response = head.ok_or_else(|| missing("the component set no response".into()))?;
    let response = response.map_err(|code| missing(format!("the component answered with an error: {code:?}")))?;
    let (parts, mut body) = response.into_parts();
    let mut chunks: Vec<Bytes> = Vec::new();
    let mut total = 0;
    while !body.is_end_stream() {
        let Some(frame) = body.frame().await else { break };
        let frame = frame.map_err(|error| missing(format!("the answer broke off: {error:?}")))?;
        let Ok(data) = frame.into_data() else { continue };
        total += data.len();
        if total > limit {
            return Err(Problem::AnswerTooLarge.into());
        }
        chunks.push(data);
    }
    Ok(Response::from_parts(parts, join(chunks)))
}

/// One `Bytes` of many, without a copy when there is one.
pub fn join(mut chunks: Vec<Bytes>) -> Bytes {
    match chunks.len() {
        0 => Bytes::new(),
        1 => chunks.pop().unwrap_or_default(),
        _ => Bytes::from(chunks.concat()),
    }
}

/// Which problem a trap was.
pub fn classify(guest: &crate::guest::Guest, trap: &wasmtime::Error) -> Failure {
    let problem = if guest.interrupted {
        Problem::DeadlineExceeded
    } else if guest.limiter.refused() {
        Problem::OutOfMemory
    } else {
        Problem::FunctionTrapped
    };
    Failure { problem, text: format!("{trap:#}") }
}

/// Catches a panic of the host, so that it costs one request and not the connection's task.
async fn unwinding<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let mut work = pin!(work);
    std::future::poll_fn(|context| {
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        match polled {
            Ok(polled) => polled.map(Ok),
            Err(panic) => {
                let text = panic.downcast_ref::<&str>().map(ToString::to_string);
                let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
                std::task::Poll::Ready(Err(text.unwrap_or_else(|| "without a text".into())))
            }
        }
    })
    .await
}

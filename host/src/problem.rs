//! The catalogue of what can go wrong with a request in the host itself, and the RFC 9457 document that says so.
//!
//! The codes are a contract. A client is told what it can act on; the text of a trap, a panic or an I/O error belongs
//! to the log and must never be put into a `Problem`.

use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};

/// Everything the host itself answers instead of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Problem {
    /// No trigger has a route for the path.
    RouteNotFound,
    /// The request is not one that can be passed on: no `Host`, or a header that is not text.
    RequestMalformed,
    /// The body is larger than this request may carry.
    BodyTooLarge,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The body broke off or broke its encoding.
    BodyUnreadable,
    /// Too many requests at once.
    Overloaded,
    /// The host is stopping.
    Draining,
    /// The component trapped.
    FunctionTrapped,
    /// The component took longer than it may.
    DeadlineExceeded,
    /// The component wanted more memory than it may have.
    OutOfMemory,
    /// The component ended without an answer, or its answer was cut off.
    AnswerMissing,
    /// The component's answer is larger than it may be.
    AnswerTooLarge,
    /// The component could not be started.
    InstanceFailed,
    /// The host itself failed.
    HostFailed,
}

impl Problem {
    /// Every problem, for metrics and documentation.
    pub const ALL: [Self; 14] = [
        Self::RouteNotFound,
        Self::RequestMalformed,
        Self::BodyTooLarge,
        Self::BodyTimeout,
        Self::BodyUnreadable,
        Self::Overloaded,
        Self::Draining,
        Self::FunctionTrapped,
        Self::DeadlineExceeded,
        Self::OutOfMemory,
        Self::AnswerMissing,
        Self::AnswerTooLarge,
        Self::InstanceFailed,
        Self::HostFailed,
    ];

    /// Status, code, title and detail: one line a problem.
    fn row(self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Self::RouteNotFound => (404, "route-not-found", "Not found", "No route of this app has this path."),
            Self::RequestMalformed => {
                (400, "request-malformed", "Bad request", "The request needs a Host header and headers that are text.")
            }
            Self::BodyTooLarge => {
                (413, "body-too-large", "Body too large", "The request body is larger than this request may carry.")
            }
            Self::BodyTimeout => (408, "body-timeout", "Request timeout", "The request body did not arrive in time."),
            Self::BodyUnreadable => (
                400,
                "body-unreadable",
                "Bad request",
                "The request body broke off or is not encoded as its headers say.",
            ),
            Self::Overloaded => {
                (503, "overloaded", "Overloaded", "Too many requests at once; try again after the time in Retry-After.")
            }
            Self::Draining => (503, "draining", "Stopping", "This host is stopping; try another one."),
            Self::FunctionTrapped => (
                500,
                "function-trapped",
                "Function failed",
                "The function stopped before it answered; the request may be sent again.",
            ),
            Self::DeadlineExceeded => {
                (504, "deadline-exceeded", "Deadline exceeded", "The function took longer than it may.")
            }
            Self::OutOfMemory => {
                (500, "out-of-memory", "Out of memory", "The function needed more memory than it may have.")
            }
            Self::AnswerMissing => (500, "answer-missing", "No answer", "The function ended without a whole answer."),
            Self::AnswerTooLarge => {
                (500, "answer-too-large", "Answer too large", "The function's answer is larger than it may be.")
            }
            Self::InstanceFailed => (500, "instance-failed", "Function failed", "The function could not be started."),
            Self::HostFailed => (500, "host-failed", "Host failed", "The host failed on this request."),
        }
    }

    /// The stable kebab-case code.
    pub fn code(self) -> &'static str {
        self.row().1
    }

    /// The HTTP status.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Whether the connection cannot carry another request: the body was not read to its end.
    fn closes(self) -> bool {
        matches!(self, Self::BodyTooLarge | Self::BodyTimeout | Self::BodyUnreadable | Self::Draining)
    }

    /// The answer that says so.
    pub fn response<B: From<String>>(self) -> Response<B> {
        let (status, code, title, detail) = self.row();
        let body = format!(
            r#"{{"type":"about:blank","title":"{title}","status":{status},"code":"{code}","detail":"{detail}"}}"#
        );
        let mut response = Response::new(B::from(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status() == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self.closes() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_a_document_with_a_code_of_its_own() {
        let mut codes = std::collections::BTreeSet::new();
        for problem in Problem::ALL {
            let response: Response<String> = problem.response();
            let document: serde_json::Value = serde_json::from_str(response.body()).unwrap();
            assert_eq!(document["status"], response.status().as_u16(), "{problem:?}");
            assert_eq!(document["code"], problem.code(), "{problem:?}");
            assert_eq!(response.headers().contains_key(RETRY_AFTER), response.status() == 503, "{problem:?}");
            assert!(codes.insert(problem.code()), "{problem:?}");
        }
    }
}

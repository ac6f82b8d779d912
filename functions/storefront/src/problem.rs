//! Errors of the contract: RFC 9457 problem details with a stable code and a JSON pointer for each fault.
//!
//! A business "no" is never one of these.

use crate::http::{self, Response};
use commerce::Fault;
use serde::Serialize;

/// An error answer. `detail` is for the client; `log`, where there is one, is for the operator alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What it is.
    pub kind: Kind,
    /// A sentence for the client.
    pub detail: String,
    /// What is wrong with the document, all of it.
    pub faults: Vec<Fault>,
    /// A line for the log.
    pub log: Option<String>,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $status:literal $code:literal $title:literal;)+) => {
        /// Every kind of error the storefront answers with: the set of codes is the contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $($(#[doc = $doc])+ $name,)+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// HTTP status, code and title.
            #[must_use]
            pub const fn parts(self) -> (u16, &'static str, &'static str) {
                match self { $(Self::$name => ($status, $code, $title),)+ }
            }
        }
    };
}

kinds! {
    /// The body is not JSON.
    MalformedJson = 400 "malformed-json" "The body is not JSON";
    /// The body is not UTF-8.
    InvalidUtf8 = 400 "invalid-utf-8" "The body is not UTF-8";
    /// A string of the body escapes half of a surrogate pair.
    UnpairedSurrogate = 400 "unpaired-surrogate" "The body escapes half of a surrogate pair";
    /// The body nests too deep.
    JsonTooDeep = 400 "json-too-deep" "The body nests too deep";
    /// A field stands twice in an object of the body.
    DuplicateField = 400 "duplicate-field" "A field stands twice in the same object";
    /// The bearer token is missing or wrong.
    Unauthorized = 401 "unauthorized" "A bearer token of this merchant is needed";
    /// No token is configured, so that nobody may publish.
    PublishingDisabled = 403 "publishing-disabled" "No publishing token is configured for this merchant";
    /// No key is configured, so that no link is signed or taken.
    LinksDisabled = 403 "links-disabled" "No key of signed links is configured";
    /// The path leads nowhere.
    UnknownRoute = 404 "unknown-route" "There is nothing at this path";
    /// Nobody has published under this name, and nobody may.
    UnknownMerchant = 404 "unknown-merchant" "There is no merchant of this name";
    /// The merchant has a publishing token and has published nothing yet.
    UnpublishedRulebook = 404 "unpublished-rulebook" "This merchant has not published a rulebook yet";
    /// The path exists, the method does not.
    MethodNotAllowed = 405 "method-not-allowed" "This path does not take this method";
    /// The state of the resource does not allow it.
    Conflict = 409 "conflict" "The present state does not allow this";
    /// If-Match names another version than the current one.
    PreconditionFailed = 412 "precondition-failed" "The resource has changed since";
    /// The body is larger than the bound.
    BodyTooLarge = 413 "body-too-large" "The body is too large";
    /// The body is not `application/json`.
    UnsupportedMediaType = 415 "unsupported-media-type" "The body must be application/json";
    /// The body is JSON, but not what is asked for.
    Invalid = 422 "invalid-document" "The document is not valid";
    /// Something broke.
    Internal = 500 "internal" "Something went wrong here";
    /// Plugins are not uploaded to this host.
    PluginsUnsupported = 501 "plugins-unsupported" "This host takes no plugins";
    /// A plugin did not answer, and its merchant wants quotes to fail then; the code is the plugin's failure.
    PluginFailed = 503 "plugin-failed" "A plugin of the merchant did not answer";
    /// A variable of the operator cannot be read.
    SettingMalformed = 503 "setting-malformed" "A setting cannot be read";
    /// The store does not answer.
    StoreUnavailable = 503 "store-unavailable" "The store does not answer";
}

impl Problem {
    /// A problem without faults.
    #[must_use]
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), faults: Vec::new(), log: None }
    }

    /// The document is wrong in these places.
    #[must_use]
    pub fn invalid(faults: Vec<Fault>) -> Self {
        let detail = match faults.len() {
            1 => "1 fault".to_owned(),
            count => format!("{count} faults"),
        };
        Self { kind: Kind::Invalid, detail, faults, log: None }
    }

    /// The document is wrong in one place.
    #[must_use]
    pub fn fault(code: &str, pointer: &str, detail: impl Into<String>) -> Self {
        Self::invalid(vec![Fault { code: code.to_owned(), pointer: pointer.to_owned(), detail: detail.into() }])
    }

    /// The same problem of a document that stands below this pointer in the request.
    #[must_use]
    pub fn below(mut self, pointer: &str) -> Self {
        for fault in &mut self.faults {
            fault.pointer.insert_str(0, pointer);
        }
        self
    }

    /// The store failed; what it said goes to the log.
    #[must_use]
    pub fn store(message: String) -> Self {
        let detail = "The store did not answer; the request may be repeated.";
        Self { kind: Kind::StoreUnavailable, detail: detail.to_owned(), faults: Vec::new(), log: Some(message) }
    }

    /// Something broke; what it was goes to the log.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        let detail = "The request was not carried out.";
        Self { kind: Kind::Internal, detail: detail.to_owned(), faults: Vec::new(), log: Some(message.into()) }
    }

    /// The answer: where there is exactly one fault, its code is the problem's code.
    #[must_use]
    pub fn response(&self) -> Response {
        #[derive(Serialize)]
        struct FaultBody<'a> {
            code: &'a str,
            pointer: &'a str,
            detail: &'a str,
        }
        #[derive(Serialize)]
        struct Body<'a> {
            r#type: &'a str,
            title: &'a str,
            status: u16,
            code: &'a str,
            detail: &'a str,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            faults: Vec<FaultBody<'a>>,
        }
        let (status, code, title) = self.kind.parts();
        let code = if let [only] = self.faults.as_slice() { only.code.as_str() } else { code };
        let faults =
            self.faults.iter().map(|Fault { code, pointer, detail }| FaultBody { code, pointer, detail }).collect();
        let body = Body { r#type: "about:blank", title, status, code, detail: &self.detail, faults };
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        let headers = vec![("content-type", "application/problem+json".to_owned()), (http::CODE, code.to_owned())];
        let response = Response { status, headers, body: bytes };
        match self.kind {
            Kind::StoreUnavailable | Kind::PluginFailed => response.with("retry-after", "1"),
            Kind::Unauthorized => response.with("www-authenticate", "Bearer"),
            _ => response,
        }
    }
}

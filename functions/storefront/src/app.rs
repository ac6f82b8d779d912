//! One request from end to end: route, authority, body, handler, problem, CORS.

use crate::http::{Request, Response};
use crate::problem::{Kind, Problem};
use crate::published::{self, Cache, Rules};
use crate::routes::{self, Found};
use crate::world::World;
use commerce::document::{self, Node};
use std::rc::Rc;

/// What an instance keeps between requests: parsed rules by digest, nothing of any request.
#[derive(Default)]
pub struct App {
    cache: Cache,
}

/// A request on its way through a handler.
pub struct Exchange<'e> {
    /// The instance.
    pub app: &'e App,
    /// The world.
    pub world: &'e World<'e>,
    /// The request.
    pub request: &'e Request,
    /// What the path's `{merchant}` and other parameters stand for, in the order of the path.
    pub parameters: Vec<String>,
    /// The merchant whose origins may read the answer, once it is known.
    allowed: std::cell::RefCell<Vec<String>>,
}

impl App {
    /// Answers a request. It never fails: what goes wrong is a problem in the answer. The second part is a line for the log.
    pub fn handle(&self, request: &Request, world: &World<'_>) -> (Response, Option<String>) {
        if request.method == "OPTIONS" && request.header("access-control-request-method").is_some() {
            return (preflight(request), None);
        }
        let exchange = Exchange { app: self, world, request, parameters: Vec::new(), allowed: Vec::new().into() };
        let (result, exchange) = match routes::find(&request.method, &request.path) {
            Found::Route(route, parameters) => {
                let exchange = Exchange { parameters, ..exchange };
                ((route.handler)(&exchange), exchange)
            }
            Found::OtherMethods(methods) => {
                let problem = Problem::new(Kind::MethodNotAllowed, format!("This path takes {}.", methods.join(", ")));
                return (problem.response().with("allow", methods.join(", ")), None);
            }
            Found::Nothing => (Err(Problem::new(Kind::UnknownRoute, "See /openapi.json for every path.")), exchange),
        };
        let (response, log) = match result {
            Ok(response) => (response, None),
            Err(problem) => (problem.response(), problem.log),
        };
        (exchange.shared(response), log)
    }
}

/// Answers a browser that asks before it sends. The merchant is named in a body that is not there yet, so any origin may
/// send; only a page from an origin that the merchant's rulebook lists may read the answer. No cookie plays a part.
fn preflight(request: &Request) -> Response {
    let origin = request.header("origin").unwrap_or_default();
    Response::empty(204)
        .with("access-control-allow-origin", origin)
        .with("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE")
        .with(
            "access-control-allow-headers",
            "authorization, content-type, if-match, if-none-match, idempotency-key, traceparent",
        )
        .with("access-control-max-age", "600")
        .with("vary", "origin")
}

impl Exchange<'_> {
    /// The body as a document, when it is JSON of at most `most` bytes.
    ///
    /// # Errors
    /// 415, 413 or 400.
    pub fn json(&self, most: usize) -> Result<Node<'_>, Problem> {
        self.json_type()?;
        if self.request.body.len() > most {
            return Err(Problem::new(Kind::BodyTooLarge, format!("The bound is {most} bytes.")));
        }
        parse(&self.request.body)
    }

    /// Refuses a body that is not declared as JSON.
    ///
    /// # Errors
    /// 415.
    pub fn json_type(&self) -> Result<(), Problem> {
        let media = self.request.header("content-type").unwrap_or_default();
        let essence = media.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Problem::new(Kind::UnsupportedMediaType, format!("The content type is `{essence}`.")));
        }
        Ok(())
    }

    /// The published rules of a merchant; pages from the merchant's origins may then read the answer.
    ///
    /// # Errors
    /// 404 where it has none, 503 where the store fails.
    pub fn published(&self, merchant: &str) -> Result<Rc<Rules>, Problem> {
        let rules = self.app.cache.rules(self.world.store, merchant)?;
        self.allowed.borrow_mut().clone_from(&rules.origins);
        Ok(rules)
    }

    /// The rules that a request names: a merchant's published ones, or a document given inline.
    ///
    /// # Errors
    /// 422 where it names none, or both, or the inline document is wrong; else as [`Self::published`].
    pub fn rules(&self, source: &crate::wire::Source<'_>) -> Result<Rc<Rules>, Problem> {
        match source {
            crate::wire::Source::Merchant(merchant) => self.published(merchant),
            crate::wire::Source::Inline(node) => {
                let text = commerce::document::write(node);
                let rules = Rules::inline(text.as_bytes()).map_err(|mut problem| {
                    for fault in &mut problem.faults {
                        fault.pointer.insert_str(0, "/rules");
                    }
                    problem
                })?;
                Ok(Rc::new(rules))
            }
        }
    }

    /// The merchant of the path, when the request carries that merchant's publishing token.
    ///
    /// # Errors
    /// 422 for what is no merchant's name, 401, 403.
    pub fn authorized(&self) -> Result<&str, Problem> {
        let merchant = self.parameters.first().map_or("", String::as_str);
        if !crate::wire::is_merchant(merchant) {
            return Err(Problem::fault("invalid-merchant", "", crate::wire::MERCHANT_FORM));
        }
        self.authorize(merchant).map(|()| merchant)
    }

    /// Whether the request carries that merchant's publishing token.
    ///
    /// # Errors
    /// 401, 403.
    pub fn authorize(&self, merchant: &str) -> Result<(), Problem> {
        let tokens = (self.world.setting)("publish_tokens").unwrap_or_default();
        let given = self.request.header("authorization").and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        });
        let mut configured = false;
        for (owner, token) in tokens.split_whitespace().filter_map(|pair| pair.split_once(':')) {
            if owner == merchant && !token.is_empty() {
                configured = true;
                // Digests are compared, so that the time taken tells nothing of the token.
                if given.is_some_and(|given| {
                    commerce::digest::of(given.as_bytes()) == commerce::digest::of(token.as_bytes())
                }) {
                    return Ok(());
                }
            }
        }
        if configured {
            return Err(Problem::new(Kind::Unauthorized, "The token is missing or is not this merchant's."));
        }
        Err(Problem::new(
            Kind::PublishingDisabled,
            "The operator sets the variable `publish_tokens` to `merchant:token` pairs.",
        ))
    }

    /// The merchant's current digest as an ETag, checked against If-Match.
    ///
    /// # Errors
    /// 412 where it is another one.
    pub fn precondition(&self, merchant: &str) -> Result<(), Problem> {
        let Some(wanted) = self.request.header("if-match") else { return Ok(()) };
        let current = match published::current(self.world.store, merchant) {
            Ok(digest) => Some(format!("\"{digest}\"")),
            Err(problem) if problem.kind == Kind::UnknownMerchant => None,
            Err(problem) => return Err(problem),
        };
        let holds = wanted
            .split(',')
            .map(str::trim)
            .any(|tag| current.as_deref() == Some(tag) || (tag == "*" && current.is_some()));
        if holds {
            return Ok(());
        }
        Err(Problem::new(
            Kind::PreconditionFailed,
            format!("The current version is {}.", current.as_deref().unwrap_or("none")),
        ))
    }

    fn shared(&self, response: Response) -> Response {
        let Some(origin) = self.request.header("origin") else { return response };
        if self.allowed.borrow().iter().any(|allowed| allowed == origin) {
            return response
                .with("access-control-allow-origin", origin)
                .with("access-control-expose-headers", "etag")
                .with("vary", "origin");
        }
        response
    }
}

/// Reads a JSON body.
///
/// # Errors
/// 400 with the code of what is wrong.
pub fn parse(bytes: &[u8]) -> Result<Node<'_>, Problem> {
    document::parse(bytes).map_err(|malformed| {
        let kind = match malformed.code {
            "invalid-utf-8" => Kind::InvalidUtf8,
            "json-too-deep" => Kind::JsonTooDeep,
            "duplicate-field" => Kind::DuplicateField,
            _ => Kind::MalformedJson,
        };
        Problem::new(kind, malformed.detail)
    })
}

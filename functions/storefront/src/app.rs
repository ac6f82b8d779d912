//! One request from end to end: route, authority, body, handler, problem, CORS.

use crate::http::{self, Request, Response};
use crate::problem::{Kind, Problem};
use crate::published::{self, Cache, Rules};
use crate::routes::{self, Found};
use crate::world::World;
use commerce::bounds;
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
        let (route, parameters) = match routes::find(&request.method, &request.path) {
            Found::Route(route, parameters) => (route, parameters),
            Found::OtherMethods(methods) => {
                let problem = Problem::new(Kind::MethodNotAllowed, format!("This path takes {}.", methods.join(", ")));
                return (problem.response().with("allow", methods.join(", ")), None);
            }
            Found::Nothing => {
                return (Problem::new(Kind::UnknownRoute, "See /openapi.json for every path.").response(), None);
            }
        };
        let exchange = Exchange { app: self, world, request, parameters, allowed: Vec::new().into() };
        let (response, log) = match (route.handler)(&exchange) {
            Ok(response) => (response, None),
            Err(problem) => {
                exchange.find_origins();
                (problem.response(), problem.log)
            }
        };
        (exchange.shared(response).with(http::ROUTE, route.path), log)
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
    /// 404 where it has none, or where nobody has that name, 503 where the store fails.
    pub fn published(&self, merchant: &str) -> Result<Rc<Rules>, Problem> {
        let rules = self.app.cache.rules(self.world.store, merchant).map_err(|problem| {
            let unknown = problem.kind == Kind::UnpublishedRulebook && self.tokens(merchant).is_empty();
            let detail = || format!("Nobody may publish as `{merchant}`.");
            if unknown { Problem::new(Kind::UnknownMerchant, detail()) } else { problem }
        })?;
        self.allowed.borrow_mut().clone_from(&rules.origins);
        Ok(rules)
    }

    /// Where a request fails before its merchant's rules were needed: who may read why. A page must be able to read a fault of
    /// form as well as any other problem.
    fn find_origins(&self) {
        if self.request.header("origin").is_none() || !self.allowed.borrow().is_empty() || !self.parameters.is_empty() {
            return;
        }
        let Ok(Node::Map(fields)) = parse(&self.request.body) else { return };
        let named = fields.iter().find(|(name, _)| name == "merchant").map(|(_, value)| value);
        if let Some(Node::Text(merchant)) = named.filter(|_| self.request.body.len() <= bounds::BODY_BYTES)
            && crate::wire::is_merchant(merchant)
        {
            // Where it has none, no page may read it.
            let _ = self.published(merchant);
        }
    }

    /// The publishing tokens of a merchant.
    fn tokens(&self, merchant: &str) -> Vec<String> {
        let pairs = (self.world.setting)("publish_tokens").unwrap_or_default();
        let pairs = pairs.split_whitespace().filter_map(publisher);
        pairs.filter(|(owner, _)| *owner == merchant).map(|(_, token)| token.to_owned()).collect()
    }

    /// The rules that a request names: a merchant's published ones, or a document given inline.
    ///
    /// # Errors
    /// 422 where it names none, or both, or the inline document is wrong; else as [`Self::published`].
    pub fn rules(&self, source: &crate::wire::Source<'_>) -> Result<Rc<Rules>, Problem> {
        match source {
            crate::wire::Source::Merchant(merchant) => self.published(merchant),
            crate::wire::Source::Inline(node) => {
                few_promotions(node)?;
                let text = commerce::document::write(node);
                let rules = Rules::inline(text.as_bytes()).map_err(|problem| problem.below("/rules"))?;
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
        let given = self.request.header("authorization").and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        });
        let mut configured = false;
        for token in self.tokens(merchant) {
            configured = true;
            // Digests are compared, so that the time taken tells nothing of the token.
            if given
                .is_some_and(|given| commerce::digest::of(given.as_bytes()) == commerce::digest::of(token.as_bytes()))
            {
                return Ok(());
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

    /// The merchant's current digest as an ETag, checked against If-Match and `If-None-Match: *` (RFC 9110, section 13).
    ///
    /// # Errors
    /// 412 where it is another one, or where there is one already.
    pub fn precondition(&self, merchant: &str) -> Result<(), Problem> {
        let (wanted, unwanted) = (self.request.header("if-match"), self.request.header("if-none-match"));
        if wanted.is_none() && unwanted.is_none() {
            return Ok(());
        }
        let current = match published::current(self.world.store, merchant) {
            Ok(digest) => Some(format!("\"{digest}\"")),
            Err(problem) if problem.kind == Kind::UnpublishedRulebook => None,
            Err(problem) => return Err(problem),
        };
        let wanted = wanted.is_none_or(|tags| current.as_ref().is_some_and(|current| names(tags, current, false)));
        let unwanted = unwanted.is_some_and(|tags| current.as_ref().is_some_and(|current| names(tags, current, true)));
        if wanted && !unwanted {
            return Ok(());
        }
        Err(Problem::new(
            Kind::PreconditionFailed,
            format!("The current version is {}.", current.as_deref().unwrap_or("none")),
        ))
    }

    /// Whether the client says that it knows this version already.
    #[must_use]
    pub fn knows(&self, tag: &str) -> bool {
        self.request.header("if-none-match").is_some_and(|tags| names(tags, tag, true))
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

/// One pair of the setting `publish_tokens`: a merchant and one of its tokens.
pub fn publisher(pair: &str) -> Option<(&str, &str)> {
    pair.split_once(':').filter(|(_, token)| !token.is_empty())
}

/// Refuses an inline rulebook of more promotions than a request may bring: they would be compiled for every request.
fn few_promotions(rulebook: &Node<'_>) -> Result<(), Problem> {
    let Node::Map(fields) = rulebook else { return Ok(()) };
    let listed = fields.iter().find_map(|(name, value)| match value {
        Node::List(items) if name == "promotions" => Some(items.len()),
        _ => None,
    });
    match listed {
        Some(count) if count > bounds::PROMOTIONS_INLINE => Err(Problem::fault(
            "too-many-inline-promotions",
            "/rules/promotions",
            format!("inline rules have at most {}, these have {count}: publish them", bounds::PROMOTIONS_INLINE),
        )),
        _ => Ok(()),
    }
}

/// Whether a list of entity tags names this one; `weakly` where a weak tag counts too.
fn names(tags: &str, tag: &str, weakly: bool) -> bool {
    tags.split(',').map(str::trim).any(|known| {
        let known = if weakly { known.strip_prefix("W/").unwrap_or(known) } else { known };
        known == tag || known == "*"
    })
}

/// Reads a JSON body.
///
/// # Errors
/// 400 with the code of what is wrong.
pub fn parse(bytes: &[u8]) -> Result<Node<'_>, Problem> {
    document::parse(bytes).map_err(|malformed| {
        let kind = match malformed.code {
            "invalid-utf-8" => Kind::InvalidUtf8,
            "unpaired-surrogate" => Kind::UnpairedSurrogate,
            "json-too-deep" => Kind::JsonTooDeep,
            "duplicate-field" => Kind::DuplicateField,
            _ => Kind::MalformedJson,
        };
        Problem::new(kind, malformed.detail)
    })
}

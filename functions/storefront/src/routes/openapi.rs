//! `/openapi.json` (OpenAPI 3.1), made from the table that routes.

use super::{ROUTES, Route, SCHEMAS, plugins};
use crate::app::Exchange;
use crate::http::Response;
use crate::problem::{Kind, Problem};
use std::collections::BTreeSet;

/// The contract.
pub fn get(_: &Exchange<'_>) -> Result<Response, Problem> {
    Ok(Response::json(200, document().into_bytes()))
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// The contract as JSON text.
#[must_use]
pub fn document() -> String {
    let mut paths: Vec<&str> = ROUTES.iter().map(|route| route.path).collect();
    paths.dedup();
    let paths: Vec<String> = paths
        .into_iter()
        .map(|path| {
            let operations: Vec<String> = ROUTES.iter().filter(|route| route.path == path).map(operation).collect();
            format!("{}:{{{}}}", quoted(path), operations.join(","))
        })
        .collect();
    let schemas: Vec<String> = SCHEMAS.iter().map(|(name, text)| format!("{}:{}", quoted(name), text.trim())).collect();
    let codes: Vec<String> =
        Kind::ALL.iter().map(|kind| format!("{}:{}", quoted(kind.parts().1), quoted(kind.parts().2))).collect();
    format!(
        concat!(
            r#"{{"openapi":"3.1.0","info":{{"title":"Pushcart","version":{version},"description":{about},"license":{{"name":"Apache-2.0","identifier":"Apache-2.0"}}}},"#,
            r#""x-problem-codes":{{{codes}}},"paths":{{{paths}}},"#,
            r#""components":{{"securitySchemes":{{"merchant":{{"type":"http","scheme":"bearer"}}}},"schemas":{{{schemas}}}}}}}"#
        ),
        version = quoted(env!("CARGO_PKG_VERSION")),
        about = quoted(
            "Pricing, promotions, referral, inventory and tagging for social commerce. Money is in minor units."
        ),
        codes = codes.join(","),
        paths = paths.join(","),
        schemas = schemas.join(","),
    )
}

fn operation(route: &Route) -> String {
    let Route { method, path, handler: _, summary, request, answer, authorized } = route;
    let of_path = path
        .split('/')
        .filter_map(|segment| Some(segment.strip_prefix('{')?.split_once('}')?.0))
        .map(|name| format!(r#"{{"name":{},"in":"path","required":true,"schema":{{"type":"string"}}}}"#, quoted(name)));
    let of_header = headers(route).into_iter().map(|(name, about)| {
        format!(r#"{{"name":"{name}","in":"header","description":{},"schema":{{"type":"string"}}}}"#, quoted(about))
    });
    let parameters: Vec<String> = of_path.chain(of_header).collect();
    let body = |schema: &str| {
        let media = if schema == plugins::WASM { "application/wasm" } else { "application/json" };
        format!(r#"{{"{media}":{{"schema":{schema}}}}}"#)
    };
    let mut parts = vec![format!(r#""summary":{}"#, quoted(summary))];
    if !parameters.is_empty() {
        parts.push(format!(r#""parameters":[{}]"#, parameters.join(",")));
    }
    if let Some(schema) = request {
        parts.push(format!(r#""requestBody":{{"required":true,"content":{}}}"#, body(schema)));
    }
    if plugins::provided(path) {
        parts.push(r#""x-pushcart-host":true"#.to_owned());
    }
    if *authorized {
        parts.push(r#""security":[{"merchant":[]}]"#.to_owned());
    }
    let answer = body(answer.unwrap_or(r#"{"type":"object"}"#));
    let mut responses: Vec<String> = (answers(route).iter())
        .map(|(status, what)| match status {
            204 | 304 => format!(r#""{status}":{{"description":{}}}"#, quoted(what)),
            _ => format!(r#""{status}":{{"description":{},"content":{answer}}}"#, quoted(what)),
        })
        .collect();
    responses.extend(refusals(route).into_iter().map(|status| problem(&status.to_string(), &codes(status))));
    responses.push(problem("default", "A problem (RFC 9457)"));
    parts.push(format!(r#""responses":{{{}}}"#, responses.join(",")));
    format!("{}:{{{}}}", quoted(&method.to_ascii_lowercase()), parts.join(","))
}

/// Statuses of answers that are no problem, and what each means.
fn answers(route: &Route) -> &'static [(u16, &'static str)] {
    match (route.method, route.path) {
        ("GET", "/v1/merchants/{merchant}/rulebook") => {
            &[(200, "The answer"), (304, "The rules are those that If-None-Match names")]
        }
        ("PUT", path) if plugins::provided(path) => &[(200, "It was there already, the same"), (201, "It is new")],
        ("DELETE", _) => &[(204, "It is gone")],
        _ => &[(200, "The answer")],
    }
}

/// Headers that an operation heeds beside those that any does, and what each is for.
fn headers(route: &Route) -> Vec<(&'static str, &'static str)> {
    const IF_MATCH: (&str, &str) =
        ("If-Match", "Entity tag of the state that is to be changed; 412 where it is another");
    const IF_NONE_MATCH: (&str, &str) = ("If-None-Match", "`*`: only where there is nothing yet; 412 where there is");
    const ONCE: (&str, &str) = ("Idempotency-Key", "The same request with the same key is carried out once");
    match (route.method, route.path) {
        ("GET", "/v1/merchants/{merchant}/rulebook") => vec![("If-None-Match", "Entity tags of rules that are known")],
        ("PUT", "/v1/merchants/{merchant}/rulebook") => vec![IF_MATCH, IF_NONE_MATCH],
        ("PUT", path) if path.contains("/versions/") => vec![
            IF_MATCH,
            IF_NONE_MATCH,
            ONCE,
            ("Pushcart-Tier", "`normal` or `large`: the bounds that hold for the component"),
            ("Pushcart-Wasi", "`inert` where it may import WASI, which then does nothing"),
            ("Pushcart-Signature", "KEY-ID:BASE64 of an ed25519 signature over the digest"),
        ],
        ("PUT" | "POST" | "DELETE", path) if plugins::provided(path) && !path.ends_with(":try") => vec![IF_MATCH, ONCE],
        _ => Vec::new(),
    }
}

fn problem(status: &str, description: &str) -> String {
    format!(
        r##""{status}":{{"description":{},"content":{{"application/problem+json":{{"schema":{{"$ref":"#/components/schemas/Problem"}}}}}}}}"##,
        quoted(description)
    )
}

/// The codes that a status comes with. A document that is wrong in one place has the code of that fault.
fn codes(status: u16) -> String {
    let known = Kind::ALL.iter().map(|kind| kind.parts()).filter(|(of, ..)| *of == status).map(|(_, code, _)| code);
    let also: &[&str] = match status {
        429 => &["too-many-uploads", "too-many-plugins", "too-many-versions", "too-many-plugin-bytes", "too-many-keys"],
        503 => &["overloaded", "draining"],
        _ => &[],
    };
    let codes: Vec<&str> = known.chain(also.iter().copied()).collect();
    let after = if status == 503 { "; Retry-After says when to ask again" } else { "" };
    format!("{}{after}", codes.join(", "))
}

/// Statuses of problems that this operation answers with. Any may answer 500 and 503.
fn refusals(route: &Route) -> BTreeSet<u16> {
    let Route { method, path, handler: _, summary: _, request, answer: _, authorized } = route;
    let mut statuses = BTreeSet::new();
    if request.is_some() {
        statuses.extend([400, 413, 415, 422]);
    }
    if *authorized {
        statuses.extend([401, 403, 422]);
    }
    if path.starts_with("/v1/") || *path == "/readyz" {
        statuses.insert(503);
    }
    let of_merchant = ["/v1/referrals/models", "/v1/referrals/clawback", "/v1/content/compare"];
    match (*method, *path) {
        ("PUT", "/v1/merchants/{merchant}/rulebook") => statuses.extend([412]),
        ("PUT" | "PATCH", "/v1/merchants/{merchant}/stock") => statuses.extend([404, 409]),
        ("POST", "/v1/refund") => statuses.extend([404, 409]),
        ("POST", "/v1/referrals/links") => statuses.extend([401, 403, 404]),
        (_, path) if plugins::provided(path) => {
            statuses.extend([404, 409, 412, 501]);
            if *method != "GET" {
                statuses.insert(429);
            }
        }
        (_, path) if path.starts_with("/v1/") && !of_merchant.contains(&path) => statuses.extend([404]),
        _ => {}
    }
    statuses
}

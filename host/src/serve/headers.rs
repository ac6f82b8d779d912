//! Headers that Spin adds for components, and the two by which a component tells the host what to count.
//!
//! A client cannot set them: whatever it sends under these names is taken away. The client's address is never added: it
//! is personal data, and no component needs it.

use crate::router::{Match, Route};
use hyper::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response};

/// The route of the component's own router, for log and metrics; never sent to the client.
pub const ROUTE: HeaderName = HeaderName::from_static("x-pushcart-route");
/// The code of the component's own problem, for log and metrics; never sent to the client.
pub const CODE: HeaderName = HeaderName::from_static("x-pushcart-code");
/// Bytes of either.
const NAME_BYTES: usize = 64;

const FULL_URL: HeaderName = HeaderName::from_static("spin-full-url");
const PATH_INFO: HeaderName = HeaderName::from_static("spin-path-info");
const BASE_PATH: HeaderName = HeaderName::from_static("spin-base-path");
const MATCHED_ROUTE: HeaderName = HeaderName::from_static("spin-matched-route");
const RAW_ROUTE: HeaderName = HeaderName::from_static("spin-raw-component-route");
const COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-component-route");

/// What is the same for every request of a route.
pub struct RouteHeaders(Vec<(HeaderName, HeaderValue)>);

impl RouteHeaders {
    /// The headers of `route`.
    pub fn new(route: &Route) -> Self {
        let rows = [
            (BASE_PATH, "/".to_owned()),
            (MATCHED_ROUTE, route.to_string()),
            (RAW_ROUTE, route.to_string()),
            (COMPONENT_ROUTE, route.base().to_owned()),
        ];
        let row = |(name, value): (HeaderName, String)| Some((name, HeaderValue::from_str(&value).ok()?));
        Self(rows.into_iter().filter_map(row).collect())
    }

    /// Makes the headers of `request` what a component of this route gets. `false` when the request has no host.
    pub fn apply<B>(&self, request: &mut Request<B>, found: &Match) -> bool {
        let Some(full) = full_url(request) else { return false };
        let headers = request.headers_mut();
        forget(headers);
        headers.insert(FULL_URL, full);
        for (name, value) in &self.0 {
            headers.insert(name.clone(), value.clone());
        }
        if let Ok(rest) = HeaderValue::from_str(&found.rest) {
            headers.insert(PATH_INFO, rest);
        }
        for (name, value) in &found.parameters {
            let name = HeaderName::try_from(format!("spin-path-match-{name}"));
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
                headers.insert(name, value);
            }
        }
        true
    }
}

fn full_url<B>(request: &Request<B>) -> Option<HeaderValue> {
    let uri = request.uri();
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let authority = uri.authority().map(hyper::http::uri::Authority::as_str).or(host)?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    HeaderValue::from_str(&format!("http://{authority}{path}")).ok()
}

/// Takes away what only the host may say.
fn forget(headers: &mut HeaderMap) {
    let ours = |name: &&HeaderName| name.as_str().starts_with("spin-") || **name == ROUTE || **name == CODE;
    let names: Vec<HeaderName> = headers.keys().filter(ours).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

/// What a component said about its answer, taken out of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Its route, such as `/v1/merchants/{merchant}/rulebook`.
    pub route: Option<String>,
    /// Its problem's code.
    pub code: Option<String>,
}

impl Said {
    /// Takes it out of `response`; what is not a plain short name is dropped.
    pub fn take<B>(response: &mut Response<B>) -> Self {
        let mut name = |header: HeaderName| {
            let value = response.headers_mut().remove(header)?;
            let text = value.to_str().ok().filter(|text| !text.is_empty() && text.len() <= NAME_BYTES)?;
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/{}.:_*-".contains(&byte);
            text.bytes().all(plain).then(|| text.to_owned())
        };
        Self { route: name(ROUTE), code: name(CODE) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_gets_spins_headers_and_nobody_elses() {
        let route = Route::parse("/v1/:merchant/...").unwrap();
        let mut request = Request::get("/v1/willow/rules?x=1").header("host", "shop:80").body(()).unwrap();
        request.headers_mut().insert("spin-client-addr", HeaderValue::from_static("1.2.3.4"));
        request.headers_mut().insert("spin-full-url", HeaderValue::from_static("http://other/"));
        let found = route.matches(request.uri().path()).unwrap();
        assert!(RouteHeaders::new(&route).apply(&mut request, &found));
        let get = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let cases = [
            ("spin-full-url", Some("http://shop:80/v1/willow/rules?x=1")),
            ("spin-path-info", Some("/rules")),
            ("spin-matched-route", Some("/v1/:merchant/...")),
            ("spin-component-route", Some("/v1/:merchant")),
            ("spin-path-match-merchant", Some("willow")),
            ("spin-client-addr", None),
        ];
        for (name, wanted) in cases {
            assert_eq!(get(name).as_deref(), wanted, "{name}");
        }
        assert!(!RouteHeaders::new(&route).apply(&mut Request::get("/").body(()).unwrap(), &found));
    }

    #[test]
    fn what_a_component_says_is_taken_out_and_bounded() {
        let mut response = Response::builder()
            .header("x-pushcart-route", "/v1/{merchant}")
            .header("x-pushcart-code", "a\"b")
            .body(())
            .unwrap();
        let said = Said::take(&mut response);
        assert_eq!(said, Said { route: Some("/v1/{merchant}".into()), code: None });
        assert!(response.headers().is_empty());
    }
}

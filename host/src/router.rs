//! Which trigger answers a path, by Spin's rule: an exact segment before a parameter before a wildcard.
//!
//! It sees paths only: the method is the component's business.

use std::fmt;

/// A route: `/`, `/v1/quote`, `/v1/:merchant/rules`, `/v1/...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    text: String,
    segments: Vec<Segment>,
    wildcard: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Exact(String),
    Parameter(String),
}

/// What a path gave where the route left it open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// Values of `:name` segments, in order.
    pub parameters: Vec<(String, String)>,
    /// What the wildcard matched, beginning with `/`; empty without one.
    pub rest: String,
}

impl Route {
    /// Reads a route; the error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some(path) = text.strip_prefix('/') else { return Err("must begin with `/`".into()) };
        let (path, wildcard) = match path.strip_suffix("...") {
            Some(before) if before.is_empty() || before.ends_with('/') => (before.trim_end_matches('/'), true),
            Some(_) => return Err("`...` must be a segment of its own".into()),
            None => (path.trim_end_matches('/'), false),
        };
        let mut segments = Vec::new();
        for part in path.split('/').filter(|_| !path.is_empty()) {
            segments.push(match part.strip_prefix(':') {
                _ if part.is_empty() => return Err("has an empty segment".into()),
                _ if part.contains("...") || part.contains('*') => {
                    return Err("`...` may stand at the end only, and `*` nowhere".into());
                }
                Some("") => return Err("`:` needs a name".into()),
                Some(name) => Segment::Parameter(name.into()),
                None => Segment::Exact(part.into()),
            });
        }
        Ok(Self { text: text.into(), segments, wildcard })
    }

    /// The route with the names of its parameters left out: two routes of one shape select the same paths.
    pub fn shape(&self) -> String {
        let mut shape = String::new();
        for segment in &self.segments {
            shape.push('/');
            shape.push_str(match segment {
                Segment::Exact(text) => text,
                Segment::Parameter(_) => ":",
            });
        }
        if self.wildcard { shape + "/..." } else { shape }
    }

    /// The route before its wildcard: Spin's `spin-component-route`.
    pub fn base(&self) -> &str {
        let base = self.text.strip_suffix("...").unwrap_or(&self.text);
        base.trim_end_matches('/')
    }

    /// Whether this route selects `path`, and what it leaves open.
    pub fn matches(&self, path: &str) -> Option<Match> {
        let mut rest = path.strip_prefix('/')?;
        let mut parameters = Vec::new();
        let mut ended = rest.is_empty();
        for segment in &self.segments {
            if ended {
                return None;
            }
            let (given, behind) = rest.split_once('/').map_or((rest, None), |(given, behind)| (given, Some(behind)));
            match segment {
                Segment::Exact(text) if text == given => {}
                Segment::Parameter(name) if !given.is_empty() => parameters.push((name.clone(), given.into())),
                _ => return None,
            }
            rest = behind.unwrap_or("");
            ended = behind.is_none();
        }
        if self.wildcard {
            let rest = if ended { String::new() } else { format!("/{rest}") };
            return Some(Match { parameters, rest });
        }
        // One slash at the end selects the same route.
        rest.is_empty().then_some(Match { parameters, rest: String::new() })
    }

    /// Smaller is more specific.
    fn precedence(&self) -> (Vec<u8>, bool) {
        let mut kinds: Vec<u8> =
            self.segments.iter().map(|segment| u8::from(matches!(segment, Segment::Parameter(_)))).collect();
        // A route that ends comes before a wildcard that goes on, a longer one before a shorter.
        kinds.push(if self.wildcard { 3 } else { 2 });
        (kinds, self.wildcard)
    }
}

impl fmt::Display for Route {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// Routes in the order in which they are tried, each with what it leads to.
#[derive(Debug)]
pub struct Router<T>(Vec<(Route, T)>);

impl<T> Router<T> {
    /// A router of these routes, given in any order.
    pub fn new(routes: impl IntoIterator<Item = (Route, T)>) -> Self {
        let mut routes: Vec<_> = routes.into_iter().collect();
        routes.sort_by_cached_key(|(route, _)| route.precedence());
        Self(routes)
    }

    /// The most specific route that selects `path`, what it leads to and what it leaves open.
    pub fn find(&self, path: &str) -> Option<(&Route, &T, Match)> {
        self.0.iter().find_map(|(route, target)| Some((route, target, route.matches(path)?)))
    }

    /// Every route with what it leads to, most specific first.
    pub fn iter(&self) -> impl Iterator<Item = &(Route, T)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_route_answers() {
        let texts = ["/...", "/v1/...", "/v1/quote", "/v1/:name", "/v1/:name/rules", "/v1/shop/...", "/"];
        let router = Router::new(texts.iter().map(|text| (Route::parse(text).unwrap(), *text)));
        let cases = [
            ("/", "/"),
            ("/v1/quote", "/v1/quote"),
            ("/v1/quote/", "/v1/quote"),
            ("/v1/other", "/v1/:name"),
            ("/v1/other/rules", "/v1/:name/rules"),
            ("/v1/shop/rules", "/v1/shop/..."),
            ("/v1/shop", "/v1/shop/..."),
            ("/v1/a/b/c", "/v1/..."),
            ("/v1", "/v1/..."),
            ("/v1/", "/v1/..."),
            ("/v11", "/..."),
        ];
        for (path, wanted) in cases {
            assert_eq!(router.find(path).map(|(_, target, _)| *target), Some(wanted), "{path}");
        }
        let exact = Router::new([(Route::parse("/a").unwrap(), ())]);
        assert!(exact.find("/b").is_none() && exact.find("/a/b").is_none() && exact.find("").is_none());
    }

    #[test]
    fn what_is_left_open_is_told() {
        let route = Route::parse("/v1/:merchant/...").unwrap();
        let found = route.matches("/v1/willow/rules/7").unwrap();
        assert_eq!(found.parameters, [("merchant".to_string(), "willow".to_string())]);
        assert_eq!((found.rest.as_str(), route.base()), ("/rules/7", "/v1/:merchant"));
    }

    #[test]
    fn malformed_routes_are_refused() {
        for text in ["quote", "/a...", "/.../b", "/a//b", "/:", "/a/*"] {
            assert!(Route::parse(text).is_err(), "{text}");
        }
    }
}

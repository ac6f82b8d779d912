//! The table of the host's own routes: one line an operation.

use crate::plugins::refusal::{Code, Refusal};
use hyper::Request;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// All plugins.
    List,
    /// One plugin.
    Get,
    /// A plugin with all its versions goes.
    Delete,
    /// A version comes.
    PutVersion,
    /// One version.
    GetVersion,
    /// A version goes.
    DeleteVersion,
    /// The active version's log.
    Logs,
    /// What a version would do.
    Try,
    /// A version is switched on.
    Activate,
    /// What was before is switched on.
    RollBack,
    /// A plugin is switched off.
    Deactivate,
    /// All keys.
    ListKeys,
    /// A key comes.
    PutKey,
    /// A key goes.
    DeleteKey,
}

/// One operation.
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path; `{name}` stands for one segment, or for one up to a colon.
    pub path: &'static str,
    /// What it asks for.
    pub operation: Operation,
}

/// Every operation.
#[rustfmt::skip]
pub const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/v1/merchants/{merchant}/plugins", operation: Operation::List },
    Route { method: "GET", path: "/v1/merchants/{merchant}/plugins/{plugin}", operation: Operation::Get },
    Route { method: "DELETE", path: "/v1/merchants/{merchant}/plugins/{plugin}", operation: Operation::Delete },
    Route { method: "PUT", path: "/v1/merchants/{merchant}/plugins/{plugin}/versions/{version}", operation: Operation::PutVersion },
    Route { method: "GET", path: "/v1/merchants/{merchant}/plugins/{plugin}/versions/{version}", operation: Operation::GetVersion },
    Route { method: "DELETE", path: "/v1/merchants/{merchant}/plugins/{plugin}/versions/{version}", operation: Operation::DeleteVersion },
    Route { method: "GET", path: "/v1/merchants/{merchant}/plugins/{plugin}/logs", operation: Operation::Logs },
    Route { method: "POST", path: "/v1/merchants/{merchant}/plugins/{plugin}:try", operation: Operation::Try },
    Route { method: "POST", path: "/v1/merchants/{merchant}/plugins/{plugin}:activate", operation: Operation::Activate },
    Route { method: "POST", path: "/v1/merchants/{merchant}/plugins/{plugin}:rollback", operation: Operation::RollBack },
    Route { method: "POST", path: "/v1/merchants/{merchant}/plugins/{plugin}:deactivate", operation: Operation::Deactivate },
    Route { method: "GET", path: "/v1/merchants/{merchant}/plugin-keys", operation: Operation::ListKeys },
    Route { method: "PUT", path: "/v1/merchants/{merchant}/plugin-keys/{key}", operation: Operation::PutKey },
    Route { method: "DELETE", path: "/v1/merchants/{merchant}/plugin-keys/{key}", operation: Operation::DeleteKey },
];

/// The operation for a method and a path, and what its parameters stand for. `None` for a path that is none of these; no
/// route where the path takes other methods.
pub fn find(method: &str, path: &str) -> Option<(Option<&'static Route>, Vec<String>)> {
    if !path.starts_with("/v1/merchants/") {
        return None;
    }
    // The two characters of names and versions that some clients escape.
    let path = path.replace("%3A", ":").replace("%3a", ":").replace("%2B", "+").replace("%2b", "+");
    let mut others = None;
    for route in ROUTES {
        let Some(parameters) = matched(route.path, &path) else { continue };
        if route.method == method {
            return Some((Some(route), parameters));
        }
        others = Some((None, parameters));
    }
    others
}

/// What is said where a path takes other methods.
pub fn other_methods<B>(request: &Request<B>) -> Refusal {
    let path = request.uri().path();
    let mut methods: Vec<&str> = ["GET", "PUT", "POST", "DELETE"]
        .into_iter()
        .filter(|method| matches!(find(method, path), Some((Some(_), _))))
        .collect();
    methods.sort_unstable();
    let methods = methods.join(", ");
    // The few sets of methods that there are.
    let known = ["DELETE, GET", "DELETE, GET, PUT", "GET", "POST", "DELETE, PUT"];
    let allow = known.into_iter().find(|known| *known == methods);
    Refusal { allow, ..Refusal::new(Code::MethodNotAllowed, format!("This path takes {methods}.")) }
}

fn matched(pattern: &str, path: &str) -> Option<Vec<String>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut parameters = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(parameters),
            (Some(wanted), Some(given)) if wanted.starts_with('{') => {
                let verb = wanted.split_once('}').map_or("", |(_, verb)| verb);
                let name = given.strip_suffix(verb)?;
                if name.is_empty() || name.contains(':') {
                    return None;
                }
                parameters.push(name.to_owned());
            }
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_where_they_should() {
        let rows = [
            ("GET", "/v1/merchants/willow/plugins", Some(Operation::List), &["willow"][..]),
            (
                "PUT",
                "/v1/merchants/w/plugins/a/versions/1.0.0%2B1",
                Some(Operation::PutVersion),
                &["w", "a", "1.0.0+1"],
            ),
            ("POST", "/v1/merchants/w/plugins/a:activate", Some(Operation::Activate), &["w", "a"]),
            ("POST", "/v1/merchants/w/plugins/a%3Atry", Some(Operation::Try), &["w", "a"]),
            ("DELETE", "/v1/merchants/w/plugin-keys/k1", Some(Operation::DeleteKey), &["w", "k1"]),
            ("PATCH", "/v1/merchants/w/plugins", None, &["w"]),
        ];
        for (method, path, wanted, parameters) in rows {
            let (route, found) = find(method, path).unwrap();
            assert_eq!(route.map(|route| route.operation), wanted, "{method} {path}");
            assert_eq!(found, parameters, "{method} {path}");
        }
        for path in
            ["/v1/merchants/w/rulebook", "/v1/merchants/w/plugins/a:explode", "/v1/merchants/w/plugins/", "/v1/quote"]
        {
            assert!(find("POST", path).is_none(), "{path}");
        }
        let request = Request::patch("/v1/merchants/w/plugins/a/versions/1").body(()).unwrap();
        assert_eq!(other_methods(&request).allow, Some("DELETE, GET, PUT"));
        for route in ROUTES {
            let path = route.path.replace(['{', '}'], "");
            let request = Request::patch(path).body(()).unwrap();
            assert!(other_methods(&request).allow.is_some(), "{}", route.path);
        }
    }
}

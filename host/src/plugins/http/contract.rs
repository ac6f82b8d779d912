//! `/openapi.json` as this host serves it: the app's own contract, with the codes that the host adds for plugins.
//!
//! The app names the plugins' operations itself, so that its contract is one under every host; what they are refused with is
//! known here alone.

use crate::plugins::failure::Kind;
use crate::plugins::refusal::{Code, FAULTS};
use crate::plugins::upload::structure;
use hyper::Response;
use hyper::body::Bytes;
use hyper::header::CONTENT_LENGTH;
use serde_json::Value;
use std::collections::BTreeMap;

/// Where the contract is.
pub const PATH: &str = "/openapi.json";
/// The field that names every code with its title.
const CODES: &str = "x-problem-codes";

/// Adds the plugins' codes to an answer that is the contract; any other answer stays as it is.
pub fn complete(mut answer: Response<Bytes>) -> Response<Bytes> {
    if let Ok(mut contract) = serde_json::from_slice::<Value>(answer.body())
        && let Some(Value::Object(known)) = contract.get_mut(CODES)
    {
        for (code, title) in codes() {
            known.entry(code).or_insert_with(|| title.into());
        }
        *answer.body_mut() = Bytes::from(contract.to_string());
    }
    // Of a HEAD too: it would be that of the app's own.
    answer.headers_mut().remove(CONTENT_LENGTH);
    answer
}

/// Every code of plugins with its title.
pub fn codes() -> BTreeMap<&'static str, String> {
    let refused = Code::ALL.iter().map(|code| (code.parts().1, code.parts().2.to_owned()));
    let failed = Kind::ALL.iter().map(|kind| (kind.code(), kind.title().trim().trim_end_matches('.').to_owned()));
    let bounds =
        structure::ROWS.iter().map(|(_, code, name, ..)| (*code, format!("The component has too many {name}")));
    let faults = FAULTS.iter().map(|(code, title)| (*code, (*title).to_owned()));
    // A code that is both has the title of the refusal.
    faults.chain(bounds).chain(failed).chain(refused).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugins::http::ROUTES;
    use std::collections::BTreeSet;

    /// The contract of the app, as its own test keeps it.
    const APP: &str = include_str!("../../../../functions/storefront/tests/openapi.json");

    #[test]
    fn the_app_and_the_host_name_the_same_operations() {
        let contract: Value = serde_json::from_str(APP).unwrap();
        let mut named = BTreeSet::new();
        for (path, operations) in contract["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                if operation["x-pushcart-host"] == true {
                    named.insert(format!("{} {path}", method.to_uppercase()));
                }
            }
        }
        let served = ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
        assert_eq!(named, served);
    }

    #[test]
    fn every_code_is_told_and_the_list_is_the_one_on_file() {
        let answer = complete(Response::new(Bytes::from(APP)));
        let contract: Value = serde_json::from_slice(answer.body()).unwrap();
        let before: Value = serde_json::from_str(APP).unwrap();
        assert_eq!(contract["paths"], before["paths"]);
        for (code, title) in before[CODES].as_object().unwrap() {
            assert_eq!(contract[CODES][code], *title, "the app's own title stays");
        }
        let found = serde_json::to_string_pretty(&contract[CODES]).unwrap() + "\n";
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/plugins/problem-codes.json");
        if std::env::var_os("PUSHCART_BLESS").is_some() {
            std::fs::write(file, &found).unwrap();
        }
        assert_eq!(found, std::fs::read_to_string(file).unwrap_or_default(), "PUSHCART_BLESS=1 writes {file} anew");
        let other = complete(Response::new(Bytes::from_static(b"{}")));
        assert_eq!(other.body().as_ref(), b"{}");
    }
}

//! Merchants' plugins: operations of the contract that the Pushcart host answers itself, before this component is asked.
//! Elsewhere (Spin) they say so; plugins are then linked when the app is built.

use crate::app::Exchange;
use crate::http::Response;
use crate::problem::{Kind, Problem};

/// A component's bytes as a request's body.
pub const WASM: &str = r#"{"contentMediaType":"application/wasm"}"#;

/// Whether the host answers this path where it can.
#[must_use]
pub fn provided(path: &str) -> bool {
    path.starts_with("/v1/merchants/{merchant}/plugin")
}

/// What is said where the host does not.
pub fn elsewhere(_: &Exchange<'_>) -> Result<Response, Problem> {
    let detail = "Plugins are uploaded to the Pushcart host; here they are linked when the app is built.";
    Err(Problem::new(Kind::PluginsUnsupported, detail))
}

//! Whether the process answers, and whether it can do its work.

use crate::app::Exchange;
use crate::http::Response;
use crate::problem::Problem;

/// 200 as long as the component runs at all.
pub fn alive(_: &Exchange<'_>) -> Result<Response, Problem> {
    Ok(Response::json(200, br#"{"status":"ok"}"#.to_vec()))
}

/// 200 when the store answers.
pub fn ready(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    exchange.world.store.get("ready").map_err(Problem::store)?;
    Ok(Response::json(200, br#"{"status":"ready"}"#.to_vec()))
}

//! Publishing and reading a merchant's rules.

use crate::app::Exchange;
use crate::http::Response;
use crate::problem::{Kind, Problem};
use crate::published;
use commerce::bounds;

/// Validates, compiles and stores the document; the answer names its digest, which is its ETag too.
pub fn put(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let merchant = exchange.authorized()?;
    exchange.precondition(merchant)?;
    exchange.json_type()?;
    if exchange.request.body.len() > bounds::RULEBOOK_BYTES {
        return Err(Problem::new(Kind::BodyTooLarge, format!("The bound is {} bytes.", bounds::RULEBOOK_BYTES)));
    }
    let digest = published::publish(exchange.world.store, merchant, &exchange.request.body)?;
    let body = format!(r#"{{"merchant":"{merchant}","digest":"{digest}"}}"#);
    Ok(Response::json(200, body.into_bytes()).with("etag", format!("\"{digest}\"")))
}

/// The document as it was published.
pub fn get(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let merchant = exchange.authorized()?;
    let digest = published::current(exchange.world.store, merchant)?;
    let tag = format!("\"{digest}\"");
    if exchange.knows(&tag) {
        return Ok(Response::empty(304).with("etag", tag));
    }
    Ok(Response::json(200, published::document(exchange.world.store, merchant, &digest)?).with("etag", tag))
}

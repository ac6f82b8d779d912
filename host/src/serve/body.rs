//! A request's body, read whole before a component is called: within its limit, in time, and within the budget for all.

use super::admission::{Admission, Charge};
use crate::call::join;
use crate::problem::Problem;
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use std::time::Duration;

/// Bytes beyond the limit that are read and thrown away, so that a client that is still sending can read why.
const DISCARD_BYTES: usize = 2 << 20;
/// How long that may take.
const DISCARD_TIME: Duration = Duration::from_millis(500);

/// A body, and the room it holds.
pub struct Whole {
    /// The bytes.
    pub bytes: Bytes,
    /// Given back when the request ends.
    pub charge: Option<Charge>,
}

/// Reads `body` of at most `limit` bytes within `timeout`.
pub async fn read(
    mut body: Incoming,
    limit: usize,
    timeout: Duration,
    admission: &Admission,
) -> Result<Whole, Problem> {
    if body.is_end_stream() {
        return Ok(Whole { bytes: Bytes::new(), charge: None });
    }
    // A body that does not say its length may be as long as it may be.
    let declared = body.size_hint().exact().map_or(limit, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    let result = if declared > limit {
        Err(Problem::BodyTooLarge)
    } else {
        let charge = admission.charge(declared).ok_or(Problem::Overloaded)?;
        let bytes = tokio::time::timeout(timeout, collect(&mut body, limit)).await;
        bytes.unwrap_or(Err(Problem::BodyTimeout)).map(|bytes| Whole { bytes, charge: Some(charge) })
    };
    if matches!(result, Err(Problem::BodyTooLarge)) {
        // Whether it ends in time is no matter: the connection is closed either way.
        let _ = tokio::time::timeout(DISCARD_TIME, collect(&mut body, DISCARD_BYTES)).await;
    }
    result
}

async fn collect(body: &mut Incoming, limit: usize) -> Result<Bytes, Problem> {
    let mut chunks: Vec<Bytes> = Vec::new();
    let mut total = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Problem::BodyUnreadable)?.into_data() else { continue };
        total += data.len();
        if total > limit {
            return Err(Problem::BodyTooLarge);
        }
        chunks.push(data);
    }
    Ok(join(chunks))
}

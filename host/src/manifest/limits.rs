//! `[component.X.tool.pushcart] body-limits`: bounds for requests that need other ones than the host's options give, such
//! as publishing a large rulebook.
//!
//! A request that is given memory of its own runs on an instance made for it alone; see `crate::pool`.

use crate::toml_reader::Node;
use hyper::Method;
use std::time::Duration;

/// Bounds for the requests that a method and a path select; what is `None` stays as the options say.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The method; `None` selects every one.
    pub method: Option<Method>,
    /// The path.
    pub path: PathPattern,
    /// The largest request body in bytes.
    pub body: Option<usize>,
    /// The largest answer body in bytes.
    pub answer: Option<usize>,
    /// Memory in bytes, summed over all memories of the instance; the request gets a fresh instance.
    pub memory: Option<usize>,
    /// How long the call may take.
    pub deadline: Option<Duration>,
}

impl Limits {
    /// Whether these bounds are for that request.
    pub fn select(&self, method: &Method, path: &str) -> bool {
        self.method.as_ref().is_none_or(|wanted| wanted == method) && self.path.matches(path)
    }
}

/// A path whose segments may be `*`, which matches any one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern(Vec<String>);

impl PathPattern {
    /// Reads a pattern such as `/v1/merchants/*/rulebook`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some(rest) = text.strip_prefix('/') else { return Err("must begin with `/`".into()) };
        let segments: Vec<String> = rest.split('/').map(String::from).collect();
        if segments.iter().any(|segment| segment.contains('*') && segment != "*") {
            return Err("`*` stands for one whole segment".into());
        }
        Ok(Self(segments))
    }

    /// Whether `path`, without its query, has this shape.
    pub fn matches(&self, path: &str) -> bool {
        let mut given = path.strip_prefix('/').unwrap_or(path).split('/');
        let all = self.0.iter().all(|wanted| given.next().is_some_and(|segment| wanted == "*" || wanted == segment));
        all && given.next().is_none()
    }
}

/// Reads one entry.
pub fn read(node: &Node<'_, '_>) -> Option<Limits> {
    let table = node.table()?;
    let path = table.require("path").and_then(|node| {
        let parsed = PathPattern::parse(node.text()?);
        parsed.map_err(|message| node.fault(message)).ok()
    });
    let method = table.get("method").and_then(|node| {
        let parsed = Method::from_bytes(node.full_text()?.as_bytes());
        parsed.map_err(|_| node.fault("must be an HTTP method")).ok()
    });
    let bytes = |key: &str| table.get(key).and_then(|node| node.count()).and_then(|count| usize::try_from(count).ok());
    let (body, answer, memory) = (bytes("bytes"), bytes("answer-bytes"), bytes("memory-bytes"));
    let deadline = table.get("deadline-ms").and_then(|node| node.count()).map(Duration::from_millis);
    table.finish();
    Some(Limits { method, path: path?, body, answer, memory, deadline })
}

//! One request to the host over HTTP/1.1: as much of it as the tool needs, so that the host has no second HTTP client.

use super::Host;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long the host may take; it compiles what is uploaded, with whatever its operator grants and requests leave.
const PATIENCE: Duration = Duration::from_secs(1800);
/// Bytes of an answer that are read.
const ANSWER: u64 = 8 << 20;

/// A request.
pub struct Request<'r> {
    /// The method.
    pub method: &'r str,
    /// What follows `/v1/merchants/{merchant}/plugins/`.
    pub path: &'r str,
    /// Headers beside the usual ones.
    pub headers: &'r [(&'r str, &'r str)],
    /// The body.
    pub body: &'r [u8],
}

impl Host {
    /// Sends it and gives the answer's JSON.
    ///
    /// # Errors
    /// Where the host does not answer, and a problem's title, detail and faults where it refuses.
    pub fn send(&self, request: &Request<'_>) -> Result<Value> {
        let Request { method, path, headers, body } = request;
        let authority = self.url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let authority = authority.with_context(|| {
            format!("{}: the tool speaks http:// only; put a proxy before a host that has https", self.url)
        })?;
        let safe = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        ensure!(
            safe(&self.merchant) && safe(&self.token) && safe(path),
            "merchant, token and name must be visible ASCII characters"
        );
        let address = if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
        let mut stream = TcpStream::connect(&address).with_context(|| format!("nobody listens at {}", self.url))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut head = format!(
            "{method} /v1/merchants/{}/plugins/{path} HTTP/1.0\r\nhost: {authority}\r\nauthorization: Bearer {}\r\nconnection: close\r\ncontent-length: {}\r\n",
            self.merchant,
            self.token,
            body.len()
        );
        for (name, value) in *headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        // A host may refuse, and close, before it has read all: what it said counts.
        let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        let mut answer = Vec::new();
        let read = stream.take(ANSWER).read_to_end(&mut answer);
        if answer.is_empty() {
            sent.and(read.map(drop)).context("the host broke off")?;
        }
        read_answer(&answer)
    }
}

fn read_answer(bytes: &[u8]) -> Result<Value> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").context("the host gave no HTTP answer")?;
    let (head, body) = bytes.split_at(end);
    let head = String::from_utf8_lossy(head);
    let status: u16 =
        head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("the host gave no status")?;
    let document: Value = serde_json::from_slice(body.get(4..).unwrap_or_default()).unwrap_or_default();
    if (200..300).contains(&status) {
        return Ok(document);
    }
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut said =
        format!("{status} {}: {}. {}", text(&document, "code"), text(&document, "title"), text(&document, "detail"));
    for fault in document.get("faults").and_then(Value::as_array).into_iter().flatten() {
        said.push_str(&format!("\n  {} {}: {}", text(fault, "pointer"), text(fault, "code"), text(fault, "detail")));
    }
    bail!("{said}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_with_its_faults() {
        let good = b"HTTP/1.0 201 Created\r\ncontent-length: 7\r\n\r\n{\"a\":1}";
        assert_eq!(read_answer(good).unwrap(), serde_json::json!({"a": 1}));
        let bad = b"HTTP/1.0 422 X\r\n\r\n{\"code\":\"invalid-config\",\"title\":\"T\",\"detail\":\"D\",\"faults\":[{\"code\":\"c\",\"pointer\":\"/p\",\"detail\":\"d\"}]}";
        assert_eq!(read_answer(bad).unwrap_err().to_string(), "422 invalid-config: T. D\n  /p c: d");
        assert!(read_answer(b"").is_err());
    }
}

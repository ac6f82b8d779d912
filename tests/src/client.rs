//! A small HTTP/1.1 client over one connection, so that a test decides every byte that is sent and when.
//!
//! What must never be in here: a retry. A test that needs one says so itself.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long an answer may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names (lower case) and values of the headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of that name, given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; `null` where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The code of a problem; empty where the body is none.
    #[must_use]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A client of one server. It keeps its connection and opens another one when the server closed it.
pub struct Client {
    authority: String,
    token: Option<String>,
    patience: Duration,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    /// A client of `http://host:port`.
    ///
    /// # Errors
    /// Where the address is another scheme's.
    pub fn new(base: &str) -> Result<Self> {
        let authority = base.strip_prefix("http://").context("the address must begin with http://")?;
        let authority = authority.trim_end_matches('/').to_owned();
        ensure!(!authority.contains('/'), "the address must have no path: {base}");
        Ok(Self { authority, token: None, patience: PATIENCE, connection: None })
    }

    /// The same, with a bearer token on every request.
    #[must_use]
    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// The same, waiting that long for an answer.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// `GET`.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub fn get(&mut self, path: &str) -> Result<Answer> {
        self.send("GET", path, &[], b"")
    }

    /// `POST` of a JSON document.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub fn post(&mut self, path: &str, document: &Value) -> Result<Answer> {
        self.send("POST", path, &[("content-type", "application/json")], document.to_string().as_bytes())
    }

    /// `PUT` of a JSON document.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub fn put(&mut self, path: &str, document: &Value) -> Result<Answer> {
        self.send("PUT", path, &[("content-type", "application/json")], document.to_string().as_bytes())
    }

    /// Any request.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answer> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.authority);
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n")?;
        }
        if let Some(token) = self.token.as_ref().filter(|_| !headers.iter().any(|(name, _)| *name == "authorization")) {
            write!(head, "authorization: Bearer {token}\r\n")?;
        }
        write!(head, "content-length: {}\r\n\r\n", body.len())?;
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        self.raw(&bytes)
    }

    /// Sends these bytes and reads one answer, whatever they are.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<Answer> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        // A server may answer, and close, before it has read all: what it said counts.
        let sent = connection.get_mut().write_all(bytes);
        let answer = match read(&mut connection, bytes.starts_with(b"HEAD ")) {
            Ok(answer) => answer,
            Err(error) => {
                sent.context("the request could not be sent")?;
                return Err(error);
            }
        };
        if answer.header("connection") != Some("close") {
            self.connection = Some(connection);
        }
        Ok(answer)
    }

    /// A connection of its own, for what no client should do.
    ///
    /// # Errors
    /// Where nobody listens.
    pub fn connect(&self) -> Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect(&self.authority).with_context(|| format!("nobody at {}", self.authority))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(self.patience))?;
        stream.set_write_timeout(Some(self.patience))?;
        Ok(BufReader::new(stream))
    }
}

/// Reads one answer; `bodiless` for that of a HEAD.
///
/// # Errors
/// Where the connection ends before the answer does.
pub fn read(from: &mut impl BufRead, bodiless: bool) -> Result<Answer> {
    let status_line = line(from)?;
    let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status: u16 = status.with_context(|| format!("no status: {status_line}"))?;
    let mut headers = Vec::new();
    loop {
        let header = line(from)?;
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').with_context(|| format!("no header: {header}"))?;
        // The date says when, never what: answers are compared.
        if !name.eq_ignore_ascii_case("date") {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let mut answer = Answer { status, headers, body: Vec::new() };
    if bodiless || matches!(status, 100..=199 | 204 | 304) {
        return Ok(answer);
    }
    if answer.header("transfer-encoding") == Some("chunked") {
        while let Some(mut chunk) = chunk(from)? {
            answer.body.append(&mut chunk);
        }
    } else if let Some(length) = answer.header("content-length") {
        answer.body = vec![0; length.parse()?];
        from.read_exact(&mut answer.body).context("the body broke off")?;
    } else {
        from.read_to_end(&mut answer.body)?;
    }
    Ok(answer)
}

fn chunk(from: &mut impl BufRead) -> Result<Option<Vec<u8>>> {
    let size = usize::from_str_radix(line(from)?.split(';').next().unwrap_or_default(), 16)?;
    let mut chunk = vec![0; size];
    from.read_exact(&mut chunk).context("a chunk broke off")?;
    line(from)?;
    Ok((size > 0).then_some(chunk))
}

fn line(from: &mut impl BufRead) -> Result<String> {
    let mut line = String::new();
    if from.take(64 << 10).read_line(&mut line).context("no answer")? == 0 {
        bail!("the connection was closed");
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_to_their_end_and_no_further() {
        let two = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n1;x\r\nd\r\n0\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n";
        let mut bytes = two.as_slice();
        assert_eq!(read(&mut bytes, false).unwrap().text(), "ok");
        assert_eq!(read(&mut bytes, false).unwrap().text(), "abcd");
        assert_eq!(read(&mut bytes, false).unwrap().status, 304);
        assert!(read(&mut bytes, false).is_err());
    }
}

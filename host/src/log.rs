//! The host's log: one line a request, one a line of a component's output, and what the operator must know.
//!
//! Personal data must never get here: no raw path, no query, no header's value, no address of a client. Lines are
//! written by a thread of their own, so that a slow reader of the log slows no request; what does not fit is counted.

use crate::options::LogFormat;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Lines that wait to be written.
const QUEUE: usize = 8192;

/// Where lines go; a clone writes to the same place.
#[derive(Clone)]
pub struct Log(Arc<Inner>);

struct Inner {
    format: LogFormat,
    quiet: bool,
    lines: SyncSender<Line>,
    dropped: AtomicU64,
}

enum Line {
    Text(String),
    Flush(SyncSender<()>),
}

/// One served request, for its line.
pub struct Request<'r> {
    /// The method.
    pub method: &'r str,
    /// The pattern that selected it, never the path.
    pub route: &'r str,
    /// The status of the answer.
    pub status: u16,
    /// The code of a problem, empty without one.
    pub code: &'r str,
    /// From the head read to the answer made.
    pub took: Duration,
    /// Whether the instance had served before.
    pub reused: bool,
    /// The trace id.
    pub trace: &'r str,
}

impl Log {
    /// A log on stdout.
    pub fn start(format: LogFormat, quiet: bool) -> std::io::Result<Self> {
        let (lines, queue) = sync_channel(QUEUE);
        std::thread::Builder::new().name("log".into()).spawn(move || write_lines(&queue))?;
        Ok(Self(Arc::new(Inner { format, quiet, lines, dropped: AtomicU64::new(0) })))
    }

    /// Lines that could not be written in time.
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }

    /// Waits until every line so far is written.
    pub fn flush(&self) {
        let (done, wait) = sync_channel(1);
        if self.0.lines.send(Line::Flush(done)).is_ok() {
            // The writer is gone only when the process ends.
            let _ = wait.recv_timeout(Duration::from_secs(1));
        }
    }

    /// Something that the operator should know.
    pub fn info(&self, message: &str) {
        if !self.0.quiet {
            self.event("info", message);
        }
    }

    /// Something that the operator must know.
    pub fn warn(&self, message: &str) {
        self.event("warn", message);
    }

    /// A line that a component wrote.
    pub fn component(&self, component: &str, stream: &str, trace: &str, line: &str) {
        if self.0.quiet {
            return;
        }
        let mut text = self.begin("component");
        match self.0.format {
            LogFormat::Text => {
                let _ = write!(text, " {component} {stream} trace={trace} {}", line.escape_debug());
            }
            LogFormat::Json => {
                let line = json(line);
                let _ = write!(
                    text,
                    r#","component":{},"stream":"{stream}","trace":"{trace}","line":{line}}}"#,
                    json(component)
                );
            }
        }
        self.send(text);
    }

    /// The line of one request.
    pub fn request(&self, request: &Request<'_>) {
        if self.0.quiet {
            return;
        }
        let Request { method, route, status, code, took, reused, trace } = request;
        let took = took.as_micros();
        let mut text = self.begin("request");
        match self.0.format {
            LogFormat::Text => {
                let _ = write!(text, " {method} {route} {status} {took}us");
                if !code.is_empty() {
                    let _ = write!(text, " code={code}");
                }
                let _ = write!(text, " reused={reused} trace={trace}");
            }
            LogFormat::Json => {
                let _ = write!(
                    text,
                    r#","method":{},"route":{},"status":{status},"code":"{code}","us":{took},"reused":{reused},"trace":"{trace}"}}"#,
                    json(method),
                    json(route)
                );
            }
        }
        self.send(text);
    }

    fn event(&self, level: &str, message: &str) {
        let mut text = self.begin(level);
        let _ = match self.0.format {
            LogFormat::Text => write!(text, " {message}"),
            LogFormat::Json => write!(text, r#","message":{}}}"#, json(message)),
        };
        self.send(text);
    }

    fn begin(&self, kind: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut text = String::with_capacity(160);
        if self.0.format == LogFormat::Json {
            text.push_str(r#"{"time":""#);
        }
        push_time(&mut text, now);
        let _ = match self.0.format {
            LogFormat::Text => write!(text, " {kind}"),
            LogFormat::Json => write!(text, r#"","kind":"{kind}""#),
        };
        text
    }

    fn send(&self, mut text: String) {
        text.push('\n');
        if self.0.lines.try_send(Line::Text(text)).is_err() {
            self.0.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn write_lines(queue: &Receiver<Line>) {
    let mut buffer = String::new();
    while let Ok(first) = queue.recv() {
        let mut next = Some(first);
        let mut waiting = None;
        while let Some(line) = next {
            match line {
                Line::Text(text) => buffer.push_str(&text),
                Line::Flush(done) => waiting = Some(done),
            }
            next = if buffer.len() < 64 << 10 && waiting.is_none() { queue.try_recv().ok() } else { None };
        }
        // A log that nobody reads any more must not stop the host.
        let _ = std::io::stdout().write_all(buffer.as_bytes()).and_then(|()| std::io::stdout().flush());
        buffer.clear();
        if let Some(done) = waiting {
            let _ = done.send(());
        }
    }
}

/// Appends an RFC 3339 instant in UTC with milliseconds; civil dates after Howard Hinnant's `civil_from_days`.
fn push_time(text: &mut String, since_epoch: Duration) {
    let seconds = since_epoch.as_secs();
    let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let milli = since_epoch.subsec_millis();
    let _ = write!(text, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_civil() {
        let cases = [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"),
            (1_794_340_799, "2026-11-10T19:59:59.000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        ];
        for (seconds, wanted) in cases {
            let mut text = String::new();
            push_time(&mut text, Duration::from_secs(seconds));
            assert_eq!(text, wanted);
        }
    }
}

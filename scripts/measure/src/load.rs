//! Load over loopback: threads with a kept-alive connection each, the same request again and again.

use anyhow::{Context as _, bail};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What a load came to.
pub struct Measured {
    /// Requests answered a second.
    pub per_second: f64,
    /// Requests answered, those of the warm-up too.
    pub answered: usize,
    /// Half of the requests took at most this.
    pub p50: Duration,
    /// 99 of 100 took at most this.
    pub p99: Duration,
}

/// A connection that is kept.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects.
    pub fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 << 10) })
    }

    /// Sends a request as it is and reads the answer: status and body.
    pub fn send(&mut self, request: &[u8]) -> anyhow::Result<(u16, &[u8])> {
        self.stream.write_all(request)?;
        self.buffer.clear();
        let mut chunk = [0; 16 << 10];
        let (mut head, mut length) = (0, None);
        loop {
            let read = self.stream.read(&mut chunk)?;
            if read == 0 {
                bail!("the connection was closed in an answer");
            }
            self.buffer.extend_from_slice(chunk.get(..read).unwrap_or_default());
            if length.is_none()
                && let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n")
            {
                head = end + 4;
                let text = String::from_utf8_lossy(self.buffer.get(..end).unwrap_or_default()).to_ascii_lowercase();
                let declared = text
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length:"))
                    .context("an answer without content-length")?;
                length = Some(declared.trim().parse::<usize>()?);
            }
            if length.is_some_and(|length| self.buffer.len() >= head + length) {
                break;
            }
        }
        let status = std::str::from_utf8(self.buffer.get(9..12).unwrap_or_default())?.parse()?;
        Ok((status, self.buffer.get(head..).unwrap_or_default()))
    }
}

/// A request as it goes over the wire.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

/// Sends the request over `connections` kept-alive connections for `time`, after a warm-up of a fifth of it.
pub fn run(address: SocketAddr, request: &[u8], connections: usize, time: Duration) -> anyhow::Result<Measured> {
    let start = Instant::now();
    let (warm, end) = (start + time / 5, start + time / 5 + time);
    let answered = AtomicUsize::new(0);
    let worker = || -> anyhow::Result<Vec<Duration>> {
        let mut client = Client::connect(address)?;
        let mut times = Vec::new();
        loop {
            let before = Instant::now();
            if before >= end {
                return Ok(times);
            }
            let (status, body) = client.send(request)?;
            if status != 200 {
                bail!("answered {status}: {}", String::from_utf8_lossy(body));
            }
            answered.fetch_add(1, Ordering::Relaxed);
            if before >= warm {
                times.push(before.elapsed());
            }
        }
    };
    let results: Vec<anyhow::Result<Vec<Duration>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| bail!("a load thread panicked"))).collect()
    });
    let mut times: Vec<Duration> = results.into_iter().collect::<anyhow::Result<Vec<_>>>()?.concat();
    times.sort_unstable();
    let at = |percent: usize| {
        times.get((times.len() * percent / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
    };
    Ok(Measured {
        per_second: times.len() as f64 / time.as_secs_f64(),
        answered: answered.into_inner(),
        p50: at(50),
        p99: at(99),
    })
}

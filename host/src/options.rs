//! Everything that an operator can choose, with its default and its unit. The command line in `crate::cli` and code
//! that embeds the host fill the same type.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How a host is to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The manifest or its folder.
    pub from: PathBuf,
    /// Where to listen; port 0 chooses a free one.
    pub listen: SocketAddr,
    /// No line per request and none from components, warnings only.
    pub quiet: bool,
    /// `--variable`: values that win over every other source.
    pub variables: Vec<(String, String)>,
    /// Whether `SPIN_VARIABLE_*` of the environment is read.
    pub environment: bool,
    /// Spin's runtime configuration.
    pub runtime_config: Option<PathBuf>,
    /// Where state is kept: `None` is `.spin` beside the manifest, empty keeps nothing.
    pub state_dir: Option<PathBuf>,
    /// Requests that one instance serves before it is replaced; 1 is a fresh instance for each.
    pub reuse: u32,
    /// How long a call into a component may take, waiting and computing together.
    pub deadline: Duration,
    /// Memory of one instance in bytes, summed over all its memories.
    pub memory: usize,
    /// An instance that holds more memory than this after a request, in bytes, is not used again.
    pub keep_memory: usize,
    /// The largest request body in bytes.
    pub body_limit: usize,
    /// The largest answer body in bytes.
    pub answer_limit: usize,
    /// Bytes of request bodies held at once, over all requests.
    pub body_budget: usize,
    /// How long a client may take to send a request's head, or to begin the next one.
    pub header_timeout: Duration,
    /// How long a client may take to send a request's body.
    pub body_timeout: Duration,
    /// How long a client may take none of an answer.
    pub write_timeout: Duration,
    /// Requests in components at once.
    pub concurrency: usize,
    /// Requests with memory of their own in components at once.
    pub large_concurrency: usize,
    /// Requests that wait for their turn; one more is shed.
    pub queue: usize,
    /// How long a request waits for its turn before it is shed.
    pub queue_timeout: Duration,
    /// Open connections; one more waits to be accepted.
    pub connections: usize,
    /// How long requests under way may take to finish once the host is asked to stop.
    pub drain: Duration,
    /// What is decided about merchants' plugins.
    pub plugins: crate::plugins::settings::Settings,
    /// How log lines look.
    pub log: LogFormat,
    /// Threads that serve; 0 is one for each processor. Read by the command line, not by `up`.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            from: PathBuf::from("spin.toml"),
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            quiet: false,
            variables: Vec::new(),
            environment: true,
            runtime_config: None,
            state_dir: None,
            reuse: 1000,
            deadline: Duration::from_secs(2),
            memory: 128 << 20,
            keep_memory: 64 << 20,
            body_limit: 1 << 20,
            answer_limit: 8 << 20,
            body_budget: 256 << 20,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(10),
            concurrency: (processors * 8).max(16),
            large_concurrency: 2,
            queue: 256,
            queue_timeout: Duration::from_secs(1),
            connections: 1024,
            drain: Duration::from_secs(30),
            plugins: crate::plugins::settings::Settings::default(),
            log: LogFormat::Text,
            threads: 0,
        }
    }
}

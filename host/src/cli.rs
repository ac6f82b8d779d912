//! The command line, in Spin's words where Spin has one.

use crate::manifest;
use crate::options::{LogFormat, Options};
use crate::plugins::settings::Settings;
use crate::plugins::tool;
use crate::plugins::upload::compile;
use crate::say::say;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Parser)]
#[command(name = "pushcart", version, about = "Runs a Spin application of WebAssembly components at the edge")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve an application
    Up(Box<Up>),
    /// Read a manifest and name every fault in it
    Check {
        /// The manifest or its folder
        #[arg(short, long, default_value = "spin.toml")]
        from: PathBuf,
    },
    /// Make, build, test and upload a merchant's plugin
    Plugin {
        #[command(subcommand)]
        tool: tool::Tool,
    },
    /// Compile a plugin from standard input to standard output, within SECONDS of the processor and BYTES of memory
    #[command(name = compile::COMMAND, hide = true)]
    PluginCompile { seconds: u64, bytes: u64 },
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Args)]
struct Up {
    /// The manifest or its folder
    #[arg(short, long, default_value = "spin.toml", value_name = "PATH")]
    from: PathBuf,
    /// Where to listen; port 0 chooses a free one
    #[arg(long, default_value = "127.0.0.1:3000", env = "SPIN_HTTP_LISTEN_ADDR", value_name = "ADDR")]
    listen: SocketAddr,
    /// No line per request and none from components, warnings only
    #[arg(short, long)]
    quiet: bool,
    /// A variable: name=value, or @file with a TOML or JSON table of them; may be repeated
    #[arg(long = "variable", value_name = "NAME=VALUE|@FILE")]
    variables: Vec<String>,
    /// Spin's runtime configuration
    #[arg(long, value_name = "FILE")]
    runtime_config_file: Option<PathBuf>,
    /// Where state is kept [default: .spin beside the manifest]; "" keeps nothing
    // As text: clap refuses an empty path, and here it has a meaning.
    #[arg(long, value_name = "FOLDER")]
    state_dir: Option<OsString>,
    #[command(flatten)]
    bounds: Bounds,
    #[command(flatten)]
    plugins: Settings,
    /// How log lines look
    #[arg(long, value_enum, default_value = "text")]
    log: Format,
    /// Threads that serve [default: one for each processor]
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    threads: usize,
}

/// Everything that bounds; defaults are those of `Options`.
#[derive(Args)]
struct Bounds {
    /// Requests that one instance serves; 1 is a fresh instance for each [default: 1000]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    reuse: Option<u32>,
    /// How long a call into a component may take, such as 500ms or 2s [default: 2s]
    #[arg(long, value_parser = duration, value_name = "TIME")]
    deadline: Option<Duration>,
    /// Memory of one instance, such as 128MiB, over all its memories [default: 128MiB]
    #[arg(long, value_parser = size, value_name = "SIZE")]
    memory: Option<usize>,
    /// Memory with which an instance is still used again [default: 64MiB]
    #[arg(long, value_parser = size, value_name = "SIZE")]
    keep_memory: Option<usize>,
    /// The largest request body [default: 1MiB]
    #[arg(long, value_parser = size, value_name = "SIZE")]
    body_limit: Option<usize>,
    /// The largest answer [default: 8MiB]
    #[arg(long, value_parser = size, value_name = "SIZE")]
    answer_limit: Option<usize>,
    /// Request bodies held at once, over all requests [default: 256MiB]
    #[arg(long, value_parser = size, value_name = "SIZE")]
    body_budget: Option<usize>,
    /// How long a client may take to send a head or to begin its next request [default: 10s]
    #[arg(long, value_parser = duration, value_name = "TIME")]
    header_timeout: Option<Duration>,
    /// How long a client may take to send a body [default: 10s]
    #[arg(long, value_parser = duration, value_name = "TIME")]
    body_timeout: Option<Duration>,
    /// How long a client may take nothing of its answer [default: 10s]
    #[arg(long, value_parser = duration, value_name = "TIME")]
    write_timeout: Option<Duration>,
    /// Requests in components at once [default: 8 for each processor, at least 16]
    #[arg(long)]
    concurrency: Option<usize>,
    /// Requests with memory of their own at once [default: 2]
    #[arg(long)]
    large_concurrency: Option<usize>,
    /// Requests that wait for their turn; one more is shed [default: 256]
    #[arg(long)]
    queue: Option<usize>,
    /// How long a request waits for its turn [default: 1s]
    #[arg(long, value_parser = duration, value_name = "TIME")]
    queue_timeout: Option<Duration>,
    /// Open connections [default: 1024]
    #[arg(long)]
    connections: Option<usize>,
    /// How long requests under way may take to finish after SIGTERM [default: 30s]
    #[arg(long, value_parser = duration, value_name = "TIME")]
    drain: Option<Duration>,
}

impl Up {
    fn options(self) -> Result<Options, String> {
        let Self { from, listen, quiet, variables, runtime_config_file, state_dir, bounds, plugins, log, threads } =
            self;
        let mut given = Vec::new();
        for variable in &variables {
            read_variable(variable, &mut given)?;
        }
        let log = match log {
            Format::Text => LogFormat::Text,
            Format::Json => LogFormat::Json,
        };
        let options = Options {
            from,
            listen,
            quiet,
            variables: given,
            runtime_config: runtime_config_file,
            state_dir: state_dir.map(PathBuf::from),
            plugins,
            log,
            threads,
            ..Options::default()
        };
        Ok(bounds.over(options))
    }
}

impl Bounds {
    fn over(self, base: Options) -> Options {
        Options {
            reuse: self.reuse.unwrap_or(base.reuse),
            deadline: self.deadline.unwrap_or(base.deadline),
            memory: self.memory.unwrap_or(base.memory),
            keep_memory: self.keep_memory.unwrap_or(base.keep_memory),
            body_limit: self.body_limit.unwrap_or(base.body_limit),
            answer_limit: self.answer_limit.unwrap_or(base.answer_limit),
            body_budget: self.body_budget.unwrap_or(base.body_budget),
            header_timeout: self.header_timeout.unwrap_or(base.header_timeout),
            body_timeout: self.body_timeout.unwrap_or(base.body_timeout),
            write_timeout: self.write_timeout.unwrap_or(base.write_timeout),
            concurrency: self.concurrency.unwrap_or(base.concurrency).max(1),
            large_concurrency: self.large_concurrency.unwrap_or(base.large_concurrency).max(1),
            queue: self.queue.unwrap_or(base.queue),
            queue_timeout: self.queue_timeout.unwrap_or(base.queue_timeout),
            connections: self.connections.unwrap_or(base.connections).max(1),
            drain: self.drain.unwrap_or(base.drain),
            ..base
        }
    }
}

/// `name=value`, or `@file` with a table of names and values.
fn read_variable(text: &str, into: &mut Vec<(String, String)>) -> Result<(), String> {
    let Some(file) = text.strip_prefix('@') else {
        let (name, value) = text.split_once('=').ok_or("--variable takes NAME=VALUE or @FILE")?;
        into.push((name.into(), value.into()));
        return Ok(());
    };
    let content = std::fs::read_to_string(file).map_err(|error| format!("--variable @{file}: {error}"))?;
    // A parser's message would quote the text, and the text holds secrets.
    let not_a_table = || format!("--variable @{file}: must be a TOML or JSON table of strings");
    let table: serde_json::Map<String, serde_json::Value> = if file.ends_with(".json") {
        serde_json::from_str(&content).map_err(|_| not_a_table())?
    } else {
        toml::from_str(&content).map_err(|_| not_a_table())?
    };
    for (name, value) in table {
        into.push((name, value.as_str().ok_or_else(not_a_table)?.to_owned()));
    }
    Ok(())
}

/// `250ms`, `2s`, `1m`; a bare number is seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|character: char| character.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| "must be a time such as 250ms or 2s".to_owned())?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" | "" => Ok(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs).ok_or("is too long".into()),
        _ => Err("must be a time such as 250ms or 2s".into()),
    }
}

/// `65536`, `64KiB`, `1MiB`, `1GiB`.
pub(crate) fn size(text: &str) -> Result<usize, String> {
    let digits = text.len() - text.trim_start_matches(|character: char| character.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: usize = number.parse().map_err(|_| "must be a size such as 64KiB or 1MiB".to_owned())?;
    let unit = match unit {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err("must be a size such as 64KiB or 1MiB".into()),
    };
    number.checked_mul(unit).filter(|bytes| *bytes > 0).ok_or("must be at least one byte".into())
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::PluginCompile { seconds, bytes } => return compile::child(seconds, bytes),
        Command::Up(up) => up.options().map_err(anyhow::Error::msg).and_then(run),
        Command::Plugin { tool } => tool::run(tool),
        Command::Check { from } => {
            manifest::read(&manifest::locate(&from)).map_err(anyhow::Error::from).map(|manifest| {
                say!(
                    "{}: {} components, {} routes, no faults",
                    manifest.name,
                    manifest.components.len(),
                    manifest.triggers.len()
                );
            })
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pushcart: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> anyhow::Result<()> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if options.threads > 0 {
        runtime.worker_threads(options.threads);
    }
    let runtime = runtime.enable_all().build()?;
    runtime.block_on(async {
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let running = crate::up(options).await?;
        say!("Serving http://{}", running.addr());
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        // A second signal does not wait.
        tokio::select! {
            () = running.shutdown() => {}
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound_and_units_are_read() {
        Cli::command().debug_assert();
        let Command::Up(up) = Cli::parse_from(["pushcart", "up", "--state-dir", ""]).command else { panic!("not up") };
        assert_eq!(up.options().unwrap().state_dir, Some(PathBuf::new()), "an empty folder keeps nothing");
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("2"), Ok(Duration::from_secs(2)));
        assert_eq!(size("64KiB"), Ok(65_536));
        for wrong in ["", "x", "1h", "-1s", "1.5s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "0", "1kb", "99999999999GiB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}

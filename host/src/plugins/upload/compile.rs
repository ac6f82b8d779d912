//! Compiling, in a process of its own: whatever a component does to the compiler, it does not do to the host.
//!
//! The host starts itself again as `pushcart plugin-compile`: Wasm goes in by standard input, code comes out by standard output.
//! The child bounds its own memory and processor time before it reads a byte, and the host ends it when the clock on the
//! wall says so. Code is only ever taken from such a child; what a merchant sends is never loaded.

use crate::plugins::bounds::Tier;
use crate::plugins::engine;
use crate::plugins::refusal::{Code, Refusal};
use crate::plugins::settings::Settings;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The hidden command of the child.
pub const COMMAND: &str = "plugin-compile";
/// The clock on the wall may run this many times longer than the processor: the machine has other work.
const PATIENCE: u32 = 4;
/// Code is at most this many times as large as its Wasm.
const GROWTH: usize = 16;
/// Bytes of a message that the compiler gives.
const MESSAGE: u64 = 4 << 10;
/// How often the child is looked at.
const LOOK: Duration = Duration::from_millis(2);
/// How much the child gives way to requests.
const NICE: i32 = 10;
/// What the child ends with when the component is at fault.
const REFUSED: u8 = 2;

/// Compiles in a child.
pub struct Compiler {
    program: PathBuf,
    time: Duration,
    memory: usize,
}

impl Compiler {
    /// A compiler with the operator's bounds.
    ///
    /// # Errors
    /// Where the host does not know its own program.
    pub fn new(settings: &Settings) -> io::Result<Self> {
        let program = settings.compiler.clone().map_or_else(std::env::current_exe, Ok)?;
        Ok(Self { program, time: settings.compile_time, memory: settings.compile_memory })
    }

    /// The code of `wasm`. It waits for the child: not for an async task.
    ///
    /// # Errors
    /// 422 where the component cannot be compiled within its bounds, 500 where the child cannot be started.
    pub fn compile(&self, wasm: &[u8], tier: Tier) -> Result<Vec<u8>, Refusal> {
        let (time, memory) = match tier {
            Tier::Normal => (self.time, self.memory),
            Tier::Large => (self.time * 10, self.memory * 4),
        };
        let failed = |error: io::Error| Refusal::internal(format!("plugin-compile: {error}"));
        let mut child = self.start(time, memory).map_err(failed)?;
        let (input, output) = (child.0.stdin.take(), child.0.stdout.take());
        let errors = child.0.stderr.take();
        let most = tier.bounds().component * GROWTH;
        let (code, message, status) = std::thread::scope(|threads| {
            // A child that ends early closes the pipe: how it ended says more than that.
            threads.spawn(move || input.map(|mut input| input.write_all(wasm)));
            let code = threads.spawn(move || read(output, most as u64 + 1));
            let message = threads.spawn(move || read(errors, MESSAGE));
            let status = child.wait(time * PATIENCE);
            (code.join().unwrap_or_default(), message.join().unwrap_or_default(), status)
        });
        let status = status.map_err(failed)?;
        verdict(status, &String::from_utf8_lossy(&message), time, memory)?;
        if code.len() > most || code.is_empty() {
            return Err(Refusal::new(Code::CompileOutOfMemory, format!("Its code has more than {most} bytes.")));
        }
        Ok(code)
    }

    fn start(&self, time: Duration, memory: usize) -> io::Result<Kept> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from) / 2;
        Command::new(&self.program)
            .args([COMMAND, &time.as_secs().max(1).to_string(), &memory.to_string()])
            // Nothing of the host's secrets; and half of the processors stay free for requests.
            .env_clear()
            .env("RAYON_NUM_THREADS", threads.max(1).to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map(Kept)
    }
}

/// A child that does not outlive its upload.
struct Kept(Child);

impl Kept {
    /// How it ended; `None` where it had to be ended.
    fn wait(&mut self, patience: Duration) -> io::Result<Option<ExitStatus>> {
        let until = Instant::now() + patience;
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(Some(status));
            }
            if Instant::now() >= until {
                self.0.kill()?;
                self.0.wait()?;
                return Ok(None);
            }
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn read(from: Option<impl Read>, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What could be read before a failure is told apart by how the child ended.
    let _ = from.map(|from| from.take(most).read_to_end(&mut bytes));
    bytes
}

fn verdict(status: Option<ExitStatus>, message: &str, time: Duration, memory: usize) -> Result<(), Refusal> {
    let timed_out = || {
        let detail = format!("It took more than {} s of the processor: make the component smaller.", time.as_secs());
        Refusal::new(Code::CompileTimedOut, detail)
    };
    let out_of_memory = || {
        let detail =
            format!("It took more than {} MiB: make the component, or its largest function, smaller.", memory >> 20);
        Refusal::new(Code::CompileOutOfMemory, detail)
    };
    let Some(status) = status else {
        let most = (time * PATIENCE).as_secs();
        let detail = format!(
            "It had not ended after {most} s by the clock: try again when the host has less to do, or make the component smaller."
        );
        return Err(Refusal::new(Code::CompileTimedOut, detail));
    };
    match (status.code(), status.signal().map(rustix::process::Signal::from_named_raw)) {
        (Some(0), _) => Ok(()),
        _ if message.contains("memory allocation") || message.contains("Cannot allocate") => Err(out_of_memory()),
        (Some(code), _) if code == i32::from(REFUSED) => Err(Refusal::new(Code::CompileFailed, message.trim())),
        (_, Some(Some(rustix::process::Signal::XCPU | rustix::process::Signal::KILL))) => Err(timed_out()),
        _ => {
            let detail = "The compiler gave up on it: another compiler or other optimisations may help.";
            let log = format!("plugin-compile ended with {status}: {}", message.escape_debug());
            Err(Refusal { log: Some(log), ..Refusal::new(Code::CompileFailed, detail) })
        }
    }
}

/// The child: `plugin-compile SECONDS BYTES`.
pub fn child(seconds: u64, bytes: u64) -> ExitCode {
    match bound(seconds, bytes).and_then(|()| translate()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The parent may be gone.
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::from(REFUSED)
        }
    }
}

fn bound(seconds: u64, bytes: u64) -> io::Result<()> {
    let limit = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
    // Data is what is written to: address space that is only reserved costs nothing.
    setrlimit(Resource::Data, limit(bytes))?;
    setrlimit(Resource::Cpu, Rlimit { current: Some(seconds), maximum: Some(seconds + 1) })?;
    setrlimit(Resource::Core, limit(0))?;
    setrlimit(Resource::Nproc, limit(4096)).or(Ok::<(), io::Error>(()))?;
    rustix::process::nice(NICE)?;
    Ok(())
}

fn translate() -> io::Result<()> {
    let mut wasm = Vec::new();
    io::stdin().take(Tier::Large.bounds().component as u64 + 1).read_to_end(&mut wasm)?;
    let other = |error: wasmtime::Error| io::Error::other(format!("{error:#}"));
    let engine = engine::compiler().map_err(other)?;
    let code = engine.precompile_component(&wasm).map_err(other)?;
    io::stdout().write_all(&code)
}

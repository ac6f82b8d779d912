//! The real host as a process of its own: `pushcart up` on a free port, with a state folder that goes when it does.

use crate::client::Client;
use anyhow::{Context, Result, anyhow, bail, ensure};
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The merchants that may publish, and their tokens.
pub const TOKENS: &str = "willow:willow-token cedar:cedar-token cases:cases-token";
/// The key that signs links.
pub const LINK_KEYS: &str = "k1:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/// The key that signs holds.
pub const HOLD_KEY: &str = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

/// The root of the sources: where `spin.toml` is.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A folder that is removed when it is dropped.
pub struct Folder(PathBuf);

impl Folder {
    /// A new empty folder.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn new() -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("pushcart-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in the folder for temporary files hurts nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// How to start the host.
pub struct Start {
    manifest: PathBuf,
    arguments: Vec<OsString>,
    tokens: String,
}

impl Default for Start {
    fn default() -> Self {
        Self { manifest: root(), arguments: Vec::new(), tokens: TOKENS.to_owned() }
    }
}

impl Start {
    /// With another manifest.
    #[must_use]
    pub fn from(mut self, manifest: &Path) -> Self {
        self.manifest = manifest.to_owned();
        self
    }

    /// With more arguments.
    #[must_use]
    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(OsString::from));
        self
    }

    /// With these publishing tokens.
    #[must_use]
    pub fn tokens(mut self, tokens: &str) -> Self {
        tokens.clone_into(&mut self.tokens);
        self
    }

    /// Starts it in a folder of its own.
    ///
    /// # Errors
    /// Where it is not built or does not start.
    pub fn up(self) -> Result<App> {
        let folder = Folder::new()?;
        let app = compiled::with(folder.path(), || self.up_in(folder.path()));
        app.map(|app| App { _folder: Some(folder), ..app })
    }

    /// Starts it with the state of this folder, which stays.
    ///
    /// # Errors
    /// Where it is not built or does not start.
    pub fn up_in(self, state: &Path) -> Result<App> {
        let binary = binary()?;
        let mut command = Command::new(binary);
        command
            .arg("up")
            .arg("--from")
            .arg(&self.manifest)
            .args(["--listen", "127.0.0.1:0"])
            .arg("--state-dir")
            .arg(state)
            .args(["--variable", &format!("publish_tokens={}", self.tokens)])
            .args(["--variable", &format!("link_keys={LINK_KEYS}")])
            .args(["--variable", &format!("hold_key={HOLD_KEY}")])
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(state.join("log"))?);
        // The environment of whoever runs the tests must decide nothing.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SPIN_") {
                command.env_remove(name);
            }
        }
        let mut child = command.spawn().context("pushcart cannot be started")?;
        let mut output = BufReader::new(child.stdout.take().context("pushcart has no output")?);
        let base = loop {
            let mut line = String::new();
            if output.read_line(&mut line)? == 0 {
                let status = child.wait()?;
                let log = std::fs::read_to_string(state.join("log")).unwrap_or_default();
                bail!("pushcart did not start ({status}):\n{log}");
            }
            if let Some(address) = line.trim().strip_prefix("Serving ") {
                break address.to_owned();
            }
        };
        // Read on, so that the host never waits for its output to be read.
        let log = std::thread::spawn(move || {
            let mut log = Vec::new();
            let _ = output.read_to_end(&mut log);
            String::from_utf8_lossy(&log).into_owned()
        });
        Ok(App { child: Running(child), base, log: Some(log), _folder: None })
    }
}

/// Compiled code that every start of a test run shares, so that only the first one compiles.
mod compiled {
    use super::binary;
    use anyhow::Result;
    use std::path::{Path, PathBuf};
    use std::sync::{Mutex, PoisonError};

    /// Runs `start` with what was compiled before in the state folder, and keeps what it compiled.
    pub fn with<T>(state: &Path, start: impl FnOnce() -> Result<T>) -> Result<T> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = binary()?.with_file_name("test-code");
        let used = state.join("pushcart/code");
        private(&used)?;
        let before = files(&kept);
        for file in &before {
            std::fs::copy(file, used.join(file.file_name().unwrap_or_default()))?;
        }
        let started = start()?;
        let after = files(&used);
        if after.len() > before.len() {
            // Of what was there nothing was of use: the components have changed.
            let _ = std::fs::remove_dir_all(&kept);
            private(&kept)?;
            for file in after.iter().filter(|file| !before.iter().any(|old| old.file_name() == file.file_name())) {
                std::fs::copy(file, kept.join(file.file_name().unwrap_or_default()))?;
            }
        }
        Ok(started)
    }

    /// The host takes compiled code only from a folder that nobody else can write.
    fn private(folder: &Path) -> std::io::Result<()> {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        entries.filter(|file| file.extension().is_some_and(|end| end == "code")).collect()
    }
}

/// The host's binary: beside the running one, or in the folder above it, as Cargo lays them out.
///
/// # Errors
/// Where it or the components are not built.
pub fn binary() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let found = own.ancestors().skip(1).take(2).map(|folder| folder.join("pushcart")).find(|file| file.is_file());
    let found = found.context("pushcart is not built: run scripts/build")?;
    let components = root().join("target/components/storefront.wasm");
    ensure!(components.is_file(), "the components are not built: run scripts/build components");
    Ok(found)
}

/// A running host; dropping it kills it.
pub struct App {
    // Before the folder, so that the process is gone when the folder goes.
    child: Running,
    base: String,
    log: Option<JoinHandle<String>>,
    _folder: Option<Folder>,
}

impl App {
    /// Starts the app of the sources.
    ///
    /// # Errors
    /// Where it is not built or does not start.
    pub fn up() -> Result<Self> {
        Start::default().up()
    }

    /// Where it listens: `http://127.0.0.1:port`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The id of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.0.id()
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.base).expect("the host prints an address")
    }

    /// A client of it that may publish for this merchant of [`TOKENS`].
    #[must_use]
    pub fn publisher(&self, merchant: &str) -> Client {
        self.client().with_token(&format!("{merchant}-token"))
    }

    /// One of its counters, by its name and labels as `/metrics` writes them; 0 where it is not there.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn counter(&self, name: &str) -> Result<u64> {
        let text = self.client().get("/metrics")?.text();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.map_or(0, |value| value.parse().unwrap_or(0)))
    }

    /// `kill -9`.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn kill(&mut self) -> Result<()> {
        self.child.0.kill()?;
        self.child.0.wait()?;
        Ok(())
    }

    /// SIGTERM.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn terminate(&self) -> Result<()> {
        let status = Command::new("kill").arg(self.child.0.id().to_string()).status()?;
        ensure!(status.success(), "kill: {status}");
        Ok(())
    }

    /// Stops it by SIGTERM and gives every line that it has logged.
    ///
    /// # Errors
    /// Where it does not stop.
    pub fn stop(mut self) -> Result<String> {
        self.terminate()?;
        self.ended(Duration::from_secs(60))?;
        let log = self.log.take().context("the log was read before")?;
        log.join().map_err(|_| anyhow!("the log could not be read"))
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// Where it has not after that time.
    pub fn ended(&mut self, within: Duration) -> Result<ExitStatus> {
        let until = Instant::now() + within;
        while Instant::now() < until {
            if let Some(status) = self.child.0.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("it still runs after {within:?}")
    }
}

/// A process that does not outlive this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

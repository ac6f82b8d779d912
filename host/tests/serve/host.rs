//! A host for one test, and the component that it serves.

use pushcart::{Options, Running};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::Runtime;

/// The component, built once a run.
pub fn component() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guest");
        let target = target().join("host-guest");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--release", "--locked", "--quiet", "--target", "wasm32-wasip2"])
            .current_dir(&guest)
            .env("CARGO_TARGET_DIR", &target)
            .env_remove("RUSTFLAGS")
            .status()
            .unwrap();
        assert!(built.success(), "the component of the tests does not build; is the target wasm32-wasip2 there?");
        target.join("wasm32-wasip2/release/guest.wasm")
    })
}

/// The folder that this test binary was built in.
fn target() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    exe.ancestors().nth(3).unwrap().to_path_buf()
}

/// A folder with a manifest of the component; `more` goes to the end of the manifest.
pub fn app(more: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("pushcart-serve-{}-{number}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let source = component().display();
    let manifest = format!(
        r#"spin_manifest_version = 2
application = {{ name = "guest" }}
variables = {{ token = {{ default = "s3cret", secret = true }} }}
[[trigger.http]]
route = "/..."
component = "guest"
[component.guest]
source = "{source}"
key_value_stores = ["default"]
variables = {{ token = "Bearer {{{{ token }}}}" }}
{more}"#
    );
    std::fs::write(folder.join("spin.toml"), manifest).unwrap();
    folder
}

/// A host inside of this process; it stops when dropped.
pub struct Host {
    runtime: Runtime,
    running: Option<Running>,
    folder: PathBuf,
}

impl Host {
    /// A host of the component, with `change` made to options that suit tests.
    pub fn start(change: impl FnOnce(&mut Options)) -> Self {
        Self::start_with("", change)
    }

    /// The same with `more` at the end of the manifest.
    pub fn start_with(more: &str, change: impl FnOnce(&mut Options)) -> Self {
        Self::start_in(app(more), change)
    }

    /// A host of the app in `folder`.
    pub fn start_in(folder: PathBuf, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options {
            from: folder.clone(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            quiet: true,
            environment: false,
            ..Options::default()
        };
        change(&mut options);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let running = runtime.block_on(pushcart::up(options)).unwrap();
        Self { runtime, running: Some(running), folder }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.running.as_ref().unwrap().addr()
    }

    /// Begins to stop.
    pub fn stop(&self) {
        self.running.as_ref().unwrap().stop();
    }

    /// Stops, and tells where its app and state are.
    pub fn finish(mut self) -> PathBuf {
        self.runtime.block_on(self.running.take().unwrap().shutdown());
        self.folder.clone()
    }

    /// The value of a metric, with its labels as they are rendered.
    pub fn metric(&self, name: &str) -> u64 {
        let text = crate::http::get(self.addr(), "/metrics").text();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0, |value| value.parse().unwrap())
    }
}

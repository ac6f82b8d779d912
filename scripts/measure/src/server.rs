//! A server in a process of its own, so that its memory can be read and it shares nothing with the load.

use anyhow::{Context as _, bail};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The token that the benches publish with; it opens nothing but a server of the benches' own.
pub const TOKEN: &str = "bench";

/// A server under test; it ends with this.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// A program that was built beside this one.
pub fn beside(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if !path.exists() {
        bail!("{} is missing: run scripts/build", path.display());
    }
    Ok(path)
}

impl Server {
    /// `pushcart up` with these options, keeping nothing.
    pub fn pushcart(options: &[&str]) -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(beside("pushcart")?);
        command.args(["up", "--quiet", "--state-dir", "", "--listen", &address.to_string()]);
        command.arg("--variable").arg(format!("publish_tokens=willow:{TOKEN}")).args(options);
        Self::start(command, address)
    }

    /// The storefront and its cores linked natively behind hyper.
    pub fn native() -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("serve-natively").arg(address.to_string());
        Self::start(command, address)
    }

    fn start(mut command: Command, address: SocketAddr) -> anyhow::Result<Self> {
        let child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn()?;
        let server = Self { child, address };
        let probe = crate::load::request("GET", "/healthz", &[], b"");
        for _ in 0..600 {
            if let Ok(mut client) = crate::load::Client::connect(address)
                && matches!(client.send(&probe), Ok((200, _)))
            {
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("the server does not answer")
    }

    /// Publishes a rulebook.
    pub fn publish(&self, rulebook: &[u8]) -> anyhow::Result<()> {
        self.put("rulebook", rulebook)
    }

    /// Puts a document of the bench's merchant.
    pub fn put(&self, what: &str, document: &[u8]) -> anyhow::Result<()> {
        let authorization = format!("Bearer {TOKEN}");
        let request = crate::load::request(
            "PUT",
            &format!("/v1/merchants/willow/{what}"),
            &[("authorization", &authorization)],
            document,
        );
        let mut client = crate::load::Client::connect(self.address)?;
        let (status, body) = client.send(&request)?;
        if status >= 300 {
            bail!("publishing {what} answered {status}: {}", String::from_utf8_lossy(body));
        }
        Ok(())
    }

    /// Processor time that it has used, of user and system together.
    pub fn processor(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // After the name, which may hold spaces: the 14th and 15th fields of proc(5), in hundredths of a second.
        let fields = stat.rsplit_once(')').context("no name in stat")?.1.split_whitespace().skip(11).take(2);
        let ticks = fields.map(str::parse::<u64>).sum::<Result<u64, _>>()?;
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Resident memory in MB (10^6 bytes), as Linux counts it.
    pub fn resident(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes * 1024.0 / 1e6)
    }
}

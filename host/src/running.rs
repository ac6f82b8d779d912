//! A host that runs: started by [`up`], stopped by whoever started it.

use crate::app::App;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::serve;
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A serving host; dropping it stops it without waiting.
pub struct Running {
    addr: SocketAddr,
    app: Arc<App>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Makes the app ready and serves it. It returns once the socket is open; serving goes on in the background.
pub async fn up(options: Options) -> Result<Running> {
    let listen = options.listen;
    let app = Arc::new(tokio::task::spawn_blocking(move || App::build(options)).await??);
    for pool in &app.pools {
        let failed = || format!("component `{}` cannot be instantiated", pool.shared().id);
        pool.warm().await.map_err(anyhow::Error::from).with_context(failed)?;
    }
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let addr = listener.local_addr()?;
    let (stop, stopping) = watch::channel(false);
    let task = tokio::spawn(serve::serve(app.clone(), listener, stopping));
    Ok(Running { addr, app, stop, task })
}

impl Running {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its counters.
    pub fn metrics(&self) -> &Metrics {
        &self.app.metrics
    }

    /// The application that it serves.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Begins to stop: no new connections, what is under way finishes.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Stops and waits until it has.
    pub async fn shutdown(self) {
        self.stop();
        self.wait().await;
    }

    /// Waits until it has stopped.
    pub async fn wait(mut self) {
        // A panic of the task was told of by the panic hook; there is nothing left to wait for.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        self.task.abort();
    }
}

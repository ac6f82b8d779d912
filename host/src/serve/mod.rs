//! Serving: connections in, answers out, and an orderly end.

pub mod admission;
pub mod body;
mod client;
pub mod handler;
pub mod headers;
pub mod trace;
mod turns;

use crate::app::App;
use crate::metrics::Gauge;
use client::{Client, TokioTimer};
use handler::Handler;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use wasmtime_wasi_http::io::TokioIo;

/// Bytes of a request's head.
const HEAD_BYTES: usize = 64 << 10;
/// Headers of a request.
const HEADERS: usize = 100;
/// After a failed accept, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop` turns true, then lets what is under way finish, for as long as the options say.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: watch::Receiver<bool>) {
    let handler = Arc::new(Handler::new(app.clone(), stop.clone()));
    let places = Arc::new(Semaphore::new(app.options.connections));
    let mut connections = JoinSet::new();
    let mut stopping = stop.clone();
    let mut trim = tokio::time::interval(crate::pool::IDLE / 4);
    loop {
        let accepted = tokio::select! {
            biased;
            () = stopped(&mut stopping) => break,
            _ = trim.tick() => {
                app.pools.iter().for_each(|pool| pool.trim(crate::pool::IDLE));
                continue;
            }
            Some(_) = connections.join_next() => continue,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((socket, place)) = accepted else { continue };
        let (handler, stop) = (handler.clone(), stop.clone());
        let held = Gauge::hold(&app.metrics, |metrics| &metrics.connections);
        connections.spawn(async move {
            connection(handler, socket, stop).await;
            drop((place, held));
        });
    }
    drop(listener);
    drain(&app, connections).await;
}

/// Waits until the host is to stop, or whoever could stop it is gone.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((socket, _)) => Some((socket, place)),
        Err(_) => {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

async fn connection(handler: Arc<Handler>, socket: TcpStream, mut stop: watch::Receiver<bool>) {
    // Without it the end of a keep-alive answer waits for the client's acknowledgement.
    if socket.set_nodelay(true).is_err() {
        return;
    }
    let options = handler.options();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer).header_read_timeout(options.header_timeout).max_buf_size(HEAD_BYTES).max_headers(HEADERS);
    let client = Client::new(socket, options.write_timeout);
    let service = service_fn(move |request| {
        let handler = handler.clone();
        async move { Ok::<_, std::convert::Infallible>(handler.answer(request).await) }
    });
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(client), service));
    // How a connection ends is the client's affair: an error here says nothing of the host.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

async fn drain(app: &App, mut connections: JoinSet<()>) {
    app.log.info("stopping: no new connections");
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(app.options.drain, all).await.is_err() {
        app.log.warn("stopped with requests under way: the time to drain is over");
    }
    app.log.flush();
}

//! `measure FOLDER`: what an instance and a read of the store cost for the app in FOLDER, without HTTP.
//!
//! For `scripts/bench` and for choosing constants; never a test, because the machine's load is in the numbers.

use pushcart::app::App;
use pushcart::store::Store;
use pushcart::{LogFormat, Options};
use std::time::{Duration, Instant};

const ROUNDS: usize = 2000;

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: usize| times[times.len() * part / 100].as_nanos() as u64;
    println!(
        "{what}: p50 {}.{:01} us, p99 {}.{:01} us",
        at(50) / 1000,
        at(50) / 100 % 10,
        at(99) / 1000,
        at(99) / 100 % 10
    );
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let started = Instant::now();
    let value = work();
    (started.elapsed(), value)
}

fn main() -> anyhow::Result<()> {
    let from = std::env::args().nth(1).unwrap_or_else(|| ".".into()).into();
    let options = Options { from, quiet: true, log: LogFormat::Text, state_dir: Some("".into()), ..Options::default() };
    let memory = options.memory;
    let app = App::build(options)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for pool in &app.pools {
        let mut made = Vec::with_capacity(ROUNDS);
        let mut dropped = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let deadline = Instant::now() + Duration::from_secs(60);
            let (time, lease) = timed(|| runtime.block_on(pool.lease(deadline, "", Some(memory))));
            made.push(time);
            let lease = lease.map_err(anyhow::Error::from)?;
            dropped.push(timed(|| drop(lease)).0);
        }
        report(&format!("{}: instance made", pool.shared().id), made);
        report(&format!("{}: instance dropped", pool.shared().id), dropped);
    }
    let store = Store::in_memory()?;
    for number in 0..1000 {
        runtime.block_on(store.write(format!("key-{number}"), Some(vec![7; 4096])))?;
    }
    report("store: snapshot", (0..ROUNDS).map(|_| timed(|| store.snapshot()).0).collect());
    let snapshot = store.snapshot()?;
    let get = |number: usize| timed(|| snapshot.get(&format!("key-{}", number % 1000))).0;
    report("store: get of 4 KiB", (0..ROUNDS).map(get).collect());
    Ok(())
}

//! Counters for operators, in Prometheus' text format.
//!
//! Labels are routes, methods' classes, codes and causes: few, and nothing that names a person, a merchant or a client.

use crate::problem::Problem;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// Upper ends of the latency histogram, in microseconds.
const BUCKETS: [u64; 14] = [
    250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000,
];
/// Distinct routes and codes that are counted by name; further ones count as `other`.
const NAMES: usize = 128;

/// What a component does with a store.
#[derive(Clone, Copy, Debug)]
pub enum KeyValueOperation {
    /// `get`
    Get,
    /// `set`
    Set,
    /// `delete`
    Delete,
    /// `exists`
    Exists,
    /// `get-keys`
    GetKeys,
}

const OPERATIONS: [&str; 5] = ["get", "set", "delete", "exists", "get_keys"];

/// Why an instance is not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retired {
    /// It served as many requests as it may.
    Served,
    /// It holds more memory than an idle one may.
    Grown,
    /// It failed: a trap, a deadline, memory, no answer.
    Failed,
    /// The client went away during the call.
    Abandoned,
    /// It was made for one request.
    Single,
    /// It was idle longer than needed.
    Idle,
}

const CAUSES: [&str; 6] = ["served", "grown", "failed", "abandoned", "single", "idle"];

/// Every counter.
#[derive(Default)]
pub struct Metrics {
    routes: RwLock<BTreeMap<String, Arc<RouteCounters>>>,
    codes: RwLock<BTreeMap<String, Arc<AtomicU64>>>,
    created: AtomicU64,
    reused: AtomicU64,
    retired: [AtomicU64; 6],
    operations: [AtomicU64; 5],
    shed: AtomicU64,
    /// Requests in components now.
    pub in_flight: Gauge,
    /// Requests that wait for their turn.
    pub queued: Gauge,
    /// Instances that wait for a request.
    pub idle: Gauge,
    /// Open connections.
    pub connections: Gauge,
    /// Bytes of request bodies held.
    pub body_bytes: Gauge,
}

/// A number that goes up and down.
#[derive(Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// Adds; a negative number takes away.
    pub fn add(&self, change: i64) {
        self.0.fetch_add(change, Ordering::Relaxed);
    }

    /// The number now.
    pub fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts one until the guard is dropped.
    pub fn hold(metrics: &Arc<Metrics>, gauge: fn(&Metrics) -> &Gauge) -> Held {
        gauge(metrics).add(1);
        Held { metrics: metrics.clone(), gauge }
    }
}

/// One in a gauge, taken out when dropped.
pub struct Held {
    metrics: Arc<Metrics>,
    gauge: fn(&Metrics) -> &Gauge,
}

impl Drop for Held {
    fn drop(&mut self) {
        (self.gauge)(&self.metrics).add(-1);
    }
}

#[derive(Default)]
struct RouteCounters {
    classes: [AtomicU64; 5],
    buckets: [AtomicU64; BUCKETS.len() + 1],
    micros: AtomicU64,
}

fn find<T: Default>(names: &RwLock<BTreeMap<String, Arc<T>>>, name: &str) -> Arc<T> {
    if let Some(found) = names.read().unwrap_or_else(PoisonError::into_inner).get(name) {
        return found.clone();
    }
    let mut names = names.write().unwrap_or_else(PoisonError::into_inner);
    let name = if names.len() < NAMES { name } else { "other" };
    names.entry(name.to_owned()).or_default().clone()
}

/// Counts one more at `place`. Places are numbers of an enum's variants, and there are as many counters.
fn add(counters: &[AtomicU64], place: usize) {
    if let Some(counter) = counters.get(place) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// One answered request.
    pub fn request(&self, route: &str, status: u16, code: &str, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let counters = find(&self.routes, route);
        if let Some(class) = counters.classes.get(usize::from(status / 100).saturating_sub(1)) {
            class.fetch_add(1, Ordering::Relaxed);
        }
        let bucket = BUCKETS.partition_point(|end| *end < micros);
        if let Some(bucket) = counters.buckets.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        counters.micros.fetch_add(micros, Ordering::Relaxed);
        if !code.is_empty() {
            find(&self.codes, code).fetch_add(1, Ordering::Relaxed);
        }
        if code == Problem::Overloaded.code() {
            self.shed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// One operation of a component on a store.
    pub fn key_value(&self, operation: KeyValueOperation) {
        add(&self.operations, operation as usize);
    }

    /// An instance was made.
    pub fn created(&self) {
        self.created.fetch_add(1, Ordering::Relaxed);
    }

    /// An instance that had served before serves again.
    pub fn reused(&self) {
        self.reused.fetch_add(1, Ordering::Relaxed);
    }

    /// An instance will not be used again.
    pub fn retired(&self, why: Retired) {
        add(&self.retired, why as usize);
    }

    /// Everything, as Prometheus reads it.
    pub fn render(&self, log_dropped: u64) -> String {
        let mut out = String::with_capacity(4096);
        self.render_requests(&mut out);
        let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        counter(
            &mut out,
            "pushcart_requests_shed_total",
            "Requests answered with overloaded.",
            [("", number(&self.shed))],
        );
        counter(&mut out, "pushcart_instances_created_total", "Instances made.", [("", number(&self.created))]);
        counter(
            &mut out,
            "pushcart_instances_reused_total",
            "Requests served by an instance that had served before.",
            [("", number(&self.reused))],
        );
        let causes =
            CAUSES.iter().zip(&self.retired).map(|(cause, count)| (format!("cause=\"{cause}\""), number(count)));
        counter(&mut out, "pushcart_instances_retired_total", "Instances not used again, by cause.", causes);
        let operations = OPERATIONS
            .iter()
            .zip(&self.operations)
            .map(|(name, count)| (format!("operation=\"{name}\""), number(count)));
        counter(&mut out, "pushcart_key_value_operations_total", "Operations of components on stores.", operations);
        counter(
            &mut out,
            "pushcart_log_lines_dropped_total",
            "Log lines that could not be written in time.",
            [("", log_dropped)],
        );
        let gauges = [
            ("pushcart_requests_in_flight", "Requests in components now.", &self.in_flight),
            ("pushcart_requests_queued", "Requests that wait for their turn.", &self.queued),
            ("pushcart_instances_idle", "Instances that wait for a request.", &self.idle),
            ("pushcart_connections", "Open connections.", &self.connections),
            ("pushcart_request_body_bytes", "Bytes of request bodies held.", &self.body_bytes),
        ];
        for (name, help, gauge) in gauges {
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {}", gauge.now());
        }
        out
    }

    fn render_requests(&self, out: &mut String) {
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        out.push_str("# HELP pushcart_requests_total Requests, by route and class of status.\n# TYPE pushcart_requests_total counter\n");
        for (route, counters) in routes.iter() {
            for (class, count) in counters.classes.iter().enumerate() {
                let (class, count) = (class + 1, count.load(Ordering::Relaxed));
                if count > 0 {
                    let _ = writeln!(out, "pushcart_requests_total{{route=\"{route}\",status=\"{class}xx\"}} {count}");
                }
            }
        }
        let codes = self.codes.read().unwrap_or_else(PoisonError::into_inner);
        let by_code = codes.iter().map(|(code, count)| (format!("code=\"{code}\""), count.load(Ordering::Relaxed)));
        counter(out, "pushcart_problems_total", "Answers with a problem's code.", by_code);
        out.push_str("# HELP pushcart_request_seconds Time from head read to answer made.\n# TYPE pushcart_request_seconds histogram\n");
        for (route, counters) in routes.iter() {
            let mut sum = 0;
            for (position, bucket) in counters.buckets.iter().enumerate() {
                sum += bucket.load(Ordering::Relaxed);
                let end = BUCKETS.get(position).map_or("+Inf".to_owned(), |end| seconds(*end));
                let _ = writeln!(out, "pushcart_request_seconds_bucket{{route=\"{route}\",le=\"{end}\"}} {sum}");
            }
            let total = seconds(counters.micros.load(Ordering::Relaxed));
            let _ = writeln!(out, "pushcart_request_seconds_sum{{route=\"{route}\"}} {total}");
            let _ = writeln!(out, "pushcart_request_seconds_count{{route=\"{route}\"}} {sum}");
        }
    }
}

fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

fn counter<L: AsRef<str>>(out: &mut String, name: &str, help: &str, rows: impl IntoIterator<Item = (L, u64)>) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} counter");
    for (label, count) in rows {
        let label = label.as_ref();
        let _ =
            if label.is_empty() { writeln!(out, "{name} {count}") } else { writeln!(out, "{name}{{{label}}} {count}") };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_rendered_and_names_are_bounded() {
        let metrics = Metrics::default();
        metrics.request("/v1/quote", 200, "", Duration::from_micros(700));
        metrics.request("/v1/quote", 503, "overloaded", Duration::from_micros(70));
        for number in 0..NAMES * 2 {
            metrics.request(&format!("/{number}"), 200, "", Duration::ZERO);
        }
        let text = metrics.render(0);
        for line in [
            "pushcart_requests_total{route=\"/v1/quote\",status=\"2xx\"} 1",
            "pushcart_requests_total{route=\"/v1/quote\",status=\"5xx\"} 1",
            "pushcart_problems_total{code=\"overloaded\"} 1",
            "pushcart_requests_shed_total 1",
            "pushcart_request_seconds_bucket{route=\"/v1/quote\",le=\"0.000250\"} 1",
            "pushcart_request_seconds_bucket{route=\"/v1/quote\",le=\"0.001000\"} 2",
            "pushcart_request_seconds_sum{route=\"/v1/quote\"} 0.000770",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(text.contains("route=\"other\"") && !text.contains(&format!("route=\"/{}\"", NAMES * 2 - 1)));
    }
}

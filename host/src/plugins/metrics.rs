//! Counters of plugins for operators: by the plugin's name, never by merchant, and by name only for so many.

use super::active::Actives;
use super::breaker::Circuit;
use super::failure::Kind;
use super::run::Usage;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Names that are counted by themselves; further ones count as `other`.
const NAMES: usize = 64;
/// Upper ends of the histogram of processor time, in microseconds.
const BUCKETS: [u64; 9] = [50, 100, 250, 500, 1_000, 5_000, 10_000, 25_000, 50_000];

/// Every counter.
#[derive(Default)]
pub struct PluginMetrics(RwLock<BTreeMap<String, Arc<Counters>>>);

#[derive(Default)]
struct Counters {
    failures: [AtomicU64; Kind::ALL.len()],
    buckets: [AtomicU64; BUCKETS.len() + 1],
    micros: AtomicU64,
    fuel: AtomicU64,
}

impl PluginMetrics {
    fn of(&self, name: &str) -> Arc<Counters> {
        if let Some(found) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return found.clone();
        }
        let mut names = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let name = if names.len() < NAMES { name } else { "other" };
        names.entry(name.to_owned()).or_default().clone()
    }

    /// Counts a call of the plugin `name`, which is kebab-case.
    pub fn record(&self, name: &str, failure: Option<Kind>, usage: &Usage) {
        let counters = self.of(name);
        if let Some(count) = failure.and_then(|kind| counters.failures.get(kind as usize)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let micros = u64::try_from(usage.time.as_micros()).unwrap_or(u64::MAX);
        if let Some(bucket) = counters.buckets.get(BUCKETS.partition_point(|end| *end < micros)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        counters.micros.fetch_add(micros, Ordering::Relaxed);
        counters.fuel.fetch_add(usage.fuel, Ordering::Relaxed);
    }

    /// Prometheus' text, with the circuits of what is active.
    pub fn render(&self, actives: &Actives) -> String {
        let names = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut out = String::new();
        if names.is_empty() {
            return out;
        }
        out.push_str("# HELP pushcart_plugin_failures_total Calls of plugins that failed, by code.\n# TYPE pushcart_plugin_failures_total counter\n");
        for (name, counters) in names.iter() {
            for (kind, count) in Kind::ALL.iter().zip(&counters.failures) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    let code = kind.code();
                    let _ =
                        writeln!(out, "pushcart_plugin_failures_total{{plugin=\"{name}\",code=\"{code}\"}} {count}");
                }
            }
        }
        out.push_str(
            "# HELP pushcart_plugin_fuel_total Fuel that plugins used.\n# TYPE pushcart_plugin_fuel_total counter\n",
        );
        for (name, counters) in names.iter() {
            let fuel = counters.fuel.load(Ordering::Relaxed);
            let _ = writeln!(out, "pushcart_plugin_fuel_total{{plugin=\"{name}\"}} {fuel}");
        }
        out.push_str("# HELP pushcart_plugin_seconds Processor time of calls of plugins.\n# TYPE pushcart_plugin_seconds histogram\n");
        for (name, counters) in names.iter() {
            render_times(&mut out, name, counters);
        }
        out.push_str("# HELP pushcart_plugin_circuits Active plugins by the state of their circuit.\n# TYPE pushcart_plugin_circuits gauge\n");
        let circuits: Vec<Circuit> = actives
            .all()
            .iter()
            .flat_map(|(_, active)| active.plugins.iter().map(|one| one.health.circuit()).collect::<Vec<_>>())
            .collect();
        for state in [Circuit::Closed, Circuit::Open, Circuit::HalfOpen, Circuit::Quarantined] {
            let count = circuits.iter().filter(|circuit| **circuit == state).count();
            let _ = writeln!(out, "pushcart_plugin_circuits{{state=\"{}\"}} {count}", state.name());
        }
        out
    }
}

fn render_times(out: &mut String, name: &str, counters: &Counters) {
    let seconds = |micros: u64| format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    let mut sum = 0;
    for (position, bucket) in counters.buckets.iter().enumerate() {
        sum += bucket.load(Ordering::Relaxed);
        let end = BUCKETS.get(position).map_or("+Inf".to_owned(), |end| seconds(*end));
        let _ = writeln!(out, "pushcart_plugin_seconds_bucket{{plugin=\"{name}\",le=\"{end}\"}} {sum}");
    }
    let total = seconds(counters.micros.load(Ordering::Relaxed));
    let _ = writeln!(out, "pushcart_plugin_seconds_sum{{plugin=\"{name}\"}} {total}");
    let _ = writeln!(out, "pushcart_plugin_seconds_count{{plugin=\"{name}\"}} {sum}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn failures_are_told_apart_and_names_are_bounded() {
        let metrics = PluginMetrics::default();
        let usage = Usage { fuel: 7, time: Duration::from_micros(60), ..Usage::default() };
        metrics.record("bundle", None, &usage);
        metrics.record("bundle", Some(Kind::OutOfFuel), &usage);
        for number in 0..NAMES * 2 {
            metrics.record(&format!("plugin-{number}"), None, &usage);
        }
        let text = metrics.render(&Actives::default());
        for line in [
            "pushcart_plugin_failures_total{plugin=\"bundle\",code=\"plugin-out-of-fuel\"} 1",
            "pushcart_plugin_fuel_total{plugin=\"bundle\"} 14",
            "pushcart_plugin_seconds_bucket{plugin=\"bundle\",le=\"0.000050\"} 0",
            "pushcart_plugin_seconds_bucket{plugin=\"bundle\",le=\"0.000100\"} 2",
            "pushcart_plugin_seconds_count{plugin=\"bundle\"} 2",
            "pushcart_plugin_circuits{state=\"open\"} 0",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(text.contains("plugin=\"other\"") && !text.contains(&format!("plugin-{}\"", NAMES * 2 - 1)));
    }
}

//! What merchants are shown of their plugins: versions, what is active, and how it fares.

use super::{Answer, Life, conditions, lock, unknown};
use crate::plugins::active::ActivePlugin;
use crate::plugins::book::{Activation, Plugin, Version};
use crate::plugins::refusal::Refusal;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 as RFC 3339, in UTC.
pub fn instant(seconds: u64) -> String {
    commerce::instant::format(i64::try_from(seconds).unwrap_or(i64::MAX), 0)
}

fn time(at: SystemTime) -> String {
    instant(at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// A version.
pub fn version(merchant: &str, plugin: &str, number: &str, version: &Version) -> Value {
    let Version { digest, size, tier, wasi, uploaded_at, signed_by, needs, config_schema, messages, trial } = version;
    json!({
        "merchant": merchant,
        "name": plugin,
        "version": number,
        "digest": digest,
        "size": size,
        "tier": tier,
        "wasi": wasi,
        "uploadedAt": instant(*uploaded_at),
        "signedBy": signed_by,
        "needs": needs,
        // It was JSON when it was let in.
        "configSchema": serde_json::from_str::<Value>(config_schema).unwrap_or(Value::Null),
        "messages": messages,
        "trial": {"fuel": trial.fuel, "memory": trial.memory},
    })
}

fn activation(activation: &Activation, plugin: &Plugin) -> Value {
    let Activation { version, config, on_failure, at } = activation;
    let digest = plugin.versions.get(version).map(|version| version.digest.as_str());
    json!({"version": version, "digest": digest, "config": config, "onFailure": on_failure, "since": instant(*at)})
}

/// What is on after a switch.
pub fn switched(merchant: &str, name: &str, plugin: &Plugin) -> Value {
    let active = plugin.active.as_ref().map(|active| activation(active, plugin));
    json!({"merchant": merchant, "name": name, "active": active})
}

fn health(plugin: &ActivePlugin) -> Value {
    let report = plugin.health.report();
    let failures: serde_json::Map<String, Value> =
        report.failures.iter().map(|(kind, count)| (kind.code().to_owned(), json!(count))).collect();
    let last: Vec<Value> = report
        .last
        .iter()
        .map(|seen| json!({"at": time(seen.at), "code": seen.failure.code(), "detail": seen.failure.text}))
        .collect();
    let crate::plugins::run::Usage { fuel, memory, time, input, output, log: _ } = &report.most;
    let mut health = json!({
        "circuit": report.circuit.name(),
        "calls": report.calls,
        "failures": failures,
        "lastFailures": last,
        "most": {
            "fuel": fuel, "memory": memory, "microseconds": u64::try_from(time.as_micros()).unwrap_or(u64::MAX),
            "input": input, "output": output,
        },
    });
    if let (Err(failure), Some(fields)) = (&plugin.loaded, health.as_object_mut()) {
        fields.insert("code".into(), failure.code().into());
        fields.insert("detail".into(), failure.text.as_str().into());
    }
    health
}

fn log(plugin: &ActivePlugin) -> Vec<Value> {
    plugin.health.report().log.iter().map(|(at, line)| json!({"at": time(*at), "line": line})).collect()
}

impl Life {
    fn running(&self, merchant: &str, name: &str) -> Option<ActivePlugin> {
        let active = self.actives.get(merchant)?;
        active.plugins.iter().find(|plugin| plugin.name == name).cloned()
    }

    /// Health of a plugin that is on; with a code where it cannot be run.
    fn health(&self, merchant: &str, name: &str) -> Value {
        self.running(merchant, name).as_ref().map_or(Value::Null, health)
    }

    /// Every plugin of the merchant, in short.
    ///
    /// # Errors
    /// Where the manifest cannot be read.
    pub fn list(&self, merchant: &str) -> Result<Answer, Refusal> {
        let book = self.book(merchant)?;
        let book = lock(&book);
        let one = |(name, plugin): (&String, &Plugin)| {
            json!({
                "name": name,
                "versions": plugin.versions.keys().collect::<Vec<_>>(),
                "active": plugin.active.as_ref().map(|active| activation(active, plugin)),
                "health": self.health(merchant, name),
            })
        };
        let plugins: Vec<Value> = book.plugins.iter().map(one).collect();
        let limits = json!({
            "plugins": self.settings.plugins, "versions": self.settings.versions, "bytes": self.settings.bytes,
            "uploadsAnHour": self.settings.uploads,
        });
        let body = json!({"merchant": merchant, "plugins": plugins, "bytes": book.bytes(), "limits": limits});
        Ok(Answer { status: 200, body, etag: None })
    }

    /// One plugin: versions, what is active and was, how it fares.
    ///
    /// # Errors
    /// Where there is none.
    pub fn plugin(&self, merchant: &str, name: &str) -> Result<Answer, Refusal> {
        let book = self.book(merchant)?;
        let book = lock(&book);
        let plugin = book.plugins.get(name).ok_or_else(|| unknown(name))?;
        let versions = plugin.versions.iter().map(|(number, found)| version(merchant, name, number, found));
        let body = json!({
            "merchant": merchant,
            "name": name,
            "active": plugin.active.as_ref().map(|active| activation(active, plugin)),
            "health": self.health(merchant, name),
            "log": self.running(merchant, name).map_or_else(Vec::new, |running| log(&running)),
            "versions": versions.collect::<Vec<_>>(),
            "history": plugin.history.iter().rev().map(|before| activation(before, plugin)).collect::<Vec<_>>(),
        });
        Ok(Answer { status: 200, body, etag: Some(conditions::tag(plugin)) })
    }

    /// The last lines of the active version's log.
    ///
    /// # Errors
    /// Where there is no such plugin.
    pub fn logs(&self, merchant: &str, name: &str) -> Result<Answer, Refusal> {
        let book = self.book(merchant)?;
        if !lock(&book).plugins.contains_key(name) {
            return Err(unknown(name));
        }
        let lines = self.running(merchant, name).map_or_else(Vec::new, |running| log(&running));
        Ok(Answer { status: 200, body: json!({"merchant": merchant, "name": name, "lines": lines}), etag: None })
    }
}

//! The worked examples of `plugins/`, built by the command that a merchant uses, and their carts as rulebooks and quotes.
//!
//! What npm and pip bring is kept in `target/plugin-tools`. Where it cannot be had the caller skips, and [`skip`] says so past the
//! capture of tests. What must never be in here: a discount that a case does not promise.

use crate::app::{binary, root};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// An example.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Its folder in the sources.
    pub folder: &'static str,
    /// Its name, as it describes itself.
    pub name: &'static str,
    /// `pushcart-tier`.
    pub tier: &'static str,
    /// Programs that its toolchain must have, and the file that shows that the toolchain is there.
    needs: &'static [&'static str],
    compiler: &'static str,
}

/// A tiered bundle.
pub const RUST: Example =
    Example { folder: "plugins/rust/example", name: "tiered-bundle", tier: "normal", needs: &[], compiler: "" };
/// The third of a look.
pub const JS: Example = Example {
    folder: "plugins/js/example",
    name: "third-of-a-look",
    tier: "normal",
    needs: &["node", "npm"],
    compiler: "node_modules/.bin/componentize-qjs",
};
/// Birthdays and festivals.
pub const PYTHON: Example = Example {
    folder: "plugins/python/example",
    name: "calendar",
    tier: "large",
    needs: &["python3"],
    compiler: "venv/bin/componentize-py",
};
/// The version of each.
pub const VERSION: &str = "1.0.0";

impl Example {
    /// Its component, built where a source is newer. The error says what is missing on this machine.
    ///
    /// # Errors
    /// Where its toolchain is not there and cannot be installed.
    ///
    /// # Panics
    /// Where its toolchain is there and it does not build.
    pub fn built(&self) -> Result<Vec<u8>, String> {
        // Tests of one process take turns: tools and examples have one folder each.
        static TURN: Mutex<()> = Mutex::new(());
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        for program in self.needs {
            let there = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            if !there.is_ok_and(|status| status.success()) {
                return Err(format!("{}: `{program}` is not on this machine", self.folder));
            }
        }
        let folder = root().join(self.folder);
        let component = folder.join("build/plugin.wasm");
        let (built, source) =
            (changed(&component), newest(&folder).max(changed(&root().join("wit/plugin/plugin.wit"))));
        if built.is_none() || built < source {
            let tools = root().join("target/plugin-tools");
            let mut command = Command::new(binary().unwrap());
            command.args(["plugin", "build"]).arg(&folder).arg("--tools").arg(&tools);
            let made = command.output().unwrap();
            let said = String::from_utf8_lossy(&made.stderr).trim().to_owned();
            if !made.status.success() && !tools.join(self.compiler).exists() {
                return Err(format!("{}: its toolchain cannot be installed: {said}", self.folder));
            }
            assert!(made.status.success(), "{}: {said}", self.folder);
        }
        Ok(std::fs::read(&component).unwrap())
    }

    /// Its carts by the names of their files, in order.
    ///
    /// # Panics
    /// Where there is none, or one is no JSON.
    #[must_use]
    pub fn cases(&self) -> Vec<Case> {
        let entries = std::fs::read_dir(root().join(self.folder).join("carts")).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{} has no carts", self.folder);
        let read = |file: &PathBuf| {
            let case: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
            assert_eq!(case["earlier"], Value::Null, "{}: a quote makes its own", file.display());
            Case { name: file.file_stem().unwrap().to_string_lossy().into_owned(), case }
        };
        files.iter().map(read).collect()
    }
}

/// A file of `carts/`.
#[derive(Clone, Debug)]
pub struct Case {
    /// The file's name.
    pub name: String,
    case: Value,
}

impl Case {
    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Value {
        &self.case["config"]
    }

    fn lines(&self) -> &Vec<Value> {
        self.case["cart"]["lines"].as_array().unwrap()
    }

    fn currency(&self) -> &str {
        self.case["cart"]["currency"].as_str().unwrap_or("CNY")
    }

    /// A rulebook in which its products cost what the case says, and nothing is off.
    #[must_use]
    pub fn rulebook(&self) -> Value {
        let prices: Map<String, Value> = self
            .lines()
            .iter()
            .map(|line| (line["sku"].as_str().unwrap().to_owned(), line["unitPrice"].clone()))
            .collect();
        let products: Vec<Value> = prices.keys().map(|sku| json!({ "sku": sku })).collect();
        json!({
            "format": "pushcart-rulebook/1", "currency": self.currency(), "timeZone": "Asia/Shanghai",
            "catalogue": { "products": products }, "priceLists": [{ "id": "base", "entries": prices }], "promotions": []
        })
    }

    /// The request for its quote.
    #[must_use]
    pub fn quote(&self, merchant: &str) -> Value {
        let line = |line: &Value| {
            let mut line = line.as_object().unwrap().clone();
            line.remove("unitPrice");
            Value::Object(line)
        };
        let lines: Vec<Value> = self.lines().iter().map(line).collect();
        let mut quote = json!({
            "merchant": merchant, "currency": self.currency(), "lines": lines,
            "at": self.case["at"].as_str().unwrap_or("2026-01-15T12:00:00+08:00"),
        });
        if let Some(attributes) = self.case.get("attributes") {
            quote["attributes"] = attributes.clone();
        }
        quote
    }

    /// What it promises: promotion, line and minor units.
    ///
    /// # Panics
    /// Where it promises no proposals.
    #[must_use]
    pub fn promised(&self, plugin: &str) -> BTreeMap<(String, String), i64> {
        let mut promised = BTreeMap::new();
        for proposal in self.case["expect"]["proposals"].as_array().unwrap() {
            let promotion = format!("{plugin}/{}", proposal["code"].as_str().unwrap());
            for (line, amount) in proposal["lines"].as_object().unwrap() {
                promised.insert((promotion.clone(), line.clone()), amount.as_i64().unwrap());
            }
        }
        promised
    }
}

/// What a quote gives by plugins: promotion, line and minor units.
#[must_use]
pub fn given(quote: &Value) -> BTreeMap<(String, String), i64> {
    let mut given = BTreeMap::new();
    for line in quote["lines"].as_array().unwrap() {
        for discount in line["discounts"].as_array().into_iter().flatten() {
            let promotion = discount["promotion"].as_str().unwrap();
            if promotion.contains('/') {
                let place = (promotion.to_owned(), line["id"].as_str().unwrap().to_owned());
                given.insert(place, discount["amount"]["amount"].as_i64().unwrap());
            }
        }
    }
    given
}

/// Says that something is not tested here, where tests' own output is not shown.
pub fn skip(what: &str) {
    // A closed standard error keeps nobody from testing.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}");
}

fn changed(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// When a source of that folder changed last.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let sources = entries.filter(|path| !["build", "carts", "__pycache__"].iter().any(|name| path.ends_with(name)));
    sources.filter_map(|path| if path.is_dir() { newest(&path) } else { changed(&path) }).max()
}

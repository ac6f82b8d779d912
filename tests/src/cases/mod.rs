//! Case files: one module a kind, which turns a neutral case into HTTP requests and compares the answers.
//!
//! A case is judged by what its file says and by nothing else: no behaviour may depend on a case's id, so that any other
//! file of the same form can be run. What must never be in here: a call into a function's core.
//!
//! A kind is a module with one constant, declared here with a line in [`KINDS`] and none in [`LATER`]:
//!
//! ```
//! use anyhow::Result;
//! use serde_json::json;
//! use tests::cases::{Case, Kind, Verdict};
//! use tests::client::Client;
//!
//! /// Sums: `{"sums": [{"id": "s1", "a": 1, "b": 2, "expect": 3}]}`.
//! pub const KIND: Kind = Kind { name: "sums", lists: &["sums"], check };
//!
//! fn check(client: &mut Client, case: &Case<'_>) -> Result<Verdict> {
//!     if case.value["a"].is_null() {
//!         return Ok(Verdict::Skipped("a sum without a first number".into()));
//!     }
//!     let answer = client.post("/v1/sum", &json!({ "a": case.value["a"], "b": case.value["b"] }))?;
//!     let mut verdict = Verdict::Passed;
//!     verdict.compare("sum", &case.value["expect"], &answer.json()["sum"]);
//!     Ok(verdict)
//! }
//! ```

mod adlaw;
mod attribution;
mod commission;
mod inventory;
mod pii;
mod prices;
mod promotions;
mod sourcing;
mod tax_cn;

use crate::client::Client;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fmt;

/// Every kind whose semantics exist, by the name that `scripts/cases` takes.
pub const KINDS: &[Kind] = &[
    adlaw::KIND,
    attribution::KIND,
    commission::KIND,
    inventory::KIND,
    pii::KIND,
    prices::KIND,
    promotions::KIND,
    sourcing::KIND,
    tax_cn::KIND,
];

/// Kinds that files exist for and that are not built yet.
pub const LATER: &[&str] = &[];

/// One kind of cases.
#[derive(Clone, Copy)]
pub struct Kind {
    /// As `scripts/cases` takes it.
    pub name: &'static str,
    /// The lists of a file that hold this kind's cases. A file may lack some of them.
    pub lists: &'static [&'static str],
    /// Sends what the case says and compares. An error means that the app did not answer.
    pub check: fn(&mut Client, &Case<'_>) -> Result<Verdict>,
}

/// A case of a file.
pub struct Case<'f> {
    /// Its `id`, or its place; for messages only.
    pub id: String,
    /// Which of [`Kind::lists`] it stands in.
    pub list: &'static str,
    /// The case.
    pub value: &'f Value,
    /// The whole file, for what its cases share.
    pub file: &'f Value,
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything was as expected.
    Passed,
    /// What was not, one line a mismatch.
    Failed(Vec<String>),
    /// It cannot be asked of this app, and why.
    Skipped(String),
}

impl Verdict {
    /// Notes a mismatch unless both are the same; numbers are the same where their values are.
    pub fn compare(&mut self, what: &str, expected: &Value, found: &Value) {
        if !same(expected, found) {
            self.fail(format!("{what}: expected {expected}, found {found}"));
        }
    }

    /// Notes a mismatch.
    pub fn fail(&mut self, mismatch: String) {
        match self {
            Self::Failed(mismatches) => mismatches.push(mismatch),
            Self::Passed | Self::Skipped(_) => *self = Self::Failed(vec![mismatch]),
        }
    }
}

fn same(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| same(value, other)))
        }
        _ => expected == found,
    }
}

/// How many cases went which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// As expected.
    pub passed: usize,
    /// Not as expected.
    pub failed: usize,
    /// Not asked.
    pub skipped: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// The kind of that name.
///
/// # Errors
/// Where there is none, or not yet.
pub fn kind(name: &str) -> Result<Kind> {
    if let Some(kind) = KINDS.iter().find(|kind| kind.name == name) {
        return Ok(*kind);
    }
    let known = KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>().join(", ");
    if LATER.contains(&name) {
        bail!("the semantics of `{name}` do not exist yet; those that do: {known}");
    }
    bail!("there is no kind `{name}`; there are: {known}");
}

/// Runs every case of a file; `say` gets a line for each mismatch and each case left out.
///
/// # Errors
/// Where the file has no list of this kind.
pub fn run(kind: &Kind, client: &mut Client, file: &Value, say: &mut dyn FnMut(&str)) -> Result<Tally> {
    let mut tally = Tally::default();
    let present = kind.lists.iter().filter_map(|list| Some((*list, file[*list].as_array()?)));
    let present: Vec<_> = present.collect();
    if present.is_empty() {
        bail!("the file has none of the lists {:?}", kind.lists);
    }
    for (list, values) in present {
        for (place, value) in values.iter().enumerate() {
            let id = value["id"].as_str().map_or_else(|| format!("{list}[{place}]"), str::to_owned);
            let case = Case { id, list, value, file };
            let verdict = (kind.check)(client, &case).with_context(|| case.id.clone());
            match verdict.unwrap_or_else(|error| Verdict::Failed(vec![format!("{error:#}")])) {
                Verdict::Passed => tally.passed += 1,
                Verdict::Skipped(reason) => {
                    tally.skipped += 1;
                    say(&format!("skipped {}: {reason}", case.id));
                }
                Verdict::Failed(mismatches) => {
                    tally.failed += 1;
                    for mismatch in mismatches {
                        say(&format!("failed {}: {mismatch}", case.id));
                    }
                }
            }
        }
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_the_same_where_their_values_are() {
        let rows = [
            (json!(1), json!(1.0), true),
            (json!({"a": [1.0, null]}), json!({"a": [1, null]}), true),
            (json!({"a": 1}), json!({"a": 1, "b": 2}), false),
            (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_993_i64), true),
            (json!("1"), json!(1), false),
        ];
        for (expected, found, wanted) in rows {
            let mut verdict = Verdict::Passed;
            verdict.compare("value", &expected, &found);
            assert_eq!(verdict == Verdict::Passed, wanted, "{expected} {found}");
        }
    }

    #[test]
    fn a_kind_that_is_not_there_says_so() {
        for name in LATER {
            assert!(!KINDS.iter().any(|kind| kind.name == *name), "{name} is there");
            assert!(kind(name).err().is_some_and(|error| error.to_string().contains("do not exist yet")), "{name}");
        }
        assert!(kind("weather").is_err());
    }
}

//! A fault in a file that the operator wrote: where it is, which key, what is wrong and what would be right.
//!
//! Faults are collected, so that one run names them all. Faults of requests are in `problem`; nothing here is sent to
//! a client.

use std::fmt;
use std::path::{Path, PathBuf};

/// One fault: `spin.toml:12: component.cart.files: not supported`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file as the operator named it.
    pub file: PathBuf,
    /// The line, counted from 1, where one is known.
    pub line: Option<usize>,
    /// The dotted key, empty when the file as a whole is meant.
    pub key: String,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, key, message } = self;
        write!(out, "{}", file.display())?;
        if let Some(line) = line {
            write!(out, ":{line}")?;
        }
        if !key.is_empty() {
            write!(out, ": {key}")?;
        }
        write!(out, ": {message}")
    }
}

/// Every fault found; the error type of everything that reads what the operator wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// One fault of a whole file.
    pub fn of_file(file: &Path, message: impl Into<String>) -> Self {
        Self(vec![Fault { file: file.to_path_buf(), line: None, key: String::new(), message: message.into() }])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, fault) in self.0.iter().enumerate() {
            if position > 0 {
                writeln!(out)?;
            }
            write!(out, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

//! From a rulebook to the form that a request reads, and back from its bytes.

use crate::programme::Programme;
use commerce::{Compiled, Fault, Report, document};
use std::borrow::Cow;

/// Names the form of what [`compile`] writes; to be raised whenever [`Programme`] changes.
const FORMAT: u32 = 2;

/// Compiled rules, ready to use.
pub struct Rules {
    pub(crate) programme: Programme,
}

/// Checks the rulebook's `referral` and compiles it.
///
/// A rulebook without `referral` compiles to a programme that pays nobody.
///
/// # Errors
/// Everything that is wrong, by JSON pointer from the root of the rulebook.
pub fn compile(rulebook: &str) -> Result<Compiled, Vec<Fault>> {
    let node = document::parse(rulebook.as_bytes()).map_err(|malformed| {
        vec![Fault { code: malformed.code.into(), pointer: String::new(), detail: malformed.detail }]
    })?;
    let report = Report::new();
    let programme = Programme::read(&report.read(&node));
    let clean = report.is_clean();
    let root = postcard::to_allocvec(&(FORMAT, &programme)).unwrap_or_default();
    if clean { Ok(Compiled { root, shards: Vec::new() }) } else { Err(report.faults(&node)) }
}

impl Rules {
    /// Takes the root of what [`compile`] gave.
    ///
    /// # Errors
    /// On the form of another version, which is to be compiled again.
    pub fn load(root: &[u8]) -> Result<Self, String> {
        let (format, rest) =
            postcard::take_from_bytes::<u32>(root).map_err(|_| Cow::Borrowed("no compiled referral rules"))?;
        if format != FORMAT {
            return Err(format!("compiled referral rules of format {format}; this version reads {FORMAT}"));
        }
        let programme = postcard::from_bytes(rest).map_err(|_| Cow::Borrowed("damaged compiled referral rules"))?;
        Ok(Self { programme })
    }

    /// Seconds that a link lives where nobody says how long.
    #[must_use]
    pub fn link_life(&self) -> i64 {
        self.programme.links.lasts
    }
}

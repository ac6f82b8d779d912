//! What reading a rulebook needs to know beside the value at hand, and the few forms that many kinds share.

use crate::policy::Policy;
use commerce::Value;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What was met while reading a rulebook.
#[derive(Default)]
pub struct Reader {
    /// The zones that schedules name.
    pub zones: RefCell<BTreeSet<String>>,
    /// The segments that the rulebook defines.
    pub segments: BTreeSet<String>,
    /// How the merchant's engine counts.
    pub policy: Policy,
    /// The zone of the merchant.
    pub zone: String,
}

/// Reads the items of a list; those with faults are left out.
pub fn read_list<'a, T>(value: Value<'a>, most: usize, read: impl Fn(Value<'a>) -> Option<T>) -> Vec<T> {
    value.list(most).filter_map(read).collect()
}

/// A rate in basis points, 0 to `most`; a negative one has a code of its own.
pub fn read_rate(value: Value<'_>, most: i64) -> Option<i64> {
    let rate = value.integer(-1_000_000..=1_000_000)?;
    if rate < 0 {
        value.fault("negative-percentage", format!("must be 0 to {most} basis points, is {rate}"));
        return None;
    }
    if rate > most {
        value.fault("out-of-range", format!("must be 0 to {most} basis points, is {rate}"));
        return None;
    }
    Some(rate)
}

/// An IANA zone that exists.
pub fn read_zone(value: Value<'_>) -> Option<String> {
    let name = value.identifier()?;
    if crate::clock::zone(name).is_none() {
        value.fault("unknown-time-zone", format!("`{name}` is no zone of the IANA database"));
        return None;
    }
    Some(name.to_owned())
}

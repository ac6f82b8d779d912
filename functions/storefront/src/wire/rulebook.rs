//! The head of a rulebook: what belongs to no function.

use super::cases::{self, Case};
use crate::app;
use crate::problem::Problem;
use commerce::{Fault, Report};

/// The form of the document that this version reads.
pub const FORMAT: &str = "pushcart-rulebook/1";

/// Sections that the functions read.
const SECTIONS: [&str; 12] = [
    "catalogue",
    "priceLists",
    "pricing",
    "taxes",
    "shipping",
    "policy",
    "segments",
    "promotions",
    "referral",
    "inventory",
    "content",
    "comment",
];

/// What stands in the head.
#[derive(Default)]
pub struct Head {
    /// Origins whose pages may read the answers.
    pub origins: Vec<String>,
    /// The currency of every amount.
    pub currency: String,
    /// The merchant's own tests.
    pub cases: Vec<Case>,
}

/// Checks the head; gives what stands in it, and what is wrong.
///
/// # Errors
/// 400 where it is not JSON.
pub fn head(document: &[u8]) -> Result<(Head, Vec<Fault>), Problem> {
    let node = app::parse(document)?;
    let report = Report::new();
    let mut head = Head::default();
    if let Some(object) = report.read(&node).object() {
        let _ = object.required("format").and_then(|value| value.one_of(&[(FORMAT, ())]));
        head.currency = object.required("currency").and_then(|value| value.currency()).unwrap_or_default().to_owned();
        let _ = object.field("timeZone").and_then(|value| value.identifier());
        for value in object.field("origins").into_iter().flat_map(|value| value.list(20)) {
            let Some(origin) = value.identifier() else { continue };
            if is_origin(origin) {
                head.origins.push(origin.to_owned());
            } else {
                value.fault(
                    "invalid-origin",
                    "must be a scheme and a host, such as https://shop.example, without a path",
                );
            }
        }
        head.cases = object.field("tests").map_or_else(Vec::new, |value| cases::read(value, &head.currency));
        SECTIONS.iter().for_each(|section| object.ignore(section));
        object.finish();
    }
    Ok((head, report.faults(&node)))
}

/// Whether it is an origin as browsers send it: scheme, host, and a port that is not the scheme's own.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    matches!(scheme, "http" | "https")
        && !host.is_empty()
        && host.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b':' | b'[' | b']')
        })
}

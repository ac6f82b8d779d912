//! Asks a document for fields, and collects everything that is wrong with it before anything is done.
//!
//! A fault remembers the node it is about; pointers are made only when there are faults, so that a good document pays
//! nothing for them.

use crate::document::Node;
use crate::facts::types::Fault;
use crate::object::Object;
use crate::{bounds, instant};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

struct Finding {
    node: usize,
    below: String,
    code: &'static str,
    detail: String,
}

/// Everything that is wrong with one document.
#[derive(Default)]
pub struct Report {
    findings: RefCell<Vec<Finding>>,
    more: Cell<usize>,
}

impl Report {
    /// A report without faults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing was wrong so far.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.borrow().is_empty()
    }

    /// The document to be asked.
    #[must_use]
    pub fn read<'a>(&'a self, node: &'a Node<'a>) -> Value<'a> {
        Value { node, report: self }
    }

    /// The faults, with pointers from the root of the document, in the order of the document.
    #[must_use]
    pub fn faults(self, root: &Node<'_>) -> Vec<Fault> {
        let more = self.more.get();
        let findings = self.findings.into_inner();
        if findings.is_empty() {
            return Vec::new();
        }
        let mut wanted: std::collections::HashMap<usize, Vec<Finding>> = std::collections::HashMap::new();
        for finding in findings {
            wanted.entry(finding.node).or_default().push(finding);
        }
        let mut faults = Vec::new();
        walk(root, &mut String::new(), &mut wanted, &mut faults);
        if more > 0 {
            faults.push(Fault {
                code: "too-many-faults".into(),
                pointer: String::new(),
                detail: format!("{more} more faults are not listed"),
            });
        }
        faults
    }

    fn add(&self, node: &Node<'_>, below: String, code: &'static str, detail: String) {
        let mut findings = self.findings.borrow_mut();
        if findings.len() >= bounds::FAULTS {
            self.more.set(self.more.get() + 1);
            return;
        }
        findings.push(Finding { node: std::ptr::from_ref(node).addr(), below, code, detail });
    }
}

fn walk(
    node: &Node<'_>,
    path: &mut String,
    wanted: &mut std::collections::HashMap<usize, Vec<Finding>>,
    faults: &mut Vec<Fault>,
) {
    for finding in wanted.remove(&std::ptr::from_ref(node).addr()).unwrap_or_default() {
        faults.push(Fault {
            code: finding.code.into(),
            pointer: format!("{path}{}", finding.below),
            detail: finding.detail,
        });
    }
    let length = path.len();
    match node {
        Node::List(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push('/');
                path.push_str(&index.to_string());
                walk(item, path, wanted, faults);
                path.truncate(length);
            }
        }
        Node::Map(fields) => {
            for (name, value) in fields {
                path.push_str(&step(name));
                walk(value, path, wanted, faults);
                path.truncate(length);
            }
        }
        Node::Null | Node::Boolean(_) | Node::Integer(_) | Node::Decimal(_) | Node::Text(_) => {}
    }
}

/// One step of a JSON pointer (RFC 6901): `/` and the name, `~` and `/` escaped.
#[must_use]
pub fn step(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// A value of a document, and the report that its faults go to.
///
/// Every reader gives `None` where the value is not what was asked for, after the fault was reported.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    node: &'a Node<'a>,
    report: &'a Report,
}

impl<'a> Value<'a> {
    /// The value itself.
    #[must_use]
    pub fn node(&self) -> &'a Node<'a> {
        self.node
    }

    /// Another node of the same document.
    pub(crate) fn sibling(&self, node: &'a Node<'a>) -> Self {
        Value { node, report: self.report }
    }

    /// Reports that this object lacks a field.
    pub(crate) fn missing(&self, name: &str) {
        self.report.add(self.node, step(name), "missing-field", format!("`{name}` is required"));
    }

    /// Reports that this value is wrong.
    pub fn fault(&self, code: &'static str, detail: impl Into<String>) {
        self.report.add(self.node, String::new(), code, detail.into());
    }

    fn wrong_type<T>(&self, wanted: &str) -> Option<T> {
        let found = match self.node {
            Node::Null => "null",
            Node::Boolean(_) => "a boolean",
            Node::Integer(_) => "a number",
            Node::Decimal(_) => "a number that is not whole or is too large",
            Node::Text(_) => "a string",
            Node::List(_) => "a list",
            Node::Map(_) => "an object",
        };
        self.fault("wrong-type", format!("must be {wanted}, is {found}"));
        None
    }

    /// A string of 1 to `most` bytes.
    pub fn text(&self, most: usize) -> Option<&'a str> {
        let Node::Text(text) = self.node else { return self.wrong_type("a string") };
        if text.is_empty() || text.len() > most {
            self.fault("out-of-range", format!("must have 1 to {most} bytes, has {}", text.len()));
            return None;
        }
        Some(text)
    }

    /// An identifier: 1 to 128 bytes without control characters.
    pub fn identifier(&self) -> Option<&'a str> {
        let text = self.text(bounds::IDENTIFIER_BYTES)?;
        if text.chars().any(char::is_control) {
            self.fault("invalid-identifier", "must not contain control characters");
            return None;
        }
        Some(text)
    }

    /// A whole number within the range.
    pub fn integer(&self, range: RangeInclusive<i64>) -> Option<i64> {
        self.integer_or(range, "out-of-range")
    }

    /// The same, where what is outside the range has a code of its own.
    pub fn integer_or(&self, range: RangeInclusive<i64>, code: &'static str) -> Option<i64> {
        let number = match self.node {
            Node::Integer(number) => *number,
            // 3.0 is whole: JSON does not tell it from 3.
            Node::Decimal(number) if number.trunc() == *number && number.abs() <= 9_007_199_254_740_991.0 => {
                whole(*number)
            }
            _ => return self.wrong_type("a whole number"),
        };
        if !range.contains(&number) {
            self.fault(code, format!("must be {} to {}, is {number}", range.start(), range.end()));
            return None;
        }
        Some(number)
    }

    /// A whole number within the range, as another type of integer; the range must fit that type.
    pub fn whole<T: TryFrom<i64>>(&self, range: RangeInclusive<i64>) -> Option<T> {
        self.integer(range).and_then(|number| T::try_from(number).ok())
    }

    /// Units of a line: 1 to 1,000,000.
    pub fn quantity(&self) -> Option<u32> {
        let units = self.integer_or(1..=bounds::QUANTITY, "invalid-quantity")?;
        u32::try_from(units).ok()
    }

    /// Units that are counted: 0 to 1,000,000.
    pub fn count(&self) -> Option<u32> {
        let below = matches!(self.node, Node::Integer(..0));
        let units = self.integer_or(0..=bounds::QUANTITY, if below { "negative-count" } else { "out-of-range" })?;
        u32::try_from(units).ok()
    }

    /// An amount in minor units, not negative.
    pub fn amount(&self) -> Option<i64> {
        self.integer(0..=bounds::AMOUNT)
    }

    /// A number within the range: for places and probabilities, never for money.
    pub fn decimal(&self, range: RangeInclusive<f64>) -> Option<f64> {
        self.decimal_or(range, "out-of-range")
    }

    /// The same, where what is outside the range has a code of its own.
    pub fn decimal_or(&self, range: RangeInclusive<f64>, code: &'static str) -> Option<f64> {
        #[allow(clippy::cast_precision_loss, reason = "the range is checked after it")]
        let number = match self.node {
            Node::Integer(number) => *number as f64,
            Node::Decimal(number) => *number,
            _ => return self.wrong_type("a number"),
        };
        if !range.contains(&number) {
            self.fault(code, format!("must be {} to {}, is {number}", range.start(), range.end()));
            return None;
        }
        Some(number)
    }

    /// `true` or `false`.
    pub fn boolean(&self) -> Option<bool> {
        if let Node::Boolean(value) = self.node { Some(*value) } else { self.wrong_type("true or false") }
    }

    /// One of these words, as what it stands for.
    pub fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let Node::Text(text) = self.node else { return self.wrong_type("a string") };
        let found = words.iter().find(|(word, _)| word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.fault("unknown-value", format!("must be one of {}", known.join(", ")));
        }
        found
    }

    /// A moment (RFC 3339 with an offset).
    pub fn moment(&self) -> Option<instant::Moment> {
        let Node::Text(text) = self.node else { return self.wrong_type("a date and time") };
        let moment = instant::parse(text);
        if moment.is_none() {
            self.fault(
                "invalid-instant",
                "must be a date and time as RFC 3339 writes it, with an offset, from 1970 to 9999",
            );
        }
        moment
    }

    /// An ISO 4217 code.
    pub fn currency(&self) -> Option<&'a str> {
        let text = self.text(bounds::IDENTIFIER_BYTES)?;
        if !crate::currency::is_code(text) {
            self.fault("invalid-currency", "must be three capital letters (ISO 4217)");
            return None;
        }
        Some(text)
    }

    /// `{"amount": 1299, "currency": "CNY"}` in the given currency, as its minor units.
    pub fn money(&self, currency: &str) -> Option<i64> {
        let object = self.object()?;
        let amount = object.required("amount").and_then(|value| value.amount());
        let named = object.required("currency");
        object.finish();
        let value = named?;
        let code = value.currency()?;
        if code != currency {
            value.fault("mixed-currencies", format!("must be {currency}, the cart's currency, is {code}"));
            return None;
        }
        amount
    }

    /// The items of a list of at most `most`.
    pub fn list(&self, most: usize) -> impl Iterator<Item = Value<'a>> + use<'a> {
        self.list_or(most, "too-many")
    }

    /// The same, where having more has a code of its own.
    pub fn list_or(&self, most: usize, code: &'static str) -> impl Iterator<Item = Value<'a>> + use<'a> {
        let items = match self.node {
            Node::List(items) if items.len() <= most => items.as_slice(),
            Node::List(items) => {
                self.fault(code, format!("must have at most {most} entries, has {}", items.len()));
                &[]
            }
            _ => {
                let _: Option<()> = self.wrong_type("a list");
                &[]
            }
        };
        let report = self.report;
        items.iter().map(move |node| Value { node, report })
    }

    /// The items of a list, of which no two may have the same `id`.
    pub fn list_by_id(&self, most: usize) -> impl Iterator<Item = Value<'a>> + use<'a> {
        let mut known = BTreeSet::new();
        self.list(most).inspect(move |item| {
            if let Some(Node::Text(id)) = item.node.get("id")
                && !known.insert(id.as_ref())
            {
                item.fault("duplicate-id", format!("`{id}` stands twice in this list"));
            }
        })
    }

    /// Identifiers, at most `most`.
    pub fn identifiers(&self, most: usize) -> Vec<String> {
        self.list(most).filter_map(|item| item.identifier().map(str::to_owned)).collect()
    }

    /// The fields of an object whose names are data (SKUs, languages), at most `most`.
    pub fn entries(&self, most: usize) -> impl Iterator<Item = (&'a str, Value<'a>)> + use<'a> {
        let fields = match self.node {
            Node::Map(fields) if fields.len() <= most => fields.as_slice(),
            Node::Map(fields) => {
                self.fault("too-many", format!("must have at most {most} fields, has {}", fields.len()));
                &[]
            }
            _ => {
                let _: Option<()> = self.wrong_type("an object");
                &[]
            }
        };
        let report = self.report;
        fields.iter().map(move |(name, node)| (name.as_ref(), Value { node, report }))
    }

    /// An object whose fields have fixed names.
    pub fn object(&self) -> Option<Object<'a>> {
        let Node::Map(fields) = self.node else { return self.wrong_type("an object") };
        if fields.len() > bounds::FIELDS {
            self.fault("too-many", format!("must have at most {} fields, has {}", bounds::FIELDS, fields.len()));
            return None;
        }
        Some(Object::new(*self, fields))
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the caller checked that it is whole and within 2^53 − 1")]
fn whole(number: f64) -> i64 {
    number as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;

    #[test]
    fn all_faults_at_once_by_pointer() {
        let node = parse(br#"{"id": "", "n": 1.5, "m": 3.0, "x/y": 1, "list": [{"a": 1}, {"a": "one"}, {}], "at": "now", "gone": null}"#).unwrap();
        let report = Report::new();
        let object = report.read(&node).object().unwrap();
        assert_eq!(object.required("id").and_then(|value| value.identifier()), None);
        assert_eq!(object.field("n").and_then(|value| value.integer(0..=9)), None);
        assert_eq!(object.field("m").and_then(|value| value.integer(0..=9)), Some(3));
        assert!(object.required("gone").is_none());
        for item in object.required("list").unwrap().list(3) {
            let item = item.object().unwrap();
            let _ = item.required("a").and_then(|value| value.whole::<u32>(2..=3));
        }
        assert_eq!(object.field("at").and_then(|value| value.moment()), None);
        object.finish();
        let found: Vec<(String, String)> =
            report.faults(&node).into_iter().map(|fault| (fault.pointer, fault.code)).collect();
        let expected = [
            ("/gone", "missing-field"),
            ("/id", "out-of-range"),
            ("/n", "wrong-type"),
            ("/x~1y", "unknown-field"),
            ("/list/0/a", "out-of-range"),
            ("/list/1/a", "wrong-type"),
            ("/list/2/a", "missing-field"),
            ("/at", "invalid-instant"),
        ];
        assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    }
}

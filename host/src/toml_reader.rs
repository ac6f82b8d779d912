//! Reading a TOML document key by key, so that every key is either understood or refused by name, with its line.
//!
//! It knows nothing of manifests: what the keys mean is said where they are read.

use crate::fault::{Fault, Faults};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A document being read, and the faults found in it so far.
pub struct Document<'t> {
    file: PathBuf,
    text: &'t str,
    faults: RefCell<Vec<Fault>>,
}

impl<'t> Document<'t> {
    /// A document of `text`, reported under the name `file`.
    pub fn new(file: &Path, text: &'t str) -> Self {
        Self { file: file.to_path_buf(), text, faults: RefCell::default() }
    }

    /// Parses the text; syntax faults are the only ones then.
    pub fn parse(&self) -> Result<Spanned<DeTable<'t>>, Faults> {
        DeTable::parse(self.text).map_err(|error| {
            let line = error.span().map(|span| self.line_of(&span));
            let fault = Fault { file: self.file.clone(), line, key: String::new(), message: error.message().into() };
            Faults(vec![fault])
        })
    }

    /// The value, unless faults were found.
    pub fn finish<T>(self, value: T) -> Result<T, Faults> {
        let mut faults = self.faults.into_inner();
        if faults.is_empty() {
            return Ok(value);
        }
        faults.sort_by_key(|fault| fault.line);
        Err(Faults(faults))
    }

    fn line_of(&self, span: &Range<usize>) -> usize {
        self.text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1)
    }

    fn fault(&self, key: &str, span: &Range<usize>, message: String) {
        let line = Some(self.line_of(span));
        self.faults.borrow_mut().push(Fault { file: self.file.clone(), line, key: key.into(), message });
    }
}

/// One value under its dotted key.
#[derive(Clone)]
pub struct Node<'a, 't> {
    document: &'a Document<'t>,
    key: String,
    value: &'a DeValue<'t>,
    span: Range<usize>,
}

impl<'a, 't> Node<'a, 't> {
    /// Reports that something is wrong with this value.
    pub fn fault(&self, message: impl Into<String>) {
        self.document.fault(&self.key, &self.span, message.into());
    }

    fn wrong_type(&self, wanted: &str) {
        self.fault(format!("must be {wanted}, is {} {}", article(self.value.type_str()), self.value.type_str()));
    }

    /// The text, or a fault.
    pub fn text(&self) -> Option<&'a str> {
        self.value.as_str().or_else(|| {
            self.wrong_type("a string");
            None
        })
    }

    /// The text of one that must not be empty, or a fault.
    pub fn full_text(&self) -> Option<&'a str> {
        let text = self.text()?;
        if text.is_empty() {
            self.fault("must not be empty");
            return None;
        }
        Some(text)
    }

    /// True or false, or a fault.
    pub fn boolean(&self) -> Option<bool> {
        self.value.as_bool().or_else(|| {
            self.wrong_type("true or false");
            None
        })
    }

    /// A whole number of at least 1, or a fault.
    pub fn count(&self) -> Option<u64> {
        let integer = self.value.as_integer().and_then(|number| {
            u64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok().filter(|number| *number > 0)
        });
        if integer.is_none() {
            self.fault("must be a whole number of at least 1");
        }
        integer
    }

    /// The elements of an array, or a fault.
    pub fn items(&self) -> Vec<Node<'a, 't>> {
        let Some(array) = self.value.as_array() else {
            self.wrong_type("an array");
            return Vec::new();
        };
        let items = array.iter().enumerate();
        items.map(|(position, item)| self.child(&format!("[{position}]"), item)).collect()
    }

    /// The texts of an array of strings; what is not a string is a fault.
    pub fn texts(&self) -> Vec<String> {
        self.items().iter().filter_map(|item| item.text().map(String::from)).collect()
    }

    /// This value as a table, or a fault.
    pub fn table(&self) -> Option<Table<'a, 't>> {
        let Some(table) = self.value.as_table() else {
            self.wrong_type("a table");
            return None;
        };
        Some(Table { node: self.clone(), table, read: RefCell::default() })
    }

    /// Whether this value is a table.
    pub fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// Whether this value is a string.
    pub fn is_text(&self) -> bool {
        self.value.is_str()
    }

    fn child(&self, suffix: &str, value: &'a Spanned<DeValue<'t>>) -> Node<'a, 't> {
        Node {
            document: self.document,
            key: format!("{}{suffix}", self.key),
            value: value.get_ref(),
            span: value.span(),
        }
    }
}

/// A table being read: each key is asked for by name, and what was not asked for is refused at the end.
pub struct Table<'a, 't> {
    node: Node<'a, 't>,
    table: &'a DeTable<'t>,
    read: RefCell<BTreeSet<String>>,
}

impl<'a, 't> Table<'a, 't> {
    /// The document's own table.
    pub fn root(document: &'a Document<'t>, table: &'a DeTable<'t>, whole: &'a DeValue<'t>) -> Self {
        let node = Node { document, key: String::new(), value: whole, span: 0..0 };
        Self { node, table, read: RefCell::default() }
    }

    /// The node of the table itself, to report on.
    pub fn node(&self) -> &Node<'a, 't> {
        &self.node
    }

    /// The value under `key`, if it is there.
    pub fn get(&self, key: &str) -> Option<Node<'a, 't>> {
        self.read.borrow_mut().insert(key.into());
        let (name, value) = self.table.get_key_value(key)?;
        Some(self.entry(name, value))
    }

    /// The value under `key`; that it is missing is a fault.
    pub fn require(&self, key: &str) -> Option<Node<'a, 't>> {
        let found = self.get(key);
        if found.is_none() {
            self.node.fault(format!("`{key}` is missing"));
        }
        found
    }

    /// The table under `key`, if it is there.
    pub fn table(&self, key: &str) -> Option<Table<'a, 't>> {
        self.get(key)?.table()
    }

    /// Every entry; none is unknown then.
    pub fn entries(&self) -> Vec<(String, Node<'a, 't>)> {
        self.read.borrow_mut().extend(self.table.keys().map(|key| key.get_ref().to_string()));
        self.table.iter().map(|(name, value)| (name.get_ref().to_string(), self.entry(name, value))).collect()
    }

    /// Refuses `key` with `why` if it is there.
    pub fn refuse(&self, key: &str, why: &str) {
        if let Some(node) = self.get(key) {
            node.fault(format!("is not supported by this host: {why}"));
        }
    }

    /// Accepts `key` without reading it: it has no meaning when the app runs.
    pub fn accept(&self, key: &str) {
        self.read.borrow_mut().insert(key.into());
    }

    /// Refuses every key that nobody asked for.
    pub fn finish(self) {
        let read = self.read.borrow();
        for (name, value) in self.table.iter() {
            if !read.contains(name.get_ref().as_ref()) {
                let known: Vec<&str> = read.iter().map(String::as_str).collect();
                self.entry(name, value).fault(format!("is not a known key; known are {}", known.join(", ")));
            }
        }
    }

    fn entry(&self, name: &'a Spanned<std::borrow::Cow<'t, str>>, value: &'a Spanned<DeValue<'t>>) -> Node<'a, 't> {
        let text = name.get_ref();
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let part = if plain { text.to_string() } else { format!("\"{text}\"") };
        let key = if self.node.key.is_empty() { part } else { format!("{}.{part}", self.node.key) };
        Node { document: self.node.document, key, value: value.get_ref(), span: name.span() }
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

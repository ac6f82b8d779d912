//! An object whose fields have fixed names: whoever reads it asks for each field, and what nobody asked for is a fault.

use crate::document::Node;
use crate::report::Value;
use std::borrow::Cow;
use std::cell::Cell;

/// An object whose fields have fixed names; [`Object::finish`] reports those that nobody asked for.
pub struct Object<'a> {
    value: Value<'a>,
    fields: &'a [(Cow<'a, str>, Node<'a>)],
    seen: Cell<u128>,
}

impl<'a> Object<'a> {
    pub(crate) fn new(value: Value<'a>, fields: &'a [(Cow<'a, str>, Node<'a>)]) -> Self {
        Self { value, fields, seen: Cell::new(0) }
    }

    /// The object as a value, to report a fault of the whole.
    #[must_use]
    pub fn value(&self) -> Value<'a> {
        self.value
    }

    /// A field; `None` where it is absent or null.
    pub fn field(&self, name: &str) -> Option<Value<'a>> {
        let (index, (_, node)) = self.fields.iter().enumerate().find(|(_, (field, _))| field == name)?;
        self.seen.set(self.seen.get() | 1 << index);
        (*node != Node::Null).then_some(self.value.sibling(node))
    }

    /// A field that must be there.
    pub fn required(&self, name: &str) -> Option<Value<'a>> {
        let found = self.field(name);
        if found.is_none() {
            self.value.missing(name);
        }
        found
    }

    /// Marks a field as somebody else's to read.
    pub fn ignore(&self, name: &str) {
        let _ = self.field(name);
    }

    /// Reports every field that nobody asked for. Not calling it lets unknown fields pass, which only a reader of a part
    /// of a document may do.
    pub fn finish(&self) {
        let seen = self.seen.get();
        for (index, (name, node)) in self.fields.iter().enumerate() {
            if seen & (1 << index) == 0 {
                let value = self.value.sibling(node);
                value.fault("unknown-field", format!("`{}` is not a field here", shorten(name)));
            }
        }
    }
}

fn shorten(name: &str) -> &str {
    name.char_indices().nth(40).map_or(name, |(end, _)| name.get(..end).unwrap_or(name))
}

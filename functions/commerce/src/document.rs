//! A JSON document as it was written: fields in order, strings borrowed, duplicate fields refused, depth bounded.
//!
//! serde_json reads the tokens; [`crate::report`] asks the document for fields and collects everything that is wrong.

use crate::bounds;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Node<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number written without fraction and exponent that fits 64 bits with sign.
    Integer(i64),
    /// Any other number.
    Decimal(f64),
    /// A string.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Node<'a>>),
    /// An object, its fields in the order in which they were written.
    Map(Vec<(Cow<'a, str>, Node<'a>)>),
}

/// Why a text is no document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// `malformed-json`, `unpaired-surrogate`, `json-too-deep`, `duplicate-field` or `invalid-utf-8`.
    pub code: &'static str,
    /// A sentence with the line and column.
    pub detail: String,
}

const TOO_DEEP: &str = "nested too deep";
const DUPLICATE: &str = "duplicate field";
/// What serde_json says of half a surrogate pair.
const SURROGATE: [&str; 2] = ["lone leading surrogate", "unexpected end of hex escape"];

/// Reads a document from bytes.
///
/// ```
/// use commerce::document::{parse, Node};
/// assert_eq!(parse(b"[1, \"a\"]"), Ok(Node::List(vec![Node::Integer(1), Node::Text("a".into())])));
/// assert_eq!(parse(b"{\"a\": 1, \"a\": 2}").unwrap_err().code, "duplicate-field");
/// ```
///
/// # Errors
/// `invalid-utf-8`, `malformed-json`, `unpaired-surrogate` (half of an escape such as `\\ud83d\\ude00`), `json-too-deep` (more
/// than [`bounds::JSON_DEPTH`]) or `duplicate-field`.
pub fn parse(bytes: &[u8]) -> Result<Node<'_>, Malformed> {
    let text = std::str::from_utf8(bytes).map_err(|error| Malformed {
        code: "invalid-utf-8",
        detail: format!("byte {} is not UTF-8", error.valid_up_to()),
    })?;
    let malformed = |error: serde_json::Error| {
        let detail = error.to_string();
        let code = if detail.starts_with(TOO_DEEP) {
            "json-too-deep"
        } else if detail.starts_with(DUPLICATE) {
            "duplicate-field"
        } else if SURROGATE.iter().any(|said| detail.starts_with(said)) {
            "unpaired-surrogate"
        } else {
            "malformed-json"
        };
        Malformed { code, detail }
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let node = Depth(0).deserialize(&mut deserializer).map_err(malformed)?;
    deserializer.end().map_err(malformed)?;
    Ok(node)
}

/// Writes a node as JSON, fields in their order.
///
/// ```
/// use commerce::document::{parse, write};
/// assert_eq!(write(&parse(b"{\"b\": [1, null], \"a\": 0.5}").unwrap()), r#"{"b":[1,null],"a":0.5}"#);
/// ```
#[must_use]
pub fn write(node: &Node<'_>) -> String {
    serde_json::to_string(node).unwrap_or_default()
}

impl Node<'_> {
    /// A field, where this is an object that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(fields) => fields.iter().find(|(known, _)| known == name).map(|(_, value)| value),
            _ => None,
        }
    }
}

impl serde::Serialize for Node<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Node::Null => serializer.serialize_unit(),
            Node::Boolean(value) => serializer.serialize_bool(*value),
            Node::Integer(value) => serializer.serialize_i64(*value),
            Node::Decimal(value) => serializer.serialize_f64(*value),
            Node::Text(value) => serializer.serialize_str(value),
            Node::List(items) => serializer.collect_seq(items),
            Node::Map(fields) => serializer.collect_map(fields.iter().map(|(name, value)| (name, value))),
        }
    }
}

#[derive(Clone, Copy)]
struct Depth(usize);

impl Depth {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.0 >= bounds::JSON_DEPTH {
            return Err(E::custom(format_args!("{TOO_DEEP}: more than {} lists and objects", bounds::JSON_DEPTH)));
        }
        Ok(Self(self.0 + 1))
    }
}

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Node<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Node<'de>;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Boolean(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Integer(value))
    }
    #[allow(clippy::cast_precision_loss, reason = "beyond 64 bits with sign no whole number is within a bound")]
    fn visit_u64<E>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(i64::try_from(value).map_or(Node::Decimal(value as f64), Node::Integer))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Node<'de>, E> {
        Ok(Node::Decimal(value))
    }
    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(value)))
    }
    fn visit_str<E>(self, value: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(value.to_owned())))
    }
    fn visit_string<E>(self, value: String) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(value)))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node<'de>, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Node::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node<'de>, A::Error> {
        let inner = self.deeper()?;
        let mut fields: Vec<(Cow<'de, str>, Node<'de>)> = Vec::new();
        // Small objects are searched, large ones (a price for each SKU) remembered.
        let mut known = std::collections::HashSet::new();
        while let Some(name) = access.next_key_seed(Name)? {
            let again = if fields.len() < 24 {
                fields.iter().any(|(other, _)| *other == name)
            } else {
                if known.is_empty() {
                    known.extend(fields.iter().map(|(other, _)| other.clone()));
                }
                !known.insert(name.clone())
            };
            if again {
                return Err(A::Error::custom(format_args!("{DUPLICATE} `{name}`")));
            }
            let value = access.next_value_seed(inner)?;
            fields.push((name, value));
        }
        Ok(Node::Map(fields))
    }
}

struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a field's name")
    }
    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(value))
    }
    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_document() {
        let deep = "[".repeat(33) + &"]".repeat(33);
        let long = format!("{{{}}}", (0..40).map(|n| format!("\"f{}\": {n}", n % 39)).collect::<Vec<_>>().join(","));
        for (text, code) in [
            ("", "malformed-json"),
            ("{", "malformed-json"),
            ("NaN", "malformed-json"),
            ("1e999", "malformed-json"),
            ("[1] 2", "malformed-json"),
            ("\"\\ud800\"", "unpaired-surrogate"),
            ("\"\\udc00\"", "unpaired-surrogate"),
            ("\"\\ud800\\u0041\"", "unpaired-surrogate"),
            ("{\"a\": {\"b\": 1, \"b\": 2}}", "duplicate-field"),
            (long.as_str(), "duplicate-field"),
            (deep.as_str(), "json-too-deep"),
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap_err().code, code, "{text}");
        }
        assert_eq!(parse(b"\"\xff\"").unwrap_err().code, "invalid-utf-8");
        assert!(parse(("[".repeat(32) + &"]".repeat(32)).as_bytes()).is_ok());
    }
}

//! The section `pricing`: what the merchant decided about prices, as data.

use commerce::Value;
use serde::{Deserialize, Serialize};

/// Which of several prices a line gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choose {
    /// The list with the highest `precedence`; among equals the lowest price.
    #[default]
    Precedence,
    /// The lowest price; among equals the list with the highest `precedence`.
    Lowest,
    /// The list with the highest `precedence`; among equals the one whose `when` asks for most things.
    MostSpecific,
}

/// The section, read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Which price a line gets.
    pub choose: Choose,
}

const CHOOSE: [(&str, Choose); 3] =
    [("precedence", Choose::Precedence), ("lowest", Choose::Lowest), ("most-specific", Choose::MostSpecific)];

/// Reads the section; what it does not name is as the type's default says.
pub fn read(section: Value<'_>) -> Policy {
    let Some(object) = section.object() else { return Policy::default() };
    let policy = Policy { choose: object.field("choose").and_then(|value| value.one_of(&CHOOSE)).unwrap_or_default() };
    object.finish();
    policy
}

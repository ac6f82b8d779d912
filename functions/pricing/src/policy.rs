//! The section `pricing`: what the merchant decided about prices, as data.

use crate::presale::{self, Presale};
use crate::prior::{self, Rule};
use commerce::Value;
use commerce::facts::prices::{RefundMethod, RefundPolicy};
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
    /// What may be said of reductions, and where.
    pub prior_price: Vec<Rule>,
    /// Deposits.
    pub presales: Vec<Presale>,
    /// Returns are refunded by what the rest would have cost.
    pub re_evaluate: bool,
    /// Shipping is refunded when everything was returned.
    pub shipping_with_all: bool,
}

impl Policy {
    /// What binds later returns.
    #[must_use]
    pub fn refund(&self) -> RefundPolicy {
        let method = if self.re_evaluate { RefundMethod::ReEvaluate } else { RefundMethod::ProRata };
        RefundPolicy { method, shipping_with_all: self.shipping_with_all }
    }
}

const CHOOSE: [(&str, Choose); 3] =
    [("precedence", Choose::Precedence), ("lowest", Choose::Lowest), ("most-specific", Choose::MostSpecific)];

/// Reads the section; what it does not name is as the type's default says.
///
/// ```json
/// {"choose": "lowest", "priorPrice": [{"id": "eu", "law": "eu"}], "presales": [],
///  "refund": {"method": "re-evaluate", "shipping": "with-all"}}
/// ```
pub fn read(section: Value<'_>) -> Policy {
    let Some(object) = section.object() else { return Policy::default() };
    let refund = object.field("refund").and_then(|value| value.object());
    let word = |name: &str, words: &[(&str, bool)]| {
        refund.as_ref().and_then(|refund| refund.field(name)).and_then(|value| value.one_of(words)).unwrap_or(false)
    };
    let policy = Policy {
        choose: object.field("choose").and_then(|value| value.one_of(&CHOOSE)).unwrap_or_default(),
        prior_price: object.field("priorPrice").map_or_else(Vec::new, prior::read),
        presales: object.field("presales").map_or_else(Vec::new, presale::read),
        re_evaluate: word("method", &[("pro-rata", false), ("re-evaluate", true)]),
        shipping_with_all: word("shipping", &[("never", false), ("with-all", true)]),
    };
    if let Some(refund) = &refund {
        refund.finish();
    }
    object.finish();
    policy
}

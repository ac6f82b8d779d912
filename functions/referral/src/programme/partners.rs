//! Referrers that the rulebook itself names: who is above whom, at which grade, and whether they take part.

use commerce::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A referrer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    /// The referrer who is rewarded at the second tier.
    pub parent: Option<String>,
    /// The grade, which may have rates of its own.
    pub grade: Option<String>,
    /// Takes part at present.
    pub active: bool,
    /// Sold something of their own in the period that the merchant counts, without which nothing is paid at tier two.
    pub own_sales: bool,
}

impl Default for Partner {
    fn default() -> Self {
        Self { parent: None, grade: None, active: true, own_sales: false }
    }
}

/// Reads all partners; a chain that comes back to where it started is a fault at each partner on it.
pub fn read(value: &Value<'_>, most: usize) -> BTreeMap<String, Partner> {
    let entries: Vec<_> = value.entries(most).collect();
    let partners: BTreeMap<String, Partner> =
        entries.iter().map(|(id, value)| ((*id).to_owned(), partner(value))).collect();
    let parent = |id: &str| partners.get(id).and_then(|partner| partner.parent.as_deref());
    for (id, value) in &entries {
        if cyclic(id, parent) {
            value.fault("cyclic-chain", format!("the chain above `{id}` comes back to it"));
        }
    }
    partners
}

/// Whether following parents from here comes back here.
pub fn cyclic<'a>(id: &str, parent: impl Fn(&str) -> Option<&'a str>) -> bool {
    // Floyd's two runners: a chain that runs into somebody else's cycle ends too.
    let (mut slow, mut fast) = (parent(id), parent(id).and_then(&parent));
    while let (Some(one), Some(two)) = (slow, fast) {
        if one == id || two == id {
            return true;
        }
        if one == two {
            return returns(id, one, &parent);
        }
        (slow, fast) = (parent(one), parent(two).and_then(&parent));
    }
    slow == Some(id)
}

/// Whether the cycle through `from` has `id` on it.
fn returns<'a>(id: &str, from: &'a str, parent: impl Fn(&str) -> Option<&'a str>) -> bool {
    let mut at = parent(from);
    while let Some(one) = at.filter(|one| *one != from) {
        if one == id {
            return true;
        }
        at = parent(one);
    }
    false
}

fn partner(value: &Value<'_>) -> Partner {
    let Some(object) = value.object() else { return Partner::default() };
    let word = |name| object.field(name).and_then(|value| value.identifier()).map(str::to_owned);
    let flag = |name, otherwise| object.field(name).and_then(|value| value.boolean()).unwrap_or(otherwise);
    let partner = Partner {
        parent: word("parent"),
        grade: word("grade"),
        active: flag("active", true),
        own_sales: flag("ownSales", false),
    };
    object.finish();
    partner
}

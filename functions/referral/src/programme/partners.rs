//! Referrers that the rulebook itself names: who is above whom, at which grade, and whether they take part.

use commerce::Value;
use serde::{Deserialize, Serialize};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

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
    let cyclic = cyclic(entries.iter().map(|(id, _)| *id), parent);
    for (id, value) in &entries {
        if cyclic.contains(id) {
            value.fault("cyclic-chain", format!("the chain above `{id}` comes back to it"));
        }
    }
    partners
}

/// Everybody among these, and above them, whose chain of parents comes back to them. Each link is followed once.
pub fn cyclic<'a>(
    ids: impl IntoIterator<Item = &'a str>,
    parent: impl Fn(&str) -> Option<&'a str>,
) -> BTreeSet<&'a str> {
    let (mut met, mut cyclic) = (BTreeMap::new(), BTreeSet::new());
    for (walk, id) in ids.into_iter().enumerate() {
        let mut at = Some(id);
        while let Some(one) = at {
            match met.entry(one) {
                Entry::Vacant(new) => {
                    new.insert(walk);
                    at = parent(one);
                }
                // What an earlier walk met it has judged; only what this walk met itself closes a circle.
                Entry::Occupied(known) if *known.get() != walk => break,
                Entry::Occupied(_) => at = cyclic.insert(one).then(|| parent(one)).flatten(),
            }
        }
    }
    cyclic
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

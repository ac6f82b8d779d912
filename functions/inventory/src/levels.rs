//! Levels and live reservations of an inquiry by product and node, so that no other room compares their names.

use crate::rules::Rules;
use commerce::facts::stock::{Inquiry, Level};
use commerce::{Context, Fault};
use std::collections::BTreeMap;

/// What the inquiry counts.
#[derive(Debug, Default)]
pub struct Levels<'a> {
    /// For each product, its level at each node of the rulebook.
    rows: BTreeMap<&'a str, Vec<Option<&'a Level>>>,
    /// Units that carts of others keep, by product and node.
    kept: BTreeMap<(&'a str, usize), i64>,
}

impl<'a> Levels<'a> {
    /// Sorts them, and says what of them is unknown or there twice: nodes that the rulebook does not have, and
    /// products that its catalogue does not have, where there is one. Of a product that the cart does not have they
    /// may well be.
    pub fn read(rules: &Rules, inquiry: &'a Inquiry, context: &Context, faults: &mut Vec<Fault>) -> Self {
        let mut levels = Self::default();
        let mut fault =
            |code: &str, pointer: String, detail: String| faults.push(Fault { code: code.to_owned(), pointer, detail });
        let mut index = 0;
        // Levels of one product mostly stand together: its row is sought once for all of them.
        for together in inquiry.levels.chunk_by(|one, next| one.sku == next.sku) {
            let Some(Level { sku, .. }) = together.first() else { continue };
            let known = rules.knows(sku);
            let row = levels.rows.entry(sku).or_insert_with(|| vec![None; rules.root.nodes.len()]);
            for level in together {
                let slot = rules.place(&level.node).and_then(|place| row.get_mut(place));
                if !known {
                    fault("unknown-sku", format!("/stock/{index}/sku"), no_product(sku));
                }
                match slot {
                    None => fault("unknown-node", format!("/stock/{index}/node"), no_node(&level.node)),
                    Some(Some(_)) => {
                        let detail = format!("`{sku}` is counted twice at `{}`", level.node);
                        fault("duplicate-level", format!("/stock/{index}"), detail);
                    }
                    Some(slot) => *slot = Some(level),
                }
                index += 1;
            }
        }
        for (index, kept) in inquiry.reservations.iter().enumerate() {
            if !rules.knows(&kept.sku) {
                fault("unknown-sku", format!("/reservations/{index}/sku"), no_product(&kept.sku));
            }
            let Some(node) = &kept.node else { continue };
            let Some(place) = rules.place(node) else {
                fault("unknown-node", format!("/reservations/{index}/node"), no_node(node));
                continue;
            };
            let own = inquiry.owner.is_some() && kept.owner == inquiry.owner;
            if rules.root.policy.reservations && kept.expires > context.at && !own {
                *levels.kept.entry((&kept.sku, place)).or_insert(0) += i64::from(kept.quantity);
            }
        }
        levels
    }

    /// The level of a product at each node, where one was given.
    #[must_use]
    pub fn of(&self, sku: &str) -> &[Option<&'a Level>] {
        self.rows.get(sku).map_or(&[], Vec::as_slice)
    }

    /// Units of a product that carts of others keep at a node.
    #[must_use]
    pub fn kept(&self, sku: &str, place: usize) -> i64 {
        if self.kept.is_empty() { 0 } else { self.kept.get(&(sku, place)).copied().unwrap_or(0) }
    }
}

/// What is said of a node that the rulebook does not have.
#[must_use]
pub fn no_node(node: &str) -> String {
    format!("the rulebook has no node `{node}`")
}

/// What is said of a product that the catalogue does not have.
#[must_use]
pub fn no_product(sku: &str) -> String {
    format!("the catalogue has no `{sku}`")
}

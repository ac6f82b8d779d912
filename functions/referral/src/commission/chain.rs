//! Who stands at which tier for one credited referrer, and why somebody does not.

use crate::programme::{Partner, Programme, SelfPurchase};
use commerce::facts::referrals::{Note, Partner as Known};
use commerce::facts::types::Attribute;
use std::collections::BTreeMap;

/// What the request and the rulebook know of referrers; the request knows better.
pub struct Partners<'a> {
    known: BTreeMap<&'a str, &'a Known>,
    pub programme: &'a Programme,
}

/// One referrer as far as anybody knows.
pub struct Standing<'a> {
    pub parent: Option<&'a str>,
    pub grade: Option<&'a str>,
    pub active: bool,
    pub own_sales: bool,
    pub revenue: i64,
}

impl<'a> Partners<'a> {
    /// `known` is what the request says.
    pub fn new(known: &'a [Known], programme: &'a Programme) -> Self {
        Self { known: known.iter().map(|known| (known.id.as_str(), known)).collect(), programme }
    }

    /// Hashes of a device, a payment means, an address that the request knows of somebody.
    pub fn fingerprints(&self, id: &str) -> &'a [Attribute] {
        self.known.get(id).map_or(&[], |known| &known.fingerprints)
    }

    /// What is known; somebody whom nobody knows takes part and stands alone.
    pub fn standing(&self, id: &str) -> Standing<'a> {
        if let Some(known) = self.known.get(id) {
            let Known { id: _, parent, grade, active, own_sales, revenue, fingerprints: _ } = known;
            return Standing {
                parent: parent.as_deref(),
                grade: grade.as_deref(),
                active: *active,
                own_sales: *own_sales,
                revenue: *revenue,
            };
        }
        match self.programme.partners.get(id) {
            Some(Partner { parent, grade, active, own_sales }) => Standing {
                parent: parent.as_deref(),
                grade: grade.as_deref(),
                active: *active,
                own_sales: *own_sales,
                revenue: 0,
            },
            None => Standing { parent: None, grade: None, active: true, own_sales: false, revenue: 0 },
        }
    }

    fn knows(&self, id: &str) -> bool {
        self.known.contains_key(id) || self.programme.partners.contains_key(id)
    }

    /// Who is rewarded: the tier, from 0, and the id. Nobody stands at a tier whose person gets nothing.
    pub fn chain(&self, referrer: &'a str, buyer: Option<&'a str>, notes: &mut Vec<Note>) -> Vec<(usize, &'a str)> {
        let policy = self.programme.plan.self_purchase;
        let bought_below = buyer.filter(|buyer| self.knows(buyer) && self.standing(buyer).parent == Some(referrer));
        let (first, second) = match bought_below {
            Some(buyer) if policy == SelfPurchase::Shift => (buyer, Some(referrer)),
            _ => (referrer, self.standing(referrer).parent),
        };
        let mut chain = Vec::new();
        for (tier, id) in [(0, Some(first)), (1, second)].into_iter().filter_map(|(tier, id)| Some((tier, id?))) {
            let standing = self.standing(id);
            let refused = match tier {
                _ if !standing.active => Some("partner-inactive"),
                _ if policy == SelfPurchase::Deny && buyer == Some(id) => Some("self-purchase"),
                1 if !standing.own_sales => Some("upline-without-own-sales"),
                _ => None,
            };
            match refused {
                None => chain.push((tier, id)),
                Some(code) => notes.push(Note { code: code.into(), subject: id.to_owned() }),
            }
        }
        chain
    }
}

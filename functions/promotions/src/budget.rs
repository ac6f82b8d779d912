//! What promotions may cost: a budget of money or of uses, of one promotion or shared by several.
//!
//! Money is all that is given in money: discounts on lines and shipping, what added lines would have cost less what is
//! paid for them, red packets and donations. Discounts come first, as points are burned for what a budget leaves them;
//! then what can be given in part, then what cannot.

use crate::given::Given;
use crate::ledger::{Drawn, Ledger};
use crate::policy::Short;
use crate::scene::{Refusal, Scene};
use crate::split::Sharing;
use commerce::Value;
use serde::{Deserialize, Serialize};

/// What a promotion may cost in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// The counter of what is used up; promotions that name the same one share it.
    pub id: String,
    /// Minor units, or uses.
    pub limit: i64,
    /// It counts uses.
    pub uses: bool,
    /// What becomes of what it covers in part.
    pub short: Option<Short>,
}

impl Budget {
    /// Reads a budget; it is the promotion's own where it names no id.
    pub fn read(value: Value<'_>, promotion: &str) -> Option<Self> {
        let object = value.object()?;
        let id = object.field("id").map_or(Some(promotion), |value| value.identifier());
        let limit = object.required("limit").and_then(|value| value.amount());
        let uses =
            object.field("of").and_then(|value| value.one_of(&[("amount", false), ("uses", true)])).unwrap_or(false);
        let short = object.field("short").and_then(|value| value.one_of(Short::ALL));
        object.finish();
        Some(Self { id: id?.to_owned(), limit: limit?, uses, short })
    }

    /// What is used up, before this cart and by it so far.
    #[must_use]
    pub fn used(&self, scene: &Scene<'_>, ledger: &Ledger) -> i64 {
        used(&self.id, scene, ledger)
    }

    /// What it still covers.
    #[must_use]
    pub fn left(&self, scene: &Scene<'_>, ledger: &Ledger) -> i64 {
        self.limit.saturating_sub(self.used(scene, ledger))
    }

    /// What a promotion that gives this uses up of it.
    #[must_use]
    pub fn cost(&self, given: &Given) -> i64 {
        if self.uses { 1 } else { given.cost() }
    }

    /// The reason where a promotion would use up more than there is: the limit, and what would be used up.
    #[must_use]
    pub const fn exhausted(&self, used: i64) -> Refusal {
        Refusal::numbers("budget-exhausted", self.limit, used)
    }
}

/// What is used up of the budget of this id, before this cart and by it so far.
#[must_use]
pub fn used(id: &str, scene: &Scene<'_>, ledger: &Ledger) -> i64 {
    scene.used("budget", id, "total").saturating_add(ledger.drawn("budget", Some(id)))
}

/// Keeps what is given beside discounts to what these leave of a budget that has so much left: red packets and donations
/// are cut, a gift that is not covered whole is not given. What is drawn for them from purses and stocks of gifts is so
/// much less.
pub fn fit(given: &mut Given, drawn: &mut [Drawn], left: i64, sharing: Sharing) {
    let mut left = left.saturating_sub(given.taken());
    for granted in given.grants.iter_mut().filter(|granted| granted.is_money()) {
        let whole = granted.amount;
        granted.cut(left, sharing);
        left -= granted.amount;
        give_back(drawn, granted.kind, granted.id.as_deref().unwrap_or_default(), whole - granted.amount);
    }
    given.grants.retain(|granted| !granted.is_money() || granted.amount > 0);
    given.additions.retain(|added| {
        let covered = added.discount <= left;
        if covered {
            left -= added.discount;
        } else {
            give_back(drawn, "gift", &added.sku, i64::from(added.quantity));
        }
        covered
    });
    given.steps.push(("budget", 0));
}

fn give_back(drawn: &mut [Drawn], kind: &str, id: &str, mut amount: i64) {
    for drawn in drawn.iter_mut().rev().filter(|drawn| drawn.kind == kind && drawn.id == id) {
        let less = amount.min(drawn.amount);
        drawn.amount -= less;
        amount -= less;
    }
}

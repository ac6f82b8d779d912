//! What promotions may cost: a budget of money or of uses, of one promotion or shared by several.

use crate::ledger::Ledger;
use crate::policy::Short;
use crate::scene::{Refusal, Scene};
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
    /// What becomes of a discount that it covers in part.
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

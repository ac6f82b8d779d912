//! What is left of a budget.

use crate::budget;
use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, at_least};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BudgetLeft {
    id: String,
    limit: i64,
    at_least: i64,
}

impl Test for BudgetLeft {
    const KIND: Kind = Kind {
        name: "budget-left",
        about: "Of `limit`, at least `atLeast` (1 by default) is left after what the counter of kind `budget` and this id says, and after what this cart takes from it so far. It only looks: what a promotion costs is counted by its own `budget`, which may have the same id.",
        fields: r##""id": {"$ref": "#/$defs/Identifier"}, "limit": {"type": "integer", "minimum": 0, "maximum": 9007199254740991}, "atLeast": {"type": "integer", "minimum": 1, "maximum": 9007199254740991}"##,
        required: &["id", "limit"],
        example: r#"{"kind": "budget-left", "id": "spring", "limit": 5000000, "atLeast": 10000}"#,
        codes: &[("budget-left-below-minimum", "minor units or uses: what must be left, what is left")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        let id = object.required("id").and_then(|value| value.identifier());
        let limit = object.required("limit").and_then(|value| value.amount());
        let at_least = object.field("atLeast").map_or(Some(1), |value| value.integer(1..=commerce::bounds::AMOUNT));
        Some(Self { id: id?.to_owned(), limit: limit?, at_least: at_least? })
    }

    fn test(&self, scene: &Scene<'_>, ledger: &Ledger) -> Result<(), Refusal> {
        let left = self.limit.saturating_sub(budget::used(&self.id, scene, ledger)).max(0);
        at_least("budget-left-below-minimum", self.at_least, left)
    }

    fn looks_at_discounts(&self, _scene: &Scene<'_>) -> bool {
        true
    }
}

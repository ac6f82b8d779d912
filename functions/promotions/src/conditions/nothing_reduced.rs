//! The cart holds nothing that is reduced already. To leave reduced lines out one by one, a target says `notReduced`.

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, holds};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NothingReduced {}

impl Test for NothingReduced {
    const KIND: Kind = Kind {
        name: "nothing-reduced",
        about: "No selected line is reduced already.",
        fields: "",
        required: &[],
        example: r#"{"kind": "nothing-reduced"}"#,
        codes: &[("already-reduced", "a line is reduced already")],
    };

    fn read(_object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        Some(Self {})
    }

    fn test(&self, _scene: &Scene<'_>, ledger: &Ledger) -> Result<(), Refusal> {
        let reduced = |line: usize| ledger.lines.get(line).is_some_and(|(_, reduced)| *reduced);
        holds("already-reduced", !ledger.runs.iter().any(|run| reduced(run.line)))
    }
}

//! One of these conditions holds.

use crate::catalogue::{Condition, Kind, Lack, Test};
use crate::code::Code;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Any {
    of: Vec<Condition>,
}

impl Test for Any {
    const KIND: Kind = Kind {
        name: "any",
        about: "One of these conditions holds.",
        fields: r##""of": {"type": "array", "minItems": 1, "maxItems": 100, "items": {"$ref": "#/$defs/Condition"}}"##,
        required: &["of"],
        example: r#"{"kind": "any", "of": [{"kind": "tier", "anyOf": ["gold"]}, {"kind": "subtotal", "atLeast": 50000}]}"#,
        codes: &[("the last reason of those within", "as there")],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        super::conditions(object, reader).map(|of| Self { of })
    }

    fn test(&self, scene: &Scene<'_>, ledger: &Ledger) -> Result<(), Refusal> {
        let mut last = Refusal::plain("no-alternative");
        for condition in &self.of {
            match condition.test(scene, ledger) {
                Ok(()) => return Ok(()),
                Err(no) => last = no,
            }
        }
        Err(last)
    }

    fn keys(&self) -> Option<Vec<Key>> {
        let each: Option<Vec<Vec<Key>>> = self.of.iter().map(Condition::keys).collect();
        each.map(|keys| keys.into_iter().flatten().collect())
    }

    /// What the first lacks that can be bought.
    fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
        self.of.iter().find_map(|condition| condition.lack(scene, ledger))
    }

    fn looks_at_discounts(&self, scene: &Scene<'_>) -> bool {
        self.of.iter().any(|condition| condition.looks_at_discounts(scene))
    }

    fn named(&self) -> Vec<&Code> {
        self.of.iter().flat_map(Condition::named).collect()
    }

    fn used(&self, scene: &Scene<'_>, ledger: &Ledger) -> Vec<&Code> {
        let holding = self.of.iter().find(|condition| condition.test(scene, ledger).is_ok());
        holding.map(|condition| condition.used(scene, ledger)).unwrap_or_default()
    }
}

//! All of these conditions hold.

use crate::allowance::Fullest;
use crate::catalogue::{Condition, Kind, Lack, Test};
use crate::code::Code;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene};
use commerce::Object;
use commerce::facts::offers::Need;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct All {
    of: Vec<Condition>,
}

impl Test for All {
    const KIND: Kind = Kind {
        name: "all",
        about: "All of these conditions hold.",
        fields: r##""of": {"type": "array", "minItems": 1, "maxItems": 100, "items": {"$ref": "#/$defs/Condition"}}"##,
        required: &["of"],
        example: r#"{"kind": "all", "of": [{"kind": "quantity", "atLeast": 2}, {"kind": "tier", "anyOf": ["gold"]}]}"#,
        codes: &[("the first reason of those within", "as there")],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        super::conditions(object, reader).map(|of| Self { of })
    }

    fn test(&self, scene: &Scene<'_>, ledger: &Ledger) -> Result<(), Refusal> {
        self.of.iter().try_for_each(|condition| condition.test(scene, ledger))
    }

    fn keys(&self) -> Option<Vec<Key>> {
        self.of.iter().filter_map(Condition::keys).min_by_key(|keys| Key::breadth(keys))
    }

    /// What the one lacks that does not hold.
    fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
        let mut failing = self.of.iter().filter(|condition| condition.test(scene, ledger).is_err());
        failing.next().filter(|_| failing.next().is_none()).and_then(|condition| condition.lack(scene, ledger))
    }

    fn looks_at_discounts(&self, scene: &Scene<'_>) -> bool {
        self.of.iter().any(|condition| condition.looks_at_discounts(scene))
    }

    fn named(&self) -> Vec<&Code> {
        self.of.iter().flat_map(Condition::named).collect()
    }

    fn used(&self, scene: &Scene<'_>, ledger: &Ledger) -> Vec<&Code> {
        self.of.iter().flat_map(|condition| condition.used(scene, ledger)).collect()
    }

    fn needs(&self, cart: &Fullest<'_>) -> Vec<Need> {
        self.of.iter().flat_map(|condition| condition.needs(cart)).collect()
    }
}

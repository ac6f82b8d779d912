//! None of these conditions holds.

use crate::catalogue::{Condition, Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Not {
    of: Vec<Condition>,
}

impl Test for Not {
    const KIND: Kind = Kind {
        name: "not",
        about: "None of these conditions holds.",
        fields: r##""of": {"type": "array", "minItems": 1, "maxItems": 100, "items": {"$ref": "#/$defs/Condition"}}"##,
        required: &["of"],
        example: r#"{"kind": "not", "of": [{"kind": "contains", "categories": ["gift-cards"]}]}"#,
        codes: &[("excluded", "one of the conditions within holds")],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        super::conditions(object, reader).map(|of| Self { of })
    }

    fn test(&self, scene: &Scene<'_>, ledger: &Ledger) -> Result<(), Refusal> {
        crate::scene::holds("excluded", !self.of.iter().any(|condition| condition.test(scene, ledger).is_ok()))
    }

    fn looks_at_discounts(&self, scene: &Scene<'_>) -> bool {
        self.of.iter().any(|condition| condition.looks_at_discounts(scene))
    }
}

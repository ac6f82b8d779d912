//! Anything that the storefront declares about the moment: the weather, a festival, an experiment's arm.

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, holds};
use crate::target::{has, sorted};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    name: String,
    any_of: Vec<String>,
}

impl Test for Attribute {
    const KIND: Kind = Kind {
        name: "attribute",
        about: "The request declares this attribute with one of these values, such as `weather` and `rain`.",
        fields: r##""name": {"$ref": "#/$defs/Identifier"}, "anyOf": {"type": "array", "minItems": 1, "maxItems": 10000, "items": {"$ref": "#/$defs/Identifier"}}"##,
        required: &["name", "anyOf"],
        example: r#"{"kind": "attribute", "name": "weather", "anyOf": ["rain", "snow"]}"#,
        codes: &[("attribute-differs", "the attribute is absent or has another value")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        let name = object.required("name").and_then(|value| value.identifier());
        let any_of = super::words(object, "anyOf");
        Some(Self { name: name?.to_owned(), any_of: sorted(any_of?) })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        let declared = scene.context.attributes.iter();
        holds(
            "attribute-differs",
            declared.filter(|found| found.name == self.name).any(|found| has(&self.any_of, &found.value)),
        )
    }
}

//! The shopper came from content with one of these tags, as the tagging function gives them.

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, holds};
use crate::target::{has, sorted};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContentTag {
    any_of: Vec<String>,
}

impl Test for ContentTag {
    const KIND: Kind = Kind {
        name: "content-tag",
        about: "The shopper came from content with one of these tags, as the tagging function gives them, written `kind:value`.",
        fields: super::ANY_OF,
        required: &["anyOf"],
        example: r#"{"kind": "content-tag", "anyOf": ["hashtag:tea"]}"#,
        codes: &[("content-not-eligible", "the content carries none of the tags")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        Some(Self { any_of: sorted(super::words(object, "anyOf")?) })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        holds("content-not-eligible", scene.context.tags.iter().any(|tag| has(&self.any_of, tag)))
    }
}

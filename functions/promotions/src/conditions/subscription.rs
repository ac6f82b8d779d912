//! The shopper subscribes, or buys something by subscription.

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, holds};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Which {
    Holds,
    Buys,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    which: Which,
}

impl Test for Subscription {
    const KIND: Kind = Kind {
        name: "subscription",
        about: "The shopper holds a running subscription (`holds`), or a selected line is bought by subscription (`buys`).",
        fields: r#""which": {"enum": ["holds", "buys"]}"#,
        required: &["which"],
        example: r#"{"kind": "subscription", "which": "buys"}"#,
        codes: &[("no-subscription", "there is none")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        Some(Self {
            which: object
                .required("which")
                .and_then(|value| value.one_of(&[("holds", Which::Holds), ("buys", Which::Buys)]))?,
        })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        let yes = match self.which {
            Which::Holds => scene.shopper().is_some_and(|shopper| shopper.subscriber),
            Which::Buys => scene.lines.iter().any(|line| line.selected && line.subscription),
        };
        holds("no-subscription", yes)
    }
}

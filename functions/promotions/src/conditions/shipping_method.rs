//! One of these shipping methods is chosen or charged.

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, holds};
use crate::target::{has, sorted};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShippingMethod {
    any_of: Vec<String>,
}

impl Test for ShippingMethod {
    const KIND: Kind = Kind {
        name: "shipping-method",
        about: "One of these shipping methods is chosen or charged.",
        fields: super::ANY_OF,
        required: &["anyOf"],
        example: r#"{"kind": "shipping-method", "anyOf": ["express"]}"#,
        codes: &[("shipping-method-not-eligible", "another method is chosen")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        Some(Self { any_of: sorted(super::words(object, "anyOf")?) })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        holds(
            "shipping-method-not-eligible",
            scene
                .context
                .shipping_method
                .iter()
                .chain(scene.shipping.iter().map(|charge| &charge.method))
                .any(|method| has(&self.any_of, method)),
        )
    }
}

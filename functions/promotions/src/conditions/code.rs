//! A code that the shopper entered.

use crate::catalogue::{Kind, Test};
use crate::code::{self, Code as Coupon};
use crate::index::Key;
use crate::ledger::Ledger;
use crate::reader::{Reader, must_hold, read_list};
use crate::scene::{Refusal, Scene};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Code {
    any_of: Vec<Coupon>,
}

impl Test for Code {
    const KIND: Kind = Kind {
        name: "code",
        about: "One of these codes was entered and works now. Where that is what lets the promotion apply, the code is used up: of `any`, the first condition that holds counts; within `not`, none is used up. The field `codes` of a promotion asks for one beside all conditions.",
        fields: r##""anyOf": {"type": "array", "minItems": 1, "maxItems": 10000, "items": {"$ref": "#/$defs/Code"}}"##,
        required: &["anyOf"],
        example: r#"{"kind": "code", "anyOf": [{"code": "SPRING", "limits": {"total": 1000, "perCustomer": 1}}, "VIP"]}"#,
        codes: Coupon::REASONS,
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let value = object.required("anyOf")?;
        let any_of = read_list(value, 10_000, |item| Coupon::read(item, &reader.policy));
        must_hold(value, "name something");
        Some(Self { any_of })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        code::working(&self.any_of, scene).map(|_| ())
    }

    fn keys(&self) -> Option<Vec<Key>> {
        Some(self.any_of.iter().map(|code| Key::code(&code.code)).collect())
    }

    fn named(&self) -> Vec<&Coupon> {
        self.any_of.iter().collect()
    }

    fn used(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Vec<&Coupon> {
        code::working(&self.any_of, scene).into_iter().collect()
    }
}

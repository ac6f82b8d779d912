//! All lines together at a price.

use crate::allowance::{Fullest, smaller, whole};
use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::index::Key;
use crate::policy::Basis;
use crate::reader::Reader;
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetTotal {
    price: i64,
    of: Target,
}

impl Give for SetTotal {
    const KIND: Kind = Kind {
        name: "set-total",
        about: "The lines of `of` together cost at most this.",
        fields: r##""price": {"$ref": "#/$defs/MinorUnits"}, "of": {"$ref": "#/$defs/Target"}"##,
        required: &["price"],
        example: r#"{"kind": "set-total", "price": 9900}"#,
        codes: &[],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let price = object.required("price").and_then(|value| value.amount());
        Some(Self { of: super::of(object, reader), price: price? })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let picks = desk.pick(&self.of);
        let total = desk.total(&picks, Basis::Remaining);
        desk.off_order(&picks, total - self.price, false);
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        let lines = cart.lines(&self.of);
        let above = Fullest::total(&lines).saturating_sub(self.price).max(0);
        Some(vec![smaller(above, whole(&lines), cart)])
    }
}

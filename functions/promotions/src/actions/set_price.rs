//! Units at a price: a newcomer's price, a flash price, a live room's price.

use super::reach::Reach;
use crate::allowance::{Fullest, each};
use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::index::Key;
use crate::reader::Reader;
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetPrice {
    price: i64,
    of: Target,
    reach: Reach,
}

impl Give for SetPrice {
    const KIND: Kind = Kind {
        name: "set-price",
        about: "Each unit of `of` costs at most this.",
        fields: r##""price": {"$ref": "#/$defs/MinorUnits"}, "of": {"$ref": "#/$defs/Target"}, "reach": {"$ref": "#/$defs/Reach"}"##,
        required: &["price"],
        example: r#"{"kind": "set-price", "price": 100, "of": {"skus": ["TEA-LJ-100"]}, "reach": {"units": 1}}"#,
        codes: &[],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let price = object.required("price").and_then(|value| value.amount());
        Some(Self { of: super::of(object, reader), reach: Reach::read(object), price: price? })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let picks = self.reach.of(desk.pick(&self.of), desk);
        desk.at_price(&picks, self.price);
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn by_line(&self) -> bool {
        self.reach.is_all() && !self.of.is_only()
    }

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        Some(vec![each(&cart.lines(&self.of), |line| (line.price - self.price).max(0))])
    }
}

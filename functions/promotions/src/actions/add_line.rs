//! A line added at a price for each line of a target: a warranty, an engraving.

use crate::allowance::Fullest;
use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::given::Added;
use crate::index::Key;
use crate::reader::Reader;
use crate::reader::read_rate;
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
use commerce::money::part;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AddLine {
    sku: String,
    price: i64,
    rate: i64,
    of: Target,
}

impl Give for AddLine {
    const KIND: Kind = Kind {
        name: "add-line",
        about: "For each line of `of`, adds as many units of a product, at `price` plus `basisPoints` of that line's unit price each.",
        fields: r##""sku": {"$ref": "#/$defs/Identifier"}, "price": {"$ref": "#/$defs/MinorUnits"}, "basisPoints": {"type": "integer", "minimum": 0, "maximum": 100000}, "of": {"$ref": "#/$defs/Target"}"##,
        required: &["sku"],
        example: r#"{"kind": "add-line", "sku": "WARRANTY-1Y", "basisPoints": 1000, "of": {"attribute": {"name": "warranty", "value": "yes"}}}"#,
        codes: &[],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let sku = object.required("sku").and_then(|value| value.identifier());
        let price = object.field("price").map_or(Some(0), |value| value.amount());
        let rate = object.field("basisPoints").map_or(Some(0), |value| read_rate(value, 100_000));
        Some(Self { sku: sku?.to_owned(), price: price?, rate: rate?, of: super::of(object, reader) })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let added: Vec<Added> = self
            .of
            .lines(desk.scene, desk.ledger)
            .map(|(place, line)| {
                let share = part(line.unit_price, self.rate, 10_000, desk.rounding).unwrap_or(0);
                Added {
                    sku: self.sku.clone(),
                    quantity: line.quantity,
                    unit_price: self.price.saturating_add(share),
                    discount: 0,
                    line: Some(place),
                    limit: None,
                }
            })
            .collect();
        desk.given.reached |= !added.is_empty();
        desk.given.additions.extend(added);
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn allows(&self, _cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        Some(Vec::new())
    }
}

//! A gift: a product added at no cost, once or for every so many units bought.

use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::given::Added;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::Scene;
use crate::target::Target;
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gift {
    sku: String,
    units: u32,
    unit_price: i64,
    per: Option<(Target, u32)>,
    limit: Option<i64>,
}

impl Give for Gift {
    const KIND: Kind = Kind {
        name: "gift",
        about: "Adds `units` units of a product (1 by default), worth `unitPrice` each, at no cost: once, or for every `per.units` units of `per.of`. `limit` is how many there are in all; how many are gone is the counter of kind `gift`, the sku, scope `total`.",
        fields: r##""sku": {"$ref": "#/$defs/Identifier"}, "units": {"$ref": "#/$defs/Units"}, "unitPrice": {"$ref": "#/$defs/MinorUnits"}, "per": {"type": "object", "additionalProperties": false, "properties": {"of": {"$ref": "#/$defs/Target"}, "units": {"$ref": "#/$defs/Units"}}}, "limit": {"type": "integer", "minimum": 0, "maximum": 9007199254740991}"##,
        required: &["sku"],
        example: r#"{"kind": "gift", "sku": "SAMPLE-01", "unitPrice": 400, "per": {"of": {"categories": ["tea"]}, "units": 2}}"#,
        codes: &[],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let sku = object.required("sku").and_then(|value| value.identifier());
        let units = object.field("units").map_or(Some(1), |value| value.whole(1..=1_000_000));
        let unit_price = object.field("unitPrice").map_or(Some(0), |value| value.amount());
        let limit = object.field("limit").and_then(|value| value.amount());
        let per = object.field("per").and_then(|value| {
            let inner = value.object()?;
            let of = super::of(&inner, reader);
            let units = inner.field("units").map_or(Some(1), |value| value.whole(1..=1_000_000));
            inner.finish();
            Some((of, units?))
        });
        Some(Self { sku: sku?.to_owned(), units: units?, unit_price: unit_price?, per, limit })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let times = self.per.as_ref().map_or(1, |(of, units)| {
            let bought: i64 = of.lines(desk.scene, desk.ledger).map(|(_, line)| i64::from(line.quantity)).sum();
            bought / i64::from((*units).max(1))
        });
        let wanted = i64::from(self.units).saturating_mul(times);
        let left = self.limit.map_or(i64::MAX, |limit| {
            let used = desk.scene.used("gift", &self.sku, "total") + desk.ledger.drawn("gift", Some(&self.sku));
            limit.saturating_sub(used).max(0)
        });
        let quantity = u32::try_from(wanted.min(left)).unwrap_or(0);
        if quantity > 0 {
            desk.given.reached = true;
            let discount = i64::from(quantity).saturating_mul(self.unit_price);
            desk.given.additions.push(Added {
                sku: self.sku.clone(),
                quantity,
                unit_price: self.unit_price,
                discount,
                line: None,
                limit: self.limit,
            });
            desk.draw("gift", &self.sku, i64::from(quantity));
        }
    }

    fn ceiling(&self, _scene: &Scene<'_>, _opening: &Ledger) -> Option<i64> {
        None
    }
}

//! A gift: a product added at no cost, once or for every so many units bought.

use crate::allowance::Fullest;
use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::given::Added;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene};
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
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
        about: "Adds `units` units of a product (1 by default), worth `unitPrice` each, at no cost: once, or for every `per.units` units of `per.of`. `limit` is how many there are in all; how many are gone is the counter of kind `gift`, the sku, scope `total`. A `budget` of the promotion counts what the units are worth.",
        fields: r##""sku": {"$ref": "#/$defs/Identifier"}, "units": {"$ref": "#/$defs/Units"}, "unitPrice": {"$ref": "#/$defs/MinorUnits"}, "per": {"type": "object", "additionalProperties": false, "properties": {"of": {"$ref": "#/$defs/Target"}, "units": {"$ref": "#/$defs/Units"}}}, "limit": {"type": "integer", "minimum": 0, "maximum": 9007199254740991}"##,
        required: &["sku"],
        example: r#"{"kind": "gift", "sku": "SAMPLE-01", "unitPrice": 400, "per": {"of": {"categories": ["tea"]}, "units": 2}}"#,
        codes: &[super::QUANTITY, ("gift-exhausted", "units: how many there were, how many are gone")],
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
        let times = self.bought(desk.scene, desk.ledger).map_or(1, |(units, bought)| bought / units.max(1));
        let wanted = i64::from(self.units).saturating_mul(times);
        let left = self.limit.map_or(i64::MAX, |limit| limit.saturating_sub(self.used(desk.scene, desk.ledger)).max(0));
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

    /// What it is worth counts, whatever the cart comes to.
    fn ceiling(&self, scene: &Scene<'_>, _opening: &Ledger) -> Option<i64> {
        let units = scene.lines.iter().filter(|line| line.selected).map(|line| i64::from(line.quantity)).sum::<i64>();
        let times = self.per.as_ref().map_or(1, |(_, each)| units / i64::from((*each).max(1)));
        let most = i64::from(self.units).saturating_mul(times).min(self.limit.unwrap_or(i64::MAX));
        Some(most.saturating_mul(self.unit_price))
    }

    fn short(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Refusal> {
        let bought = self.bought(scene, ledger);
        if let Some((need, have)) = bought.filter(|(need, have)| have < need) {
            return Some(Refusal::numbers("quantity-below-minimum", need, have));
        }
        let used = self.used(scene, ledger);
        self.limit.filter(|limit| used >= *limit).map(|limit| Refusal::numbers("gift-exhausted", limit, used))
    }

    fn allows(&self, _cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        Some(Vec::new())
    }
}

impl Gift {
    /// The units that must be bought for each time, and those that are.
    fn bought(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<(i64, i64)> {
        let (of, units) = self.per.as_ref()?;
        Some((i64::from(*units), of.lines(scene, ledger).map(|(_, line)| i64::from(line.quantity)).sum()))
    }

    /// How many are gone, before this cart and by it so far.
    fn used(&self, scene: &Scene<'_>, ledger: &Ledger) -> i64 {
        scene.used("gift", &self.sku, "total").saturating_add(ledger.drawn("gift", Some(&self.sku)))
    }
}

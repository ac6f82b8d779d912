//! Shipping reduced by a rate or an amount, set to a price, or free.

use crate::allowance::Fullest;
use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::reader::read_rate;
use crate::scene::Scene;
use crate::split::split;
use crate::target::{has, sorted};
use commerce::Object;
use commerce::facts::offers::Allowance;
use commerce::money::part;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShippingOff {
    how: How,
    methods: Vec<String>,
    each: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum How {
    Rate(i64),
    Amount(i64),
    Price(i64),
}

impl Give for ShippingOff {
    const KIND: Kind = Kind {
        name: "shipping-off",
        about: "The charges of these methods (of all by default): a rate off each, an amount off them together or, with `each`, off each, or each at a price; all of it where nothing is said.",
        fields: r##""basisPoints": {"$ref": "#/$defs/BasisPoints"}, "amount": {"$ref": "#/$defs/MinorUnits"}, "price": {"$ref": "#/$defs/MinorUnits"}, "each": {"type": "boolean"}, "methods": {"type": "array", "maxItems": 100, "items": {"$ref": "#/$defs/Identifier"}}"##,
        required: &[],
        example: r#"{"kind": "shipping-off", "basisPoints": 10000, "methods": ["express"]}"#,
        codes: &[],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        let rate = object.field("basisPoints").map(|value| read_rate(value, 10_000).map(How::Rate));
        let amount = object.field("amount").map(|value| value.amount().map(How::Amount));
        let price = object.field("price").map(|value| value.amount().map(How::Price));
        if [rate, amount, price].iter().flatten().count() > 1 {
            object.value().fault("contradiction", "only one of `basisPoints`, `amount` and `price` may be given");
        }
        let how = rate.or(amount).or(price).unwrap_or(Some(How::Rate(10_000)));
        let methods = sorted(object.field("methods").map(|value| value.identifiers(100)).unwrap_or_default());
        Some(Self { how: how?, methods, each: super::flag(object, "each") })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let charges: Vec<usize> = (0..desk.scene.shipping.len())
            .filter(|place| {
                self.methods.is_empty()
                    || desk.scene.shipping.get(*place).is_some_and(|charge| has(&self.methods, &charge.method))
            })
            .collect();
        let left: Vec<i64> = charges.iter().filter_map(|place| desk.ledger.shipping.get(*place)).copied().collect();
        let asked = !matches!(self.how, How::Rate(0) | How::Amount(0));
        desk.given.reached |= asked && !charges.is_empty();
        let shares: Vec<i64> = match self.how {
            How::Rate(rate) => left.iter().map(|left| part(*left, rate, 10_000, desk.rounding).unwrap_or(0)).collect(),
            How::Amount(amount) if self.each => left.iter().map(|left| amount.min(*left)).collect(),
            How::Amount(amount) => split(amount, &left, &left, desk.scene.policy.lines()),
            How::Price(price) => left.iter().map(|left| left - price).collect(),
        };
        for (charge, share) in charges.into_iter().zip(shares) {
            desk.off_shipping(charge, share);
        }
    }

    fn ceiling(&self, scene: &Scene<'_>, _opening: &Ledger) -> Option<i64> {
        Some(scene.shipping.iter().map(|charge| charge.amount).fold(0, i64::saturating_add))
    }

    fn allows(&self, _cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        Some(Vec::new())
    }
}

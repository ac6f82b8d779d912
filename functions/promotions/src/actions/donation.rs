//! A part of what is paid is given to a cause; the shopper pays no less and no more.

use crate::allowance::Fullest;
use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::index::Key;
use crate::policy::Basis;
use crate::reader::Reader;
use crate::reader::read_rate;
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
use commerce::money::part;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Donation {
    cause: String,
    rate: i64,
    amount: i64,
    of: Target,
}

impl Give for Donation {
    const KIND: Kind = Kind {
        name: "donation",
        about: "Gives `amount` minor units, and `basisPoints` of what the lines of `of` still cost, to a cause. It is given of what is paid: the shopper pays no more for it, and a `budget` of the promotion counts it.",
        fields: r##""cause": {"$ref": "#/$defs/Identifier"}, "basisPoints": {"$ref": "#/$defs/BasisPoints"}, "amount": {"$ref": "#/$defs/MinorUnits"}, "of": {"$ref": "#/$defs/Target"}"##,
        required: &["cause"],
        example: r#"{"kind": "donation", "cause": "rural-schools", "basisPoints": 100}"#,
        codes: &[],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let cause = object.required("cause").and_then(|value| value.identifier());
        let rate = object.field("basisPoints").map_or(Some(0), |value| read_rate(value, 10_000));
        let amount = object.field("amount").map_or(Some(0), |value| value.amount());
        Some(Self { cause: cause?.to_owned(), rate: rate?, amount: amount?, of: super::of(object, reader) })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let picks = desk.pick(&self.of);
        let share = part(desk.total(&picks, Basis::Remaining), self.rate, 10_000, desk.rounding).unwrap_or(0);
        let amount = share.saturating_add(self.amount);
        if amount > 0 && !picks.is_empty() {
            desk.grant("donation", Some(self.cause.clone()), amount, None, &picks);
        }
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn allows(&self, _cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        Some(Vec::new())
    }
}

//! A coupon granted for next time.

use crate::allowance::Fullest;
use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::reader::Reader;
use commerce::Object;
use commerce::facts::offers::Allowance;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coupon {
    id: String,
    units: i64,
}

impl Give for Coupon {
    const KIND: Kind = Kind {
        name: "coupon",
        about: "Grants `units` coupons (1 by default) of the kind `id` for next time; the system of record issues their codes.",
        fields: r##""id": {"$ref": "#/$defs/Identifier"}, "units": {"type": "integer", "minimum": 1, "maximum": 1000}"##,
        required: &["id"],
        example: r#"{"kind": "coupon", "id": "next-time-10"}"#,
        codes: &[],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        let id = object.required("id").and_then(|value| value.identifier());
        let units = object.field("units").map_or(Some(1), |value| value.integer(1..=1_000));
        Some(Self { id: id?.to_owned(), units: units? })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        desk.grant("coupon", Some(self.id.clone()), self.units, None, &[]);
    }

    fn allows(&self, _cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        Some(Vec::new())
    }
}

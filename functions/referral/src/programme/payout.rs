//! When what was earned is paid out, and what is withheld from it.

use commerce::{Value, bounds};
use serde::{Deserialize, Serialize};

/// How income tax is withheld from a creator's income.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Withholding {
    /// Nothing is withheld.
    #[default]
    None,
    /// China, 劳务报酬, each payment by itself.
    ChinaPerPayment,
    /// China, practitioners of a platform, cumulative over the calendar year.
    ChinaPlatform,
    /// A flat rate of the gross, in basis points.
    Flat(u32),
}

/// When and how it is paid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// Seconds after the order was completed before anything is paid for it.
    pub hold: i64,
    /// What a month must come to, in minor units; less is carried into the next.
    pub minimum: i64,
    /// What the payment itself costs the creator, in basis points of the gross.
    pub fee: u32,
    /// What is withheld.
    pub withholding: Withholding,
}

impl Payout {
    pub(super) fn read(value: &Value<'_>) -> Self {
        let Some(object) = value.object() else { return Self::default() };
        let payout = Self {
            hold: object.field("hold").and_then(|value| value.integer(0..=bounds::LATEST)).unwrap_or(0),
            minimum: object.field("minimum").and_then(|value| value.amount()).unwrap_or(0),
            fee: object.field("fee").and_then(|value| value.whole(0..=10_000)).unwrap_or(0),
            withholding: object.field("withholding").map(|value| withholding(&value)).unwrap_or_default(),
        };
        object.finish();
        payout
    }
}

fn withholding(value: &Value<'_>) -> Withholding {
    let Some(object) = value.object() else { return Withholding::None };
    let words = [
        ("none", Withholding::None),
        ("cnPerPayment", Withholding::ChinaPerPayment),
        ("cnPlatform", Withholding::ChinaPlatform),
        ("flat", Withholding::Flat(0)),
    ];
    let kind = object.required("kind").and_then(|kind| kind.one_of(&words)).unwrap_or_default();
    let kind = match kind {
        Withholding::Flat(_) => {
            Withholding::Flat(object.required("rate").and_then(|rate| rate.whole(0..=10_000)).unwrap_or(0))
        }
        other => other,
    };
    object.finish();
    kind
}

//! Decisions as they come back with a return or a statement, and what returns change.

use super::super::money::Money;
use super::{money, named};
use commerce::facts::referrals::{Ceiling, Clawback, Commission, Decision, Division, Part, RemainingLine, Settlement};
use commerce::{Object, Value, bounds};
use serde::Serialize;

/// Reads a decision as an attribution answered it.
pub fn decision(value: Value<'_>, currency: &str) -> Option<Decision> {
    let object = value.object()?;
    let id = named(&object, "id");
    let at = object.required("at").and_then(|value| value.moment());
    let hold = object.required("hold").and_then(|value| value.integer(0..=bounds::LATEST));
    let flag = |name| object.required(name).and_then(|value| value.boolean());
    let (with_tax, with_shipping) = (flag("withTax"), flag("withShipping"));
    let list = |name: &str| object.required(name).into_iter().flat_map(|value| value.list(bounds::COMMISSIONS));
    let commissions = list("commissions").filter_map(|value| commission(value, currency)).collect();
    let ceilings = list("ceilings").filter_map(|value| ceiling(value, currency)).collect();
    let divisions = list("divisions").filter_map(division).collect();
    object.finish();
    Some(Decision {
        id: id?,
        at: at?.at,
        hold: hold?,
        with_tax: with_tax?,
        with_shipping: with_shipping?,
        commissions,
        ceilings,
        divisions,
    })
}

fn tier(object: &Object<'_>) -> Option<u32> {
    object.required("tier").and_then(|value| value.whole(0..=2))
}

fn commission(value: Value<'_>, currency: &str) -> Option<Commission> {
    let object = value.object()?;
    let (referrer, line, basis) = (named(&object, "referrer"), named(&object, "line"), named(&object, "basis"));
    let tier = tier(&object);
    let rate = object.field("rate").and_then(|value| value.whole(0..=10_000));
    let fixed = object.field("fixed").and_then(|value| value.money(currency));
    let billionths = object.required("billionths").and_then(|value| value.whole(0..=1_000_000_000));
    let amounts =
        ["base", "funded", "amount"].map(|name| object.required(name).and_then(|value| value.money(currency)));
    object.finish();
    let [base, funded, amount] = amounts;
    Some(Commission {
        referrer: referrer?,
        tier: tier?,
        line: line?,
        basis: basis?,
        rate,
        fixed,
        billionths: billionths?,
        base: base?,
        funded: funded?,
        amount: amount?,
    })
}

fn ceiling(value: Value<'_>, currency: &str) -> Option<Ceiling> {
    let object = value.object()?;
    let (referrer, tier) = (named(&object, "referrer"), tier(&object));
    let most = object.required("most").and_then(|value| value.money(currency));
    object.finish();
    Some(Ceiling { referrer: referrer?, tier: tier?, most: most? })
}

fn division(value: Value<'_>) -> Option<Division> {
    let object = value.object()?;
    let referrer = named(&object, "referrer");
    let read = |value: Value<'_>| {
        let object = value.object()?;
        let party = named(&object, "party");
        let rate = object.required("rate").and_then(|value| value.whole(0..=10_000));
        object.finish();
        Some(Part { party: party?, rate: rate? })
    };
    let parts = object.required("parts").into_iter().flat_map(|value| value.list(16)).filter_map(read).collect();
    object.finish();
    Some(Division { referrer: referrer?, parts })
}

/// Reads what is left of lines.
pub fn remaining(value: Value<'_>, currency: &str) -> Vec<RemainingLine> {
    let read = |value: Value<'_>| {
        let object = value.object()?;
        let id = named(&object, "id");
        let net = object.required("net").and_then(|value| value.money(currency));
        let (tax, shipping) = (money(&object, "tax", currency), money(&object, "shipping", currency));
        object.finish();
        Some(RemainingLine { id: id?, net: net?, tax, shipping })
    };
    value.list(bounds::LINES).filter_map(read).collect()
}

/// Reads what was paid for the sale so far.
pub fn settled(value: Value<'_>, currency: &str) -> Vec<Settlement> {
    let read = |value: Value<'_>| {
        let object = value.object()?;
        let (payee, referrer, tier) = (named(&object, "payee"), named(&object, "referrer"), tier(&object));
        let paid = object.required("paid").and_then(|value| value.money(currency));
        let taken_back = money(&object, "takenBack", currency);
        object.finish();
        Some(Settlement { payee: payee?, referrer: referrer?, tier: tier?, paid: paid?, taken_back })
    };
    value.list(bounds::ENTRIES).filter_map(read).collect()
}

/// What returns change for one payee.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change<'a> {
    payee: &'a str,
    referrer: &'a str,
    tier: u32,
    earned: Money<'a>,
    due: Money<'a>,
    take_back: Money<'a>,
    pending: Money<'a>,
}

impl<'a> Change<'a> {
    /// Writes it.
    pub fn of(clawback: &'a Clawback, currency: &'a str) -> Self {
        let Clawback { payee, referrer, tier, earned, due, take_back, pending } = clawback;
        let money = Money::of(currency);
        Self {
            payee,
            referrer,
            tier: *tier,
            earned: money(*earned),
            due: money(*due),
            take_back: money(*take_back),
            pending: money(*pending),
        }
    }
}

//! The steps of a ladder: from where, and what each gives.

use crate::allowance::{Fullest, Reached, each, fixed, nothing};
use crate::desk::{Desk, Spread};
use crate::ledger::Pick;
use crate::reader::{must_hold, read_rate};
use commerce::Value;
use commerce::facts::offers::Allowance;
use serde::{Deserialize, Serialize};

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Reached from here on.
    pub from: i64,
    to: Option<i64>,
    rate: Option<i64>,
    amount: Option<i64>,
    price: Option<i64>,
    points: Option<i64>,
    free_shipping: bool,
}

/// Reads steps: each starts above the one before, and none reaches into the next.
pub fn read(value: Value<'_>) -> Vec<Tier> {
    let mut tiers: Vec<Tier> = Vec::new();
    for item in value.list(1_000) {
        let Some(tier) = read_tier(item) else { continue };
        if tiers.last().is_some_and(|before| tier.from <= before.from || before.to.is_some_and(|to| to >= tier.from)) {
            item.fault("overlapping-tiers", "each step must start above the one before it and after that one's end");
        }
        if tier.to.is_some_and(|to| to < tier.from) {
            item.fault("empty-range", "`to` is below `from`");
        }
        tiers.push(tier);
    }
    must_hold(value, "hold a step");
    tiers
}

fn read_tier(value: Value<'_>) -> Option<Tier> {
    let object = value.object()?;
    let from = object.required("from").and_then(|value| value.amount());
    let amount = |name: &str| object.field(name).and_then(|value| value.amount());
    let tier = Tier {
        from: from.unwrap_or(0),
        to: amount("to"),
        rate: object.field("basisPoints").and_then(|value| read_rate(value, 10_000)),
        amount: amount("amount"),
        price: amount("price"),
        points: amount("points"),
        free_shipping: object.field("freeShipping").and_then(|value| value.boolean()).unwrap_or(false),
    };
    if [tier.rate, tier.amount, tier.price].iter().flatten().count() > 1 {
        value.fault("contradiction", "only one of `basisPoints`, `amount` and `price` may be given");
    }
    object.finish();
    from.map(|_| tier)
}

impl Tier {
    /// The fields, as JSON Schema.
    pub const SCHEMA: &str = r##"{"type": "object", "additionalProperties": false, "description": "A step: from where on, up to where, and what it gives: one of a rate, an amount and a unit price, and points and free shipping", "required": ["from"], "properties": {"from": {"$ref": "#/$defs/MinorUnits"}, "to": {"$ref": "#/$defs/MinorUnits"}, "basisPoints": {"$ref": "#/$defs/BasisPoints"}, "amount": {"$ref": "#/$defs/MinorUnits"}, "price": {"$ref": "#/$defs/MinorUnits"}, "points": {"$ref": "#/$defs/MinorUnits"}, "freeShipping": {"type": "boolean"}}}"##;

    /// Whether so much reaches it.
    #[must_use]
    pub fn holds(&self, have: i64) -> bool {
        have >= self.from && self.to.is_none_or(|to| have <= to)
    }

    /// Gives what it gives on these units.
    pub fn give(&self, desk: &mut Desk<'_>, picks: &[Pick], spread: Spread) {
        if let Some(points) = self.points.filter(|points| *points > 0) {
            desk.grant("points-earned", None, points, None, picks);
        }
        if self.free_shipping {
            for charge in 0..desk.ledger.shipping.len() {
                desk.given.reached = true;
                desk.off_shipping(charge, i64::MAX);
            }
        }
        if let Some(rate) = self.rate {
            desk.percent(picks, rate, spread, None, None);
        } else if let Some(amount) = self.amount {
            match spread {
                Spread::Order => desk.off_order(picks, amount, false),
                Spread::Line => desk.off_lines(picks, amount),
                Spread::Unit => desk.off_units(picks, |_| amount),
            }
        } else if let Some(price) = self.price {
            desk.at_price(picks, price);
        }
    }

    /// The most that it can take off these lines.
    #[must_use]
    pub fn allows(&self, lines: &[Reached], spread: Spread, cart: &Fullest<'_>) -> Allowance {
        if let Some(rate) = self.rate {
            return cart.percent(lines, rate, spread, None);
        }
        match (self.amount, self.price) {
            (Some(amount), _) if spread == Spread::Order => fixed(amount),
            (Some(amount), _) => each(lines, |_| amount),
            (None, Some(price)) => each(lines, |line| (line.price - price).max(0)),
            (None, None) => nothing(),
        }
    }
}

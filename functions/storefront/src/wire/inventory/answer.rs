//! A plan of supply, as storefronts read it. Moments carry the shopper's offset.

use crate::wire::money::Money;
use commerce::facts::stock::{
    Availability, Draw, FromLot, Gap, Hold, Later, LocalInstant, Packed, Parcel, Plan, Portion, Promise, Reason,
    Shipment, Substitute, Supply, Verdict,
};
use commerce::instant;
use serde::Serialize;

/// What a plan needs to be written.
#[derive(Clone, Copy)]
pub struct Writer<'a> {
    /// The currency of costs.
    pub currency: &'a str,
    /// The shopper's offset.
    pub offset: i32,
}

/// What is said of a line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line<'a> {
    /// The caller's id; absent where the line around it says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    status: &'static str,
    quantity: u32,
    short: u32,
    /// `null` where it never runs out.
    available: Option<u64>,
    /// `null` where nothing bounds it.
    most: Option<u64>,
    from: Vec<From<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    later: Vec<Ahead<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promise: Option<Window<'a>>,
    confidence: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Why<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    substitutes: Vec<Instead<'a>>,
}

#[derive(Serialize)]
struct From<'a> {
    node: &'a str,
    quantity: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    promise: Option<Window<'a>>,
}

#[derive(Serialize)]
struct Window<'a> {
    mode: &'a str,
    earliest: String,
    latest: String,
}

#[derive(Serialize)]
struct Ahead<'a> {
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<&'a str>,
    quantity: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promise: Option<Window<'a>>,
}

#[derive(Serialize)]
struct Why<'a> {
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    need: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    have: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Instead<'a> {
    sku: &'a str,
    quantity: u32,
    /// What a unit costs more, or less, than one of the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    price_difference: Option<Money<'a>>,
}

/// What is said of the whole.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery<'a> {
    complete: bool,
    shipments: Vec<Sent<'a>>,
    cost: Money<'a>,
    objective: Vec<&'a str>,
    optimal: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<Missing<'a>>,
    nodes: Vec<Site<'a>>,
    draws: Vec<Drawn<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<Held<'a>>,
    stale: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    counted_at: Option<String>,
}

#[derive(Serialize)]
struct Sent<'a> {
    node: &'a str,
    units: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    promise: Option<Window<'a>>,
    cost: Money<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<u32>,
    carbon: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parcels: Vec<Crate<'a>>,
}

#[derive(Serialize)]
struct Crate<'a> {
    mass: u64,
    contents: Vec<Content<'a>>,
}

#[derive(Serialize)]
struct Content<'a> {
    line: &'a str,
    quantity: u32,
}

#[derive(Serialize)]
struct Missing<'a> {
    criterion: &'a str,
    found: i64,
    bound: i64,
}

#[derive(Serialize)]
struct Site<'a> {
    node: &'a str,
    used: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    reasons: &'a [String],
    covers: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Drawn<'a> {
    sku: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<&'a str>,
    source: &'a str,
    quantity: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    reserved_after: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lots: Vec<Batch<'a>>,
}

#[derive(Serialize)]
struct Batch<'a> {
    id: &'a str,
    quantity: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<&'a str>,
}

#[derive(Serialize)]
struct Held<'a> {
    key: &'a str,
    expires: String,
    /// Absent where no key is configured to sign with.
    #[serde(skip_serializing_if = "str::is_empty")]
    token: &'a str,
}

impl<'a> Writer<'a> {
    fn moment(self, at: i64) -> String {
        instant::format(at, self.offset)
    }

    fn window(self, promise: &'a Promise) -> Window<'a> {
        let Promise { mode, earliest, latest } = promise;
        let local = |moment: &LocalInstant| instant::format(moment.at, moment.utc_offset);
        Window { mode, earliest: local(earliest), latest: local(latest) }
    }

    /// A line; `id` where nothing around it says which.
    pub fn line(self, supply: &'a Supply, id: bool, difference: &dyn Fn(&str) -> Option<i64>) -> Line<'a> {
        let money = Money::of(self.currency);
        let from = |portion: &'a Portion| {
            let Portion { node, quantity, promise } = portion;
            From { node, quantity: *quantity, promise: promise.as_ref().map(|promise| self.window(promise)) }
        };
        let later = |later: &'a Later| {
            let Later { source, node, quantity, at, promise } = later;
            let at = at.map(|at| self.moment(at));
            let promise = promise.as_ref().map(|promise| self.window(promise));
            Ahead { source, node: node.as_deref(), quantity: *quantity, at, promise }
        };
        let instead = |substitute: &'a Substitute| {
            let Substitute { sku, quantity } = substitute;
            Instead { sku, quantity: *quantity, price_difference: difference(sku).map(money) }
        };
        Line {
            id: id.then_some(supply.id.as_str()),
            status: match supply.status {
                Availability::Available => "available",
                Availability::Partial => "partial",
                Availability::Backorder => "backorder",
                Availability::Preorder => "preorder",
                Availability::Unavailable => "unavailable",
            },
            quantity: supply.quantity,
            short: supply.short,
            available: supply.available,
            most: supply.most,
            from: supply.portions.iter().map(from).collect(),
            later: supply.later.iter().map(later).collect(),
            promise: supply.promise.as_ref().map(|promise| self.window(promise)),
            confidence: supply.confidence,
            reasons: supply
                .reasons
                .iter()
                .map(|Reason { code, need, have }| Why { code, need: *need, have: *have })
                .collect(),
            substitutes: supply.substitutes.iter().map(instead).collect(),
        }
    }

    /// The whole; its lines are written apart.
    #[must_use]
    pub fn delivery(self, plan: &'a Plan) -> Delivery<'a> {
        let money = Money::of(self.currency);
        let Plan {
            lines: _,
            complete,
            nodes,
            shipments,
            cost,
            objective,
            optimal,
            gap,
            counted_at,
            stale,
            draws,
            hold,
        } = plan;
        let missing = |Gap { criterion, found, bound }: &'a Gap| Missing { criterion, found: *found, bound: *bound };
        let site = |verdict: &'a Verdict| {
            let Verdict { node, used, reasons, covers, distance } = verdict;
            Site { node, used: *used, reasons, covers: *covers, distance: *distance }
        };
        let held = |Hold { key, expires, token }: &'a Hold| Held { key, expires: self.moment(*expires), token };
        Delivery {
            complete: *complete,
            shipments: shipments.iter().map(|shipment| self.sent(shipment)).collect(),
            cost: money(*cost),
            objective: objective.iter().map(String::as_str).collect(),
            optimal: *optimal,
            gap: gap.as_ref().map(missing),
            nodes: nodes.iter().map(site).collect(),
            draws: draws.iter().map(drawn).collect(),
            hold: hold.as_ref().map(held),
            stale: *stale,
            counted_at: counted_at.map(|at| self.moment(at)),
        }
    }

    fn sent(self, shipment: &'a Shipment) -> Sent<'a> {
        let Shipment { node, units, promise, cost, distance, carbon, parcels } = shipment;
        let content = |Packed { line, quantity }: &'a Packed| Content { line, quantity: *quantity };
        let parcel = |Parcel { mass, contents }: &'a Parcel| Crate {
            mass: *mass,
            contents: contents.iter().map(content).collect(),
        };
        Sent {
            node,
            units: *units,
            promise: promise.as_ref().map(|promise| self.window(promise)),
            cost: Money::of(self.currency)(*cost),
            distance: *distance,
            carbon: *carbon,
            parcels: parcels.iter().map(parcel).collect(),
        }
    }
}

fn drawn(draw: &Draw) -> Drawn<'_> {
    let Draw { sku, node, source, quantity, reserved_after, lots } = draw;
    Drawn {
        sku,
        node: node.as_deref(),
        source,
        quantity: *quantity,
        reserved_after: *reserved_after,
        lots: lots.iter().map(batch).collect(),
    }
}

fn batch(lot: &FromLot) -> Batch<'_> {
    let FromLot { id, quantity, trace } = lot;
    Batch { id, quantity: *quantity, trace: trace.as_deref() }
}

//! The shop's choices: what a plan is judged by, how old a count may be, how long a hold lasts, how fast each mode is.

use crate::calendar;
use crate::words::{Criterion, Mode, Negative, Strategy};
use commerce::Value;
use serde::{Deserialize, Serialize};

/// The shop's choices.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "choices that do not depend on each other")]
pub struct Policy {
    /// What a plan is judged by, the weightiest first.
    pub objective: Vec<Criterion>,
    /// How nodes are chosen.
    pub strategy: Strategy,
    /// No plan has more shipments.
    pub max_shipments: Option<u32>,
    /// A line may come from several nodes.
    pub split_lines: bool,
    /// The cart is supplied whole or not at all.
    pub all_or_nothing: bool,
    /// Where a count below zero is made up for.
    pub negative: Negative,
    /// Reservations of carts that are not ordered yet count.
    pub reservations: bool,
    /// How sure a count must be before its units are promised, in basis points; what is not sure is kept back.
    pub confidence: Option<u32>,
    /// From this age in seconds on, a count is stale.
    pub stale_after: Option<i64>,
    /// How long a hold lasts, in seconds.
    pub hold: i64,
    /// No parcel is heavier, in grams.
    pub parcel: Option<i64>,
    /// Units that every node keeps back of every product that does not say otherwise.
    pub safety: u32,
    /// How each mode delivers.
    pub modes: Modes,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            objective: vec![Criterion::Units, Criterion::Shipments, Criterion::Cost],
            strategy: Strategy::Best,
            max_shipments: None,
            split_lines: true,
            all_or_nothing: false,
            negative: Negative::Pool,
            reservations: true,
            confidence: None,
            stale_after: None,
            hold: 900,
            parcel: None,
            safety: 0,
            modes: Modes::default(),
        }
    }
}

impl Policy {
    /// Reads `policy`; what it does not say stays as it is.
    pub fn read(&mut self, value: &Value<'_>) {
        let Some(object) = value.object() else { return };
        let flag = |name: &str, default: bool| object.field(name).and_then(|value| value.boolean()).unwrap_or(default);
        if let Some(list) = object.field("objective") {
            self.objective = objective(&list);
        }
        let strategy = object.field("strategy").and_then(|value| value.one_of(&Strategy::ALL));
        self.strategy = strategy.unwrap_or_default();
        self.max_shipments = object.field("maxShipments").and_then(|value| value.whole(1..=500));
        self.split_lines = flag("splitLines", true);
        self.all_or_nothing = flag("allOrNothing", false);
        self.reservations = flag("reservations", true);
        self.negative =
            object.field("negativeStock").and_then(|value| value.one_of(&Negative::ALL)).unwrap_or_default();
        self.confidence = object.field("confidence").and_then(|value| value.whole(1..=9_999));
        self.stale_after = object.field("staleAfter").and_then(|value| value.integer(1..=31_536_000));
        self.hold = object.field("holdFor").and_then(|value| value.integer(1..=604_800)).unwrap_or(self.hold);
        self.parcel = object.field("parcelMass").and_then(|value| value.integer(1..=10_000_000));
        self.safety = object.field("safetyStock").and_then(|value| value.count()).unwrap_or(0);
        object.finish();
    }
}

/// An objective names each criterion once, and `units` before everything that sending nothing would be best at.
fn objective(list: &Value<'_>) -> Vec<Criterion> {
    let mut criteria: Vec<Criterion> = Vec::new();
    for item in list.list(Criterion::ALL.len()) {
        let Some(criterion) = item.one_of(&Criterion::ALL) else { continue };
        if criteria.contains(&criterion) {
            item.fault("duplicate-criterion", format!("`{}` stands in the objective twice", criterion.word()));
        }
        criteria.push(criterion);
    }
    let units = criteria.iter().position(|criterion| *criterion == Criterion::Units);
    if units.is_none_or(|at| criteria.iter().take(at).any(|criterion| *criterion != Criterion::Promise)) {
        list.fault(
            "units-not-first",
            "must name `units`, and before it nothing but `promise`: otherwise sending nothing is the best plan",
        );
    }
    criteria
}

/// How each mode delivers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Modes([Delivery; 5]);

/// How one mode delivers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivery {
    /// Metres an hour on the way to the shopper, where the promise depends on it.
    pub speed: i64,
    /// Seconds between the earliest and the latest arrival, where the mode promises a moment.
    pub window: i64,
    /// From when in the shopper's day it is delivered, where it is brought.
    pub from: i64,
    /// Until when.
    pub to: i64,
}

/// What a rulebook may say of each mode, in the order of [`Mode::ALL`]; the rest has no meaning for it.
const FIELDS: [&[&str]; 5] = [
    &["speed", "window", "from", "to"],
    &["speed", "from", "to"],
    &["from", "to"],
    &["speed", "from", "to"],
    &["window"],
];

impl Default for Modes {
    fn default() -> Self {
        let delivery = |speed: i64, window: i64, from: i64, to: i64| Delivery {
            speed,
            window,
            from: from * 3_600,
            to: to * 3_600,
        };
        // A rider in a city; a van on its tour; a line haul of some 600 km a day.
        Self([
            delivery(15_000, 1_800, 0, 24),
            delivery(25_000, 0, 9, 22),
            delivery(60_000, 0, 9, 21),
            delivery(25_000, 0, 9, 21),
            delivery(15_000, 0, 0, 24),
        ])
    }
}

impl Modes {
    /// How a mode delivers.
    #[must_use]
    pub fn of(&self, mode: Mode) -> &Delivery {
        let [instant, same_day, next_day, express, pickup] = &self.0;
        match mode {
            Mode::Instant => instant,
            Mode::SameDay => same_day,
            Mode::NextDay => next_day,
            Mode::Express => express,
            Mode::Pickup => pickup,
        }
    }

    /// Reads `modes`; what it does not say stays as it is.
    pub fn read(&mut self, value: &Value<'_>) {
        let Some(object) = value.object() else { return };
        for (((word, _), delivery), fields) in Mode::ALL.iter().zip(&mut self.0).zip(FIELDS) {
            let Some(entry) = object.field(word).and_then(|value| value.object()) else { continue };
            let field = |name: &str| fields.contains(&name).then(|| entry.field(name)).flatten();
            let seconds =
                |name: &str, default: i64| field(name).and_then(|value| calendar::clock(&value)).unwrap_or(default);
            delivery.speed = field("speed").and_then(|value| value.integer(1..=1_000_000)).unwrap_or(delivery.speed);
            delivery.window = field("window").and_then(|value| value.integer(0..=604_800)).unwrap_or(delivery.window);
            delivery.from = seconds("from", delivery.from);
            delivery.to = seconds("to", delivery.to);
            if delivery.from >= delivery.to {
                entry.value().fault("empty-hours", "`from` must come before `to`");
            }
            entry.finish();
        }
        object.finish();
    }
}

//! Segments of shoppers, defined in the rulebook over recency, frequency, monetary value, tenure and interactions, and
//! computed from the facts of the request. Nothing about a shopper is stored.
//!
//! The idea of ranges over these measures is RFM analysis (Bult and Wansbeek, 1995).

use crate::reader::Reader;
use commerce::Value;
use commerce::facts::types::Context;
use serde::{Deserialize, Serialize};

/// An inclusive range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Range {
    least: Option<i64>,
    most: Option<i64>,
}

impl Range {
    /// A shopper without the fact is in no range.
    fn has(self, fact: Option<i64>) -> bool {
        fact.is_some_and(|fact| {
            self.least.is_none_or(|least| fact >= least) && self.most.is_none_or(|most| fact <= most)
        })
    }
}

/// A segment: all its ranges must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Its name.
    pub id: String,
    ranges: Vec<(Measure, Range)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Measure {
    RecencyDays,
    Orders,
    Spend,
    TenureDays,
    Interactions,
    Points,
}

/// The measures, by the name that documents use.
const MEASURES: [(&str, Measure); 6] = [
    ("recencyDays", Measure::RecencyDays),
    ("orders", Measure::Orders),
    ("spend", Measure::Spend),
    ("tenureDays", Measure::TenureDays),
    ("interactions", Measure::Interactions),
    ("points", Measure::Points),
];

impl Measure {
    fn of(self, context: &Context) -> Option<i64> {
        let shopper = context.shopper.as_ref()?;
        let days = |since: i64| context.at.saturating_sub(since).div_euclid(86_400);
        match self {
            Self::RecencyDays => shopper.orders.as_ref().and_then(|orders| orders.last_at).map(days),
            Self::Orders => Some(shopper.orders.as_ref().map_or(0, |orders| i64::from(orders.count))),
            Self::Spend => Some(shopper.orders.as_ref().map_or(0, |orders| orders.spend)),
            Self::TenureDays => shopper.since.map(days),
            Self::Interactions => Some(i64::from(shopper.interactions)),
            Self::Points => i64::try_from(shopper.points).ok(),
        }
    }
}

impl Segment {
    /// Reads `{"id": "dormant", "recencyDays": {"least": 180}}`.
    pub fn read(value: Value<'_>, _reader: &Reader) -> Option<Self> {
        let object = value.object()?;
        let id = object.required("id").and_then(|value| value.identifier());
        let mut ranges = Vec::new();
        for (name, measure) in MEASURES {
            let Some(value) = object.field(name) else { continue };
            let Some(range) = value.object() else { continue };
            let bound = |name: &str| range.field(name).and_then(|value| value.amount());
            let found = Range { least: bound("least"), most: bound("most") };
            range.finish();
            if let (Some(least), Some(most)) = (found.least, found.most)
                && least > most
            {
                value.fault("empty-range", "`least` is more than `most`");
            }
            ranges.push((measure, found));
        }
        object.finish();
        Some(Self { id: id?.to_owned(), ranges })
    }

    fn holds(&self, context: &Context) -> bool {
        self.ranges.iter().all(|(measure, range)| range.has(measure.of(context)))
    }
}

/// The segments that the shopper is in: those of the rulebook, and those that the storefront says.
#[must_use]
pub fn of(segments: &[Segment], context: &Context) -> Vec<String> {
    let own = segments.iter().filter(|segment| segment.holds(context)).map(|segment| segment.id.clone());
    let said = context.shopper.iter().flat_map(|shopper| shopper.segments.iter().cloned());
    crate::target::sorted(own.chain(said).collect())
}

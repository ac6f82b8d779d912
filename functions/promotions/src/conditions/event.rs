//! What the shopper did lately: looked at something, picked it up from a shelf, shared it; and did not buy it.

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, at_least};
use crate::target::{has, sorted};
use commerce::Object;
use commerce::facts::types;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    event: String,
    skus: Vec<String>,
    within: Option<i64>,
    unless: Option<String>,
    at_least: i64,
}

impl Test for Event {
    const KIND: Kind = Kind {
        name: "event",
        about: "The shopper did this, at least so often, within so many seconds, with one of these products, and did not do `unless` with the same product since.",
        fields: r##""event": {"$ref": "#/$defs/Identifier"}, "skus": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/$defs/Identifier"}}, "within": {"type": "integer", "minimum": 1, "maximum": 253402300799}, "unless": {"$ref": "#/$defs/Identifier"}, "atLeast": {"type": "integer", "minimum": 1, "maximum": 1000}"##,
        required: &["event"],
        example: r#"{"kind": "event", "event": "viewed", "unless": "bought", "within": 604800}"#,
        codes: &[("event-missing", "times: what it takes, how often it happened")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        let event = object.required("event").and_then(|value| value.identifier());
        let within = object.field("within").and_then(|value| value.integer(1..=commerce::bounds::LATEST));
        let unless = object.field("unless").and_then(|value| value.identifier()).map(str::to_owned);
        let at_least = object.field("atLeast").map_or(Some(1), |value| value.integer(1..=1_000));
        let skus = object.field("skus").map(|value| value.identifiers(1_000)).unwrap_or_default();
        Some(Self { event: event?.to_owned(), skus: sorted(skus), within, unless, at_least: at_least? })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        let events = scene.shopper().map(|shopper| shopper.events.as_slice()).unwrap_or_default();
        let at = scene.context.at;
        let undone = |event: &types::Event| {
            self.unless.as_ref().is_some_and(|unless| {
                events.iter().any(|other| other.kind == *unless && other.sku == event.sku && other.at >= event.at)
            })
        };
        let counts = |event: &&types::Event| {
            event.kind == self.event
                && event.at <= at
                && self.within.is_none_or(|within| at - event.at <= within)
                && (self.skus.is_empty() || event.sku.as_ref().is_some_and(|sku| has(&self.skus, sku)))
                && !undone(event)
        };
        at_least(
            "event-missing",
            self.at_least,
            i64::try_from(events.iter().filter(counts).count()).unwrap_or(i64::MAX),
        )
    }
}

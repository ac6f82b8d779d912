//! Aggregated paths that come in, and what each model credits that goes out. Channels go by name outside and by place
//! inside, in the order in which rows first name them.

use super::super::money::Money;
use commerce::facts::referrals::{PathCredit, PathModel, PathRow};
use commerce::{Value, bounds};
use serde::Serialize;
use std::collections::HashMap;

/// Rows of a request, at most.
const ROWS: usize = 100_000;

/// Channels, and rows that speak of them by place.
pub struct Paths {
    /// Names.
    pub channels: Vec<String>,
    /// Rows.
    pub rows: Vec<PathRow>,
}

/// Reads `rows`.
pub fn paths(value: Value<'_>, currency: &str) -> Paths {
    let mut channels: Vec<String> = Vec::new();
    let mut places: HashMap<&str, u32> = HashMap::new();
    let mut rows = Vec::new();
    for item in value.list(ROWS) {
        let Some(object) = item.object() else { continue };
        let mut path = Vec::new();
        for channel in object.required("path").into_iter().flat_map(|value| value.list(bounds::TOUCHES)) {
            let Some(name) = channel.identifier() else { continue };
            let next = u32::try_from(channels.len()).unwrap_or(u32::MAX);
            path.push(*places.entry(name).or_insert_with(|| {
                channels.push(name.to_owned());
                next
            }));
        }
        let count = |name: &str| object.required(name).and_then(|value| value.whole::<u64>(0..=bounds::AMOUNT));
        let (conversions, nulls) =
            (count("conversions"), object.field("nulls").map_or(Some(0), |value| value.whole(0..=bounds::AMOUNT)));
        let value = super::money(&object, "value", currency);
        object.finish();
        if let (Some(conversions), Some(nulls)) = (conversions, nulls) {
            rows.push(PathRow { path, conversions, nulls, value });
        }
    }
    Paths { channels, rows }
}

/// Every model's credits.
#[derive(Serialize)]
pub struct Models<'a> {
    currency: &'a str,
    order: u32,
    models: Vec<Model<'a>>,
}

#[derive(Serialize)]
struct Model<'a> {
    model: &'a str,
    credits: Vec<Credit<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sampled: Option<Sampled>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credit<'a> {
    channel: &'a str,
    conversion_billionths: i64,
    value_billionths: i64,
    value: Money<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    removal_billionths: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sampled {
    samples: u32,
    deviation_billionths: i64,
}

impl<'a> Models<'a> {
    /// Writes them.
    pub fn of(models: &'a [PathModel], channels: &'a [String], order: u32, currency: &'a str) -> Self {
        let money = Money::of(currency);
        let model = |PathModel { model, credits, removal, deviation, samples }: &'a PathModel| Model {
            model,
            credits: channels
                .iter()
                .zip(credits)
                .enumerate()
                .map(|(place, (channel, PathCredit { conversions, value, amount }))| Credit {
                    channel,
                    conversion_billionths: *conversions,
                    value_billionths: *value,
                    value: money(*amount),
                    removal_billionths: removal.get(place).copied(),
                })
                .collect(),
            sampled: (*samples > 0).then_some(Sampled { samples: *samples, deviation_billionths: *deviation }),
        };
        Self { currency, order, models: models.iter().map(model).collect() }
    }
}

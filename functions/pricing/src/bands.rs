//! Quantity bands of a price: what all units of a line cost.
//!
//! Two ways exist and differ by a lot, so that a price names its own: at `all-units` every unit costs what the band
//! reached asks; at `each-band` each unit costs what its own band asks, as income tax does.

use commerce::money::{self, Overflow};
use commerce::{Value, bounds};
use serde::{Deserialize, Serialize};

/// Bands of one price; at least 1, and at most this many.
const BANDS: usize = 100;

/// A stretch of quantities and the price of one unit in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// The first quantity.
    pub from: u32,
    /// The last quantity, where the band ends before the next begins.
    pub to: Option<u32>,
    /// Minor units for one unit.
    pub price: i64,
}

/// Which units pay a band's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// All of them, at the band that the quantity reaches.
    AllUnits,
    /// Each its own band's.
    EachBand,
}

/// A price by quantity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bands {
    mode: Mode,
    bands: Vec<Band>,
}

/// What a quantity costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// One unit, the last one where they differ.
    pub unit: i64,
    /// All units.
    pub all: i64,
    /// The quantity from which the band that was reached holds.
    pub from: u32,
}

impl Bands {
    /// The same price at every quantity.
    #[must_use]
    pub fn flat(price: i64) -> Self {
        Self { mode: Mode::AllUnits, bands: vec![Band { from: 1, to: None, price }] }
    }

    /// The lowest price of any band.
    #[must_use]
    pub fn lowest(&self) -> i64 {
        self.bands.iter().map(|band| band.price).min().unwrap_or(0)
    }

    /// Between which a unit costs at any quantity up to this one; `None` where there is no price for any.
    #[must_use]
    pub fn range(&self, quantity: u32) -> Option<(i64, i64)> {
        let prices = || self.bands.iter().filter(|band| band.from <= quantity).map(|band| band.price);
        prices().min().zip(prices().max())
    }

    /// What that many units cost; `None` where no band is for that quantity.
    pub fn cost(&self, quantity: u32) -> Option<Result<Cost, Overflow>> {
        let reached = self.bands.iter().rev().find(|band| band.from <= quantity)?;
        if reached.to.is_some_and(|to| quantity > to) {
            return None;
        }
        let all = match self.mode {
            Mode::AllUnits => money::times(reached.price, i64::from(quantity)),
            Mode::EachBand => self.climbed(quantity),
        };
        Some(all.map(|all| Cost { unit: reached.price, all, from: reached.from }))
    }

    fn climbed(&self, quantity: u32) -> Result<i64, Overflow> {
        let ends = self.bands.iter().skip(1).map(|next| next.from - 1).chain([u32::MAX]);
        let costs = self.bands.iter().zip(ends).map(|(band, end)| {
            let units = (quantity.min(end) + 1).saturating_sub(band.from);
            money::times(band.price, i64::from(units))
        });
        money::sum(costs.collect::<Result<Vec<i64>, Overflow>>()?)
    }
}

/// Reads `8800`, or `{"mode": "all-units", "tiers": [{"from": 1, "price": 8800}, {"from": 10, "price": 8000}]}`.
pub fn read(value: Value<'_>) -> Option<Bands> {
    if matches!(value.node(), commerce::Node::Integer(_) | commerce::Node::Decimal(_)) {
        return value.amount().map(Bands::flat);
    }
    let object = value.object()?;
    let mode = object
        .required("mode")
        .and_then(|mode| mode.one_of(&[("all-units", Mode::AllUnits), ("each-band", Mode::EachBand)]));
    let tiers = object.required("tiers");
    let mut bands: Vec<Band> = Vec::new();
    for tier in tiers.iter().flat_map(|tiers| tiers.list(BANDS)) {
        let Some(band) = read_band(tier) else { continue };
        check(tier, bands.last(), &band, mode);
        bands.push(band);
    }
    if let (Some(tiers), true) = (tiers, bands.is_empty()) {
        tiers.fault("missing-tiers", "must have a tier that is readable");
        return None;
    }
    object.finish();
    Some(Bands { mode: mode?, bands })
}

fn read_band(tier: Value<'_>) -> Option<Band> {
    let object = tier.object()?;
    let from = object.required("from").and_then(|from| from.whole(1..=bounds::QUANTITY));
    let to = object.field("to").map(|to| to.whole(1..=bounds::QUANTITY));
    let price = object.required("price").and_then(|price| price.amount());
    object.finish();
    let band = Band { from: from?, to: to.flatten(), price: price? };
    if band.to.is_some_and(|to| to < band.from) {
        tier.fault("empty-tier", format!("`to` must be at least `from`, {}", band.from));
    }
    Some(band)
}

fn check(tier: Value<'_>, before: Option<&Band>, band: &Band, mode: Option<Mode>) {
    let least = before.map_or(1, |before| before.to.unwrap_or(before.from) + 1);
    if band.from < least {
        tier.fault(
            "overlapping-tiers",
            format!("must start at {least} or later, where the tier before it ends; starts at {}", band.from),
        );
    } else if mode == Some(Mode::EachBand) {
        let gap = before.map_or(band.from != 1, |before| before.to.is_some_and(|to| to + 1 != band.from));
        if gap {
            tier.fault(
                "gap-in-tiers",
                "each unit must lie in a tier: the first starts at 1, and each where the one before it ends",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use commerce::{Report, document::parse};

    fn bands(text: &str) -> Result<Bands, Vec<String>> {
        let node = parse(text.as_bytes()).unwrap();
        let report = Report::new();
        let bands = read(report.read(&node));
        let faults: Vec<String> =
            report.faults(&node).iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
        if faults.is_empty() { Ok(bands.unwrap()) } else { Err(faults) }
    }

    #[test]
    fn each_band_and_all_units_differ() {
        let tiers = r#"[{"from": 1, "price": 100}, {"from": 10, "price": 80}, {"from": 100, "price": 50}]"#;
        let all = bands(&format!(r#"{{"mode": "all-units", "tiers": {tiers}}}"#)).unwrap();
        let each = bands(&format!(r#"{{"mode": "each-band", "tiers": {tiers}}}"#)).unwrap();
        // quantity, unit, band, all units at the band's price, each unit at its band's
        for (quantity, unit, from, at_once, climbed) in [
            (1, 100, 1, 100, 100),
            (9, 100, 1, 900, 900),
            (10, 80, 10, 800, 980),
            (99, 80, 10, 7_920, 8_100),
            (101, 50, 100, 5_050, 8_200),
        ] {
            assert_eq!(all.cost(quantity), Some(Ok(Cost { unit, all: at_once, from })), "{quantity}");
            assert_eq!(each.cost(quantity), Some(Ok(Cost { unit, all: climbed, from })), "{quantity}");
        }
        let limited = bands(r#"{"mode": "all-units", "tiers": [{"from": 4, "to": 10, "price": 250}]}"#).unwrap();
        assert_eq!([limited.cost(3), limited.cost(11)], [None, None]);
    }

    #[test]
    fn what_is_wrong_with_tiers_has_its_own_code() {
        for (tiers, expected) in [
            (
                r#"{"mode": "all-units", "tiers": [{"from": 1, "price": 5}, {"from": 1, "price": 4}]}"#,
                "/tiers/1 overlapping-tiers",
            ),
            (
                r#"{"mode": "all-units", "tiers": [{"from": 1, "to": 9, "price": 5}, {"from": 9, "price": 4}]}"#,
                "/tiers/1 overlapping-tiers",
            ),
            (r#"{"mode": "each-band", "tiers": [{"from": 2, "price": 5}]}"#, "/tiers/0 gap-in-tiers"),
            (
                r#"{"mode": "each-band", "tiers": [{"from": 1, "to": 3, "price": 5}, {"from": 5, "price": 5}]}"#,
                "/tiers/1 gap-in-tiers",
            ),
            (r#"{"mode": "all-units", "tiers": [{"from": 5, "to": 3, "price": 5}]}"#, "/tiers/0 empty-tier"),
            (r#"{"mode": "all-units", "tiers": []}"#, "/tiers missing-tiers"),
            ("-1", " out-of-range"),
            (r#"{"mode": "some", "tiers": [{"from": 1, "price": 1.5}]}"#, "/mode unknown-value"),
        ] {
            assert_eq!(bands(tiers).unwrap_err().first().map(String::as_str), Some(expected), "{tiers}");
        }
    }
}

//! The stored form of a product's levels: one value, whatever the number of its nodes.

use super::Delta;
use super::lots::{self, HeldLot};
use commerce::bounds;
use commerce::facts::stock::{Inbound, Level, Lot, Quota};
use serde::{Deserialize, Serialize};

/// The number in front of every value; another one is another version's form.
const FORMAT: u8 = 1;
/// Units beyond which no count moves: it keeps sums far from what the functions call endless.
const COUNT: i64 = 1_000_000_000;

/// A product at every node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Held {
    format: u8,
    /// The last delta that it took.
    pub sequence: i64,
    levels: Vec<HeldLevel>,
}

/// A level without its SKU.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HeldLevel {
    node: String,
    on_hand: i64,
    reserved: i64,
    at: i64,
    velocity: u32,
    tracked: bool,
    backorderable: bool,
    safety: Option<u32>,
    unit_cost: Option<i64>,
    lots: Vec<HeldLot>,
    inbound: Vec<(u32, i64)>,
    quotas: Vec<(String, u32)>,
}

impl Held {
    /// These levels, which contain every delta up to `sequence`.
    #[must_use]
    pub fn new(sequence: i64, levels: Vec<HeldLevel>) -> Self {
        Self { format: FORMAT, sequence, levels }
    }

    /// The value as it is stored.
    ///
    /// # Errors
    /// What postcard says.
    pub fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_allocvec(self)
    }

    /// Whether the value may be stored.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.encode().is_ok_and(|bytes| bytes.len() <= bounds::SHARD_BYTES)
    }

    /// A value as it was stored; `None` where it is damaged or another version's.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok().filter(|held: &Self| held.format == FORMAT)
    }

    /// The levels of the product.
    pub fn into_levels(self, sku: &str) -> impl Iterator<Item = Level> {
        self.levels.into_iter().map(move |level| level.into_level(sku))
    }

    /// Takes a delta, unless it was taken before.
    ///
    /// # Errors
    /// Why it cannot be taken. What is left of the value then is not to be stored.
    pub fn apply(&mut self, delta: &Delta) -> Result<(), &'static str> {
        if delta.sequence <= self.sequence {
            return Ok(());
        }
        self.sequence = delta.sequence;
        let place = self.levels.iter().position(|level| level.node == delta.node).unwrap_or_else(|| {
            self.levels.push(HeldLevel::empty(&delta.node));
            self.levels.len() - 1
        });
        self.levels.get_mut(place).map_or(Ok(()), |level| level.apply(delta))
    }
}

impl HeldLevel {
    fn empty(node: &str) -> Self {
        Self {
            node: node.to_owned(),
            on_hand: 0,
            reserved: 0,
            at: 0,
            velocity: 0,
            tracked: true,
            backorderable: false,
            safety: None,
            unit_cost: None,
            lots: Vec::new(),
            inbound: Vec::new(),
            quotas: Vec::new(),
        }
    }

    fn apply(&mut self, delta: &Delta) -> Result<(), &'static str> {
        let bound = |units: i64| if (-COUNT..=COUNT).contains(&units) { Ok(units) } else { Err("out-of-range") };
        self.on_hand = bound(lots::change(&mut self.lots, self.on_hand, delta)?)?;
        // Below zero it is kept, so that what is released before it was reserved adds up; a check takes it as nothing.
        self.reserved = bound(self.reserved.saturating_add(delta.reserved))?;
        self.at = self.at.max(delta.at);
        Ok(())
    }

    /// A level and its product.
    pub fn of(level: Level) -> (String, Self) {
        let Level {
            sku,
            node,
            on_hand,
            reserved,
            at,
            velocity,
            tracked,
            backorderable,
            safety,
            unit_cost,
            lots,
            inbound,
            quotas,
        } = level;
        let lot = |Lot { id, quantity, expires, trace }| HeldLot { id, quantity, expires, trace };
        let lots = lots.into_iter().map(lot).collect();
        let inbound = inbound.into_iter().map(|Inbound { quantity, at }| (quantity, at)).collect();
        let quotas = quotas.into_iter().map(|Quota { channel, quantity }| (channel, quantity)).collect();
        let held = Self {
            node,
            on_hand,
            reserved,
            at,
            velocity,
            tracked,
            backorderable,
            safety,
            unit_cost,
            lots,
            inbound,
            quotas,
        };
        (sku, held)
    }

    fn into_level(self, sku: &str) -> Level {
        let Self {
            node,
            on_hand,
            reserved,
            at,
            velocity,
            tracked,
            backorderable,
            safety,
            unit_cost,
            lots,
            inbound,
            quotas,
        } = self;
        let lot = |HeldLot { id, quantity, expires, trace }| Lot { id, quantity, expires, trace };
        let lots = lots.into_iter().map(lot).collect();
        let inbound = inbound.into_iter().map(|(quantity, at)| Inbound { quantity, at }).collect();
        let quotas = quotas.into_iter().map(|(channel, quantity)| Quota { channel, quantity }).collect();
        let sku = sku.to_owned();
        Level {
            sku,
            node,
            on_hand,
            reserved: reserved.max(0),
            at,
            velocity,
            tracked,
            backorderable,
            safety,
            unit_cost,
            lots,
            inbound,
            quotas,
        }
    }
}

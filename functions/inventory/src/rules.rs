//! Compiled rules, ready to use.

use crate::calendar::Zone;
use crate::rulebook::items::{Item, shard};
use crate::rulebook::nodes::Node;
use crate::rulebook::{self, Root};
use commerce::facts::stock::{Inquiry, Plan, ZoneAt};
use commerce::{Context, Fault};
use std::collections::{BTreeMap, BTreeSet};

/// Compiled rules, ready to use.
#[derive(Debug)]
pub struct Rules {
    pub(crate) root: Root,
    zones: Vec<Option<Zone>>,
    shards: Vec<Option<BTreeMap<String, Item>>>,
    plain: Item,
    /// Nodes by id: their places in the root.
    places: BTreeMap<String, usize>,
}

impl Rules {
    /// Takes the root of what [`crate::compile`] gave.
    ///
    /// # Errors
    /// Another version's form, or none at all.
    pub fn load(root: &[u8]) -> Result<Self, String> {
        let root = rulebook::load(root)?;
        let zones = root.zones.iter().map(|name| Zone::named(name)).collect();
        let shards = (0..root.shards).map(|_| None).collect();
        let places = root.nodes.iter().enumerate().map(|(place, node)| (node.id.clone(), place)).collect();
        Ok(Self { root, zones, shards, plain: Item::default(), places })
    }

    /// The numbers of the shards that these products need and that are not held yet.
    #[must_use]
    pub fn missing(&self, skus: &[String]) -> Vec<u32> {
        let numbers: BTreeSet<u32> = self.related(skus).into_iter().filter_map(|sku| self.shard_of(sku)).collect();
        numbers.into_iter().filter(|number| self.held(*number).is_none()).collect()
    }

    /// Takes a shard.
    ///
    /// # Errors
    /// Where there is no such shard, or it is none.
    pub fn hold(&mut self, number: u32, shard: &[u8]) -> Result<(), String> {
        let place = usize::try_from(number).ok().and_then(|number| self.shards.get_mut(number));
        let place = place.ok_or_else(|| format!("there is no shard {number}"))?;
        *place = Some(postcard::from_bytes(shard).map_err(|error| error.to_string())?);
        Ok(())
    }

    /// The products whose levels a check of these products looks at.
    #[must_use]
    pub fn skus(&self, skus: &[String]) -> Vec<String> {
        self.related(skus).into_iter().filter(|sku| self.item(sku).kit.is_empty()).map(str::to_owned).collect()
    }

    /// Those of these products that the rulebook's catalogue does not have.
    #[must_use]
    pub fn unknown(&self, skus: &[String]) -> Vec<String> {
        skus.iter().filter(|sku| !self.knows(sku)).cloned().collect()
    }

    /// The ids of all nodes.
    #[must_use]
    pub fn nodes(&self) -> Vec<String> {
        self.root.nodes.iter().map(|node| node.id.clone()).collect()
    }

    /// Plans the cart.
    ///
    /// # Errors
    /// Everything that is wrong with the inquiry.
    pub fn check(&self, inquiry: &Inquiry, context: &Context) -> Result<Plan, Vec<Fault>> {
        crate::check::check(self, inquiry, context)
    }

    /// What the rulebook says of a product; of one that it does not name, what it says of all.
    #[must_use]
    pub fn item(&self, sku: &str) -> &Item {
        self.named(sku).unwrap_or(&self.plain)
    }

    /// Whether there is such a product: where there is a catalogue, it must be in it.
    #[must_use]
    pub fn knows(&self, sku: &str) -> bool {
        !self.root.closed || self.named(sku).is_some()
    }

    /// The place of a node in the root.
    #[must_use]
    pub fn place(&self, node: &str) -> Option<usize> {
        self.places.get(node).copied()
    }

    /// The shopper's zone: by name, or as far as the offset tells.
    ///
    /// # Errors
    /// A fault where there is no zone of that name.
    pub(crate) fn zone_of(&self, context: &Context) -> Result<Zone, Fault> {
        let Some(name) = &context.time_zone else { return Ok(Zone::fixed(context.utc_offset.unwrap_or(0))) };
        self.zone_named(name).ok_or_else(|| Fault {
            code: "unknown-time-zone".to_owned(),
            pointer: "/shopper/timeZone".to_owned(),
            detail: format!("`{name}` is not in the time zone database"),
        })
    }

    /// The zone of that name; those of the rulebook were looked up when it was loaded.
    fn zone_named(&self, name: &str) -> Option<Zone> {
        let known = self.root.zones.iter().position(|known| known == name);
        known.map_or_else(|| Zone::named(name), |place| self.zones.get(place).cloned().flatten())
    }

    /// The zone of that name, or the rulebook's own, and its offset from UTC in seconds at a moment; `None` where there
    /// is no such zone.
    #[must_use]
    pub fn zone_at(&self, name: Option<&str>, at: i64) -> Option<ZoneAt> {
        let name = name.or_else(|| self.root.zones.first().map(String::as_str))?;
        Some(ZoneAt { name: name.to_owned(), utc_offset: self.zone_named(name)?.offset(at) })
    }

    /// The zone of a node.
    #[must_use]
    pub fn zone(&self, node: &Node) -> Option<&Zone> {
        usize::try_from(node.zone).ok().and_then(|index| self.zones.get(index)).and_then(Option::as_ref)
    }

    fn named(&self, sku: &str) -> Option<&Item> {
        self.held(self.shard_of(sku)?)?.get(sku)
    }

    fn shard_of(&self, sku: &str) -> Option<u32> {
        (self.root.shards > 0).then(|| shard(sku, self.root.shards))
    }

    fn held(&self, number: u32) -> Option<&BTreeMap<String, Item>> {
        usize::try_from(number).ok().and_then(|number| self.shards.get(number)).and_then(Option::as_ref)
    }

    /// These products, their parts, their substitutes and the parts of those, as far as shards are held.
    fn related<'a>(&'a self, skus: &'a [String]) -> BTreeSet<&'a str> {
        let mut related: BTreeSet<&str> = skus.iter().map(String::as_str).collect();
        for sku in skus {
            let item = self.item(sku);
            related.extend(item.kit.iter().map(|(part, _)| part.as_str()));
            for substitute in &item.substitutes {
                related.insert(substitute);
                related.extend(self.item(substitute).kit.iter().map(|(part, _)| part.as_str()));
            }
        }
        related
    }
}

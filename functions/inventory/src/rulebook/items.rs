//! Items: what the rulebook says of a product's supply. A kit is flattened into its parts here, so that no check walks it.

use commerce::{Value, bounds};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What the rulebook says of a product's supply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "choices that do not depend on each other")]
pub struct Item {
    /// It is for sale from stock.
    pub sellable: bool,
    /// It is counted; what is not counted never runs out.
    pub tracked: bool,
    /// It may be sold beyond what is there, at every node.
    pub backorder: bool,
    /// Units it may be sold beyond what is there, all nodes together, a kit beyond what its parts suffice for; `None` is
    /// any number.
    pub oversell: Option<u32>,
    /// Units every node keeps back.
    pub safety: Option<u32>,
    /// Sold ahead.
    pub preorder: Option<Preorder>,
    /// Made when ordered, in so many seconds.
    pub lead: Option<i64>,
    /// Parts of a kit and how many of each; flattened.
    pub kit: Vec<(String, u32)>,
    /// Seconds that fresh goods must keep after they arrive.
    pub shelf_life: i64,
    /// A line of it may come from several nodes, where the shop allows it at all.
    pub splits: bool,
    /// What one shopper may buy.
    pub limits: Limits,
    /// What may be offered instead, in order.
    pub substitutes: Vec<String>,
    /// Grams of a unit.
    pub mass: i64,
}

impl Default for Item {
    fn default() -> Self {
        Self {
            sellable: true,
            tracked: true,
            backorder: false,
            oversell: None,
            safety: None,
            preorder: None,
            lead: None,
            kit: Vec::new(),
            shelf_life: 0,
            splits: true,
            limits: Limits::default(),
            substitutes: Vec::new(),
            mass: 0,
        }
    }
}

/// Sold ahead of its coming.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preorder {
    /// When it ships; from then on it is no preorder any more.
    pub ships: Option<i64>,
    /// Units in all.
    pub cap: Option<u32>,
    /// Units by kind of channel.
    pub channels: Vec<(String, u32)>,
}

/// What one shopper may buy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// At least so many in an order.
    pub minimum: u32,
    /// Only multiples of it.
    pub step: u32,
    /// At most so many in an order.
    pub order: Option<u32>,
    /// At most so many over a period or a campaign: the scope of the counter, and the units.
    pub periods: Vec<(String, u32)>,
}

/// Reads `items`.
pub fn read(value: &Value<'_>, products: Option<&BTreeMap<&str, i64>>) -> Vec<(String, Item)> {
    let mut items = BTreeMap::new();
    let mut values = BTreeMap::new();
    let known = |value: &Value<'_>, sku: &str| {
        if products.is_some_and(|products| !products.contains_key(sku)) {
            value.fault("unknown-sku", format!("the catalogue has no `{sku}`"));
        }
    };
    for (sku, entry) in value.entries(bounds::PRODUCTS) {
        known(&entry, sku);
        let mass = products.and_then(|products| products.get(sku)).copied().unwrap_or(0);
        let mut item = Item { mass, ..Item::default() };
        item.read(&entry, &known);
        items.insert(sku.to_owned(), item);
        values.insert(sku, entry);
    }
    let mut kits = Kits { items: &items, flat: BTreeMap::new() };
    let flat: Vec<(String, Vec<(String, u32)>)> = items
        .iter()
        .filter(|(_, item)| !item.kit.is_empty())
        .filter_map(|(sku, item)| match kits.flat(sku, &item.kit, &mut vec![sku]) {
            Ok(parts) => Some((sku.clone(), parts.iter().map(|(part, units)| ((*part).to_owned(), *units)).collect())),
            Err((code, detail)) => {
                values.get(sku.as_str())?.fault(code, detail);
                None
            }
        })
        .collect();
    for (sku, parts) in flat {
        if let Some(item) = items.get_mut(&sku) {
            item.kit = parts;
        }
    }
    items.into_iter().collect()
}

/// How deep kits may stand in kits.
const DEPTH: usize = 32;

/// The parts of a kit and how many of each, or why it is none.
type Flat<'a> = Result<Rc<BTreeMap<&'a str, u32>>, (&'static str, String)>;

/// Kits with their parts, each flattened once however many kits it stands in.
struct Kits<'a> {
    items: &'a BTreeMap<String, Item>,
    flat: BTreeMap<&'a str, Flat<'a>>,
}

impl<'a> Kits<'a> {
    fn flat(&mut self, whole: &'a str, kit: &'a [(String, u32)], path: &mut Vec<&'a str>) -> Flat<'a> {
        if let Some(known) = self.flat.get(whole) {
            return known.clone();
        }
        let found = self.parts(whole, kit, path).map(Rc::new);
        self.flat.insert(whole, found.clone());
        found
    }

    fn parts(
        &mut self,
        whole: &'a str,
        kit: &'a [(String, u32)],
        path: &mut Vec<&'a str>,
    ) -> Result<BTreeMap<&'a str, u32>, (&'static str, String)> {
        let items = self.items;
        let mut parts: BTreeMap<&'a str, u32> = BTreeMap::new();
        for (part, units) in kit {
            if path.contains(&part.as_str()) {
                return Err(("cyclic-kit", format!("`{whole}` contains itself: {} → {part}", path.join(" → "))));
            }
            if path.len() >= DEPTH {
                return Err(("kit-too-large", format!("`{whole}` stands more than {DEPTH} kits deep")));
            }
            let inner = match items.get(part).filter(|item| !item.kit.is_empty()) {
                Some(inner) => {
                    path.push(part);
                    let found = self.flat(part, &inner.kit, path);
                    path.pop();
                    found?
                }
                None => Rc::new(BTreeMap::from([(part.as_str(), 1)])),
            };
            for (part, each) in inner.iter() {
                let sum = parts.entry(*part).or_insert(0);
                let many = each.checked_mul(*units).and_then(|many| many.checked_add(*sum));
                let Some(many) = many.filter(|many| i64::from(*many) <= bounds::QUANTITY) else {
                    return Err(("kit-too-large", format!("`{whole}` has more than {} of `{part}`", bounds::QUANTITY)));
                };
                *sum = many;
            }
            if parts.len() > bounds::LINES {
                return Err(("kit-too-large", format!("`{whole}` has more than {} parts", bounds::LINES)));
            }
        }
        Ok(parts)
    }
}

impl Item {
    fn read(&mut self, value: &Value<'_>, known: &impl Fn(&Value<'_>, &str)) {
        let Some(object) = value.object() else { return };
        let flag = |name: &str, default: bool| object.field(name).and_then(|value| value.boolean()).unwrap_or(default);
        let units = |name: &str| object.field(name).and_then(|value| value.count());
        self.sellable = flag("sellable", true);
        self.tracked = flag("tracked", true);
        self.backorder = flag("backorder", false);
        self.splits = flag("splits", true);
        self.oversell = units("oversellLimit");
        self.safety = units("safetyStock");
        self.lead = object.field("leadTime").and_then(|value| value.integer(0..=31_536_000));
        self.shelf_life =
            object.field("minimumShelfLife").and_then(|value| value.integer(0..=315_360_000)).unwrap_or(0);
        self.mass = object.field("mass").and_then(|value| value.integer(0..=10_000_000)).unwrap_or(self.mass);
        self.preorder = object.field("preorder").and_then(|value| preorder(&value));
        if let Some(parts) = object.field("kit") {
            for (part, entry) in parts.entries(bounds::LINES) {
                known(&entry, part);
                if let Some(many) = entry.whole(1..=bounds::QUANTITY) {
                    self.kit.push((part.to_owned(), many));
                }
            }
        }
        for entry in object.field("substitutes").iter().flat_map(|list| list.list(20)) {
            if let Some(sku) = entry.identifier() {
                known(&entry, sku);
                self.substitutes.push(sku.to_owned());
            }
        }
        if let Some(entry) = object.field("limits") {
            self.limits = limits(&entry);
        }
        object.finish();
    }
}

fn preorder(value: &Value<'_>) -> Option<Preorder> {
    let object = value.object()?;
    let mut preorder = Preorder {
        ships: object.field("shipsAt").and_then(|value| value.moment()).map(|moment| moment.at),
        cap: object.field("cap").and_then(|value| value.count()),
        channels: Vec::new(),
    };
    for (channel, cap) in object.field("channelCaps").iter().flat_map(|caps| caps.entries(bounds::ENTRIES)) {
        if let Some(cap) = cap.count() {
            preorder.channels.push((channel.to_owned(), cap));
        }
    }
    object.finish();
    Some(preorder)
}

fn limits(value: &Value<'_>) -> Limits {
    let Some(object) = value.object() else { return Limits::default() };
    let units = |name: &str| object.field(name).and_then(|value| value.whole::<u32>(1..=bounds::QUANTITY));
    let mut limits = Limits {
        minimum: units("minimum").unwrap_or(1),
        step: units("step").unwrap_or(1),
        order: units("perOrder"),
        periods: Vec::new(),
    };
    for (scope, most) in object.field("periods").iter().flat_map(|periods| periods.entries(bounds::ENTRIES)) {
        if let Some(most) = most.count() {
            limits.periods.push((scope.to_owned(), most));
        }
    }
    object.finish();
    limits
}

/// Items spread over shards by their SKU, so that a check reads those of its lines.
pub struct Shards(Vec<BTreeMap<String, Item>>);

impl Shards {
    /// Spreads items so that no shard passes its bound by far more than chance: a third of it is aimed at.
    #[must_use]
    pub fn of(items: Vec<(String, Item)>) -> Self {
        if items.is_empty() {
            return Self(Vec::new());
        }
        let bytes: usize = items.iter().map(|item| postcard::to_allocvec(item).map_or(0, |bytes| bytes.len())).sum();
        let largest =
            items.iter().map(|item| postcard::to_allocvec(item).map_or(0, |bytes| bytes.len())).max().unwrap_or(0);
        let mut many = bytes.div_ceil(bounds::SHARD_BYTES / 3).max(1);
        loop {
            let mut shards: Vec<BTreeMap<String, Item>> = vec![BTreeMap::new(); many];
            let mut sizes = vec![8_usize; many];
            for (sku, item) in &items {
                let at = usize::try_from(shard(sku, u32::try_from(many).unwrap_or(1))).unwrap_or(0);
                if let (Some(shard), Some(size)) = (shards.get_mut(at), sizes.get_mut(at)) {
                    *size += postcard::to_allocvec(&(sku, item)).map_or(0, |bytes| bytes.len());
                    shard.insert(sku.clone(), item.clone());
                }
            }
            if sizes.iter().all(|size| *size <= bounds::SHARD_BYTES) || largest > bounds::SHARD_BYTES / 2 {
                return Self(shards);
            }
            many *= 2;
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The shards as they are stored.
    #[must_use]
    pub fn into_bytes(self) -> Option<Vec<Vec<u8>>> {
        self.0.iter().map(|shard| postcard::to_allocvec(shard).ok()).collect()
    }
}

/// The shard of a SKU among so many (FNV-1a, 64 bits, folded by remainder).
#[must_use]
pub fn shard(sku: &str, many: u32) -> u32 {
    let hash = sku
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    u32::try_from(hash % u64::from(many.max(1))).unwrap_or(0)
}

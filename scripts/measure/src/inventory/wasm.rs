//! The component `inventory` as it is shipped, called in an instance that holds its rules.

use super::greedy::Triple;
use super::shop::{Shop, context};
use crate::built::Built;
use commerce::facts::stock as core;
use wasmtime::Store;
use wasmtime::component::{Linker, ResourceAny};

mod bindings {
    #![allow(missing_docs, clippy::all, clippy::pedantic, reason = "generated")]
    wasmtime::component::bindgen!({ path: "../../wit/commerce", world: "pushcart:commerce/inventory-function" });
}

use bindings::InventoryFunction;
use bindings::pushcart::commerce::{stock, types};

/// The component, compiled as the host does and again with fuel.
pub struct Engines {
    plain: Built,
    metered: Built,
}

/// An instance that holds a shop's rules.
pub struct Instance {
    store: Store<()>,
    function: InventoryFunction,
    rules: ResourceAny,
    inquiry: stock::Inquiry,
    context: types::Context,
}

/// What the component said of a cart.
pub struct Said {
    /// What its plan comes to.
    pub triple: Triple,
    /// It is proven.
    pub optimal: bool,
    /// Where it is not: what was found and what no plan is below, in the first criterion that is open.
    pub gap: Option<(String, i64, i64)>,
}

impl Engines {
    /// Compiles.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self { plain: Built::hosted("inventory")?, metered: Built::metered("inventory")? })
    }

    /// An instance to be timed.
    pub fn plain(&self, shop: &Shop) -> anyhow::Result<Instance> {
        Instance::open(&self.plain, shop)
    }

    /// Fuel of one check, after others: the heap has its size then.
    pub fn fuel_of_one(&self, shop: &Shop) -> anyhow::Result<u64> {
        let mut instance = Instance::open(&self.metered, shop)?;
        for _ in 0..10 {
            instance.check()?;
        }
        let before = instance.store.get_fuel().map_err(anyhow::Error::msg)?;
        instance.check()?;
        Ok(before - instance.store.get_fuel().map_err(anyhow::Error::msg)?)
    }
}

impl Instance {
    fn open(built: &Built, shop: &Shop) -> anyhow::Result<Self> {
        let mut store = built.store()?;
        let compiled = inventory::compile(&shop.rulebook).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
        let linker = Linker::new(store.engine());
        let function =
            InventoryFunction::instantiate(&mut store, &built.component, &linker).map_err(anyhow::Error::msg)?;
        let of = function.pushcart_commerce_inventory().rules();
        let rules =
            of.call_load(&mut store, &compiled.root).map_err(anyhow::Error::msg)?.map_err(anyhow::Error::msg)?;
        for (number, shard) in (0..).zip(&compiled.shards) {
            let held = of.call_hold(&mut store, rules, number, shard).map_err(anyhow::Error::msg)?;
            held.map_err(anyhow::Error::msg)?;
        }
        Ok(Self { store, function, rules, inquiry: inquiry(&shop.inquiry), context: around() })
    }

    /// Checks the cart.
    pub fn check(&mut self) -> anyhow::Result<Said> {
        let of = self.function.pushcart_commerce_inventory().rules();
        let plan = of
            .call_check(&mut self.store, self.rules, &self.inquiry, &self.context)
            .map_err(anyhow::Error::msg)?
            .map_err(|faults| anyhow::anyhow!("the cart is refused: {faults:?}"))?;
        let units: u32 = plan.shipments.iter().map(|shipment| shipment.units).sum();
        let triple = (i64::from(units), i64::try_from(plan.shipments.len())?, plan.cost);
        let gap = plan.gap.map(|gap| (gap.criterion, gap.found, gap.bound));
        Ok(Said { triple, optimal: plan.optimal, gap })
    }
}

fn inquiry(inquiry: &core::Inquiry) -> stock::Inquiry {
    let line = |line: &core::Wanted| stock::Wanted {
        id: line.id.clone(),
        sku: line.sku.clone(),
        quantity: line.quantity,
        split: line.split,
        substitutes: line.substitutes,
    };
    let level = |level: &core::Level| stock::Level {
        sku: level.sku.clone(),
        node: level.node.clone(),
        on_hand: level.on_hand,
        reserved: level.reserved,
        at: level.at,
        velocity: level.velocity,
        tracked: level.tracked,
        backorderable: level.backorderable,
        safety: level.safety,
        unit_cost: level.unit_cost,
        lots: Vec::new(),
        inbound: Vec::new(),
        quotas: Vec::new(),
    };
    stock::Inquiry {
        lines: inquiry.lines.iter().map(line).collect(),
        levels: inquiry.levels.iter().map(level).collect(),
        reservations: Vec::new(),
        owner: None,
        wish: None,
        by: None,
        strictly: false,
        nodes: Vec::new(),
        excluded: Vec::new(),
        max_shipments: None,
        all_or_nothing: None,
        hold: None,
    }
}

fn around() -> types::Context {
    let context = context();
    let place = context.shopper.and_then(|shopper| shopper.place);
    types::Context {
        at: context.at,
        utc_offset: context.utc_offset,
        time_zone: context.time_zone.clone(),
        currency: context.currency,
        channel: types::Channel { kind: context.channel.kind, id: context.channel.id },
        country: None,
        region: None,
        shipping_method: None,
        shopper: Some(types::Shopper {
            id: None,
            groups: Vec::new(),
            segments: Vec::new(),
            tier: None,
            entitlements: Vec::new(),
            place: place.map(|place| types::Place { latitude: place.latitude, longitude: place.longitude }),
            orders: None,
            since: None,
            interactions: 0,
            events: Vec::new(),
            points: 0,
            subscriber: false,
            fingerprints: Vec::new(),
        }),
        gathering: types::Gathering { group_size: 0, leader: false, helpers: 0 },
        codes: Vec::new(),
        attributes: Vec::new(),
        counters: Vec::new(),
        tags: Vec::new(),
    }
}

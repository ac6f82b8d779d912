//! A shop that nobody has: nodes, their stock and a cart, drawn from a seed; the same as a rulebook with an inquiry, which the
//! component takes, and as the bare numbers, which the greedy rule and the solver take.

use commerce::facts::stock::{Inquiry, Level, Wanted};
use commerce::facts::types::{Channel, Context, Gathering, Place, Shopper};
use inventory::sourcing::{Case, Supplier, Want};
use inventory::words::Criterion;
use serde_json::{Value, json};
use tests::samples::Draw;

/// Lines of the cart.
pub const LINES: usize = 20;
/// When the cart is checked: a Wednesday evening in Shanghai.
const AT: i64 = 1_794_398_700;

/// A shop and a cart, both ways.
pub struct Shop {
    /// The rulebook.
    pub rulebook: String,
    /// The question.
    pub inquiry: Inquiry,
    /// The numbers.
    pub case: Case,
}

impl Shop {
    /// A shop with so many nodes. A third of them hold a product, a few units each, so that most carts need several
    /// nodes; half have a capacity.
    pub fn drawn(draw: &mut Draw, nodes: usize) -> Self {
        let wants: Vec<u32> = (0..LINES).map(|_| 1 + small(draw, 5)).collect();
        let wanted: u32 = wants.iter().sum();
        let suppliers: Vec<Supplier> = (0..nodes).map(|_| supplier(draw, wanted)).collect();
        let pools: Vec<Vec<u32>> = (0..LINES)
            .map(|_| (0..nodes).map(|_| if draw.below(3) == 0 { 1 + small(draw, 6) } else { 0 }).collect())
            .collect();
        let costs: Vec<Vec<i64>> =
            (0..LINES).map(|_| (0..nodes).map(|_| i64::from(small(draw, 30)) * 10).collect()).collect();
        let places: Vec<(usize, usize)> = (0..nodes).map(|_| (draw.below(400), draw.below(400))).collect();
        Self {
            rulebook: rulebook(&suppliers, &places),
            inquiry: inquiry(&wants, &pools, &costs),
            case: case(suppliers, &wants, pools, costs),
        }
    }
}

fn small(draw: &mut Draw, end: usize) -> u32 {
    u32::try_from(draw.below(end)).unwrap_or(0)
}

fn supplier(draw: &mut Draw, wanted: u32) -> Supplier {
    let cost = 300 + i64::from(small(draw, 13)) * 100;
    let capacity = (draw.below(2) == 0).then(|| wanted / 4 + small(draw, 20));
    Supplier { cost, capacity, kept: true, ..Supplier::default() }
}

/// The name of a node; as text they have the order of their numbers.
fn node(number: usize) -> String {
    format!("node-{number:04}")
}

fn sku(number: usize) -> String {
    format!("SKU-{number:04}")
}

fn rulebook(suppliers: &[Supplier], places: &[(usize, usize)]) -> String {
    let of = |(number, (supplier, (north, east))): (usize, (&Supplier, &(usize, usize)))| {
        let mut rules = json!({
            "id": node(number), "kind": "regional-warehouse", "modes": ["express"], "handling": 3_600,
            "hours": [{ "from": "06:00", "to": "23:00" }], "cutOff": "22:00", "cost": { "shipment": supplier.cost },
            "place": { "latitude": 31.0 + *north as f64 / 1_000.0, "longitude": 121.2 + *east as f64 / 1_000.0 },
        });
        if let Some(capacity) = supplier.capacity {
            rules["capacity"] = json!(capacity);
        }
        rules
    };
    let nodes: Vec<Value> = suppliers.iter().zip(places).enumerate().map(of).collect();
    let products: Vec<Value> = (0..LINES).map(|number| json!({ "sku": sku(number) })).collect();
    json!({
        "format": "pushcart-rulebook/1", "currency": "CNY", "timeZone": "Asia/Shanghai",
        "catalogue": { "products": products },
        "inventory": { "policy": { "objective": ["units", "shipments", "cost"] }, "nodes": nodes },
    })
    .to_string()
}

fn inquiry(wants: &[u32], pools: &[Vec<u32>], costs: &[Vec<i64>]) -> Inquiry {
    let mut levels = Vec::new();
    for (product, (pool, costs)) in pools.iter().zip(costs).enumerate() {
        for (number, (units, cost)) in pool.iter().zip(costs).enumerate().filter(|(_, (units, _))| **units > 0) {
            levels.push(level(sku(product), node(number), *units, *cost));
        }
    }
    let line = |(number, quantity): (usize, &u32)| Wanted {
        id: number.to_string(),
        sku: sku(number),
        quantity: *quantity,
        split: None,
        substitutes: false,
    };
    Inquiry {
        lines: wants.iter().enumerate().map(line).collect(),
        levels,
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

fn level(sku: String, node: String, units: u32, cost: i64) -> Level {
    Level {
        sku,
        node,
        on_hand: i64::from(units),
        reserved: 0,
        at: AT - 300,
        velocity: 200,
        tracked: true,
        backorderable: false,
        safety: None,
        unit_cost: Some(cost),
        lots: Vec::new(),
        inbound: Vec::new(),
        quotas: Vec::new(),
    }
}

fn case(suppliers: Vec<Supplier>, wants: &[u32], pools: Vec<Vec<u32>>, costs: Vec<Vec<i64>>) -> Case {
    let want = |(pool, (quantity, unit_cost)): (usize, (&u32, Vec<i64>))| Want {
        quantity: *quantity,
        whole: false,
        parts: vec![(pool, 1)],
        unit_cost,
    };
    Case {
        suppliers,
        wants: wants.iter().zip(costs).enumerate().map(want).collect(),
        pools,
        objective: vec![Criterion::Units, Criterion::Shipments, Criterion::Cost],
        most_shipments: None,
    }
}

/// A shopper in the middle of the nodes.
pub fn context() -> Context {
    Context {
        at: AT,
        utc_offset: Some(28_800),
        time_zone: None,
        currency: "CNY".to_owned(),
        channel: Channel { kind: "web".to_owned(), id: None },
        country: None,
        region: None,
        shipping_method: None,
        shopper: Some(Shopper {
            id: None,
            groups: Vec::new(),
            segments: Vec::new(),
            tier: None,
            entitlements: Vec::new(),
            place: Some(Place { latitude: 31.2, longitude: 121.4 }),
            orders: None,
            since: None,
            interactions: 0,
            events: Vec::new(),
            points: 0,
            subscriber: false,
            fingerprints: Vec::new(),
        }),
        gathering: Gathering { group_size: 0, leader: false, helpers: 0 },
        codes: Vec::new(),
        attributes: Vec::new(),
        counters: Vec::new(),
        tags: Vec::new(),
    }
}

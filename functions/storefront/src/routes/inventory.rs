//! `POST /v1/inventory/check`: what can be promised, from where and by when, alone; and the same for a quote.

use crate::app::Exchange;
use crate::http::Response;
use crate::problem::Problem;
use crate::published::Rules;
use crate::stock::{self, Manifest};
use crate::wire::{self, Source, context, inventory as read, inventory::Wishes, inventory::answer};
use commerce::facts::stock::{HoldRequest, Inquiry, Level, Plan, Reservation, Wanted};
use commerce::facts::types::{Context, Line};
use commerce::{Report, bounds, instant};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What is asked for.
struct Request<'a> {
    source: Source<'a>,
    context: Context,
    lines: Vec<Wanted>,
    levels: Option<Vec<Level>>,
    reservations: Vec<Reservation>,
    wishes: Wishes,
    /// A hold is asked for, and the key that a repetition is known by.
    hold: Option<Option<String>>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    at: String,
    lines: Vec<answer::Line<'a>>,
    delivery: answer::Delivery<'a>,
    record: Record<'a>,
}

#[derive(Serialize)]
struct Record<'a> {
    rules: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stock: Option<Published>,
}

/// Which stock an answer was made from.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    version: i64,
    sequence: i64,
    age_seconds: i64,
}

impl Published {
    /// As an answer tells it.
    #[must_use]
    pub fn of(manifest: &Manifest, plan: &Plan, at: i64) -> Self {
        let counted = plan.counted_at.unwrap_or(manifest.at);
        Self { version: manifest.version, sequence: manifest.sequence, age_seconds: (at - counted).max(0) }
    }
}

/// What can be promised, from where and by when.
pub fn post(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let node = exchange.json(bounds::BODY_BYTES)?;
    let report = Report::new();
    let request = parse(&report, &node, exchange);
    let (Some(request), true) = (request, report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let rules = exchange.rules(&request.source)?;
    let Request { source, context, lines, levels, reservations, wishes, hold } = request;
    let merchant = if let Source::Merchant(merchant) = source { Some(merchant) } else { None };
    let hold = hold.map(|key| HoldRequest { secret: secret(exchange), key });
    let cart = Cart { lines, levels, reservations, wishes, hold };
    let context = rules.localized(context)?;
    let (plan, manifest, cart) = plan(exchange, &rules, merchant, cart, &context)?;
    let differences = differences(exchange, &rules, &cart, &plan, &context);
    let writer = answer::Writer { currency: &context.currency, offset: context::offset(&context) };
    let line = |supply| {
        let of = |sku: &str| differences.get(&(supply_id(supply), sku.to_owned())).copied();
        writer.line(supply, true, &of)
    };
    let body = Answer {
        at: instant::format(context.at, writer.offset),
        lines: plan.lines.iter().map(line).collect(),
        delivery: writer.delivery(&plan),
        record: Record { rules: &rules.digest, stock: manifest.map(|known| Published::of(&known, &plan, context.at)) },
    };
    serde_json::to_vec(&body)
        .map(|body| Response::json(200, body))
        .map_err(|error| Problem::internal(error.to_string()))
}

fn supply_id(supply: &commerce::facts::stock::Supply) -> String {
    supply.id.clone()
}

fn parse<'a>(report: &'a Report, node: &'a commerce::Node<'a>, exchange: &Exchange<'_>) -> Option<Request<'a>> {
    let object = report.read(node).object()?;
    let source = wire::source(&object);
    let wishes = read::wishes(&object);
    let context = context::read(&object, exchange.world.now);
    let at = context.as_ref().map_or(exchange.world.now, |context| context.at);
    let lines = object.required("lines").map(|value| read::lines(value, wishes.substitutes));
    let levels = object.field("stock").map(|value| read::levels(value, at));
    let reservations = object.field("reservations").map_or_else(Vec::new, read::reservations);
    let hold = object.field("hold").and_then(|value| {
        let hold = value.object()?;
        let key = hold.field("key").and_then(|value| value.identifier().map(str::to_owned));
        hold.finish();
        Some(key)
    });
    object.finish();
    Some(Request { source: source?, context: context?, lines: lines?, levels, reservations, wishes, hold })
}

/// The key that holds are signed with; empty where the operator set none.
fn secret(exchange: &Exchange<'_>) -> Vec<u8> {
    (exchange.world.setting)("hold_key").unwrap_or_default().into_bytes()
}

/// What a plan is asked for.
pub struct Cart {
    /// What is wanted.
    pub lines: Vec<Wanted>,
    /// What is there; the merchant's published stock where it is absent.
    pub levels: Option<Vec<Level>>,
    /// What other carts keep.
    pub reservations: Vec<Reservation>,
    /// What the shopper wishes.
    pub wishes: Wishes,
    /// The hold that is asked for.
    pub hold: Option<HoldRequest>,
}

/// Plans a cart; gives it back with its lines.
///
/// # Errors
/// 422 where something is wrong with the cart, 503 where the store fails.
pub fn plan(
    exchange: &Exchange<'_>,
    rules: &Rules,
    merchant: Option<&str>,
    cart: Cart,
    context: &Context,
) -> Result<(Plan, Option<Manifest>, Vec<Wanted>), Problem> {
    let store = exchange.world.store;
    let mut skus: Vec<String> = cart.lines.iter().map(|line| line.sku.clone()).collect();
    skus.sort_unstable();
    skus.dedup();
    rules.hold_for_inventory(store, &named(&skus, &cart))?;
    let Cart { lines, levels, reservations, wishes, hold } = cart;
    let (levels, manifest) = match (levels, merchant) {
        (Some(levels), _) => (levels, None),
        (None, Some(merchant)) => {
            let (mut levels, manifest) = stock::levels(store, merchant, || rules.inventory.skus(&skus))?;
            if !levels.is_empty() {
                // Stock of nodes that the rulebook has no more is nobody's.
                let nodes = rules.inventory.nodes();
                levels.retain(|level| nodes.contains(&level.node));
            }
            (levels, manifest)
        }
        (None, None) => (Vec::new(), None),
    };
    let Wishes { wish, by, strictly, substitutes: _, nodes, excluded, max_shipments, all_or_nothing } = wishes;
    let owner = context.shopper.as_ref().and_then(|shopper| shopper.id.clone());
    let inquiry = Inquiry {
        lines,
        levels,
        reservations,
        owner,
        wish,
        by,
        strictly,
        nodes,
        excluded,
        max_shipments,
        all_or_nothing,
        hold,
    };
    let plan = rules.inventory.check(&inquiry, context).map_err(Problem::invalid)?;
    Ok((plan, manifest, inquiry.lines))
}

/// The products of a cart and those that the stock and the reservations beside it name: all of them are judged.
fn named(skus: &[String], cart: &Cart) -> Vec<String> {
    // Levels of one product mostly stand together.
    let counted = cart.levels.iter().flat_map(|levels| levels.chunk_by(|one, next| one.sku == next.sku));
    let counted = counted.filter_map(|together| together.first()).map(|level| &level.sku);
    let kept = cart.reservations.iter().map(|kept| &kept.sku);
    let named: BTreeSet<&String> = skus.iter().chain(counted).chain(kept).collect();
    named.into_iter().cloned().collect()
}

/// What a unit of each substitute costs more than a unit of its line, where both have a price.
fn differences(
    exchange: &Exchange<'_>,
    rules: &Rules,
    lines: &[Wanted],
    plan: &Plan,
    context: &Context,
) -> BTreeMap<(String, String), i64> {
    let price = |sku: &str, quantity: u32| -> Option<i64> {
        let line = Line {
            id: "1".to_owned(),
            sku: sku.to_owned(),
            quantity,
            subscription: false,
            selected: true,
            claimed_reference: None,
            attributes: Vec::new(),
        };
        let lines = [line];
        rules.hold_for_pricing(exchange.world.store, &lines).ok()?;
        rules.pricing.price(&lines, context).ok()?.lines.first().map(|line| line.unit_price)
    };
    let mut differences = BTreeMap::new();
    for (line, supply) in lines.iter().zip(&plan.lines).filter(|(_, supply)| !supply.substitutes.is_empty()) {
        let Some(own) = price(&line.sku, line.quantity) else { continue };
        for substitute in &supply.substitutes {
            if let Some(other) = price(&substitute.sku, substitute.quantity) {
                differences.insert((line.id.clone(), substitute.sku.clone()), other - own);
            }
        }
    }
    differences
}

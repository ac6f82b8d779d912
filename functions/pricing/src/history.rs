//! What a product cost everybody, and when: the past that the rulebook and the request tell, and the price lists that are
//! open to everybody while they are valid.
//!
//! A price for some is no price of the past: a member's, a live room's, a coupon's. Where no past is told, a list without a
//! beginning is taken to have always been.

use crate::catalogue::{Offer, Product};
use crate::compiled::Root;
use crate::price;
use crate::prior::Step;
use commerce::facts::prices::PriceEvent;
use commerce::facts::types::{Context, Line};
use std::collections::BTreeSet;

/// The steps of a product's price up to the moment of the context, in order.
#[must_use]
pub fn steps(product: &Product<'_>, sku: &str, root: &Root, events: &[PriceEvent], context: &Context) -> Vec<Step> {
    let past = product.history.iter().filter(|past| past.currency == context.currency);
    let mut told: Vec<Step> =
        past.map(|past| Step { at: past.at, price: past.price, reference: past.reference }).collect();
    told.extend(events.iter().filter(|event| event.sku == sku).map(|event| Step {
        at: event.at,
        price: event.price,
        reference: event.reference,
    }));
    told.sort_by_key(|step| step.at);
    let open = open_offers(product, root, context);
    let bounds = open.iter().filter_map(|offer| list_of(root, offer)).flat_map(|list| {
        let validity = list.when.validity();
        [validity.from, validity.until]
    });
    let mut moments: BTreeSet<i64> = bounds.flatten().filter(|at| *at <= context.at).collect();
    if told.is_empty() && !open.is_empty() {
        moments.insert(commerce::bounds::EARLIEST);
    }
    let product = Product { offers: open, ..Product::default() };
    let overlaid = |at: i64| {
        let before = told.get(..told.partition_point(|step| step.at <= at)).and_then(<[Step]>::last);
        let listed = listed(&product, root, context, at, before.is_some());
        match (before, listed) {
            (Some(step), Some((price, reference))) if price < step.price => {
                Some(Step { at, price, reference: reference.max(Some(step.price)) })
            }
            (Some(step), _) => Some(Step { at, ..*step }),
            (None, Some((price, reference))) => Some(Step { at, price, reference }),
            (None, None) => None,
        }
    };
    // What is told of one moment twice stands in the order in which it was told; nothing is laid over the first of it.
    let mut steps: Vec<Step> = Vec::new();
    for (index, step) in told.iter().enumerate() {
        if told.get(index + 1).is_some_and(|next| next.at == step.at) {
            steps.push(*step);
        } else {
            moments.insert(step.at);
        }
    }
    steps.extend(moments.into_iter().filter_map(overlaid));
    steps.sort_by_key(|step| step.at);
    steps.dedup_by(|later, earlier| later.price == earlier.price && later.reference == earlier.reference);
    steps
}

fn list_of<'a>(root: &'a Root, offer: &Offer) -> Option<&'a crate::lists::List> {
    usize::try_from(offer.list).ok().and_then(|place| root.lists.get(place))
}

fn open_offers(product: &Product<'_>, root: &Root, context: &Context) -> Vec<Offer> {
    let open = |offer: &&Offer| {
        list_of(root, offer).is_some_and(|list| list.currency == context.currency && list.when.is_open())
    };
    product.offers.iter().filter(open).cloned().collect()
}

/// What open lists ask for one unit at a moment, and what that is a reduction of. Where the past is told, a list that is
/// always valid adds nothing to it.
fn listed(product: &Product<'_>, root: &Root, context: &Context, at: i64, told: bool) -> Option<(i64, Option<i64>)> {
    let line = Line {
        id: String::new(),
        sku: String::new(),
        quantity: 1,
        subscription: false,
        selected: true,
        claimed_reference: None,
        attributes: Vec::new(),
    };
    let moment = Context { at, ..context.clone() };
    let chosen = price::choose(product, &root.lists, root.policy.choose, &line, &moment).ok()?;
    let validity = chosen.list.when.validity();
    let passing = validity.from.is_some() || validity.until.is_some();
    (passing || !told).then_some((chosen.cost.unit, chosen.regular))
}

//! What may be said of the prices of a cart, and what a merchant's price history learns from it.
//!
//! A past price is one that everybody could buy at. Price lists that are open to everybody stand in the history by
//! themselves; promotions that are open to everybody do not, so the price that they make is told as an event, in the form
//! that `priceHistory` takes: whoever keeps the history appends it.

use crate::problem::Problem;
use crate::published::Rules;
use crate::till;
use crate::wire::promotions::nets;
use crate::world::Store;
use commerce::facts::offers::Wants;
use commerce::facts::prices::{Particulars, PriceClaim, PriceEvent, PriceReference, PricedCart, PricedLine};
use commerce::facts::types::{Channel, Context, Gathering, Line};
use std::collections::BTreeMap;

/// What rules on reductions say, and what is news to the history.
#[derive(Default)]
pub struct Claims {
    /// For each line and rule.
    pub references: Vec<PriceReference>,
    /// Prices for everybody that the history does not know, one a product.
    pub events: Vec<PriceEvent>,
}

/// Judges the prices of a cart against the rulebook's history and the one given.
///
/// # Errors
/// 422 where a claim cannot be judged, 503 where the store fails.
pub fn judge(
    store: &dyn Store,
    rules: &Rules,
    lines: &[Line],
    (priced, particulars): (&[PricedLine], &[Particulars]),
    history: &[PriceEvent],
    context: &Context,
) -> Result<Claims, Problem> {
    if !rules.terms.prior_price {
        return Ok(Claims::default());
    }
    let open = open_prices(store, rules, lines, context)?;
    let claims: Vec<PriceClaim> = lines
        .iter()
        .zip(priced.iter().zip(particulars))
        .map(|(line, (priced, own))| claim(line, priced, own.regular_price, &open))
        .collect();
    let references = rules.pricing.judge(&claims, history, context).map_err(Problem::invalid)?;
    let mut events: BTreeMap<&str, PriceEvent> = BTreeMap::new();
    for claim in &claims {
        let Some((price, _)) = open.get(claim.sku.as_str()).copied() else { continue };
        if references.iter().any(|reference| reference.id == claim.id && reference.begins) {
            let reference = claim.reference.filter(|reference| *reference > price);
            let event = PriceEvent { sku: claim.sku.clone(), at: context.at, price, reference };
            events.entry(&claim.sku).or_insert(event);
        }
    }
    Ok(Claims { references, events: events.into_values().collect() })
}

/// The price that is announced, and what it is announced as a reduction of: what the storefront claims, else what the price
/// list names, else the list's price where promotions for everybody reduce it.
fn claim(line: &Line, priced: &PricedLine, regular: Option<i64>, open: &BTreeMap<String, (i64, i64)>) -> PriceClaim {
    let found = open.get(&line.sku).copied();
    let reduced = found.and_then(|(price, listed)| (price < listed).then_some(listed));
    PriceClaim {
        id: line.id.clone(),
        sku: line.sku.clone(),
        price: Some(found.map_or(priced.unit_price, |(price, _)| price)),
        reference: line.claimed_reference.or(regular).or(reduced),
    }
}

/// For each product, what anybody pays for one unit of it alone, and what the price lists ask for it: nobody is known, no
/// code is entered, no room and no group is shopped in.
fn open_prices(
    store: &dyn Store,
    rules: &Rules,
    lines: &[Line],
    context: &Context,
) -> Result<BTreeMap<String, (i64, i64)>, Problem> {
    let anybody = Context {
        channel: Channel { kind: "web".to_owned(), id: None },
        shopper: None,
        gathering: Gathering { group_size: 0, leader: false, helpers: 0 },
        codes: Vec::new(),
        attributes: Vec::new(),
        counters: Vec::new(),
        tags: Vec::new(),
        ..context.clone()
    };
    let wants = Wants { every_outcome: false, hints: 0, trace: false };
    let mut found = BTreeMap::new();
    for line in lines {
        if found.contains_key(&line.sku) {
            continue;
        }
        // Shipping and tax are no part of such a price.
        let alone = [till::one(&line.sku)];
        rules.hold_for_pricing(store, &alone)?;
        // What is not sold to everybody has no such price.
        let Ok(PricedCart { lines: priced, particulars: _ }) = rules.pricing.price(&alone, &anybody) else { continue };
        rules.hold_for_promotions(store, &priced, &anybody)?;
        let Ok(verdict) = rules.promotions.evaluate(&priced, &[], &[], &[], wants, &anybody) else { continue };
        if let (Some(priced), Some(net)) = (priced.first(), nets(&priced, &verdict).first()) {
            found.insert(line.sku.clone(), (*net, priced.unit_price));
        }
    }
    Ok(found)
}

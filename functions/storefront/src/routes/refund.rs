//! `POST /v1/refund`: what is refunded for units that come back, from a decision that was frozen when they were sold.
//!
//! Where the decision says `re-evaluate`, the carts that might have been kept are priced again, with the same rules at the
//! moment of the sale, so that the request carries the cart as it was quoted.

use crate::app::Exchange;
use crate::content;
use crate::functions::pricing;
use crate::http::Response;
use crate::problem::{Kind, Problem};
use crate::published::Rules;
use crate::till::{self, Tally};
use crate::wire::{self, asked::Asked, refund as answer};
use commerce::facts::offers::{Status, Wants};
use commerce::facts::prices::{RefundSearch, RemainingCost, ReturnLine, Taxable};
use commerce::facts::types::{Context, Line};
use commerce::money::{self, Rounding};
use commerce::{Fault, Report, Value, bounds};
use std::collections::BTreeMap;

/// The most carts that are costed, however small; the work that all may be, in lines by promotions looked at; what a
/// cart is beside its lines; how many looks at each promotion a search is taken for; and the work that is double for
/// its size.
const MOST: u32 = 4_096;
const WORK: usize = 80_000;
const CART: usize = 4;
const SEARCH: usize = 8;
const LARGE: usize = 10_000;

/// A cart as it was quoted.
struct Cart<'a> {
    source: wire::Source<'a>,
    context: Context,
    lines: Vec<Line>,
    content: Option<&'a str>,
}

struct Request<'a> {
    frozen: answer::Frozen<'a>,
    returns: Vec<ReturnLine>,
    cart: Option<Cart<'a>>,
}

/// Refunds.
pub fn post(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let node = exchange.json(bounds::BODY_BYTES)?;
    let report = Report::new();
    let (Some(request), true) = (read(&report, &node, exchange.world.now), report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let Request { frozen, returns, cart } = request;
    let any = RefundSearch { alike: Vec::new(), most: MOST };
    let states = pricing::refund_states(&frozen.decision, &returns, &any).map_err(Problem::invalid)?;
    let (costs, search) = match cart {
        _ if states.is_empty() => (Vec::new(), any),
        Some(cart) => costs(exchange, &frozen, &returns, &cart)?,
        None => {
            let detail = "a decision that refunds by re-evaluation needs the cart as it was quoted";
            return Err(Problem::fault("missing-field", "/cart", detail));
        }
    };
    let amounts = pricing::refund(&frozen.decision, &returns, &costs, &search).map_err(Problem::invalid)?;
    let body = answer::Refund::of(&amounts, frozen.currency);
    let body = serde_json::to_vec(&body).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Response::json(200, body))
}

fn read<'a>(report: &'a Report, node: &'a commerce::Node<'a>, now: i64) -> Option<Request<'a>> {
    let object = report.read(node).object()?;
    let frozen = object.required("decision").and_then(answer::decision);
    let currency = frozen.as_ref().map_or("", |frozen| frozen.currency);
    let returns = object.required("returns").map(|value| answer::returns(value, currency));
    let cart = object.field("cart").map(|value| read_cart(value, now));
    object.finish();
    Some(Request { frozen: frozen?, returns: returns?, cart: cart.flatten() })
}

/// Reads the request of the quote; what says nothing of what is paid is checked and left out.
fn read_cart(value: Value<'_>, now: i64) -> Option<Cart<'_>> {
    let object = value.object()?;
    let source = wire::source(&object);
    if object.field("at").is_none() {
        object.value().fault("missing-field", "`at` is required: the moment of the sale");
    }
    let asked = Asked::read(&object, now);
    object.finish();
    let Asked { context, lines, prices: _, journey: _, wishes: _, explain: _, content, wants: _ } = asked?;
    Some(Cart { source: source?, context, lines, content })
}

/// What each of the carts between what is kept and what was bought would have cost, and how they were looked for.
fn costs(
    exchange: &Exchange<'_>,
    frozen: &answer::Frozen<'_>,
    returns: &[ReturnLine],
    cart: &Cart<'_>,
) -> Result<(Vec<RemainingCost>, RefundSearch), Problem> {
    let rules = exchange.rules(&cart.source)?;
    if rules.digest != frozen.rules {
        let detail = format!("The decision was made by {}, these rules are {}.", frozen.rules, rules.digest);
        return Err(Problem::new(Kind::Conflict, detail));
    }
    rules.hold_for_pricing(exchange.world.store, &cart.lines)?;
    let places = places(frozen, cart)?;
    let below = |problem: Problem| problem.below("/cart");
    let mut context = rules.localized(cart.context.clone()).map_err(below)?;
    content::tag(&rules, cart.content, &mut context).map_err(below)?;
    let sold = tally(exchange, &rules, &cart.lines, &context).map_err(below)?;
    let search = RefundSearch { alike: alike(&places, cart), most: most(&sold) };
    let states = pricing::refund_states(&frozen.decision, returns, &search).map_err(Problem::invalid)?;
    let cost = |quantities: Vec<u32>| {
        let kept = kept(&quantities, &places, frozen, cart);
        let cost = cost(exchange, &rules, &kept, &context).map_err(below)?;
        Ok(RemainingCost { quantities, cost })
    };
    let costs: Result<Vec<RemainingCost>, Problem> = states.into_iter().map(cost).collect();
    Ok((costs?, search))
}

/// For each line of the decision, the number of the lines that it is like: the same product, bought and declared in the
/// same way. What a promotion added is like nothing else.
fn alike(places: &[Option<usize>], cart: &Cart<'_>) -> Vec<u32> {
    let mut numbers = BTreeMap::new();
    let number = |(own, place): (u32, &Option<usize>)| {
        let Some(line) = place.and_then(|place| cart.lines.get(place)) else { return own };
        let Line { id: _, sku, quantity: _, subscription, selected: _, claimed_reference: _, attributes } = line;
        let declared: Vec<(&str, &str)> =
            attributes.iter().map(|own| (own.name.as_str(), own.value.as_str())).collect();
        *numbers.entry((sku.as_str(), *subscription, declared)).or_insert(own)
    };
    (0..).zip(places).map(number).collect()
}

/// The most carts that are costed, by the work that the one that was bought is: its lines, by the promotions looked at.
/// A search for the best of several promotions is many looks.
fn most(sold: &Tally) -> u32 {
    let Tally { priced, verdict, .. } = sold;
    let searched = !verdict.optimal || verdict.outcomes.iter().any(|outcome| outcome.status == Status::Superseded);
    let looks = (1 + verdict.outcomes.len()).saturating_mul(if searched { SEARCH } else { 1 });
    let work = (CART + priced.len()).saturating_mul(looks);
    // A large cart costs more than in proportion.
    let work = work.saturating_add(work.saturating_mul(work) / LARGE);
    u32::try_from(WORK / work).unwrap_or(MOST).clamp(2, MOST)
}

/// For each line of the decision, its place in the cart; `None` for what a promotion added.
fn places(frozen: &answer::Frozen<'_>, cart: &Cart<'_>) -> Result<Vec<Option<usize>>, Problem> {
    let known: BTreeMap<&str, usize> =
        cart.lines.iter().enumerate().map(|(place, line)| (line.id.as_str(), place)).collect();
    let mut faults = Vec::new();
    let mut places = Vec::new();
    for (index, (line, added)) in frozen.decision.lines.iter().zip(&frozen.added).enumerate() {
        let place = known.get(line.id.as_str()).copied();
        let same = place
            .and_then(|place| cart.lines.get(place))
            .is_some_and(|found| found.quantity == line.quantity && found.selected);
        places.push(place.filter(|_| same));
        if !same && added.is_none() {
            let detail = format!("the cart must have line `{}` with {} units, selected", line.id, line.quantity);
            faults.push(Fault { code: "unlike-cart".to_owned(), pointer: format!("/decision/lines/{index}"), detail });
        }
    }
    if faults.is_empty() { Ok(places) } else { Err(Problem::invalid(faults)) }
}

/// What a shopper keeps: of the cart, and of what promotions added to it.
struct Kept<'k> {
    lines: Vec<Line>,
    added: Vec<(&'k answer::AddedBy, u32)>,
}

fn kept<'k>(quantities: &[u32], places: &[Option<usize>], frozen: &'k answer::Frozen<'_>, cart: &Cart<'_>) -> Kept<'k> {
    let mut kept = Kept { lines: Vec::new(), added: Vec::new() };
    for ((quantity, place), added) in
        quantities.iter().zip(places).zip(&frozen.added).filter(|((units, _), _)| **units > 0)
    {
        if let Some(line) = place.and_then(|place| cart.lines.get(place)) {
            kept.lines.push(Line { quantity: *quantity, ..line.clone() });
        } else if let Some(added) = added {
            kept.added.push((added, *quantity));
        }
    }
    kept
}

fn tally(exchange: &Exchange<'_>, rules: &Rules, lines: &[Line], context: &Context) -> Result<Tally, Problem> {
    let wants = Wants { every_outcome: false, hints: 0, trace: false };
    Tally::of(exchange.world.store, rules, lines, context, |priced, declared, charges| {
        rules.promotions.evaluate(priced, declared, charges, &[], wants, context).map_err(Problem::invalid)
    })
}

/// What a cart costs after promotions, tax and all, without shipping, as the decision counts it: of a deposit that
/// counts for more, what is paid. What promotions added costs what they still give it for; units that the rest does not
/// earn any more cost their price.
fn cost(exchange: &Exchange<'_>, rules: &Rules, kept: &Kept<'_>, context: &Context) -> Result<i64, Problem> {
    let store = exchange.world.store;
    let tally = tally(exchange, rules, &kept.lines, context)?;
    let mut amounts = till::taxables(&tally.priced, &tally.particulars, &tally.nets);
    for (by, units) in &kept.added {
        let earned = tally.added.iter().find(|added| added.promotion == by.promotion && added.sku == by.sku);
        let (most, paid) = earned.map_or((0, 0), |added| (added.quantity, added.amount));
        let given = (*units).min(most);
        let part = money::part(paid, i64::from(given), i64::from(most.max(1)), Rounding::HalfUp);
        let own = money::times(by.unit_price, i64::from(units - given));
        let amount = part.and_then(|part| money::sum([part, own?])).map_err(too_much)?;
        let category = if amount > 0 { till::category(store, rules, &by.sku, context)? } else { String::new() };
        amounts.push(Taxable { id: by.sku.clone(), category, quantity: *units, amount });
    }
    let taxation = rules.pricing.tax(&amounts, context).map_err(Problem::invalid)?;
    let on_top = taxation.taxed.iter().filter(|taxed| !taxed.included).map(|taxed| taxed.tax);
    let due = money::sum(amounts.iter().map(|amount| amount.amount).chain(on_top)).map_err(too_much)?;
    let gains: i64 = super::quote::presales(rules, &tally, context)?.iter().map(answer::gain).sum();
    Ok((due - gains).max(0))
}

fn too_much(_: money::Overflow) -> Problem {
    Problem::fault("amount-overflow", "/lines", format!("the cart's sum must be at most {}", bounds::AMOUNT))
}

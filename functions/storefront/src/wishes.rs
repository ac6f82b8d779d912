//! Hints that need a product which is not in the cart: promotions name it, pricing knows its price, and the cart with it is
//! judged, so that nothing is promised that a quote would not give.

use crate::problem::Problem;
use crate::published::Rules;
use crate::till::{self, Tally, charges};
use crate::world::Store;
use commerce::facts::offers::{Hint, Verdict, Wants, Wish};
use commerce::facts::prices::PricedLine;
use commerce::facts::types::{Context, Line};

/// An id that no line of a cart has: it is not allowed in one.
const ID: &str = "\u{0}wish";

/// Verifies the wishes of a verdict and adds what is true to its hints, of which it keeps the cheapest `most`.
///
/// # Errors
/// 503 where the store fails.
pub fn verify(
    store: &dyn Store,
    rules: &Rules,
    tally: &mut Tally,
    context: &Context,
    most: u32,
) -> Result<(), Problem> {
    if tally.verdict.wishes.is_empty() {
        return Ok(());
    }
    // Proposals of plugins are for this cart: both sides are judged without them.
    let judged = |lines: &[PricedLine]| -> Result<Verdict, Problem> {
        rules.hold_for_promotions(store, lines, context)?;
        let wants = Wants { every_outcome: false, hints: 0, trace: false };
        rules
            .promotions
            .evaluate(lines, &tally.declared, &charges(&tally.shipping), &[], wants, context)
            .map_err(Problem::invalid)
    };
    let now = judged(&tally.priced)?;
    let mut hints = tally.verdict.hints.clone();
    for Wish { promotion, sku, quantity } in &tally.verdict.wishes {
        if hints.iter().any(|hint| hint.promotion == *promotion) {
            continue;
        }
        let wished = [Line { id: ID.to_owned(), quantity: *quantity, ..till::one(sku) }];
        rules.hold_for_pricing(store, &wished)?;
        // What is not sold to this shopper is no next step.
        let Some(line) = rules.pricing.price(&wished, context).ok().and_then(|mut cart| cart.lines.pop()) else {
            continue;
        };
        let spend = line.subtotal;
        let with: Vec<PricedLine> = tally.priced.iter().cloned().chain([line]).collect();
        let then = judged(&with)?;
        let gives = earned(&then) - earned(&now);
        if gives > 0 && own(&then, promotion) > own(&now, promotion) {
            let (promotion, sku) = (promotion.clone(), Some(sku.clone()));
            hints.push(Hint { promotion, sku, category: None, quantity: *quantity, spend, gives });
        }
    }
    hints.sort_by(|one, other| {
        (one.spend, -one.gives, &one.promotion).cmp(&(other.spend, -other.gives, &other.promotion))
    });
    hints.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    tally.verdict.hints = hints;
    Ok(())
}

/// What a verdict is worth to the shopper: discounts, and what added lines would have cost.
fn earned(verdict: &Verdict) -> i64 {
    let discounts = verdict.discounts.iter().map(|discount| discount.amount);
    let added = verdict.additions.iter().map(|added| added.discount);
    discounts.chain(added).chain([verdict.shipping_discount]).fold(0, i64::saturating_add)
}

/// What one promotion is worth.
fn own(verdict: &Verdict, id: &str) -> i64 {
    let outcomes = verdict.outcomes.iter().filter(|outcome| outcome.id == id);
    let added = verdict.additions.iter().filter(|added| added.promotion == id).map(|added| added.discount);
    outcomes.map(|outcome| outcome.amount + outcome.shipping_amount).chain(added).fold(0, i64::saturating_add)
}

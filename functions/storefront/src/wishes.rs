//! Hints that need what pricing knows: the price of a product that is not in the cart, and of more of one whose price goes by
//! the quantity. Promotions name the step, and the cart after it is judged, so that nothing is promised that a quote would not
//! give.

use crate::problem::Problem;
use crate::published::Rules;
use crate::till::{self, Tally, charges};
use crate::world::Store;
use commerce::facts::offers::{Hint, Verdict, Wants, Wish};
use commerce::facts::prices::PricedLine;
use commerce::facts::types::{Context, Line};
use std::cell::OnceCell;

/// An id that no line of a cart has: it is not allowed in one.
const ID: &str = "\u{0}wish";

/// Verifies the wishes of a verdict and adds what is true to its hints, of which it keeps the cheapest `most`; `lines` are
/// those that were priced, and `alone` says that they were judged without proposals of plugins.
///
/// # Errors
/// 503 where the store fails.
pub fn verify(
    store: &dyn Store,
    rules: &Rules,
    tally: &mut Tally,
    (lines, context): (&[Line], &Context),
    (most, alone): (u32, bool),
) -> Result<(), Problem> {
    let steps = Steps { store, rules, tally, context, alone, now: OnceCell::new() };
    let mut hints = Vec::new();
    for hint in &tally.verdict.hints {
        hints.extend(match steps.dearer(lines, hint) {
            Some((place, line)) => {
                let spend = line.subtotal - tally.priced.get(place).map_or(0, |line| line.subtotal);
                let mut with = tally.priced.clone();
                with.splice(place..=place, [line]);
                steps.judged(&with, Hint { spend, ..hint.clone() })?
            }
            None => Some(hint.clone()),
        });
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    for (hint, line) in steps.wished()? {
        // Steps come by what they cost: those that are left are no cheaper than what is told already.
        let cheaper = hints.iter().filter(|known: &&Hint| known.spend < hint.spend).count();
        if cheaper >= most {
            break;
        }
        if !hints.iter().any(|known| known.promotion == hint.promotion) {
            let with: Vec<PricedLine> = tally.priced.iter().cloned().chain([line]).collect();
            hints.extend(steps.judged(&with, hint)?);
        }
    }
    hints.sort_by(|one, other| {
        (one.spend, -one.gives, &one.promotion).cmp(&(other.spend, -other.gives, &other.promotion))
    });
    hints.truncate(most);
    tally.verdict.hints = hints;
    Ok(())
}

/// What a step is judged by.
struct Steps<'a> {
    store: &'a dyn Store,
    rules: &'a Rules,
    tally: &'a Tally,
    context: &'a Context,
    /// The cart was judged without proposals of plugins.
    alone: bool,
    /// What it earns without them, once it is asked for.
    now: OnceCell<Verdict>,
}

impl Steps<'_> {
    /// What each wish would be as a hint, with the line that it adds, those first that cost least: its product, or one of the
    /// cheapest of its category, where it is sold to this shopper.
    fn wished(&self) -> Result<Vec<(Hint, PricedLine)>, Problem> {
        let mut found = Vec::new();
        for Wish { promotion, sku, category, quantity } in &self.tally.verdict.wishes {
            let skus = match (sku, category) {
                (Some(sku), _) => vec![sku.clone()],
                (None, Some(category)) => self.rules.cheapest(self.store, category)?,
                (None, None) => Vec::new(),
            };
            for sku in skus {
                let line = Line { id: ID.to_owned(), quantity: *quantity, ..till::one(&sku) };
                self.rules.hold_for_pricing(self.store, std::slice::from_ref(&line))?;
                let Some(line) = self.priced(line) else { continue };
                let (promotion, category, spend) = (promotion.clone(), category.clone(), line.subtotal);
                found.push((Hint { promotion, sku: Some(sku), category, quantity: *quantity, spend, gives: 0 }, line));
            }
        }
        found.sort_by_key(|(hint, _)| hint.spend);
        Ok(found)
    }

    fn priced(&self, line: Line) -> Option<PricedLine> {
        self.rules.pricing.price(&[line], self.context).ok().and_then(|mut cart| cart.lines.pop())
    }

    /// The line of the cart that a hint asks more of, with its place, where that costs something else than a unit did.
    fn dearer(&self, lines: &[Line], hint: &Hint) -> Option<(usize, PricedLine)> {
        let sku = hint.sku.as_ref().filter(|_| hint.quantity > 0)?;
        let costs = |line: &PricedLine| line.unit_price.checked_mul(hint.quantity.into()) == Some(hint.spend);
        let place = self.tally.priced.iter().position(|line| line.sku == *sku && costs(line))?;
        let (line, before) = (lines.get(place)?, self.tally.priced.get(place)?);
        let after = self.priced(Line { quantity: line.quantity.saturating_add(hint.quantity), ..line.clone() })?;
        (after.subtotal != before.subtotal.saturating_add(hint.spend)).then_some((place, after))
    }

    /// The hint with what it gives where the cart is this one; nothing where its promotion gives no more then, or where the
    /// cart costs no more, so that there is no step.
    fn judged(&self, lines: &[PricedLine], hint: Hint) -> Result<Option<Hint>, Problem> {
        // Proposals of plugins are for this cart: both sides are judged without them.
        let judged = |lines: &[PricedLine]| -> Result<Verdict, Problem> {
            self.rules.hold_for_promotions(self.store, lines, self.context)?;
            let wants = Wants { every_outcome: false, hints: 0, trace: false };
            let charges = charges(&self.tally.shipping);
            let promotions = &self.rules.promotions;
            promotions
                .evaluate(lines, &self.tally.declared, &charges, &[], wants, self.context)
                .map_err(Problem::invalid)
        };
        let now = match (self.alone, self.now.get()) {
            (true, _) => &self.tally.verdict,
            (false, Some(now)) => now,
            (false, None) => {
                let now = judged(&self.tally.priced)?;
                self.now.get_or_init(|| now)
            }
        };
        let then = judged(lines)?;
        let gives = earned(&then) - earned(now);
        let more = own(&then, &hint.promotion) > own(now, &hint.promotion);
        Ok((hint.spend > 0 && gives > 0 && more).then_some(Hint { gives, ..hint }))
    }
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

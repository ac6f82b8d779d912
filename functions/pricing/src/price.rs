//! Which of a product's prices a line gets, and what it then costs.
//!
//! A list counts when it is in the cart's currency, its `when` holds and it has a band for the quantity. Lists of
//! reductions count only where they are below what the others ask. The rulebook says which of those left wins.

use crate::bands::Cost;
use crate::catalogue::Product;
use crate::lists::List;
use crate::policy::Choose;
use commerce::facts::types::{Context, Line};
use commerce::money::Overflow;
use std::cmp::Reverse;

/// The price that a line gets.
#[derive(Debug, PartialEq)]
pub struct Chosen<'a> {
    /// The list that sets it.
    pub list: &'a List,
    /// What it comes to.
    pub cost: Cost,
    /// Where the list is one of reductions: one unit's price without it.
    pub regular: Option<i64>,
}

/// Why a line has no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpriced {
    /// No list that holds for this cart has the product.
    NoList,
    /// Lists have it, but none in the cart's currency.
    NotInCurrency,
    /// Lists that hold have it, but none of them for this quantity.
    NotInQuantity,
    /// The amount is too large.
    TooLarge,
}

impl From<Overflow> for Unpriced {
    fn from(Overflow: Overflow) -> Self {
        Self::TooLarge
    }
}

/// Between which a unit of a line costs at any quantity up to its own, whichever list wins; `None` where it has no price.
pub fn range(product: &Product<'_>, lists: &[List], line: &Line, context: &Context) -> Option<(i64, i64)> {
    let holding = product.offers.iter().filter(|offer| {
        let list = usize::try_from(offer.list).ok().and_then(|place| lists.get(place));
        list.is_some_and(|list| list.currency == context.currency && list.when.holds(line, context))
    });
    let ranges = holding.filter_map(|offer| offer.bands.range(line.quantity));
    ranges.reduce(|(least, most), (from, to)| (least.min(from), most.max(to)))
}

struct Candidate<'a> {
    place: usize,
    list: &'a List,
    cost: Cost,
}

/// The price of a line.
///
/// # Errors
/// Where it has none.
pub fn choose<'a>(
    product: &Product<'_>,
    lists: &'a [List],
    how: Choose,
    line: &Line,
    context: &Context,
) -> Result<Chosen<'a>, Unpriced> {
    let mut reason = if product.offers.is_empty() { Unpriced::NoList } else { Unpriced::NotInCurrency };
    let mut candidates = Vec::new();
    for offer in &product.offers {
        let Some((place, list)) =
            usize::try_from(offer.list).ok().and_then(|place| lists.get(place).map(|list| (place, list)))
        else {
            continue;
        };
        if list.currency != context.currency {
            continue;
        }
        if !list.when.holds(line, context) {
            if reason == Unpriced::NotInCurrency {
                reason = Unpriced::NoList;
            }
            continue;
        }
        match offer.bands.cost(line.quantity) {
            Some(cost) => candidates.push(Candidate { place, list, cost: cost? }),
            None => reason = Unpriced::NotInQuantity,
        }
    }
    let regular =
        best(candidates.iter().filter(|candidate| !candidate.list.reduction), how).map(|candidate| candidate.cost);
    let counts = |candidate: &&Candidate<'_>| {
        !candidate.list.reduction || regular.is_none_or(|regular| candidate.cost.all < regular.all)
    };
    let winner = best(candidates.iter().filter(counts), how).ok_or(reason)?;
    let regular = regular.map(|regular| regular.unit).filter(|unit| winner.list.reduction && *unit > winner.cost.unit);
    Ok(Chosen { list: winner.list, cost: winner.cost, regular })
}

fn best<'b, 'a: 'b>(candidates: impl Iterator<Item = &'b Candidate<'a>>, how: Choose) -> Option<&'b Candidate<'a>> {
    candidates.min_by_key(|candidate| {
        let precedence = Reverse(candidate.list.precedence);
        let specificity = Reverse(candidate.list.when.specificity());
        let (all, place) = (candidate.cost.all, candidate.place);
        match how {
            Choose::Precedence => (Some(precedence), None, all, None, place),
            Choose::Lowest => (None, None, all, Some(precedence), place),
            Choose::MostSpecific => (Some(precedence), Some(specificity), all, None, place),
        }
    })
}

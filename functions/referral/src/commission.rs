//! What a credited referrer is paid for a line.

use crate::programme::{Plan, Terms};
use commerce::facts::referrals::SoldLine;
use commerce::facts::types::Context;

/// What applies to a line at one tier, and the campaign or grade that made it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// Basis points of the base.
    Rate(u32),
    /// Minor units for each unit sold.
    Fixed(i64),
}

/// The closest term for a line: SKU, category, campaign, segment, then the programme's own rates.
pub fn term(plan: &Plan, tier: usize, line: &SoldLine, campaign: Option<&str>, context: &Context) -> Term {
    let at = |rates: &Vec<u32>| rates.get(tier).copied();
    match plan.skus.get(&line.sku) {
        Some(Terms::Fixed(amounts)) => return Term::Fixed(amounts.get(tier).copied().unwrap_or(0)),
        Some(Terms::Rates(rates)) => return Term::Rate(at(rates).unwrap_or(0)),
        None => {}
    }
    let category = line.categories.iter().find_map(|category| plan.categories.get(category));
    let campaign = || campaign.and_then(|campaign| plan.campaigns.get(campaign));
    let segment =
        || context.shopper.iter().flat_map(|shopper| &shopper.segments).find_map(|segment| plan.segments.get(segment));
    let rates = category.or_else(campaign).or_else(segment).unwrap_or(&plan.rates);
    Term::Rate(at(rates).unwrap_or(0))
}

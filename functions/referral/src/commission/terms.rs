//! Which rate or fixed amount applies to a line: the closest one, from the SKU outwards to the programme.

use super::chain::Standing;
use crate::programme::{Plan, Rates, Terms};
use commerce::facts::referrals::SoldLine;
use commerce::facts::types::Context;

/// What applies, and what made it so.
pub struct Term {
    pub basis: &'static str,
    pub rate: Option<u32>,
    /// Minor units for each unit sold.
    pub fixed: Option<i64>,
}

/// What a line is sold by, beside itself.
pub struct Circumstances<'a> {
    pub context: &'a Context,
    pub campaign: Option<&'a str>,
    pub standing: &'a Standing<'a>,
    /// Revenue of the referrer with this sale, in minor units.
    pub revenue: i64,
}

/// The term for a line at a tier, counted from 0.
pub fn term(plan: &Plan, tier: usize, line: &SoldLine, by: &Circumstances<'_>) -> Term {
    let rate = |basis, rates: &Rates| Term { basis, rate: Some(rates.get(tier).copied().unwrap_or(0)), fixed: None };
    if line.activity.as_ref().is_some_and(|activity| plan.without.contains(activity)) {
        return Term { basis: "activity", rate: Some(0), fixed: None };
    }
    match plan.skus.get(&line.sku) {
        Some(Terms::Fixed(amounts)) => {
            return Term { basis: "sku-fixed", rate: None, fixed: Some(amounts.get(tier).copied().unwrap_or(0)) };
        }
        Some(Terms::Rates(rates)) => return rate("sku", rates),
        None => {}
    }
    if let Some(rates) = line.categories.iter().find_map(|category| plan.categories.get(category)) {
        return rate("category", rates);
    }
    if let Some(rates) = by.campaign.and_then(|campaign| plan.campaigns.get(campaign)) {
        return rate("campaign", rates);
    }
    let mut segments = by.context.shopper.iter().flat_map(|shopper| &shopper.segments);
    if let Some(rates) = segments.find_map(|segment| plan.segments.get(segment)) {
        return rate("segment", rates);
    }
    if let Some(rates) = by.standing.grade.and_then(|grade| plan.grades.get(grade)) {
        return rate("grade", rates);
    }
    if let Some((_, rates)) = plan.revenue.iter().rev().find(|(from, _)| *from <= by.revenue) {
        return rate("revenue", rates);
    }
    rate("programme", &plan.rates)
}

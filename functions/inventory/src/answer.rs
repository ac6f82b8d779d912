//! The words of an answer, from what a check found out. Nothing is decided here any more.

use crate::check::{Findings, Line, unit_costs};
use crate::offers::{self, Offer};
use crate::rulebook::items::Item;
use crate::stock::{self, Stock};
use crate::words::{Criterion, Strategy};
use crate::{freshness, hold, parcels};
use commerce::facts::stock::{
    Availability, Draw, Gap, Later, Level, Parcel, Plan, Portion, Promise, Reason, Shipment, Supply, Verdict,
};
use std::collections::BTreeMap;

/// The plan.
#[must_use]
pub fn plan(findings: &Findings<'_>) -> Plan {
    let policy = &findings.rules.root.policy;
    let draws = draws(findings);
    let mut in_order: Vec<&Line<'_>> = findings.lines.iter().collect();
    in_order.sort_unstable_by_key(|line| line.place);
    let lines: Vec<Supply> = in_order.into_iter().map(|line| supply(findings, line)).collect();
    let shipments = shipments(findings);
    let ranked = policy.strategy == Strategy::Ranked;
    let objective = if ranked { vec!["rank".to_owned()] } else { words(&policy.objective) };
    let gap = findings.proof.gap.map(|(criterion, found, bound)| Gap {
        criterion: criterion.word().to_owned(),
        found,
        bound,
    });
    let request = findings.inquiry.hold.as_ref().filter(|_| !draws.is_empty());
    let owner = findings.inquiry.owner.as_deref();
    Plan {
        complete: lines.iter().zip(&findings.inquiry.lines).all(|(supply, wanted)| supply.quantity == wanted.quantity),
        lines,
        nodes: verdicts(findings),
        cost: shipments.iter().map(|shipment| shipment.cost).sum(),
        shipments,
        objective,
        optimal: findings.proof.optimal,
        gap,
        counted_at: levels(findings).map(|level| level.at).min(),
        stale: findings.stale,
        hold: request.map(|request| hold::hold(request, &draws, owner, findings.context.at, policy.hold)),
        draws,
    }
}

fn words(criteria: &[Criterion]) -> Vec<String> {
    criteria.iter().map(|criterion| criterion.word().to_owned()).collect()
}

fn levels<'f>(findings: &'f Findings<'_>) -> impl Iterator<Item = &'f Level> {
    findings.pools.iter().flat_map(|pool| &pool.stock).filter_map(|stock| stock.level)
}

/// Units that an offer could send of a line if it sent nothing else.
fn possible(findings: &Findings<'_>, line: &Line<'_>, offer: usize) -> u32 {
    let part = |(place, units): &(usize, u32)| {
        let stock = findings.pools.get(*place).and_then(|pool| pool.stock.get(offer));
        stock
            .map_or(0, |stock| if stock.free >= stock::ENDLESS { stock::ENDLESS } else { stock.free / (*units).max(1) })
    };
    line.parts.iter().map(part).min().unwrap_or(0)
}

fn supply(findings: &Findings<'_>, line: &Line<'_>) -> Supply {
    let portions = portions(findings, line);
    let now: u32 = line.units.iter().sum();
    let later: u32 = line.later.iter().map(|later| later.quantity).sum();
    let owed = line.later.iter().any(|later| later.source == "backorder");
    let quantity = now + later;
    let status = match quantity {
        0 => Availability::Unavailable,
        some if some < line.wanted.quantity => Availability::Partial,
        _ if later == 0 => Availability::Available,
        _ if owed => Availability::Backorder,
        _ => Availability::Preorder,
    };
    let mut reasons = line.reasons.clone();
    reasons.extend(more_reasons(findings, line, &portions));
    let endless = (0..findings.offers.len()).any(|offer| possible(findings, line, offer) >= stock::ENDLESS);
    let there: u64 = (0..findings.offers.len()).map(|offer| u64::from(possible(findings, line, offer))).sum();
    let available = if !line.item.sellable { Some(0) } else { (!endless).then_some(there) };
    Supply {
        id: line.wanted.id.clone(),
        status,
        quantity,
        short: if findings.withdrawn {
            line.wanted.quantity
        } else {
            line.short + (line.wanted.quantity - line.allowed)
        },
        available,
        most: line.most.and_then(|most| u64::try_from(most).ok()),
        promise: slowest(&portions),
        portions,
        later: line.later.clone(),
        confidence: confidence(findings, line),
        reasons,
        substitutes: line.substitutes.clone(),
    }
}

fn more_reasons(findings: &Findings<'_>, line: &Line<'_>, portions: &[Portion]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if findings.withdrawn {
        reasons.push(Reason { code: "cart-not-complete".to_owned(), need: None, have: None });
    }
    let old = line.parts.iter().filter_map(|(place, _)| findings.pools.get(*place));
    if old.flat_map(|pool| &pool.stock).any(|stock| stock.stale) {
        reasons.push(Reason { code: "stale".to_owned(), need: None, have: None });
    }
    let now = portions.iter().filter_map(|portion| portion.promise.as_ref()).map(|promise| promise.latest.at);
    let later = |later: &Later| later.promise.as_ref().map(|promise| promise.latest.at).or(later.at);
    let last = now.chain(line.later.iter().filter_map(later)).max();
    if let (Some(by), Some(last)) = (findings.inquiry.by, last)
        && last > by
    {
        reasons.push(Reason { code: "later-than-asked".to_owned(), need: Some(by), have: Some(last) });
    }
    reasons
}

fn portions(findings: &Findings<'_>, line: &Line<'_>) -> Vec<Portion> {
    let portion = |(units, (_, offer)): (&u32, &(usize, Offer<'_>))| {
        (*units > 0).then(|| Portion {
            node: offer.node.id.clone(),
            quantity: *units,
            promise: offer.promise(&findings.zone),
        })
    };
    line.units.iter().zip(&findings.offers).filter_map(portion).collect()
}

/// When the last portion arrives; nothing where one of them cannot be promised.
fn slowest(portions: &[Portion]) -> Option<Promise> {
    let promises: Option<Vec<&Promise>> = portions.iter().map(|portion| portion.promise.as_ref()).collect();
    let last = promises?.into_iter().max_by_key(|promise| (promise.latest.at, promise.earliest.at))?;
    Some(last.clone())
}

/// Units that the cart takes of a pool at an offer.
fn taken(findings: &Findings<'_>, place: usize, offer: usize) -> u32 {
    let of_line = |line: &Line<'_>| {
        let each: u32 = line.parts.iter().filter(|(part, _)| *part == place).map(|(_, units)| *units).sum();
        each * line.units.get(offer).copied().unwrap_or(0)
    };
    findings.lines.iter().map(of_line).sum()
}

fn confidence(findings: &Findings<'_>, line: &Line<'_>) -> u32 {
    let mut least = 10_000;
    for (offer, _) in line.units.iter().enumerate().filter(|(_, units)| **units > 0) {
        for (place, _) in &line.parts {
            let stock = findings.pools.get(*place).and_then(|pool| pool.stock.get(offer));
            let left = |stock: &Stock<'_>| stock.there - i64::from(taken(findings, *place, offer));
            least = least.min(stock.map_or(10_000, |stock| freshness::confidence(stock.sold, left(stock))));
        }
    }
    least
}

fn verdicts(findings: &Findings<'_>) -> Vec<Verdict> {
    let mut wanted: BTreeMap<usize, (&Line<'_>, u64)> = BTreeMap::new();
    for line in &findings.lines {
        wanted.entry(line.product).or_insert((line, 0)).1 += u64::from(line.wanted.quantity);
    }
    let ranked = findings.rules.root.policy.strategy == Strategy::Ranked;
    let verdict = |(place, node): (usize, &crate::rulebook::nodes::Node)| {
        let offer = findings.offers.iter().position(|(other, _)| *other == place);
        let used = offer.is_some_and(|offer| {
            findings.lines.iter().any(|line| line.units.get(offer).is_some_and(|units| *units > 0))
        });
        let covers = |offer: usize| {
            wanted.values().filter(|(line, units)| u64::from(possible(findings, line, offer)) >= *units).count()
        };
        let has = |offer: usize| findings.lines.iter().any(|line| possible(findings, line, offer) > 0);
        let reason = match (offer, findings.refused.get(&place)) {
            _ if used => None,
            (_, Some(reason)) => Some(*reason),
            (Some(offer), None) if !has(offer) => Some("no-stock"),
            _ if findings.withdrawn => Some("cart-not-complete"),
            _ if ranked => Some("not-needed"),
            _ => Some("better-plan-without"),
        };
        let metres = offers::metres(node, findings.context);
        Verdict {
            node: node.id.clone(),
            used,
            reasons: reason.into_iter().map(str::to_owned).collect(),
            covers: u32::try_from(offer.map_or(0, covers)).unwrap_or(u32::MAX),
            distance: metres.and_then(|metres| u32::try_from(metres).ok()),
        }
    };
    findings.rules.root.nodes.iter().enumerate().map(verdict).collect()
}

fn shipments(findings: &Findings<'_>) -> Vec<Shipment> {
    let costs: Vec<Vec<i64>> =
        findings.lines.iter().map(|line| unit_costs(line, &findings.pools, &findings.offers)).collect();
    let shipment = |(place, (_, offer)): (usize, &(usize, Offer<'_>))| {
        let of = |line: &Line<'_>| line.units.get(place).copied().unwrap_or(0);
        let units: u32 = findings.lines.iter().map(of).sum();
        let goods: i64 = findings
            .lines
            .iter()
            .zip(&costs)
            .map(|(line, costs)| i64::from(of(line)) * costs.get(place).copied().unwrap_or(0))
            .sum();
        (units > 0).then(|| Shipment {
            node: offer.node.id.clone(),
            units,
            promise: offer.promise(&findings.zone),
            cost: offer.shipment_cost() + goods,
            distance: offer.metres.and_then(|metres| u32::try_from(metres).ok()),
            carbon: u64::try_from(offer.carbon()).unwrap_or(0),
            parcels: packed(findings, place),
        })
    };
    findings.offers.iter().enumerate().filter_map(shipment).collect()
}

fn packed(findings: &Findings<'_>, offer: usize) -> Vec<Parcel> {
    let Some(bound) = findings.rules.root.policy.parcel.and_then(|bound| u64::try_from(bound).ok()) else {
        return Vec::new();
    };
    let mass = |line: &Line<'_>| {
        let part = |(place, units): &(usize, u32)| {
            findings.pools.get(*place).map_or(0, |pool| pool.item.mass.saturating_mul(i64::from(*units)))
        };
        let parts: i64 = line.parts.iter().map(part).sum();
        u64::try_from(if line.item.mass > 0 { line.item.mass } else { parts }).unwrap_or(0)
    };
    let units = |line: &Line<'_>| line.units.get(offer).copied().unwrap_or(0);
    let sent = findings.lines.iter().filter(|line| units(line) > 0);
    let goods: Vec<parcels::Goods<'_>> = sent.map(|line| (line.wanted.id.as_str(), units(line), mass(line))).collect();
    parcels::pack(&goods, bound)
}

fn draws(findings: &Findings<'_>) -> Vec<Draw> {
    let mut draws = Vec::new();
    for (place, pool) in findings.pools.iter().enumerate() {
        for (at, ((_, offer), stock)) in findings.offers.iter().zip(&pool.stock).enumerate() {
            let quantity = taken(findings, place, at);
            if quantity > 0 {
                draws.push(draw(pool.sku, pool.item, offer, stock, quantity));
            }
        }
    }
    for line in &findings.lines {
        draws.extend(line.later.iter().map(|later| Draw {
            sku: line.wanted.sku.clone(),
            node: later.node.clone(),
            source: later.source.clone(),
            quantity: later.quantity,
            reserved_after: None,
            lots: Vec::new(),
        }));
    }
    draws
}

fn draw(sku: &str, item: &Item, offer: &Offer<'_>, stock: &Stock<'_>, quantity: u32) -> Draw {
    Draw {
        sku: sku.to_owned(),
        node: Some(offer.node.id.clone()),
        source: "stock".to_owned(),
        quantity,
        reserved_after: stock.level.map(|level| level.reserved + i64::from(quantity)),
        lots: stock::from_lots(stock, item, offer, quantity),
    }
}

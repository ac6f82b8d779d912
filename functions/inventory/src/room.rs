//! What nodes can still send beside what was given out: what is there, within their capacities, from as many nodes as
//! the cart may come from.

use crate::check::{Findings, Line, Pool, most_shipments};
use crate::offers::Offer;
use crate::stock;
use crate::words::Strategy;
use std::collections::BTreeMap;

/// What was given out.
pub struct Room<'f> {
    offers: &'f [(usize, Offer<'f>)],
    /// Units of each product taken at each offer, for what it is a part of too.
    drawn: BTreeMap<&'f str, Vec<u64>>,
    /// Units that each offer sends.
    sent: Vec<u64>,
    /// From how many offers the cart may come.
    bound: Option<usize>,
    /// No other offer may send, whatever the bound says.
    closed: bool,
    /// Offers are asked in their order.
    ranked: bool,
}

/// The products that a unit is made of, and how many of each.
pub type Parts<'f, 'a> = Vec<(&'f Pool<'a>, u32)>;

/// Units of a product from each offer.
pub struct Alternative<'f> {
    /// The product.
    pub sku: &'f str,
    /// Its parts.
    pub parts: Parts<'f, 'f>,
    /// Its units.
    pub units: Vec<u32>,
}

impl Alternative<'_> {
    /// Its units from all offers.
    #[must_use]
    pub fn quantity(&self) -> u32 {
        self.units.iter().sum()
    }
}

/// Goods that are asked for.
pub struct Goods<'g, 'a> {
    /// What a unit is made of.
    pub parts: Parts<'g, 'a>,
    /// From one node only.
    pub whole: bool,
    /// Units from each offer that were given out and do not count; empty is none.
    pub own: &'g [u32],
}

impl Goods<'_, '_> {
    fn own(&self, offer: usize) -> u64 {
        self.own.get(offer).copied().unwrap_or(0).into()
    }
}

impl<'f> Room<'f> {
    /// What the plan gives out.
    #[must_use]
    pub fn of(findings: &'f Findings<'_>) -> Self {
        let bound = most_shipments(findings.rules, findings.inquiry).and_then(|most| usize::try_from(most).ok());
        let sent = vec![0; findings.offers.len()];
        let ranked = findings.rules.root.policy.strategy == Strategy::Ranked;
        let mut room = Self { offers: &findings.offers, drawn: BTreeMap::new(), sent, bound, closed: false, ranked };
        for line in &findings.lines {
            room.draw(&parts(findings, line), &line.units);
            room.sent.iter_mut().zip(&line.units).for_each(|(sent, units)| *sent += u64::from(*units));
        }
        room
    }

    /// Gives out the parts of so many units from each offer.
    fn draw(&mut self, parts: &[(&'f Pool<'_>, u32)], units: &[u32]) {
        let width = self.offers.len();
        for (pool, each) in parts {
            let drawn = self.drawn.entry(pool.sku).or_insert_with(|| vec![0; width]);
            for (drawn, units) in drawn.iter_mut().zip(units) {
                *drawn = drawn.saturating_add(u64::from(*units) * u64::from(*each));
            }
        }
    }

    /// Units of a product that all offers gave out together.
    #[must_use]
    pub fn drawn(&self, sku: &str) -> i64 {
        let all =
            self.drawn.get(sku).map_or(0, |drawn| drawn.iter().fold(0_u64, |sum, units| sum.saturating_add(*units)));
        i64::try_from(all).unwrap_or(i64::MAX)
    }

    /// At most so many units, from offers that send anyway first, then from those that the shop ranks first or that
    /// have most.
    #[must_use]
    pub fn send(&self, goods: &Goods<'_, '_>, units: i64) -> Vec<u32> {
        let mut left = u32::try_from(units.max(0)).unwrap_or(u32::MAX);
        let mut sent = vec![0; self.offers.len()];
        for (offer, most) in self.senders(goods, units) {
            if let Some(units) = sent.get_mut(offer) {
                *units = most.min(left);
                left -= *units;
            }
        }
        sent
    }

    /// All units that can be sent; `None` where they never run out.
    #[must_use]
    pub fn all(&self, goods: &Goods<'_, '_>) -> Option<i64> {
        let senders = self.senders(goods, i64::MAX);
        senders.iter().map(|(_, most)| (*most < u32::MAX).then_some(i64::from(*most))).sum()
    }

    /// The offers that would send so many units, and what each of them can.
    fn senders(&self, goods: &Goods<'_, '_>, units: i64) -> Vec<(usize, u32)> {
        let there = self.there(goods).into_iter().enumerate().filter(|(_, most)| *most > 0);
        let (mut senders, mut others): (Vec<_>, Vec<_>) = there.partition(|(offer, _)| self.sends(*offer, goods));
        if !self.ranked {
            others.sort_by_key(|(_, most)| std::cmp::Reverse(*most));
        }
        let sending = (0..self.offers.len()).filter(|offer| self.sends(*offer, goods)).count();
        let open = self.bound.map_or(usize::MAX, |bound| if self.closed { 0 } else { bound.saturating_sub(sending) });
        // What comes from one node may come from any, where another one may send at all.
        others.truncate(if goods.whole && open > 0 { usize::MAX } else { open });
        senders.extend(others);
        if goods.whole {
            let best = senders.into_iter().rev().max_by_key(|(_, most)| i64::from(*most).min(units));
            senders = best.into_iter().collect();
        }
        senders
    }

    fn sends(&self, offer: usize, goods: &Goods<'_, '_>) -> bool {
        self.sent.get(offer).is_some_and(|sent| *sent > goods.own(offer))
    }

    /// Units that each offer can still send.
    fn there(&self, goods: &Goods<'_, '_>) -> Vec<u32> {
        let capacity = |(place, ((_, offer), sent)): (usize, (&(usize, Offer<'_>), &u64))| {
            offer.capacity.map_or(u32::MAX, |most| less(most, sent.saturating_sub(goods.own(place))))
        };
        let mut there: Vec<u32> = self.offers.iter().zip(&self.sent).enumerate().map(capacity).collect();
        for (pool, each) in &goods.parts {
            let drawn = self.drawn.get(pool.sku);
            for (offer, (most, stock)) in there.iter_mut().zip(&pool.stock).enumerate() {
                if stock.free < stock::ENDLESS {
                    let drawn = drawn.and_then(|drawn| drawn.get(offer)).copied().unwrap_or(0);
                    let used = drawn.saturating_sub(goods.own(offer) * u64::from(*each));
                    *most = (*most).min(less(stock.free, used) / (*each).max(1));
                }
            }
        }
        there
    }

    /// Gives out alternatives, of which no more than so many units are taken together.
    pub fn give(&mut self, alternatives: &[Alternative<'f>], most: u32) {
        let mut sent = vec![0_u64; self.sent.len()];
        for Alternative { parts, units, .. } in alternatives {
            self.draw(parts, units);
            sent.iter_mut().zip(units).for_each(|(sent, units)| *sent += u64::from(*units));
        }
        let opened = self.sent.iter().zip(&sent).filter(|(before, now)| **before > 0 || **now > 0).count();
        // Which of too many nodes will send is known when an alternative is chosen; until then no other one may.
        self.closed |= self.bound.is_some_and(|bound| opened > bound);
        for (all, sent) in self.sent.iter_mut().zip(sent) {
            // A node that is not sure to send is none that sends anyway.
            if !self.closed || *all > 0 {
                *all += sent.min(u64::from(most));
            }
        }
    }
}

/// The pools of a line's parts.
#[must_use]
pub fn parts<'f, 'a>(findings: &'f Findings<'a>, line: &Line<'_>) -> Parts<'f, 'a> {
    line.parts.iter().filter_map(|(place, units)| Some((findings.pools.get(*place)?, *units))).collect()
}

/// What is left of so many.
fn less(many: u32, used: u64) -> u32 {
    many.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX))
}

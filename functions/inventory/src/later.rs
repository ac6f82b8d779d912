//! What is not there yet: on its way, sold ahead, made when ordered, or owed.
//!
//! It is asked in this order, and what is on hand was given out before. Nothing of it is part of the proof of a plan.

use crate::check::{Line, Pool};
use crate::offers::{Asked, Offer};
use crate::rulebook::items::Item;
use crate::stock;
use commerce::facts::stock::{Later, Reason};
use std::collections::BTreeMap;

/// What a line could be promised later.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reach {
    /// Units that are on their way.
    coming: i64,
    /// Units beyond what is there; `None` where it may not be sold beyond that.
    beyond: Option<Beyond>,
}

/// How many units may be sold beyond what is there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beyond {
    /// As many, whatever is there; `None` is any number.
    cap: Option<i64>,
    /// As many, less what more of it is taken on hand; `None` is any number.
    oversell: Option<i64>,
}

impl Reach {
    /// Units that could come later, where so many more on hand are taken; `None` is any number.
    #[must_use]
    pub fn beside(&self, more: i64) -> Option<i64> {
        let Some(beyond) = self.beyond else { return Some(self.coming) };
        let oversell = beyond.oversell.map(|room| (room - more).max(0));
        Some(self.coming.saturating_add(beyond.cap.into_iter().chain(oversell).min()?))
    }
}

impl Beyond {
    /// As many as may be sold while no more on hand is taken; `None` is any number.
    fn room(self) -> Option<i64> {
        self.cap.into_iter().chain(self.oversell).min()
    }
}

/// What was promised ahead while the lines of a cart are gone through.
pub struct Ahead<'a> {
    asked: Asked<'a>,
    /// Where nothing may come later than a time: for each offer, the last moment from which goods that are there then
    /// still come by it.
    last: Option<Vec<Option<i64>>>,
    /// Of each of the cart's products, the units promised beyond what is there.
    beyond: Vec<i64>,
    /// Of each pool, the units on hand that all lines take at each offer, kits among them.
    drawn: Vec<Vec<i64>>,
    /// Units of what is on its way that are promised: pool, node and date.
    coming: BTreeMap<(usize, &'a str, i64), i64>,
}

impl<'a> Ahead<'a> {
    /// Nothing yet, beside what the lines take from so many pools.
    #[must_use]
    pub fn new(asked: Asked<'a>, last: Option<Vec<Option<i64>>>, lines: &[Line<'_>], pools: usize) -> Self {
        let products = lines.iter().map(|line| line.product + 1).max().unwrap_or(0);
        let mut drawn = vec![Vec::new(); pools];
        for line in lines {
            for (pool, each) in &line.parts {
                if let Some(drawn) = drawn.get_mut(*pool) {
                    drawn.resize(drawn.len().max(line.units.len()), 0_i64);
                    let taken = line.units.iter().map(|units| i64::from(*units).saturating_mul(i64::from(*each)));
                    drawn.iter_mut().zip(taken).for_each(|(drawn, taken)| *drawn = drawn.saturating_add(taken));
                }
            }
        }
        Self { asked, last, beyond: vec![0; products], drawn, coming: BTreeMap::new() }
    }

    /// Whether what can be sent from a time on, by whichever offer, may be promised: where the cart wants nothing later
    /// than a time, what has no date may not.
    fn in_time(&self, at: Option<i64>) -> bool {
        let Some(last) = &self.last else { return true };
        last.iter().flatten().max().is_some_and(|last| at.is_some_and(|at| at <= *last))
    }

    /// The same of what this offer sends.
    fn in_time_from(&self, offer: usize, at: i64) -> bool {
        let last = self.last.as_ref().map(|last| last.get(offer).copied().flatten());
        last.is_none_or(|last| last.is_some_and(|last| at <= last))
    }

    /// Units of the line's own pool that all lines take; a kit that has the product for a part takes of it too.
    fn drawn(&self, line: &Line<'_>) -> Option<i64> {
        let drawn = line.pool().and_then(|place| self.drawn.get(place))?;
        Some(drawn.iter().fold(0, |sum, units| sum.saturating_add(*units)))
    }

    /// Units of a kit that could be built of what all lines leave of its parts.
    fn spare(&self, line: &Line<'_>, pools: &[Pool<'_>]) -> i64 {
        let at = |offer: usize| {
            let left = |(place, each): &(usize, u32)| {
                let free = pools.get(*place).and_then(|pool| pool.stock.get(offer)).map_or(0, |stock| stock.free);
                let drawn = self.drawn.get(*place).and_then(|drawn| drawn.get(offer)).copied().unwrap_or(0);
                // What is not counted never runs out.
                let left = if free >= stock::ENDLESS { i64::from(free) } else { i64::from(free) - drawn };
                left.max(0) / i64::from(*each).max(1)
            };
            line.parts.iter().map(left).min().unwrap_or(0)
        };
        let offers = line.parts.iter().filter_map(|(place, _)| pools.get(*place)).map(|pool| pool.stock.len()).max();
        (0..offers.unwrap_or(0)).map(at).fold(0, i64::saturating_add)
    }

    /// Units of the line's product that its lines so far are promised beyond what is there.
    #[must_use]
    pub fn beyond(&self, line: &Line<'_>) -> i64 {
        so_far(&self.beyond, line)
    }

    /// Units left of the caps of selling ahead; `None` where there is no cap.
    fn preorder_room(&self, line: &Line<'_>) -> Option<i64> {
        let preorder = line.item.preorder.as_ref()?;
        let sku = &line.wanted.sku;
        let Asked { inquiry, context, .. } = self.asked;
        let own = |owner: &Option<String>| inquiry.owner.is_some() && *owner == inquiry.owner;
        let used = |channel: Option<&str>| -> i64 {
            let counted = context.counters.iter().filter(|counter| {
                counter.kind == "preorder"
                    && counter.id == *sku
                    && channel.is_none_or(|channel| counter.scope == channel)
            });
            let kept = inquiry.reservations.iter().filter(|kept| {
                kept.sku == *sku
                    && kept.node.is_none()
                    && kept.expires > context.at
                    && !own(&kept.owner)
                    && channel.is_none_or(|channel| kept.channel.as_deref() == Some(channel))
            });
            counted.map(|counter| counter.used).sum::<i64>() + kept.map(|kept| i64::from(kept.quantity)).sum::<i64>()
        };
        let channel = &context.channel.kind;
        let of_channel = preorder.channels.iter().find(|(kind, _)| kind == channel);
        let of_channel = of_channel.map(|(_, cap)| i64::from(*cap) - used(Some(channel)));
        let of_all = preorder.cap.map(|cap| i64::from(cap) - used(None));
        let promised = self.beyond(line);
        of_channel.into_iter().chain(of_all).min().map(|room| (room - promised).max(0))
    }
}

/// What a book says of a line's product.
fn so_far(book: &[i64], line: &Line<'_>) -> i64 {
    book.get(line.product).copied().unwrap_or(0)
}

/// Writes so many units of a line's product into a book.
fn count(book: &mut [i64], line: &Line<'_>, many: i64) {
    if let Some(units) = book.get_mut(line.product) {
        *units += many;
    }
}

/// Gives a line what comes later, and says what is short.
pub fn fill<'a>(ahead: &mut Ahead<'a>, line: &mut Line<'a>, pools: &[Pool<'a>], offers: &[(usize, Offer<'a>)]) {
    let now: u32 = line.units.iter().sum();
    let mut left = i64::from(line.allowed.saturating_sub(now));
    line.ahead = Reach::default();
    if line.item.sellable {
        inbound(ahead, line, pools, offers, &mut left);
    }
    let live = line
        .item
        .preorder
        .as_ref()
        .is_some_and(|preorder| preorder.ships.is_none_or(|ships| ships > ahead.asked.context.at));
    let pool = line.pool().and_then(|place| pools.get(place));
    let owing = pool.is_some_and(|pool| pool.stock.iter().any(|stock| stock.backorder));
    let owing = line.item.sellable && (owing || line.item.backorder);
    let oversell = match ahead.drawn(line) {
        Some(drawn) => oversell(line.item, pool, drawn, ahead.beyond(line)),
        // A kit has no stock of its own: what is there of it is what its parts suffice for.
        None => {
            line.item.oversell.map(|limit| (i64::from(limit) + ahead.spare(line, pools) - ahead.beyond(line)).max(0))
        }
    };
    let ships = line.item.preorder.as_ref().and_then(|preorder| preorder.ships);
    if live && ahead.in_time(ships) {
        let room = Beyond { cap: ahead.preorder_room(line), oversell };
        promise(ahead, line, ("preorder", ships, None), room, &mut left);
    }
    let made = line.item.lead.filter(|_| line.item.sellable).map(|lead| ahead.asked.context.at + lead);
    if made.is_some() {
        if ahead.in_time(made) {
            promise(ahead, line, ("made-to-order", made, None), Beyond::default(), &mut left);
        }
    } else if owing && !live && ahead.in_time(None) {
        promise(ahead, line, ("backorder", None, owes(pool, offers)), Beyond { cap: None, oversell }, &mut left);
    }
    line.short = u32::try_from(left).unwrap_or(0);
    let expired = line.item.preorder.is_some() && !live;
    let mut reason = |code: &str, need: Option<i64>, have: Option<i64>| {
        line.reasons.push(Reason { code: code.to_owned(), need, have })
    };
    if left > 0 {
        let have = i64::from(line.allowed) - left;
        if expired {
            reason("preorder-over", None, None);
        }
        let code = if line.item.sellable { "not-enough-stock" } else { "not-for-sale" };
        reason(code, Some(i64::from(line.allowed)), Some(have));
    }
}

/// Units of a product that may still be sold beyond what is there, where so many on hand are taken and so many are
/// promised beyond them; `None` is any number.
#[must_use]
pub fn oversell(item: &Item, pool: Option<&Pool<'_>>, drawn: i64, beyond: i64) -> Option<i64> {
    let limit = i64::from(item.oversell?);
    let signed: i64 =
        pool.iter().flat_map(|pool| &pool.stock).map(|stock| i64::from(stock.free) - i64::from(stock.owed)).sum();
    Some(((signed + limit).max(0) - drawn - beyond).max(0))
}

/// The first node in rank that may sell beyond what it has.
fn owes(pool: Option<&Pool<'_>>, offers: &[(usize, Offer<'_>)]) -> Option<String> {
    let first = pool?.stock.iter().zip(offers).find(|(stock, _)| stock.backorder);
    first.map(|(_, (_, offer))| offer.node.id.clone())
}

/// What comes later, by its source, date and node.
type Source<'s> = (&'s str, Option<i64>, Option<String>);

/// Promises what comes later, as far as there is room.
fn promise<'a>(ahead: &mut Ahead<'a>, line: &mut Line<'a>, source: Source<'_>, room: Beyond, left: &mut i64) {
    line.ahead.beyond = Some(room);
    let many = room.room().map_or(*left, |room| room.min(*left));
    let Some(quantity) = u32::try_from(many).ok().filter(|many| *many > 0) else { return };
    let (source, at, node) = source;
    *left -= many;
    if source != "made-to-order" {
        count(&mut ahead.beyond, line, many);
    }
    line.later.push(Later { source: source.to_owned(), node, quantity, at, promise: None });
}

/// What is on its way, the earliest first; what is owed is served before.
fn inbound<'a>(
    ahead: &mut Ahead<'a>,
    line: &mut Line<'a>,
    pools: &[Pool<'a>],
    offers: &[(usize, Offer<'a>)],
    left: &mut i64,
) {
    let Some((place, pool)) = line.pool().and_then(|place| Some((place, pools.get(place)?))) else { return };
    let now = ahead.asked.context.at;
    let mut coming: Vec<(i64, &'a str, i64, &Offer<'a>)> = Vec::new();
    for (index, (stock, (_, offer))) in pool.stock.iter().zip(offers).enumerate() {
        let Some(level) = stock.level else { continue };
        let due = level.inbound.iter().filter(|inbound| inbound.at > now && ahead.in_time_from(index, inbound.at));
        coming.extend(due.map(|inbound| (inbound.at, offer.node.id.as_str(), i64::from(inbound.quantity), offer)));
    }
    coming.sort_unstable_by_key(|(at, node, quantity, _)| (*at, *node, *quantity));
    let mut owed: i64 = pool.stock.iter().map(|stock| i64::from(stock.owed)).sum();
    for (at, node, quantity, offer) in coming {
        let served = owed.min(quantity);
        owed -= served;
        let used = ahead.coming.entry((place, node, at)).or_insert(0);
        let room = (quantity - served - *used).max(0);
        line.ahead.coming += room;
        let many = room.min(*left);
        let Some(quantity) = u32::try_from(many).ok().filter(|many| *many > 0) else { continue };
        *used += many;
        *left -= many;
        let source = "inbound".to_owned();
        let promise = offer.promise_from(ahead.asked, at);
        line.later.push(Later { source, node: Some(node.to_owned()), quantity, at: Some(at), promise });
    }
}

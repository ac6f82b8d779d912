//! What the shop would offer instead of what is short, within every bound that the cart itself keeps to: what is there
//! after it, what a shopper may buy, what nodes can still send, and from how many of them.
//!
//! What one line is offered are alternatives to each other; what several lines are offered is there for all of them.

use crate::check::{self, Findings, Line, Pool};
use crate::later;
use crate::limits::{self, Allowance};
use crate::room::{Alternative, Goods, Parts, Room};
use commerce::facts::stock::Substitute;
use std::collections::{BTreeMap, BTreeSet};

/// The pools of the products that substitutes are made of and the cart is not.
type Others<'a> = BTreeMap<&'a str, Pool<'a>>;

/// What the plan gives out, and what was offered to the lines so far.
struct Book<'f> {
    room: Room<'f>,
    /// Units of each product that the cart has, now and later.
    cart: BTreeMap<&'f str, i64>,
    /// Units of each substitute.
    offered: BTreeMap<&'f str, i64>,
}

/// The substitutes of each line, in the order of the lines: by id; the room is what the plan leaves.
#[must_use]
pub fn offered<'f>(findings: &'f Findings<'f>, room: Room<'f>) -> Vec<Vec<Substitute>> {
    let others = others(findings);
    let mut cart = BTreeMap::new();
    for line in &findings.lines {
        *cart.entry(line.wanted.sku.as_str()).or_insert(0) += line.promised();
    }
    let mut book = Book { room, cart, offered: BTreeMap::new() };
    findings.lines.iter().map(|line| of_line(findings, &others, &mut book, line)).collect()
}

/// Units of a line that a substitute may stand for.
fn missing(line: &Line<'_>) -> u32 {
    if line.wanted.substitutes { line.short.saturating_add(line.lowered) } else { 0 }
}

fn others<'f>(findings: &'f Findings<'_>) -> Others<'f> {
    let known: BTreeSet<&str> = findings.pools.iter().map(|pool| pool.sku).collect();
    let short = findings.lines.iter().filter(|line| missing(line) > 0);
    let mut others = BTreeMap::new();
    for sku in short.flat_map(|line| &line.item.substitutes) {
        for (part, _) in check::parts(sku, findings.rules.item(sku)) {
            if !known.contains(part) {
                let pool = || check::pool(findings.rules, part, &findings.offers, &findings.levels, findings.context);
                others.entry(part).or_insert_with(pool);
            }
        }
    }
    others
}

fn of_line<'f>(
    findings: &'f Findings<'f>,
    others: &'f Others<'f>,
    book: &mut Book<'f>,
    line: &'f Line<'f>,
) -> Vec<Substitute> {
    if missing(line) == 0 {
        return Vec::new();
    }
    let skus = line.item.substitutes.iter();
    let found: Vec<Alternative<'_>> = skus.filter_map(|sku| alternative(findings, others, book, line, sku)).collect();
    for alternative in &found {
        *book.offered.entry(alternative.sku).or_insert(0) += i64::from(alternative.quantity());
    }
    book.room.give(&found, missing(line));
    found.iter().map(|one| Substitute { sku: one.sku.to_owned(), quantity: one.quantity() }).collect()
}

/// What may be offered of a substitute; nothing where none may be.
fn alternative<'f>(
    findings: &'f Findings<'f>,
    others: &'f Others<'f>,
    book: &Book<'f>,
    line: &Line<'_>,
    sku: &'f str,
) -> Option<Alternative<'f>> {
    let item = findings.rules.item(sku);
    if !item.sellable {
        return None;
    }
    let pool = |part: &str| findings.pools.iter().find(|pool| pool.sku == part).or_else(|| others.get(part));
    let parts: Option<Parts<'_, '_>> =
        check::parts(sku, item).into_iter().map(|(part, units)| Some((pool(part)?, units))).collect();
    let goods = Goods { parts: parts?, whole: !check::splits(findings.rules, line.wanted, item), own: &[] };
    let cart = book.cart.get(sku).copied().unwrap_or(0);
    let before = book.offered.get(sku).copied().unwrap_or(0);
    let limit = Allowance::new(sku, &item.limits, findings.context).most().map(|most| most - cart - before);
    let missing = i64::from(missing(line));
    let room = limit.into_iter().chain(unowed(findings, book, &goods.parts)).fold(missing, i64::min);
    let found: i64 = book.room.send(&goods, room).iter().map(|units| i64::from(*units)).sum();
    // With what the cart has of it, and without what other lines may not accept.
    let fits = limits::fit(&item.limits, cart + found).0 - cart;
    (fits > 0).then(|| Alternative { sku, units: book.room.send(&goods, fits), parts: goods.parts })
}

/// Units that may be made of parts on hand though the cart is promised some of the parts beyond what is there: as with
/// the cart's own lines, what is on hand and not taken counts against the limit of that. `None` is any number.
fn unowed(findings: &Findings<'_>, book: &Book<'_>, parts: &Parts<'_, '_>) -> Option<i64> {
    let of_part = |(pool, each): &(&Pool<'_>, u32)| {
        let line = findings.lines.iter().find(|line| line.wanted.sku == pool.sku)?;
        let beyond = findings.ahead.beyond(line);
        let room = later::oversell(pool.item, Some(*pool), book.room.drawn(pool.sku), beyond);
        room.filter(|_| beyond > 0).map(|room| room / i64::from(*each).max(1))
    };
    parts.iter().filter_map(of_part).min()
}

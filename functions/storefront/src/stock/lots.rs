//! What a delta does to stock that is kept in lots: the lots and what is on hand change together, and no lot falls
//! below nothing.

use super::{Delta, LotRef};
use crate::wire::inventory::PARTS;
use serde::{Deserialize, Serialize};

/// A lot of a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLot {
    /// Its number.
    pub id: String,
    /// Units.
    pub quantity: u32,
    /// When it expires.
    pub expires: Option<i64>,
    /// Where its trace can be read.
    pub trace: Option<String>,
}

/// What is on hand after a delta of a level that has so many units; its lots are changed.
///
/// # Errors
/// Why the delta cannot be taken. The lots are not to be kept then.
pub fn change(lots: &mut Vec<HeldLot>, on_hand: i64, delta: &Delta) -> Result<i64, &'static str> {
    let total = delta.count.unwrap_or(on_hand).saturating_add(delta.on_hand);
    if let Some(lot) = &delta.lot {
        return change_one(lots, on_hand, delta, lot).map(|change| on_hand.saturating_add(change));
    }
    if !lots.is_empty() {
        let all: i64 = lots.iter().map(|lot| i64::from(lot.quantity)).sum();
        // A recount is of what there is, whatever was thought before.
        let change = if delta.count.is_some() { total - all } else { delta.on_hand };
        if change > 0 {
            return Err("lot-required");
        }
        take(lots, -change, delta.at);
    }
    Ok(total)
}

/// Changes a lot: how many units it has more.
fn change_one(lots: &mut Vec<HeldLot>, on_hand: i64, delta: &Delta, named: &LotRef) -> Result<i64, &'static str> {
    let place = match lots.iter().position(|lot| lot.id == named.id) {
        Some(place) => place,
        None => begin(lots, on_hand, named)?,
    };
    let lot = lots.get_mut(place).ok_or("unknown-lot")?;
    let before = i64::from(lot.quantity);
    let after = delta.count.unwrap_or(before).saturating_add(delta.on_hand);
    if after < 0 {
        return Err("not-enough-in-lot");
    }
    lot.quantity = u32::try_from(after).map_err(|_| "out-of-range")?;
    lot.expires = named.expires.or(lot.expires);
    if named.trace.is_some() {
        lot.trace.clone_from(&named.trace);
    }
    Ok(after - before)
}

/// Begins a lot: where it stands. What was not told when it expires is not taken for goods that never do, and units
/// that are in no lot would not be sold any more beside one.
fn begin(lots: &mut Vec<HeldLot>, on_hand: i64, named: &LotRef) -> Result<usize, &'static str> {
    if named.expires.is_none() || (lots.is_empty() && on_hand > 0) {
        return Err("unknown-lot");
    }
    if lots.len() >= PARTS {
        lots.retain(|lot| lot.quantity > 0);
    }
    if lots.len() >= PARTS {
        return Err("too-many-lots");
    }
    lots.push(HeldLot { id: named.id.clone(), quantity: 0, expires: named.expires, trace: named.trace.clone() });
    Ok(lots.len() - 1)
}

/// Takes units from lots: what expires first goes out first, and what had expired by then only after all others. What
/// no lot has was sold beyond what was there.
fn take(lots: &mut [HeldLot], units: i64, at: i64) {
    let mut order: Vec<&mut HeldLot> = lots.iter_mut().collect();
    order.sort_by(|one, other| {
        let key = |lot: &HeldLot| (lot.expires.is_some_and(|expires| expires <= at), lot.expires.unwrap_or(i64::MAX));
        (key(one), &one.id).cmp(&(key(other), &other.id))
    });
    let mut left = units;
    for lot in order {
        let many = left.min(i64::from(lot.quantity));
        left -= many;
        lot.quantity -= u32::try_from(many).unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lots(rows: &[(&str, u32, Option<i64>)]) -> Vec<HeldLot> {
        let lot = |(id, quantity, expires): &(&str, u32, Option<i64>)| HeldLot {
            id: (*id).to_owned(),
            quantity: *quantity,
            expires: *expires,
            trace: None,
        };
        rows.iter().map(lot).collect()
    }

    fn delta(on_hand: i64, count: Option<i64>, lot: Option<(&str, Option<i64>)>) -> Delta {
        let lot = lot.map(|(id, expires)| LotRef { id: id.to_owned(), expires, trace: None });
        let (sku, node) = ("x".to_owned(), "a".to_owned());
        Delta { sequence: 1, sku, node, lot, on_hand, reserved: 0, count, at: 100 }
    }

    #[test]
    fn lots_and_what_is_on_hand_change_together() {
        let kept = || lots(&[("old", 2, Some(90)), ("new", 4, Some(300)), ("mid", 3, Some(200)), ("any", 1, None)]);
        type Row = (Delta, Result<(i64, [u32; 4]), &'static str>);
        let rows: Vec<Row> = vec![
            // By name.
            (delta(-1, None, Some(("mid", None))), Ok((9, [2, 4, 2, 1]))),
            (delta(5, None, Some(("old", None))), Ok((15, [7, 4, 3, 1]))),
            (delta(0, Some(1), Some(("new", None))), Ok((7, [2, 1, 3, 1]))),
            (delta(-1, Some(9), Some(("new", None))), Ok((14, [2, 8, 3, 1]))),
            (delta(-4, None, Some(("mid", None))), Err("not-enough-in-lot")),
            (delta(1, None, Some(("none", None))), Err("unknown-lot")),
            // What expires first goes first, what keeps for ever last, and what had expired after it.
            (delta(-2, None, None), Ok((8, [2, 4, 1, 1]))),
            (delta(-8, None, None), Ok((2, [2, 0, 0, 0]))),
            (delta(-12, None, None), Ok((-2, [0, 0, 0, 0]))),
            (delta(1, None, None), Err("lot-required")),
            (delta(0, None, None), Ok((10, [2, 4, 3, 1]))),
            // A recount of all.
            (delta(0, Some(6), None), Ok((6, [2, 3, 0, 1]))),
            (delta(-1, Some(11), None), Ok((10, [2, 4, 3, 1]))),
            (delta(0, Some(11), None), Err("lot-required")),
        ];
        for (delta, expected) in rows {
            let mut lots = kept();
            let found = change(&mut lots, 10, &delta);
            let left: Vec<u32> = lots.iter().map(|lot| lot.quantity).collect();
            match expected {
                Ok((on_hand, quantities)) => assert_eq!((found, left), (Ok(on_hand), quantities.to_vec()), "{delta:?}"),
                Err(code) => assert_eq!((found, left), (Err(code), vec![2, 4, 3, 1]), "{delta:?}"),
            }
        }
    }

    #[test]
    fn a_lot_begins_where_it_is_told_when_it_expires() {
        let begun = |lots: &mut Vec<HeldLot>, on_hand, lot| change(lots, on_hand, &delta(5, None, Some(lot)));
        for (known, on_hand, expires, expected) in [
            (lots(&[]), 0, Some(300), Ok(5)),
            (lots(&[]), -2, Some(300), Ok(3)),
            (lots(&[]), 1, Some(300), Err("unknown-lot")),
            (lots(&[]), 0, None, Err("unknown-lot")),
            (lots(&[("old", 1, None)]), 1, Some(300), Ok(6)),
            (lots(&[("old", 1, None); PARTS]), 1, Some(300), Err("too-many-lots")),
            (lots(&[("old", 0, None); PARTS]), 0, Some(300), Ok(5)),
        ] {
            let mut lots = known;
            assert_eq!(begun(&mut lots, on_hand, ("new", expires)), expected, "{on_hand} {expires:?}");
            assert_eq!(
                lots.last().map(|lot| lot.id == "new"),
                expected.ok().map(|_| true).or(lots.last().map(|_| false))
            );
        }
    }
}

//! The most of a line that would be promised, now and later, beside what the other lines have and within every bound
//! that the cart keeps to: limits, step and minimum, what nodes can still send, and what may be sold beyond that.

use crate::check::{self, Findings, Line};
use crate::limits;
use crate::room::{self, Goods, Room};

/// The most of each line, in the order of the lines, where the plan leaves this room; `None` where nothing bounds it.
#[must_use]
pub fn most(findings: &Findings<'_>, room: &Room<'_>) -> Vec<Option<i64>> {
    findings.lines.iter().map(|line| of_line(findings, room, line)).collect()
}

fn of_line(findings: &Findings<'_>, room: &Room<'_>, line: &Line<'_>) -> Option<i64> {
    let supply = supply(findings, room, line);
    let same = || findings.lines.iter().filter(|other| other.product == line.product);
    let others: i64 = same().filter(|other| other.place != line.place).map(Line::promised).sum();
    // The first of the lines was let have all that the limits leave.
    let limit = same().filter_map(|line| line.limit).max();
    let all = limit.into_iter().chain(supply.map(|units| units.saturating_add(others))).min()?;
    Some((limits::fit(&line.item.limits, all).0 - others).max(0))
}

/// Units that can be sent now and later; `None` where they never run out.
fn supply(findings: &Findings<'_>, room: &Room<'_>, line: &Line<'_>) -> Option<i64> {
    let whole = !check::splits(findings.rules, line.wanted, line.item);
    let goods = Goods { parts: room::parts(findings, line), whole, own: &line.units };
    let now = if line.item.sellable { room.all(&goods)? } else { 0 };
    let own: i64 = line.units.iter().map(|units| i64::from(*units)).sum();
    Some(now.saturating_add(line.ahead.beside(now - own)?))
}

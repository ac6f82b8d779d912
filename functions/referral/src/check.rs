//! What a sale must be before it is judged. Types and ranges were read already; this is what goes across fields.

use crate::programme::{Programme, TIERS, cyclic};
use commerce::facts::referrals::Sale;
use commerce::{Fault, bounds};
use std::collections::{BTreeMap, BTreeSet};

/// One fault.
pub fn fault(code: &str, pointer: &str, detail: impl Into<String>) -> Vec<Fault> {
    vec![Fault { code: code.into(), pointer: pointer.into(), detail: detail.into() }]
}

/// Everything that is wrong with a sale under a programme.
pub fn sale(sale: &Sale, programme: &Programme) -> Result<(), Vec<Fault>> {
    let Sale { merchant: _, touches, lines, bond: _, partners, history, keys: _ } = sale;
    let mut faults = Vec::new();
    for (list, length, most, code) in [
        ("touches", touches.len(), bounds::TOUCHES, "too-many-touches"),
        ("lines", lines.len(), bounds::LINES, "too-many-lines"),
        ("partners", partners.len(), bounds::ENTRIES, "too-many-partners"),
        ("history", history.len(), bounds::ENTRIES, "too-many-orders"),
    ] {
        if length > most {
            faults.extend(fault(code, &format!("/{list}"), format!("at most {most}, not {length}")));
        }
    }
    let ids = touches.iter().enumerate().filter_map(|(place, touch)| Some((place, touch.id.as_deref()?)));
    unique(ids, "duplicate-touch", "/touches", &mut faults);
    unique(lines.iter().map(|line| line.id.as_str()).enumerate(), "duplicate-line", "/lines", &mut faults);
    unique(
        partners.iter().map(|partner| partner.id.as_str()).enumerate(),
        "duplicate-partner",
        "/partners",
        &mut faults,
    );
    let told: BTreeMap<&str, Option<&str>> =
        partners.iter().map(|partner| (partner.id.as_str(), partner.parent.as_deref())).collect();
    // Where the request says nothing of somebody, the rulebook does.
    let above = |id: &str| match told.get(id) {
        Some(parent) => *parent,
        None => programme.partners.get(id).and_then(|partner| partner.parent.as_deref()),
    };
    let cyclic = cyclic(told.keys().copied(), above);
    for (place, partner) in partners.iter().enumerate().filter(|(_, partner)| cyclic.contains(partner.id.as_str())) {
        let detail = format!("the chain above `{}` comes back to it", partner.id);
        faults.extend(fault("cyclic-chain", &format!("/partners/{place}/parent"), detail));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// A decision names every line for every credited referrer at every tier, and a group's leader: whether it is small enough
/// to be kept and sent back.
pub fn size(credits: usize, lines: usize) -> Result<(), Vec<Fault>> {
    let commissions = (credits * TIERS + 1) * lines;
    if commissions <= bounds::COMMISSIONS {
        return Ok(());
    }
    let detail = format!(
        "{credits} credited shares and {lines} lines may earn {commissions} commissions; at most {}",
        bounds::COMMISSIONS
    );
    Err(fault("too-many-commissions", "/touches", detail))
}

fn unique<'a>(ids: impl Iterator<Item = (usize, &'a str)>, code: &str, list: &str, faults: &mut Vec<Fault>) {
    let mut known = BTreeSet::new();
    for (place, id) in ids {
        if !known.insert(id) {
            faults.extend(fault(code, &format!("{list}/{place}/id"), format!("`{id}` is given twice")));
        }
    }
}

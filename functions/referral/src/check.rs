//! What a sale must be before it is judged. Types and ranges were read already; this is what goes across fields.

use crate::programme::cyclic;
use commerce::facts::referrals::Sale;
use commerce::{Fault, bounds};
use std::collections::{BTreeMap, BTreeSet};

/// One fault.
pub fn fault(code: &str, pointer: &str, detail: impl Into<String>) -> Vec<Fault> {
    vec![Fault { code: code.into(), pointer: pointer.into(), detail: detail.into() }]
}

/// Everything that is wrong with a sale.
pub fn sale(sale: &Sale) -> Result<(), Vec<Fault>> {
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
    let above: BTreeMap<&str, &str> =
        partners.iter().filter_map(|one| Some((one.id.as_str(), one.parent.as_deref()?))).collect();
    for (place, partner) in partners.iter().enumerate() {
        if cyclic(&partner.id, |id| above.get(id).copied()) {
            let detail = format!("the chain above `{}` comes back to it", partner.id);
            faults.extend(fault("cyclic-chain", &format!("/partners/{place}/parent"), detail));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn unique<'a>(ids: impl Iterator<Item = (usize, &'a str)>, code: &str, list: &str, faults: &mut Vec<Fault>) {
    let mut known = BTreeSet::new();
    for (place, id) in ids {
        if !known.insert(id) {
            faults.extend(fault(code, &format!("{list}/{place}/id"), format!("`{id}` is given twice")));
        }
    }
}

//! What returns change, under the rules frozen when the order was placed.
//!
//! What is due is reckoned anew from what is left; what was paid beyond that is taken back. So a sequence of partial returns
//! comes to the same as one return of them all, and nothing is taken back that was not paid.

use crate::commission::{due, intact};
use commerce::facts::referrals::{Clawback, Decision, RemainingLine, Settlement};
use commerce::{Fault, bounds};

/// What each payee was paid too much, and what is still to be paid, once these lines are left.
///
/// # Errors
/// `decision-altered`, `unknown-line`, `duplicate-line`, `remaining-above-sold`, `unknown-payee`, `out-of-range`, `overflow`.
pub fn take_back(
    decision: &Decision,
    remaining: &[RemainingLine],
    settled: &[Settlement],
) -> Result<Vec<Clawback>, Vec<Fault>> {
    if !intact(decision) {
        return Err(altered("/decision/id"));
    }
    let (before, after) = (due(decision, &[])?, due(decision, remaining)?);
    let mut faults = Vec::new();
    for (place, settlement) in settled.iter().enumerate() {
        let Settlement { payee, referrer, tier, paid, taken_back } = settlement;
        let mut fault = |code: &str, detail: String| {
            faults.push(Fault { code: code.into(), pointer: format!("/settled/{place}"), detail });
        };
        if !before.iter().any(|due| due.payee == *payee && due.referrer == *referrer && due.tier == *tier) {
            fault("unknown-payee", format!("the decision pays `{payee}` nothing"));
        }
        if !(0..=bounds::AMOUNT).contains(paid) || !(0..=*paid).contains(taken_back) {
            fault("out-of-range", "`paid` must not be negative, `takenBack` 0 to `paid`".into());
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let changed = before.into_iter().zip(after).map(|(before, after)| {
        let own =
            settled.iter().find(|s| s.payee == before.payee && s.referrer == before.referrer && s.tier == before.tier);
        let kept = own.map_or(0, |settlement| settlement.paid - settlement.taken_back);
        Clawback {
            payee: before.payee,
            referrer: before.referrer,
            tier: before.tier,
            earned: before.amount,
            due: after.amount,
            take_back: (kept - after.amount).max(0),
            pending: (after.amount - kept).max(0),
        }
    });
    Ok(changed.collect())
}

/// The refusal of a decision that does not say what its name stands for.
pub fn altered(pointer: &str) -> Vec<Fault> {
    let detail = "the decision is not the one that was answered: its id does not match".into();
    vec![Fault { code: "decision-altered".into(), pointer: pointer.into(), detail }]
}

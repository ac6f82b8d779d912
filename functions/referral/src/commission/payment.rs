//! From a frozen decision and what is left of its lines to what each party is due.

use super::amount::amount;
use super::{base, earners};
use commerce::Fault;
use commerce::facts::referrals::{Commission, Decision, Part, RemainingLine};
use commerce::money::{Overflow, Rounding, divide, sum};
use std::collections::BTreeMap;

/// What one party is due of one referrer's commission at one tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub payee: String,
    pub referrer: String,
    pub tier: u32,
    pub amount: i64,
}

/// What everybody is due. A line that `remaining` does not name is whole.
///
/// # Errors
/// `unknown-line`, `duplicate-line`, `remaining-above-sold`, `overflow`.
pub fn due(decision: &Decision, remaining: &[RemainingLine]) -> Result<Vec<Due>, Vec<Fault>> {
    let left = left(decision, remaining)?;
    let overflow = |_: Overflow| {
        vec![Fault { code: "overflow".into(), pointer: "/decision".into(), detail: "an amount is too large".into() }]
    };
    let mut of: BTreeMap<(&str, u32), Vec<&Commission>> = BTreeMap::new();
    for commission in &decision.commissions {
        of.entry((&commission.referrer, commission.tier)).or_default().push(commission);
    }
    let mut dues = Vec::new();
    for (referrer, tier) in earners(&decision.commissions) {
        let amounts = of.get(&(referrer, tier)).into_iter().flatten().map(|commission| {
            let left = left.get(commission.line.as_str()).copied().unwrap_or(commission.base);
            amount(commission, left)
        });
        let earned = sum(amounts.collect::<Result<Vec<_>, _>>().map_err(overflow)?).map_err(overflow)?;
        let cap = decision.ceilings.iter().find(|ceiling| ceiling.referrer == referrer && ceiling.tier == tier);
        let earned = cap.map_or(earned, |cap| earned.min(cap.most));
        let division = decision.divisions.iter().find(|division| tier == 1 && division.referrer == referrer);
        let whole = [Part { party: referrer.to_owned(), rate: 10_000 }];
        let parts = division.map_or(whole.as_slice(), |division| &division.parts);
        for (part, amount) in parts.iter().zip(divided(earned, parts)) {
            dues.push(Due { payee: part.party.clone(), referrer: referrer.to_owned(), tier, amount });
        }
    }
    Ok(dues)
}

/// Cuts each part off what the parts before it left. The parts sum to the whole, and each grows with the whole, which the
/// method of largest remainders does not promise: a return must never raise anybody's part.
fn divided(whole: i64, parts: &[Part]) -> Vec<i64> {
    let (mut rest, mut weight) = (whole, parts.iter().map(|part| i64::from(part.rate)).sum::<i64>());
    let mut cut = |part: &Part| {
        let rate = i64::from(part.rate);
        let amount = divide(i128::from(rest) * i128::from(rate), i128::from(weight), Rounding::Down).unwrap_or(0);
        (rest, weight) = (rest - amount, weight - rate);
        amount
    };
    parts.iter().map(&mut cut).collect()
}

/// What is left of each named line, as the base that the decision froze.
fn left<'a>(decision: &'a Decision, remaining: &'a [RemainingLine]) -> Result<BTreeMap<&'a str, i64>, Vec<Fault>> {
    let bases: BTreeMap<&str, i64> =
        decision.commissions.iter().map(|commission| (commission.line.as_str(), commission.base)).collect();
    let mut faults = Vec::new();
    let mut left = BTreeMap::new();
    for (place, line) in remaining.iter().enumerate() {
        let RemainingLine { id, net, tax, shipping } = line;
        let mut fault = |code: &str, detail: String| {
            faults.push(Fault { code: code.into(), pointer: format!("/remaining/{place}"), detail });
        };
        let Some(sold) = bases.get(id.as_str()) else {
            // A line that earned nobody anything has no commission; it changes nothing unless nobody sold it.
            if !decision.commissions.is_empty() {
                fault("unknown-line", format!("the decision has no line `{id}`"));
            }
            continue;
        };
        match base(*net, *tax, *shipping, decision.with_tax, decision.with_shipping) {
            Ok(base) if base <= *sold && *net >= 0 => {
                if left.insert(id.as_str(), base).is_some() {
                    fault("duplicate-line", format!("`{id}` is named twice"));
                }
            }
            _ => fault("remaining-above-sold", format!("what is left of `{id}` must be 0 to {sold}")),
        }
    }
    if faults.is_empty() { Ok(left) } else { Err(faults) }
}

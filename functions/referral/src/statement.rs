//! A payee's month: what is due of each sale, what waits, what is taken back, what is withheld and what is paid out.
//!
//! Every line names the decision it rests on. What a month comes to below the programme's minimum, or below zero, is carried
//! into the next.

use crate::check::fault;
use crate::clawback::altered;
use crate::commission::{due, intact};
use crate::compiled::Rules;
use crate::withholding::{Income, Refusal, withhold};
use commerce::facts::referrals::{Account, AccountEntry, Action, EarlierMonth, Statement, StatementLine};
use commerce::money::{self, Rounding, divide};
use commerce::{Fault, bounds};

/// Adds up what the lines come to.
#[derive(Default)]
struct Sums {
    paid: Vec<i64>,
    held: Vec<i64>,
    back: Vec<i64>,
}

impl Rules {
    /// A payee's month.
    ///
    /// # Errors
    /// `decision-altered`, `amount-or-decision`, `duplicate-record`, `too-many-entries`, `month-not-earlier`,
    /// `duplicate-month`, `schedule-not-in-force`, `overflow`, and those of [`crate::take_back`].
    pub fn settle(&self, account: &Account) -> Result<Statement, Vec<Fault>> {
        let Account { payee, year, month, closes, entries, earlier, carried, exempt, deductions } = account;
        checked(account)?;
        let payout = &self.programme.payout;
        let (mut lines, mut sums, mut faults) = (Vec::new(), Sums::default(), Vec::new());
        for (place, entry) in entries.iter().enumerate() {
            match line(entry, payee, *closes, payout.hold, &mut sums) {
                Ok(line) => lines.extend(line),
                Err(found) => faults.extend(found.into_iter().map(|mut one| {
                    one.pointer.insert_str(0, &format!("/entries/{place}"));
                    one
                })),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let overflow = |_| fault("overflow", "/entries", "the amounts of the month are too large");
        let (paid, held, clawback) = (money::sum(sums.paid), money::sum(sums.held), money::sum(sums.back));
        let (paid, held, clawback) = (paid.map_err(overflow)?, held.map_err(overflow)?, clawback.map_err(overflow)?);
        let balance = money::sum([paid, -clawback, *carried]).map_err(overflow)?;
        let (gross, carried) = if balance > 0 && balance >= payout.minimum { (balance, 0) } else { (0, balance) };
        let earlier: Vec<(u32, i64, i64)> =
            earlier.iter().map(|EarlierMonth { month, gross, withheld }| (*month, *gross, *withheld)).collect();
        let income =
            Income { year: *year, month: *month, gross, earlier: &earlier, exempt: *exempt, deductions: *deductions };
        let withheld = withhold(payout.withholding, &income).map_err(|refusal| match refusal {
            Refusal::NotInForce(name) => {
                fault("schedule-not-in-force", "/month", format!("`{name}` does not hold in that month"))
            }
            Refusal::Overflow => fault("overflow", "/entries", "the income is too large"),
        })?;
        // Nothing is withheld from a month in which nothing is paid.
        let tax = if gross == 0 { 0 } else { withheld.tax.min(gross) };
        let fee = divide(i128::from(gross) * i128::from(payout.fee), 10_000, Rounding::Down)
            .map_err(overflow)?
            .min(gross - tax);
        Ok(Statement {
            lines,
            gross,
            held,
            clawback,
            fee,
            taxable: if gross == 0 { 0 } else { withheld.taxable },
            withheld: tax,
            net: gross - tax - fee,
            carried,
            schedule: withheld.schedule.to_owned(),
        })
    }
}

/// What one sale adds to the month; nothing where it is settled already.
fn line(
    entry: &AccountEntry,
    payee: &str,
    closes: i64,
    hold: i64,
    sums: &mut Sums,
) -> Result<Option<StatementLine>, Vec<Fault>> {
    let AccountEntry { record_id, decision, amount, completed, remaining, paid, taken_back, action } = entry;
    let (earned, hold) = match (decision, amount) {
        (Some(decision), None) if record_id != &decision.id || !intact(decision) => {
            return Err(altered("/decision/id"));
        }
        (Some(decision), None) => {
            let dues = due(decision, remaining)?;
            (dues.iter().filter(|due| due.payee == payee).map(|due| due.amount).sum::<i64>(), decision.hold)
        }
        (None, Some(amount)) => (*amount, hold),
        _ => return Err(fault("amount-or-decision", "", "must have either `decision` or `amount`")),
    };
    if !(0..=bounds::AMOUNT).contains(paid) || !(0..=*paid).contains(taken_back) {
        return Err(fault("out-of-range", "/paid", "`paid` must not be negative, `takenBack` 0 to `paid`"));
    }
    let open = earned - (paid - taken_back);
    let ready = completed.map(|completed| completed.saturating_add(hold));
    let line = |kind: &str, amount| {
        Some(StatementLine { record_id: record_id.clone(), kind: kind.into(), amount, due: ready })
    };
    if open < 0 {
        sums.back.push(-open);
        return Ok(line("clawback", open));
    }
    let kind = match (action, ready) {
        _ if open == 0 => return Ok(None),
        (Action::Refuse, _) => return Ok(line("refused", open)),
        (Action::Hold, _) => "review",
        (Action::Pay, None) => "not-completed",
        (Action::Pay, Some(ready)) if ready >= closes => "held",
        (Action::Pay, Some(_)) => "payment",
    };
    if kind == "payment" {
        sums.paid.push(open)
    } else {
        sums.held.push(open)
    }
    Ok(line(kind, open))
}

fn checked(account: &Account) -> Result<(), Vec<Fault>> {
    let mut faults = Vec::new();
    if account.entries.len() > bounds::ENTRIES {
        faults.extend(fault(
            "too-many-entries",
            "/entries",
            format!("at most {}, not {}", bounds::ENTRIES, account.entries.len()),
        ));
    }
    let mut records = std::collections::BTreeSet::new();
    for (place, entry) in account.entries.iter().enumerate() {
        if !records.insert(&entry.record_id) {
            faults.extend(fault("duplicate-record", &format!("/entries/{place}/record"), "the sale is given twice"));
        }
    }
    let mut months = std::collections::BTreeSet::new();
    for (place, earlier) in account.earlier.iter().enumerate() {
        if !(1..account.month).contains(&earlier.month) {
            faults.extend(fault(
                "month-not-earlier",
                &format!("/earlier/{place}/month"),
                "must lie before the statement's month",
            ));
        }
        if !months.insert(earlier.month) {
            faults.extend(fault("duplicate-month", &format!("/earlier/{place}/month"), "the month is given twice"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

//! A payee's month: the account that comes in and the statement that goes out.

use super::super::money::Money;
use super::answer::ACTIONS;
use super::decision::{decision, remaining};
use super::{moment, money, named};
use commerce::facts::referrals::{Account, AccountEntry, Action, EarlierMonth, Statement, StatementLine};
use commerce::{Object, Value, bounds, instant};
use serde::Serialize;

/// Reads the fields of a statement's request that make its account.
pub fn account(object: &Object<'_>, currency: &str) -> Option<Account> {
    let payee = named(object, "payee");
    let year = object.required("year").and_then(|value| value.whole(1970..=9999));
    let month = object.required("month").and_then(|value| value.whole(1..=12));
    let closes = object.required("closes").and_then(|value| value.moment());
    let list = |name: &str| object.field(name).into_iter().flat_map(|value| value.list(bounds::ENTRIES));
    let entries = list("entries").filter_map(|value| entry(value, currency)).collect();
    let earlier = list("earlier").filter_map(|value| earlier(value, currency)).collect();
    Some(Account {
        payee: payee?,
        year: year?,
        month: month?,
        closes: closes?.at,
        entries,
        earlier,
        carried: object.field("carried").and_then(|value| signed(value, currency)).unwrap_or(0),
        exempt: money(object, "exempt", currency),
        deductions: money(object, "deductions", currency),
    })
}

/// An amount that may be below zero: what was carried over.
fn signed(value: Value<'_>, currency: &str) -> Option<i64> {
    let object = value.object()?;
    let amount = object.required("amount").and_then(|value| value.integer(-bounds::AMOUNT..=bounds::AMOUNT));
    let named = object.required("currency");
    object.finish();
    let code = named?;
    if code.currency()? != currency {
        code.fault("mixed-currencies", format!("must be {currency}"));
        return None;
    }
    amount
}

fn entry(value: Value<'_>, currency: &str) -> Option<AccountEntry> {
    let object = value.object()?;
    let record = named(&object, "record");
    let decision = object.field("decision").and_then(|value| decision(value, currency));
    let amount = object.field("amount").and_then(|value| value.money(currency));
    let completed = moment(&object, "completed");
    let remaining = object.field("remaining").map_or_else(Vec::new, |value| remaining(value, currency));
    let (paid, taken_back) = (money(&object, "paid", currency), money(&object, "takenBack", currency));
    let action = object.field("action").and_then(|value| value.one_of(&ACTIONS)).unwrap_or(Action::Pay);
    object.finish();
    Some(AccountEntry { record_id: record?, decision, amount, completed, remaining, paid, taken_back, action })
}

fn earlier(value: Value<'_>, currency: &str) -> Option<EarlierMonth> {
    let object = value.object()?;
    let month = object.required("month").and_then(|value| value.whole(1..=12));
    let gross = object.required("gross").and_then(|value| value.money(currency));
    let withheld = object.required("withheld").and_then(|value| value.money(currency));
    object.finish();
    Some(EarlierMonth { month: month?, gross: gross?, withheld: withheld? })
}

/// A statement.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Written<'a> {
    payee: &'a str,
    currency: &'a str,
    year: u32,
    month: u32,
    lines: Vec<Line<'a>>,
    gross: Money<'a>,
    held: Money<'a>,
    clawback: Money<'a>,
    fee: Money<'a>,
    taxable: Money<'a>,
    withheld: Money<'a>,
    net: Money<'a>,
    carried: Money<'a>,
    schedule: &'a str,
}

#[derive(Serialize)]
struct Line<'a> {
    record: &'a str,
    kind: &'a str,
    amount: Money<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
}

impl<'a> Written<'a> {
    /// Writes it; moments are in UTC.
    pub fn of(statement: &'a Statement, account: &'a Account, currency: &'a str) -> Self {
        let Statement { lines, gross, held, clawback, fee, taxable, withheld, net, carried, schedule } = statement;
        let money = Money::of(currency);
        let line = |StatementLine { record_id, kind, amount, due }: &'a StatementLine| Line {
            record: record_id,
            kind,
            amount: money(*amount),
            due: due.map(|due| instant::format(due.min(bounds::LATEST), 0)),
        };
        Self {
            payee: &account.payee,
            currency,
            year: account.year,
            month: account.month,
            lines: lines.iter().map(line).collect(),
            gross: money(*gross),
            held: money(*held),
            clawback: money(*clawback),
            fee: money(*fee),
            taxable: money(*taxable),
            withheld: money(*withheld),
            net: money(*net),
            carried: money(*carried),
            schedule,
        }
    }
}

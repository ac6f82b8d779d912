//! Presale (预售): a deposit now, the balance later, and a deposit that counts for more than was paid (定金膨胀).
//!
//! ```json
//! {"presales": [{"id": "double-11", "entries": {"TEA-LJ-100": {"deposit": 1000, "countsFor": 3000}},
//!   "depositFrom": "2026-10-20T20:00:00+08:00", "depositUntil": "2026-11-01T00:00:00+08:00",
//!   "balanceFrom": "2026-11-11T00:00:00+08:00", "balanceUntil": "2026-11-12T00:00:00+08:00"}]}
//! ```
//! A deposit above a fifth of the whole is not one in law beyond that fifth (《中华人民共和国民法典》第五百八十六条); it is
//! said, not refused, since an advance that is no deposit (订金) may be more.

use commerce::facts::prices::{Payable, PresalePlan};
use commerce::facts::types::{Context, Fault};
use commerce::money::{self, Overflow};
use commerce::{Object, Value, bounds};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Presales of a rulebook.
const PRESALES: usize = 100;

/// A presale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presale {
    id: String,
    /// What one unit's deposit is, and what it counts for.
    entries: BTreeMap<String, (i64, i64)>,
    deposit: (i64, i64),
    balance: (i64, i64),
}

/// Reads the list.
pub fn read(list: Value<'_>) -> Vec<Presale> {
    list.list_by_id(PRESALES).filter_map(presale).collect()
}

fn presale(value: Value<'_>) -> Option<Presale> {
    let object = value.object()?;
    let id = object.required("id").and_then(|id| id.identifier());
    let mut entries = BTreeMap::new();
    for (sku, entry) in object.required("entries").into_iter().flat_map(|entries| entries.entries(bounds::ENTRIES)) {
        if let Some(terms) = terms(entry) {
            entries.insert(sku.to_owned(), terms);
        }
    }
    let (deposit, balance) =
        (period(&object, "depositFrom", "depositUntil"), period(&object, "balanceFrom", "balanceUntil"));
    if let (Some((_, deposit)), Some((balance, _))) = (deposit, balance)
        && balance < deposit
    {
        value.fault("empty-period", "`balanceFrom` must not be before `depositUntil`");
    }
    object.finish();
    Some(Presale { id: id?.to_owned(), entries, deposit: deposit?, balance: balance? })
}

fn terms(entry: Value<'_>) -> Option<(i64, i64)> {
    let object = entry.object()?;
    let deposit = object.required("deposit").and_then(|value| value.amount());
    let counts_for = object.field("countsFor").map_or(deposit, |value| value.amount());
    object.finish();
    let (deposit, counts_for) = (deposit?, counts_for?);
    if counts_for < deposit {
        entry.fault("deposit-counts-for-less", format!("`countsFor` must be at least the deposit, {deposit}"));
    }
    Some((deposit, counts_for))
}

fn period(object: &Object<'_>, from: &str, until: &str) -> Option<(i64, i64)> {
    let moment = |name: &str| object.required(name).and_then(|value| value.moment()).map(|moment| moment.at);
    let (from, until) = (moment(from), moment(until));
    if from >= until && from.is_some() && until.is_some() {
        object.value().fault("empty-period", "a period must end after it begins");
    }
    Some((from?, until?))
}

/// Splits what is to be paid for products of a presale; the first presale of the rulebook that has a product counts.
///
/// # Errors
/// `amount-overflow`, with pointers from `/lines`.
pub fn plan(presales: &[Presale], amounts: &[Payable], context: &Context) -> Result<Vec<PresalePlan>, Vec<Fault>> {
    let found = amounts.iter().enumerate().filter_map(|(index, payable)| {
        let known =
            presales.iter().find_map(|presale| presale.entries.get(&payable.sku).map(|terms| (presale, *terms)));
        known.map(|(presale, terms)| {
            presale.split(payable, terms, context.at).map_err(|Overflow| {
                let detail = format!("deposit times quantity must be at most {}", bounds::AMOUNT);
                vec![Fault { code: "amount-overflow".to_owned(), pointer: format!("/lines/{index}/quantity"), detail }]
            })
        })
    });
    found.collect()
}

impl Presale {
    fn split(&self, payable: &Payable, (deposit, counts_for): (i64, i64), at: i64) -> Result<PresalePlan, Overflow> {
        let quantity = i64::from(payable.quantity);
        // A deposit never counts for more than there is to pay, and is never more itself.
        let counts_for = money::times(counts_for, quantity)?.min(payable.amount);
        let deposit = money::times(deposit, quantity)?.min(counts_for);
        let phase = match at {
            _ if at < self.deposit.0 => "early",
            _ if at < self.deposit.1 => "deposit",
            _ if at < self.balance.0 => "between",
            _ if at < self.balance.1 => "balance",
            _ => "over",
        };
        let missed = at >= self.deposit.1 && !payable.deposit_paid;
        let balance = if missed { payable.amount } else { payable.amount - counts_for };
        let due = match phase {
            "deposit" if !payable.deposit_paid => deposit,
            "balance" => balance,
            _ => 0,
        };
        let above_fifth = i128::from(deposit) * 5 > i128::from(payable.amount);
        let codes = [("deposit-missed", missed), ("deposit-above-fifth", above_fifth)];
        Ok(PresalePlan {
            id: payable.id.clone(),
            presale: self.id.clone(),
            phase: phase.to_owned(),
            deposit: if missed { 0 } else { deposit },
            counts_for: if missed { 0 } else { counts_for },
            balance,
            due,
            deposit_from: self.deposit.0,
            deposit_until: self.deposit.1,
            balance_from: self.balance.0,
            balance_until: self.balance.1,
            codes: codes.iter().filter(|(_, holds)| *holds).map(|(code, _)| (*code).to_owned()).collect(),
        })
    }
}

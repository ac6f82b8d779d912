//! Tax on retail imports across the border: a comprehensive rate within limits, full duties beyond them, as data.
//!
//! ```json
//! {"id": "cn-retail-import", "country": "CN", "from": "2019-01-01T00:00:00+08:00",
//!  "statute": "财关税〔2018〕49号", "singleLimit": 500000, "yearLimit": 2600000,
//!  "tariffShare": 0, "importShare": 7000,
//!  "categories": {"bonded-cosmetics": {"tariff": 500, "vat": 1300, "consumption": 1500}}}
//! ```
//! Source of the example: 财关税〔2016〕18号 (no tariff, and 70 % of import VAT and consumption tax, within the limits) and
//! 财关税〔2018〕49号 (from 2019-01-01: CNY 5,000 a purchase and 26,000 a year; a purchase above the first and within the
//! second that is of one item may be imported at full duties; anything else is general trade). Duties by weight or volume
//! are not in here. What the shopper imported this year is the counter `import` of the rule's id over `year`.

use crate::taxes::{Fraction, RATE_MOST, WHOLE};
use crate::when::Validity;
use commerce::facts::prices::{TaxNote, Taxable};
use commerce::facts::types::Context;
use commerce::money::{self, Overflow};
use commerce::{Value, bounds};
use serde::{Deserialize, Serialize};

/// Rules of import in one rulebook.
const RULES: usize = 20;

/// Duties on a category, in basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Duties {
    tariff: u32,
    vat: u32,
    consumption: u32,
}

/// A rule of import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    id: String,
    statute: String,
    country: String,
    currency: String,
    validity: Validity,
    single_limit: i64,
    year_limit: i64,
    /// Of the tariff, within the limits.
    tariff_share: u32,
    /// Of VAT and consumption tax, within the limits.
    import_share: u32,
    included: bool,
    categories: Vec<(String, Duties)>,
}

/// Reads the rules.
pub fn read(list: Value<'_>, currency: &str) -> Vec<Import> {
    list.list(RULES).filter_map(|value| rule(value, currency)).collect()
}

fn rule(value: Value<'_>, currency: &str) -> Option<Import> {
    let object = value.object()?;
    let word = |name: &str| object.required(name).and_then(|value| value.identifier()).map(str::to_owned);
    let amount = |name: &str| object.required(name).and_then(|value| value.amount());
    let share = |name: &str| object.required(name).and_then(|value| value.whole(0..=WHOLE));
    let (id, statute, country) = (word("id"), word("statute"), word("country"));
    let currency = object.field("currency").map_or(Some(currency), |value| value.currency());
    let (single_limit, year_limit) = (amount("singleLimit"), amount("yearLimit"));
    let (tariff_share, import_share) = (share("tariffShare"), share("importShare"));
    let validity = Validity::read(&object);
    let included = object.field("included").map_or(Some(false), |value| value.boolean());
    let categories = object.required("categories").map_or_else(Vec::new, |map| {
        map.entries(bounds::ENTRIES).filter_map(|(name, value)| Some((name.to_owned(), duties(value)?))).collect()
    });
    object.finish();
    Some(Import {
        id: id?,
        statute: statute?,
        country: country?,
        currency: currency?.to_owned(),
        validity,
        single_limit: single_limit?,
        year_limit: year_limit?,
        tariff_share: tariff_share?,
        import_share: import_share?,
        included: included?,
        categories,
    })
}

fn duties(value: Value<'_>) -> Option<Duties> {
    let object = value.object()?;
    let rate = |name: &str, most: i64| object.required(name).and_then(|value| value.whole(0..=most));
    // A consumption tax of the whole price would make the base infinite.
    let (tariff, vat, consumption) =
        (rate("tariff", RATE_MOST), rate("vat", RATE_MOST), rate("consumption", WHOLE - 1));
    object.finish();
    Some(Duties { tariff: tariff?, vat: vat?, consumption: consumption? })
}

impl Import {
    fn duties(&self, category: &str) -> Option<Duties> {
        self.categories.iter().find(|(name, _)| name == category).map(|(_, duties)| *duties)
    }

    /// With tariff t, VAT v and consumption tax c of the price before tax: t + (v + c) × (1 + t) ÷ (1 − c), t and the rest
    /// each by its share.
    fn rate(&self, duties: Duties, within: bool) -> Fraction {
        let whole = i128::from(WHOLE);
        let share = |share: u32| if within { i128::from(share) } else { whole };
        let tariff = i128::from(duties.tariff) * share(self.tariff_share);
        let square = whole * whole;
        let rest = whole - i128::from(duties.consumption);
        let import = share(self.import_share) * i128::from(duties.vat + duties.consumption) * (square + tariff);
        Fraction { dividend: tariff * whole * rest + import, divisor: square * whole * rest, included: self.included }
    }
}

/// The rates of what is paid: a rule's where one is for the category, else the domestic one.
///
/// # Errors
/// Where the amounts are too large to be summed.
pub fn apply(
    rules: &[Import],
    amounts: &[Taxable],
    domestic: &[Fraction],
    country: Option<&str>,
    context: &Context,
) -> Result<(Vec<Fraction>, Vec<TaxNote>), Overflow> {
    let mut rates = domestic.to_vec();
    let mut notes = Vec::new();
    let active = rules.iter().filter(|rule| {
        Some(rule.country.as_str()) == country && rule.currency == context.currency && rule.validity.holds(context.at)
    });
    for rule in active {
        let members: Vec<(usize, &Taxable, Duties)> = amounts
            .iter()
            .enumerate()
            .filter_map(|(index, amount)| Some((index, amount, rule.duties(&amount.category)?)))
            .collect();
        let values = members.iter().map(|(_, amount, duties)| rule.rate(*duties, true).net(amount.amount));
        let value = money::sum(values.collect::<Result<Vec<i64>, Overflow>>()?)?;
        let items = members.iter().map(|(_, amount, _)| u64::from(amount.quantity)).sum();
        let note = rule.judge(value, items, context)?;
        for (index, _, duties) in members {
            if let Some(rate) = rates.get_mut(index) {
                *rate = rule.rate(duties, note.is_none());
            }
        }
        notes.extend(note);
    }
    Ok((rates, notes))
}

impl Import {
    /// Nothing where the purchase is within the limits.
    fn judge(&self, value: i64, items: u64, context: &Context) -> Result<Option<TaxNote>, Overflow> {
        let counters = context.counters.iter();
        let counted =
            counters.filter(|counter| counter.kind == "import" && counter.id == self.id && counter.scope == "year");
        let year = money::sum(counted.map(|counter| counter.used.max(0)).chain([value]))?;
        let note = |code: &str, limit: i64, have: i64, allowed: bool| {
            Some(TaxNote {
                rule: self.id.clone(),
                code: code.to_owned(),
                limit,
                have,
                allowed,
                statute: self.statute.clone(),
            })
        };
        Ok(if value == 0 {
            None
        } else if year > self.year_limit {
            note("import-year-limit", self.year_limit, year, false)
        } else if value > self.single_limit {
            let code = if items == 1 { "import-single-item-full-duty" } else { "import-single-limit" };
            note(code, self.single_limit, value, items == 1)
        } else {
            None
        })
    }
}

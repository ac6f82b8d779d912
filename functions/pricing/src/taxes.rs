//! The section `taxes`: which rate a tax category bears where, contained in the price or on top of it, and where the
//! part of a minor unit goes.
//!
//! ```json
//! {"included": true, "country": "CN", "default": "standard", "level": "line", "rounding": "half-up",
//!  "rates": [{"category": "standard", "country": "CN", "rate": 1300}, {"category": "food", "country": "CN", "rate": 900}]}
//! ```
//! What matches no rate bears no tax. Of several the one that names more wins: a category counts more than a region, a
//! region more than a country.

use crate::imports::{self, Import};
use crate::when::Validity;
use commerce::facts::prices::{Taxable, Taxation, Taxed};
use commerce::facts::types::{Context, Fault};
use commerce::money::{self, Overflow, Remainder, Rounding};
use commerce::{Value, bounds};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The tax category of what names none.
const STANDARD: &str = "standard";
/// The whole, in basis points.
pub const WHOLE: i64 = 10_000;
/// Ten times the price: no tax on goods is higher.
pub const RATE_MOST: i64 = 100_000;

/// Where a part of a minor unit is rounded away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// Once for each line.
    #[default]
    Line,
    /// For each unit; the line's tax is the sum of its units'.
    Unit,
    /// Once for all lines of one rate; each line gets its share of that.
    Order,
}

/// A rate and what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    category: Option<String>,
    country: Option<String>,
    region: Option<String>,
    validity: Validity,
    rate: u32,
    included: bool,
}

/// The section, read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Taxes {
    default: String,
    country: Option<String>,
    level: Level,
    rounding: Rounding,
    rates: Vec<Rate>,
    imports: Vec<Import>,
}

/// A rate as an exact fraction of the price before tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fraction {
    /// Dividend.
    pub dividend: i128,
    /// Divisor.
    pub divisor: i128,
    /// The price contains the tax.
    pub included: bool,
}

impl Fraction {
    /// The rate in basis points, rounded where it is finer.
    fn basis_points(self) -> u32 {
        money::divide(self.dividend * i128::from(WHOLE), self.divisor, Rounding::HalfUp)
            .ok()
            .and_then(|rate| u32::try_from(rate).ok())
            .unwrap_or(0)
    }

    /// The tax on an amount.
    fn of(self, amount: i64, rounding: Rounding) -> Result<i64, Overflow> {
        let divisor = if self.included { self.divisor + self.dividend } else { self.divisor };
        money::divide(i128::from(amount) * self.dividend, divisor, rounding)
    }

    /// The amount without its tax.
    pub fn net(self, amount: i64) -> Result<i64, Overflow> {
        if self.included { Ok(amount - self.of(amount, Rounding::HalfUp)?) } else { Ok(amount) }
    }
}

const LEVELS: [(&str, Level); 3] = [("line", Level::Line), ("unit", Level::Unit), ("order", Level::Order)];

/// Reads the section.
pub fn read(section: Option<Value<'_>>, currency: &str) -> Taxes {
    let Some(object) = section.and_then(|section| section.object()) else {
        return Taxes { default: STANDARD.to_owned(), ..Taxes::default() };
    };
    let word = |name: &str| object.field(name).and_then(|value| value.identifier()).map(str::to_owned);
    let included = object.field("included").and_then(|value| value.boolean()).unwrap_or(true);
    let taxes = Taxes {
        default: word("default").unwrap_or_else(|| STANDARD.to_owned()),
        country: word("country"),
        level: object.field("level").and_then(|value| value.one_of(&LEVELS)).unwrap_or_default(),
        rounding: object.field("rounding").and_then(|value| value.one_of(&Rounding::ALL)).unwrap_or_default(),
        rates: object.field("rates").map_or_else(Vec::new, |list| {
            list.list(bounds::ENTRIES).filter_map(|value| rate(value, included)).collect()
        }),
        imports: object.field("imports").map_or_else(Vec::new, |list| imports::read(list, currency)),
    };
    object.finish();
    taxes
}

fn rate(value: Value<'_>, included: bool) -> Option<Rate> {
    let object = value.object()?;
    let word = |name: &str| object.field(name).and_then(|value| value.identifier()).map(str::to_owned);
    let validity = Validity::read(&object);
    let (category, country, region) = (word("category"), word("country"), word("region"));
    let rate = object.required("rate").and_then(|value| value.whole(0..=RATE_MOST));
    let included = object.field("included").map_or(Some(included), |value| value.boolean());
    object.finish();
    Some(Rate { category, country, region, validity, rate: rate?, included: included? })
}

impl Taxes {
    /// The tax category of what names none.
    #[must_use]
    pub fn default_category(&self) -> &str {
        &self.default
    }

    /// The rate in basis points that comes on top of a price of this category; 0 where the price contains it.
    #[must_use]
    pub fn on_top(&self, category: &str, context: &Context) -> u32 {
        let fraction = self.domestic(category, context);
        if fraction.included { 0 } else { fraction.basis_points() }
    }

    /// The same, as far as every part of what is paid bears it: 0 where imports may be taxed otherwise, and where the tax of
    /// each unit is rounded.
    #[must_use]
    pub fn on_top_of_all(&self, category: &str, context: &Context) -> u32 {
        if self.imports.is_empty() && self.level != Level::Unit { self.on_top(category, context) } else { 0 }
    }

    /// The country that a cart is shipped to where it names none.
    #[must_use]
    pub fn home(&self) -> Option<&str> {
        self.country.as_deref()
    }

    fn country<'a>(&'a self, context: &'a Context) -> Option<&'a str> {
        context.country.as_deref().or(self.country.as_deref())
    }

    fn domestic(&self, category: &str, context: &Context) -> Fraction {
        let fits =
            |wanted: &Option<String>, have: Option<&str>| wanted.as_deref().is_none_or(|wanted| have == Some(wanted));
        let matching = self.rates.iter().filter(|rate| {
            fits(&rate.category, Some(category))
                && fits(&rate.country, self.country(context))
                && fits(&rate.region, context.region.as_deref())
                && rate.validity.holds(context.at)
        });
        let named = |rate: &&Rate| {
            4 * u8::from(rate.category.is_some())
                + 2 * u8::from(rate.region.is_some())
                + u8::from(rate.country.is_some())
        };
        // `max_by_key` keeps the last of equals; the first in the rulebook is to win.
        let found = matching.rev().max_by_key(named);
        found.map_or(Fraction { dividend: 0, divisor: i128::from(WHOLE), included: true }, |rate| Fraction {
            dividend: i128::from(rate.rate),
            divisor: i128::from(WHOLE),
            included: rate.included,
        })
    }

    /// Taxes what is paid.
    ///
    /// # Errors
    /// `amount-overflow` where an amount is too large.
    pub fn tax(&self, amounts: &[Taxable], context: &Context) -> Result<Taxation, Vec<Fault>> {
        let overflow = |index: usize| {
            vec![Fault {
                code: "amount-overflow".to_owned(),
                pointer: format!("/lines/{index}"),
                detail: format!("tax and amount must be at most {}", bounds::AMOUNT),
            }]
        };
        let domestic: Vec<Fraction> = amounts.iter().map(|amount| self.domestic(&amount.category, context)).collect();
        let country = self.country(context);
        let (rates, notes) =
            imports::apply(&self.imports, amounts, &domestic, country, context).map_err(|Overflow| overflow(0))?;
        let taxes = match self.level {
            Level::Order => self.by_order(amounts, &rates).map_err(|Overflow| overflow(0))?,
            Level::Line | Level::Unit => {
                let each = amounts.iter().zip(&rates).enumerate();
                each.map(|(index, (amount, rate))| self.alone(amount, *rate).map_err(|Overflow| overflow(index)))
                    .collect::<Result<_, _>>()?
            }
        };
        let taxed = amounts.iter().zip(&rates).zip(taxes);
        let taxed = taxed.map(|((amount, rate), tax)| Taxed {
            id: amount.id.clone(),
            rate: rate.basis_points(),
            tax,
            included: rate.included,
        });
        Ok(Taxation { taxed: taxed.collect(), notes })
    }

    fn alone(&self, taxable: &Taxable, rate: Fraction) -> Result<i64, Overflow> {
        let quantity = i64::from(taxable.quantity);
        if self.level == Level::Line || quantity <= 1 {
            return rate.of(taxable.amount, self.rounding);
        }
        // The units share the amount as evenly as minor units allow: some pay one more than the others.
        let (each, more) = (taxable.amount / quantity, taxable.amount % quantity);
        let (low, high) = (rate.of(each, self.rounding)?, rate.of(each + 1, self.rounding)?);
        money::sum([money::times(low, quantity - more)?, money::times(high, more)?])
    }

    fn by_order(&self, amounts: &[Taxable], rates: &[Fraction]) -> Result<Vec<i64>, Overflow> {
        let mut groups: BTreeMap<Fraction, Vec<usize>> = BTreeMap::new();
        for (index, rate) in rates.iter().enumerate() {
            groups.entry(*rate).or_default().push(index);
        }
        let mut taxes = vec![0; amounts.len()];
        for (rate, members) in groups {
            let weights: Vec<i64> =
                members.iter().filter_map(|index| amounts.get(*index)).map(|amount| amount.amount).collect();
            let tax = rate.of(money::sum(weights.iter().copied())?, self.rounding)?;
            for (index, share) in members.into_iter().zip(money::allocate(tax, &weights, Remainder::LargestFraction)) {
                if let Some(tax) = taxes.get_mut(index) {
                    *tax = share;
                }
            }
        }
        Ok(taxes)
    }
}

//! What is withheld from a creator's income, as data with the dates between which it holds.
//!
//! Sources: China, each payment: State Taxation Administration announcement 2018 No. 61, Article 8 and table 2, from
//! 2019-01-01. China, practitioners of platforms: announcement 2025 No. 16, from 2025-10-01: cumulative over the calendar
//! year, with table 1 of the same 2018 announcement. Other countries: a flat rate that the programme names. Amounts are fen;
//! tax is rounded to the nearest, a half up.

use crate::programme::Withholding;
use commerce::money::{Overflow, Rounding, divide};

/// A step of a table: up to how much of the taxable income, the rate in basis points, the quick deduction.
struct Step {
    up_to: i64,
    rate: i64,
    quick: i64,
}

/// A way of withholding, and when it holds.
struct Schedule {
    name: &'static str,
    /// The first year and month in which it holds.
    from: (u32, u32),
    /// The last one; none while no end is published.
    until: Option<(u32, u32)>,
    steps: &'static [Step],
}

impl Schedule {
    /// Whether it holds in this year and month.
    fn holds(&self, month: (u32, u32)) -> bool {
        month >= self.from && self.until.is_none_or(|until| month <= until)
    }
}

/// A step in yuan, as the tables are published.
const fn step(up_to: i64, rate: i64, quick: i64) -> Step {
    Step { up_to: up_to.saturating_mul(100), rate, quick: quick * 100 }
}

const PER_PAYMENT: Schedule = Schedule {
    name: "cn-per-payment/STA-2018-61-table-2",
    from: (2019, 1),
    until: None,
    steps: &[step(20_000, 2_000, 0), step(50_000, 3_000, 2_000), step(i64::MAX, 4_000, 7_000)],
};

const PLATFORM: Schedule = Schedule {
    name: "cn-platform/STA-2025-16",
    from: (2025, 10),
    until: None,
    steps: &[
        step(36_000, 300, 0),
        step(144_000, 1_000, 2_520),
        step(300_000, 2_000, 16_920),
        step(420_000, 2_500, 31_920),
        step(660_000, 3_000, 52_920),
        step(960_000, 3_500, 85_920),
        step(i64::MAX, 4_500, 181_920),
    ],
};

/// A payment up to this much has a flat deduction; a larger one is deducted a fifth.
const SMALL_PAYMENT: i64 = 400_000;
const FLAT_DEDUCTION: i64 = 80_000;
/// Deducted for every month of income on the platform.
const MONTHLY_DEDUCTION: i64 = 500_000;

/// What was earned, in minor units.
pub struct Income<'a> {
    /// The calendar year of the payment.
    pub year: u32,
    /// The month, 1 to 12.
    pub month: u32,
    /// The payment.
    pub gross: i64,
    /// Earlier months of the year: month, gross, withheld.
    pub earlier: &'a [(u32, i64, i64)],
    /// Income of the year that is exempt.
    pub exempt: i64,
    /// Other deductions of the year.
    pub deductions: i64,
}

/// What is withheld from a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// What tax is reckoned on, rounded to the minor unit.
    pub taxable: i64,
    /// The tax.
    pub tax: i64,
    /// The schedule and its source.
    pub schedule: &'static str,
}

/// Why nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The schedule does not hold in that month.
    NotInForce(&'static str),
    /// An amount is too large.
    Overflow,
}

impl From<Overflow> for Refusal {
    fn from(_: Overflow) -> Self {
        Self::Overflow
    }
}

/// Reckons what is withheld.
pub fn withhold(how: Withholding, income: &Income<'_>) -> Result<Withheld, Refusal> {
    let holds = |schedule: &Schedule| {
        if schedule.holds((income.year, income.month)) { Ok(()) } else { Err(Refusal::NotInForce(schedule.name)) }
    };
    match how {
        Withholding::None => Ok(Withheld { taxable: 0, tax: 0, schedule: "" }),
        Withholding::Flat(rate) => {
            let tax = divide(i128::from(income.gross) * i128::from(rate), 10_000, Rounding::HalfUp)?;
            Ok(Withheld { taxable: income.gross, tax, schedule: "flat" })
        }
        Withholding::ChinaPerPayment => {
            holds(&PER_PAYMENT)?;
            let gross = i128::from(income.gross);
            let tenths =
                if income.gross <= SMALL_PAYMENT { 10 * (gross - i128::from(FLAT_DEDUCTION)) } else { 8 * gross };
            Ok(Withheld { taxable: fen(tenths)?, tax: tax(&PER_PAYMENT, tenths.max(0))?, schedule: PER_PAYMENT.name })
        }
        Withholding::ChinaPlatform => {
            holds(&PLATFORM)?;
            platform(income)
        }
    }
}

fn platform(income: &Income<'_>) -> Result<Withheld, Refusal> {
    let Income { year: _, month, gross, earlier, exempt, deductions } = income;
    let of_month = |month: u32| {
        earlier
            .iter()
            .filter(move |(other, _, _)| *other == month)
            .map(|(_, gross, _)| i128::from(*gross))
            .sum::<i128>()
    };
    // Months of income without a gap up to this one.
    let months = 1 + (1..*month).rev().take_while(|month| of_month(*month) > 0).count();
    let deducted = i128::from(MONTHLY_DEDUCTION) * i128::try_from(months).unwrap_or(12);
    let cumulative = i128::from(*gross) + earlier.iter().map(|(_, gross, _)| i128::from(*gross)).sum::<i128>();
    let tenths = 8 * cumulative - 10 * (i128::from(*exempt) + deducted + i128::from(*deductions));
    let due = tax(&PLATFORM, tenths.max(0))?;
    let already: i64 = earlier.iter().map(|(_, _, withheld)| *withheld).sum();
    Ok(Withheld { taxable: fen(tenths)?, tax: (due - already).max(0), schedule: PLATFORM.name })
}

/// Tenths of a fen as fen, not below zero.
fn fen(tenths: i128) -> Result<i64, Overflow> {
    divide(tenths.max(0), 10, Rounding::HalfUp)
}

/// The tax on a taxable income in tenths of a fen.
fn tax(schedule: &Schedule, tenths: i128) -> Result<i64, Overflow> {
    let Some(step) = schedule.steps.iter().find(|step| tenths <= 10 * i128::from(step.up_to)) else {
        return Err(Overflow);
    };
    let exact = tenths * i128::from(step.rate) - i128::from(step.quick) * 100_000;
    divide(exact.max(0), 100_000, Rounding::HalfUp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_between_its_dates_and_counts_months_without_a_gap() {
        let income = |year, month, earlier| Income { year, month, gross: 1_000_000, earlier, exempt: 0, deductions: 0 };
        let refused = withhold(Withholding::ChinaPlatform, &income(2025, 9, &[]));
        assert_eq!(refused, Err(Refusal::NotInForce("cn-platform/STA-2025-16")));
        assert!(withhold(Withholding::ChinaPerPayment, &income(2018, 12, &[])).is_err());
        // 8,000 less one month; 16,000 less two; after a gap, 24,000 less one.
        for (month, earlier, taxable) in [
            (10, &[][..], 300_000),
            (11, &[(10, 1_000_000, 9_000)], 600_000),
            (12, &[(9, 1_000_000, 9_000), (10, 1_000_000, 9_000)], 1_900_000),
        ] {
            assert_eq!(
                withhold(Withholding::ChinaPlatform, &income(2025, month, earlier)).unwrap().taxable,
                taxable,
                "{month}"
            );
        }
        let ended = Schedule { name: "", from: (2019, 1), until: Some((2020, 2)), steps: &[] };
        let months = [(2018, 12), (2019, 1), (2020, 2), (2020, 3)];
        assert_eq!(months.map(|month| ended.holds(month)), [false, true, true, false]);
        let flat = withhold(Withholding::Flat(1_500), &income(2025, 1, &[])).unwrap();
        assert_eq!((flat.taxable, flat.tax), (1_000_000, 150_000));
    }
}

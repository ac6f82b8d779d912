//! What a frozen commission comes to when part of its line is left: one floor, taken once.
//!
//! With base `b`, what is left of it `x`, rate `r`, share `s` and a funded discount `f`, it is `⌊x·r·s − f·x/b⌋`; with a fixed
//! amount `a` it is `⌊(a − f)·x/b⌋`. Both grow with `x`, so that a return never raises what is due, and a sequence of returns
//! comes to the same as one. Where the base is zero there is nothing to be returned: the amount stays.

use commerce::facts::referrals::Commission;
use commerce::money::{Overflow, Rounding, divide};

/// The whole of a share, in billionths.
pub const WHOLE: i64 = 1_000_000_000;

/// What the commission comes to when `left` of its base is left, before caps.
pub fn amount(commission: &Commission, left: i64) -> Result<i64, Overflow> {
    let Commission { referrer: _, tier: _, line: _, basis: _, rate, fixed, billionths, base, funded, amount: _ } =
        commission;
    let (left, base, funded) = (i128::from(left.max(0)), i128::from((*base).max(0)), i128::from(*funded));
    if let Some(fixed) = fixed {
        let (left, base) = if base == 0 { (1, 1) } else { (left, base) };
        return divide((i128::from(*fixed) - funded).max(0) * left, base, Rounding::Down);
    }
    if base == 0 {
        return Ok(0);
    }
    // p/q − s/t, floored once: whole parts first, so that the products stay within 128 bits.
    let (p, q) = (left * i128::from(rate.unwrap_or(0)) * i128::from(*billionths), 10_000 * i128::from(WHOLE));
    let (s, t) = (left * funded, base);
    let fraction = (p % q) * t - (s % t) * q;
    let floor = p / q - s / t + fraction.div_euclid(q * t);
    i64::try_from(floor.max(0)).map_err(|_| Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // (rate, fixed, billionths, base, funded, left) and what it comes to
        let table = [
            (Some(1_000), None, WHOLE, 1_999, 0, 1_999, 199),
            (Some(1_000), None, WHOLE / 2, 1_999, 0, 1_999, 99),
            (Some(1_000), None, WHOLE, 10_000, 300, 10_000, 700),
            (Some(1_000), None, WHOLE, 10_000, 300, 3_333, 233), // 333.3 − 99.99
            (Some(1_000), None, WHOLE, 10_000, 3_000, 10_000, 0),
            (Some(1_000), None, WHOLE, 0, 0, 0, 0),
            (None, Some(200), WHOLE, 0, 0, 0, 200),
            (None, Some(200), WHOLE, 3, 0, 1, 66),
        ];
        for (rate, fixed, billionths, base, funded, left, expected) in table {
            let commission = Commission {
                referrer: String::new(),
                tier: 1,
                line: String::new(),
                basis: String::new(),
                rate,
                fixed,
                billionths: u32::try_from(billionths).unwrap(),
                base,
                funded,
                amount: 0,
            };
            assert_eq!(amount(&commission, left), Ok(expected), "{rate:?} {fixed:?} {left}/{base}");
        }
    }
}

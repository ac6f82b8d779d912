//! A decision's name: SHA-256 of everything it says, so that a record that was changed by accident is found.
//!
//! It is no seal: whoever can change a record can name it anew. Records are kept by the system of record.

use commerce::digest;
use commerce::facts::referrals::{Ceiling, Commission, Decision, Division, Part};

/// The decision under its name.
pub fn named(decision: Decision) -> Decision {
    Decision { id: name(&decision), ..decision }
}

/// Whether the decision still says what its name stands for.
pub fn intact(decision: &Decision) -> bool {
    decision.id == name(decision)
}

fn name(decision: &Decision) -> String {
    let Decision { id: _, at, hold, with_tax, with_shipping, commissions, ceilings, divisions } = decision;
    let mut text = Text(Vec::with_capacity(256));
    text.numbers(&[*at, *hold, i64::from(*with_tax), i64::from(*with_shipping)]);
    text.numbers(&[length(commissions.len()), length(ceilings.len()), length(divisions.len())]);
    for commission in commissions {
        let Commission { referrer, tier, line, basis, rate, fixed, billionths, base, funded, amount } = commission;
        text.words(&[referrer, line, basis]);
        let optional = |value: Option<i64>| [i64::from(value.is_some()), value.unwrap_or(0)];
        text.numbers(&optional(rate.map(i64::from)));
        text.numbers(&optional(*fixed));
        text.numbers(&[i64::from(*tier), i64::from(*billionths), *base, *funded, *amount]);
    }
    for Ceiling { referrer, tier, most } in ceilings {
        text.words(&[referrer]);
        text.numbers(&[i64::from(*tier), *most]);
    }
    for Division { referrer, parts } in divisions {
        text.words(&[referrer]);
        text.numbers(&[length(parts.len())]);
        for Part { party, rate } in parts {
            text.words(&[party]);
            text.numbers(&[i64::from(*rate)]);
        }
    }
    digest::of(&text.0)
}

fn length(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Bytes in which no two decisions read alike: numbers have eight bytes, words their length before them.
struct Text(Vec<u8>);

impl Text {
    fn numbers(&mut self, numbers: &[i64]) {
        self.0.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }
    fn words(&mut self, words: &[&String]) {
        for word in words {
            self.numbers(&[length(word.len())]);
            self.0.extend_from_slice(word.as_bytes());
        }
    }
}

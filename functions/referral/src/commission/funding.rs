//! What a creator pays of discounts: it is taken from the creator's own commissions on the lines that were reduced.
//!
//! What a line's commission cannot bear goes to the creator's other lines of the sale. So no line owes more than it earns,
//! which keeps what is due from growing when units come back.

use super::amount::amount;
use commerce::facts::referrals::Commission;
use commerce::money::{Overflow, Remainder, allocate, sum};

/// Spreads `funded` over one referrer's lines and takes it off their amounts. Answers what is left that no line can bear.
pub fn bear(commissions: &mut [Commission]) -> Result<i64, Overflow> {
    let earned = |commission: &Commission| amount(&Commission { funded: 0, ..commission.clone() }, commission.base);
    let earned: Vec<i64> = commissions.iter().map(earned).collect::<Result<_, _>>()?;
    let (mut excess, mut room) = (Vec::new(), Vec::new());
    for (commission, earned) in commissions.iter_mut().zip(&earned) {
        let borne = commission.funded.min(*earned);
        excess.push(commission.funded - borne);
        room.push(earned - borne);
        commission.funded = borne;
    }
    let (excess, space) = (sum(excess)?, sum(room.iter().copied())?);
    let moved = excess.min(space);
    // No share is more than its room: together they are no more than all room.
    for (commission, share) in commissions.iter_mut().zip(allocate(moved, &room, Remainder::LargestFraction)) {
        commission.funded += share;
        commission.amount = amount(commission, commission.base)?;
    }
    Ok(excess - moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_bears_what_it_earns_and_the_others_the_rest() {
        // (earned and funded of each line), (funded and paid of each line after), what is left
        type Pairs = &'static [(i64, i64)];
        let table: [(Pairs, Pairs, i64); 5] = [
            (&[(100, 30), (50, 0)], &[(30, 70), (0, 50)], 0),
            (&[(100, 130), (50, 0)], &[(100, 0), (30, 20)], 0),
            (&[(100, 110), (20, 0), (10, 0)], &[(100, 0), (7, 13), (3, 7)], 0),
            (&[(100, 500), (50, 10)], &[(100, 0), (50, 0)], 360),
            (&[(0, 0)], &[(0, 0)], 0),
        ];
        for (before, after, left) in table {
            let mut commissions: Vec<Commission> = before
                .iter()
                .map(|(earned, funded)| Commission {
                    referrer: "p".into(),
                    tier: 1,
                    line: "1".into(),
                    basis: "programme".into(),
                    rate: Some(1_000),
                    fixed: None,
                    billionths: 1_000_000_000,
                    base: earned * 10,
                    funded: *funded,
                    amount: *earned,
                })
                .collect();
            assert_eq!(bear(&mut commissions), Ok(left), "{before:?}");
            let found: Vec<(i64, i64)> = commissions.iter().map(|one| (one.funded, one.amount)).collect();
            assert_eq!(found, after, "{before:?}");
        }
    }
}

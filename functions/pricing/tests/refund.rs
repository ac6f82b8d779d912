//! Refunds: what one return gives, several give together, by both methods.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod cart;

use cart::brief;
use commerce::facts::offers::{Allowance, Ceiling, LineAllowance, Need, UnitCount};
use commerce::facts::prices::{
    Decision, RefundAmounts, RefundMethod, RefundPolicy, RefundSearch, ReturnLine, SoldUnits, Tender, UnitRange,
};
use pricing::Refunding;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn decision(method: RefundMethod, lines: &[(u32, i64, i64)]) -> Decision {
    let line = |(index, (quantity, paid, tax)): (usize, &(u32, i64, i64))| SoldUnits {
        id: index.to_string(),
        quantity: *quantity,
        paid: *paid,
        tax: *tax,
    };
    Decision {
        lines: lines.iter().enumerate().map(line).collect(),
        shipping: 1_130,
        shipping_tax: 130,
        tenders: Vec::new(),
        points_burned: 0,
        points_earned: 0,
        policy: RefundPolicy { method, shipping_with_all: true },
    }
}

fn back(line: usize, before: u32, now: u32, refunded: i64) -> ReturnLine {
    ReturnLine { id: line.to_string(), before, now, refunded }
}

/// No two lines are alike, and nothing is known of what they cost.
fn unlike(decision: &Decision) -> RefundSearch {
    let alike = (0..).zip(&decision.lines).map(|(place, _)| place).collect();
    RefundSearch { alike, units: Vec::new(), ceilings: Vec::new() }
}

/// Refunds with the cost of each remaining cart as this function says.
fn settle(decision: &Decision, returns: &[ReturnLine], cost: impl Fn(&[u32]) -> i64) -> RefundAmounts {
    settle_by(&unlike(decision), 1_000, decision, returns, cost).0
}

/// The same, and how many carts were asked about; after so many it gives up.
fn settle_by(
    search: &RefundSearch,
    most: u32,
    decision: &Decision,
    returns: &[ReturnLine],
    cost: impl Fn(&[u32]) -> i64,
) -> (RefundAmounts, u32) {
    let mut refunding = Refunding::start(decision, returns).unwrap();
    let mut asked = 0;
    if refunding.asks() {
        refunding.search(search);
        while let Some(units) = refunding.wanted() {
            refunding.learn(Some(cost(&units)));
            asked += 1;
            if asked == most {
                refunding.give_up();
            }
        }
    }
    // What was kept before is asked about beside those that may be.
    assert!(asked <= most + 1);
    (refunding.amounts().unwrap(), asked)
}

/// What is wrong with a sale and its returns.
fn faults(decision: &Decision, returns: &[ReturnLine]) -> Vec<String> {
    brief(&Refunding::start(decision, returns).err().unwrap())
}

#[test]
fn a_discount_that_the_rest_would_not_have_earned_is_not_kept() {
    // 60.00 and two of 25.00 with 20.00 off from 100.00: 90.00 was paid. Line discounts 10.91, 9.09.
    let threshold = |kept: &[u32]| {
        let subtotal = i64::from(kept[0]) * 6_000 + i64::from(kept[1]) * 2_500;
        if subtotal >= 10_000 { subtotal - 2_000 } else { subtotal }
    };
    let lines = [(1, 4_909, 0), (2, 4_091, 471)];
    let pro_rata = settle(&decision(RefundMethod::ProRata, &lines), &[back(1, 0, 1, 0)], threshold);
    assert_eq!((pro_rata.total, pro_rata.lines[0].tax), (2_046, 236));
    // Keeping 85.00 would have cost 85.00: 5.00 of the 90.00 paid come back.
    let sold = decision(RefundMethod::ReEvaluate, &lines);
    assert_eq!(settle(&sold, &[back(1, 0, 1, 0)], threshold).total, 500);
    // The other one comes back later: 60.00 would have been paid for the rest.
    let later = settle(&sold, &[back(1, 1, 1, 500)], threshold);
    assert_eq!((later.total, later.exact), (2_500, true));
    // Everything: shipping too, and its tax.
    let all = settle(&sold, &[back(0, 0, 1, 0), back(1, 2, 0, 3_000)], threshold);
    assert_eq!((all.total, all.shipping, all.shipping_tax), (9_000 - 3_000 + 1_130, 1_130, 130));
    assert_eq!(all.lines.iter().map(|line| line.amount).collect::<Vec<_>>(), [4_909, 1_091]);
}

#[test]
fn what_was_refunded_before_is_not_refunded_again() {
    // Two units for 10.00 with 1.15 of tax; and three.
    for (quantity, refunded, expected) in
        [(2, 1_000, (0, 0)), (2, 700, (300, 34)), (2, 500, (500, 57)), (2, 0, (500, 57)), (3, 500, (167, 19))]
    {
        let sold = decision(RefundMethod::ProRata, &[(quantity, 1_000, 115)]);
        let line = &settle(&sold, &[back(0, 1, 1, refunded)], |_| 0).lines[0];
        assert_eq!((line.amount, line.tax), expected, "{refunded} of {quantity}");
    }
}

#[test]
fn lines_alike_are_counted_together_and_what_is_too_much_is_said() {
    // Twelve units of 10.00, a line each, and 50.00 off from 80.00: eight of them kept cost least.
    let ladder = |kept: &[u32]| {
        let subtotal = kept.iter().map(|units| i64::from(*units) * 1_000).sum::<i64>();
        if subtotal >= 8_000 { subtotal - 5_000 } else { subtotal }
    };
    let sold = decision(RefundMethod::ReEvaluate, &[(1, 583, 0); 12]);
    let eight: Vec<ReturnLine> = (0..8).map(|line| back(line, 0, 1, 0)).collect();
    let alike = || RefundSearch { alike: vec![7; 12], ..unlike(&sold) };
    // A unit costs 10.00 at least, and 50.00 go off where eight are there: of unlike lines, four of eight more are.
    let known = || {
        let counts = (0..12).map(|line| UnitCount { line, count: 1_000 }).collect();
        let part = Allowance {
            fixed: 5_000,
            lines: Vec::new(),
            capped: Vec::new(),
            needs: vec![Need { counts, least: 8_000 }],
        };
        let ceilings = vec![Ceiling { group: 0, parts: vec![part] }];
        RefundSearch {
            units: vec![UnitRange { least: 1_000, most: 1_000, tax_on_top: 0 }; 12],
            ceilings,
            ..unlike(&sold)
        }
    };
    for (search, most, expected) in [
        (alike(), 8, (3_996, true)),
        (alike(), 2, (2_996, false)),
        (unlike(&sold), 255, (3_996, true)),
        (unlike(&sold), 254, (3_996, false)),
        (known(), 2, (3_996, true)),
    ] {
        let (found, _) = settle_by(&search, most, &sold, &eight, ladder);
        assert_eq!((found.total, found.exact), expected, "{most} {search:?}");
    }
}

#[test]
fn what_cannot_be_bought_is_no_cart_that_might_be_kept() {
    // Six units for 12.00 each with one of them 20.00 alone; fewer than four are not sold.
    let sold = decision(RefundMethod::ReEvaluate, &[(6, 7_200, 0)]);
    let mut refunding = Refunding::start(&sold, &[back(0, 0, 3, 0)]).unwrap();
    refunding.search(&unlike(&sold));
    while let Some(units) = refunding.wanted() {
        refunding.learn((units[0] >= 4).then_some(i64::from(units[0]) * 1_200));
    }
    let found = refunding.amounts().unwrap();
    assert_eq!((found.total, found.exact), (7_200 - 4_800, true));
}

fn tender(id: &str, amount: i64) -> Tender {
    Tender { id: id.to_owned(), amount }
}

/// The same sale, with a third and a quarter of it from purses, and points.
fn tendered(mut sold: Decision) -> Decision {
    let paid: i64 = sold.lines.iter().map(|line| line.paid).sum();
    sold.tenders = vec![tender("red", paid / 3), tender("green", paid / 4)];
    (sold.points_burned, sold.points_earned) = (101, 37);
    sold
}

#[test]
fn what_purses_and_points_paid_goes_back_to_them() {
    let mut sold = decision(RefundMethod::ProRata, &[(3, 1_000, 0)]);
    sold.tenders = vec![tender("red", 600), tender("green", 288)];
    (sold.points_burned, sold.points_earned) = (100, 10);
    let mut found = Vec::new();
    for (before, refunded) in [(0, 0), (1, 333), (2, 667)] {
        let step = settle(&sold, &[back(0, before, 1, refunded)], |_| 0);
        let tenders: Vec<(String, i64)> = step.tenders.into_iter().map(|own| (own.id, own.amount)).collect();
        found.push((tenders, step.points_returned, step.points_revoked));
    }
    let part = |id: &str, amount: i64| (id.to_owned(), amount);
    // 295, 592 and 888 of 888 after 3.33, 6.67 and 10.00; the first purse first.
    assert_eq!(
        found,
        [
            (vec![part("red", 295)], 33, 3),
            (vec![part("red", 297)], 33, 3),
            (vec![part("red", 8), part("green", 288)], 34, 4)
        ]
    );
    // Where nothing was paid, points come back by the units.
    let mut free = decision(RefundMethod::ReEvaluate, &[(3, 0, 0)]);
    free.points_burned = 100;
    assert_eq!(settle(&free, &[back(0, 1, 1, 0)], |_| 0).points_returned, 33);
    free.tenders = vec![tender("red", 1)];
    free.points_earned = -1;
    assert_eq!(faults(&free, &[]), ["/decision/tenders out-of-range", "/decision/pointsEarned out-of-range"]);
}

#[test]
fn what_is_wrong_with_a_return_is_said() {
    let sold = decision(RefundMethod::ReEvaluate, &[(2, 100, 10), (3, 300, 0)]);
    let returns = [back(0, 1, 2, 0), back(7, 0, 1, 0), back(1, 0, 1, 301), back(1, 0, 1, 0)];
    let expected = [
        "/returns/0/quantity returned-more-than-sold",
        "/returns/1/line unknown-line",
        "/returns/2/refunded refunded-more-than-paid",
        "/returns/3 duplicate-line",
    ];
    assert_eq!(faults(&sold, &returns), expected);
    let unasked = Refunding::start(&sold, &[back(0, 0, 1, 0)]).unwrap();
    assert_eq!(brief(&unasked.amounts().unwrap_err()), ["/returns cost-missing"]);
    let odd = decision(RefundMethod::ProRata, &[(0, 100, 10), (1, 5, 6)]);
    assert_eq!(faults(&odd, &[]), ["/decision/lines/0 out-of-range", "/decision/lines/1 out-of-range"]);
}

/// What purses get back, burned points that come back, earned points that are taken back.
type Besides = (BTreeMap<String, i64>, i64, i64);

fn add(besides: &mut Besides, step: &RefundAmounts) -> Result<(), TestCaseError> {
    for own in &step.tenders {
        prop_assert!(own.amount > 0);
        *besides.0.entry(own.id.clone()).or_default() += own.amount;
    }
    besides.1 += step.points_returned;
    besides.2 += step.points_revoked;
    Ok(())
}

/// Returns one unit after the other in the order given, a line at a time; and then all of them at once.
fn in_sequence(sold: &Decision, order: &[usize], cost: impl Fn(&[u32]) -> i64) -> Result<(), TestCaseError> {
    let count = sold.lines.len();
    let (mut before, mut refunded, mut taxes) = (vec![0; count], vec![0; count], vec![0; count]);
    let mut shipping = 0;
    let mut besides = (BTreeMap::new(), 0, 0);
    for line in order {
        let returns: Vec<ReturnLine> =
            (0..count).map(|index| back(index, before[index], u32::from(index == *line), refunded[index])).collect();
        let step = settle(sold, &returns, &cost);
        before[*line] += 1;
        for (index, given) in step.lines.iter().enumerate() {
            prop_assert!(given.amount >= 0 && given.tax >= 0 && given.tax <= given.amount);
            refunded[index] += given.amount;
            taxes[index] += given.tax;
            prop_assert!(refunded[index] <= sold.lines[index].paid);
        }
        prop_assert_eq!(step.total, step.lines.iter().map(|line| line.amount).sum::<i64>() + step.shipping);
        shipping += step.shipping;
        let purses: i64 = step.tenders.iter().map(|own| own.amount).sum();
        prop_assert!(purses <= step.total - step.shipping && step.points_returned >= 0 && step.points_revoked >= 0);
        add(&mut besides, &step)?;
    }
    let at_once: Vec<ReturnLine> = (0..count).map(|index| back(index, 0, before[index], 0)).collect();
    let once = settle(sold, &at_once, &cost);
    prop_assert_eq!(refunded.iter().sum::<i64>() + shipping, once.total);
    let mut of_once = (BTreeMap::new(), 0, 0);
    add(&mut of_once, &once)?;
    prop_assert_eq!(&besides, &of_once);
    let everything = sold.lines.iter().zip(&before).all(|(line, before)| line.quantity == *before);
    prop_assert_eq!(shipping, if everything { sold.shipping } else { 0 });
    if everything {
        let purses = sold.tenders.iter().filter(|own| own.amount > 0).map(|own| (own.id.clone(), own.amount)).collect();
        prop_assert_eq!(besides, (purses, sold.points_burned, sold.points_earned));
        prop_assert_eq!(once.total, sold.lines.iter().map(|line| line.paid).sum::<i64>() + sold.shipping);
        prop_assert_eq!(taxes, sold.lines.iter().map(|line| line.tax).collect::<Vec<_>>());
    }
    Ok(())
}

/// Lines with their units, what was paid and its tax; and some of the units, in an order.
fn sale() -> impl Strategy<Value = (Vec<(u32, i64, i64)>, Vec<usize>)> {
    prop::collection::vec((1..4_u32, 0..100_000_i64, 0..=100_i64), 1..4).prop_flat_map(|lines| {
        let units: Vec<usize> =
            lines.iter().enumerate().flat_map(|(index, (quantity, ..))| vec![index; *quantity as usize]).collect();
        let most = units.len();
        let lines: Vec<(u32, i64, i64)> =
            lines.into_iter().map(|(quantity, paid, percent)| (quantity, paid, paid * percent / 100)).collect();
        (Just(lines), Just(units).prop_shuffle(), 0..=most)
            .prop_map(|(lines, units, some)| (lines, units[..some].to_vec()))
    })
}

proptest! {
    #[test]
    fn several_returns_sum_to_one_pro_rata((lines, order) in sale()) {
        in_sequence(&tendered(decision(RefundMethod::ProRata, &lines)), &order, |_| 0)?;
    }

    /// Whatever the rest costs, a threshold that falls, a set that breaks, or no sense at all.
    #[test]
    fn several_returns_sum_to_one_by_re_evaluation((lines, order) in sale(), seed: u64) {
        let nonsense = |kept: &[u32]| {
            let hash = kept.iter().fold(seed, |hash, units| (hash ^ u64::from(*units)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29));
            i64::try_from(hash % 200_000).unwrap()
        };
        in_sequence(&tendered(decision(RefundMethod::ReEvaluate, &lines)), &order, nonsense)?;
    }

    /// What units cost and what promotions take off at most only saves questions: the refund is that of asking about all.
    #[test]
    fn what_is_known_of_costs_changes_no_refund(market in market(), order in any::<prop::sample::Index>()) {
        let Market { lines, ceilings, units, alike } = market;
        let cost = |kept: &[u32]| true_cost(&units, &ceilings, kept);
        let sold: Vec<u32> = lines.iter().map(|(units, _)| *units).collect();
        let paid = cost(&sold);
        let shares = commerce::money::allocate(paid, &vec![1; lines.len()], commerce::money::Remainder::LargestFraction);
        let whole = decision(RefundMethod::ReEvaluate, &lines.iter().zip(shares).map(|((units, _), paid)| (*units, paid, 0)).collect::<Vec<_>>());
        let mut returns: Vec<ReturnLine> = lines.iter().enumerate().map(|(place, (_, back_now))| back(place, 0, *back_now, 0)).collect();
        returns.rotate_left(order.index(lines.len()));
        let blind = RefundSearch { alike: alike.clone(), ..unlike(&whole) };
        let seeing = RefundSearch { units: units.clone(), ceilings: ceilings.clone(), ..blind.clone() };
        let ((expected, all), (found, some)) = (settle_by(&blind, 100_000, &whole, &returns, cost), settle_by(&seeing, 100_000, &whole, &returns, cost));
        prop_assert!(expected.exact && found.exact);
        prop_assert_eq!(expected.total, found.total);
        prop_assert!(some <= all);
    }
}

/// Lines with their units and how many come back, what promotions can take off at most, and what units cost.
#[derive(Clone, Debug)]
struct Market {
    lines: Vec<(u32, u32)>,
    ceilings: Vec<Ceiling>,
    units: Vec<UnitRange>,
    alike: Vec<u32>,
}

fn market() -> impl Strategy<Value = Market> {
    let line = (1..4_u32, 0..4_u32, 1..5_000_i64, 0..3_u32)
        .prop_map(|(units, back, price, taxed)| (units, back.min(units), price, taxed * 800));
    prop::collection::vec(line, 1..5)
        .prop_flat_map(|lines| {
            let many = u32::try_from(lines.len()).unwrap();
            let of_line = (0..many, 0..6_000_u32, 0..2_000_i64, 0..2_000_i64);
            let part = (0..3_000_i64, prop::collection::vec(of_line, 0..3), 0..9_000_i64).prop_map(
                move |(fixed, lines, least)| Allowance {
                    fixed,
                    capped: Vec::new(),
                    lines: lines
                        .into_iter()
                        .map(|(line, rate, each, shared)| LineAllowance {
                            line,
                            rate,
                            each: each * 1_000_000,
                            shared: shared * 1_000_000,
                        })
                        .collect(),
                    needs: vec![Need {
                        counts: (0..many).map(|line| UnitCount { line, count: 1_000 }).collect(),
                        least,
                    }],
                },
            );
            let ceiling =
                (0..2_u32, prop::collection::vec(part, 1..3)).prop_map(|(group, parts)| Ceiling { group, parts });
            (Just(lines), prop::collection::vec(ceiling, 0..4))
        })
        .prop_map(|(lines, ceilings)| Market {
            units: lines
                .iter()
                .map(|(_, _, price, tax)| UnitRange { least: *price, most: *price, tax_on_top: *tax })
                .collect(),
            alike: (0..).zip(&lines).map(|(place, _)| place).collect(),
            lines: lines.iter().map(|(units, back, ..)| (*units, *back)).collect(),
            ceilings,
        })
}

/// What a cart costs where the first promotion of each group takes off all that it can, the amount that units share from
/// the first lines.
fn true_cost(units: &[UnitRange], ceilings: &[Ceiling], kept: &[u32]) -> i64 {
    let mut left: Vec<i64> = units.iter().zip(kept).map(|(unit, units)| unit.least * i64::from(*units)).collect();
    let mut given = Vec::new();
    for ceiling in ceilings {
        if given.contains(&ceiling.group) {
            continue;
        }
        given.push(ceiling.group);
        let opened = left.clone();
        for part in &ceiling.parts {
            let have =
                |need: &Need| need.counts.iter().map(|own| own.count * i64::from(kept[own.line as usize])).sum::<i64>();
            if part.needs.iter().any(|need| have(need) < need.least) {
                continue;
            }
            let mut off = part.fixed;
            for own in &part.lines {
                let place = own.line as usize;
                let of_units = i64::from(kept[place]) * (own.each / 1_000_000);
                left[place] = (left[place] - opened[place] * i64::from(own.rate) / 10_000 - of_units).max(0);
                off += i64::from(kept[place]) * (own.shared / 1_000_000);
            }
            for line in &mut left {
                let taken = off.min(*line);
                *line -= taken;
                off -= taken;
            }
        }
    }
    left.iter().zip(units).map(|(left, unit)| left + left * i64::from(unit.tax_on_top) / 10_000).sum()
}

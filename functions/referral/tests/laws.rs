//! Laws that hold for every input.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod facts;

use commerce::facts::referrals::{PathRow, RemainingLine, Settlement, TouchKind};
use facts::{click, context, line, partner, programme, sale};
use proptest::prelude::*;

const MODELS: [&str; 6] = [
    r#"{"kind":"firstTouch"}"#,
    r#"{"kind":"lastTouch"}"#,
    r#"{"kind":"lastClickOverView"}"#,
    r#"{"kind":"linear"}"#,
    r#"{"kind":"timeDecay","halfLife":86400}"#,
    r#"{"kind":"positionBased","first":3000,"middle":5000,"last":2000}"#,
];

/// The chance of conversion from the start, without a channel, by iterating the whole chain of order k on its own names.
fn brute(rows: &[PathRow], order: usize, without: Option<u32>) -> f64 {
    use std::collections::BTreeMap;
    /// Steps to other states, conversions, losses.
    type Counts = (BTreeMap<Vec<u32>, f64>, f64, f64);
    let mut counts: BTreeMap<Vec<u32>, Counts> = BTreeMap::new();
    for row in rows {
        let mut path = row.path.clone();
        path.dedup();
        let weight = (row.conversions + row.nulls) as f64;
        let mut state: Vec<u32> = vec![];
        for channel in path {
            let mut next = state.clone();
            next.push(channel);
            let next = next[next.len().saturating_sub(order)..].to_vec();
            *counts.entry(state).or_default().0.entry(next.clone()).or_default() += weight;
            state = next;
        }
        let last = counts.entry(state).or_default();
        last.1 += row.conversions as f64;
        last.2 += row.nulls as f64;
    }
    let mut chances: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
    for _ in 0..1_000 {
        let next = counts.iter().map(|(state, (to, converted, lost))| {
            let out = to.values().sum::<f64>() + converted + lost;
            let kept = to.iter().filter(|(to, _)| without.is_none() || to.last().copied() != without);
            let onward: f64 = kept.map(|(to, weight)| weight * chances.get(to).copied().unwrap_or(0.0)).sum();
            (state.clone(), if out > 0.0 { (converted + onward) / out } else { 0.0 })
        });
        chances = next.collect();
    }
    chances.get(&vec![]).copied().unwrap_or(0.0)
}

/// What a set of channels is worth, by conversions and all journeys of the paths that need no other channel.
type Worth = fn(u64, u64) -> f64;

/// Shapley's definition, over every order of the channels.
fn by_definition(rows: &[PathRow], channels: u32, worth: Worth) -> Vec<f64> {
    fn orders(rest: Vec<u32>) -> Vec<Vec<u32>> {
        if rest.is_empty() {
            return vec![vec![]];
        }
        let all = rest.iter().flat_map(|first| {
            let others = rest.iter().copied().filter(|other| other != first).collect();
            orders(others).into_iter().map(move |mut order| {
                order.insert(0, *first);
                order
            })
        });
        all.collect()
    }
    let worth = |set: &[u32]| {
        let inside = rows.iter().filter(|row| row.path.iter().all(|channel| set.contains(channel)));
        let (converted, all) =
            inside.fold((0, 0), |sum, row| (sum.0 + row.conversions, sum.1 + row.conversions + row.nulls));
        worth(converted, all)
    };
    let orders = orders((0..channels).collect());
    let mut values = vec![0.0; channels as usize];
    for order in &orders {
        for place in 0..order.len() {
            values[order[place] as usize] += (worth(&order[..=place]) - worth(&order[..place])) / orders.len() as f64;
        }
    }
    values
}

fn rows(channels: u32) -> impl Strategy<Value = Vec<PathRow>> {
    let row = (prop::collection::vec(0..channels, 1..6), 0..20_u64, 0..40_u64, 0..100_000_i64);
    let row = row.prop_map(|(path, conversions, nulls, value)| PathRow {
        path,
        conversions,
        nulls,
        value: if conversions == 0 { 0 } else { value },
    });
    prop::collection::vec(row, 1..12)
}

fn names(count: u32) -> Vec<String> {
    (0..count).map(|channel| format!("c{channel}")).collect()
}

proptest! {
    #[test]
    fn credits_and_money_sum_to_the_whole(
        touches in prop::collection::vec((0..500_000_i64, 0..5_usize, any::<bool>()), 0..20), net in 0..=1_i64 << 52, model in 0..6_usize,
    ) {
        let rules = programme(&format!("{{\"model\":{}}}", MODELS[model]));
        let touches: Vec<_> = touches.into_iter().map(|(at, who, viewed)| {
            let mut touch = click(at, ["a", "b", "c", "d", "direct"][who]);
            touch.kind = if viewed { TouchKind::View } else { TouchKind::Click };
            touch
        }).collect();
        let found = rules.attribute(&sale(touches, vec![line("1", "s", 1, net)]), &context(500_000)).unwrap();
        if !found.credits.is_empty() {
            prop_assert_eq!(found.credits.iter().map(|credit| u64::from(credit.billionths)).sum::<u64>(), 1_000_000_000);
            prop_assert_eq!(found.credits.iter().map(|credit| credit.amount).sum::<i64>(), net);
        }
    }

    #[test]
    fn the_order_of_touches_decides_nothing(
        moments in prop::collection::btree_map(0..500_000_i64, 0..5_usize, 1..12), model in 0..6_usize, turn in 0..12_usize,
    ) {
        let rules = programme(&format!("{{\"model\":{}}}", MODELS[model]));
        let mut touches: Vec<_> = moments.into_iter().map(|(at, who)| click(at, ["a", "b", "c", "d", "direct"][who])).collect();
        let judged = |touches: &[_]| rules.attribute(&sale(touches.to_vec(), vec![line("1", "s", 1, 99_999)]), &context(500_000)).unwrap();
        let sorted = judged(&touches);
        let turn = turn % touches.len();
        touches.rotate_left(turn);
        touches.reverse();
        let found = judged(&touches);
        prop_assert_eq!(found.credits, sorted.credits);
        prop_assert_eq!(found.payments, sorted.payments);
    }

    #[test]
    fn paths_sum_to_the_whole_whatever_the_order_of_rows(rows in rows(5), order in 1..=3_u32) {
        let models = referral::models(&names(5), &rows, order).unwrap();
        let value: i64 = rows.iter().map(|row| row.value).sum();
        let bought = rows.iter().any(|row| row.conversions > 0);
        for model in &models {
            let expected = if bought { 1_000_000_000 } else { 0 };
            prop_assert_eq!(model.credits.iter().map(|credit| credit.conversions).sum::<i64>(), expected, "{}", model.model);
            prop_assert_eq!(model.credits.iter().map(|credit| credit.amount).sum::<i64>(), if bought { value } else { 0 }, "{}", model.model);
        }
        let mut backwards = rows;
        backwards.reverse();
        prop_assert_eq!(models, referral::models(&names(5), &backwards, order).unwrap());
    }

    #[test]
    fn markov_equals_brute_force(rows in rows(4), order in 1..=3_u32) {
        let models = referral::models(&names(4), &rows, order).unwrap();
        let markov = models.iter().find(|model| model.model == "markov").unwrap();
        let whole = brute(&rows, order as usize, None);
        for channel in 0..4 {
            let expected = if whole > 0.0 { 1.0 - brute(&rows, order as usize, Some(channel)) / whole } else { 0.0 };
            let found = f64::from(markov.removal[channel as usize]) / 1e9;
            prop_assert!((found - expected).abs() < 1e-8, "{} {}", found, expected);
        }
    }

    #[test]
    fn shapley_equals_its_definition(rows in rows(5)) {
        let models = referral::models(&names(5), &rows, 1).unwrap();
        let rate: Worth = |converted, all| if all == 0 { 0.0 } else { converted as f64 / all as f64 };
        for (name, worth) in [("shapley-rate", rate), ("shapley-sum", |converted, _| converted as f64)] {
            let model = models.iter().find(|model| model.model == name).unwrap();
            let values = by_definition(&rows, 5, worth);
            let whole: f64 = values.iter().sum();
            for (credit, value) in model.credits.iter().zip(values).filter(|_| whole > 1e-9) {
                prop_assert!((credit.conversions as f64 / 1e9 - value / whole).abs() < 1e-6, "{}", name);
            }
        }
    }

    #[test]
    fn a_sequence_of_returns_equals_one_and_takes_back_no_more_than_was_paid(
        nets in prop::collection::vec(0..1_000_000_i64, 1..5), cuts in prop::collection::vec((0..100_i64, 0..100_i64), 5),
        rate in 0..=5_000_u32, funded in 0..20_000_i64, cap in 0..200_000_i64,
    ) {
        let rules = programme(&format!(
            r#"{{"commission":{{"rates":[{rate},300],"skus":{{"s1":{{"fixed":[77,5]}}}},"caps":{{"order":[{cap}]}},
                "splits":{{"room":{{"referrer":5000,"agency":3333,"platform":1667}}}}}}}}"#
        ));
        let lines = nets.iter().enumerate().map(|(place, net)| {
            let mut line = line(&place.to_string(), &format!("s{place}"), 3, *net);
            line.creator_funded = funded;
            line
        });
        let mut sold = sale(vec![click(10, "p")], lines.collect());
        sold.partners = vec![partner("p", Some("g")), partner("g", None)];
        let mut context = context(1_000);
        context.channel.id = Some("room".into());
        let found = rules.attribute(&sold, &context).unwrap();
        let left = |first: bool| -> Vec<RemainingLine> {
            let rest = |net: i64, (one, two): (i64, i64)| if first { net * one / 100 } else { net * one / 100 * two / 100 };
            nets.iter().zip(&cuts).enumerate().map(|(place, (net, cut))| RemainingLine { id: place.to_string(), net: rest(*net, *cut), tax: 0, shipping: 0 }).collect()
        };
        let mut settled: Vec<Settlement> = found.payments.iter().map(|paid| Settlement {
            payee: paid.payee.clone(), referrer: paid.referrer.clone(), tier: paid.tier, paid: paid.earned, taken_back: 0,
        }).collect();
        let once = referral::take_back(&found.decision, &left(false), &settled).unwrap();
        let early = referral::take_back(&found.decision, &left(true), &settled).unwrap();
        for (settlement, change) in settled.iter_mut().zip(&early) {
            settlement.taken_back = change.take_back;
        }
        let late = referral::take_back(&found.decision, &left(false), &settled).unwrap();
        for ((once, early), late) in once.iter().zip(&early).zip(&late) {
            prop_assert_eq!(once.take_back, early.take_back + late.take_back);
            prop_assert!(once.take_back <= once.earned && once.due <= once.earned);
            prop_assert_eq!(once.due + once.take_back, once.earned);
        }
    }
}

/// Beyond what is eliminated, chains of order 2 and 3 are swept: 25 channels make some 400 and 600 states.
#[test]
fn large_chains_equal_brute_force_too() {
    let mut state = 7_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let row = |_| PathRow {
        path: (0..2 + next(5)).map(|_| u32::try_from(next(25)).unwrap()).collect(),
        conversions: next(5),
        nulls: next(20),
        value: 0,
    };
    let rows: Vec<PathRow> = (0..200).map(row).collect();
    for order in [2, 3] {
        let models = referral::models(&names(25), &rows, order).unwrap();
        let markov = models.iter().find(|model| model.model == "markov").unwrap();
        let whole = brute(&rows, order as usize, None);
        for channel in [0, 11, 24] {
            let expected = 1.0 - brute(&rows, order as usize, Some(channel)) / whole;
            let found = f64::from(markov.removal[channel as usize]) / 1e9;
            assert!((found - expected).abs() < 1e-8, "order {order}: {found} {expected}");
        }
    }
}

#[test]
fn sampling_states_its_error_and_repeats_itself() {
    // Each channel alone converts alike: every share is 1/20.
    let rows: Vec<PathRow> =
        (0..20).map(|channel| PathRow { path: vec![channel], conversions: 1, nulls: 1, value: 10 }).collect();
    let models = referral::models(&names(20), &rows, 2).unwrap();
    let rate = models.iter().find(|model| model.model == "shapley-rate").unwrap();
    assert_eq!(rate.samples, 2_048);
    assert!(rate.deviation > 0 && rate.deviation < 50_000_000, "{}", rate.deviation);
    for credit in &rate.credits {
        assert!((credit.conversions - 50_000_000).abs() <= rate.deviation, "{credit:?} {}", rate.deviation);
    }
    assert_eq!(models, referral::models(&names(20), &rows, 2).unwrap());
}

use super::*;
use crate::plugins::breaker::Circuit;
use crate::plugins::sample::{self, PROPOSES};

const PLACES: Places = Places { merchant: 3, merchant_slow: 2, slow: 3, threads: 1 };

fn lanes() -> Lanes {
    Lanes::start(PLACES, Arc::default()).unwrap()
}

#[tokio::test]
async fn what_keeps_failing_is_left_alone_and_what_is_quick_runs_at_once() {
    let (lanes, question) = (lanes(), Arc::new(sample::question(&[(1, 100)])));
    let looping = sample::active("(loop $l (br $l)) (unreachable)");
    let mut codes = Vec::new();
    for _ in 0..5 {
        codes.push(lanes.ask("mallory", &looping, &question).await.unwrap_err().kind);
    }
    assert_eq!(codes, [Kind::OutOfFuel, Kind::OutOfFuel, Kind::OutOfFuel, Kind::CircuitOpen, Kind::CircuitOpen]);
    assert_eq!(looping.health.report().circuit, Circuit::Open);
    assert_eq!(looping.health.report().failures[&Kind::OutOfFuel], 3);

    let good = sample::active(PROPOSES);
    for _ in 0..200 {
        assert_eq!(lanes.ask("willow", &good, &question).await.unwrap().len(), 1);
    }
    let report = good.health.report();
    assert_eq!((report.circuit, report.calls), (Circuit::Closed, 200));
    assert!(report.last_usage.unwrap().fuel > 0);
}

#[tokio::test]
async fn an_unlawful_proposal_is_the_plugins_failure() {
    let (lanes, question) = (lanes(), Arc::new(sample::question(&[(1, 99)])));
    let greedy = sample::active(PROPOSES);
    let failure = lanes.ask("mallory", &greedy, &question).await.unwrap_err();
    assert_eq!(failure.kind, Kind::OutputInvalid);
    assert!(failure.text.contains("at most 99"), "{failure}");
}

#[test]
fn a_merchant_has_its_places_and_no_more() {
    let lanes = lanes();
    let mut held: Vec<Entry<'_>> = (0..PLACES.merchant).map(|_| lanes.shared.enter("mallory").unwrap()).collect();
    assert!(lanes.shared.enter("mallory").is_none());
    let slow = held.iter_mut().filter_map(|entry| entry.slow_down().then_some(())).count();
    assert_eq!(slow, PLACES.merchant_slow);
    // Others have theirs, until the slow lane itself is full.
    let mut other = lanes.shared.enter("willow").unwrap();
    assert!(other.slow_down());
    assert!(!lanes.shared.enter("cedar").unwrap().slow_down());
    held.clear();
    drop(other);
    assert!(lanes.shared.enter("cedar").unwrap().slow_down());
    assert!(lanes.shared.state().under_way.is_empty() && lanes.shared.state().slow == 0);
}

//! What the shop judges a plan by, by when it says that something arrives, and how sure it is of a count.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

mod shop;

use commerce::facts::stock::{Inbound, Inquiry, Level, LocalInstant};
use commerce::facts::types::Context;
use shop::{NOW, at, context, inquiry, level, plan, rules, wanted};

/// The node that sends the one unit that both have.
fn sender(policy: &str, by: Option<i64>) -> String {
    let nodes = r#"[
        {"id": "near", "kind": "store", "modes": ["express"], "place": {"latitude": 31.21, "longitude": 121.4}, "handling": 172800,
         "cost": {"shipment": 300}, "carbon": {"shipment": 900}},
        {"id": "far", "kind": "store", "modes": ["express"], "place": {"latitude": 31.9, "longitude": 121.4}, "handling": 60,
         "cost": {"shipment": 700}, "carbon": {"shipment": 100, "kilometre": 2}}]"#;
    let rules = rules(&format!(r#"{{"nodes": {nodes}, "policy": {policy}}}"#));
    let levels = vec![level("x", "near", 1), level("x", "far", 1)];
    let question = Inquiry { by, ..inquiry(vec![wanted("1", "x", 1)], levels) };
    let plan = rules.check(&question, &at(31.2, 121.4)).unwrap();
    assert!(plan.optimal && plan.shipments.len() == 1);
    plan.shipments[0].node.clone()
}

#[test]
fn the_shop_says_what_is_best() {
    for (objective, by, node) in [
        (r#"["units", "cost"]"#, None, "near"),
        (r#"["units", "distance"]"#, None, "near"),
        // The far one sends two days earlier, and by rail.
        (r#"["units", "latest"]"#, None, "far"),
        (r#"["units", "carbon"]"#, None, "far"),
        // What was asked for by a time comes from whoever keeps it; where both do, the next criterion decides.
        (r#"["units", "promise", "cost"]"#, Some(NOW + 2 * 86_400), "far"),
        (r#"["units", "promise", "cost"]"#, Some(NOW + 9 * 86_400), "near"),
        (r#"["units", "cost", "promise"]"#, Some(NOW + 2 * 86_400), "near"),
    ] {
        assert_eq!(sender(&format!(r#"{{"objective": {objective}}}"#), by), node, "{objective} {by:?}");
    }
}

#[test]
fn a_promise_stands_over_the_change_of_the_clock() {
    let moment = |text: &str| commerce::instant::parse(text).unwrap().at;
    let day = |zone: &str, hours: &str| {
        let node =
            format!(r#"{{"id": "n", "kind": "store", "modes": ["pickup"], "timeZone": "{zone}", "hours": [{hours}]}}"#);
        rules(&format!(r#"{{"nodes": [{node}]}}"#))
    };
    let node = |more: &str| {
        rules(&format!(
            r#"{{"nodes": [{{"id": "n", "kind": "store", "modes": ["pickup"], "timeZone": "America/New_York"{more}}}]}}"#
        ))
    };
    let work = |hours: &str, seconds: i64| node(&format!(r#"{hours}, "handling": {seconds}"#));
    let cut = |hours: &str| node(&format!(r#", "hours": [{hours}], "cutOff": "16:00""#));
    let round = r#", "hours": [{"from": "00:00", "to": "24:00"}]"#;
    let nine = r#"{"from": "09:00", "to": "18:00"}"#;
    for (rules, now, ready) in [
        // Doors open at nine by the clock on the wall, whatever that is in UTC: the night has 23 hours, or 25.
        (day("America/New_York", nine), "2026-03-07T20:00:00-05:00", "2026-03-08T09:00:00-04:00"),
        (day("America/New_York", nine), "2026-10-31T20:00:00-04:00", "2026-11-01T09:00:00-05:00"),
        (day("Europe/Berlin", nine), "2026-03-28T20:00:00+01:00", "2026-03-29T09:00:00+02:00"),
        (day("Asia/Shanghai", nine), "2026-03-28T20:00:00+08:00", "2026-03-29T09:00:00+08:00"),
        // Work takes the seconds that pass: an hour that the clock leaves out is none, one that it shows twice is two.
        (work("", 7_200), "2026-03-08T01:30:00-05:00", "2026-03-08T04:30:00-04:00"),
        (work(round, 32_400), "2026-03-07T20:00:00-05:00", "2026-03-08T06:00:00-04:00"),
        (work("", 7_200), "2026-11-01T00:30:00-04:00", "2026-11-01T01:30:00-05:00"),
        (work("", 2_700), "2026-11-01T01:30:00-04:00", "2026-11-01T01:15:00-05:00"),
        // From the cut-off on, an order counts as the next day's.
        (cut(nine), "2026-01-12T15:59:59-05:00", "2026-01-12T15:59:59-05:00"),
        (cut(nine), "2026-01-12T16:00:00-05:00", "2026-01-13T09:00:00-05:00"),
    ] {
        let context = Context { at: moment(now), ..context() };
        let levels = vec![Level { at: moment(now), ..level("x", "n", 1) }];
        let plan = rules.check(&inquiry(vec![wanted("1", "x", 1)], levels), &context).unwrap();
        assert_eq!(plan.lines[0].promise.as_ref().unwrap().earliest.at, moment(ready), "{now}");
    }
}

/// The window in which a node in New York delivers, as the shopper's clock shows it.
fn window(mode: &str, modes: &str, node: &str, now: &str, zone: Option<&str>) -> (String, String) {
    let node = format!(r#"{{"id": "n", "kind": "store", "modes": ["{mode}"], "timeZone": "America/New_York"{node}}}"#);
    let rules = rules(&format!(r#"{{"nodes": [{node}], "modes": {{{modes}}}}}"#));
    let now = commerce::instant::parse(now).unwrap();
    let context = Context { at: now.at, utc_offset: Some(now.offset), time_zone: zone.map(str::to_owned), ..context() };
    let levels = vec![Level { at: now.at, ..level("x", "n", 1) }];
    let plan = rules.check(&inquiry(vec![wanted("1", "x", 1)], levels), &context).unwrap();
    let promise = plan.lines[0].promise.clone().unwrap();
    let told = |moment: &LocalInstant| commerce::instant::format(moment.at, moment.utc_offset);
    (told(&promise.earliest), told(&promise.latest))
}

/// The mode, what the rulebook says of modes and of the node, when the order is made, the shopper's zone, and the window.
type Brought = (&'static str, &'static str, &'static str, &'static str, Option<&'static str>, [&'static str; 2]);

#[rustfmt::skip]
fn brought() -> Vec<Brought> {
    let riders = r#""instant": {"window": 1800, "from": "08:00", "to": "22:00"}"#;
    let (new_york, shanghai) = (Some("America/New_York"), Some("Asia/Shanghai"));
    let nine = r#", "hours": [{"from": "09:00", "to": "18:00"}]"#;
    vec![
        // The day of a zone begins by its clock, also where that is put on between the order and the delivery.
        ("next-day", "", "", "2026-03-07T12:00:00-05:00", new_york, ["2026-03-08T09:00:00-04:00", "2026-03-08T21:00:00-04:00"]),
        ("next-day", "", "", "2026-10-31T12:00:00-04:00", new_york, ["2026-11-01T09:00:00-05:00", "2026-11-01T21:00:00-05:00"]),
        ("next-day", "", "", "2026-03-07T12:00:00-05:00", None, ["2026-03-08T09:00:00-05:00", "2026-03-08T21:00:00-05:00"]),
        // Wherever it is sent from, and whatever offset the request was written with.
        ("next-day", "", "", "2026-03-07T12:00:00-05:00", shanghai, ["2026-03-09T09:00:00+08:00", "2026-03-09T21:00:00+08:00"]),
        ("same-day", "", "", "2026-03-07T12:00:00+00:00", shanghai, ["2026-03-07T20:00:00+08:00", "2026-03-07T22:00:00+08:00"]),
        // Riders ride in their hours: not before, and what they cannot bring any more the next day.
        ("instant", riders, "", "2026-07-01T12:00:00-04:00", None, ["2026-07-01T12:00:00-04:00", "2026-07-01T12:30:00-04:00"]),
        ("instant", riders, "", "2026-07-01T05:00:00-04:00", None, ["2026-07-01T08:00:00-04:00", "2026-07-01T08:30:00-04:00"]),
        ("instant", riders, "", "2026-07-01T21:45:00-04:00", None, ["2026-07-01T21:45:00-04:00", "2026-07-01T22:00:00-04:00"]),
        ("instant", riders, "", "2026-07-01T22:01:00-04:00", None, ["2026-07-02T08:00:00-04:00", "2026-07-02T08:30:00-04:00"]),
        ("instant", "", "", "2026-07-01T23:45:00-04:00", None, ["2026-07-01T23:45:00-04:00", "2026-07-02T00:15:00-04:00"]),
        // What is picked up is handed out while the doors are open.
        ("pickup", "", nine, "2026-07-01T17:30:00-04:00", None, ["2026-07-01T17:30:00-04:00", "2026-07-01T17:30:00-04:00"]),
        ("pickup", r#""pickup": {"window": 7200}"#, nine, "2026-07-01T17:30:00-04:00", None, ["2026-07-01T17:30:00-04:00", "2026-07-02T10:30:00-04:00"]),
    ]
}

#[test]
fn what_is_brought_arrives_in_the_shoppers_hours() {
    for (mode, modes, node, now, zone, window_of) in brought() {
        let found = window(mode, modes, node, now, zone);
        assert_eq!(found, (window_of[0].to_owned(), window_of[1].to_owned()), "{mode} {modes} {now} {zone:?}");
    }
}

/// Units on their way to a node that takes two hours to handle them, an order at 12:00 in Shanghai.
#[test]
fn what_comes_later_is_promised_by_when_it_arrives() {
    let moment = |text: &str| commerce::instant::parse(text).unwrap().at;
    let rules = rules(
        r#"{"nodes": [
            {"id": "n", "kind": "store", "modes": ["instant"], "handling": 7200, "hours": [{"from": "09:00", "to": "20:00"}]}],
            "items": {"made": {"leadTime": 3600}, "ahead": {"preorder": {"shipsAt": "2026-11-12T15:00:00+08:00"}}}}"#,
    );
    let now = moment("2026-11-12T12:00:00+08:00");
    let context = Context { at: now, ..context() };
    let ask = |sku: &str, by: Option<&str>| {
        let inbound = vec![Inbound { quantity: 2, at: moment("2026-11-12T19:00:00+08:00") }];
        let inbound = if sku == "x" { inbound } else { vec![] };
        let level = Level { at: now, inbound, ..level(sku, "n", 1) };
        let by = by.map(moment);
        let asked = Inquiry { by, strictly: by.is_some(), ..inquiry(vec![wanted("1", sku, 3)], vec![level]) };
        rules.check(&asked, &context).unwrap().lines.remove(0)
    };
    // What is there at 19:00 is ready when the doors were open two hours more.
    let line = ask("x", None);
    let promise = line.later[0].promise.as_ref().unwrap();
    assert_eq!((promise.mode.as_str(), promise.earliest.at), ("instant", moment("2026-11-13T10:00:00+08:00")));
    assert_eq!(line.promise.unwrap().earliest.at, moment("2026-11-12T14:00:00+08:00"));
    // By a time is by when it arrives, not by when it is there.
    for (sku, by, promised) in [
        ("x", "2026-11-12T13:00:00+08:00", 0),
        ("x", "2026-11-12T14:30:00+08:00", 1),
        ("x", "2026-11-12T19:00:00+08:00", 1),
        ("x", "2026-11-13T10:29:59+08:00", 1),
        ("x", "2026-11-13T10:30:00+08:00", 3),
        ("made", "2026-11-12T15:29:59+08:00", 1),
        ("made", "2026-11-12T15:30:00+08:00", 3),
        ("ahead", "2026-11-12T17:29:59+08:00", 1),
        ("ahead", "2026-11-12T17:30:00+08:00", 3),
    ] {
        assert_eq!(ask(sku, Some(by)).quantity, promised, "{sku} {by}");
    }
}

#[test]
fn a_zone_that_is_none_is_refused() {
    let rules = rules(r#"{"nodes": [{"id": "n", "kind": "store"}]}"#);
    let context = Context { time_zone: Some("Mars/Base".to_owned()), ..context() };
    let faults = rules.check(&inquiry(vec![wanted("1", "x", 1)], vec![]), &context).unwrap_err();
    assert_eq!((faults[0].code.as_str(), faults[0].pointer.as_str()), ("unknown-time-zone", "/shopper/timeZone"));
    assert!(rules.zone_at(Some("Mars/Base"), NOW).is_none());
    let own = rules.zone_at(None, NOW).unwrap();
    assert_eq!((own.name.as_str(), own.utc_offset), ("Asia/Shanghai", 28_800));
}

#[test]
fn an_old_count_is_trusted_less_and_then_not_at_all() {
    let nodes = r#"[{"id": "n", "kind": "store", "modes": ["instant", "same-day"]}]"#;
    let rules = rules(&format!(r#"{{"nodes": {nodes}, "policy": {{"confidence": 9500, "staleAfter": 7201}}}}"#));
    // Two an hour are sold: after an hour five may be gone at 95 %, so that five of ten can be promised.
    let asked = |age: i64, units: u32| {
        let counted = Level { at: NOW - age, velocity: 2_000, ..level("x", "n", 10) };
        plan(&rules, &inquiry(vec![wanted("1", "x", units)], vec![counted]))
    };
    let mut last = (u64::MAX, 10_001);
    for (age, available) in [(0, 10), (3_600, 5), (7_200, 2)] {
        let said = asked(age, 2);
        let line = &said.lines[0];
        assert_eq!(line.available, Some(available), "{age}");
        assert!(line.available < Some(last.0) && line.confidence < last.1, "{age}: {line:?}");
        assert!(line.confidence >= 9_500 && !said.stale, "{age}: {line:?}");
        assert_eq!(line.promise.as_ref().unwrap().mode, "instant");
        last = (available, line.confidence);
    }
    // From the bound on it says so, and brings it in the course of the day.
    let said = asked(7_201, 2);
    assert!(said.stale && said.lines[0].reasons.iter().any(|reason| reason.code == "stale"), "{said:?}");
    assert_eq!(said.lines[0].promise.as_ref().unwrap().mode, "same-day");
}

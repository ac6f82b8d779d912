//! A check from rulebook to answer: what each field of the rules and of the stock does, and what bad input gets.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]

mod shop;

use commerce::facts::stock::{
    Availability, HoldRequest, Inbound, Inquiry, Level, Lot, Plan, Quota, Reservation, Wanted,
};
use commerce::facts::types::{Context, Counter};
use inventory::{Rules, compile};
use shop::{NOW, at, context, inquiry, level, plan, rules, rules_of, shops, wanted};

fn codes(plan: &Plan, line: usize) -> Vec<&str> {
    plan.lines[line].reasons.iter().map(|reason| reason.code.as_str()).collect()
}

#[test]
fn what_is_on_hand_is_not_all_there_is_to_promise() {
    let kept = |owner: &str, expires: i64| Reservation {
        sku: "x".into(),
        node: Some("a".into()),
        channel: None,
        quantity: 2,
        expires: NOW + expires,
        owner: Some(owner.into()),
    };
    let plain = level("x", "a", 10);
    type Row = (&'static str, &'static str, Level, Vec<Reservation>, u64);
    let rows: Vec<Row> = vec![
        ("{}", "{}", plain.clone(), vec![], 10),
        ("{}", "{}", Level { reserved: 4, ..plain.clone() }, vec![], 6),
        ("{}", "{}", plain.clone(), vec![kept("me", 60), kept("you", 60), kept("you", 0)], 8),
        (r#"{"x": {"safetyStock": 3}}"#, r#"{"safetyStock": 5}"#, plain.clone(), vec![], 7),
        ("{}", r#"{"safetyStock": 5}"#, plain.clone(), vec![], 5),
        ("{}", "{}", Level { safety: Some(9), ..plain.clone() }, vec![], 1),
        (
            "{}",
            "{}",
            Level {
                quotas: vec![
                    Quota { channel: "live".into(), quantity: 4 },
                    Quota { channel: "web".into(), quantity: 3 },
                ],
                ..plain.clone()
            },
            vec![],
            6,
        ),
        ("{}", r#"{"confidence": 9500}"#, Level { at: NOW - 3_600, velocity: 2_000, ..plain.clone() }, vec![], 5),
        (
            "{}",
            "{}",
            Level {
                lots: vec![
                    Lot { id: "old".into(), quantity: 4, expires: Some(NOW + 60), trace: None },
                    Lot { id: "new".into(), quantity: 6, expires: None, trace: None },
                ],
                ..plain.clone()
            },
            vec![],
            6,
        ),
    ];
    for (items, policy, level, reservations, available) in rows {
        let mut question = inquiry(vec![wanted("1", "x", 1)], vec![level]);
        (question.reservations, question.owner) = (reservations, Some("me".into()));
        assert_eq!(
            plan(&shops(items, policy), &question).lines[0].available,
            Some(available),
            "{items} {policy} {question:?}"
        );
    }
    let untracked = inquiry(vec![wanted("1", "x", 1_000_000)], vec![Level { tracked: false, ..plain }]);
    let plan = plan(&shops("{}", "{}"), &untracked);
    assert_eq!((plan.lines[0].available, plan.complete), (None, true));
}

#[test]
fn what_is_not_there_comes_later_in_order() {
    let coming = Level { inbound: vec![Inbound { quantity: 2, at: NOW + 86_400 }], ..level("x", "a", 3) };
    let rows = [
        ("{}", coming.clone(), 5, Availability::Preorder, vec![("inbound", 2)]),
        ("{}", coming.clone(), 6, Availability::Partial, vec![("inbound", 2)]),
        (
            r#"{"x": {"preorder": {"cap": 4}}}"#,
            coming.clone(),
            9,
            Availability::Preorder,
            vec![("inbound", 2), ("preorder", 4)],
        ),
        // Sold ahead is sold ahead, with a date or without; what is owed beside it is not.
        (r#"{"x": {"preorder": {}}}"#, level("x", "a", 0), 2, Availability::Preorder, vec![("preorder", 2)]),
        (
            r#"{"x": {"preorder": {"shipsAt": "2026-12-01T00:00:00Z"}}}"#,
            level("x", "a", 0),
            2,
            Availability::Preorder,
            vec![("preorder", 2)],
        ),
        (
            r#"{"x": {"backorder": true}}"#,
            coming.clone(),
            9,
            Availability::Backorder,
            vec![("inbound", 2), ("backorder", 4)],
        ),
        (
            r#"{"x": {"leadTime": 60}}"#,
            coming.clone(),
            9,
            Availability::Preorder,
            vec![("inbound", 2), ("made-to-order", 4)],
        ),
        (
            r#"{"x": {"backorder": true, "oversellLimit": 3}}"#,
            level("x", "a", 3),
            6,
            Availability::Backorder,
            vec![("backorder", 3)],
        ),
        (
            r#"{"x": {"backorder": true, "oversellLimit": 3}}"#,
            level("x", "a", -1),
            6,
            Availability::Partial,
            vec![("backorder", 2)],
        ),
        (
            r#"{"x": {"preorder": {"shipsAt": "2026-11-01T00:00:00Z"}}}"#,
            level("x", "a", 0),
            1,
            Availability::Unavailable,
            vec![],
        ),
        (r#"{"x": {"sellable": false}}"#, level("x", "a", 9), 1, Availability::Unavailable, vec![]),
    ];
    for (items, level, units, status, later) in rows {
        let plan = plan(&shops(items, "{}"), &inquiry(vec![wanted("1", "x", units)], vec![level]));
        let found: Vec<(&str, u32)> =
            plan.lines[0].later.iter().map(|later| (later.source.as_str(), later.quantity)).collect();
        assert_eq!((plan.lines[0].status, found), (status, later), "{items} {units}");
    }
}

#[test]
fn lots_go_out_in_the_order_in_which_they_expire() {
    let lot = |id: &str, quantity, days: i64| Lot {
        id: id.into(),
        quantity,
        expires: Some(NOW + days * 86_400),
        trace: Some(format!("trace:{id}")),
    };
    let fresh =
        Level { lots: vec![lot("c", 5, 30), lot("a", 2, 3), lot("b", 4, 9)], reserved: 1, ..level("x", "a", 11) };
    let plan =
        plan(&shops(r#"{"x": {"minimumShelfLife": 432000}}"#, "{}"), &inquiry(vec![wanted("1", "x", 5)], vec![fresh]));
    let lots: Vec<(&str, u32)> = plan.draws[0].lots.iter().map(|lot| (lot.id.as_str(), lot.quantity)).collect();
    assert_eq!(lots, [("b", 3), ("c", 2)]);
    assert_eq!((plan.draws[0].reserved_after, plan.draws[0].lots[0].trace.as_deref()), (Some(6), Some("trace:b")));
}

#[test]
fn limits_say_what_they_allow() {
    let items = r#"{"x": {"limits": {"perOrder": 7, "minimum": 2, "step": 2, "periods": {"month": 9}}}}"#;
    for (units, bought, quantity, reasons) in [
        (4, 0, 4, vec![]),
        (8, 0, 6, vec!["above-order-limit", "not-a-multiple-of-step"]),
        (5, 0, 4, vec!["not-a-multiple-of-step"]),
        (4, 6, 2, vec!["above-period-limit", "not-a-multiple-of-step"]),
        (2, 8, 0, vec!["above-period-limit", "not-a-multiple-of-step", "below-minimum-quantity"]),
    ] {
        let counted = Counter { kind: "sku".into(), id: "x".into(), scope: "month".into(), used: bought };
        let context = Context { counters: vec![counted], ..context() };
        let plan = shops(items, "{}")
            .check(&inquiry(vec![wanted("1", "x", units)], vec![level("x", "a", 99)]), &context)
            .unwrap();
        assert_eq!((plan.lines[0].quantity, codes(&plan, 0)), (quantity, reasons), "{units} after {bought}");
    }
}

#[test]
fn a_promise_is_made_from_hours_cut_off_distance_and_date() {
    let node = r#"{"id": "n", "kind": "store", "modes": ["MODE"], "place": {"latitude": 31.2, "longitude": 121.4}, "handling": 600,
                   "radius": 5000, "hours": [{"from": "09:00", "to": "21:00"}], "cutOff": "20:30"}"#;
    let moment = |text: &str| commerce::instant::parse(text).unwrap().at;
    for (mode, now, place, earliest, latest) in [
        // 1,112 m at 15 km an hour are 266 s.
        (
            "instant",
            "2026-11-11T20:05:00+08:00",
            (31.21, 121.4),
            "2026-11-11T20:19:26+08:00",
            "2026-11-11T20:49:26+08:00",
        ),
        // After the cut-off work begins when the doors open.
        (
            "instant",
            "2026-11-11T20:35:00+08:00",
            (31.21, 121.4),
            "2026-11-12T09:14:26+08:00",
            "2026-11-12T09:44:26+08:00",
        ),
        (
            "pickup",
            "2026-11-11T20:05:00+08:00",
            (31.21, 121.4),
            "2026-11-11T20:15:00+08:00",
            "2026-11-11T20:15:00+08:00",
        ),
        (
            "same-day",
            "2026-11-11T08:00:00+08:00",
            (31.21, 121.4),
            "2026-11-11T09:12:40+08:00",
            "2026-11-11T22:00:00+08:00",
        ),
        (
            "same-day",
            "2026-11-11T20:35:00+08:00",
            (31.21, 121.4),
            "2026-11-12T09:12:40+08:00",
            "2026-11-12T22:00:00+08:00",
        ),
        (
            "next-day",
            "2026-11-11T20:05:00+08:00",
            (31.21, 121.4),
            "2026-11-12T09:00:00+08:00",
            "2026-11-12T21:00:00+08:00",
        ),
    ] {
        let rules = rules(&format!(r#"{{"nodes": [{}]}}"#, node.replace("MODE", mode)));
        let context = Context { at: moment(now), ..at(place.0, place.1) };
        let plan = rules.check(&inquiry(vec![wanted("1", "x", 1)], vec![level("x", "n", 1)]), &context).unwrap();
        let promise = plan.lines[0].promise.as_ref().unwrap();
        assert_eq!(
            (promise.earliest.at, promise.latest.at),
            (moment(earliest), moment(latest)),
            "{mode} {now}: {promise:?}"
        );
    }
    // Three days of line haul: dispatch, two days and more on the way.
    let far = rules(&format!(r#"{{"nodes": [{}]}}"#, node.replace("MODE", "express").replace("\"radius\": 5000,", "")));
    let plan = far.check(&inquiry(vec![wanted("1", "x", 1)], vec![level("x", "n", 1)]), &at(39.9, 116.4)).unwrap();
    assert_eq!(plan.lines[0].promise.as_ref().unwrap().latest.at, moment("2026-11-13T21:00:00+08:00"));
}

#[test]
fn every_node_not_used_says_why() {
    let nodes = r#"[{"id": "used", "kind": "forward-warehouse", "place": {"latitude": 31.2, "longitude": 121.4}, "radius": 3000},
        {"id": "far", "kind": "forward-warehouse", "place": {"latitude": 32.2, "longitude": 121.4}, "radius": 3000},
        {"id": "closed", "kind": "store", "active": false}, {"id": "live", "kind": "store", "channels": ["live"]},
        {"id": "point", "kind": "community-point"}, {"id": "full", "kind": "store", "capacity": 0},
        {"id": "empty", "kind": "store"}, {"id": "not", "kind": "store"}, {"id": "old", "kind": "store"},
        {"id": "dear", "kind": "store", "cost": {"shipment": 900}}]"#;
    let rules = rules(&format!(r#"{{"nodes": {nodes}, "policy": {{"staleAfter": 600}}}}"#));
    let mut levels: Vec<Level> = ["used", "far", "closed", "live", "point", "full", "not", "dear"]
        .iter()
        .map(|node| level("x", node, 5))
        .collect();
    levels.push(Level { at: NOW - 601, ..level("x", "old", 5) });
    let mut question = inquiry(vec![wanted("1", "x", 1)], levels);
    (question.wish, question.excluded) = (Some("instant".into()), vec!["not".into()]);
    let plan = rules.check(&question, &at(31.201, 121.4)).unwrap();
    let said: Vec<(&str, &str)> =
        plan.nodes.iter().map(|node| (node.node.as_str(), node.reasons.first().map_or("", String::as_str))).collect();
    let expected = [
        ("closed", "inactive"),
        ("dear", "better-plan-without"),
        ("empty", "no-stock"),
        ("far", "out-of-radius"),
        ("full", "no-capacity"),
        ("live", "channel-not-served"),
        ("not", "excluded"),
        ("old", "stale"),
        ("point", "mode-not-offered"),
        ("used", ""),
    ];
    assert_eq!(said, expected);
    assert!(plan.stale && plan.optimal);
}

#[test]
fn a_hold_lists_what_to_reserve_and_is_signed() {
    let mut question = inquiry(vec![wanted("1", "kit", 2)], vec![level("x", "a", 9), level("y", "a", 9)]);
    question.hold = Some(HoldRequest { secret: b"key".to_vec(), key: Some("cart-1".into()) });
    let plan = plan(&shops(r#"{"kit": {"kit": {"x": 2, "y": 1}}}"#, "{}"), &question);
    let drawn: Vec<(&str, u32, Option<i64>)> =
        plan.draws.iter().map(|draw| (draw.sku.as_str(), draw.quantity, draw.reserved_after)).collect();
    assert_eq!(drawn, [("x", 4, Some(4)), ("y", 2, Some(2))]);
    let hold = plan.hold.unwrap();
    let (payload, signature) = hold.token.split_once('.').unwrap();
    let written = r#"{"key":"cart-1","at":1794398700,"expires":1794399600,"items":[{"sku":"x","node":"a","source":"stock","quantity":4,"reservedAfter":4},{"sku":"y","node":"a","source":"stock","quantity":2,"reservedAfter":2}]}"#;
    assert_eq!(payload, inventory::hold::base64url(written.as_bytes()));
    assert_eq!(signature, inventory::hold::base64url(&inventory::hold::signature(b"key", written.as_bytes())));
    assert_eq!((hold.key.as_str(), hold.expires), ("cart-1", NOW + 900));
}

#[test]
fn a_short_line_names_what_may_be_taken_instead() {
    let items = r#"{"x": {"substitutes": ["none", "y", "z"]}}"#;
    let line = Wanted { substitutes: true, ..wanted("1", "x", 5) };
    let plan = plan(
        &shops(items, "{}"),
        &inquiry(vec![line, wanted("2", "y", 1)], vec![level("x", "a", 2), level("y", "a", 3), level("z", "b", 9)]),
    );
    let offered: Vec<(&str, u32)> =
        plan.lines[0].substitutes.iter().map(|other| (other.sku.as_str(), other.quantity)).collect();
    assert_eq!((plan.lines[0].short, offered), (3, vec![("y", 2), ("z", 3)]));
}

#[test]
fn a_wrong_rulebook_says_what_is_wrong_where() {
    for (inventory, code, pointer) in [
        (r#"{"items": {"a": {"kit": {"b": 1}}, "b": {"kit": {"a": 1}}}}"#, "cyclic-kit", "/inventory/items/a"),
        (r#"{"items": {"a": {"safetyStock": -1}}}"#, "negative-count", "/inventory/items/a/safetyStock"),
        (
            r#"{"items": {"a": {"limits": {"periods": {"m": -1}}}}}"#,
            "negative-count",
            "/inventory/items/a/limits/periods/m",
        ),
        (
            r#"{"nodes": [{"id": "n", "kind": "store", "capacity": -1}]}"#,
            "negative-count",
            "/inventory/nodes/0/capacity",
        ),
        (
            r#"{"nodes": [{"id": "n", "kind": "store", "place": {"latitude": 91, "longitude": 0}}]}"#,
            "place-outside-globe",
            "/inventory/nodes/0/place/latitude",
        ),
        (r#"{"nodes": [{"id": "n", "kind": "store", "hours": []}]}"#, "closed-all-week", "/inventory/nodes/0/hours"),
        (
            r#"{"nodes": [{"id": "n", "kind": "store"}, {"id": "n", "kind": "store"}]}"#,
            "duplicate-node",
            "/inventory/nodes/1/id",
        ),
        (
            r#"{"nodes": [{"id": "n", "kind": "store", "timeZone": "Mars/Base"}]}"#,
            "unknown-time-zone",
            "/inventory/nodes/0/timeZone",
        ),
        (r#"{"policy": {"objective": ["cost", "units"]}}"#, "units-not-first", "/inventory/policy/objective"),
        (r#"{"policy": {"objective": ["units", "units"]}}"#, "duplicate-criterion", "/inventory/policy/objective/1"),
        (r#"{"shelves": 1}"#, "unknown-field", "/inventory/shelves"),
    ] {
        let faults = compile(&format!(r#"{{"inventory": {inventory}}}"#)).unwrap_err();
        assert!(
            faults.iter().any(|fault| (fault.code.as_str(), fault.pointer.as_str()) == (code, pointer)),
            "{inventory}: {faults:?}"
        );
    }
    // A wrong kind is one fault: what else the node says is read all the same.
    let kiosk = r#"{"inventory": {"nodes": [{"id": "n", "kind": "kiosk", "hours": [{"from": "08:00", "to": "20:00"}],
        "radius": 3000, "channels": ["web"], "capacity": 5, "handling": 60, "safetyStock": 1}]}}"#;
    let faults = compile(kiosk).unwrap_err();
    assert!(matches!(faults.as_slice(), [fault] if fault.pointer == "/inventory/nodes/0/kind"), "{faults:?}");
    let node = |number: usize| format!(r#"{{"id": "n{number}", "kind": "store"}}"#);
    let many = |count: usize| {
        format!(r#"{{"inventory": {{"nodes": [{}]}}}}"#, (0..count).map(node).collect::<Vec<_>>().join(","))
    };
    assert!(compile(&many(500)).is_ok());
    assert_eq!(compile(&many(501)).unwrap_err()[0].code, "too-many-nodes");
    let unknown = r#"{"catalogue": {"products": [{"sku": "a"}]}, "inventory": {"items": {"b": {}}}}"#;
    assert_eq!(compile(unknown).unwrap_err()[0].code, "unknown-sku");
    assert!(Rules::load(b"\x07").is_err());
}

#[test]
fn a_wrong_question_says_what_is_wrong_where() {
    let good = inquiry(vec![wanted("1", "x", 1)], vec![level("x", "a", 1)]);
    let kept =
        Reservation { sku: "x".into(), node: Some("c".into()), channel: None, quantity: 1, expires: NOW, owner: None };
    for (question, code, pointer) in [
        (Inquiry { wish: Some("teleport".into()), ..good.clone() }, "unknown-mode", "/delivery/wish"),
        (Inquiry { nodes: vec!["c".into()], ..good.clone() }, "unknown-node", "/delivery/nodes/0"),
        (Inquiry { excluded: vec!["c".into()], ..good.clone() }, "unknown-node", "/delivery/exclude/0"),
        (Inquiry { levels: vec![level("x", "c", 1)], ..good.clone() }, "unknown-node", "/stock/0/node"),
        (
            Inquiry { levels: vec![level("x", "a", 1), level("x", "a", 2)], ..good.clone() },
            "duplicate-level",
            "/stock/1",
        ),
        (Inquiry { reservations: vec![kept], ..good }, "unknown-node", "/reservations/0/node"),
    ] {
        let faults = shops("{}", "{}").check(&question, &context()).unwrap_err();
        assert_eq!((faults[0].code.as_str(), faults[0].pointer.as_str()), (code, pointer));
    }
}

#[test]
fn what_names_a_product_must_be_in_the_catalogue_where_there_is_one() {
    let kept = |sku: &str, node: Option<&str>| Reservation {
        sku: sku.into(),
        node: node.map(str::to_owned),
        channel: None,
        quantity: 1,
        expires: NOW + 60,
        owner: None,
    };
    let book = r#"{"catalogue": {"products": [{"sku": "x"}, {"sku": "y"}]},
        "inventory": {"nodes": [{"id": "a", "kind": "store"}]}}"#;
    let closed = rules_of(book);
    let good = inquiry(vec![wanted("1", "x", 1)], vec![level("x", "a", 2)]);
    for (question, pointer) in [
        (Inquiry { lines: vec![wanted("1", "z", 1)], ..good.clone() }, "/lines/0/sku"),
        (Inquiry { levels: vec![level("x", "a", 1), level("z", "a", 1)], ..good.clone() }, "/stock/1/sku"),
        (Inquiry { reservations: vec![kept("y", None), kept("z", Some("a"))], ..good.clone() }, "/reservations/1/sku"),
        (Inquiry { reservations: vec![kept("z", None)], ..good.clone() }, "/reservations/0/sku"),
    ] {
        let faults = closed.check(&question, &context()).unwrap_err();
        let said: Vec<_> = faults.iter().map(|fault| (fault.code.as_str(), fault.pointer.as_str())).collect();
        assert_eq!(said, [("unknown-sku", pointer)]);
    }
    // What other carts keep of other products is no matter of this one; without a catalogue every product may be one.
    let others = vec![kept("x", Some("a")), kept("y", Some("a")), kept("y", None)];
    assert_eq!(plan(&closed, &Inquiry { reservations: others, ..good.clone() }).lines[0].available, Some(1));
    assert!(plan(&shops("{}", "{}"), &Inquiry { reservations: vec![kept("z", Some("b"))], ..good }).complete);
}

#[test]
fn what_is_sold_beyond_stock_counts_kits_and_other_lines() {
    let items = |how: &str| format!(r#"{{"k": {{"kit": {{"c": 1}}}}, "c": {{{how}, "oversellLimit": 2}}}}"#);
    let whole = |mut line: Wanted| {
        line.split = Some(false);
        line
    };
    for how in [r#""backorder": true"#, r#""preorder": {}"#] {
        let rules = shops(&items(how), "{}");
        let stock = || vec![level("c", "a", 4)];
        // Four of c are there, and two more may be owed: six in all, whoever takes them.
        let cart = vec![wanted("1", "k", 4), whole(wanted("2", "c", 9))];
        let both = plan(&rules, &inquiry(cart, stock()));
        assert_eq!((both.lines[0].quantity, both.lines[1].quantity), (4, 2), "{how}: {both:?}");
        let alone = plan(&rules, &inquiry(vec![whole(wanted("1", "c", 9))], stock()));
        assert_eq!((alone.lines[0].quantity, alone.lines[0].most), (6, Some(6)), "{how}: {alone:?}");
        let few = plan(&rules, &inquiry(vec![wanted("1", "c", 1)], stock()));
        assert_eq!((few.lines[0].quantity, few.lines[0].most), (1, Some(6)), "{how}: {few:?}");
    }
}

#[test]
fn a_kit_is_sold_beyond_what_can_be_built_of_its_parts() {
    let items = |how: &str| format!(r#"{{"k": {{"kit": {{"c": 2, "d": 1}}, {how}, "oversellLimit": 2}}}}"#);
    for how in [r#""backorder": true"#, r#""preorder": {}"#] {
        let rules = shops(&items(how), "{}");
        // Two kits can be built at a and one at b, and two more may be owed.
        let stock = || vec![level("c", "a", 5), level("d", "a", 2), level("c", "b", 2), level("d", "b", 9)];
        let many = plan(&rules, &inquiry(vec![wanted("1", "k", 9)], stock()));
        assert_eq!((many.lines[0].quantity, many.lines[0].most), (5, Some(5)), "{how}: {many:?}");
        let few = plan(&rules, &inquiry(vec![wanted("1", "k", 1)], stock()));
        assert_eq!((few.lines[0].quantity, few.lines[0].most), (1, Some(5)), "{how}: {few:?}");
        // Two lines of it keep to that together.
        let cart = vec![wanted("1", "k", 4), wanted("2", "k", 4)];
        let two = plan(&rules, &inquiry(cart, stock()));
        assert_eq!(two.lines.iter().map(|line| line.quantity).sum::<u32>(), 5, "{how}: {two:?}");
        // What others take of the parts cannot be built.
        let cart = vec![wanted("1", "d", 11), wanted("2", "k", 9)];
        let beside = plan(&rules, &inquiry(cart, stock()));
        let later: u32 = beside.lines[1].later.iter().map(|later| later.quantity).sum();
        assert_eq!(later, 2, "{how}: {beside:?}");
        // Nothing is there.
        let owed = plan(&rules, &inquiry(vec![wanted("1", "k", 9)], Vec::new()));
        assert_eq!((owed.lines[0].quantity, owed.lines[0].most), (2, Some(2)), "{how}: {owed:?}");
    }
}

#[test]
fn what_comes_after_the_time_asked_for_is_not_promised_where_that_is_strict() {
    let week = NOW + 7 * 86_400;
    let coming = Level { inbound: vec![Inbound { at: week, quantity: 5 }], ..level("x", "a", 1) };
    for (item, stock) in [
        ("{}", coming.clone()),
        (r#"{"leadTime": 864000}"#, level("x", "a", 1)),
        (r#"{"backorder": true}"#, level("x", "a", 1)),
    ] {
        let rules = shops(&format!(r#"{{"x": {item}}}"#), "{}");
        for (strictly, by, quantity) in
            [(true, NOW + 86_400, 1), (false, NOW + 86_400, 3), (true, NOW + 30 * 86_400, 3)]
        {
            let cart = inquiry(vec![wanted("1", "x", 3)], vec![stock.clone()]);
            let said = plan(&rules, &Inquiry { by: Some(by), strictly, ..cart });
            let undated = item.contains("backorder") && strictly;
            assert_eq!(said.lines[0].quantity, if undated { 1 } else { quantity }, "{item} {strictly}: {said:?}");
            let late = said.lines[0].later.iter().any(|later| later.at.is_some_and(|at| at > by));
            assert_eq!(codes(&said, 0).contains(&"later-than-asked"), late, "{item} {strictly}");
        }
    }
}

#[test]
fn all_or_nothing_is_short_of_all() {
    let rules = shops("{}", "{}");
    let cart = inquiry(vec![wanted("1", "x", 5), wanted("2", "y", 1)], vec![level("x", "a", 1), level("y", "a", 1)]);
    let said = plan(&rules, &Inquiry { all_or_nothing: Some(true), ..cart });
    let found: Vec<_> = said.lines.iter().map(|line| (line.quantity, line.short)).collect();
    assert_eq!(found, [(0, 5), (0, 1)]);
    // What is offered instead is there beside what the cart wants of it.
    let rules = shops(r#"{"x": {"substitutes": ["y"]}}"#, "{}");
    for (there, offered) in [(3, None), (4, Some(1)), (9, Some(2))] {
        let cart = vec![Wanted { substitutes: true, ..wanted("1", "x", 2) }, wanted("2", "y", 3)];
        let cart = Inquiry { all_or_nothing: Some(true), ..inquiry(cart, vec![level("y", "a", there)]) };
        assert_eq!(plan(&rules, &cart).lines[0].substitutes.first().map(|other| other.quantity), offered, "{there}");
    }
}

#[test]
fn kits_of_kits_are_flattened_once_and_within_bounds() {
    // Each of 22 levels is one of two kits of the next: 4,194,304 ways down, one part at the end.
    let level = |number: usize, place: usize| {
        format!(r#""k{number}-{place}": {{"kit": {{"k{0}-0": 1, "k{0}-1": 1}}}}"#, number + 1)
    };
    let levels = |many: usize| {
        let all: Vec<String> = (0..many).flat_map(|number| [level(number, 0), level(number, 1)]).collect();
        compile(&format!(r#"{{"currency": "CNY", "inventory": {{"items": {{{}}}}}}}"#, all.join(", ")))
    };
    assert!(levels(19).is_ok(), "524,288 of each part");
    assert!(levels(22).unwrap_err().iter().all(|fault| fault.code == "kit-too-large"));
    let sum = r#"{"currency": "CNY", "inventory": {"items": {"k": {"kit": {"a": 1, "b": 1}}, "a": {"kit": {"c": 600000}}, "b": {"kit": {"c": 600000}}}}}"#;
    let faults = compile(sum).unwrap_err();
    assert_eq!((faults[0].code.as_str(), faults[0].pointer.as_str()), ("kit-too-large", "/inventory/items/k"));
}

#[test]
fn the_most_is_what_may_be_bought() {
    for (limits, most) in
        [(r#"{"perOrder": 5, "step": 2}"#, 4), (r#"{"perOrder": 5, "minimum": 6}"#, 0), (r#"{"minimum": 3}"#, 9)]
    {
        let rules = shops(&format!(r#"{{"x": {{"limits": {limits}}}}}"#), "{}");
        let said = plan(&rules, &inquiry(vec![wanted("1", "x", 6)], vec![level("x", "a", 9)]));
        assert_eq!(said.lines[0].most, Some(most), "{limits}");
    }
}

#[test]
fn what_is_promised_is_what_may_be_bought() {
    let cart = |limits: &str, asked: u32, there: i64| {
        let rules = shops(&format!(r#"{{"x": {{"limits": {limits}}}}}"#), "{}");
        plan(&rules, &inquiry(vec![wanted("1", "x", asked)], vec![level("x", "a", there)]))
    };
    for (limits, asked, there, quantity, code) in [
        (r#"{"minimum": 4}"#, 5, 3, 0, "below-minimum-quantity"),
        (r#"{"step": 3}"#, 6, 5, 3, "not-a-multiple-of-step"),
        (r#"{"step": 3, "minimum": 6}"#, 9, 8, 6, "not-a-multiple-of-step"),
    ] {
        let said = cart(limits, asked, there);
        let line = &said.lines[0];
        assert_eq!((line.quantity, line.short), (quantity, asked - quantity), "{limits}: {said:?}");
        assert!(codes(&said, 0).contains(&code), "{limits}: {said:?}");
        let sent: u32 = said.shipments.iter().map(|shipment| shipment.units).sum();
        assert_eq!(sent, quantity, "{limits}");
    }
    assert_eq!(cart(r#"{"minimum": 4, "step": 2}"#, 6, 9).lines[0].quantity, 6);
}

#[test]
fn what_is_cut_for_step_or_minimum_is_short_for_substitutes_too() {
    for (limits, promised, offered) in [(r#"{"minimum": 4}"#, 0, 5), (r#"{"step": 5}"#, 0, 5), ("{}", 3, 2)] {
        let rules = shops(&format!(r#"{{"x": {{"substitutes": ["y"], "limits": {limits}}}}}"#), "{}");
        let line = Wanted { substitutes: true, ..wanted("1", "x", 5) };
        let said = plan(&rules, &inquiry(vec![line], vec![level("x", "a", 3), level("y", "a", 9)]));
        let substitutes: Vec<u32> = said.lines[0].substitutes.iter().map(|other| other.quantity).collect();
        assert_eq!((said.lines[0].quantity, substitutes), (promised, vec![offered]), "{limits}");
    }
}

#[test]
fn step_and_minimum_are_for_all_lines_of_a_product() {
    for (limits, asked, there, quantities, code) in [
        (r#"{"minimum": 4}"#, (2, 2), 9, (2, 2), None),
        (r#"{"step": 4}"#, (2, 2), 9, (2, 2), None),
        (r#"{"step": 4}"#, (3, 3), 9, (3, 1), Some("not-a-multiple-of-step")),
        (r#"{"minimum": 4}"#, (2, 1), 9, (0, 0), Some("below-minimum-quantity")),
        (r#"{"minimum": 4}"#, (2, 2), 3, (0, 0), Some("below-minimum-quantity")),
        (r#"{"step": 2}"#, (3, 3), 5, (3, 1), Some("not-a-multiple-of-step")),
        (r#"{"perOrder": 5, "step": 2}"#, (3, 3), 9, (3, 1), Some("not-a-multiple-of-step")),
    ] {
        let rules = shops(&format!(r#"{{"x": {{"limits": {limits}}}}}"#), "{}");
        let cart = vec![wanted("1", "x", asked.0), wanted("2", "x", asked.1)];
        let said = plan(&rules, &inquiry(cart, vec![level("x", "a", there)]));
        assert_eq!((said.lines[0].quantity, said.lines[1].quantity), quantities, "{limits}: {said:?}");
        match code {
            Some(code) => assert!(codes(&said, 1).contains(&code), "{limits}: {said:?}"),
            None => assert!(said.complete && codes(&said, 0).is_empty(), "{limits}: {said:?}"),
        }
    }
    let rules = shops(r#"{"x": {"limits": {"perOrder": 7, "step": 4}}}"#, "{}");
    let said = plan(&rules, &inquiry(vec![wanted("1", "x", 2), wanted("2", "x", 2)], vec![level("x", "a", 20)]));
    assert_eq!((said.lines[0].most, said.lines[1].most), (Some(2), Some(2)), "with the other two: four of seven");
}

#[test]
fn substitutes_keep_to_every_bound() {
    let short = |id: &str, sku: &str, quantity| Wanted { substitutes: true, ..wanted(id, sku, quantity) };
    let offered = |plan: &Plan, line: usize| -> Vec<(String, u32)> {
        plan.lines[line].substitutes.iter().map(|other| (other.sku.clone(), other.quantity)).collect()
    };
    let y = |many| vec![("y".to_owned(), many)];
    let items =
        |limits: &str| format!(r#"{{"x": {{"substitutes": ["y"]}}, "w": {{"substitutes": ["y"]}}, "y": {limits}}}"#);
    // What may be bought, alone and beside what the cart has of it.
    for (limits, of_y, missing, many) in [
        (r#"{"limits": {"perOrder": 1}}"#, 0, 3, y(1)),
        (r#"{"limits": {"minimum": 5}}"#, 0, 1, vec![]),
        (r#"{"limits": {"minimum": 5}}"#, 5, 1, y(1)),
        (r#"{"limits": {"step": 2}}"#, 0, 3, y(2)),
        (r#"{"limits": {"perOrder": 4}}"#, 3, 3, y(1)),
        ("{}", 0, 3, y(3)),
    ] {
        let mut cart = vec![short("1", "x", missing)];
        cart.extend((of_y > 0).then(|| wanted("2", "y", of_y)));
        let said = plan(&shops(&items(limits), "{}"), &inquiry(cart, vec![level("y", "a", 9)]));
        assert_eq!(offered(&said, 0), many, "{limits} {of_y} {missing}");
    }
    // What is there is there once.
    for (limits, first, second) in [("{}", y(2), y(1)), (r#"{"limits": {"perOrder": 2}}"#, y(2), vec![])] {
        let cart = vec![short("1", "x", 2), short("2", "w", 2)];
        let said = plan(&shops(&items(limits), "{}"), &inquiry(cart, vec![level("y", "a", 3)]));
        assert_eq!((offered(&said, 0), offered(&said, 1)), (first, second), "{limits}");
    }
    // What is not promised because of the step is missing as well.
    let stepped = r#"{"x": {"substitutes": ["y"], "limits": {"step": 3}}}"#;
    let stock = vec![level("x", "a", 5), level("y", "a", 9)];
    let said = plan(&shops(stepped, "{}"), &inquiry(vec![short("1", "x", 6)], stock));
    assert_eq!((said.lines[0].quantity, offered(&said, 0)), (3, y(3)));
}

#[test]
fn substitutes_come_from_nodes_that_can_still_send() {
    let line = || vec![Wanted { substitutes: true, ..wanted("1", "x", 5) }];
    let stock = || vec![level("x", "a", 2), level("y", "a", 1), level("y", "b", 9)];
    let many = |plan: &Plan| plan.lines[0].substitutes.iter().map(|other| other.quantity).sum::<u32>();
    let rules = shops(r#"{"x": {"substitutes": ["y"]}}"#, "{}");
    for (most, quantity) in [(None, 3), (Some(2), 3), (Some(1), 1)] {
        let said = plan(&rules, &Inquiry { max_shipments: most, ..inquiry(line(), stock()) });
        assert_eq!(many(&said), quantity, "{most:?}: {said:?}");
    }
    for (capacity, quantity) in [(2, 0), (3, 1), (9, 3)] {
        let rules = rules_with_capacity(capacity);
        let said = plan(&rules, &inquiry(line(), vec![level("x", "a", 2), level("y", "a", 9)]));
        assert_eq!((said.lines[0].quantity, many(&said)), (2, quantity), "{capacity}");
    }
}

fn rules_with_capacity(capacity: u32) -> Rules {
    let node = format!(r#"{{"id": "a", "kind": "store", "modes": ["same-day"], "capacity": {capacity}}}"#);
    rules(&format!(r#"{{"nodes": [{node}], "items": {{"x": {{"substitutes": ["y"]}}}}}}"#))
}

#[test]
fn substitutes_keep_to_the_oversell_limit_and_to_lines_that_must_stay_whole() {
    let many = |plan: &Plan| plan.lines[0].substitutes.iter().map(|other| other.quantity).sum::<u32>();
    let x = |split| Wanted { substitutes: true, split, ..wanted("1", "x", 5) };
    let stock = || vec![level("y", "a", 2), level("y", "b", 4)];
    // From one node only, where the shopper, the shop or the substitute says so.
    for (split, y, policy, quantity) in [
        (None, "{}", "{}", 5),
        (Some(false), "{}", "{}", 4),
        (None, r#"{"splits": false}"#, "{}", 4),
        (Some(true), r#"{"splits": false}"#, "{}", 4),
        (None, "{}", r#"{"splitLines": false}"#, 4),
        (Some(true), "{}", r#"{"splitLines": false}"#, 5),
    ] {
        let rules = shops(&format!(r#"{{"x": {{"substitutes": ["y"]}}, "y": {y}}}"#), policy);
        assert_eq!(many(&plan(&rules, &inquiry(vec![x(split)], stock()))), quantity, "{split:?} {y} {policy}");
    }
    // Six are there and so many more may be owed; eight are promised, all to be owed as no node has them together.
    for (limit, quantity) in [("2", 0), ("4", 2), ("9", 5)] {
        let y = format!(r#"{{"backorder": true, "oversellLimit": {limit}}}"#);
        let rules = shops(&format!(r#"{{"x": {{"substitutes": ["y"]}}, "y": {y}}}"#), "{}");
        let owed = Wanted { split: Some(false), ..wanted("2", "y", 8) };
        let said = plan(&rules, &inquiry(vec![x(None), owed], stock()));
        assert_eq!((said.lines[1].quantity, many(&said)), (8, quantity), "{limit}: {said:?}");
    }
}

#[test]
fn the_most_keeps_to_capacities_shipments_and_lines_that_must_stay_whole() {
    let node = |id: &str, capacity: &str| {
        format!(r#"{{"id": "{id}", "kind": "store", "modes": ["same-day", "pickup"]{capacity}}}"#)
    };
    let asked = |rules: &Rules, question: Inquiry| plan(rules, &question).lines[0].most;
    let two = |a: &str, b: &str, item: &str| {
        rules(&format!(r#"{{"nodes": [{}, {}], "items": {{"x": {item}}}}}"#, node("a", a), node("b", b)))
    };
    let stock = || vec![level("x", "a", 5), level("x", "b", 9)];
    let cart = |stock| inquiry(vec![wanted("1", "x", 1)], stock);
    let four = r#", "capacity": 4"#;
    // What nodes can send in their slots, and what may be owed beyond what is there.
    for (a, b, item, most) in [
        ("", "", "{}", Some(14)),
        ("", four, "{}", Some(9)),
        (four, four, "{}", Some(8)),
        (four, four, r#"{"backorder": true, "oversellLimit": 2}"#, Some(16)),
        (four, four, r#"{"preorder": {"cap": 3}}"#, Some(11)),
        ("", "", r#"{"preorder": {"cap": 3}}"#, Some(17)),
        (four, four, r#"{"limits": {"step": 5}}"#, Some(5)),
        (four, four, r#"{"tracked": false}"#, Some(8)),
        (four, "", r#"{"tracked": false}"#, None),
        (four, four, r#"{"sellable": false}"#, Some(0)),
    ] {
        assert_eq!(asked(&two(a, b, item), cart(stock())), most, "{a} {b} {item}");
    }
    // The best node, where there may be only one.
    let plain = || two("", "", "{}");
    for question in [
        Inquiry { max_shipments: Some(1), ..cart(stock()) },
        Inquiry { wish: Some("pickup".into()), ..cart(stock()) },
        inquiry(vec![Wanted { split: Some(false), ..wanted("1", "x", 1) }], stock()),
    ] {
        assert_eq!(asked(&plain(), question), Some(9));
    }
    // Beside another line: what it takes of the stock, of a slot, and the node that it comes from.
    let beside = |sku: &str| {
        inquiry(vec![wanted("1", "x", 1), wanted("2", sku, 3)], [stock(), vec![level("y", "a", 3)]].concat())
    };
    assert_eq!(asked(&plain(), beside("x")), Some(11));
    assert_eq!(asked(&two(four, four, "{}"), beside("y")), Some(5));
    assert_eq!(asked(&plain(), Inquiry { max_shipments: Some(1), ..beside("y") }), Some(5));
}

#[test]
fn what_is_picked_up_is_at_one_node_however_many_shipments_the_shop_sends() {
    let nodes = ["a", "b"].map(|id| format!(r#"{{"id": "{id}", "kind": "store", "modes": ["pickup", "same-day"]}}"#));
    for (policy, wish, most, shipments, quantity) in [
        ("{}", Some("pickup"), None, 1, 3),
        (r#"{"maxShipments": 3}"#, Some("pickup"), None, 1, 3),
        (r#"{"maxShipments": 3}"#, Some("pickup"), Some(2), 2, 5),
        (r#"{"maxShipments": 3}"#, None, None, 2, 5),
        (r#"{"maxShipments": 1}"#, None, None, 1, 3),
    ] {
        let rules = rules(&format!(r#"{{"nodes": [{}], "policy": {policy}}}"#, nodes.join(",")));
        let cart = inquiry(vec![wanted("1", "x", 5)], vec![level("x", "a", 2), level("x", "b", 3)]);
        let said = plan(&rules, &Inquiry { wish: wish.map(str::to_owned), max_shipments: most, ..cart });
        assert_eq!((said.shipments.len(), said.lines[0].quantity), (shipments, quantity), "{policy} {wish:?} {most:?}");
    }
}

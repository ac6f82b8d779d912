//! Sales: which touches count, which claim wins, what looks like abuse, and what each is paid.

use super::{Shop, click, money, paid, sale, texts};
use serde_json::{Value, json};
use tests::contract::fits;
use tests::samples;

#[test]
fn windows_are_by_kind_and_channel_and_a_touch_without_consent_is_not_used() {
    let shop = Shop::open();
    let programme = json!({ "model": { "kind": "linear" },
        "windows": { "click": 3_600, "view": 600, "channels": { "live": { "click": 60 }, "ad": { "view": 0 } } } });
    let touch = |minute: &str, kind: &str, channel: &str| json!({ "at": format!("2026-11-11T19:{minute}+08:00"), "kind": kind, "channel": channel, "referrer": format!("{channel}-{kind}") });
    let mut silent = touch("59:59", "click", "group-share");
    silent["consent"] = json!(false);
    silent["fingerprints"] = json!({ "device": "d-1", "network": "n-1" });
    let touches = json!([
        touch("00:00", "click", "content"),
        touch("49:59", "view", "content"),
        touch("50:00", "view", "store"),
        touch("58:59", "click", "live"),
        touch("59:59", "view", "ad"),
        silent,
        { "at": "2026-11-11T19:59:59+08:00", "kind": "click", "channel": "direct" },
        { "at": "2026-11-11T20:00:01+08:00", "kind": "click", "channel": "content", "referrer": "late" },
        { "at": "9999-12-31T23:59:59Z", "kind": "click", "channel": "content", "referrer": "never" },
        touch("00:00", "click", "private-share"),
    ]);
    let answer = shop.ask("attribute", &sale(&programme, &json!({ "touches": touches })));
    let unused: Vec<(u64, &str)> = answer["unused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["touch"].as_u64().unwrap(), one["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        unused,
        [
            (1, "outside-window"),
            (3, "outside-window"),
            (4, "outside-window"),
            (5, "no-consent"),
            (6, "direct-after-known"),
            (7, "after-conversion"),
            (8, "implausible-time"),
        ]
    );
    assert_eq!(texts(&answer["credits"], &["referrer"]), [["content-click"], ["private-share-click"], ["store-view"]]);
    assert_eq!(answer["notes"][0]["code"], "touches-out-of-order");
    let shares: i64 =
        answer["credits"].as_array().unwrap().iter().map(|one| one["amount"]["amount"].as_i64().unwrap()).sum();
    assert_eq!(shares, 10_000);
}

#[test]
fn a_bound_customer_is_protected_for_days_and_may_then_be_taken_over() {
    let shop = Shop::open();
    let day = 86_400;
    // (binding, bound since, codes) and (claim, payee, whom the customer is bound to, who lost and why)
    let table: [(Value, &str, Value, &str, &str, &str, &[[&str; 3]]); 7] = [
        (
            json!({ "snatch": true, "protects": 15 * day }),
            "2026-11-01",
            json!([]),
            "binding",
            "koc",
            "koc",
            &[["link", "kol", "binding-protected"]],
        ),
        (
            json!({ "snatch": true, "protects": 9 * day }),
            "2026-11-01",
            json!([]),
            "link",
            "kol",
            "kol",
            &[["binding", "koc", "lower-precedence"]],
        ),
        (
            json!({ "snatch": false }),
            "2001-01-01",
            json!(["LIVE88"]),
            "binding",
            "koc",
            "koc",
            &[["link", "kol", "binding-holds"], ["code", "host", "binding-holds"]],
        ),
        (
            json!({ "lasts": 30 * day }),
            "2026-10-01",
            json!([]),
            "link",
            "kol",
            "kol",
            &[["binding", "koc", "binding-expired"]],
        ),
        (
            json!({ "lasts": 30 * day, "snatch": true }),
            "2026-11-01",
            json!(["live88", "TEA"]),
            "code",
            "host",
            "host",
            &[
                ["code", "leader", "later-code"],
                ["link", "kol", "lower-precedence"],
                ["binding", "koc", "lower-precedence"],
            ],
        ),
        (
            json!({ "snatch": true }),
            "2026-11-12",
            json!([]),
            "link",
            "kol",
            "kol",
            &[["binding", "koc", "binding-not-begun"]],
        ),
        (Value::Null, "2026-11-01", json!([]), "link", "kol", "", &[["binding", "koc", "binding-not-offered"]]),
    ];
    for (binding, since, codes, claim, payee, kept, lost) in table {
        let mut programme = json!({ "commission": { "rates": [1_000] },
            "codes": { "LIVE88": { "referrer": "host" }, "TEA": { "referrer": "leader" } } });
        if !binding.is_null() {
            programme["binding"] = binding.clone();
        }
        let fields = json!({ "touches": [click("kol")], "codes": codes, "binding": { "referrer": "koc", "since": format!("{since}T00:00:00+08:00") } });
        let answer = shop.ask("attribute", &sale(&programme, &fields));
        assert_eq!((answer["claim"].as_str().unwrap(), paid(&answer)), (claim, vec![(payee, 1_000)]), "{binding}");
        assert_eq!(answer["binding"]["referrer"].as_str().unwrap_or_default(), kept, "{binding}");
        assert_eq!(texts(&answer["overridden"], &["claim", "referrer", "code"]), lost, "{binding}");
    }
}

#[test]
fn signals_have_scores_and_numbers_and_the_programme_decides() {
    let shop = Shop::open();
    let programme = json!({ "commission": { "rates": [1_000] }, "abuse": { "hold": 40, "refuse": 90, "signals": {
        "selfReferral": { "score": 90 }, "hijack": { "score": 40, "seconds": 60 }, "velocity": { "score": 10, "count": 2, "seconds": 600 },
        "newAccounts": { "score": 45, "count": 3, "seconds": 86_400 }, "sharedDevice": { "score": 45, "count": 2, "seconds": 86_400 } } } });
    let order = |buyer: &str, fingerprints: Value| json!({ "referrer": "kol", "buyer": buyer, "at": "2026-11-11T12:00:00+08:00", "newAccount": true, "fingerprints": fingerprints });
    let touch = |device: &str| {
        let mut touch = click("kol");
        touch["fingerprints"] = json!({ "device": device, "network": "n-1" });
        touch
    };
    let known = json!([{ "id": "kol", "fingerprints": { "device": "d-kol", "network": "n-1", "payment": "p-kol" } }]);
    let home = json!({ "address": "a-1" });
    // (fields) and (signals with what was found, action)
    let table: [(Value, &[(&str, i64)], &str); 5] = [
        // Strangers share a network: no sign. A minute is soon.
        (json!({ "touches": [touch("d-1")], "partners": known }), &[("click-hijack", 60)], "hold"),
        (
            json!({ "touches": [touch("d-kol")], "partners": known }),
            &[("self-referral", 1), ("click-hijack", 60)],
            "refuse",
        ),
        (
            json!({ "touches": [touch("d-1")], "partners": known, "shopper": { "id": "c", "fingerprints": { "payment": "p-kol" } } }),
            &[("self-referral", 1), ("click-hijack", 60)],
            "refuse",
        ),
        (
            json!({ "touches": [touch("d-1")], "history": [order("b", json!({ "device": "d-1" }))], "shopper": { "id": "c" } }),
            &[("shared-device", 2), ("click-hijack", 60)],
            "hold",
        ),
        (
            json!({ "touches": [click("kol")], "history": [order("a", home.clone()), order("b", home.clone())],
            "shopper": { "id": "c", "fingerprints": home, "orders": { "count": 0 } } }),
            &[("new-accounts", 3), ("click-hijack", 60)],
            "hold",
        ),
    ];
    for (fields, signals, action) in table {
        let answer = shop.ask("attribute", &sale(&programme, &fields));
        let found: Vec<(&str, i64)> = answer["signals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["code"].as_str().unwrap(), one["found"].as_i64().unwrap()))
            .collect();
        assert_eq!(found, signals, "{fields}");
        // Whatever is found, the credit stands and what was earned is said.
        let payment = &answer["commissions"][0];
        assert_eq!((&payment["action"], &payment["earned"]), (&json!(action), &money(1_000)), "{fields}");
        assert_eq!(payment["amount"], money(if action == "refuse" { 0 } else { 1_000 }), "{fields}");
    }
    let own =
        shop.ask("attribute", &sale(&programme, &json!({ "touches": [click("kol")], "shopper": { "id": "kol" } })));
    assert_eq!(texts(&own["signals"], &["code"])[0], ["self-referral"]);
    assert_eq!((&own["notes"][0]["code"], paid(&own).len()), (&json!("self-purchase"), 0));
    assert_eq!(own["credits"][0]["referrer"], "kol");
}

#[test]
fn caps_splits_leaders_and_what_the_creator_funds() {
    let shop = Shop::open();
    let lines = json!([
        { "id": "1", "sku": "TEA", "categories": ["tea"], "quantity": 3, "net": money(10_001), "tax": money(1_151), "shipping": money(400) },
        { "id": "2", "sku": "CUP", "quantity": 2, "net": money(4_999), "creatorFunded": money(620) },
        { "id": "3", "sku": "CARD", "quantity": 2, "net": money(9_000) },
        { "id": "4", "sku": "POT", "quantity": 1, "net": money(9_000), "activity": "bargain" },
    ]);
    let commission = json!({ "rates": [1_000, 200], "categories": { "tea": [1_500, 300] }, "skus": { "CARD": { "fixed": [0, 7] } }, "without": ["bargain"] });
    let fields = |more: Value| {
        let partners = json!([{ "id": "kol", "parent": "mcn", "grade": "gold" }, { "id": "mcn", "ownSales": true }]);
        let mut fields = json!({ "touches": [click("kol")], "lines": lines, "partners": partners });
        for (name, value) in more.as_object().unwrap() {
            fields[name] = value.clone();
        }
        fields
    };
    let counters = json!([{ "kind": "commission", "id": "kol", "scope": "day", "used": 4_000 }, { "kind": "commission", "id": "kol", "scope": "month", "used": 9_700 },
        { "kind": "commission", "id": "somebody", "scope": "day", "used": 99_999 }]);
    let room = json!({ "channel": { "kind": "live", "id": "room-8" } });
    let leader = json!({ "gathering": { "groupSize": 3, "leader": true }, "shopper": { "id": "c" } });
    // (what the plan says beside, fields) and what is paid. Tea 1,500.15; cups 499.9 less 620, of which tea bears 121; then 300.03 + 99.98 + 14.
    let table: [(Value, Value, &[(&str, i64)]); 8] = [
        (json!({}), json!({}), &[("kol", 1_379), ("mcn", 413)]),
        (json!({ "base": { "tax": false } }), json!({}), &[("kol", 1_206), ("mcn", 378)]),
        (json!({ "base": { "shipping": true } }), json!({}), &[("kol", 1_439), ("mcn", 425)]),
        (json!({ "caps": { "order": [1_000, 400] } }), json!({}), &[("kol", 1_000), ("mcn", 400)]),
        (
            json!({ "caps": { "order": [1_000], "day": [4_900, 300], "month": [10_500] } }),
            json!({ "counters": counters }),
            &[("kol", 800), ("mcn", 300)],
        ),
        (
            json!({ "splits": { "room-8": { "referrer": 5_000, "agency-3": 3_333, "platform": 1_667 } } }),
            room.clone(),
            &[("agency-3", 459), ("platform", 230), ("kol", 690), ("mcn", 413)],
        ),
        (
            json!({ "splits": { "room-9": { "referrer": 5_000, "platform": 5_000 } } }),
            room,
            &[("kol", 1_379), ("mcn", 413)],
        ),
        (json!({ "leader": 100 }), leader, &[("kol", 1_379), ("mcn", 413), ("c", 100 + 49 + 90 + 90)]),
    ];
    for (plan, more, expected) in table {
        let mut commission = commission.clone();
        for (name, value) in plan.as_object().unwrap() {
            commission[name] = value.clone();
        }
        let answer = shop.ask("attribute", &sale(&json!({ "commission": commission }), &fields(more)));
        assert_eq!(paid(&answer), expected, "{plan}");
    }
    let drained = json!([{ "id": "1", "sku": "TEA", "quantity": 1, "net": money(1_000), "creatorFunded": money(500) }]);
    let answer =
        shop.ask("attribute", &sale(&json!({ "commission": commission }), &fields(json!({ "lines": drained }))));
    assert_eq!(paid(&answer), [("kol", 0), ("mcn", 20)]);
    assert_eq!(answer["notes"][0], json!({ "code": "funding-above-commission", "subject": "kol" }));
}

#[test]
fn the_closest_rate_wins_and_whoever_is_not_paid_is_named_with_the_reason() {
    let shop = Shop::open();
    let commission = json!({ "rates": [100, 10], "revenue": [{ "from": 500_000, "rates": [200, 20] }], "grades": { "gold": [300, 30] },
        "segments": { "new": [400, 40] }, "campaigns": { "double-11": [500, 50] }, "categories": { "tea": [600, 60] },
        "skus": { "TEA": { "rates": [700, 70] }, "CUP": { "fixed": [0, 0] } } });
    let sold = |line: Value, more: Value| {
        let mut touch = click("kol");
        touch["campaign"] = more.get("campaign").cloned().unwrap_or(json!("spring"));
        let mut sold = json!({ "id": "1", "sku": "POT", "quantity": 1, "net": money(10_000) });
        for (name, value) in line.as_object().unwrap() {
            sold[name] = value.clone();
        }
        let partners = json!([{ "id": "kol", "parent": "mcn", "revenue": money(more["revenue"].as_i64().unwrap_or(0)),
            "grade": more["grade"].as_str().unwrap_or("plain") }, { "id": "mcn", "ownSales": true }]);
        let segments = more.get("segments").cloned().unwrap_or(json!([]));
        let fields = json!({ "touches": [touch], "lines": [sold], "partners": partners, "shopper": { "id": "c", "segments": segments } });
        shop.ask("attribute", &sale(&json!({ "commission": commission }), &fields))
    };
    // (the line, what else is known) and (what decided, the first tier, the second): each row adds what is closer. Revenue and
    // grade are each partner's own, and the one above has none.
    let tea = json!({ "categories": ["tea"] });
    let table = [
        (json!({}), json!({}), "programme", 100, 10),
        (json!({}), json!({ "revenue": 490_000 }), "revenue", 200, 10),
        (json!({}), json!({ "revenue": 489_999 }), "programme", 100, 10),
        (json!({}), json!({ "revenue": 490_000, "grade": "gold" }), "grade", 300, 10),
        (json!({}), json!({ "grade": "gold", "segments": ["new"] }), "segment", 400, 40),
        (json!({}), json!({ "segments": ["new"], "campaign": "double-11" }), "campaign", 500, 50),
        (tea, json!({ "campaign": "double-11" }), "category", 600, 60),
        (json!({ "sku": "TEA", "categories": ["tea"] }), json!({}), "sku", 700, 70),
        (json!({ "sku": "CUP", "categories": ["tea"] }), json!({}), "sku-fixed", 0, 0),
    ];
    for (line, more, basis, first, second) in table {
        let answer = sold(line.clone(), more.clone());
        assert_eq!(answer["decision"]["commissions"][0]["basis"], basis, "{line} {more}");
        assert_eq!(paid(&answer), [("kol", first), ("mcn", second)], "{line} {more}");
    }
    // (who stands above, the referrer) and (who is paid, who is not and why)
    let upline = |own: bool, active: bool| json!([{ "id": "kol", "parent": "mcn", "active": active }, { "id": "mcn", "ownSales": own }]);
    let table: [(Value, &[(&str, i64)], [&str; 2]); 2] = [
        (upline(false, true), &[("kol", 1_000)], ["upline-without-own-sales", "mcn"]),
        (upline(true, false), &[("mcn", 200)], ["partner-inactive", "kol"]),
    ];
    for (partners, expected, note) in table {
        let fields = json!({ "touches": [click("kol")], "partners": partners });
        let answer = shop.ask("attribute", &sale(&json!({ "commission": { "rates": [1_000, 200] } }), &fields));
        assert_eq!(paid(&answer), expected, "{partners}");
        assert_eq!(texts(&answer["notes"], &["code", "subject"]), [note], "{partners}");
    }
}

/// What the sample merchant's livestream earns whom, reckoned by hand.
#[test]
fn a_quote_says_the_same_as_the_route_and_takes_from_the_creator_what_the_creator_funds() {
    let shop = Shop::open();
    let mut rulebook = samples::rulebook();
    let publish = |rulebook: &Value| {
        let answer = shop.send("PUT", "/v1/merchants/willow/rulebook", "willow-token", rulebook);
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    publish(&rulebook);
    fits(&shop.contract.schema("Programme"), &rulebook["referral"], "the sample's programme");
    let carts = samples::carts();
    let cart = &carts.iter().find(|(name, _)| name == "livestream").unwrap().1;
    let quote = |cart: &Value| {
        let answer = shop.send("POST", "/v1/quote", "", cart);
        assert_eq!(answer.status, 200, "{}", answer.text());
        fits(&shop.contract.answer("POST", "/v1/quote"), &answer.json(), "the quote");
        answer.json()
    };
    let before = quote(cart);
    // LIVE88 is kol-7's code: of what is paid less its tax, tea earns 10 %, teaware 7 %, the rest the campaign's 12 %; in
    // room-8 that is split 60-30-10.
    let earned: i64 =
        [(16_738 - 1_926, 10), (7_481 - 861, 7), (2_451 - 282, 12)].iter().map(|(base, rate)| base * rate / 100).sum();
    assert_eq!(before["referral"]["claim"], "code");
    let split = |whole: i64| {
        // Parties come in the order of their names here; each is cut off what is left.
        let (agency, rest) = (whole * 3 / 10, whole - whole * 3 / 10);
        vec![("agency-3", agency), ("platform", rest / 7), ("kol-7", rest - rest / 7)]
    };
    assert_eq!(paid(&before["referral"]), split(earned));
    // Now the creator pays for half of what one promotion takes off.
    let applied = before["promotions"].as_array().unwrap().iter().find(|one| one["status"] == "applied").unwrap();
    let funded = applied["amount"]["amount"].as_i64().unwrap();
    for promotion in rulebook["promotions"].as_array_mut().unwrap() {
        if promotion["id"] == applied["id"] {
            promotion["funding"] =
                json!([{ "by": "shop", "basisPoints": 5_000 }, { "by": "creator", "basisPoints": 5_000 }]);
        }
    }
    publish(&rulebook);
    let after = quote(cart);
    assert_eq!(after["totals"], before["totals"]);
    let taken: i64 = after["referral"]["decision"]["commissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["funded"]["amount"].as_i64().unwrap())
        .sum();
    assert!((taken - funded / 2).abs() <= 1, "{taken} of {funded}");
    assert_eq!(paid(&after["referral"]), split(earned - taken));
}

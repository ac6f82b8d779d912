//! What is wrong, its code and its place: programmes when they are published, sales, paths, returns and months when asked.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod facts;

use commerce::Fault;
use commerce::facts::referrals::{
    Account, AccountEntry, Action, EarlierMonth, PathRow, RemainingLine, Settlement, Touch,
};
use facts::{click, context, line, partner, programme, sale, shopper};

fn codes(faults: Vec<Fault>) -> Vec<(String, String)> {
    faults.into_iter().map(|fault| (fault.code, fault.pointer)).collect()
}

#[test]
fn programmes() {
    let table = [
        (r#"{"model":{"kind":"timeDecay","halfLife":0}}"#, "half-life-not-positive", "/model/halfLife"),
        (r#"{"model":{"kind":"timeDecay","halfLife":-5}}"#, "half-life-not-positive", "/model/halfLife"),
        (r#"{"model":{"kind":"astrology"}}"#, "unknown-value", "/model/kind"),
        (r#"{"model":{"kind":"positionBased","first":5000,"middle":5000,"last":5000}}"#, "weights-not-whole", "/model"),
        (r#"{"commission":{"rates":[9000,2000]}}"#, "rates-above-whole", "/commission/rates"),
        (r#"{"commission":{"rates":[10001]}}"#, "out-of-range", "/commission/rates/0"),
        (r#"{"commission":{"skus":{"a":{}}}}"#, "fixed-or-rates", "/commission/skus/a"),
        (
            r#"{"commission":{"revenue":[{"from":5,"rates":[1]},{"from":5,"rates":[2]}]}}"#,
            "steps-not-ascending",
            "/commission/revenue/1",
        ),
        (
            r#"{"commission":{"splits":{"room":{"host":6000,"agency":3000}}}}"#,
            "split-not-whole",
            "/commission/splits/room",
        ),
        (r#"{"precedence":["link","link"]}"#, "duplicate-claim", "/precedence/1"),
        (r#"{"partners":{"a":{"parent":"b"},"b":{"parent":"c"},"c":{"parent":"b"}}}"#, "cyclic-chain", "/partners/b"),
        (r#"{"partners":{"a":{"parent":"a"}}}"#, "cyclic-chain", "/partners/a"),
        (r#"{"windows":{"clicks":1}}"#, "unknown-field", "/windows/clicks"),
        // Lawful by construction.
        (r#"{"commission":{"rates":[1000,500,200]}}"#, "more-than-two-tiers", "/commission/rates"),
        (r#"{"commission":{"skus":{"a":{"fixed":[9,8,7]}}}}"#, "more-than-two-tiers", "/commission/skus/a/fixed"),
        (r#"{"commission":{"recruitmentReward":100}}"#, "reward-for-recruiting", "/commission/recruitmentReward"),
        (r#"{"headcountReward":[{"people":30,"reward":1}]}"#, "reward-for-headcount", "/headcountReward"),
        (r#"{"entryFee":99}"#, "entry-fee", "/entryFee"),
        (r#"{"commission":{"teamReward":{"rate":100}}}"#, "reward-on-team-volume", "/commission/teamReward"),
        (
            r#"{"commission":{"rates":[1,1],"uplineOwnSales":false}}"#,
            "reward-on-team-volume",
            "/commission/uplineOwnSales",
        ),
    ];
    for (referral, code, pointer) in table {
        let faults = referral::compile(&format!("{{\"referral\":{referral}}}")).expect_err(referral);
        assert!(
            faults.iter().any(|fault| fault.code == code && fault.pointer == format!("/referral{pointer}")),
            "{referral}: {faults:?}"
        );
        if code.contains("reward") || code.contains("tiers") || code == "entry-fee" {
            assert!(
                faults[0].detail.contains("禁止传销条例") && faults[0].detail.contains("not legal advice"),
                "{faults:?}"
            );
        }
    }
    let all = referral::compile(r#"{"referral":{"entryFee":1,"commission":{"rates":[1,2,3],"headcountReward":1}}}"#)
        .unwrap_err();
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(referral::compile("{").is_err() && referral::compile("{}").is_ok());
    assert!(referral::Rules::load(&[1]).is_err() && referral::Rules::load(&[]).is_err());
}

#[test]
fn sales() {
    let rules = programme("{}");
    let judge = |touches: Vec<Touch>| rules.attribute(&sale(touches, vec![line("1", "a", 1, 100)]), &context(1_000));
    assert_eq!(codes(judge(vec![click(1, "a"); 1_001]).unwrap_err()), [("too-many-touches".into(), "/touches".into())]);
    let mut twice = [click(1, "a"), click(2, "b")];
    twice.iter_mut().for_each(|touch| touch.id = Some("t".into()));
    assert_eq!(codes(judge(twice.to_vec()).unwrap_err()), [("duplicate-touch".into(), "/touches/1/id".into())]);
    let mut broken = sale(vec![], vec![line("1", "a", 1, 1), line("1", "a", 1, 1)]);
    broken.partners = vec![partner("a", Some("b")), partner("b", Some("a")), partner("b", None)];
    let found = codes(rules.attribute(&broken, &context(1_000)).unwrap_err());
    assert_eq!(found[0], ("duplicate-line".into(), "/lines/1/id".into()));
    assert_eq!(found[1], ("duplicate-partner".into(), "/partners/2/id".into()));
    broken = sale(vec![], vec![]);
    broken.partners = vec![partner("a", Some("b")), partner("b", Some("a")), partner("c", Some("a"))];
    let cyclic = |place: u32| ("cyclic-chain".to_owned(), format!("/partners/{place}/parent"));
    assert_eq!(codes(rules.attribute(&broken, &context(1_000)).unwrap_err()), [cyclic(0), cyclic(1)]);
    // The rulebook's chain and the request's close a circle together.
    let known = programme(r#"{"partners":{"b":{"parent":"c"},"c":{"parent":"a"}}}"#);
    broken.partners = vec![partner("d", Some("a")), partner("a", Some("b"))];
    assert_eq!(codes(known.attribute(&broken, &context(1_000)).unwrap_err()), [cyclic(1)]);
    let many = programme(r#"{"model":{"kind":"linear"}}"#);
    let crowd = |count: i64| (0..count).map(|who| click(who, &format!("r{who}"))).collect();
    let lines = |count: u32| (0..count).map(|id| line(&id.to_string(), "a", 1, 100)).collect();
    let too_many = many.attribute(&sale(crowd(100), lines(100)), &context(1_000)).unwrap_err();
    assert_eq!(codes(too_many), [("too-many-commissions".into(), "/touches".into())]);
    assert_eq!(
        many.attribute(&sale(crowd(100), lines(99)), &context(1_000)).unwrap().decision.commissions.len(),
        9_900
    );
    let large = vec![line("1", "a", 1, commerce::bounds::AMOUNT), line("2", "a", 1, 1)];
    assert_eq!(codes(rules.attribute(&sale(vec![], large), &context(1)).unwrap_err())[0].0, "overflow");

    // What is no fault is said beside the answer.
    let mut unwilling = click(998, "c");
    unwilling.consent = false;
    let mut old = click(0, "d");
    old.kind = commerce::facts::referrals::TouchKind::View;
    let touches = vec![
        click(999, "a"),
        click(1_001, "b"),
        click(253_402_300_799, "b"),
        unwilling,
        click(997, "direct"),
        click(1, "a"),
    ];
    let found = judge(touches).unwrap();
    let unused: Vec<(u32, &str)> = found.unused.iter().map(|touch| (touch.index, touch.code.as_str())).collect();
    assert_eq!(
        unused,
        [(1, "after-conversion"), (2, "implausible-time"), (3, "no-consent"), (4, "direct-after-known")]
    );
    assert_eq!(found.notes[0].code, "touches-out-of-order");
    let late = rules.attribute(&sale(vec![old], vec![]), &context(86_401)).unwrap();
    assert_eq!(late.unused[0].code, "outside-window");
    let mut forged = click(999, "a");
    forged.link = Some("pc1.k.AA.AA".into());
    assert_eq!(judge(vec![forged]).unwrap().unused[0].code, "link-malformed");
}

#[test]
fn paths() {
    let names = ["a".to_owned(), "b".to_owned()];
    let row = |path: Vec<u32>, conversions, value| PathRow { path, conversions, nulls: 1, value };
    let table = [
        (row(vec![], 1, 0), 1, "empty-path", "/rows/0/path"),
        (row(vec![2], 1, 0), 1, "unknown-channel", "/rows/0/path"),
        (row(vec![0; 1_001], 1, 0), 1, "path-too-long", "/rows/0/path"),
        (row(vec![0], 0, 5), 1, "value-without-conversion", "/rows/0/value"),
        (row(vec![0], u64::MAX, 0), 1, "overflow", "/rows"),
        (row(vec![0], 1, 0), 4, "order-out-of-range", "/order"),
    ];
    for (row, order, code, pointer) in table {
        assert_eq!(
            codes(referral::models(&names, &[row], order).unwrap_err()),
            [(code.to_owned(), pointer.to_owned())]
        );
    }
    let many: Vec<String> = (0..501).map(|name| name.to_string()).collect();
    assert_eq!(codes(referral::models(&many, &[], 1).unwrap_err())[0].0, "too-many-channels");
    assert!(referral::models(&[], &[], 1).unwrap().iter().all(|model| model.credits.is_empty()));
}

#[test]
fn returns_and_months() {
    let rules = programme(
        r#"{"commission":{"rates":[1000]},"payout":{"withholding":{"kind":"cnPlatform"},"minimum":50,"hold":100}}"#,
    );
    let found = rules.attribute(&sale(vec![click(1, "p")], vec![line("1", "a", 1, 1_000)]), &context(10)).unwrap();
    let left = |id: &str, net| [RemainingLine { id: id.into(), net, tax: 0, shipping: 0 }];
    let paid = |payee: &str, paid, taken_back| {
        [Settlement { payee: payee.into(), referrer: "p".into(), tier: 1, paid, taken_back }]
    };
    let clawed = |remaining: &[RemainingLine], settled: &[Settlement]| {
        codes(referral::take_back(&found.decision, remaining, settled).unwrap_err())[0].0.clone()
    };
    assert_eq!(clawed(&left("2", 1), &[]), "unknown-line");
    assert_eq!(clawed(&left("1", 1_001), &[]), "remaining-above-sold");
    assert_eq!(clawed(&[left("1", 1), left("1", 1)].concat(), &[]), "duplicate-line");
    assert_eq!(clawed(&[], &paid("q", 1, 0)), "unknown-payee");
    assert_eq!(clawed(&[], &paid("p", 1, 2)), "out-of-range");
    let mut altered = found.decision.clone();
    altered.commissions[0].rate = Some(9_999);
    assert_eq!(codes(referral::take_back(&altered, &[], &[]).unwrap_err())[0].0, "decision-altered");

    let entry = |completed| AccountEntry {
        record_id: found.decision.id.clone(),
        decision: Some(found.decision.clone()),
        amount: None,
        completed,
        remaining: vec![],
        paid: 0,
        taken_back: 0,
        action: Action::Pay,
    };
    let month = |year, entries, earlier| Account {
        payee: "p".into(),
        year,
        month: 2,
        closes: 1_000,
        entries,
        earlier,
        carried: 0,
        exempt: 0,
        deductions: 0,
    };
    let refused = |account: &Account| codes(rules.settle(account).unwrap_err())[0].0.clone();
    assert_eq!(refused(&month(2025, vec![entry(Some(0))], vec![])), "schedule-not-in-force");
    assert_eq!(refused(&month(2026, vec![entry(None), entry(None)], vec![])), "duplicate-record");
    let after = EarlierMonth { month: 2, gross: 1, withheld: 0 };
    assert_eq!(refused(&month(2026, vec![], vec![after])), "month-not-earlier");
    let neither = AccountEntry { decision: None, ..entry(None) };
    assert_eq!(refused(&month(2026, vec![neither], vec![])), "amount-or-decision");

    // Completed in time it is paid, later it is held, taken back where more was paid than is due.
    for (completed, kind, gross, held) in
        [(Some(899), "payment", 100, 0), (Some(900), "held", 0, 100), (None, "not-completed", 0, 100)]
    {
        let statement = rules.settle(&month(2026, vec![entry(completed)], vec![])).unwrap();
        assert_eq!((statement.lines[0].kind.as_str(), statement.gross, statement.held), (kind, gross, held));
        assert_eq!(statement.lines[0].record_id, found.decision.id);
    }
    let back = AccountEntry { remaining: left("1", 400).to_vec(), paid: 100, ..entry(Some(0)) };
    let statement = rules.settle(&month(2026, vec![back], vec![])).unwrap();
    assert_eq!((statement.clawback, statement.gross, statement.carried), (60, 0, -60));
    let small = AccountEntry { remaining: left("1", 490).to_vec(), ..entry(Some(0)) };
    assert_eq!(rules.settle(&month(2026, vec![small], vec![])).unwrap().carried, 49);
}

#[test]
fn signals_and_what_the_programme_makes_of_them() {
    let rules = programme(r#"{"commission":{"rates":[1000]}}"#);
    let mut quick = sale(vec![click(998, "p")], vec![line("1", "a", 1, 1_000)]);
    quick.partners = vec![partner("p", Some("u"))];
    let mut context = context(1_000);
    context.shopper = Some(shopper("u"));
    let found = rules.attribute(&quick, &context).unwrap();
    let signals: Vec<(&str, i64)> = found.signals.iter().map(|signal| (signal.code.as_str(), signal.found)).collect();
    assert_eq!(signals, [("circular-chain", 1), ("click-hijack", 2)]);
    assert_eq!(
        (found.payments[0].action, found.payments[0].earned, found.payments[0].amount),
        (Action::Refuse, 100, 0)
    );

    let device = commerce::facts::types::Attribute { name: "device".into(), value: "d1".into() };
    quick = sale(vec![click(500, "p")], vec![line("1", "a", 1, 1_000)]);
    quick.history = ["b1", "b2"]
        .map(|buyer| commerce::facts::referrals::RecentOrder {
            referrer: "p".into(),
            buyer: buyer.into(),
            at: 900,
            new_account: true,
            fingerprints: vec![device.clone()],
        })
        .to_vec();
    context.shopper.as_mut().unwrap().fingerprints = vec![device.clone()];
    let found = rules.attribute(&quick, &context).unwrap();
    assert_eq!((found.signals[0].code.as_str(), found.signals[0].found), ("shared-device", 3));
    assert_eq!(found.payments[0].action, Action::Hold);

    // The tenth order in a minute is one too many, and the ninth is not.
    let fast = programme(r#"{"abuse":{"signals":{"velocity":{"count":10,"seconds":60}}}}"#);
    let order = |place: i64, at| commerce::facts::referrals::RecentOrder {
        referrer: "p".into(),
        buyer: place.to_string(),
        at,
        new_account: false,
        fingerprints: vec![],
    };
    for (oldest, raised) in [(940, true), (939, false)] {
        quick.history = (0..9).map(|place| order(place, if place == 0 { oldest } else { 999 })).collect();
        let found = fast.attribute(&quick, &context).unwrap();
        let found = found.signals.iter().find(|signal| signal.code == "velocity");
        assert_eq!(found.map(|signal| (signal.found, signal.limit)), raised.then_some((10, 10)), "{oldest}");
    }

    quick.history.clear();
    quick.partners = vec![partner("p", None)];
    quick.partners[0].fingerprints = vec![device];
    let found = rules.attribute(&quick, &context).unwrap();
    assert_eq!((found.signals[0].code.as_str(), found.payments[0].action), ("self-referral", Action::Refuse));
    quick.touches = (0..30).map(|second| click(500 + second, "q")).collect();
    assert_eq!(rules.attribute(&quick, &context).unwrap().signals[0].code, "click-flooding");
}

#[test]
fn claims() {
    let bound = |rule: &str| programme(&format!(r#"{{"codes":{{"LIVE88":{{"referrer":"coder"}}}},"binding":{rule}}}"#));
    // (rule, bound since, code entered) and (winner, why the binding or the link lost)
    let table = [
        (r#"{"snatch":false}"#, 0, true, "binding", "binding-holds"),
        (r#"{"snatch":true,"protects":1000}"#, 0, true, "binding", "binding-protected"),
        (r#"{"snatch":true,"protects":999}"#, 0, true, "code", "lower-precedence"),
        (r#"{"snatch":true}"#, 0, false, "link", "lower-precedence"),
        (r#"{"lasts":999}"#, 0, false, "link", "binding-expired"),
        (r#"{"lasts":1000}"#, 0, false, "binding", "binding-holds"),
    ];
    for (rule, since, coded, winner, why) in table {
        let mut sold = sale(vec![click(900, "linker")], vec![line("1", "a", 1, 100)]);
        sold.bond = Some(commerce::facts::referrals::Bond { referrer: "binder".into(), since });
        let mut context = context(1_000);
        context.codes = if coded { vec!["live88".into()] } else { vec![] };
        let found = bound(rule).attribute(&sold, &context).unwrap();
        assert_eq!(found.claim.as_deref(), Some(winner), "{rule}");
        assert!(found.overridden.iter().any(|lost| lost.code == why), "{rule}: {:?}", found.overridden);
        let kept = found.bond.unwrap().referrer;
        assert_eq!(
            kept,
            match winner {
                "binding" => "binder",
                "code" => "coder",
                _ => "linker",
            },
            "{rule}"
        );
    }
}

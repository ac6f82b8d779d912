//! Rulebooks with faults, each with its own code and pointer, all at once; the reference and its examples.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod shop;

use commerce::facts::offers::Wants;
use promotions::catalogue::{ACTIONS, CONDITIONS};
use promotions::policy::Policy;
use promotions::promotion::Promotion;
use promotions::{Rules, compile, reference};
use shop::{context, fate, judge, line, off};

#[test]
fn every_fault_has_its_code_and_its_place() {
    let faults = compile(
        r#"{"timeZone": "Mars/Olympus", "policy": {"rounding": "up-ish", "lanes": [{"id": "x"}, {"id": "x", "stacking": "best"}]},
            "segments": [{"id": "s", "tenureDays": {"least": 1}}, {"id": "s", "tenureDays": {"least": 2}}], "promotions": [
            {"id": "a", "after": ["b"], "gives": [{"kind": "percent-off", "basisPoints": -5}]},
            {"id": "b", "after": ["a"], "gives": [{"kind": "ladder", "by": "subtotal", "tiers": [{"from": 0, "to": 10, "amount": 1}, {"from": 10, "amount": 2}]}]},
            {"id": "b", "gives": [{"kind": "bargain", "of": {}, "perHelper": 1, "floor": 20, "start": 10}]},
            {"id": "c", "lane": "fast", "after": ["z"], "gives": []},
            {"id": "d", "startsAt": "2026-01-02T00:00:00Z", "endsAt": "2026-01-01T00:00:00Z", "gives": [{"kind": "rain"}], "surprise": 1},
            {"id": "e", "when": [{"kind": "subtotal", "atLeast": 200, "atMost": 100}], "gives": [{"kind": "amount-off", "amount": 1}]}
        ]}"#,
    )
    .unwrap_err();
    let found: Vec<(&str, &str)> = faults.iter().map(|fault| (fault.code.as_str(), fault.pointer.as_str())).collect();
    for wanted in [
        ("unknown-time-zone", "/timeZone"),
        ("unknown-value", "/policy/rounding"),
        ("duplicate-id", "/policy/lanes/1"),
        ("duplicate-id", "/segments/1"),
        ("negative-percentage", "/promotions/0/gives/0/basisPoints"),
        ("overlapping-tiers", "/promotions/1/gives/0/tiers/1"),
        ("floor-above-price", "/promotions/2/gives/0/floor"),
        ("unknown-lane", "/promotions/3/lane"),
        ("empty-list", "/promotions/3/gives"),
        ("empty-range", "/promotions/4"),
        ("unknown-kind", "/promotions/4/gives/0/kind"),
        ("unknown-field", "/promotions/4/surprise"),
        ("empty-range", "/promotions/5/when/0"),
    ] {
        assert!(found.contains(&wanted), "{wanted:?} is not in {found:?}");
    }
    let codes: Vec<&str> = found.iter().map(|(code, _)| *code).collect();
    for code in ["cycle", "duplicate-id", "unknown-promotion"] {
        assert!(codes.contains(&code), "{code} is not in {found:?}");
    }
}

#[test]
fn a_hundred_thousand_promotions_and_not_one_more() {
    let book = |count: usize| {
        let each = |n: usize| {
            format!(
                r#"{{"id":"p{n}","when":[{{"kind":"contains","skus":["SKU-{n}"]}}],"gives":[{{"kind":"amount-off","amount":1}}]}}"#
            )
        };
        let all: Vec<String> = (0..count).map(each).collect();
        format!(r#"{{"currency":"CNY","promotions":[{}]}}"#, all.join(","))
    };
    assert_eq!(compile(&book(100_001)).unwrap_err()[0].code, "too-many-promotions");
    let compiled = compile(&book(100_000)).unwrap();
    assert!(compiled.shards.iter().chain([&compiled.root]).all(|part| part.len() <= commerce::bounds::SHARD_BYTES));
    let mut rules = Rules::load(&compiled.root).unwrap();
    let lines: Vec<_> = (0..20).map(|n| line(&format!("sku-{}", n * 4_999), 1_000, 1)).collect();
    let missing = rules.missing(&lines, &context());
    assert!(missing.len() <= 40, "{} of {} shards", missing.len(), compiled.shards.len());
    for number in missing {
        rules.hold(number, &compiled.shards[usize::try_from(number).unwrap()]).unwrap();
    }
    assert!(rules.missing(&lines, &context()).is_empty());
    let wants = Wants { every_outcome: false, hints: 0, trace: false };
    let verdict = rules.evaluate(&lines, &[], &[], &[], &wants, &context()).unwrap();
    assert_eq!((off(&verdict), verdict.outcomes.len()), (20, 20));
}

/// Each example is a rule that judges a cart, and what it says is what its page says.
#[test]
fn every_example_of_the_reference_does_what_its_page_says() {
    let lines = [line("tea", 12_800, 3), line("cup", 6_800, 2)];
    for kind in CONDITIONS {
        let book = format!(
            r#""promotions": [{{"id": "p", "when": [{}], "gives": [{{"kind": "amount-off", "amount": 100}}]}}]"#,
            kind.example
        );
        let verdict = judge(&book, &lines, &context());
        let code = fate(&verdict, "p");
        // Conditions over conditions have their codes.
        let of_others = matches!(kind.name, "all" | "any" | "not");
        let said = kind.codes.iter().any(|(known, _)| *known == code);
        assert!(code == "applied" || said || of_others, "{}: `{code}`", kind.name);
        assert_eq!(off(&verdict), if code == "applied" { 100 } else { 0 }, "{}", kind.name);
    }
    for kind in ACTIONS {
        let verdict =
            judge(&format!(r#""promotions": [{{"id": "p", "gives": [{}]}}]"#, kind.example), &lines, &context());
        let code = fate(&verdict, "p");
        let said = kind.codes.iter().any(|(known, _)| *known == code);
        assert!(said || ["applied", "nothing-to-discount"].contains(&code.as_str()), "{}: `{code}`", kind.name);
    }
    let verdict = judge(&format!(r#""promotions": [{}]"#, Promotion::EXAMPLE), &lines, &context());
    assert_eq!(fate(&verdict, "spring-tea"), "code-not-entered");
    let schema: serde_json::Value = serde_json::from_str(&reference::schema()).unwrap();
    assert_eq!(schema["$defs"]["Condition"]["oneOf"].as_array().unwrap().len(), CONDITIONS.len());
}

#[test]
fn every_policy_of_the_reference_counts_exactly() {
    let promotions = r#""promotions": [
        {"id": "third", "gives": [{"kind": "percent-off", "basisPoints": 3333, "spread": "line"}]},
        {"id": "off", "gives": [{"kind": "amount-off", "amount": 1000}]},
        {"id": "free", "gives": [{"kind": "cheapest-free", "groupSize": 4}]}]"#;
    let lines = [line("tea", 999, 3), line("cup", 333, 2)];
    let values = Policy::DIMENSIONS.iter().flat_map(|dimension| {
        let set = |value: &&str| format!(r#"{{"{}": "{value}"}}"#, dimension.name);
        dimension.values.iter().map(set).chain([dimension.example()])
    });
    let others = [Policy::LANES_EXAMPLE, Policy::WORK_EXAMPLE].map(str::to_owned);
    let mut answers = std::collections::BTreeSet::new();
    for policy in values.chain(others) {
        let verdict = judge(&format!(r#""policy": {policy}, {promotions}"#), &lines, &context());
        let told: i64 = verdict.outcomes.iter().map(|outcome| outcome.amount).sum();
        assert_eq!(off(&verdict), told, "{policy}");
        assert!((1..=3_663).contains(&told), "{policy}: {told}");
        let each: Vec<(u32, String, i64)> =
            verdict.discounts.iter().map(|found| (found.line, found.promotion.clone(), found.amount)).collect();
        answers.insert(each);
    }
    assert!(answers.len() > 5, "policies make a difference: {}", answers.len());
}

/// `BLESS=1` writes the pages anew.
#[test]
fn the_reference_is_as_the_catalogue_has_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference");
    for (name, text) in [
        ("promotions.md", reference::promotions()),
        ("conditions.md", reference::conditions()),
        ("actions.md", reference::actions()),
        ("policy.md", reference::policies()),
        ("promotions.schema.json", reference::schema()),
    ] {
        let path = format!("{folder}/{name}");
        if std::env::var_os("BLESS").is_some() {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "{name}: run with BLESS=1");
    }
}

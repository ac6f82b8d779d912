//! Rulebooks with faults, each with its own code and pointer, all at once; the reference and its examples.

mod shop;

use commerce::facts::offers::Wants;
use promotions::catalogue::{ACTIONS, CONDITIONS};
use promotions::{Rules, compile, reference};
use shop::{context, line, off, rules};

#[test]
fn every_fault_has_its_code_and_its_place() {
    let faults = compile(
        r#"{"timeZone": "Mars/Olympus", "policy": {"rounding": "up-ish"}, "promotions": [
            {"id": "a", "after": ["b"], "gives": [{"kind": "percent-off", "basisPoints": -5}]},
            {"id": "b", "after": ["a"], "gives": [{"kind": "ladder", "by": "subtotal", "tiers": [{"from": 0, "to": 10, "amount": 1}, {"from": 10, "amount": 2}]}]},
            {"id": "b", "gives": [{"kind": "bargain", "of": {}, "perHelper": 1, "floor": 20, "start": 10}]},
            {"id": "c", "lane": "fast", "after": ["z"], "gives": []},
            {"id": "d", "startsAt": "2026-01-02T00:00:00Z", "endsAt": "2026-01-01T00:00:00Z", "gives": [{"kind": "rain"}], "surprise": 1}
        ]}"#,
    )
    .unwrap_err();
    let found: Vec<(&str, &str)> = faults.iter().map(|fault| (fault.code.as_str(), fault.pointer.as_str())).collect();
    for wanted in [
        ("unknown-time-zone", "/timeZone"),
        ("unknown-value", "/policy/rounding"),
        ("negative-percentage", "/promotions/0/gives/0/basisPoints"),
        ("overlapping-tiers", "/promotions/1/gives/0/tiers/1"),
        ("floor-above-price", "/promotions/2/gives/0/floor"),
        ("unknown-lane", "/promotions/3/lane"),
        ("empty-list", "/promotions/3/gives"),
        ("empty-range", "/promotions/4"),
        ("unknown-kind", "/promotions/4/gives/0/kind"),
        ("unknown-field", "/promotions/4/surprise"),
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
    let verdict = rules.evaluate(&lines, &[], &[], &wants, &context()).unwrap();
    assert_eq!((off(&verdict), verdict.outcomes.len()), (20, 20));
}

#[test]
fn every_example_of_the_reference_compiles() {
    for kind in CONDITIONS {
        let _ = rules(&format!(
            r#""promotions": [{{"id": "p", "when": [{}], "gives": [{{"kind": "shipping-off"}}]}}]"#,
            kind.example
        ));
    }
    for kind in ACTIONS {
        let _ = rules(&format!(r#""promotions": [{{"id": "p", "gives": [{}]}}]"#, kind.example));
    }
    let schema: serde_json::Value = serde_json::from_str(&reference::schema()).unwrap();
    assert_eq!(schema["$defs"]["condition"]["oneOf"].as_array().unwrap().len(), CONDITIONS.len());
}

/// `BLESS=1` writes the pages anew.
#[test]
fn the_reference_is_as_the_catalogue_has_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference");
    for (name, text) in [
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

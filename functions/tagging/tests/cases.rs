//! The neutral cases of personal data and advertising law, asked of the core itself.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "everything in this crate is a test, and a test may stop where it stands"
)]
#![allow(missing_docs)]

use commerce::facts::tags::{Content, Level, Markup, Options};
use serde_json::Value;

fn content(text: &str) -> Content {
    Content { text: text.to_owned(), markup: Markup::Plain, product: None, paid: false, digital_human: false }
}

fn options(kinds: &[&str]) -> Options {
    let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    Options { at: 1_790_000_000, jurisdictions: vec!["CN".into()], kinds, key: None, fold: 100 }
}

fn file(name: &str) -> Value {
    let path = format!("{}/../../tests/cases/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn rules() -> tagging::Rules {
    tagging::Rules::load(&tagging::compile("{}").unwrap().root).unwrap()
}

#[test]
fn personal_data() {
    let kinds = ["CN_MOBILE", "CN_ID", "EMAIL", "BANK_CARD", "INTL_PHONE"];
    let rules = rules();
    let mut wrong = Vec::new();
    for case in file("pii.json")["cases"].as_array().unwrap() {
        let text = case["text"].as_str().unwrap();
        let report = &rules.tag(&[content(text)], &options(&kinds)).unwrap()[0];
        if report.redacted != case["masked"].as_str().unwrap() {
            wrong.push(format!("{}: {}", case["id"], report.redacted));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn snippets_of_our_own() {
    let rules = rules();
    let mut wrong = Vec::new();
    for line in include_str!("personal.tsv").lines().filter(|line| !line.starts_with('#')) {
        let (text, masked) = line.split_once('\t').unwrap();
        let report = &rules.tag(&[content(text)], &options(&[])).unwrap()[0];
        if report.redacted != masked {
            wrong.push(format!("{text}: {}", report.redacted));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn advertising_law() {
    let rules = rules();
    let mut wrong = Vec::new();
    for case in file("adlaw.json")["sentences"].as_array().unwrap() {
        let text = case["text"].as_str().unwrap();
        let report = &rules.tag(&[content(text)], &options(&[])).unwrap()[0];
        let flagged = matches!(report.level, Some(Level::Warn | Level::Block));
        if flagged != (case["expect"] == "flag") {
            let found: Vec<String> = report
                .findings
                .iter()
                .map(|finding| {
                    format!("{}/{}/{:?}/{:?}", finding.category, finding.term, finding.level, finding.exemption)
                })
                .collect();
            wrong.push(format!("{}: {text}: {}", case["id"], found.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Sentences to flag and to pass, and those of each that went wrong.
fn asked(file: &str) -> [(usize, Vec<String>); 2] {
    let rules = rules();
    let mut sides = [(0, Vec::new()), (0, Vec::new())];
    for line in file.lines() {
        let Some((expected, text)) = line.split_once('|') else { continue };
        let report = &rules.tag(&[content(text)], &options(&[])).unwrap()[0];
        let flagged = matches!(report.level, Some(Level::Warn | Level::Block));
        let (count, wrong) = &mut sides[usize::from(expected == "pass")];
        *count += 1;
        if flagged != (expected == "flag") {
            wrong.push(format!("{expected} {text}"));
        }
    }
    sides
}

#[test]
fn sentences_of_our_own() {
    let [(_, missed), (_, false_finds)] = asked(include_str!("sentences.txt"));
    assert!(missed.is_empty() && false_finds.is_empty(), "{}", [missed, false_finds].concat().join("\n"));
}

#[test]
fn sentences_that_no_rule_was_written_for() {
    let [(bad, missed), (good, false_finds)] = asked(include_str!("sentences-unseen.txt"));
    println!("flagged {} of {bad} to flag, {} of {good} to pass", bad - missed.len(), false_finds.len());
    assert!(bad >= 30 && good >= 30);
    assert!(
        missed.len() * 20 <= bad && false_finds.len() * 20 <= good,
        "{} missed, {} false",
        missed.len(),
        false_finds.len()
    );
}

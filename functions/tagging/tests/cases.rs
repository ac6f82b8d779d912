//! The neutral cases of personal data and advertising law, asked of the core itself.
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

#[test]
fn sentences_of_our_own() {
    let rules = rules();
    let mut wrong = Vec::new();
    for line in include_str!("sentences.txt").lines() {
        let Some((expected, text)) = line.split_once('|') else { continue };
        let report = &rules.tag(&[content(text)], &options(&[])).unwrap()[0];
        let flagged = matches!(report.level, Some(Level::Warn | Level::Block));
        if flagged != (expected == "flag") {
            wrong.push(format!("{expected} {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

//! Texts of our own, labelled by hand (`labelled/texts.tsv`), and how well the tagger says what the labels say.
//!
//! The scores stand in `labelled/scores.tsv`; `PUSHCART_BLESS=1` writes them anew. They are what they are: a label is never changed to
//! raise one. Words of the dictionary are chosen by what texts of a kind say in general (a review says that the goods arrived, a
//! script of a live show asks to tap a link), with only the scores by value in sight, never for a text of this set.
#![allow(missing_docs)]

use commerce::facts::tags::{Content, Level, Markup, Options, Report};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Labels' short names, and what they are of.
const LABELS: [(&str, &str); 7] = [
    ("v", "vertical"),
    ("k", "content kind"),
    ("s", "scene"),
    ("a", "audience"),
    ("e", "emotion"),
    ("f", "findings"),
    ("p", "personal data"),
];

#[derive(Default)]
struct Counts {
    hits: u32,
    extra: u32,
    missed: u32,
}

fn said(report: &Report, label: &str) -> BTreeSet<String> {
    let tags = |kind: &str, name: &str| {
        let chosen = report.tags.iter().filter(|tag| tag.kind == kind && tag.name == name);
        chosen.map(|tag| tag.value.clone()).collect()
    };
    match label {
        "v" => tags("category", "vertical"),
        "k" => tags("content-kind", ""),
        "s" => tags("scene", ""),
        "a" => tags("audience", ""),
        "e" => tags("emotion", ""),
        "f" => report.findings.iter().filter(|one| one.level != Level::Info).map(|one| one.category.clone()).collect(),
        _ => report.inventory.iter().map(|count| count.kind.clone()).collect(),
    }
}

#[test]
fn scores_on_texts_of_our_own() {
    let rules = tagging::Rules::load(&tagging::compile("{}").unwrap().root).unwrap();
    let options =
        Options { at: 1_790_000_000, jurisdictions: vec!["CN".into()], kinds: Vec::new(), key: None, fold: 120 };
    let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut texts = 0;
    let mut shown = String::new();
    for line in include_str!("labelled/texts.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [_, labels, text] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        texts += 1;
        let content =
            Content { text: text.to_owned(), markup: Markup::Plain, product: None, paid: false, digital_human: false };
        let report = rules.tag(&[content], &options).unwrap().remove(0);
        let labels: BTreeMap<&str, BTreeSet<String>> = labels
            .split_whitespace()
            .filter_map(|label| label.split_once('='))
            .map(|(name, values)| (name, values.split(',').map(str::to_owned).collect()))
            .collect();
        assert!(labels.keys().all(|name| LABELS.iter().any(|(known, _)| known == name)), "{line}");
        for (label, name) in LABELS {
            let right = labels.get(label).cloned().unwrap_or_default();
            let found = said(&report, label);
            let count = counts.entry(name).or_default();
            let number = |count: usize| u32::try_from(count).unwrap();
            count.hits += number(right.intersection(&found).count());
            count.extra += number(found.difference(&right).count());
            count.missed += number(right.difference(&found).count());
            if right != found {
                writeln!(shown, "{name}: {right:?} but {found:?}: {text}").unwrap();
            }
        }
    }
    assert!(texts >= 200);
    let mut scores = format!("# {texts} texts; micro-F1, right, wrong, missed\n");
    for (_, name) in LABELS {
        let Counts { hits, extra, missed } = &counts[name];
        let f1 = f64::from(2 * hits) / f64::from((2 * hits + extra + missed).max(1));
        writeln!(scores, "{name}\t{f1:.3}\t{hits}\t{extra}\t{missed}").unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/labelled/scores.tsv");
    if std::env::var_os("PUSHCART_BLESS").is_some() {
        std::fs::write(path, &scores).unwrap();
        println!("{shown}{scores}");
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(scores, golden, "PUSHCART_BLESS=1 writes the scores anew; what differs from the labels:\n{shown}");
}

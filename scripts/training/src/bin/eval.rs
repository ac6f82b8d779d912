//! `eval DATA`: measures the tagger as it is, on rows that its weights were not trained on.

#![allow(clippy::indexing_slicing, reason = "a tool")]

use anyhow::{Context as _, Result};
use commerce::facts::tags::{Content, Markup, Options};
use std::collections::BTreeSet;
use std::path::PathBuf;
use tagging::about::classifier::{self, PRODUCTS, VERTICALS};
use tagging::about::features;
use tagging::letters;
use tagging::text::Text;
use training::data::{self, Example, Language};
use training::score::{Counts, macro_f1};

fn main() -> Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).context("usage: eval DATA")?);
    let products = data::products(&folder)?;
    report("product category, macro-F1 by cluster", &products, PRODUCTS, classifier::product, 0.98);
    let zh = data::verticals(&folder, Language::Chinese)?;
    let en = data::verticals(&folder, Language::English)?;
    report("taxonomy name to vertical, zh, macro-F1", &zh, VERTICALS, classifier::vertical, 0.66);
    report("taxonomy name to vertical, en, macro-F1", &en, VERTICALS, classifier::vertical, 0.66);
    attributes(&folder)
}

type Classify = fn(&[u32]) -> Option<(usize, u32)>;

fn report(what: &str, examples: &[Example], names: &[(&str, &str)], classify: Classify, target: f64) {
    let pairs = examples.iter().filter(|example| example.held).filter_map(|example| {
        let right = names.iter().position(|(name, _)| *name == example.class)?;
        let text = Text::read(&example.text, Markup::Plain);
        Some((right, classify(&features::of(&letters::of(&text))).map_or(names.len(), |(class, _)| class)))
    });
    let pairs: Vec<(usize, usize)> = pairs.collect();
    println!("{what}: {:.4} on {} rows (target {target})", macro_f1(pairs.iter().copied()), pairs.len());
}

/// Names of AdvertiseGen's keys for the attributes of the dictionary, which no weight was trained on.
const KEYS: &[(&str, &str)] = &[
    ("type", "类型"),
    ("fit", "版型"),
    ("style", "风格"),
    ("pattern", "图案"),
    ("material", "材质"),
    ("colour", "颜色"),
    ("skirt-length", "裙长"),
    ("skirt-shape", "裙型"),
    ("skirt-hem", "裙下摆"),
    ("top-kind", "衣样式"),
    ("trouser-shape", "裤型"),
    ("trouser-length", "裤长"),
    ("trouser-cuff", "裤口"),
    ("skirt-waist", "裙腰型"),
    ("skirt-detail", "裙款式"),
    ("skirt-neckline", "裙领型"),
    ("skirt-sleeve", "裙袖型"),
    ("skirt-sleeve-length", "裙袖长"),
    ("skirt-closure", "裙衣门襟"),
    ("skirt-cut", "裙衣长"),
    ("top-detail", "衣款式"),
    ("top-neckline", "衣领型"),
    ("top-sleeve", "衣袖型"),
    ("top-sleeve-length", "衣袖长"),
    ("top-closure", "衣门襟"),
    ("top-cut", "衣长"),
    ("trouser-waist", "裤腰型"),
    ("trouser-detail", "裤款式"),
];

fn attributes(folder: &std::path::Path) -> Result<()> {
    let rows = data::rows(folder, "zh_adgen_tags.dev.tsv.gz")?;
    let rules = tagging::compile("{}")
        .ok()
        .and_then(|compiled| tagging::Rules::load(&compiled.root).ok())
        .context("no rules")?;
    let options = Options { at: 0, jurisdictions: Vec::new(), kinds: Vec::new(), key: None, fold: 0 };
    let mut counts = Counts::default();
    for row in &rows {
        let right: BTreeSet<(String, String)> = row[0]
            .split('*')
            .filter_map(|tag| tag.split_once('#'))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let content =
            Content { text: row[1].clone(), markup: Markup::Plain, product: None, paid: false, digital_human: false };
        let reports = rules.tag(&[content], &options).ok().context("a copy could not be tagged")?;
        let key = |name: &str| KEYS.iter().find(|(known, _)| *known == name).map(|(_, key)| (*key).to_owned());
        let found: BTreeSet<(String, String)> = reports[0]
            .tags
            .iter()
            .filter(|tag| tag.kind == "attribute")
            .filter_map(|tag| Some((key(&tag.name)?, tag.value.clone())))
            .collect();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        counts.hits += number(right.intersection(&found).count());
        counts.extra += number(found.difference(&right).count());
        counts.missed += number(right.difference(&found).count());
    }
    println!("copy to attribute tags, micro-F1: {:.4} on {} rows (target 0.8)", counts.f1(), rows.len());
    println!("  (no weight was trained on them, but the dictionary's words were chosen with such rows in sight)");
    Ok(())
}

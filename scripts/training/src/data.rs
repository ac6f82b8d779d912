//! The sources: rows of gzipped tab-separated files with a header, and the taxonomy's own lists.

use anyhow::{Context as _, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

/// A text and its class.
pub struct Example {
    /// The text.
    pub text: String,
    /// The class's name.
    pub class: String,
    /// One of five parts, by what the text is an instance of: parts are tried against one another when a recipe is chosen.
    pub part: u64,
    /// Held out: measured on, never trained on and never chosen by.
    pub held: bool,
}

/// Rows of a file, by column.
///
/// # Errors
/// Where it cannot be read.
pub fn rows(folder: &Path, name: &str) -> Result<Vec<Vec<String>>> {
    let path = folder.join(name);
    let file = std::fs::File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text)?;
    Ok(text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

fn hash(key: &str) -> u64 {
    let hash = key
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
    hash ^ hash >> 32
}

/// Product titles and their categories (PriceRunner aggregate, UCI 837): clusters of one part in five are held out.
///
/// # Errors
/// Where the file cannot be read.
pub fn products(folder: &Path) -> Result<Vec<Example>> {
    let rows = rows(folder, "en_pricerunner10.dev.tsv.gz")?;
    let example = |row: Vec<String>| {
        let hash = hash(&row[1]);
        let (held, part) = (hash.is_multiple_of(5), hash / 5 % 5);
        Example { text: row[4].clone(), class: row[0].clone(), part, held }
    };
    Ok(rows.into_iter().map(example).collect())
}

/// Names of categories and their vertical (Shopify's taxonomy): the rows of the file are trained on, and the taxonomy's other
/// categories below a vertical are held out. `column` is `zh` or `en`.
///
/// # Errors
/// Where a file cannot be read.
pub fn verticals(folder: &Path, language: Language) -> Result<Vec<Example>> {
    let rows = rows(folder, "tax_zh_en.dev.tsv.gz")?;
    let (column, list) = match language {
        Language::Chinese => (2, "zh-CN"),
        Language::English => (3, "en"),
    };
    let known: BTreeSet<&String> = rows.iter().map(|row| &row[1]).collect();
    let mut names: Vec<Example> = Vec::new();
    for row in &rows {
        names.push(Example { text: row[column].clone(), class: row[0].clone(), part: hash(&row[1]) % 5, held: false });
    }
    for (id, name) in categories(folder, list)? {
        if id.contains('-') && !known.contains(&id) {
            let class = id.split('-').next().unwrap_or_default().to_owned();
            names.push(Example { text: name, class, part: 0, held: true });
        }
    }
    Ok(names)
}

/// A language of the taxonomy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Chinese, simplified.
    Chinese,
    /// English.
    English,
}

/// The taxonomy's list: `gid://shopify/TaxonomyCategory/ID : Name > Name > Name`.
fn categories(folder: &Path, language: &str) -> Result<BTreeMap<String, String>> {
    let path = folder.join("shopify_taxonomy").join(language).join("categories.txt");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot open {}", path.display()))?;
    let category = |line: &str| {
        let (id, names) = line.split_once(" : ")?;
        let id = id.trim().strip_prefix("gid://shopify/TaxonomyCategory/")?;
        Some((id.to_owned(), names.rsplit(" > ").next()?.to_owned()))
    };
    Ok(text.lines().filter_map(category).collect())
}

/// Nouns of this project's own, and the names of the verticals; they are of no part.
#[must_use]
pub fn nouns() -> Vec<Example> {
    let mut nouns = Vec::new();
    let mut push = |text: &str, class: &str| {
        nouns.push(Example { text: text.to_owned(), class: class.to_owned(), part: u64::MAX, held: false });
    };
    for (class, name) in tagging::about::classifier::VERTICALS {
        push(name, class);
    }
    for line in include_str!("../nouns.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let class = columns.next().unwrap_or_default();
        for noun in columns.flat_map(|column| column.split(',')) {
            push(noun, class);
        }
    }
    nouns
}

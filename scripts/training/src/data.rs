//! The sources: rows of gzipped tab-separated files with a header.

use anyhow::{Context as _, Result};
use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

/// A text and its class.
pub struct Example {
    /// The text.
    pub text: String,
    /// The class's name.
    pub class: String,
    /// Held out: measured on, never trained on.
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

/// One of five keys is held out.
fn held(key: &str) -> bool {
    let hash = key
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
    (hash ^ hash >> 32).is_multiple_of(5)
}

/// Product titles and their categories (PriceRunner aggregate, UCI 837), split by cluster.
///
/// # Errors
/// Where the file cannot be read.
pub fn products(folder: &Path) -> Result<Vec<Example>> {
    let rows = rows(folder, "en_pricerunner10.dev.tsv.gz")?;
    Ok(rows
        .into_iter()
        .map(|row| Example { text: row[4].clone(), class: row[0].clone(), held: held(&row[1]) })
        .collect())
}

/// Names of categories and their vertical (Shopify's taxonomy), zh and en, split by category; the second list has the
/// names of what stands above a training category and below its vertical, unless one of them is held out itself.
///
/// # Errors
/// Where the file cannot be read.
pub fn verticals(folder: &Path) -> Result<(Vec<Example>, Vec<Example>)> {
    let rows = rows(folder, "tax_zh_en.dev.tsv.gz")?;
    let mut names = Vec::new();
    let mut reserved = BTreeSet::new();
    for row in &rows {
        let held = held(&row[1]);
        for name in [&row[2], &row[3]] {
            names.push(Example { text: name.clone(), class: row[0].clone(), held });
            if held {
                reserved.insert(name.clone());
            }
        }
    }
    let mut above = Vec::new();
    let mut seen = BTreeSet::new();
    for row in rows.iter().filter(|row| !held(&row[1])) {
        for path in [&row[4], &row[5]] {
            let parts: Vec<&str> = path.split(" > ").collect();
            for part in parts.iter().take(parts.len().saturating_sub(1)) {
                if !reserved.contains(*part) && seen.insert((row[0].clone(), (*part).to_owned())) {
                    above.push(Example { text: (*part).to_owned(), class: row[0].clone(), held: false });
                }
            }
        }
    }
    Ok((names, above))
}

//! How each classifier is trained: its samples and its recipe. The numbers were chosen by `trial`, on training rows alone.

use crate::data::{self, Example, Language};
use crate::learn::{Recipe, Sample};
use anyhow::Result;
use std::path::Path;
use tagging::about::classifier::{PRODUCTS, VERTICALS};

/// Of products.
pub const PRODUCT: Recipe = Recipe { logarithm: 14, rounds: 12, cost: 2.0, kept: 36_000, slope: 4.0, seed: 837 };
/// Of verticals.
pub const VERTICAL: Recipe = Recipe { logarithm: 15, rounds: 15, cost: 2.0, kept: 80_000, slope: 4.0, seed: 2025 };
/// What a noun of our own counts, against a row.
pub const NOUN: f32 = 1.0;

/// Names of both languages.
///
/// # Errors
/// Where a file cannot be read.
pub fn names(folder: &Path) -> Result<Vec<Example>> {
    let mut names = data::verticals(folder, Language::Chinese)?;
    names.extend(data::verticals(folder, Language::English)?);
    Ok(names)
}

/// Samples of products that a filter lets through.
#[must_use]
pub fn product_samples(products: &[Example], recipe: Recipe, keep: impl Fn(&Example) -> bool) -> Vec<Sample> {
    samples(products, PRODUCTS, recipe, 1.0, keep)
}

/// Samples of verticals that a filter lets through, and the nouns.
#[must_use]
pub fn vertical_samples(names: &[Example], recipe: Recipe, noun: f32, keep: impl Fn(&Example) -> bool) -> Vec<Sample> {
    let mut all = samples(names, VERTICALS, recipe, 1.0, keep);
    if noun > 0.0 {
        all.extend(samples(&data::nouns(), VERTICALS, recipe, noun, |_| true));
    }
    all
}

fn samples(
    examples: &[Example],
    classes: &[(&str, &str)],
    recipe: Recipe,
    weight: f32,
    keep: impl Fn(&Example) -> bool,
) -> Vec<Sample> {
    let sample = |example: &Example| {
        let class = classes.iter().position(|(name, _)| *name == example.class)?;
        Some(Sample::of(&example.text, class, weight, recipe.logarithm))
    };
    examples.iter().filter(|example| !example.held && keep(example)).filter_map(sample).collect()
}

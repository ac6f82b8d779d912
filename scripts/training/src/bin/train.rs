//! `train DATA [OUTPUT]`: trains both classifiers from the folder of public data and writes their weights.

#![allow(clippy::indexing_slicing, reason = "a tool")]

use anyhow::{Context as _, Result};
use std::path::PathBuf;
use tagging::about::classifier::{PRODUCTS, VERTICALS};
use training::data::{self, Example};
use training::learn::{self, Recipe};

const PRODUCT: Recipe = Recipe { logarithm: 15, epochs: 10, rate: 0.3, decay: 1e-5, kept: 100_000, seed: 837 };
const VERTICAL: Recipe = Recipe { logarithm: 15, epochs: 8, rate: 0.5, decay: 3e-3, kept: 80_000, seed: 2025 };

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().context("usage: train DATA [OUTPUT]")?);
    let output = PathBuf::from(arguments.next().unwrap_or_else(|| "functions/tagging/data".into()));
    let known = |names: &[(&str, &str)], example: &Example| names.iter().position(|(name, _)| *name == example.class);
    let prepare =
        |names: &[(&str, &str)], examples: &[Example], weight: f32, recipe: Recipe| -> Vec<(Vec<usize>, usize, f32)> {
            let chosen = examples.iter().filter(|example| !example.held);
            chosen
                .filter_map(|example| {
                    Some((learn::buckets(&example.text, recipe.logarithm), known(names, example)?, weight))
                })
                .collect()
        };
    let products = data::products(&folder)?;
    println!("products: {} titles", products.len());
    let weights = learn::train(&prepare(PRODUCTS, &products, 1.0, PRODUCT), PRODUCTS.len(), PRODUCT);
    println!("products: {} bytes", weights.len());
    std::fs::write(output.join("product.bin"), weights)?;
    let (names, above) = data::verticals(&folder)?;
    println!("verticals: {} names", names.len());
    let mut examples = prepare(VERTICALS, &names, 1.0, VERTICAL);
    examples.extend(prepare(VERTICALS, &above, 1.0, VERTICAL));
    // Rare verticals count for more, so that the mean over verticals is what is learned.
    let mut sizes = vec![0f32; VERTICALS.len()];
    for (_, class, _) in &examples {
        sizes[*class] += 1.0;
    }
    for (_, class, weight) in &mut examples {
        *weight = (300.0 / sizes[*class]).sqrt().clamp(0.3, 6.0);
    }
    let weights = learn::train(&examples, VERTICALS.len(), VERTICAL);
    println!("verticals: {} bytes", weights.len());
    std::fs::write(output.join("vertical.bin"), weights)?;
    Ok(())
}

//! `train DATA [OUTPUT]`: trains both classifiers from the folder of public data and writes their weights.

use anyhow::{Context as _, Result};
use std::path::PathBuf;
use tagging::about::classifier::{PRODUCTS, VERTICALS};
use training::{data, learn, recipes};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().context("usage: train DATA [OUTPUT]")?);
    let output = PathBuf::from(arguments.next().unwrap_or_else(|| "functions/tagging/data".into()));
    let samples = recipes::product_samples(&data::products(&folder)?, recipes::PRODUCT, |_| true);
    let weights = learn::train(&samples, PRODUCTS.len(), recipes::PRODUCT);
    println!("products: {} titles, {} bytes", samples.len(), weights.len());
    std::fs::write(output.join("product.bin"), weights)?;
    let samples = recipes::vertical_samples(&recipes::names(&folder)?, recipes::VERTICAL, recipes::NOUN, |_| true);
    let weights = learn::train(&samples, VERTICALS.len(), recipes::VERTICAL);
    println!("verticals: {} names, {} bytes", samples.len(), weights.len());
    std::fs::write(output.join("vertical.bin"), weights)?;
    Ok(())
}

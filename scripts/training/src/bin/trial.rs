//! `trial DATA`: tries recipes on training rows alone, one part in five against the others; held-out rows are not read.
//! `trial DATA vertical cost=4 kept=90000` tries another one.

use anyhow::{Context as _, Result, bail};
use std::path::PathBuf;
use tagging::about::classifier::{PRODUCTS, VERTICALS};
use tagging::about::features;
use tagging::about::model::Model;
use tagging::text::{Text, is_han};
use training::data::Example;
use training::learn::{self, Sample};
use training::score::macro_f1;
use training::{data, recipes};

#[allow(clippy::too_many_lines, clippy::cast_precision_loss, reason = "a tool")]
fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().context("usage: trial DATA (product|vertical) [NAME=NUMBER…]")?);
    let which = arguments.next().unwrap_or_else(|| "vertical".into());
    let mut recipe = if which == "product" { recipes::PRODUCT } else { recipes::VERTICAL };
    let mut noun = recipes::NOUN;
    let mut parts = 2u64;
    for argument in arguments {
        let (name, value) = argument.split_once('=').context("NAME=NUMBER")?;
        match name {
            "logarithm" => recipe.logarithm = value.parse()?,
            "rounds" => recipe.rounds = value.parse()?,
            "cost" => recipe.cost = value.parse()?,
            "kept" => recipe.kept = value.parse()?,
            "slope" => recipe.slope = value.parse()?,
            "noun" => noun = value.parse()?,
            "parts" => parts = value.parse()?,
            _ => bail!("no {name} in a recipe"),
        }
    }
    let examples = if which == "product" { data::products(&folder)? } else { recipes::names(&folder)? };
    let classes = if which == "product" { PRODUCTS } else { VERTICALS };
    let mut pairs: [Vec<(usize, usize)>; 2] = [Vec::new(), Vec::new()];
    let mut bytes = 0;
    let mut sure = Vec::new();
    for part in 0..parts {
        let samples = |keep: fn(u64, u64) -> bool| -> Vec<Sample> {
            let keep = |example: &Example| keep(example.part, part);
            if which == "product" {
                recipes::product_samples(&examples, recipe, keep)
            } else {
                recipes::vertical_samples(&examples, recipe, noun, keep)
            }
        };
        let model = learn::train(&samples(|part, tried| part != tried), classes.len(), recipe);
        bytes = model.len();
        sure.extend(measure(&model, &examples, classes, part, &mut pairs)?);
    }
    // A good slope makes the mean confidence the share that is right.
    let count = sure.len().max(1) as f64;
    let confidence = sure.iter().sum::<f64>() / count;
    let right = pairs.iter().flatten().filter(|(right, found)| right == found).count() as f64 / count;
    println!("confidence {confidence:.4}, right {right:.4}");
    let [zh, en] = pairs.map(macro_f1);
    println!("{recipe:?} noun {noun}: {bytes} bytes; macro-F1 zh {zh:.4} en {en:.4}");
    Ok(())
}

fn measure(
    model: &[u8],
    examples: &[Example],
    classes: &[(&str, &str)],
    part: u64,
    pairs: &mut [Vec<(usize, usize)>; 2],
) -> Result<Vec<f64>> {
    let mut sure = Vec::new();
    let model = Model::read(model).context("no model")?;
    for example in examples.iter().filter(|example| !example.held && example.part == part) {
        let Some(right) = classes.iter().position(|(name, _)| *name == example.class) else { continue };
        let letters = tagging::letters::of(&Text::read(&example.text, commerce::facts::tags::Markup::Plain));
        let (found, confidence) = model.best(&features::of(&letters)).unwrap_or((classes.len(), 0));
        sure.push(f64::from(confidence) / 10_000.0);
        let language = usize::from(!example.text.chars().any(is_han));
        if let Some(pairs) = pairs.get_mut(language) {
            pairs.push((right, found));
        }
    }
    Ok(sure)
}

//! Multinomial logistic regression by AdaGrad over hashed features, pruned and written as `tagging::about::model` reads it.

use commerce::facts::tags::Markup;
use tagging::about::{features, model};
use tagging::letters;
use tagging::text::Text;

/// How to train.
#[derive(Clone, Copy)]
pub struct Recipe {
    /// Binary logarithm of the buckets.
    pub logarithm: u8,
    /// Passes over the examples.
    pub epochs: u32,
    /// The first step.
    pub rate: f32,
    /// Weight decay a step.
    pub decay: f32,
    /// Weights kept, of all, the largest first.
    pub kept: usize,
    /// Seed of the order.
    pub seed: u64,
}

/// Buckets of a text's features.
#[must_use]
pub fn buckets(text: &str, logarithm: u8) -> Vec<usize> {
    let text = Text::read(text, Markup::Plain);
    let mask = (1usize << logarithm) - 1;
    let mut buckets = Vec::new();
    features::each(&letters::of(&text), |hash| buckets.push(hash as usize & mask));
    buckets
}

/// Trains on examples (buckets, class, weight) and writes the model.
#[must_use]
pub fn train(examples: &[(Vec<usize>, usize, f32)], classes: usize, recipe: Recipe) -> Vec<u8> {
    let count = 1usize << recipe.logarithm;
    let mut weights = vec![0f32; count * classes];
    let mut squares = vec![1e-6f32; count * classes];
    let mut biases = vec![0f32; classes];
    let mut bias_squares = vec![1e-6f32; classes];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut state = recipe.seed;
    for _ in 0..recipe.epochs {
        for place in (1..order.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            order.swap(place, (state >> 33) as usize % (place + 1));
        }
        for index in &order {
            let (buckets, class, weight) = &examples[*index];
            let part = 1.0 / (buckets.len().max(1) as f32).sqrt();
            let mut scores = biases.clone();
            for bucket in buckets {
                for (score, weight) in scores.iter_mut().zip(&weights[bucket * classes..]) {
                    *score += part * weight;
                }
            }
            let best = scores.iter().copied().fold(f32::MIN, f32::max);
            let sum: f32 = scores.iter().map(|score| (score - best).exp()).sum();
            for (other, score) in scores.iter().enumerate() {
                let slope = weight * ((score - best).exp() / sum - f32::from(u8::from(other == *class)));
                if slope.abs() < 1e-4 {
                    continue;
                }
                bias_squares[other] += slope * slope;
                biases[other] -= recipe.rate * slope / bias_squares[other].sqrt();
                for bucket in buckets {
                    let place = bucket * classes + other;
                    let slope = part * slope + recipe.decay * weights[place];
                    squares[place] += slope * slope;
                    weights[place] -= recipe.rate * slope / squares[place].sqrt();
                }
            }
        }
    }
    write(&weights, &biases, classes, recipe)
}

fn write(weights: &[f32], biases: &[f32], classes: usize, recipe: Recipe) -> Vec<u8> {
    let mut sizes: Vec<f32> = weights.iter().map(|weight| weight.abs()).collect();
    sizes.sort_by(|left, right| right.total_cmp(left));
    let least = sizes[recipe.kept.min(sizes.len() - 1)].max(1e-6);
    // The largest of a thousand are cut, so that eight bits serve the many.
    let scale = sizes[recipe.kept / 1000].max(least) / 127.0;
    let count = 1usize << recipe.logarithm;
    let mut counts = vec![0u8; count / 2];
    let mut firsts = Vec::new();
    let mut entries = Vec::new();
    for bucket in 0..count {
        if bucket.is_multiple_of(16) {
            firsts.extend(u32::try_from(entries.len() / 2).unwrap_or(u32::MAX).to_le_bytes());
        }
        let row = &weights[bucket * classes..(bucket + 1) * classes];
        let mut kept: Vec<(usize, i32)> = row
            .iter()
            .enumerate()
            .filter(|(_, weight)| weight.abs() >= least)
            .map(|(class, weight)| (class, ((weight / scale).round() as i32).clamp(-127, 127)))
            .filter(|(_, weight)| *weight != 0)
            .collect();
        kept.sort_by_key(|(class, weight)| (std::cmp::Reverse(weight.abs()), *class));
        kept.truncate(model::MOST);
        counts[bucket / 2] |= (kept.len() as u8) << (4 * (bucket % 2));
        for (class, weight) in kept {
            entries.extend([class as u8, (weight as i8).cast_unsigned()]);
        }
    }
    let mut bytes = vec![classes as u8, recipe.logarithm];
    // Scores have sixteen steps for one of a weight.
    let step = scale / 16.0;
    bytes.extend(step.to_le_bytes());
    for bias in biases {
        bytes.extend(((bias / step).round() as i32).to_le_bytes());
    }
    bytes.extend(counts);
    bytes.extend(firsts);
    bytes.extend(entries);
    bytes
}

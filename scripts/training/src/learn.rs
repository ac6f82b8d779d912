//! Linear support vector machines, one against the rest, by dual coordinate descent (Hsieh, Chang, Lin, Keerthi and
//! Sundararajan 2008) over hashed features; pruned, cut to eight bits, and written as `tagging::about::model` reads them.

use commerce::facts::tags::Markup;
use tagging::about::{features, model};
use tagging::letters;
use tagging::text::Text;

/// How to train.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// Binary logarithm of the buckets.
    pub logarithm: u8,
    /// Passes over the examples.
    pub rounds: u32,
    /// Cost of a mistake, against the size of the weights.
    pub cost: f32,
    /// Weights kept, the largest first.
    pub kept: usize,
    /// Confidence for a difference of one between two scores: softmax of scores times this.
    pub slope: f32,
    /// Seed of the order.
    pub seed: u64,
}

/// What is trained on: buckets with their values, the class, and how much it counts.
pub struct Sample {
    buckets: Vec<(u32, f32)>,
    class: usize,
    weight: f32,
}

impl Sample {
    /// A text of a class.
    #[must_use]
    pub fn of(text: &str, class: usize, weight: f32, logarithm: u8) -> Self {
        let text = Text::read(text, Markup::Plain);
        let mask = (1u32 << logarithm) - 1;
        let mut hashes: Vec<u32> = features::of(&letters::of(&text)).into_iter().map(|hash| hash & mask).collect();
        hashes.sort_unstable();
        let part = 1.0 / (hashes.len().max(1) as f32).sqrt();
        let mut buckets: Vec<(u32, f32)> = Vec::with_capacity(hashes.len());
        for hash in hashes {
            match buckets.last_mut().filter(|(last, _)| *last == hash) {
                Some((_, value)) => *value += part,
                None => buckets.push((hash, part)),
            }
        }
        Self { buckets, class, weight }
    }
}

/// Trains, prunes and writes the model.
#[must_use]
pub fn train(samples: &[Sample], classes: usize, recipe: Recipe) -> Vec<u8> {
    let (weights, biases) = descend(samples, classes, recipe);
    write(&weights, &biases, classes, recipe)
}

/// Squared hinge loss; the bias is one more feature, of value one.
fn descend(samples: &[Sample], classes: usize, recipe: Recipe) -> (Vec<f32>, Vec<f32>) {
    let mut weights = vec![0f32; (1usize << recipe.logarithm) * classes];
    let mut biases = vec![0f32; classes];
    let mut alphas = vec![0f32; samples.len() * classes];
    let mut order: Vec<usize> = (0..samples.len()).collect();
    let mut state = recipe.seed;
    let mut scores = vec![0f32; classes];
    for _ in 0..recipe.rounds {
        for place in (1..order.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            order.swap(place, (state >> 33) as usize % (place + 1));
        }
        for index in &order {
            let Sample { buckets, class, weight } = &samples[*index];
            scores.copy_from_slice(&biases);
            let mut square = 1.0;
            for (bucket, value) in buckets {
                square += value * value;
                let row = &weights[*bucket as usize * classes..][..classes];
                for (score, weight) in scores.iter_mut().zip(row) {
                    *score += value * weight;
                }
            }
            let slack = 0.5 / (recipe.cost * weight);
            for (other, (score, alpha)) in scores.iter_mut().zip(&mut alphas[index * classes..]).enumerate() {
                let sign = if other == *class { 1.0 } else { -1.0 };
                let slope = sign * *score - 1.0 + slack * *alpha;
                let next = (*alpha - slope / (square + slack)).max(0.0);
                *score = (next - *alpha) * sign;
                *alpha = next;
            }
            if scores.iter().all(|step| *step == 0.0) {
                continue;
            }
            for (bias, step) in biases.iter_mut().zip(&scores) {
                *bias += step;
            }
            for (bucket, value) in buckets {
                let row = &mut weights[*bucket as usize * classes..][..classes];
                for (weight, step) in row.iter_mut().zip(&scores) {
                    *weight += value * step;
                }
            }
        }
    }
    (weights, biases)
}

fn write(weights: &[f32], biases: &[f32], classes: usize, recipe: Recipe) -> Vec<u8> {
    let mut sizes: Vec<f32> = weights.iter().map(|weight| weight.abs()).collect();
    sizes.sort_unstable_by(|left, right| right.total_cmp(left));
    let least = sizes[recipe.kept.min(sizes.len() - 1)].max(1e-6);
    // The largest of a thousand are cut, so that eight bits serve the many.
    let scale = sizes[recipe.kept / 1000].max(least) / 127.0;
    let width = classes.div_ceil(8);
    let mut used = Vec::new();
    let mut before = Vec::new();
    let (mut rows, mut starts, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for (bucket, row) in weights.chunks(classes).enumerate() {
        if bucket.is_multiple_of(model::WORD) {
            before.extend(u16::try_from(rows.len() / width).unwrap_or(u16::MAX).to_le_bytes());
        }
        if bucket.is_multiple_of(8) {
            used.push(0u8);
        }
        let small = |weight: &f32| ((weight / scale).round() as i32).clamp(-127, 127) as i8;
        let kept: Vec<(usize, i8)> = row
            .iter()
            .enumerate()
            .filter(|(_, weight)| weight.abs() >= least)
            .map(|(class, weight)| (class, small(weight)))
            .collect();
        if kept.is_empty() {
            continue;
        }
        used[bucket / 8] |= 1 << (bucket % 8);
        if (rows.len() / width).is_multiple_of(model::BLOCK) {
            starts.extend(u32::try_from(entries.len()).unwrap_or(u32::MAX).to_le_bytes());
        }
        let mut bits = vec![0u8; width];
        for (class, weight) in kept {
            bits[class / 8] |= 1 << (class % 8);
            entries.push(weight.cast_unsigned());
        }
        rows.extend(bits);
    }
    let mut bytes = vec![classes as u8, recipe.logarithm];
    // Scores have sixteen steps for one of a weight.
    let step = scale / model::FINE as f32;
    bytes.extend((step * recipe.slope).to_le_bytes());
    for bias in biases {
        bytes.extend(((bias / step).round() as i32).to_le_bytes());
    }
    for part in [used, before, rows, starts, entries] {
        bytes.extend(part);
    }
    bytes
}

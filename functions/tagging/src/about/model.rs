//! A linear classifier with weights of eight bits, read where they lie: nothing is unpacked when an instance starts.
//!
//! Form: one byte for the classes, one for the binary logarithm of the buckets, the scale of a score (f32), a bias (i32) for each
//! class, a nibble for each bucket (how many classes have a weight in it), the first entry of each sixteen buckets (u32),
//! and the entries: a class and a weight. Little-endian. Made by `scripts/train`; see NOTICE for what it was trained on.

use super::features;
use crate::letters::Letter;

/// Most classes with a weight in one bucket.
pub const MOST: usize = 15;

/// Steps of a score that one step of a weight makes.
const FINE: i64 = 16;

/// Weights, as they lie.
pub struct Model<'a> {
    classes: usize,
    mask: u32,
    scale: f32,
    biases: &'a [u8],
    counts: &'a [u8],
    firsts: &'a [u8],
    entries: &'a [u8],
}

impl<'a> Model<'a> {
    /// Finds the parts of a model; `None` where the bytes are none.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let ([classes, logarithm], rest) = bytes.split_first_chunk::<2>()?;
        let (scale, rest) = rest.split_first_chunk::<4>()?;
        let (classes, buckets) = (usize::from(*classes), 1usize.checked_shl(u32::from(*logarithm))?);
        let (biases, rest) = rest.split_at_checked(classes * 4)?;
        let (counts, rest) = rest.split_at_checked(buckets / 2)?;
        let (firsts, entries) = rest.split_at_checked(buckets / 16 * 4)?;
        let mask = u32::try_from(buckets - 1).ok()?;
        Some(Self { classes, mask, scale: f32::from_le_bytes(*scale), biases, counts, firsts, entries })
    }

    /// The score of each class: sums of whole numbers, so the same on every machine.
    #[must_use]
    pub fn scores(&self, letters: &[Letter]) -> Vec<i32> {
        let number = |chunk: &[u8]| chunk.try_into().map_or(0, i32::from_le_bytes);
        let mut scores = vec![0i32; self.classes];
        let mut features = 0u32;
        features::each(letters, |hash| {
            features += 1;
            self.add(hash & self.mask, &mut scores);
        });
        // A text counts as much as another, whatever its length: each feature is one over the root of their number.
        let root = i64::from((features.max(1) << 12).isqrt());
        for (score, bias) in scores.iter_mut().zip(self.biases.chunks(4)) {
            *score = i32::try_from(i64::from(*score) * 64 * FINE / root).unwrap_or_default() + number(bias);
        }
        scores
    }

    fn count(&self, bucket: usize) -> usize {
        let pair = self.counts.get(bucket / 2).copied().unwrap_or_default();
        usize::from(if bucket.is_multiple_of(2) { pair & 15 } else { pair >> 4 })
    }

    fn add(&self, bucket: u32, scores: &mut [i32]) {
        let bucket = bucket as usize;
        let count = self.count(bucket);
        if count == 0 {
            return;
        }
        let block = bucket / 16;
        let Some(first) = self.firsts.get(block * 4..block * 4 + 4).and_then(|bytes| bytes.try_into().ok()) else {
            return;
        };
        let before: usize = (block * 16..bucket).map(|other| self.count(other)).sum();
        let start = (u32::from_le_bytes(first) as usize + before) * 2;
        for entry in self.entries.get(start..start + count * 2).unwrap_or_default().chunks_exact(2) {
            if let [class, weight] = entry
                && let Some(score) = scores.get_mut(usize::from(*class))
            {
                *score += i32::from(weight.cast_signed());
            }
        }
    }

    /// The best class and how sure it is, of 10000 (softmax over the scores).
    #[must_use]
    pub fn best(&self, letters: &[Letter]) -> Option<(usize, u32)> {
        let scores = self.scores(letters);
        let (class, best) =
            scores.iter().enumerate().max_by_key(|(class, score)| (**score, std::cmp::Reverse(*class)))?;
        let sum: f64 = scores.iter().map(|score| libm::exp(f64::from(score - best) * f64::from(self.scale))).sum();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 10000")]
        let sure = (10_000.0 / sum) as u32;
        Some((class, sure.min(9_999)))
    }
}

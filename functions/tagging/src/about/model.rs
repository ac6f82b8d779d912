//! A linear classifier with weights of eight bits, read where they lie: nothing is unpacked when an instance starts.
//!
//! Form, little-endian: classes (u8), binary logarithm of the buckets (u8), the scale of a score (f32), a bias (i32) for
//! each class; a bit for each bucket, set where it has weights; for each [`WORD`] buckets, how many before them have weights
//! (u16); for each bucket that has, a bit for each class that has a weight in it; for each [`BLOCK`] of those, the
//! place of their first weight (u32); the weights (i8). Made by `scripts/train`; see NOTICE for what it was trained on.

/// Buckets that are counted together.
pub const WORD: usize = 64;
/// Rows of weights that are counted together.
pub const BLOCK: usize = 16;
/// Steps of a score that one step of a weight makes.
pub const FINE: i64 = 16;
/// Most classes of a model.
pub const CLASSES: usize = 32;

/// Weights, as they lie.
pub struct Model<'a> {
    classes: usize,
    mask: u32,
    scale: f32,
    biases: &'a [u8],
    used: &'a [u8],
    before: &'a [u8],
    rows: &'a [u8],
    starts: &'a [u8],
    weights: &'a [u8],
}

impl<'a> Model<'a> {
    /// Finds the parts of a model; `None` where the bytes are none.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let ([classes, logarithm], rest) = bytes.split_first_chunk::<2>()?;
        let (scale, rest) = rest.split_first_chunk::<4>()?;
        let (classes, buckets) = (usize::from(*classes), 1usize.checked_shl(u32::from(*logarithm))?);
        if !(1..=CLASSES).contains(&classes) {
            return None;
        }
        let (biases, rest) = rest.split_at_checked(classes * 4)?;
        let (used, rest) = rest.split_at_checked(buckets / 8)?;
        let (before, rest) = rest.split_at_checked(buckets / WORD * 2)?;
        let last = used.get(used.len().checked_sub(WORD / 8)?..)?;
        let ones: u32 = last.iter().map(|byte| byte.count_ones()).sum();
        let count = usize::from(u16::from_le_bytes(*before.last_chunk::<2>()?)) + ones as usize;
        let (rows, rest) = rest.split_at_checked(count * classes.div_ceil(8))?;
        let (starts, weights) = rest.split_at_checked(count.div_ceil(BLOCK) * 4)?;
        let mask = u32::try_from(buckets - 1).ok()?;
        let scale = f32::from_le_bytes(*scale);
        Some(Self { classes, mask, scale, biases, used, before, rows, starts, weights })
    }

    /// The score of each class: sums of whole numbers, so the same on every machine.
    #[must_use]
    pub fn scores(&self, features: &[u32]) -> [i32; CLASSES] {
        let mut scores = [0i32; CLASSES];
        for feature in features {
            self.add((feature & self.mask) as usize, &mut scores);
        }
        // A text counts as much as another, whatever its length: each feature is one over the root of their number.
        let count = u64::try_from(features.len().max(1)).unwrap_or(u64::MAX);
        let root = i64::try_from((count << 12).isqrt()).unwrap_or(i64::MAX);
        for (score, bias) in scores.iter_mut().zip(self.biases.as_chunks().0) {
            *score =
                i32::try_from(i64::from(*score) * 64 * FINE / root).unwrap_or_default() + i32::from_le_bytes(*bias);
        }
        scores
    }

    /// The row of a bucket's weights, where it has one.
    fn row(&self, bucket: usize) -> Option<usize> {
        let word = self.used.get(bucket / WORD * (WORD / 8)..)?.first_chunk::<8>()?;
        let (word, bit) = (u64::from_le_bytes(*word), bucket % WORD);
        if word >> bit & 1 == 0 {
            return None;
        }
        let before = self.before.get(bucket / WORD * 2..)?.first_chunk::<2>()?;
        Some(usize::from(u16::from_le_bytes(*before)) + (word & ((1 << bit) - 1)).count_ones() as usize)
    }

    /// Adds the weights of a bucket to the scores.
    fn add(&self, bucket: usize, scores: &mut [i32; CLASSES]) -> Option<()> {
        let row = self.row(bucket)?;
        let width = self.classes.div_ceil(8);
        let start = self.starts.get(row / BLOCK * 4..)?.first_chunk::<4>()?;
        let block = self.rows.get(row / BLOCK * BLOCK * width..)?;
        let earlier = (row % BLOCK) * width;
        let (words, rest) = block.get(..earlier)?.as_chunks::<8>();
        let mut ones: u32 = words.iter().map(|word| u64::from_le_bytes(*word).count_ones()).sum();
        if let Some(next) = block.get(words.len() * 8..).and_then(|next| next.first_chunk::<8>()) {
            ones += (u64::from_le_bytes(*next) & ((1 << (rest.len() * 8)) - 1)).count_ones();
        } else {
            ones += rest.iter().map(|byte| byte.count_ones()).sum::<u32>();
        }
        // A row's last byte has bits for no class: what stands behind it is cut.
        let row = block.get(earlier..)?;
        let mut classes = match row.first_chunk::<4>() {
            Some(row) => u32::from_le_bytes(*row) & (u32::MAX >> (CLASSES - self.classes)),
            None => row.iter().rev().fold(0, |bits, byte| bits << 8 | u32::from(*byte)),
        };
        let first = (u32::from_le_bytes(*start) + ones) as usize;
        for weight in self.weights.get(first..first + classes.count_ones() as usize)? {
            if let Some(score) = scores.get_mut(classes.trailing_zeros() as usize) {
                *score = score.wrapping_add(i32::from(weight.cast_signed()));
            }
            classes &= classes.wrapping_sub(1);
        }
        Some(())
    }

    /// The best class and how sure it is, of 10000 (softmax over the scores).
    #[must_use]
    pub fn best(&self, features: &[u32]) -> Option<(usize, u32)> {
        let all = self.scores(features);
        let scores = all.get(..self.classes)?;
        let (class, best) =
            scores.iter().enumerate().max_by_key(|(class, score)| (**score, std::cmp::Reverse(*class)))?;
        let sum: f64 = scores.iter().map(|score| libm::exp(f64::from(score - best) * f64::from(self.scale))).sum();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 10000")]
        let sure = (10_000.0 / sum) as u32;
        Some((class, sure.min(9_999)))
    }
}

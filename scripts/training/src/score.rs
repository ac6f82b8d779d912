//! Scores of a classifier and of a tagger.

use std::collections::BTreeMap;

/// Counts of a class or of all tags.
#[derive(Clone, Copy, Default)]
pub struct Counts {
    /// Found and right.
    pub hits: u32,
    /// Found and wrong.
    pub extra: u32,
    /// Right and not found.
    pub missed: u32,
}

impl Counts {
    /// Harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(self) -> f64 {
        let both = f64::from(2 * self.hits);
        if both == 0.0 { 0.0 } else { both / (both + f64::from(self.extra + self.missed)) }
    }
}

/// Mean of the F1 of every class that occurs.
#[must_use]
pub fn macro_f1(pairs: impl IntoIterator<Item = (usize, usize)>) -> f64 {
    let mut classes: BTreeMap<usize, Counts> = BTreeMap::new();
    let mut occurring = std::collections::BTreeSet::new();
    for (right, found) in pairs {
        occurring.insert(right);
        if right == found {
            classes.entry(right).or_default().hits += 1;
        } else {
            classes.entry(right).or_default().missed += 1;
            classes.entry(found).or_default().extra += 1;
        }
    }
    occurring.iter().map(|class| classes.get(class).copied().unwrap_or_default().f1()).sum::<f64>()
        / occurring.len().max(1) as f64
}

//! Prices on their way to where their bound is highest.

use super::{Paid, Priced, Stage, State, WIDE};
use crate::sourcing::problem::{Problem, Score};

/// Parts of the full step that prices are moved by at first.
const PACE: i64 = 32;
/// The bound where no plan is sought.
const CLOSED: i64 = 1 << 60;
/// More rounds than this keep most of the direction that they went in before.
const LONG: u32 = 100;

impl Stage {
    /// Moves prices until the criterion is proven not to be below so much, or for so many rounds: the best that was
    /// found, and `paid` are its prices.
    pub fn ascend<V: Score>(
        &self,
        problem: &Problem<'_, V>,
        state: State<'_>,
        paid: &mut Paid,
        below: i64,
        rounds: u32,
    ) -> Priced {
        let former = self.former.as_ref().zip(paid.former.as_mut()).zip(self.settled.last());
        // What prices come to by the criterion before, and whether that says that no plan is sought.
        let former = former.map(|((former, paid), settled)| {
            let priced = former.ascend(problem, state, paid, settled + 1, rounds / 2);
            let passes = former.passes(&priced, settled + 1);
            (priced, passes)
        });
        let closed = former.as_ref().is_some_and(|(_, passes)| *passes);
        let mut best = self.moved(problem, state, paid, below, if closed { 0 } else { rounds });
        best.bound = if closed { CLOSED } else { best.bound };
        best.former = former.map(|(priced, _)| Box::new(priced));
        best
    }

    /// Moves prices by this criterion alone.
    fn moved<V: Score>(
        &self,
        problem: &Problem<'_, V>,
        state: State<'_>,
        paid: &mut Paid,
        below: i64,
        rounds: u32,
    ) -> Priced {
        let goal = self.last(below) + self.one / 4;
        let mut best = self.priced(problem, state, paid);
        // Prices of other choices may be worse than none.
        let none =
            Paid { lines: vec![0; problem.wants], before: vec![0; self.before.len()], former: paid.former.clone() };
        let without = self.priced(problem, state, &none);
        if self.passes(&without, below) {
            return without;
        }
        let mut now = paid.clone();
        let mut mean: Vec<i64> = best.units.iter().map(|units| i64::from(*units) * 256).collect();
        let mut ahead: Vec<i64> = vec![0; problem.wants + self.before.len()];
        let mut here = (best.bound, best.over.clone(), best.over_before.clone());
        let keep = if rounds > LONG { 30 } else { 20 };
        let (mut pace, mut idle) = (PACE, 0);
        for _ in 0..rounds {
            if self.passes(&best, below) || problem.is_spent() {
                break;
            }
            let before = here.2.iter().zip(&self.scale).map(|(over, (scale, _))| over * 16 / scale);
            let over = here.1.iter().map(|over| over * 16).chain(before);
            for (ahead, over) in ahead.iter_mut().zip(over) {
                *ahead = over + *ahead * keep / 32;
            }
            let norm: i128 = ahead.iter().map(|ahead| i128::from(*ahead) * i128::from(*ahead)).sum();
            if norm == 0 {
                break;
            }
            let gap = i128::from((goal - here.0).max(self.one / 8)) * 16 * i128::from(pace) / i128::from(PACE);
            let step = |price: i64, ahead: i64, scale: i64| {
                let moved = i64::try_from(gap * i128::from(ahead) / norm / i128::from(scale)).unwrap_or(0);
                (price + moved).clamp(-WIDE, WIDE)
            };
            let (lines, before) = ahead.split_at(problem.wants);
            for (price, ahead) in now.lines.iter_mut().zip(lines) {
                *price = step(*price, *ahead, 1);
            }
            for ((price, ahead), (scale, dearest)) in now.before.iter_mut().zip(before).zip(&self.scale) {
                *price = step(*price, *ahead, *scale).clamp(0, *dearest);
            }
            let next = self.priced(problem, state, &now);
            for (mean, units) in mean.iter_mut().zip(&next.units) {
                *mean += (i64::from(*units) * 256 - *mean) / 8;
            }
            here = (next.bound, next.over.clone(), next.over_before.clone());
            if next.bound > best.bound {
                (*paid, idle) = (now.clone(), 0);
                best = next;
            } else {
                idle += 1;
            }
            if idle >= (rounds / 12).max(3) {
                (pace, idle) = (pace / 2, 0);
                if pace == 0 {
                    break;
                }
            }
        }
        if without.bound > best.bound {
            best = without;
        }
        best.mean = mean;
        best
    }
}

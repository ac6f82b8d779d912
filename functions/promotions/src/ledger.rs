//! What each unit of the cart still costs while promotions apply. Nothing is decided here.
//!
//! Units of a line that cost the same stand together as a run, so that a line of a million units is one entry.

use commerce::bounds;
use commerce::facts::offers::ShippingCharge;
use commerce::facts::prices::PricedLine;
use std::rc::Rc;

/// Units of one line that cost the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The line's place in the cart.
    pub line: usize,
    /// How many units.
    pub count: u32,
    /// What one costs before promotions on the cart: "original" in a policy.
    pub price: i64,
    /// What one costs now.
    pub left: i64,
    /// What one must cost at least.
    pub floor: i64,
    /// A promotion that uses units up has used these.
    pub used: bool,
}

impl Run {
    /// What can still be taken off one unit.
    #[must_use]
    pub fn room(&self) -> i64 {
        (self.left - self.floor).max(0)
    }

    /// Whether units of both may stand together.
    fn alike(&self, other: &Self) -> bool {
        let Self { line, count: _, price, left, floor, used } = *self;
        (line, price, left, floor, used) == (other.line, other.price, other.left, other.floor, other.used)
    }
}

/// A part of a run: its first `count` units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// The run's place.
    pub run: usize,
    /// How many of its units.
    pub count: u32,
}

/// What promotions of this cart drew from something that is not a price: points, a purse, a stock of gifts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// `points`, `tender`, `gift` or `budget`, as counters name it.
    pub kind: &'static str,
    /// Which.
    pub id: String,
    /// How much.
    pub amount: i64,
}

/// What every unit and every shipping charge still costs.
#[derive(Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The units, in the cart's order; lines that are not selected have none.
    pub runs: Vec<Run>,
    /// For each line: the unit price before promotions on the cart, and whether it is reduced already.
    pub lines: Rc<[(i64, bool)]>,
    /// What each shipping charge still is.
    pub shipping: Vec<i64>,
    /// What was drawn so far.
    pub drawn: Vec<Drawn>,
}

impl Clone for Ledger {
    /// With room for the runs that a promotion parts.
    fn clone(&self) -> Self {
        let Self { runs, lines, shipping, drawn } = self;
        let mut copied = Vec::with_capacity(runs.len() + Self::FEW);
        copied.extend_from_slice(runs);
        Self { runs: copied, lines: Rc::clone(lines), shipping: shipping.clone(), drawn: drawn.clone() }
    }
}

impl Ledger {
    /// Pieces that part a run: more of them are put in by laying all runs anew.
    const FEW: usize = 4;

    /// The cart as priced.
    #[must_use]
    pub fn open(lines: &[PricedLine], shipping: &[ShippingCharge]) -> Self {
        let mut runs = Vec::with_capacity(lines.len());
        for (line, priced) in lines.iter().enumerate().filter(|(_, priced)| priced.selected && priced.quantity > 0) {
            let count = i64::from(priced.quantity);
            let (each, more) = (priced.subtotal.div_euclid(count), priced.subtotal.rem_euclid(count));
            // Where bands make units differ, the subtotal is what counts: the odd minor units go to the first units.
            let more = u32::try_from(more).unwrap_or(0);
            for (count, price) in [(more, each + 1), (priced.quantity - more, each)] {
                if count > 0 {
                    let floor = priced.floor.unwrap_or(0).min(price);
                    runs.push(Run { line, count, price, left: price, floor, used: false });
                }
            }
        }
        Self {
            runs,
            lines: lines.iter().map(|line| (line.unit_price, line.reduced)).collect(),
            shipping: shipping.iter().map(|charge| charge.amount).collect(),
            drawn: Vec::new(),
        }
    }

    /// What was drawn of a kind so far, of one id or of all.
    #[must_use]
    pub fn drawn(&self, kind: &str, id: Option<&str>) -> i64 {
        let own = self.drawn.iter().filter(|drawn| drawn.kind == kind && id.is_none_or(|id| drawn.id == id));
        own.map(|drawn| drawn.amount).fold(0, i64::saturating_add)
    }

    /// Makes what units cost now their original price: after promotions that are part of the catalogue.
    pub fn settle(&mut self) {
        let lines = Rc::make_mut(&mut self.lines);
        for run in &mut self.runs {
            if run.left < run.price
                && let Some((price, reduced)) = lines.get_mut(run.line)
            {
                *reduced = true;
                *price = run.left;
            }
            run.price = run.left;
        }
        self.join();
    }

    /// What all units cost now.
    #[must_use]
    pub fn remaining(&self) -> i64 {
        self.runs.iter().map(|run| i64::from(run.count).saturating_mul(run.left)).fold(0, i64::saturating_add)
    }

    /// What the units of each of so many lines cost now.
    #[must_use]
    pub fn by_line(&self, lines: usize) -> Vec<i64> {
        let mut sums = vec![0_i64; lines];
        for run in &self.runs {
            if let Some(sum) = sums.get_mut(run.line) {
                *sum = sum.saturating_add(i64::from(run.count).saturating_mul(run.left));
            }
        }
        sums
    }

    /// Makes each unit of a line dearer; gives what all of them are dearer by. No line comes to more than twice the bound
    /// of amounts: sums of lines stay within 64 bits, and such a cart is refused in the end.
    pub fn raise(&mut self, line: usize, each: i64) -> i64 {
        let own = || self.runs.iter().filter(|run| run.line == line).map(|run| (i64::from(run.count), run.price));
        let units: i64 = own().map(|(count, _)| count).sum();
        let whole: i64 = own().map(|(count, price)| count * price).sum();
        let each = each.min((2 * bounds::AMOUNT - whole).max(0) / units.max(1));
        for run in self.runs.iter_mut().filter(|run| run.line == line) {
            run.price += each;
            run.left += each;
        }
        each * units
    }

    /// Takes off: for each run named, in ascending order, how many of its first units lose how much each; the pieces of one
    /// run follow one another. Neighbours that became alike are joined again.
    pub fn take(&mut self, pieces: &[(Pick, i64)], used: bool) {
        // Mostly pieces are whole runs, or part a few: then the others stay as they are.
        let parting = |(pick, _): &&(Pick, i64)| self.runs.get(pick.run).is_none_or(|run| run.count != pick.count);
        if pieces.iter().filter(parting).count() <= Self::FEW {
            pieces.chunk_by(|(one, _), (other, _)| one.run == other.run).rev().for_each(|own| self.part(own, used));
            return;
        }
        let mut runs: Vec<Run> = Vec::with_capacity(self.runs.len() + pieces.len());
        let mut pieces = pieces.iter().peekable();
        for (index, run) in self.runs.iter().enumerate() {
            let mut rest = run.count;
            while let Some((pick, each)) = pieces.next_if(|(pick, _)| pick.run == index) {
                let count = pick.count.min(rest);
                push(&mut runs, Run { count, left: run.left - each, used: run.used || used, ..*run });
                rest -= count;
            }
            push(&mut runs, Run { count: rest, ..*run });
        }
        self.runs = runs;
    }

    /// Takes off one run what its pieces say.
    fn part(&mut self, pieces: &[(Pick, i64)], used: bool) {
        let Some(index) = pieces.first().map(|(pick, _)| pick.run) else { return };
        let Some(run) = self.runs.get(index).copied() else { return };
        let (mut rest, mut end) = (run.count, index);
        let whole = (Pick { run: index, count: run.count }, 0);
        for (place, (pick, each)) in pieces.iter().chain([&whole]).enumerate() {
            let count = pick.count.min(rest);
            let used = if place < pieces.len() { run.used || used } else { run.used };
            let piece = Run { count, left: run.left - each, used, ..run };
            if count == 0 {
                continue;
            }
            match self.runs.get_mut(index).filter(|_| end == index) {
                Some(first) => *first = piece,
                None => self.runs.insert(end, piece),
            }
            (rest, end) = (rest - count, end + 1);
        }
        let near = |place: usize| self.runs.get(place).is_some_and(|other| other.line == run.line);
        if end > index + 1 || index.checked_sub(1).is_some_and(near) || near(end) {
            self.join();
        }
    }

    /// Joins neighbours that are alike.
    fn join(&mut self) {
        self.runs.dedup_by(|run, last| {
            let alike = run.alike(last);
            if alike {
                last.count += run.count;
            }
            alike
        });
    }
}

fn push(runs: &mut Vec<Run>, run: Run) {
    if run.count == 0 {
        return;
    }
    if let Some(last) = runs.last_mut()
        && last.alike(&run)
    {
        last.count += run.count;
        return;
    }
    runs.push(run);
}

//! What may be said of a price that was reduced: one engine for every rule that measures a reduction by past prices.
//!
//! A rule is data: how many days count, whether every price in force in them counts or only prices set in them, and whether
//! a reduction that grows step by step is one. Two laws are known by name:
//!
//! - `eu`: Directive 98/6/EC, Article 6a (inserted by Directive (EU) 2019/2161): a reduction that is announced names the
//!   prior price, the lowest that was applied in a period of at least 30 days before the reduction; a percentage is measured
//!   by it too (Court of Justice, C-330/23, Aldi Süd, 26 September 2024). Guidance: Commission Notice 2021/C 526/02.
//!   Article 6a(5) lets states take the price before the first of reductions that grow without interruption: `progressive`.
//! - `cn`: 《规范促销行为暂行规定》(国家市场监督管理总局令第32号) 第二十一条: where no base is named, the lowest price at
//!   which it was sold in the 7 days before the promotion; where nothing was sold in them, the last price before. A price that
//!   everybody could buy at is taken to have been sold at for as long as it held, so that raising it the day before makes no
//!   base; where a history holds single sales, `"basis": "set"` says so.
//!
//! What must never be in here: a clock. Prices that were not open to everybody do not belong in a history.

use commerce::{Value, bounds};
use serde::{Deserialize, Serialize};

const DAY: i64 = 86_400;
/// Rules in one rulebook.
const RULES: usize = 20;
/// Ten years.
const DAYS: i64 = 3_650;

/// Which past prices count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Basis {
    /// Every price that was in force in the window, even where it was set before.
    InForce,
    /// Prices of the window only; where it has none, the last one before it.
    Set,
}

/// A rule on reductions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// The law.
    pub statute: String,
    /// Where it holds; everywhere where empty.
    pub countries: Vec<String>,
    days: i64,
    basis: Basis,
    /// A price that ended at the very moment at which the window begins counts.
    touching: bool,
    progressive: bool,
}

/// A price from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// From when.
    pub at: i64,
    /// One unit.
    pub price: i64,
    /// What was struck through beside it.
    pub reference: Option<i64>,
}

impl Step {
    fn is_reduced(&self) -> bool {
        self.reference.is_some_and(|reference| reference > self.price)
    }
}

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// When the reduction began.
    pub since: i64,
    /// Where the window begins.
    pub window_from: i64,
    /// The lowest price of the window.
    pub lowest: Option<i64>,
    /// The same, where the price is a reduction.
    pub prior: Option<i64>,
    /// What may be struck through.
    pub strike_through: Option<i64>,
    /// What may be claimed, in basis points.
    pub percent: u32,
    /// What is wrong.
    pub breach: Option<&'static str>,
    /// The history does not know this price yet.
    pub begins: bool,
}

const BASES: [(&str, Basis); 2] = [("in-force", Basis::InForce), ("set", Basis::Set)];
/// Days, basis and statute of the laws known by name.
const LAWS: [(&str, (i64, Basis, &str)); 2] = [
    ("eu", (30, Basis::InForce, "Directive 98/6/EC, Article 6a")),
    ("cn", (7, Basis::InForce, "规范促销行为暂行规定(国家市场监督管理总局令第32号)第二十一条")),
];

/// Reads `[{"id": "eu", "law": "eu", "countries": ["DE"]}, {"id": "own", "statute": "…", "days": 60, "basis": "in-force"}]`.
pub fn read(list: Value<'_>) -> Vec<Rule> {
    list.list_by_id(RULES).filter_map(rule).collect()
}

fn rule(value: Value<'_>) -> Option<Rule> {
    let object = value.object()?;
    let id = object.required("id").and_then(|id| id.identifier());
    let law = object.field("law").and_then(|law| law.one_of(&LAWS));
    let days = object.field("days").and_then(|days| days.integer(1..=DAYS)).or(law.map(|(days, ..)| days));
    let basis = object.field("basis").and_then(|basis| basis.one_of(&BASES)).or(law.map(|(_, basis, _)| basis));
    let statute = object
        .field("statute")
        .and_then(|statute| statute.text(bounds::NAME_BYTES))
        .or(law.map(|(.., statute)| statute));
    if law.is_none() && object.field("law").is_none() {
        let missing: Vec<&str> = [("days", days.is_none()), ("basis", basis.is_none()), ("statute", statute.is_none())]
            .iter()
            .filter_map(|(name, missing)| missing.then_some(*name))
            .collect();
        if !missing.is_empty() {
            value.fault("missing-field", format!("a rule without a `law` needs {}", missing.join(", ")));
        }
    }
    let flag = |name: &str, otherwise: bool| object.field(name).and_then(|value| value.boolean()).unwrap_or(otherwise);
    let (touching, progressive) = (flag("touching", true), flag("progressive", false));
    let countries = object.field("countries").map_or_else(Vec::new, |value| value.identifiers(bounds::ENTRIES));
    object.finish();
    Some(Rule {
        id: id?.to_owned(),
        statute: statute?.to_owned(),
        countries,
        days: days?,
        basis: basis?,
        touching,
        progressive,
    })
}

impl Rule {
    /// Judges what is asked now, beside a history that is sorted by moment. `asked` and `claimed` are of one unit; where
    /// they are absent, the history's last word counts. `None` where there is neither a price asked nor a history.
    #[must_use]
    pub fn judge(&self, history: &[Step], now: i64, asked: Option<i64>, claimed: Option<i64>) -> Option<Judged> {
        let past = history.get(..history.partition_point(|step| step.at <= now)).unwrap_or(&[]);
        let current = past.last();
        let price = asked.or(current.map(|step| step.price))?;
        // A price that stood without being called a reduction is none by being called one: that begins now.
        let standing = current.filter(|step| step.price == price && (claimed.is_none() || step.is_reduced()));
        let reference = claimed.or(standing.and_then(|step| step.reference));
        let before = if standing.is_some() { past.split_last().map_or(past, |(_, before)| before) } else { past };
        let mut since = standing.map_or(now, |step| step.at);
        let mut earlier = before;
        let reduced = reference.is_some_and(|reference| reference > price);
        let mut last = price;
        while let (true, true, Some((step, rest))) = (reduced, self.progressive, earlier.split_last()) {
            if !step.is_reduced() || step.price < last {
                break;
            }
            (since, last, earlier) = (step.at, step.price, rest);
        }
        let window_from = since.saturating_sub(self.days * DAY);
        let lowest = self.lowest(earlier, window_from, since);
        let prior = lowest.filter(|_| reduced);
        let strike_through = prior.filter(|prior| *prior > price);
        Some(Judged {
            since,
            window_from,
            lowest,
            prior,
            strike_through,
            percent: strike_through.map_or(0, |strike| percent_off(strike, price)),
            breach: reference.filter(|_| reduced).and_then(|reference| breach(reference, price, lowest)),
            begins: standing.is_none(),
        })
    }

    fn lowest(&self, steps: &[Step], from: i64, until: i64) -> Option<i64> {
        let ends = steps.iter().skip(1).map(|next| next.at).chain([until]);
        // What was replaced at the moment at which it was set was never in force.
        let lasted = steps.iter().zip(ends).filter(|(step, end)| step.at < *end);
        let counts = |step: &Step, end: i64| match self.basis {
            Basis::InForce => end > from || (self.touching && end == from),
            Basis::Set => step.at >= from,
        };
        let lowest = lasted.clone().filter(|(step, end)| counts(step, *end)).map(|(step, _)| step.price).min();
        match self.basis {
            Basis::InForce => lowest,
            Basis::Set => lowest.or_else(|| lasted.last().map(|(step, _)| step.price)),
        }
    }
}

fn breach(reference: i64, price: i64, lowest: Option<i64>) -> Option<&'static str> {
    match lowest {
        None => Some("no-prior-price"),
        Some(lowest) if lowest <= price => Some("not-a-reduction"),
        Some(lowest) if reference > lowest => Some("reference-above-prior-price"),
        Some(_) => None,
    }
}

/// Rounded down, so that no more is claimed than is given.
fn percent_off(strike: i64, price: i64) -> u32 {
    let taken = i128::from(strike - price) * 10_000;
    commerce::money::divide(taken, i128::from(strike), commerce::money::Rounding::Down)
        .ok()
        .and_then(|rate| u32::try_from(rate).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(text: &str) -> Rule {
        let node = commerce::document::parse(text.as_bytes()).unwrap();
        let report = commerce::Report::new();
        let rules = read(report.read(&node));
        assert!(report.is_clean(), "{text}");
        rules.into_iter().next().unwrap()
    }

    /// Days, prices, references.
    fn steps(rows: &[(i64, i64, Option<i64>)]) -> Vec<Step> {
        rows.iter()
            .map(|(day, price, reference)| Step { at: day * DAY, price: *price, reference: *reference })
            .collect()
    }

    #[test]
    fn a_reference_is_judged_by_the_law() {
        let eu = law(r#"[{"id": "eu", "law": "eu"}]"#);
        // 10.00; dipped to 8.00 for a week until twenty days before; 10.00 again.
        let history = steps(&[(0, 1_000, None), (73, 800, None), (80, 1_000, None)]);
        // day, asked, claimed: lowest, strike-through, percent, breach
        for (day, asked, claimed, expected) in [
            (100, 700, Some(800), (Some(800), Some(800), 1_250, None)),
            (100, 700, Some(1_000), (Some(800), Some(800), 1_250, Some("reference-above-prior-price"))),
            (100, 900, Some(1_000), (Some(800), None, 0, Some("not-a-reduction"))),
            (120, 700, Some(1_000), (Some(1_000), Some(1_000), 3_000, None)),
            (100, 700, None, (Some(800), None, 0, None)),
            (100, 1_000, Some(900), (Some(800), None, 0, None)),
            (130, 1_000, Some(1_200), (Some(1_000), None, 0, Some("not-a-reduction"))),
        ] {
            let judged = eu.judge(&history, day * DAY, Some(asked), claimed).unwrap();
            assert_eq!(
                (judged.lowest, judged.strike_through, judged.percent, judged.breach),
                expected,
                "{day} {asked} {claimed:?}"
            );
        }
        let new = eu.judge(&[], 0, Some(700), Some(1_000)).unwrap();
        assert_eq!((new.strike_through, new.breach), (None, Some("no-prior-price")));
        assert_eq!(eu.judge(&[], 0, None, None), None);
    }

    #[test]
    fn seven_days_of_sales_and_the_last_one_where_there_were_none() {
        let cn = law(r#"[{"id": "cn", "law": "cn", "basis": "set"}]"#);
        let sales = steps(&[(0, 90, None), (40, 100, None), (43, 98, None)]);
        for (day, lowest) in [(44, 98), (47, 98), (50, 98), (51, 98), (60, 98), (43, 98), (41, 100), (2, 90)] {
            assert_eq!(cn.judge(&sales, day * DAY + 1, Some(50), Some(100)).unwrap().lowest, Some(lowest), "day {day}");
        }
        assert_eq!(
            cn.judge(&sales, 46 * DAY, Some(50), Some(100)).unwrap().breach,
            Some("reference-above-prior-price")
        );
    }

    #[test]
    fn a_price_raised_the_day_before_makes_no_base() {
        let cn = law(r#"[{"id": "cn", "law": "cn"}]"#);
        let history = steps(&[(0, 8_000, None), (90, 10_000, None)]);
        // The 8,000 was asked until day 90: it counts for seven days more.
        for (day, lowest, breach) in
            [(92, 8_000, Some("not-a-reduction")), (96, 8_000, Some("not-a-reduction")), (98, 10_000, None)]
        {
            let judged = cn.judge(&history, day * DAY, Some(9_000), Some(10_000)).unwrap();
            assert_eq!((judged.lowest, judged.breach), (Some(lowest), breach), "day {day}");
        }
    }

    #[test]
    fn a_growing_reduction_may_count_as_one() {
        let history = steps(&[(0, 1_000, None), (50, 900, Some(1_000)), (60, 800, Some(1_000))]);
        let each = law(r#"[{"id": "eu", "law": "eu"}]"#).judge(&history, 61 * DAY, None, None).unwrap();
        assert_eq!((each.prior, each.since, each.breach), (Some(900), 60 * DAY, Some("reference-above-prior-price")));
        let one =
            law(r#"[{"id": "eu", "law": "eu", "progressive": true}]"#).judge(&history, 61 * DAY, None, None).unwrap();
        assert_eq!((one.prior, one.since, one.percent, one.breach), (Some(1_000), 50 * DAY, 2_000, None));
    }

    #[test]
    fn a_rule_of_ones_own_says_everything_itself() {
        let node = commerce::document::parse(br#"[{"id": "own", "days": 0}, {"id": "x", "law": "mars"}]"#).unwrap();
        let report = commerce::Report::new();
        read(report.read(&node));
        let faults: Vec<String> =
            report.faults(&node).into_iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
        assert_eq!(faults, ["/0 missing-field", "/0/days out-of-range", "/1/law unknown-value"]);
    }
}

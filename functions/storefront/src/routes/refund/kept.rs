//! What the carts would have cost that a shopper may keep of a sale: the same rules, the same moment, fewer units.

use crate::app::Exchange;
use crate::content;
use crate::problem::{Kind, Problem};
use crate::published::Rules;
use crate::routes::quote;
use crate::till::{self, Tally};
use crate::wire::{self, refund as answer};
use commerce::facts::offers::{
    Allowance, Capped, Ceiling, Limit, LineAllowance, LineAmount, Need, Proposal, UnitCount, Wants,
};
use commerce::facts::prices::{PricedLine, RefundSearch, SoldUnits, Taxable, UnitRange};
use commerce::facts::types::{Context, Line};
use commerce::money::{self, Rounding};
use commerce::{Fault, bounds};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The work that all carts may be that are costed, and what a cart is beside its lines and the promotions tried on it.
const WORK: usize = 8_000_000;
const LINES: usize = 4;
const TRIES: usize = 16;

/// A cart as it was quoted.
pub struct Cart<'a> {
    /// Whose rules.
    pub source: wire::Source<'a>,
    /// Everything around it.
    pub context: Context,
    /// Its lines.
    pub lines: Vec<Line>,
    /// The text that the shopper came from.
    pub content: Option<&'a str>,
}

/// A sale of which units come back.
pub struct Sale<'s> {
    exchange: &'s Exchange<'s>,
    frozen: &'s answer::Frozen<'s>,
    rules: Rc<Rules>,
    lines: Vec<Line>,
    context: Context,
    /// For each line of the decision, its place in the cart; `None` for what a promotion added.
    places: Vec<Option<usize>>,
    /// The cart as it was sold.
    sold: Tally,
    /// The work that carts may still be.
    work: usize,
}

impl<'s> Sale<'s> {
    /// Reckons the sale again.
    ///
    /// # Errors
    /// 409 where the rules are others, 422 where the cart is not that of the decision, 503 where the store fails.
    pub fn open(exchange: &'s Exchange<'s>, frozen: &'s answer::Frozen<'s>, cart: Cart<'_>) -> Result<Self, Problem> {
        let Cart { source, context, lines, content } = cart;
        let rules = exchange.rules(&source)?;
        if rules.digest != frozen.rules {
            let detail = format!("The decision was made by {}, these rules are {}.", frozen.rules, rules.digest);
            return Err(Problem::new(Kind::Conflict, detail));
        }
        rules.hold_for_pricing(exchange.world.store, &lines)?;
        let places = places(frozen, &lines)?;
        let below = |problem: Problem| problem.below("/cart");
        let mut context = rules.localized(context).map_err(below)?;
        content::tag(&rules, content, &mut context).map_err(below)?;
        let sold = tally(exchange, &rules, &lines, &frozen.proposals, &context).map_err(below)?;
        Ok(Self { exchange, frozen, rules, lines, context, places, sold, work: WORK })
    }

    /// How the cheapest cart is looked for.
    ///
    /// # Errors
    /// 503 where the store fails.
    pub fn search(&self) -> Result<RefundSearch, Problem> {
        let bounds = self.bounds();
        let (units, ceilings) = bounds.unwrap_or_default();
        Ok(RefundSearch { alike: self.alike(), units, ceilings })
    }

    /// For each line of the decision, the number of the lines that it is like: the same product, bought and declared in the
    /// same way. What a promotion added is like nothing else.
    fn alike(&self) -> Vec<u32> {
        let mut numbers = BTreeMap::new();
        let number = |(own, place): (u32, &Option<usize>)| {
            let Some(line) = place.and_then(|place| self.lines.get(place)) else { return own };
            let Line { id: _, sku, quantity: _, subscription, selected: _, claimed_reference: _, attributes } = line;
            let declared: Vec<(&str, &str)> =
                attributes.iter().map(|own| (own.name.as_str(), own.value.as_str())).collect();
            *numbers.entry((sku.as_str(), *subscription, declared)).or_insert(own)
        };
        (0..).zip(&self.places).map(number).collect()
    }

    /// What units of each line of the decision cost at least, and what promotions can take off at most; `None` where either
    /// cannot be said.
    fn bounds(&self) -> Option<(Vec<UnitRange>, Vec<Ceiling>)> {
        let rules = &self.rules;
        let presales = quote::presales(rules, &self.sold, &self.context).ok()?;
        let ranges = rules.pricing.ranges(&self.lines, &self.context).ok()?;
        let dearest = |(line, range): (&PricedLine, &UnitRange)| PricedLine {
            unit_price: range.most,
            subtotal: range.most.saturating_mul(i64::from(line.quantity)),
            ..line.clone()
        };
        let lines: Vec<PricedLine> = self.sold.priced.iter().zip(&ranges).map(dearest).collect();
        let ceilings = rules.promotions.ceilings(&lines, &self.sold.declared, &self.context).ok()??;
        let free = UnitRange { least: 0, most: 0, tax_on_top: 0 };
        // What a deposit counts for beyond itself is no more than its line costs.
        let gains = |place: &usize| {
            let line = self.lines.get(*place);
            line.is_some_and(|line| presales.iter().any(|plan| plan.id == line.id && answer::gain(plan) > 0))
        };
        let unit = |place: &Option<usize>| {
            let known = place.filter(|place| !gains(place)).and_then(|place| ranges.get(place));
            known.copied().unwrap_or(free)
        };
        let units = self.places.iter().map(unit).collect();
        let numbers: BTreeMap<u32, u32> =
            (0..).zip(&self.places).filter_map(|(own, place)| Some((u32::try_from((*place)?).ok()?, own))).collect();
        let mut ceilings: Vec<Ceiling> =
            ceilings.into_iter().map(|ceiling| Self::of_decision(&numbers, ceiling)).collect();
        let next = ceilings.iter().map(|ceiling| ceiling.group + 1).max().unwrap_or(0);
        ceilings.extend((next..).zip(&self.frozen.proposals).map(|(group, proposal)| self.proposed(group, proposal)));
        Some((units, ceilings))
    }

    /// What a proposal can take off at most: of each unit of a line its part.
    fn proposed(&self, group: u32, proposal: &Proposal) -> Ceiling {
        let own = |(place, line): (u32, &SoldUnits)| {
            let amount: i64 = proposal.lines.iter().filter(|off| off.line == line.id).map(|off| off.amount).sum();
            let each = i128::from(amount) * 1_000_000 / i128::from(line.quantity.max(1)) + 1;
            let each = i64::try_from(each).unwrap_or(i64::MAX);
            (amount > 0).then_some(LineAllowance { line: place, rate: 0, each, shared: 0 })
        };
        let lines = (0..).zip(&self.frozen.decision.lines).filter_map(own).collect();
        Ceiling { group, parts: vec![Allowance { fixed: 0, lines, capped: Vec::new(), needs: Vec::new() }] }
    }

    /// What plugins proposed for the units kept: each unit keeps its part.
    fn proposals(&self, kept: &[Line]) -> Vec<Proposal> {
        let part = |off: &LineAmount| {
            let units = kept.iter().find(|line| line.id == off.line)?.quantity;
            let sold = self.lines.iter().find(|line| line.id == off.line)?.quantity;
            let amount = money::part(off.amount, i64::from(units), i64::from(sold.max(1)), Rounding::Down).ok()?;
            (amount > 0).then(|| LineAmount { line: off.line.clone(), amount })
        };
        let each = self.frozen.proposals.iter();
        each.map(|own| Proposal { lines: own.lines.iter().filter_map(part).collect(), ..own.clone() }).collect()
    }

    /// The same ceiling with places in the decision.
    fn of_decision(numbers: &BTreeMap<u32, u32>, ceiling: Ceiling) -> Ceiling {
        let own = |line: u32| numbers.get(&line).copied();
        let counted = |counts: Vec<UnitCount>| -> Vec<UnitCount> {
            let counts = counts.into_iter();
            counts.filter_map(|counted| Some(UnitCount { line: own(counted.line)?, ..counted })).collect()
        };
        let need = |need: Need| Need { counts: counted(need.counts), ..need };
        let limit = |limit: Limit| Limit { counts: counted(limit.counts), ..limit };
        let capped = |capped: Capped| Capped {
            units: counted(capped.units),
            limits: capped.limits.into_iter().map(limit).collect(),
            ..capped
        };
        let part = |Allowance { fixed, lines, capped: some, needs }: Allowance| Allowance {
            fixed,
            lines: lines.into_iter().filter_map(|line| Some(LineAllowance { line: own(line.line)?, ..line })).collect(),
            capped: some.into_iter().map(capped).collect(),
            needs: needs.into_iter().map(need).collect(),
        };
        Ceiling { parts: ceiling.parts.into_iter().map(part).collect(), ..ceiling }
    }

    /// What a cart with so many units of each line of the decision costs after promotions, tax and all, without shipping, as
    /// the decision counts it: of a deposit that counts for more, what is paid. What promotions added costs what they still
    /// give it for; units that the rest does not earn any more cost their price. `None` where it cannot be bought: no price is
    /// for so few units.
    ///
    /// # Errors
    /// 422 with faults from `/cart`, 503 where the store fails.
    pub fn cost(&mut self, units: &[u32]) -> Result<Option<i64>, Problem> {
        let mut tries = TRIES;
        let cost = match self.reckoned(units, &mut tries) {
            Ok(cost) => Some(cost),
            Err(problem) if is_unsold(&problem) => None,
            Err(problem) => return Err(problem.below("/cart")),
        };
        let lines = LINES + units.iter().filter(|units| **units > 0).count();
        self.work = self.work.saturating_sub(lines.saturating_mul(tries));
        Ok(cost)
    }

    /// Whether no more carts are to be costed.
    #[must_use]
    pub const fn is_enough(&self) -> bool {
        self.work == 0
    }

    fn reckoned(&self, units: &[u32], tries: &mut usize) -> Result<i64, Problem> {
        let Self { exchange, rules, context, .. } = self;
        let store = exchange.world.store;
        let kept = self.kept(units);
        let tally = tally(exchange, rules, &kept.lines, &self.proposals(&kept.lines), context)?;
        *tries = tries.saturating_add(usize::try_from(tally.verdict.attempts).unwrap_or(usize::MAX));
        let mut amounts = till::taxables(&tally.priced, &tally.particulars, &tally.nets);
        for (by, units) in &kept.added {
            let earned = tally.added.iter().find(|added| added.promotion == by.promotion && added.sku == by.sku);
            let (most, paid) = earned.map_or((0, 0), |added| (added.quantity, added.amount));
            let given = (*units).min(most);
            let part = money::part(paid, i64::from(given), i64::from(most.max(1)), Rounding::HalfUp);
            let own = money::times(by.unit_price, i64::from(units - given));
            let amount = part.and_then(|part| money::sum([part, own?])).map_err(too_much)?;
            let category = if amount > 0 { till::category(store, rules, &by.sku, context)? } else { String::new() };
            amounts.push(Taxable { id: by.sku.clone(), category, quantity: *units, amount });
        }
        let taxation = rules.pricing.tax(&amounts, context).map_err(Problem::invalid)?;
        let on_top = taxation.taxed.iter().filter(|taxed| !taxed.included).map(|taxed| taxed.tax);
        let due = money::sum(amounts.iter().map(|amount| amount.amount).chain(on_top)).map_err(too_much)?;
        let gains: i64 = quote::presales(rules, &tally, context)?.iter().map(answer::gain).sum();
        Ok((due - gains).max(0))
    }

    fn kept(&self, units: &[u32]) -> Kept<'_> {
        let mut kept = Kept { lines: Vec::new(), added: Vec::new() };
        let each = units.iter().zip(&self.places).zip(&self.frozen.added).filter(|((units, _), _)| **units > 0);
        for ((quantity, place), added) in each {
            if let Some(line) = place.and_then(|place| self.lines.get(place)) {
                kept.lines.push(Line { quantity: *quantity, ..line.clone() });
            } else if let Some(added) = added {
                kept.added.push((added, *quantity));
            }
        }
        kept
    }
}

/// What a shopper keeps: of the cart, and of what promotions added to it.
struct Kept<'k> {
    lines: Vec<Line>,
    added: Vec<(&'k answer::AddedBy, u32)>,
}

/// For each line of the decision, its place in the cart; `None` for what a promotion added.
fn places(frozen: &answer::Frozen<'_>, lines: &[Line]) -> Result<Vec<Option<usize>>, Problem> {
    let known: BTreeMap<&str, usize> =
        lines.iter().enumerate().map(|(place, line)| (line.id.as_str(), place)).collect();
    let mut faults = Vec::new();
    let mut places = Vec::new();
    for (index, (line, added)) in frozen.decision.lines.iter().zip(&frozen.added).enumerate() {
        let place = known.get(line.id.as_str()).copied();
        let same = place
            .and_then(|place| lines.get(place))
            .is_some_and(|found| found.quantity == line.quantity && found.selected);
        places.push(place.filter(|_| same));
        if !same && added.is_none() {
            let detail = format!("the cart must have line `{}` with {} units, selected", line.id, line.quantity);
            faults.push(Fault { code: "unlike-cart".to_owned(), pointer: format!("/decision/lines/{index}"), detail });
        }
    }
    for (index, proposal) in frozen.proposals.iter().enumerate() {
        if let Some(off) = proposal.lines.iter().find(|off| !known.contains_key(off.line.as_str())) {
            let pointer = format!("/decision/proposals/{index}/lines");
            let detail = format!("the cart has no line `{}`", off.line);
            faults.push(Fault { code: "unknown-line".to_owned(), pointer, detail });
        }
    }
    if faults.is_empty() { Ok(places) } else { Err(Problem::invalid(faults)) }
}

fn tally(
    exchange: &Exchange<'_>,
    rules: &Rules,
    lines: &[Line],
    proposals: &[Proposal],
    context: &Context,
) -> Result<Tally, Problem> {
    let wants = Wants { every_outcome: false, hints: 0, trace: false };
    Tally::of(exchange.world.store, rules, lines, context, |priced, declared, charges| {
        rules.promotions.evaluate(priced, declared, charges, proposals, wants, context).map_err(Problem::invalid)
    })
}

/// Whether all that is wrong with a cart is that no price is for so few units.
fn is_unsold(problem: &Problem) -> bool {
    problem.kind == Kind::Invalid && problem.faults.iter().all(|fault| fault.code == "no-price-for-quantity")
}

fn too_much(_: money::Overflow) -> Problem {
    Problem::fault("amount-overflow", "/lines", format!("the cart's sum must be at most {}", bounds::AMOUNT))
}

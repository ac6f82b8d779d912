//! A check from end to end: what is wrong with the question, then nodes, stock, limits, the plan, what comes later.

use crate::answer;
use crate::calendar::Zone;
use crate::later::{self, Ahead, Reach};
use crate::levels::{Levels, no_node, no_product};
use crate::limits::{self, Allowance};
use crate::most;
use crate::offers::{self, Asked, Offer};
use crate::room::Room;
use crate::rulebook::items::{Item, Limits};
use crate::rules::Rules;
use crate::sourcing::{self, BUDGET, Case, Sourced, Supplier, Want, ranked};
use crate::stock::{self, Stock};
use crate::substitutes;
use crate::words::{Mode, Negative, Strategy};
use commerce::facts::stock::{Inquiry, Later, Plan, Reason, Substitute, Wanted};
use commerce::{Context, Fault};
use std::collections::BTreeMap;

/// A line of the cart on its way through the check.
pub struct Line<'a> {
    /// Its place in the cart.
    pub place: usize,
    /// What is wanted.
    pub wanted: &'a Wanted,
    /// What the rulebook says of it.
    pub item: &'a Item,
    /// Its product, by its place among those of the cart.
    pub product: usize,
    /// Units that the shopper may buy.
    pub allowed: u32,
    /// The most that the limits let this line have.
    pub limit: Option<i64>,
    /// The parts that a unit is made of: pools and units.
    pub parts: Vec<(usize, u32)>,
    /// Why it is not more.
    pub reasons: Vec<Reason>,
    /// How many of the reasons are for what may be asked for, not for what is there.
    pub asked: usize,
    /// Units that may be bought and are not asked for, as what is left of them is no lawful quantity.
    pub lowered: u32,
    /// Units from each offer.
    pub units: Vec<u32>,
    /// What comes later.
    pub later: Vec<Later>,
    /// What could come later.
    pub ahead: Reach,
    /// The most that would be promised of it; `None` where nothing bounds it.
    pub most: Option<i64>,
    /// Units that can be promised neither now nor later, before the cart as a whole is looked at.
    pub short: u32,
    /// What may be offered instead.
    pub substitutes: Vec<Substitute>,
}

impl Line<'_> {
    /// Units that are promised, now and later.
    #[must_use]
    pub fn promised(&self) -> i64 {
        let later: i64 = self.later.iter().map(|later| i64::from(later.quantity)).sum();
        self.units.iter().map(|units| i64::from(*units)).sum::<i64>() + later
    }

    /// Asks for so many units only, and says why it is not more.
    fn ask(&mut self, units: i64, why: Vec<Reason>) {
        self.reasons.truncate(self.asked);
        self.reasons.extend(why);
        self.asked = self.reasons.len();
        self.allowed = u32::try_from(units).unwrap_or(0);
    }

    /// The pool of the line's own product; a kit has none of its own.
    #[must_use]
    pub fn pool(&self) -> Option<usize> {
        let (place, _) = self.parts.first()?;
        self.item.kit.is_empty().then_some(*place)
    }
}

/// A product that is counted, at every offer.
pub struct Pool<'a> {
    /// The product.
    pub sku: &'a str,
    /// What the rulebook says of it.
    pub item: &'a Item,
    /// Its units at each offer, what is owed elsewhere taken off.
    pub stock: Vec<Stock<'a>>,
}

/// Everything that a check found out.
pub struct Findings<'a> {
    /// The rules.
    pub rules: &'a Rules,
    /// The question.
    pub inquiry: &'a Inquiry,
    /// Everything around the cart.
    pub context: &'a Context,
    /// What it counts.
    pub levels: Levels<'a>,
    /// Why a node may not send, by its place in the rulebook.
    pub refused: BTreeMap<usize, &'static str>,
    /// Nodes that may send, by their place in the rulebook.
    pub offers: Vec<(usize, Offer<'a>)>,
    /// Products that are counted.
    pub pools: Vec<Pool<'a>>,
    /// Lines by id.
    pub lines: Vec<Line<'a>>,
    /// Whether the plan is proven, and what is missing to it.
    pub proof: Sourced,
    /// What is promised ahead.
    pub ahead: Ahead<'a>,
    /// Nothing is promised, because not everything can be.
    pub withdrawn: bool,
    /// Levels looked at that are too old.
    pub stale: bool,
    /// The shopper's zone.
    pub zone: Zone,
}

/// Plans the cart.
///
/// # Errors
/// Everything that is wrong with the inquiry.
pub fn check(rules: &Rules, inquiry: &Inquiry, context: &Context) -> Result<Plan, Vec<Fault>> {
    let (wish, levels) = refuse(rules, inquiry, context)?;
    let zone = rules.zone_of(context).map_err(|fault| vec![fault])?;
    let asked = Asked { rules, wish, zone: &zone, inquiry, context };
    let mut lines = lines(rules, inquiry, context);
    let old = stale(rules, &lines, &levels, context);
    let (mut refused, mut offers) = (BTreeMap::new(), Vec::new());
    for (place, node) in rules.root.nodes.iter().enumerate() {
        let stale = old.get(place).copied().unwrap_or(false);
        match offers::offer(asked, node, stale) {
            Ok(offer) => offers.push((place, offer)),
            Err(reason) => {
                refused.insert(place, reason);
            }
        }
    }
    let pools = pools(rules, &mut lines, &offers, &levels, context);
    let (proof, ahead) = planned(asked, &mut lines, &pools, &offers);
    let stale = old.contains(&true);
    let withdrawn = false;
    let mut findings = Findings {
        rules,
        inquiry,
        context,
        levels,
        refused,
        offers,
        pools,
        lines,
        proof,
        ahead,
        withdrawn,
        stale,
        zone: zone.clone(),
    };
    let room = Room::of(&findings);
    let (most, offered) = (most::most(&findings, &room), substitutes::offered(&findings, room));
    for (line, (most, offered)) in findings.lines.iter_mut().zip(most.into_iter().zip(offered)) {
        (line.most, line.substitutes) = (most, offered);
    }
    withdraw(&mut findings);
    Ok(answer::plan(&findings))
}

/// Promises nothing where the cart is wanted whole or not at all, and is not whole.
fn withdraw(findings: &mut Findings<'_>) {
    let whole = findings.inquiry.all_or_nothing.unwrap_or(findings.rules.root.policy.all_or_nothing);
    let lacks = |line: &Line<'_>| line.short > 0 || line.allowed < line.wanted.quantity;
    findings.withdrawn = whole && findings.lines.iter().any(lacks);
    if findings.withdrawn {
        for line in &mut findings.lines {
            line.units.fill(0);
            line.later.clear();
        }
    }
}

/// Whether units of a product that a line wants may come from several nodes.
#[must_use]
pub fn splits(rules: &Rules, wanted: &Wanted, item: &Item) -> bool {
    wanted.split.unwrap_or(rules.root.policy.split_lines) && item.splits
}

/// From how many nodes a cart may come. Who comes for it comes to one place, however many shipments the shop sends,
/// unless the cart itself says how many.
#[must_use]
pub fn most_shipments(rules: &Rules, inquiry: &Inquiry) -> Option<u32> {
    let fetched = inquiry.wish.as_deref() == Some(Mode::Pickup.word());
    inquiry.max_shipments.or(fetched.then_some(1)).or(rules.root.policy.max_shipments)
}

/// How often a cart is planned because lines get less than may be bought.
const ROUNDS: usize = 4;

/// Plans what is there and what comes later. What is left of a line may be less than may be bought: then so much less is asked
/// for, in the last round nothing, and all is planned again.
fn planned<'a>(
    asked: Asked<'a>,
    lines: &mut [Line<'a>],
    pools: &[Pool<'a>],
    offers: &[(usize, Offer<'a>)],
) -> (Sourced, Ahead<'a>) {
    let by = asked.inquiry.by.filter(|_| asked.inquiry.strictly);
    let last: Option<Vec<Option<i64>>> =
        by.map(|by| offers.iter().map(|(_, offer)| offer.last_for(asked, by)).collect());
    let mut round = 0;
    loop {
        round += 1;
        let proof = source(asked.rules, lines, pools, offers, asked.inquiry);
        let mut ahead = Ahead::new(asked, last.clone(), lines, pools.len());
        lines.iter_mut().for_each(|line| later::fill(&mut ahead, line, pools, offers));
        if round > ROUNDS || !lower(lines, round == ROUNDS) {
            return (proof, ahead);
        }
        for line in lines.iter_mut() {
            (line.units, line.later) = (Vec::new(), Vec::new());
            line.reasons.truncate(line.asked);
        }
    }
}

/// Everything that is wrong with the question; else the mode that is wished, and what is counted.
fn refuse<'a>(
    rules: &Rules,
    inquiry: &'a Inquiry,
    context: &Context,
) -> Result<(Option<Mode>, Levels<'a>), Vec<Fault>> {
    let mut faults = Vec::new();
    let mut fault =
        |code: &str, pointer: String, detail: String| faults.push(Fault { code: code.to_owned(), pointer, detail });
    let wish = inquiry.wish.as_deref().map(|word| (word, Mode::from_word(word)));
    if let Some((word, None)) = wish {
        fault("unknown-mode", "/delivery/wish".to_owned(), format!("`{word}` is no mode of delivery"));
    }
    for (list, name) in [(&inquiry.nodes, "nodes"), (&inquiry.excluded, "exclude")] {
        for (index, node) in list.iter().enumerate().filter(|(_, node)| rules.place(node).is_none()) {
            fault("unknown-node", format!("/delivery/{name}/{index}"), no_node(node));
        }
    }
    for (index, line) in inquiry.lines.iter().enumerate().filter(|(_, line)| !rules.knows(&line.sku)) {
        fault("unknown-sku", format!("/lines/{index}/sku"), no_product(&line.sku));
    }
    let levels = Levels::read(rules, inquiry, context, &mut faults);
    if faults.is_empty() { Ok((wish.and_then(|(_, mode)| mode), levels)) } else { Err(faults) }
}

/// Lines by id, so that their order in the cart decides nothing.
fn lines<'a>(rules: &'a Rules, inquiry: &'a Inquiry, context: &Context) -> Vec<Line<'a>> {
    let mut wanted: Vec<(usize, &Wanted)> = inquiry.lines.iter().enumerate().collect();
    wanted.sort_unstable_by(|(_, a), (_, b)| a.id.cmp(&b.id));
    let mut products: BTreeMap<&str, (usize, &Item)> = BTreeMap::new();
    let mut allowances: Vec<Allowance> = Vec::new();
    let mut lines = Vec::new();
    for (place, wanted) in wanted {
        let (product, item) = *products.entry(&wanted.sku).or_insert_with(|| {
            let item = rules.item(&wanted.sku);
            allowances.push(Allowance::new(&wanted.sku, &item.limits, context));
            (allowances.len() - 1, item)
        });
        let Some(allowance) = allowances.get_mut(product) else { continue };
        let limit = allowance.most();
        let (allowed, why) = allowance.take(wanted.quantity);
        lines.push(Line {
            place,
            wanted,
            item,
            product,
            allowed,
            limit,
            parts: Vec::new(),
            asked: usize::from(why.is_some()),
            lowered: 0,
            reasons: why.into_iter().collect(),
            units: Vec::new(),
            later: Vec::new(),
            ahead: Reach::default(),
            most: None,
            short: 0,
            substitutes: Vec::new(),
        });
    }
    keep_to_step(&mut lines);
    lines
}

/// What all lines of a product have together.
struct Together {
    /// Units.
    units: i64,
    /// How many of them are too many for its step and minimum.
    excess: i64,
    /// Why.
    why: Vec<Reason>,
}

/// What all lines of each product have together, by the product's place.
fn together(lines: &[Line<'_>], units: impl Fn(&Line<'_>) -> i64) -> Vec<Together> {
    let mut products: Vec<(i64, Option<&Limits>)> = Vec::new();
    for line in lines {
        if products.len() <= line.product {
            products.resize(line.product + 1, (0, None));
        }
        if let Some((sum, limits)) = products.get_mut(line.product) {
            (*sum, *limits) = (*sum + units(line), Some(&line.item.limits));
        }
    }
    let fit = |(units, limits): (i64, Option<&Limits>)| {
        let (fits, why) = limits.map_or((units, Vec::new()), |limits| limits::fit(limits, units));
        Together { units, excess: units - fits, why }
    };
    products.into_iter().map(fit).collect()
}

/// Keeps what all lines of a product may have together to its step and minimum; what is too much is taken from the
/// last.
fn keep_to_step(lines: &mut [Line<'_>]) {
    let mut products = together(lines, |line| i64::from(line.allowed));
    for line in lines.iter_mut().rev() {
        let Some(all) = products.get_mut(line.product) else { continue };
        let cut = all.excess.min(line.allowed.into());
        all.excess -= cut;
        if cut > 0 || all.units == 0 {
            line.ask(i64::from(line.allowed) - cut, all.why.clone());
        }
    }
}

/// Asks for less of each product of which what is promised is no multiple of the step or below the minimum, and says
/// why; `false` where nothing is to be changed. With `none` nothing of it is asked for then.
fn lower(lines: &mut [Line<'_>], none: bool) -> bool {
    let allowed = together(lines, |line| i64::from(line.allowed));
    let mut promised = together(lines, |line| line.promised());
    let mut lowered = false;
    for line in lines.iter_mut().rev() {
        let both = allowed.get(line.product).zip(promised.get_mut(line.product));
        let Some((allowed, promised)) = both else { continue };
        if promised.units == allowed.units || promised.units == 0 || promised.why.is_empty() {
            continue;
        }
        let cut = promised.excess.min(line.promised());
        promised.excess -= cut;
        let kept = if none { 0 } else { line.promised() - cut };
        if kept < i64::from(line.allowed) {
            lowered = true;
            let before = line.allowed;
            line.ask(kept, promised.why.clone());
            line.lowered += before - line.allowed;
        }
    }
    lowered
}

/// The products that a unit of a product is made of.
#[must_use]
pub fn parts<'a>(sku: &'a str, item: &'a Item) -> Vec<(&'a str, u32)> {
    if item.kit.is_empty() {
        return vec![(sku, 1)];
    }
    item.kit.iter().map(|(part, units)| (part.as_str(), *units)).collect()
}

/// For each node, whether a count of the cart's products is too old; nothing where no count can be.
fn stale(rules: &Rules, lines: &[Line<'_>], levels: &Levels<'_>, context: &Context) -> Vec<bool> {
    if rules.root.policy.stale_after.is_none() {
        return Vec::new();
    }
    let mut old = vec![false; rules.root.nodes.len()];
    for (sku, _) in lines.iter().flat_map(|line| parts(&line.wanted.sku, line.item)) {
        for (old, level) in old.iter_mut().zip(levels.of(sku)) {
            *old |= level.is_some_and(|level| stock::is_stale(rules, level, context));
        }
    }
    old
}

fn pools<'a>(
    rules: &'a Rules,
    lines: &mut [Line<'a>],
    offers: &[(usize, Offer<'a>)],
    levels: &Levels<'a>,
    context: &Context,
) -> Vec<Pool<'a>> {
    let mut pools: Vec<Pool<'a>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines {
        for (sku, units) in parts(&line.wanted.sku, line.item) {
            let place = *places.entry(sku).or_insert_with(|| {
                pools.push(pool(rules, sku, offers, levels, context));
                pools.len() - 1
            });
            line.parts.push((place, units));
        }
    }
    pools
}

/// A product at every offer.
pub fn pool<'a>(
    rules: &'a Rules,
    sku: &'a str,
    offers: &[(usize, Offer<'a>)],
    levels: &Levels<'a>,
    context: &Context,
) -> Pool<'a> {
    let item = rules.item(sku);
    let row = levels.of(sku);
    let at = |(place, offer): &(usize, Offer<'a>)| match row.get(*place).copied().flatten() {
        Some(level) => stock::at_node(rules, item, offer, level, levels.kept(sku, *place), context),
        // What is not counted needs no count.
        None if !item.tracked => Stock { free: stock::ENDLESS, there: i64::from(stock::ENDLESS), ..Stock::default() },
        None => Stock { backorder: item.backorder, ..Stock::default() },
    };
    let mut stock: Vec<Stock<'a>> = offers.iter().map(at).collect();
    if rules.root.policy.negative == Negative::Pool {
        settle(&mut stock);
    }
    Pool { sku, item, stock }
}

/// What nodes owe is taken from the others, the last in rank first.
fn settle(stock: &mut [Stock<'_>]) {
    let mut owed: u32 = stock.iter().fold(0, |sum, stock| sum.saturating_add(stock.owed));
    for stock in stock.iter_mut().rev().filter(|stock| stock.free > 0 && stock.free < stock::ENDLESS) {
        let paid = stock.free.min(owed);
        stock.free -= paid;
        owed -= paid;
    }
    for stock in stock {
        let left = stock.owed.min(owed);
        stock.owed = left;
        owed -= left;
    }
}

/// Finds the plan and gives every line its units.
fn source(
    rules: &Rules,
    lines: &mut [Line<'_>],
    pools: &[Pool<'_>],
    offers: &[(usize, Offer<'_>)],
    inquiry: &Inquiry,
) -> Sourced {
    let policy = &rules.root.policy;
    let mut wants: Vec<Want> = Vec::new();
    let mut places = Vec::new();
    let mut mergeable: Vec<Option<usize>> = vec![None; lines.len()];
    for line in lines.iter() {
        let splits = splits(rules, line.wanted, line.item);
        let quantity = if line.item.sellable { line.allowed } else { 0 };
        let merged = mergeable.get(line.product).copied().flatten().filter(|_| splits);
        if let Some(want) = merged.and_then(|place| wants.get_mut(place)) {
            want.quantity += quantity;
            places.push(merged.unwrap_or(0));
            continue;
        }
        if let Some(first) = mergeable.get_mut(line.product).filter(|_| splits) {
            *first = Some(wants.len());
        }
        places.push(wants.len());
        wants.push(Want {
            quantity,
            whole: !splits,
            parts: line.parts.clone(),
            unit_cost: unit_costs(line, pools, offers),
        });
    }
    let case = Case {
        suppliers: offers.iter().map(|(_, offer)| supplier(offer)).collect(),
        wants,
        pools: pools.iter().map(|pool| pool.stock.iter().map(|stock| stock.free).collect()).collect(),
        objective: policy.objective.clone(),
        most_shipments: most_shipments(rules, inquiry),
    };
    let mut sourced = match policy.strategy {
        Strategy::Best => sourcing::solve(&case, BUDGET),
        Strategy::Ranked => ranked::ranked(&case),
    };
    for (line, place) in lines.iter_mut().zip(places) {
        let mut left = if line.item.sellable { line.allowed } else { 0 };
        let Some(units) = sourced.units.get_mut(place) else { continue };
        for many in units.iter_mut() {
            let taken = left.min(*many);
            left -= taken;
            *many -= taken;
            line.units.push(taken);
        }
    }
    sourced
}

fn supplier(offer: &Offer<'_>) -> Supplier {
    Supplier {
        cost: offer.shipment_cost(),
        distance: offer.metres.unwrap_or(0),
        carbon: offer.carbon(),
        latest: offer.window.latest,
        kept: offer.kept,
        capacity: offer.capacity,
    }
}

/// What a unit of a line costs from each offer.
pub fn unit_costs(line: &Line<'_>, pools: &[Pool<'_>], offers: &[(usize, Offer<'_>)]) -> Vec<i64> {
    let part = |offer: usize, node: i64, (pool, units): &(usize, u32)| {
        let stock = pools.get(*pool).and_then(|pool| pool.stock.get(offer));
        stock.and_then(|stock| stock.level?.unit_cost).unwrap_or(node) * i64::from(*units)
    };
    let all = |(place, (_, offer)): (usize, &(usize, Offer<'_>))| {
        line.parts.iter().map(|parts| part(place, offer.node.unit_cost, parts)).sum()
    };
    offers.iter().enumerate().map(all).collect()
}

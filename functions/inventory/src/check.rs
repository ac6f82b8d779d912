//! A check from end to end: what is wrong with the question, then nodes, stock, limits, the plan, what comes later.

use crate::answer;
use crate::later::{self, Ahead};
use crate::limits::Allowance;
use crate::offers::{self, Offer};
use crate::rulebook::items::Item;
use crate::rules::Rules;
use crate::sourcing::{self, BUDGET, Case, Sourced, Supplier, Want, ranked};
use crate::stock::{self, Stock};
use crate::words::{Mode, Negative, Strategy};
use commerce::facts::stock::{Inquiry, Later, Level, Plan, Reason, Wanted};
use commerce::{Context, Fault};
use std::collections::{BTreeMap, BTreeSet};

/// A line of the cart on its way through the check.
pub struct Line<'a> {
    /// What is wanted.
    pub wanted: &'a Wanted,
    /// What the rulebook says of it.
    pub item: &'a Item,
    /// Units that the shopper may buy.
    pub allowed: u32,
    /// The most that the limits let this line have.
    pub limit: Option<i64>,
    /// The parts that a unit is made of: pools and units.
    pub parts: Vec<(usize, u32)>,
    /// Why it is not more.
    pub reasons: Vec<Reason>,
    /// Units from each offer.
    pub units: Vec<u32>,
    /// What comes later.
    pub later: Vec<Later>,
    /// The most that could come later; `None` where nothing bounds it.
    pub ahead: Option<i64>,
    /// Units that can be promised neither now nor later, before the cart as a whole is looked at.
    pub short: u32,
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
    /// Nothing is promised, because not everything can be.
    pub withdrawn: bool,
    /// Levels looked at that are too old.
    pub stale: bool,
}

/// Plans the cart.
///
/// # Errors
/// Everything that is wrong with the inquiry.
pub fn check(rules: &Rules, inquiry: &Inquiry, context: &Context) -> Result<Plan, Vec<Fault>> {
    let wish = refuse(rules, inquiry)?;
    let levels: BTreeMap<(&str, &str), &Level> =
        inquiry.levels.iter().map(|level| ((level.sku.as_str(), level.node.as_str()), level)).collect();
    let mut lines = lines(rules, inquiry, context);
    let stale_nodes = stale(rules, &lines, inquiry, context);
    let (mut refused, mut offers) = (BTreeMap::new(), Vec::new());
    for (place, node) in rules.root.nodes.iter().enumerate() {
        match offers::offer(rules, node, wish, &stale_nodes, inquiry, context) {
            Ok(offer) => offers.push((place, offer)),
            Err(reason) => {
                refused.insert(place, reason);
            }
        }
    }
    let pools = pools(rules, &mut lines, &offers, &levels, inquiry, context);
    let proof = source(rules, &mut lines, &pools, &offers, wish, inquiry);
    let mut ahead = Ahead::new(inquiry, context);
    for line in &mut lines {
        later::fill(&mut ahead, line, &pools, &offers);
    }
    let whole = inquiry.all_or_nothing.unwrap_or(rules.root.policy.all_or_nothing);
    let withdrawn = whole && lines.iter().any(|line| line.short > 0 || line.allowed < line.wanted.quantity);
    if withdrawn {
        for line in &mut lines {
            line.units.fill(0);
            line.later.clear();
        }
    }
    let stale = !stale_nodes.is_empty();
    Ok(answer::plan(&Findings { rules, inquiry, context, refused, offers, pools, lines, proof, withdrawn, stale }))
}

/// Everything that is wrong with the question; else the mode that is wished.
fn refuse(rules: &Rules, inquiry: &Inquiry) -> Result<Option<Mode>, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut fault =
        |code: &str, pointer: String, detail: String| faults.push(Fault { code: code.to_owned(), pointer, detail });
    let known: BTreeSet<&str> = rules.root.nodes.iter().map(|node| node.id.as_str()).collect();
    let wish = inquiry.wish.as_deref().map(|word| (word, Mode::from_word(word)));
    if let Some((word, None)) = wish {
        fault("unknown-mode", "/delivery/wish".to_owned(), format!("`{word}` is no mode of delivery"));
    }
    for (list, name) in [(&inquiry.nodes, "nodes"), (&inquiry.excluded, "exclude")] {
        for (index, node) in list.iter().enumerate().filter(|(_, node)| !known.contains(node.as_str())) {
            fault("unknown-node", format!("/delivery/{name}/{index}"), format!("the rulebook has no node `{node}`"));
        }
    }
    for (index, line) in inquiry.lines.iter().enumerate().filter(|(_, line)| !rules.knows(&line.sku)) {
        fault("unknown-sku", format!("/lines/{index}/sku"), format!("the catalogue has no `{}`", line.sku));
    }
    let mut seen = BTreeSet::new();
    for (index, level) in inquiry.levels.iter().enumerate() {
        if !known.contains(level.node.as_str()) {
            fault("unknown-node", format!("/stock/{index}/node"), format!("the rulebook has no node `{}`", level.node));
        }
        if !rules.knows(&level.sku) {
            fault("unknown-sku", format!("/stock/{index}/sku"), format!("the catalogue has no `{}`", level.sku));
        }
        if !seen.insert((&level.sku, &level.node)) {
            fault(
                "duplicate-level",
                format!("/stock/{index}"),
                format!("`{}` is counted twice at `{}`", level.sku, level.node),
            );
        }
    }
    for (index, kept) in inquiry.reservations.iter().enumerate() {
        if let Some(node) = kept.node.as_ref().filter(|node| !known.contains(node.as_str())) {
            fault("unknown-node", format!("/reservations/{index}/node"), format!("the rulebook has no node `{node}`"));
        }
    }
    if faults.is_empty() { Ok(wish.and_then(|(_, mode)| mode)) } else { Err(faults) }
}

/// Lines by id, so that their order in the cart decides nothing.
fn lines<'a>(rules: &'a Rules, inquiry: &'a Inquiry, context: &Context) -> Vec<Line<'a>> {
    let mut wanted: Vec<&Wanted> = inquiry.lines.iter().collect();
    wanted.sort_by(|a, b| a.id.cmp(&b.id));
    let mut allowances: BTreeMap<&str, Allowance<'_>> = BTreeMap::new();
    let mut lines = Vec::new();
    for wanted in wanted {
        let item = rules.item(&wanted.sku);
        let allowance =
            allowances.entry(&wanted.sku).or_insert_with(|| Allowance::new(&wanted.sku, &item.limits, context));
        let limit = allowance.most();
        let (allowed, reasons) = allowance.take(wanted.quantity);
        lines.push(Line {
            wanted,
            item,
            allowed,
            limit,
            parts: Vec::new(),
            reasons,
            units: Vec::new(),
            later: Vec::new(),
            ahead: Some(0),
            short: 0,
        });
    }
    lines
}

/// The products that a unit of a line is made of.
fn parts<'a>(line: &Line<'a>) -> Vec<(&'a str, u32)> {
    if line.item.kit.is_empty() {
        return vec![(line.wanted.sku.as_str(), 1)];
    }
    line.item.kit.iter().map(|(part, units)| (part.as_str(), *units)).collect()
}

/// Nodes with a count of the cart's products that is too old.
fn stale<'a>(rules: &Rules, lines: &[Line<'a>], inquiry: &'a Inquiry, context: &Context) -> BTreeSet<&'a str> {
    let wanted: BTreeSet<&str> = lines.iter().flat_map(|line| parts(line)).map(|(sku, _)| sku).collect();
    let old = inquiry
        .levels
        .iter()
        .filter(|level| wanted.contains(level.sku.as_str()) && stock::is_stale(rules, level, context));
    old.map(|level| level.node.as_str()).collect()
}

fn pools<'a>(
    rules: &'a Rules,
    lines: &mut [Line<'a>],
    offers: &[(usize, Offer<'a>)],
    levels: &BTreeMap<(&str, &str), &'a Level>,
    inquiry: &Inquiry,
    context: &Context,
) -> Vec<Pool<'a>> {
    let mut pools: Vec<Pool<'a>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines {
        for (sku, units) in parts(line) {
            let place = *places.entry(sku).or_insert_with(|| {
                pools.push(pool(rules, sku, offers, levels, inquiry, context));
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
    levels: &BTreeMap<(&str, &str), &'a Level>,
    inquiry: &Inquiry,
    context: &Context,
) -> Pool<'a> {
    let item = rules.item(sku);
    let at = |(_, offer): &(usize, Offer<'a>)| match levels.get(&(sku, offer.node.id.as_str())) {
        Some(level) => stock::at_node(rules, item, offer, level, inquiry, context),
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
    wish: Option<Mode>,
    inquiry: &Inquiry,
) -> Sourced {
    let policy = &rules.root.policy;
    let mut wants: Vec<Want> = Vec::new();
    let mut places = Vec::new();
    let mut mergeable: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines.iter() {
        let splits = line.wanted.split.unwrap_or(policy.split_lines) && line.item.splits;
        let quantity = if line.item.sellable { line.allowed } else { 0 };
        let merged = mergeable.get(line.wanted.sku.as_str()).copied().filter(|_| splits);
        if let Some(want) = merged.and_then(|place| wants.get_mut(place)) {
            want.quantity += quantity;
            places.push(merged.unwrap_or(0));
            continue;
        }
        if splits {
            mergeable.insert(&line.wanted.sku, wants.len());
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
        // Who comes for a cart comes to one place.
        most_shipments: inquiry.max_shipments.or(policy.max_shipments).or((wish == Some(Mode::Pickup)).then_some(1)),
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

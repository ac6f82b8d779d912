//! The cheapest next steps that would earn the shopper more, each verified by judging the cart after that step.
//!
//! A step is found from what a promotion's condition lacks, or where all conditions hold, from what its actions lack to give
//! more (the next step of a ladder, one unit more for the next one free): so much more of a line that is in the cart, or so
//! much more spent on a category. Steps that need a product of which the price is not known here are wishes: whoever knows
//! the price verifies them. Nothing is promised that judging does not give.
//!
//! What is covered: an amount more of the cart, a category or a product, also where the cart has nothing of it; units more of
//! a line that is in the cart; units of products or categories that are not, as wishes. What is not: steps that take two
//! promotions or two products at once; and in a rulebook too large to be read as a whole, promotions that the cart does not
//! reach and that are not on its shelf.

use crate::attempt::open;
use crate::catalogue::Lack;
use crate::judge::Judgement;
use crate::ledger::Ledger;
use crate::promotion::Promotion;
use crate::scene::Scene;
use commerce::facts::offers::{Hint, Wish};
use commerce::facts::prices::PricedLine;
use commerce::{bounds, money};
use std::collections::BTreeSet;

/// Steps that are tried at most for one cart.
const TRIES: usize = 32;
/// Promotions that the cart does not reach which are looked at, at most.
pub const LOOKS: usize = 500;
/// Wishes at most, and products of one target.
const WISHES: (usize, usize) = (8, 3);

/// Hints, and steps whose price is not known here.
#[derive(Default)]
pub struct Found {
    /// Verified, the cheapest first.
    pub hints: Vec<Hint>,
    /// To be verified.
    pub wishes: Vec<Wish>,
}

/// Judges a changed cart: what it earns in all, and by the promotion of that id.
pub type Again<'a> = dyn Fn(&[PricedLine], &str) -> (i64, i64) + 'a;

/// A change of the cart.
enum Change {
    /// So many units more of a line.
    More(usize, u32),
    /// A line more.
    Other(Box<PricedLine>),
}

/// Finds at most `most` hints; `unreached` are promotions that the cart does not reach, `again` judges a changed
/// cart; `worth` is what this one earns in all.
pub fn find(judgement: &Judgement<'_>, unreached: &[&Promotion], worth: i64, again: &Again<'_>, most: u32) -> Found {
    let scene = judgement.scene;
    let opening = Ledger::open(scene.lines, scene.shipping);
    let mut steps: Vec<(Hint, Change)> = Vec::new();
    let mut found = Found::default();
    for promotion in judgement.candidates.iter().chain(unreached).filter(|promotion| open(promotion, scene).is_ok()) {
        for lack in lacks(promotion, judgement, &opening) {
            match step(scene, promotion, &lack, &judgement.ledger) {
                Some(step) => steps.push(step),
                None => found.wishes.extend(wishes(scene, promotion, &lack)),
            }
        }
    }
    // What costs least first, so that the first that are true are the cheapest.
    steps.sort_by(|(one, _), (other, _)| (one.spend, &one.promotion).cmp(&(other.spend, &other.promotion)));
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut seen = BTreeSet::new();
    let mut tries = 0;
    for (hint, change) in steps {
        let told = found.hints.iter().any(|known| known.promotion == hint.promotion);
        let new = seen.insert((hint.sku.clone(), hint.category.clone(), hint.quantity, hint.spend));
        if told || !new || tries >= TRIES || found.hints.len() >= most {
            continue;
        }
        tries += 1;
        let Some(lines) = changed(scene, &change) else { continue };
        let (earned, own) = again(&lines, &hint.promotion);
        let gives = earned.saturating_sub(worth);
        // It must be this promotion that gives more, not another one of which the shopper merely buys more.
        if gives > 0 && own > judgement.own(&hint.promotion) {
            found.hints.push(Hint { gives, ..hint });
        }
    }
    found.hints.sort_by(|one, other| {
        (one.spend, -one.gives, &one.promotion).cmp(&(other.spend, -other.gives, &other.promotion))
    });
    let mut seen = BTreeSet::new();
    found.wishes.retain(|wish| seen.insert((wish.sku.clone(), wish.category.clone(), wish.quantity)));
    found.wishes.truncate(WISHES.0);
    found
}

/// What would make the promotion give, or give more. What earlier promotions take off may count against a threshold or not,
/// so that it is measured before all of them, at the promotion's own turn, and after all.
fn lacks(promotion: &Promotion, judgement: &Judgement<'_>, opening: &Ledger) -> Vec<Lack> {
    let scene = judgement.scene;
    let mut failing = promotion.conditions.iter().filter(|condition| condition.test(scene, &judgement.ledger).is_err());
    let mut found = Vec::new();
    if let Some(condition) = failing.next() {
        if failing.next().is_none() {
            found.extend(condition.lack(scene, opening));
            found.extend(condition.lack(scene, &judgement.ledger));
        }
        return found;
    }
    // What this promotion and those after it took off did not count at its turn.
    let place = judgement
        .remaining
        .iter()
        .position(|(index, _)| judgement.candidates.get(*index).is_some_and(|candidate| candidate.id == promotion.id));
    let before = place.map(|place| match place.checked_sub(1).and_then(|place| judgement.remaining.get(place)) {
        Some((_, remaining)) => *remaining,
        None => opening.remaining(),
    });
    let later = before.map_or(0, |before| before - judgement.ledger.remaining());
    for step in &promotion.actions {
        if step.when.iter().any(|condition| condition.test(scene, &judgement.ledger).is_err()) {
            continue;
        }
        found.extend(step.action.lack(scene, opening));
        let after = step.action.lack(scene, &judgement.ledger);
        let own =
            after.clone().filter(|lack| lack.spend > later).map(|lack| Lack { spend: lack.spend - later, ..lack });
        found.extend(own.into_iter().chain(after));
    }
    found
}

/// The step that gives what lacks, where its price is known.
fn step(scene: &Scene<'_>, promotion: &Promotion, lack: &Lack, ledger: &Ledger) -> Option<(Hint, Change)> {
    let hint = Hint { promotion: promotion.id.clone(), sku: None, category: None, quantity: 0, spend: 0, gives: 0 };
    let counting = lack.target.lines(scene, ledger);
    // Of a product that is in the cart whole units are bought, and whatever is said of its line holds for them.
    let by_units = |line: &PricedLine| lack.spend == 0 || (!lack.target.skus.is_empty() && line.unit_price > 0);
    let cheapest = counting.filter(|(_, line)| by_units(line)).min_by_key(|(place, line)| (line.unit_price, *place));
    match cheapest {
        Some((place, line)) => {
            let units = match lack.spend {
                0 => lack.units,
                spend => u32::try_from(spend.checked_add(line.unit_price - 1)? / line.unit_price).ok()?,
            };
            let spend = money::times(line.unit_price, i64::from(units)).ok()?;
            let hint = Hint { sku: Some(line.sku.clone()), quantity: units, spend, ..hint };
            Some((hint, Change::More(place, units)))
        }
        None if lack.spend > 0 => {
            let category = lack.target.categories.first().cloned();
            let sku = lack.target.skus.first().cloned();
            let line = spent(scene, sku.clone(), category.clone(), lack.spend);
            let counts = lack.target.matches(scene, &line, ledger, usize::MAX);
            counts.then(|| (Hint { sku, category, spend: lack.spend, ..hint }, Change::Other(Box::new(line))))
        }
        None => None,
    }
}

/// Products that a target names and the cart does not have, or else categories of which it has nothing.
fn wishes(scene: &Scene<'_>, promotion: &Promotion, lack: &Lack) -> Vec<Wish> {
    if lack.units == 0 {
        return Vec::new();
    }
    let wish = |sku: Option<&String>, category: Option<&String>| Wish {
        promotion: promotion.id.clone(),
        sku: sku.cloned(),
        category: category.cloned(),
        quantity: lack.units,
    };
    let mut found = Vec::new();
    for target in std::iter::once(&lack.target).chain(lack.target.alternatives()) {
        let strange = |sku: &&String| !scene.lines.iter().any(|line| line.sku == **sku);
        found.extend(target.skus.iter().filter(strange).take(WISHES.1).map(|sku| wish(Some(sku), None)));
        if target.skus.is_empty() {
            found.extend(target.categories.iter().take(WISHES.1).map(|category| wish(None, Some(category))));
        }
    }
    found.truncate(WISHES.1);
    found
}

fn changed(scene: &Scene<'_>, change: &Change) -> Option<Vec<PricedLine>> {
    let mut lines = scene.lines.to_vec();
    match change {
        Change::Other(line) => lines.push((**line).clone()),
        Change::More(place, units) => {
            let line = lines.get_mut(*place)?;
            let spend = money::times(line.unit_price, i64::from(*units)).ok()?;
            line.quantity =
                line.quantity.checked_add(*units).filter(|quantity| i64::from(*quantity) <= bounds::QUANTITY)?;
            line.subtotal = line.subtotal.checked_add(spend)?;
        }
    }
    Some(lines)
}

/// A line that stands for so much more spent.
fn spent(scene: &Scene<'_>, sku: Option<String>, category: Option<String>, amount: i64) -> PricedLine {
    PricedLine {
        id: "\u{0}hint".to_owned(),
        sku: sku.unwrap_or_else(|| "\u{0}hint".to_owned()),
        quantity: 1,
        unit_price: amount,
        subtotal: amount,
        categories: category.into_iter().collect(),
        floor: None,
        discountable: true,
        reduced: false,
        shop: None,
        selected: true,
        subscription: false,
        tax_on_top: scene.lines.first().map_or(0, |line| line.tax_on_top),
    }
}

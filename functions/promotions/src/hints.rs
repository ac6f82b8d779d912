//! The cheapest next steps that would earn the shopper more, each verified by judging the cart after that step.
//!
//! A step is found from what a rejected promotion's condition lacks: so much more of a line that is in the cart, or so
//! much more spent on a category. Nothing is promised that judging does not give.

use crate::judge::{Fate, Judgement};
use crate::promotion::Promotion;
use crate::scene::Scene;
use commerce::facts::offers::Hint;
use commerce::facts::prices::PricedLine;
use commerce::{bounds, money};

/// Steps that are tried at most for one cart.
const TRIES: usize = 32;

/// Finds at most `most` hints; `again` judges a changed cart, `worth` is what this one earns.
pub fn find(
    scene: &Scene<'_>,
    candidates: &[&Promotion],
    judgement: &Judgement<'_>,
    worth: i64,
    again: &dyn Fn(&[PricedLine]) -> i64,
    most: u32,
) -> Vec<Hint> {
    let mut hints: Vec<Hint> = Vec::new();
    let rejected = candidates.iter().zip(&judgement.fates).filter(|(_, fate)| matches!(fate, Some(Fate::Rejected(_))));
    for (promotion, _) in rejected.take(TRIES) {
        if let Some((lines, hint)) = step(scene, promotion, judgement) {
            let gives = again(&lines).saturating_sub(worth);
            if gives > 0 {
                hints.push(Hint { gives, ..hint });
            }
        }
    }
    // What costs least first; of equals what gives most.
    hints.sort_by(|one, other| {
        (one.spend, -one.gives, &one.promotion).cmp(&(other.spend, -other.gives, &other.promotion))
    });
    hints.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    hints
}

/// The cart after the one step that would make the first failing condition hold, where that is the only one.
fn step(scene: &Scene<'_>, promotion: &Promotion, judgement: &Judgement<'_>) -> Option<(Vec<PricedLine>, Hint)> {
    let ledger = &judgement.ledger;
    let mut failing = promotion.conditions.iter().filter(|condition| condition.test(scene, ledger).is_err());
    let condition = failing.next()?;
    if failing.next().is_some() {
        return None;
    }
    let lack = condition.lack(scene, ledger)?;
    let mut lines = scene.lines.to_vec();
    let hint = Hint { promotion: promotion.id.clone(), sku: None, category: None, quantity: 0, spend: 0, gives: 0 };
    if lack.spend > 0 {
        let category = lack.target.categories.first().cloned();
        let sku = lack.target.skus.first().cloned();
        let line = spent(scene, sku.clone(), category.clone(), lack.spend);
        let counts = lack.target.matches(&line, ledger, usize::MAX);
        lines.push(line);
        return counts.then_some((lines, Hint { sku, category, spend: lack.spend, ..hint }));
    }
    // More of the cheapest line that counts; prices of what is not in the cart are not known here.
    let counting = lack.target.lines(scene, ledger).min_by_key(|(place, line)| (line.unit_price, *place))?;
    let (place, sku, price) = (counting.0, counting.1.sku.clone(), counting.1.unit_price);
    let line = lines.get_mut(place)?;
    line.quantity =
        line.quantity.checked_add(lack.units).filter(|quantity| i64::from(*quantity) <= bounds::QUANTITY)?;
    let spend = money::times(price, i64::from(lack.units)).ok()?;
    line.subtotal = line.subtotal.checked_add(spend)?;
    Some((lines, Hint { sku: Some(sku), quantity: lack.units, spend, ..hint }))
}

/// A line that stands for so much more spent.
fn spent(scene: &Scene<'_>, sku: Option<String>, category: Option<String>, amount: i64) -> PricedLine {
    let tax = scene.lines.first().map_or((String::new(), 0), |line| (line.tax_category.clone(), line.tax_on_top));
    PricedLine {
        id: "\u{0}hint".to_owned(),
        sku: sku.unwrap_or_else(|| "\u{0}hint".to_owned()),
        quantity: 1,
        unit_price: amount,
        subtotal: amount,
        regular_price: None,
        price_list: String::new(),
        band_from: 1,
        categories: category.into_iter().collect(),
        tax_category: tax.0,
        floor: None,
        discountable: true,
        reduced: false,
        shop: None,
        selected: true,
        subscription: false,
        tax_on_top: tax.1,
        attributes: Vec::new(),
    }
}

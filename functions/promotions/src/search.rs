//! The combination that is best for the shopper, by branch and bound (Land and Doig, 1960) over the order of application.
//!
//! Work is counted in attempts of a promotion and bounded by the policy's `searchWork`. Below the bound the answer is
//! proven; above it, the gap says how much better an allowed combination could be at most.
//!
//! The bound of a branch is what it has, plus for each promotion still open the most that it can give on any state:
//! where every action treats each line by itself, that is what it gives on the opening state, since a line that costs
//! less is reduced no more; elsewhere it is the action's own ceiling, or all that lines can bear. Where some action may
//! make units dearer, that is on the opening state with all of them as dear as they can become: conditions are not
//! looked at there, as what they count is not known yet.

use crate::attempt::attempt;
use crate::ledger::Ledger;
use crate::promotion::Promotion;
use crate::scene::{Applied, Scene};

/// What the search found.
pub struct Found {
    /// Places of the promotions to apply, in order.
    pub chosen: Vec<usize>,
    /// It is proven.
    pub optimal: bool,
    /// The most that a better one could give in addition.
    pub gap: i64,
}

struct Search<'a> {
    scene: &'a Scene<'a>,
    promotions: &'a [&'a Promotion],
    conflict: &'a dyn Fn(usize, usize) -> bool,
    ceilings: Vec<i64>,
    /// Leaving it out cannot help.
    free: Vec<bool>,
    applied: Applied<'a>,
    work: u32,
    best: Option<(i64, Vec<usize>)>,
    /// The highest bound of a branch that was not looked into.
    open: i64,
}

/// Searches the promotions of one lane, which stand in the order of application.
#[must_use]
pub fn best<'a>(
    scene: &'a Scene<'a>,
    promotions: &'a [&'a Promotion],
    opening: &Ledger,
    applied: &Applied<'a>,
    conflict: &'a dyn Fn(usize, usize) -> bool,
) -> Found {
    let simple = promotions.iter().all(|promotion| by_line(promotion, scene));
    let alone = |place: usize| !(0..promotions.len()).any(|other| other != place && conflict(place, other));
    let mut search = Search {
        scene,
        promotions,
        conflict,
        ceilings: ceilings(promotions, scene, opening, applied),
        free: (0..promotions.len()).map(|place| simple && alone(place)).collect(),
        applied: applied.clone(),
        work: scene.policy.work,
        best: None,
        open: i64::MIN,
    };
    search.branch(0, &mut Vec::new(), opening, 0);
    if search.open > i64::MIN {
        search.singles(opening);
    }
    let (value, chosen) = search.best.unwrap_or_default();
    let gap = search.open.saturating_sub(value).max(0);
    Found { chosen, optimal: gap == 0, gap }
}

/// Every action treats each line by that line alone, and no condition looks at what others took off.
fn by_line(promotion: &Promotion, scene: &Scene<'_>) -> bool {
    promotion
        .actions
        .iter()
        .all(|step| step.action.by_line() && !step.when.iter().any(|condition| condition.looks_at_discounts(scene)))
        && !promotion.actions.is_empty()
        && !promotion.conditions.iter().any(|condition| condition.looks_at_discounts(scene))
        && promotion.after.is_empty()
        && promotion.most.is_none()
        && promotion.budget.is_none()
        && !scene.policy.units_used_once
}

/// For each promotion, the most that it can give on any state.
fn ceilings(promotions: &[&Promotion], scene: &Scene<'_>, opening: &Ledger, applied: &Applied<'_>) -> Vec<i64> {
    if let Some(dearest) = dearest(promotions, scene, opening) {
        return promotions.iter().map(|promotion| ceiling(promotion, scene, &dearest)).collect();
    }
    let most = |promotion: &&Promotion| match by_line(promotion, scene) {
        true => attempt(promotion, scene, opening, applied).map_or(0, |(given, _)| given.value()),
        false => ceiling(promotion, scene, opening),
    };
    promotions.iter().map(most).collect()
}

/// The opening state with units as dear as all promotions together can make them, where one makes any dearer.
fn dearest(promotions: &[&Promotion], scene: &Scene<'_>, opening: &Ledger) -> Option<Ledger> {
    let mut dearest: Option<Ledger> = None;
    for promotion in promotions {
        let actions = promotion.actions.iter().map(|step| &step.action);
        for (line, each) in actions.flat_map(|action| action.raises(scene, opening, promotion.rounding(scene.policy))) {
            dearest.get_or_insert_with(|| opening.clone()).raise(line, each);
        }
    }
    dearest
}

fn ceiling(promotion: &Promotion, scene: &Scene<'_>, opening: &Ledger) -> i64 {
    let unbounded = || {
        let goods =
            opening.runs.iter().map(|run| i64::from(run.count).saturating_mul(run.room())).fold(0, i64::saturating_add);
        opening.shipping.iter().copied().fold(goods, i64::saturating_add)
    };
    let actions = promotion.actions.iter().map(|step| step.action.ceiling(scene, opening).unwrap_or_else(unbounded));
    let proposed = promotion
        .proposed
        .iter()
        .map(|(lines, shipping)| lines.iter().map(|(_, amount)| *amount).fold(*shipping, i64::saturating_add));
    actions.chain(proposed).fold(0, i64::saturating_add)
}

impl<'a> Search<'a> {
    /// Where the search was cut off: what it found is at least as good as any promotion by itself.
    fn singles(&mut self, opening: &Ledger) {
        for (place, promotion) in self.promotions.iter().enumerate() {
            if let Ok((given, _)) = attempt(promotion, self.scene, opening, &self.applied)
                && self.best.as_ref().is_none_or(|(best, _)| given.value() > *best)
            {
                self.best = Some((given.value(), vec![place]));
            }
        }
    }

    fn bound(&self, from: usize, chosen: &[usize], value: i64) -> i64 {
        let open =
            (from..self.promotions.len()).filter(|place| !chosen.iter().any(|other| (self.conflict)(*place, *other)));
        open.filter_map(|place| self.ceilings.get(place)).fold(value, |sum, ceiling| sum.saturating_add(*ceiling))
    }

    fn branch(&mut self, place: usize, chosen: &mut Vec<usize>, ledger: &Ledger, value: i64) {
        let Some(promotion) = self.promotions.get(place).copied() else {
            if self.best.as_ref().is_none_or(|(best, _)| value > *best) {
                self.best = Some((value, chosen.clone()));
            }
            return;
        };
        let bound = self.bound(place, chosen, value);
        if self.best.as_ref().is_some_and(|(best, _)| bound <= *best) {
            return;
        }
        if self.work == 0 {
            // The rest is not looked into; what is there so far is a combination by itself.
            self.open = self.open.max(bound);
            if self.best.as_ref().is_none_or(|(best, _)| value > *best) {
                self.best = Some((value, chosen.clone()));
            }
            return;
        }
        if chosen.iter().any(|other| (self.conflict)(place, *other)) {
            self.branch(place + 1, chosen, ledger, value);
            return;
        }
        self.work -= 1;
        let Ok((given, after)) = attempt(promotion, self.scene, ledger, &self.applied) else {
            self.branch(place + 1, chosen, ledger, value);
            return;
        };
        chosen.push(place);
        self.applied.push(&promotion.id);
        self.branch(place + 1, chosen, &after, value.saturating_add(given.value()));
        self.applied.pop();
        chosen.pop();
        if !self.free.get(place).copied().unwrap_or(false) {
            self.branch(place + 1, chosen, ledger, value);
        }
    }
}

//! One promotion against one state of the cart: may it run, and what does it give? Nothing here knows of other promotions.

use crate::budget;
use crate::catalogue::Condition;
use crate::code::{self, Code};
use crate::desk::Desk;
use crate::given::Given;
use crate::ledger::{Drawn, Ledger};
use crate::policy::Short;
use crate::promotion::Promotion;
use crate::scene::{Applied, Refusal, Scene};
use crate::split::split;
use commerce::money::{Rounding, part};

/// Whether the promotion runs at all: its time, codes, limits and budget.
pub fn open(promotion: &Promotion, scene: &Scene<'_>) -> Result<(), Refusal> {
    let at = scene.context.at;
    if at < promotion.starts {
        return Err(Refusal::numbers("promotion-not-started", promotion.starts, at));
    }
    if at >= promotion.ends {
        return Err(Refusal::numbers("promotion-ended", promotion.ends, at));
    }
    if !promotion.codes.is_empty() {
        code::working(&promotion.codes, scene)?;
    }
    let reasons = ["limit-reached", "customer-limit-reached", "day-limit-reached"];
    promotion.limits.check(|scope| scene.used("promotion", &promotion.id, scope), reasons)?;
    match &promotion.budget {
        Some(budget) => {
            let used = scene.used("budget", &budget.id, "total");
            if used >= budget.limit { Err(budget.exhausted(used)) } else { Ok(()) }
        }
        None => Ok(()),
    }
}

/// What the promotion gives on this state of the cart, and the state after it.
///
/// # Errors
/// The reason why it gives nothing.
pub fn attempt(
    promotion: &Promotion,
    scene: &Scene<'_>,
    ledger: &Ledger,
    applied: &Applied<'_>,
) -> Result<(Given, Ledger), Refusal> {
    scene.attempts.set(scene.attempts.get().saturating_add(1));
    if !promotion.after.iter().all(|id| applied.contains(&id.as_str())) {
        return Err(Refusal::plain("other-promotion-missing"));
    }
    promotion.conditions.iter().try_for_each(|condition| condition.test(scene, ledger))?;
    let mut after = ledger.clone();
    let given = work(promotion, scene, &mut after);
    let (mut given, mut after) = bounded(promotion, scene, ledger, given, after)?;
    if !given.is_something() && !promotion.manual {
        let reason = promotion.actions.iter().find_map(|step| step.action.short(scene, ledger));
        return Err(reason.unwrap_or(Refusal::plain("nothing-to-discount")));
    }
    if !scene.context.codes.is_empty() {
        given.codes = codes(promotion, scene, ledger);
    }
    if let Some(budget) = &promotion.budget {
        after.drawn.push(Drawn { kind: "budget", id: budget.id.clone(), amount: budget.cost(&given) });
    }
    Ok((given, after))
}

/// The codes that conditions used up, each once.
fn codes(promotion: &Promotion, scene: &Scene<'_>, ledger: &Ledger) -> Vec<Code> {
    let holding = |conditions: &&[Condition]| conditions.iter().all(|condition| condition.test(scene, ledger).is_ok());
    let lists = std::iter::once(promotion.conditions.as_slice())
        .chain(promotion.actions.iter().map(|step| step.when.as_slice()).filter(holding));
    let mut used: Vec<Code> = Vec::new();
    for code in lists.flatten().flat_map(|condition| condition.used(scene, ledger)) {
        if !used.contains(code) {
            used.push(code.clone());
        }
    }
    used
}

fn desk<'a>(promotion: &Promotion, scene: &'a Scene<'a>, ledger: &'a mut Ledger) -> Desk<'a> {
    let most = most(promotion, scene, ledger);
    Desk { scene, ledger, given: Given::none(scene), rounding: promotion.rounding(scene.policy), most }
}

/// The most that the promotion may take off, where what is more is cut off.
fn most(promotion: &Promotion, scene: &Scene<'_>, ledger: &Ledger) -> i64 {
    let left = match &promotion.budget {
        Some(budget) if !budget.uses && short(promotion, scene) == Short::Clip => budget.left(scene, ledger),
        _ => i64::MAX,
    };
    promotion.most.unwrap_or(i64::MAX).min(left)
}

/// What becomes of what the budget covers in part.
fn short(promotion: &Promotion, scene: &Scene<'_>) -> Short {
    promotion.budget.as_ref().and_then(|budget| budget.short).unwrap_or(scene.policy.budget)
}

fn work(promotion: &Promotion, scene: &Scene<'_>, ledger: &mut Ledger) -> Given {
    let mut desk = desk(promotion, scene, ledger);
    for step in &promotion.actions {
        if step.when.iter().any(|condition| condition.test(scene, desk.ledger).is_err()) {
            continue;
        }
        let before = desk.given.taken();
        step.action.give(&mut desk);
        let taken = desk.given.taken() - before;
        desk.given.steps.push((step.action.name(), taken));
    }
    if let Some((lines, shipping)) = &promotion.proposed {
        for (line, amount) in lines {
            off_line(&mut desk, *line, *amount);
        }
        off_charges(&mut desk, *shipping);
        desk.given.steps.push(("proposal", desk.given.taken()));
    }
    desk.given
}

/// Keeps to the promotion's own maximum and to its budget.
fn bounded(
    promotion: &Promotion,
    scene: &Scene<'_>,
    before: &Ledger,
    given: Given,
    after: Ledger,
) -> Result<(Given, Ledger), Refusal> {
    let Some(budget) = &promotion.budget else { return Ok(capped(promotion, scene, before, given, after)) };
    let (used, cost) = (budget.used(scene, before), budget.cost(&given));
    let left = budget.limit.saturating_sub(used);
    if left <= 0 || cost > left && short(promotion, scene) == Short::Refuse {
        return Err(budget.exhausted(used.saturating_add(cost)));
    }
    let (mut given, mut after) = capped(promotion, scene, before, given, after);
    if budget.cost(&given) > left {
        let own = after.drawn.get_mut(before.drawn.len()..).unwrap_or_default();
        budget::fit(&mut given, own, left, scene.policy.lines());
        if !given.is_something() {
            return Err(budget.exhausted(used.saturating_add(cost)));
        }
    }
    Ok((given, after))
}

/// Keeps discounts to the most that there may be: each is so much smaller.
fn capped(promotion: &Promotion, scene: &Scene<'_>, before: &Ledger, given: Given, after: Ledger) -> (Given, Ledger) {
    let (taken, most) = (given.taken(), most(promotion, scene, before));
    if taken <= most {
        return (given, after);
    }
    let weights: Vec<i64> = given.lines.iter().chain(given.shipping.iter()).copied().collect();
    let shares = split(most, &weights, &weights, scene.policy.lines());
    let (goods, carriage) = shares.split_at_checked(given.lines.len()).unwrap_or((&shares, &[]));
    let (mut capped, ledger) = again(promotion, scene, before, goods, carriage, given);
    capped.steps.push(("most", capped.taken() - taken));
    (capped, Ledger { drawn: after.drawn, ..ledger })
}

/// Gives once more on the state before, of discounts these only. What was raised is raised first: it may be what they
/// are taken off.
fn again(
    promotion: &Promotion,
    scene: &Scene<'_>,
    before: &Ledger,
    lines: &[i64],
    shipping: &[i64],
    given: Given,
) -> (Given, Ledger) {
    let mut after = before.clone();
    let mut desk = desk(promotion, scene, &mut after);
    for (line, amount) in given.raised.iter().enumerate().filter(|(_, amount)| **amount > 0) {
        let runs = desk.ledger.runs.iter().filter(|run| run.line == line);
        let units: i64 = runs.map(|run| i64::from(run.count)).sum();
        desk.raise(line, amount / units.max(1));
    }
    for (line, amount) in lines.iter().enumerate().filter(|(_, amount)| **amount > 0) {
        off_line(&mut desk, line, *amount);
    }
    for (charge, amount) in shipping.iter().enumerate() {
        desk.off_shipping(charge, *amount);
    }
    let Given { lines, shipping, raised, .. } = desk.given;
    (Given { lines, shipping, raised, ..given }, after)
}

fn off_line(desk: &mut Desk<'_>, line: usize, amount: i64) {
    let all = crate::target::Target::default();
    let picks: Vec<_> = desk
        .pick(&all)
        .into_iter()
        .filter(|pick| desk.ledger.runs.get(pick.run).is_some_and(|run| run.line == line))
        .collect();
    desk.off_places(&picks, &[line], &[amount]);
}

fn off_charges(desk: &mut Desk<'_>, amount: i64) {
    let shares = split(amount, &desk.ledger.shipping, &desk.ledger.shipping, desk.scene.policy.lines());
    for (charge, share) in shares.into_iter().enumerate() {
        desk.off_shipping(charge, share);
    }
}

/// Takes off what the promotion gave, of one part of the lines and charges only; what is drawn for it is so much less.
#[must_use]
pub fn replay(
    promotion: &Promotion,
    scene: &Scene<'_>,
    before: &Ledger,
    lines: &[i64],
    shipping: &[i64],
    (given, drawn): (Given, Vec<Drawn>),
) -> (Given, Ledger) {
    let whole = given.taken();
    let (mut given, mut after) = again(promotion, scene, before, lines, shipping, given);
    let taken = given.taken();
    if taken < whole {
        given.steps.push(("lane", taken - whole));
    }
    let share = |amount: i64| part(amount, taken, whole, Rounding::Up).unwrap_or(amount);
    for burned in given.grants.iter_mut().filter(|granted| granted.kind == "points-burned") {
        burned.amount = share(burned.amount);
    }
    let shared = |drawn: Drawn| match (drawn.kind, &promotion.budget) {
        ("points", _) => Drawn { amount: share(drawn.amount), ..drawn },
        ("budget", Some(budget)) => Drawn { amount: budget.cost(&given), ..drawn },
        _ => drawn,
    };
    after.drawn.extend(drawn.into_iter().map(shared));
    (given, after)
}

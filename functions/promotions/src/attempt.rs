//! One promotion against one state of the cart: may it run, and what does it give? Nothing here knows of other promotions.

use crate::desk::Desk;
use crate::given::Given;
use crate::ledger::Ledger;
use crate::policy::Short;
use crate::promotion::{Code, Promotion};
use crate::scene::{Applied, Refusal, Scene};
use crate::split::split;

/// Codes as entered, in their compared form.
#[must_use]
pub fn entered(scene: &Scene<'_>) -> Vec<String> {
    scene.context.codes.iter().map(|code| scene.policy.code(code)).collect()
}

/// Why a code does not work now.
pub fn check_code(code: &Code, scene: &Scene<'_>) -> Result<(), Refusal> {
    let at = scene.context.at;
    if at < code.starts {
        return Err(Refusal::numbers("code-not-started", code.starts, at));
    }
    if at >= code.ends {
        return Err(Refusal::numbers("code-expired", code.ends, at));
    }
    for (scope, limit) in code.limits.each() {
        let used = used_code(scene, code, scope);
        if used >= limit {
            let reason = match scope {
                "customer" => "code-customer-limit-reached",
                "day" => "code-day-limit-reached",
                _ => "code-limit-reached",
            };
            return Err(Refusal::numbers(reason, limit, used));
        }
    }
    Ok(())
}

/// Counters name codes as the storefront writes them: compared in the same form.
fn used_code(scene: &Scene<'_>, code: &Code, scope: &str) -> i64 {
    let counters = scene.context.counters.iter().filter(|counter| counter.kind == "code" && counter.scope == scope);
    counters
        .filter(|counter| scene.policy.code(&counter.id) == code.code)
        .map(|counter| counter.used)
        .fold(0, i64::saturating_add)
}

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
        let entered = entered(scene);
        let mut answer = Err(Refusal::plain("code-not-entered"));
        for code in promotion.codes.iter().filter(|code| entered.contains(&code.code)) {
            answer = check_code(code, scene);
            if answer.is_ok() {
                break;
            }
        }
        answer?;
    }
    for (scope, limit) in promotion.limits.each() {
        let used = scene.used("promotion", &promotion.id, scope);
        if used >= limit {
            let reason = match scope {
                "customer" => "customer-limit-reached",
                "day" => "day-limit-reached",
                _ => "limit-reached",
            };
            return Err(Refusal::numbers(reason, limit, used));
        }
    }
    match promotion.budget {
        Some(budget) if budget_left(promotion, scene) <= 0 => {
            Err(Refusal::numbers("budget-exhausted", budget.limit, scene.used("budget", &promotion.id, "total")))
        }
        _ => Ok(()),
    }
}

/// What the budget still covers.
#[must_use]
pub fn budget_left(promotion: &Promotion, scene: &Scene<'_>) -> i64 {
    promotion
        .budget
        .map_or(i64::MAX, |budget| budget.limit.saturating_sub(scene.used("budget", &promotion.id, "total")))
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
    if !promotion.after.iter().all(|id| applied.contains(&id.as_str())) {
        return Err(Refusal::plain("other-promotion-missing"));
    }
    promotion.conditions.iter().try_for_each(|condition| condition.test(scene, ledger))?;
    let mut after = ledger.clone();
    let given = work(promotion, scene, &mut after);
    let (given, after) = bounded(promotion, scene, ledger, given, after)?;
    if !given.is_something() && !promotion.manual {
        return Err(Refusal::plain("nothing-to-discount"));
    }
    Ok((given, after))
}

fn desk<'a>(promotion: &Promotion, scene: &'a Scene<'a>, ledger: &'a mut Ledger) -> Desk<'a> {
    Desk {
        scene,
        ledger,
        given: Given::none(scene),
        rounding: promotion.rounding.unwrap_or(scene.policy.rounding),
        most: most(promotion, scene),
    }
}

/// The most that the promotion may take off, where what is more is cut off.
fn most(promotion: &Promotion, scene: &Scene<'_>) -> i64 {
    let left = if short(promotion, scene) == Short::Clip { money_left(promotion, scene) } else { i64::MAX };
    promotion.most.unwrap_or(i64::MAX).min(left)
}

/// What becomes of a discount that the budget covers in part.
fn short(promotion: &Promotion, scene: &Scene<'_>) -> Short {
    promotion.budget.and_then(|budget| budget.short).unwrap_or(scene.policy.budget)
}

/// What a budget of money still covers; one of uses was asked before.
fn money_left(promotion: &Promotion, scene: &Scene<'_>) -> i64 {
    match promotion.budget {
        Some(budget) if !budget.uses => budget_left(promotion, scene),
        _ => i64::MAX,
    }
}

fn work(promotion: &Promotion, scene: &Scene<'_>, ledger: &mut Ledger) -> Given {
    let mut desk = desk(promotion, scene, ledger);
    for step in &promotion.actions {
        if step.when.iter().any(|condition| condition.test(scene, desk.ledger).is_err()) {
            continue;
        }
        let before = desk.given.goods() + desk.given.carriage();
        step.action.give(&mut desk);
        let taken = desk.given.goods() + desk.given.carriage() - before;
        desk.given.steps.push((step.action.name(), taken));
    }
    if let Some((lines, shipping)) = &promotion.proposed {
        for (line, amount) in lines {
            off_line(&mut desk, *line, *amount);
        }
        off_charges(&mut desk, *shipping);
        desk.given.steps.push(("proposal", desk.given.goods() + desk.given.carriage()));
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
    let taken = given.goods() + given.carriage();
    let left = money_left(promotion, scene);
    if let Some(budget) = promotion.budget.filter(|_| taken > left && short(promotion, scene) == Short::Refuse) {
        // As where it is used up: the limit, and what would have been used.
        return Err(Refusal::numbers("budget-exhausted", budget.limit, (budget.limit - left).saturating_add(taken)));
    }
    let most = most(promotion, scene);
    if taken <= most {
        return Ok((given, after));
    }
    let weights: Vec<i64> = given.lines.iter().chain(given.shipping.iter()).copied().collect();
    let shares = split(most, &weights, &weights, scene.policy.lines());
    let (goods, carriage) = shares.split_at_checked(given.lines.len()).unwrap_or((&shares, &[]));
    let mut after = before.clone();
    let mut desk = desk(promotion, scene, &mut after);
    for (line, amount) in goods.iter().enumerate() {
        off_line(&mut desk, line, *amount);
    }
    for (charge, amount) in carriage.iter().enumerate() {
        desk.off_shipping(charge, *amount);
    }
    let clipped = Given { lines: desk.given.lines, shipping: desk.given.shipping, ..given };
    Ok((clipped, after))
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

/// Takes off what the promotion gave, of one part of the lines and charges only.
#[must_use]
pub fn replay(
    promotion: &Promotion,
    scene: &Scene<'_>,
    before: &Ledger,
    lines: &[i64],
    shipping: &[i64],
    grants: Given,
) -> (Given, Ledger) {
    let mut after = before.clone();
    let mut desk = desk(promotion, scene, &mut after);
    for (line, amount) in lines.iter().enumerate().filter(|(_, amount)| **amount > 0) {
        off_line(&mut desk, line, *amount);
    }
    for (charge, amount) in shipping.iter().enumerate() {
        desk.off_shipping(charge, *amount);
    }
    let given = Given { lines: desk.given.lines, shipping: desk.given.shipping, ..grants };
    (given, after)
}

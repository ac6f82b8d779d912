//! Writes down what was judged: discounts by line, outcomes with reasons, who pays, what a checkout must use up.

use crate::code::{self, entered};
use crate::desk::named;
use crate::given::Given;
use crate::judge::{Fate, Judgement};
use crate::ledger::Run;
use crate::policy::Allocation;
use crate::promotion::Promotion;
use crate::scene::Scene;
use crate::split::split;
use commerce::facts::offers::{
    Addition, CodeOutcome, Consumption, Discount, Funding, Grant, LineAmount, Outcome, ShippingOff, Status, Step,
    Surcharge, UnitRun, Verdict, Wants,
};
use commerce::facts::prices::PricedLine;
use commerce::facts::types::Attribute;
use std::collections::BTreeMap;

/// Writes the verdict; `known` finds the promotions that a code belongs to.
#[must_use]
pub fn write(scene: &Scene<'_>, candidates: &[&Promotion], judgement: &Judgement<'_>, wants: &Wants) -> Verdict {
    let applied: Vec<(&Promotion, &Given)> = judgement
        .order
        .iter()
        .filter_map(|index| match (candidates.get(*index), judgement.fates.get(*index)) {
            (Some(promotion), Some(Some(Fate::Applied(given)))) => Some((*promotion, given)),
            _ => None,
        })
        .collect();
    let mut verdict = Verdict {
        discounts: discounts(&applied),
        shipping_discount: applied.iter().map(|(_, given)| given.carriage()).sum(),
        shipping_offs: shipping_offs(scene, &applied),
        shipping_shares: shipping_shares(scene, judgement),
        units: units(scene, judgement),
        surcharges: surcharges(&applied),
        additions: additions(scene, &applied),
        grants: grants(scene, &applied),
        outcomes: outcomes(scene, candidates, judgement),
        codes: codes(scene, candidates, judgement),
        attempts: scene.attempts.get(),
        optimal: judgement.optimal,
        gap: judgement.gap,
        segments: scene.segments.to_vec(),
        consume: consume(scene, &applied),
        idempotency_key: String::new(),
        hints: Vec::new(),
        wishes: Vec::new(),
        trace: if wants.trace { trace(candidates, judgement) } else { Vec::new() },
    };
    verdict.idempotency_key = crate::decision::name(scene, &verdict);
    verdict
}

fn discounts(applied: &[(&Promotion, &Given)]) -> Vec<Discount> {
    let mut found: Vec<(usize, &Promotion, i64)> = Vec::with_capacity(applied.len());
    for (promotion, given) in applied {
        found.extend(given.lines.taken().map(|(place, amount)| (place, *promotion, amount)));
    }
    // Stable: of one line in the order of application.
    found.sort_by_key(|(place, ..)| *place);
    let mut discounts = Vec::with_capacity(found.len());
    for (place, promotion, amount) in found {
        discounts.push(Discount { line: number(place), promotion: promotion.id.clone(), amount });
    }
    discounts
}

fn shipping_offs(scene: &Scene<'_>, applied: &[(&Promotion, &Given)]) -> Vec<ShippingOff> {
    let mut offs = Vec::new();
    for (place, charge) in scene.shipping.iter().enumerate() {
        for (promotion, given) in applied {
            if let Some(amount) = given.shipping.get(place).copied().filter(|amount| *amount > 0) {
                offs.push(ShippingOff { method: charge.method.clone(), promotion: promotion.id.clone(), amount });
            }
        }
    }
    offs
}

fn shipping_shares(scene: &Scene<'_>, judgement: &Judgement<'_>) -> Vec<LineAmount> {
    let charged = judgement.ledger.shipping.iter().sum();
    if charged == 0 {
        return Vec::new();
    }
    let weight = |(line, paid): (&PricedLine, i64)| match scene.policy.shipping_shares {
        _ if !line.selected => 0,
        Allocation::Proportional => paid,
        Allocation::Even => 1,
        Allocation::ByUnit => i64::from(line.quantity),
    };
    let paid = judgement.ledger.by_line(scene.lines.len());
    let weights: Vec<i64> = scene.lines.iter().zip(paid).map(weight).collect();
    let shares = split(charged, &weights, &vec![charged; weights.len()], scene.policy.lines());
    let lines = scene.lines.iter().zip(shares).filter(|(_, amount)| *amount > 0);
    lines.map(|(line, amount)| LineAmount { line: line.id.clone(), amount }).collect()
}

fn units(scene: &Scene<'_>, judgement: &Judgement<'_>) -> Vec<UnitRun> {
    let (mut opened, mut left) = (&*judgement.opened, judgement.ledger.runs.as_slice());
    let mut runs = Vec::with_capacity(judgement.order.len());
    let mut own: Vec<(u32, i64)> = Vec::new();
    for place in 0..scene.lines.len() {
        let (first, now) = (of_line(&mut opened, place), of_line(&mut left, place));
        if let ([first], [now]) = (first, now)
            && first.price == now.left
        {
            continue;
        }
        // What a unit cost at first: runs only ever split, so the opening price of a unit is that of its place in the line.
        let mut prices = first.iter().map(|run| (run.count, run.price));
        let mut price = prices.next().unwrap_or((0, 0));
        own.clear();
        for run in now {
            let mut rest = run.count;
            while rest > 0 && price.0 > 0 {
                let quantity = rest.min(price.0);
                let discount = price.1 - run.left;
                match own.last_mut().filter(|last| last.1 == discount) {
                    Some(last) => last.0 += quantity,
                    None => own.push((quantity, discount)),
                }
                rest -= quantity;
                price.0 -= quantity;
                if price.0 == 0 {
                    price = prices.next().unwrap_or((0, 0));
                }
            }
        }
        if own.iter().any(|(_, discount)| *discount != 0) {
            let named = |(quantity, discount)| UnitRun { line: number(place), quantity, discount };
            runs.extend(own.iter().copied().map(named));
        }
    }
    runs
}

/// A line's place as the contract writes it; a cart has few.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Cuts the runs of a line off the front: they stand in the cart's order.
fn of_line<'a>(runs: &mut &'a [Run], place: usize) -> &'a [Run] {
    let count = runs.iter().take_while(|run| run.line == place).count();
    let (own, rest) = runs.split_at_checked(count).unwrap_or((runs, &[]));
    *runs = rest;
    own
}

fn surcharges(applied: &[(&Promotion, &Given)]) -> Vec<Surcharge> {
    let mut found = Vec::new();
    for (promotion, given) in applied {
        for (line, amount) in (0..).zip(&given.raised).filter(|(_, amount)| **amount > 0) {
            found.push(Surcharge { line, promotion: promotion.id.clone(), amount: *amount });
        }
    }
    found
}

fn additions(scene: &Scene<'_>, applied: &[(&Promotion, &Given)]) -> Vec<Addition> {
    let all = applied.iter().flat_map(|(promotion, given)| given.additions.iter().map(move |added| (promotion, added)));
    all.map(|(promotion, added)| Addition {
        promotion: promotion.id.clone(),
        sku: added.sku.clone(),
        quantity: added.quantity,
        unit_price: added.unit_price,
        discount: added.discount,
        line: added.line.and_then(|place| scene.lines.get(place)).map(|line| line.id.clone()),
    })
    .collect()
}

fn grants(scene: &Scene<'_>, applied: &[(&Promotion, &Given)]) -> Vec<Grant> {
    let all =
        applied.iter().flat_map(|(promotion, given)| given.grants.iter().map(move |granted| (promotion, granted)));
    all.map(|(promotion, granted)| Grant {
        promotion: promotion.id.clone(),
        kind: granted.kind.to_owned(),
        id: granted.id.clone(),
        amount: granted.amount,
        lines: named(&granted.lines, scene),
    })
    .collect()
}

fn messages(promotion: &Promotion) -> Vec<Attribute> {
    promotion.messages.iter().map(|(name, value)| Attribute { name: name.clone(), value: value.clone() }).collect()
}

fn outcomes(scene: &Scene<'_>, candidates: &[&Promotion], judgement: &Judgement<'_>) -> Vec<Outcome> {
    // Those that applied in the order of application, then the others in theirs.
    let applied = |index: &usize| matches!(judgement.fates.get(*index), Some(Some(Fate::Applied(_))));
    let rest = (0..candidates.len()).filter(|index| !applied(index));
    let shops = scene.lines.iter().any(|line| line.shop.is_some());
    let mut outcomes = Vec::with_capacity(candidates.len());
    let order = judgement.order.iter().copied().chain(rest);
    for index in order {
        let (Some(promotion), Some(Some(fate))) = (candidates.get(index), judgement.fates.get(index)) else { continue };
        let mut outcome = Outcome {
            id: promotion.id.clone(),
            status: Status::Rejected,
            code: None,
            need: None,
            have: None,
            amount: 0,
            shipping_amount: 0,
            by: Vec::new(),
            would_give: None,
            funding: Vec::new(),
            messages: messages(promotion),
        };
        match fate {
            Fate::Applied(given) => {
                outcome.status = Status::Applied;
                (outcome.amount, outcome.shipping_amount) = (given.goods(), given.carriage());
                if shops || !promotion.funding.is_empty() {
                    outcome.funding = funding(scene, promotion, given);
                }
            }
            Fate::Rejected(refusal) => {
                outcome.code = Some(refusal.code.to_owned());
                (outcome.need, outcome.have) = (refusal.need, refusal.have);
            }
            Fate::Superseded(by, gives) => {
                outcome.status = Status::Superseded;
                outcome.code = Some("superseded".to_owned());
                (outcome.by, outcome.would_give) = (by.clone(), Some(*gives));
            }
        }
        outcomes.push(outcome);
    }
    outcomes
}

/// Each shop's part as its lines have it, each split between those who pay; exact in every sum.
fn funding(scene: &Scene<'_>, promotion: &Promotion, given: &Given) -> Vec<Funding> {
    let mut shops: BTreeMap<Option<&String>, i64> = BTreeMap::new();
    for (line, amount) in scene.lines.iter().zip(given.lines.iter()).filter(|(_, amount)| **amount > 0) {
        *shops.entry(line.shop.as_ref()).or_default() += amount;
    }
    if promotion.funding.is_empty() && shops.keys().all(Option::is_none) {
        return Vec::new();
    }
    if given.carriage() > 0 {
        *shops.entry(None).or_default() += given.carriage();
    }
    let weights: Vec<i64> = promotion.funding.iter().map(|(_, share)| *share).collect();
    let mut parts = Vec::new();
    for (shop, amount) in shops {
        if promotion.funding.is_empty() {
            parts.push(Funding { funder: "shop".to_owned(), shop: shop.cloned(), amount });
            continue;
        }
        let caps = vec![amount; weights.len()];
        for ((funder, _), amount) in promotion.funding.iter().zip(split(amount, &weights, &caps, scene.policy.lines()))
        {
            parts.push(Funding { funder: funder.clone(), shop: shop.cloned(), amount });
        }
    }
    parts
}

fn codes(scene: &Scene<'_>, candidates: &[&Promotion], judgement: &Judgement<'_>) -> Vec<CodeOutcome> {
    scene
        .context
        .codes
        .iter()
        .zip(entered(scene))
        .map(|(written, code)| {
            let mut answer =
                CodeOutcome { code: written.clone(), promotion: None, reason: Some("code-unknown".to_owned()) };
            for (promotion, fate) in candidates.iter().zip(&judgement.fates) {
                let Some(known) = promotion.named().find(|known| known.code == code) else { continue };
                let reason = match (known.check(scene), fate) {
                    (Err(refusal), _) => Some(refusal.code.to_owned()),
                    (Ok(()), Some(Fate::Rejected(refusal))) => Some(refusal.code.to_owned()),
                    (Ok(()), Some(Fate::Superseded(..))) => Some("superseded".to_owned()),
                    (Ok(()), Some(Fate::Applied(_)) | None) => None,
                };
                // One code may unlock several promotions: it worked where one of them applied.
                if answer.promotion.is_none() || reason.is_none() {
                    answer = CodeOutcome { code: written.clone(), promotion: Some(promotion.id.clone()), reason };
                }
                if answer.reason.is_none() {
                    break;
                }
            }
            answer
        })
        .collect()
}

fn consume(scene: &Scene<'_>, applied: &[(&Promotion, &Given)]) -> Vec<Consumption> {
    let mut all: Vec<Consumption> = Vec::new();
    let mut add = |kind: &str, id: &str, scope: &str, amount: i64, limit: Option<i64>| {
        // A code that unlocks several promotions is used once, within the least of their limits.
        let mut codes = all.iter_mut().filter(|used| used.kind == "code" && kind == "code");
        if let Some(known) = codes.find(|used| used.id == id && used.scope == scope) {
            known.limit = known.limit.into_iter().chain(limit).min();
            return;
        }
        all.push(Consumption { kind: kind.to_owned(), id: id.to_owned(), scope: scope.to_owned(), amount, limit });
    };
    for (promotion, given) in applied {
        for (scope, limit) in promotion.limits.each() {
            add("promotion", &promotion.id, scope, 1, Some(limit));
        }
        // The id that somebody asks for it by is no code of a shopper.
        let own = code::working(&promotion.codes, scene).ok().filter(|_| !promotion.manual);
        for code in own.into_iter().chain(&given.codes) {
            let id = code.written(scene);
            if code.limits.each().next().is_none() {
                add("code", id, "total", 1, None);
            }
            for (scope, limit) in code.limits.each() {
                add("code", id, scope, 1, Some(limit));
            }
        }
        if let Some(budget) = &promotion.budget {
            add("budget", &budget.id, "total", budget.cost(given), Some(budget.limit));
        }
        for granted in &given.grants {
            match granted.kind {
                "points-burned" => add("points", &promotion.id, "customer", granted.amount, None),
                "tender" => {
                    add("tender", granted.id.as_deref().unwrap_or_default(), "total", granted.amount, granted.limit)
                }
                _ => {}
            }
        }
        for added in given.additions.iter().filter(|added| added.discount > 0 || added.unit_price == 0) {
            add("gift", &added.sku, "total", i64::from(added.quantity), added.limit);
        }
    }
    all
}

fn trace(candidates: &[&Promotion], judgement: &Judgement<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    for (index, remaining) in &judgement.remaining {
        if let (Some(promotion), Some(Some(Fate::Applied(given)))) =
            (candidates.get(*index), judgement.fates.get(*index))
        {
            for (what, amount) in &given.steps {
                steps.push(Step {
                    promotion: promotion.id.clone(),
                    what: (*what).to_owned(),
                    code: None,
                    amount: *amount,
                    remaining: *remaining,
                });
            }
        }
    }
    let remaining = judgement.ledger.remaining();
    for (promotion, fate) in candidates.iter().zip(&judgement.fates) {
        let (what, code) = match fate {
            Some(Fate::Rejected(refusal)) => ("condition", refusal.code),
            Some(Fate::Superseded(..)) => ("lane", "superseded"),
            Some(Fate::Applied(_)) | None => continue,
        };
        steps.push(Step {
            promotion: promotion.id.clone(),
            what: what.to_owned(),
            code: Some(code.to_owned()),
            amount: 0,
            remaining,
        });
    }
    steps
}

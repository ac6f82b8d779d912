//! `POST /v1/merchants/{merchant}/rulebook:simulate`: what a draft would change, cart by cart and in all, before it is
//! published. Nothing is stored.

use crate::app::Exchange;
use crate::claims;
use crate::content;
use crate::http::Response;
use crate::problem::{Kind, Problem};
use crate::published::Rules;
use crate::till::Tally;
use crate::trial;
use crate::wire::asked::Asked;
use crate::wire::simulation::{self as wire, Cart, Reckoned, Side};
use crate::world::Store;
use commerce::facts::offers::Wants;
use commerce::{Report, bounds};
use std::rc::Rc;

/// Outcomes of all promotions that the cart reaches, nothing more.
const WANTS: Wants = Wants { every_outcome: false, hints: 0, trace: false };

/// Reckons each cart under the draft and under the current rulebook, where there is one.
pub fn post(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let merchant = exchange.authorized()?;
    let node = exchange.json(bounds::RULEBOOK_BYTES)?;
    let report = Report::new();
    let request = wire::read(&report, &node, exchange.world.now);
    let (Some((draft, carts)), true) = (request, report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let text = commerce::document::write(draft);
    let draft = Rules::draft(text.as_bytes()).map_err(|problem| problem.below("/rulebook"))?;
    let current = current(exchange, merchant)?;
    let internal = |error: serde_json::Error| Problem::internal(error.to_string());
    let currency = draft.head().map_or("", |head| head.currency.as_str());
    let mut answer = wire::Answer::default();
    for cart in &carts {
        let current = current.as_deref().map(|rules| side(exchange, rules, cart)).transpose()?;
        let reckoned = Reckoned { id: &cart.id, current, draft: side(exchange, &draft, cart)? };
        answer.add(reckoned, currency).map_err(internal)?;
    }
    let failed = trial::run(exchange.world.store, &draft)?;
    let failed: Vec<_> = Problem::invalid(failed).below("/rulebook").faults;
    let tests = draft.head().map_or(0, |head| head.cases.len());
    let digests = (current.as_ref().map(|rules| rules.digest.as_str()), draft.digest.as_str());
    let body = answer.finish(merchant, digests, currency, tests, &failed).map_err(internal)?;
    Ok(Response::json(200, body))
}

fn current(exchange: &Exchange<'_>, merchant: &str) -> Result<Option<Rc<Rules>>, Problem> {
    match exchange.published(merchant) {
        Ok(rules) => Ok(Some(rules)),
        Err(problem) if problem.kind == Kind::UnpublishedRulebook => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// A cart under one rulebook. That it refuses the cart is an answer too: a draft may sell what is not sold yet.
fn side(exchange: &Exchange<'_>, rules: &Rules, cart: &Cart<'_>) -> Result<Side, Problem> {
    match reckon(exchange.world.store, rules, &cart.asked) {
        Ok(side) => Ok(side),
        Err(problem) if problem.kind == Kind::Invalid => Ok(Side::Refused(problem.faults)),
        Err(problem) => Err(problem),
    }
}

/// As a quote reckons it, without what changes no price: stock, referral and hints.
fn reckon(store: &dyn Store, rules: &Rules, asked: &Asked<'_>) -> Result<Side, Problem> {
    let Asked { context, lines, prices, journey: _, wishes: _, explain: _, content, wants: _ } = asked;
    let mut context = rules.localized(context.clone())?;
    content::tag(rules, *content, &mut context)?;
    let tally = Tally::of(store, rules, lines, &context, |priced, declared, charges| {
        rules.promotions.evaluate(priced, declared, charges, &[], WANTS, &context).map_err(Problem::invalid)
    })?;
    let told = claims::judge(store, rules, lines, (&tally.priced, &tally.particulars), prices, &context)?;
    Ok(Side::of(&tally, &told, &context))
}

//! `POST /v1/quote`: the composition. Each function is called once, in the order in which they need each other.

use super::Published;
use super::inventory::{self, Cart};
use crate::app::Exchange;
use crate::claims::{self, Claims};
use crate::content;
use crate::http::Response;
use crate::judgement::{Degraded, Judged, judge};
use crate::problem::Problem;
use crate::published::Rules;
use crate::till::{Tally, charges};
use crate::wire::inventory::answer::Writer;
use crate::wire::{self, asked::Asked, context, money::Money, quote as answer, referral::answer::Referral};
use crate::wishes;
use commerce::facts::offers::Proposal;
use commerce::facts::prices::PresalePlan;
use commerce::facts::referrals::{Attribution, Sale, SoldLine};
use commerce::facts::stock::{Plan, Wanted};
use commerce::facts::tags::Report as Tagged;
use commerce::facts::types::{Context, Line};
use commerce::{Report, bounds, instant};

/// What is asked for, and whose rules.
struct Request<'a> {
    merchant: &'a str,
    asked: Asked<'a>,
}

/// What the functions said.
struct Answers {
    tagged: Option<Tagged>,
    tally: Tally,
    told: Claims,
    presales: Vec<PresalePlan>,
    plan: Plan,
    stock: Option<Published>,
    attribution: Attribution,
    degraded: Vec<Degraded>,
    proposals: Vec<Proposal>,
}

/// Price, promotions, stock, delivery promise and referral of a cart in one answer.
pub fn post(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let node = exchange.json(bounds::BODY_BYTES)?;
    let report = Report::new();
    let request = read(&report, &node, exchange.world.now);
    let (Some(mut request), true) = (request, report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let rules = exchange.published(request.merchant)?;
    request.asked.context = rules.localized(request.asked.context)?;
    let answers = compose(exchange, &rules, &request)?;
    let body = write(&request, &rules, &answers)?;
    Ok(Response::json(200, body))
}

fn read<'a>(report: &'a Report, node: &'a commerce::Node<'a>, now: i64) -> Option<Request<'a>> {
    let object = report.read(node).object()?;
    let merchant = wire::merchant(&object);
    let asked = Asked::read(&object, now);
    object.finish();
    Some(Request { merchant: merchant?, asked: asked? })
}

fn compose(exchange: &Exchange<'_>, rules: &Rules, request: &Request<'_>) -> Result<Answers, Problem> {
    let store = exchange.world.store;
    let mut context = request.asked.context.clone();
    let tagged = content::tag(rules, request.asked.content, &mut context)?;
    let (mut degraded, mut proposals) = (Vec::new(), Vec::new());
    let mut tally = Tally::of(store, rules, &request.asked.lines, &context, |priced, declared, charges| {
        let cart = Judged { lines: priced, declared, shipping: charges, context: &context, wants: request.asked.wants };
        let answered = judge(rules, Some(request.merchant), &[], cart)?;
        (degraded, proposals) = (answered.degraded, answered.proposals);
        Ok(answered.verdict)
    })?;
    let wanted = (request.asked.wants.hints, proposals.is_empty());
    wishes::verify(store, rules, &mut tally, (&request.asked.lines, &context), wanted)?;
    let told = claims::judge(
        store,
        rules,
        &request.asked.lines,
        (&tally.priced, &tally.particulars),
        &request.asked.prices,
        &context,
    )?;
    let presales = presales(rules, &tally, &context)?;
    let (plan, stock) = plan(exchange, rules, request, &context)?;
    let sale = sale(exchange, request, wire::referral::sold::sold(&tally));
    let attribution = rules.referral.attribute(&sale, &context).map_err(Problem::invalid)?;
    Ok(Answers { tagged, tally, told, presales, plan, stock, attribution, degraded, proposals })
}

/// How lines of a presale are paid, after promotions and with tax.
pub(super) fn presales(rules: &Rules, tally: &Tally, context: &Context) -> Result<Vec<PresalePlan>, Problem> {
    if !rules.terms.presale {
        return Ok(Vec::new());
    }
    let payables = super::pricing::payables(&tally.priced, &tally.declared, &tally.nets, &tally.taxation)?;
    rules.pricing.presale(&payables, context).map_err(Problem::invalid)
}

fn sale(exchange: &Exchange<'_>, request: &Request<'_>, lines: Vec<SoldLine>) -> Sale {
    let wire::referral::Journey { touches, bond, partners, history } = &request.asked.journey;
    let setting = (exchange.world.setting)("link_keys").unwrap_or_default();
    Sale {
        merchant: request.merchant.to_owned(),
        touches: touches.clone(),
        lines,
        bond: bond.clone(),
        partners: partners.clone(),
        history: history.clone(),
        keys: wire::referral::keys(&setting),
    }
}

fn plan(
    exchange: &Exchange<'_>,
    rules: &Rules,
    request: &Request<'_>,
    context: &Context,
) -> Result<(Plan, Option<Published>), Problem> {
    let wanted = |line: &Line| Wanted {
        id: line.id.clone(),
        sku: line.sku.clone(),
        quantity: line.quantity,
        split: None,
        substitutes: request.asked.wishes.substitutes,
    };
    let cart = Cart {
        lines: request.asked.lines.iter().map(wanted).collect(),
        levels: None,
        reservations: Vec::new(),
        wishes: request.asked.wishes.clone(),
        hold: None,
    };
    let (mut plan, manifest, _) = inventory::plan(exchange, rules, Some(request.merchant), cart, context)?;
    if !request.asked.explain {
        plan.nodes.clear();
    }
    let published = manifest.map(|known| Published::of(&known, &plan, context.at));
    Ok((plan, published))
}

fn write(request: &Request<'_>, rules: &Rules, answers: &Answers) -> Result<Vec<u8>, Problem> {
    let context = &request.asked.context;
    let (money, offset) = (Money::of(&context.currency), context::offset(context));
    let decision = wire::refund::decide(&answers.tally, &answers.presales, rules.terms.refund);
    let quote = answer::Quote {
        merchant: request.merchant,
        currency: &context.currency,
        at: instant::format(context.at, offset),
        lines: lines(answers, money, writer(context)),
        totals: totals(answers, money)?,
        said: wire::said::Said::of(&answers.tally.priced, &answers.tally.verdict, &context.currency),
        shipping: shipping(answers, money),
        delivery: writer(context).delivery(&answers.plan),
        referral: Referral::of(&answers.attribution, &context.currency, offset),
        content: answers.tagged.as_ref().map(|report| answer::Content {
            tags: report
                .tags
                .iter()
                .map(|tag| answer::Tag { kind: &tag.kind, value: &tag.value, confidence: tag.confidence })
                .collect(),
            redacted: &report.redacted,
        }),
        price_events: wire::pricing::events(&answers.told.events, money, offset),
        degraded: &answers.degraded,
        record: answer::Record {
            rules: &rules.digest,
            stock: answers.stock,
            decision: wire::refund::Written::of(
                &decision,
                (&answers.tally.added, &answers.proposals),
                &context.currency,
                &rules.digest,
            ),
            functions: answer::Functions { pushcart: env!("CARGO_PKG_VERSION") },
        },
    };
    serde_json::to_vec(&quote).map_err(|error| Problem::internal(error.to_string()))
}

fn writer(context: &Context) -> Writer<'_> {
    Writer { currency: &context.currency, offset: context::offset(context) }
}

fn lines<'a>(
    answers: &'a Answers,
    money: impl Fn(i64) -> Money<'a> + Copy,
    writer: Writer<'a>,
) -> Vec<answer::Line<'a>> {
    let Tally { priced, particulars, nets, taxation, verdict, .. } = &answers.tally;
    let offset = writer.offset;
    let presale = |id: &str| answers.presales.iter().find(|plan| plan.id == id);
    let parts = (0..).zip(priced).zip(particulars).zip(nets).zip(&taxation.taxed).zip(&answers.plan.lines);
    parts
        .map(|(((((place, line), own), net), taxed), supply)| answer::Line {
            id: &line.id,
            sku: &line.sku,
            quantity: line.quantity,
            unit_price: money(line.unit_price),
            regular_price: own.regular_price.map(money),
            price_list: &own.price_list,
            band_from: own.band_from,
            subtotal: money(line.subtotal),
            discounts: verdict
                .discounts
                .iter()
                .filter(|discount| discount.line == place)
                .map(|discount| answer::Discount { promotion: &discount.promotion, amount: money(discount.amount) })
                .collect(),
            surcharges: verdict
                .surcharges
                .iter()
                .filter(|surcharge| surcharge.line == place)
                .map(|surcharge| answer::Discount { promotion: &surcharge.promotion, amount: money(surcharge.amount) })
                .collect(),
            total: money(*net),
            tax: answer::Tax { rate_basis_points: taxed.rate, amount: money(taxed.tax), included: taxed.included },
            references: wire::pricing::Reference::all(&answers.told.references, &line.id, money, offset),
            presale: presale(&line.id).map(|plan| wire::pricing::Presale::of(plan, money, offset)),
            availability: writer.line(supply, false, &|_| None),
        })
        .collect()
}

/// Lines that are not selected count for nothing.
fn totals<'a>(answers: &Answers, money: impl Fn(i64) -> Money<'a>) -> Result<answer::Totals<'a>, Problem> {
    let Tally { priced, nets, taxation, verdict, .. } = &answers.tally;
    let selected = || priced.iter().zip(nets).filter(|(line, _)| line.selected);
    let overflow =
        |_| Problem::fault("amount-overflow", "/lines", format!("the cart's sum must be at most {}", bounds::AMOUNT));
    let subtotal = commerce::money::sum(selected().map(|(line, _)| line.subtotal)).map_err(overflow)?;
    let net = commerce::money::sum(selected().map(|(_, net)| *net)).map_err(overflow)?;
    let charged: i64 = charges(&answers.tally.shipping).iter().map(|charge| charge.amount).sum();
    let shipping = charged - verdict.shipping_discount;
    let taxes = |included: bool| {
        commerce::money::sum(taxation.taxed.iter().filter(|taxed| taxed.included == included).map(|taxed| taxed.tax))
    };
    let (contained, on_top) = (taxes(true).map_err(overflow)?, taxes(false).map_err(overflow)?);
    let surcharge = commerce::money::sum(verdict.surcharges.iter().map(|on| on.amount)).map_err(overflow)?;
    let additions = wire::promotions::added(verdict);
    let total = commerce::money::sum([net, additions, shipping, on_top]).map_err(overflow)?;
    let due = due(answers, total);
    Ok(answer::Totals {
        subtotal: money(subtotal),
        discount: money(subtotal + surcharge - net),
        surcharge: money(surcharge),
        additions: money(additions),
        shipping: money(shipping),
        shipping_discount: money(verdict.shipping_discount),
        tax_included: money(contained),
        tax: money(on_top),
        total: money(total),
        due_now: due.map(|(now, _)| money(now)),
        due_later: due.map(|(_, later)| money(later)),
    })
}

/// Where something is bought by presale: what is to be paid now, and what later, of all.
fn due(answers: &Answers, total: i64) -> Option<(i64, i64)> {
    let Tally { priced, nets, taxation, .. } = &answers.tally;
    let mut due = (total, 0);
    for plan in &answers.presales {
        let (place, _) = priced.iter().enumerate().find(|(_, line)| line.id == plan.id && line.selected)?;
        let on_top = taxation.taxed.get(place).filter(|taxed| !taxed.included).map_or(0, |taxed| taxed.tax);
        let whole = nets.get(place).copied().unwrap_or(0) + on_top;
        let later = match plan.phase.as_str() {
            "early" => plan.deposit + plan.balance,
            "deposit" | "between" => plan.balance,
            _ => 0,
        };
        due = (due.0 - whole + plan.due, due.1 + later);
    }
    (!answers.presales.is_empty()).then_some(due)
}

fn shipping<'a>(answers: &'a Answers, money: impl Fn(i64) -> Money<'a>) -> Vec<answer::Shipping<'a>> {
    let written = answers.tally.shipping.iter().map(|option| answer::Shipping {
        method: &option.method,
        amount: money(option.amount),
        available: option.available,
        code: option.code.as_deref(),
        chosen: option.chosen,
    });
    written.collect()
}

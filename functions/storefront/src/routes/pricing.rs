//! `POST /v1/price`: what a cart costs before promotions, what may be said of its prices, and how a presale is paid.

use crate::app::Exchange;
use crate::claims;
use crate::http::Response;
use crate::problem::Problem;
use crate::till;
use crate::wire::{self, cart, context, money::Money, pricing as answer};
use commerce::facts::offers::LineAttribute;
use commerce::facts::prices::{Payable, PriceEvent, PricedCart, PricedLine, Taxation};
use commerce::facts::types::{Context, Line};
use commerce::{Report, bounds, instant, money, of_line};

struct Request<'a> {
    source: wire::Source<'a>,
    context: Context,
    lines: Vec<Line>,
    history: Vec<PriceEvent>,
}

/// Prices a cart.
pub fn post(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let node = exchange.json(bounds::BODY_BYTES)?;
    let report = Report::new();
    let (Some(request), true) = (read(&report, &node, exchange.world.now), report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let Request { source, context, lines, history } = request;
    let rules = exchange.rules(&source)?;
    let context = rules.localized(context)?;
    rules.hold_for_pricing(exchange.world.store, &lines)?;
    let PricedCart { lines: priced, particulars } = rules.pricing.price(&lines, &context).map_err(Problem::invalid)?;
    let shipping = rules.ship(&priced, &context)?;
    let subtotals: Vec<i64> = priced.iter().map(|line| line.subtotal).collect();
    let amounts = till::taxables(&priced, &particulars, &subtotals);
    let taxation = rules.pricing.tax(&amounts, &context).map_err(Problem::invalid)?;
    let told = claims::judge(exchange.world.store, &rules, &lines, (&priced, &particulars), &history, &context)?;
    let payables = payables(&priced, &till::declared(&lines), &subtotals, &taxation)?;
    let presales = rules.pricing.presale(&payables, &context).map_err(Problem::invalid)?;
    let money = Money::of(&context.currency);
    let offset = context::offset(&context);
    let written = priced.iter().zip(&particulars).zip(&taxation.taxed);
    let body = answer::Prices {
        currency: &context.currency,
        at: instant::format(context.at, offset),
        lines: written
            .map(|((line, own), taxed)| answer::Line::of(line, own, taxed, &told.references, &presales, money, offset))
            .collect(),
        totals: totals(&priced, &taxation, money)?,
        shipping: shipping.iter().map(|option| answer::Shipping::of(option, money)).collect(),
        tax_notes: answer::notes(&taxation, money),
        price_events: answer::events(&told.events, money, offset),
        record: answer::Record { rules: &rules.digest },
    };
    let body = serde_json::to_vec(&body).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Response::json(200, body))
}

fn read<'a>(report: &'a Report, node: &'a commerce::Node<'a>, now: i64) -> Option<Request<'a>> {
    let object = report.read(node).object()?;
    let source = wire::source(&object);
    let context = context::read(&object, now);
    let currency = context.as_ref().map_or("", |context| context.currency.as_str());
    let lines = object.required("lines").map(|value| cart::lines(value, currency));
    let history = object.field("history").map_or_else(Vec::new, |value| answer::history(value, currency));
    object.finish();
    Some(Request { source: source?, context: context?, lines: lines?, history })
}

/// What is paid for each line, tax and all. The storefront says that a deposit was paid by the line's attribute `deposit`, `paid`.
pub(super) fn payables(
    priced: &[PricedLine],
    declared: &[LineAttribute],
    nets: &[i64],
    taxation: &Taxation,
) -> Result<Vec<Payable>, Problem> {
    let paid = |place: u32| {
        of_line(declared, place, |own| own.line).iter().any(|own| own.name == "deposit" && own.value == "paid")
    };
    let payable = |(((place, line), net), tax): (((u32, &PricedLine), &i64), i64)| {
        Ok(Payable {
            id: line.id.clone(),
            sku: line.sku.clone(),
            quantity: line.quantity,
            amount: money::sum([*net, tax]).map_err(too_much)?,
            deposit_paid: paid(place),
        })
    };
    let on_top = taxation.taxed.iter().map(|taxed| if taxed.included { 0 } else { taxed.tax });
    (0..).zip(priced).zip(nets).zip(on_top).map(payable).collect()
}

fn too_much(_: money::Overflow) -> Problem {
    Problem::fault("amount-overflow", "/lines", format!("the cart's sum must be at most {}", bounds::AMOUNT))
}

fn totals<'a>(
    priced: &[PricedLine],
    taxation: &Taxation,
    money: impl Fn(i64) -> Money<'a>,
) -> Result<answer::Totals<'a>, Problem> {
    let sum = |amounts: &mut dyn Iterator<Item = i64>| money::sum(amounts).map_err(too_much);
    let subtotal = sum(&mut priced.iter().filter(|line| line.selected).map(|line| line.subtotal))?;
    let taxed = |included: bool| taxation.taxed.iter().filter(move |taxed| taxed.included == included);
    let (contained, on_top) =
        (sum(&mut taxed(true).map(|taxed| taxed.tax))?, sum(&mut taxed(false).map(|taxed| taxed.tax))?);
    Ok(answer::Totals {
        subtotal: money(subtotal),
        tax_included: money(contained),
        tax: money(on_top),
        total: money(sum(&mut [subtotal, on_top].into_iter())?),
    })
}

//! `/v1/referrals/…`: who earned a sale, what channels are worth, signed links, returns and statements.

use crate::app::Exchange;
use crate::functions::referral;
use crate::http::Response;
use crate::problem::{Kind, Problem};
use crate::wire::referral::account::{self, Written};
use crate::wire::referral::answer::Referral;
use crate::wire::referral::decision::{self, Change};
use crate::wire::referral::links::{self, Link, Refused, Wanted};
use crate::wire::referral::paths::{self, Models};
use crate::wire::{self, context};
use commerce::facts::referrals::{LinkKey, Sale};
use commerce::{Node, Object, Report, bounds};
use serde::Serialize;

/// Reads a request whole; every fault of it is answered at once.
fn read<'n, T>(node: &'n Node<'n>, report: &'n Report, from: impl FnOnce(&Object<'n>) -> Option<T>) -> Option<T> {
    let object = report.read(node).object()?;
    let found = from(&object);
    object.finish();
    found
}

fn answer(body: &impl Serialize) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(body).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Response::json(200, bytes))
}

fn keys(exchange: &Exchange<'_>) -> Vec<LinkKey> {
    wire::referral::keys(&(exchange.world.setting)("link_keys").unwrap_or_default())
}

fn currency(object: &Object<'_>) -> Option<String> {
    object.required("currency").and_then(|value| value.currency()).map(str::to_owned)
}

/// Who earned a sale and what each is paid.
pub fn attribute(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    #[derive(Serialize)]
    struct Body<'a> {
        #[serde(flatten)]
        referral: Referral<'a>,
        record: Record<'a>,
    }
    #[derive(Serialize)]
    struct Record<'a> {
        rules: &'a str,
    }
    let node = exchange.json(bounds::BODY_BYTES)?;
    let report = Report::new();
    let found = read(&node, &report, |object| {
        let source = wire::source(object);
        let context = context::read(object, exchange.world.now);
        let currency = context.as_ref().map_or("", |context| context.currency.as_str());
        let lines = object.required("lines").map(|value| wire::referral::lines(value, currency));
        let journey = wire::referral::journey(object, currency);
        Some((source?, context?, lines?, journey))
    });
    let (Some((source, context, lines, journey)), true) = (found, report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let merchant = match source {
        wire::Source::Merchant(merchant) => merchant.to_owned(),
        wire::Source::Inline(_) => String::new(),
    };
    let wire::referral::Journey { touches, bond, partners, history } = journey;
    let sale = Sale { merchant, touches, lines, bond, partners, history, keys: keys(exchange) };
    let rules = exchange.rules(&source)?;
    let context = rules.localized(context)?;
    let attribution = rules.referral.attribute(&sale, &context).map_err(Problem::invalid)?;
    let referral = Referral::of(&attribution, &context.currency, context::offset(&context));
    answer(&Body { referral, record: Record { rules: &rules.digest } })
}

/// What channels are worth over aggregated paths, by every model.
pub fn models(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let node = exchange.json(bounds::RECORDS_BYTES)?;
    let report = Report::new();
    let found = read(&node, &report, |object| {
        let currency = currency(object);
        let order = object.field("order").map_or(Some(1), |value| value.whole::<u32>(1..=3));
        let paths = object.required("rows").map(|value| paths::paths(value, currency.as_deref().unwrap_or_default()));
        Some((currency?, order?, paths?))
    });
    let (Some((currency, order, paths)), true) = (found, report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let models = referral::models(&paths.channels, &paths.rows, order).map_err(Problem::invalid)?;
    answer(&Models::of(&models, &paths.channels, order, &currency))
}

/// Signs a link, which needs the merchant's token; or reads one.
pub fn links(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let node = exchange.json(bounds::BODY_BYTES)?;
    let report = Report::new();
    let found = read(&node, &report, |object| {
        let merchant = wire::merchant(object);
        let wanted = links::wanted(object, exchange.world.now);
        Some((merchant?, wanted?))
    });
    let (Some((merchant, wanted)), true) = (found, report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let keys = keys(exchange);
    // A key with an end is only taken; the first one without signs.
    let Some(key) = keys.iter().find(|key| key.until.is_none()) else {
        return Err(Problem::new(
            Kind::LinksDisabled,
            "The operator sets the variable `link_keys` to `id:secret` pairs.",
        ));
    };
    match wanted {
        Wanted::Read { token, clicked, replay } => {
            match referral::verify(&token, merchant, &keys, clicked, exchange.world.now, replay) {
                Ok(claim) => answer(&Link::of(&token, &claim)),
                Err(code) => answer(&Refused::of(&code)),
            }
        }
        Wanted::Sign { mut claim, ends } => {
            exchange.authorize(merchant)?;
            if !ends {
                let life = exchange.published(merchant)?.referral.link_life();
                claim.expires = claim.issued.saturating_add(life).min(bounds::LATEST);
            }
            let token = referral::sign(&claim, merchant, key).map_err(Problem::invalid)?;
            answer(&Link::of(&token, &claim))
        }
    }
}

/// What returns change, under the rules frozen in the decision.
pub fn clawback(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    #[derive(Serialize)]
    struct Body<'a> {
        currency: &'a str,
        payees: Vec<Change<'a>>,
    }
    let node = exchange.json(bounds::RECORDS_BYTES)?;
    let report = Report::new();
    let found = read(&node, &report, |object| {
        let currency = currency(object)?;
        let decision = object.required("decision").and_then(|value| decision::decision(value, &currency));
        let remaining = object.required("remaining").map(|value| decision::remaining(value, &currency));
        let settled = object.field("settled").map_or_else(Vec::new, |value| decision::settled(value, &currency));
        Some((decision?, remaining?, settled, currency))
    });
    let (Some((decision, remaining, settled, currency)), true) = (found, report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let changed = referral::take_back(&decision, &remaining, &settled).map_err(Problem::invalid)?;
    let payees = changed.iter().map(|one| Change::of(one, &currency)).collect();
    answer(&Body { currency: &currency, payees })
}

/// A payee's month.
pub fn statement(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let node = exchange.json(bounds::RECORDS_BYTES)?;
    let report = Report::new();
    let found = read(&node, &report, |object| {
        let source = wire::source(object);
        let currency = currency(object)?;
        let account = account::account(object, &currency);
        Some((source?, account?, currency))
    });
    let (Some((source, account, currency)), true) = (found, report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let rules = exchange.rules(&source)?;
    let statement = rules.referral.settle(&account).map_err(Problem::invalid)?;
    answer(&Written::of(&statement, &account, &currency))
}

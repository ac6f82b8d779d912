//! `POST /v1/content/tag` and `POST /v1/content/compare`: what texts are about, whether they may be published, whether one
//! is a copy of another. Nothing of a text is kept, and nothing of it is written to a log.

use crate::app::Exchange;
use crate::functions::tagging;
use crate::http::Response;
use crate::problem::Problem;
use crate::wire::{self, tagging as wire_texts};
use commerce::facts::tags::{Content, Options, Report as Said};
use commerce::{Fault, Report, bounds};

/// Tags up to 100 texts by a merchant's rules, by rules given inline, or by none.
pub fn tag(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let node = exchange.json(bounds::BODY_BYTES)?;
    let report = Report::new();
    let (Some((source, texts, options)), true) = (read(&report, &node, exchange.world.now), report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let (said, digest) = match source {
        Some(source) => {
            let rules = exchange.rules(&source)?;
            (rules.tagging.tag(&texts, &options), Some(rules.digest.clone()))
        }
        None => (plain()?.tag(&texts, &options), None),
    };
    let said: Vec<Said> = said.map_err(|faults| Problem::invalid(faults.into_iter().map(at_top).collect()))?;
    let answer = wire_texts::Answer {
        texts: said.iter().map(wire_texts::Report::of).collect(),
        notice: wire_texts::NOTICE,
        record: wire_texts::Record { rules: digest.as_deref() },
    };
    let body = serde_json::to_vec(&answer).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Response::json(200, body))
}

/// Says how alike two texts are.
pub fn compare(exchange: &Exchange<'_>) -> Result<Response, Problem> {
    let node = exchange.json(bounds::BODY_BYTES)?;
    let report = Report::new();
    let texts = report.read(&node).object().and_then(|object| {
        let value = object.required("texts");
        object.finish();
        let value = value?;
        let texts = wire_texts::texts(value, 2);
        if report.is_clean() && texts.len() != 2 {
            value.fault("out-of-range", format!("must have 2 entries, has {}", texts.len()));
        }
        Some(texts)
    });
    let Some([left, right]) = texts.as_deref().filter(|_| report.is_clean()) else {
        return Err(Problem::invalid(report.faults(&node)));
    };
    let similarity = tagging::compare(left, right).map_err(Problem::invalid)?;
    let body = serde_json::to_vec(&wire_texts::Likeness::from(&similarity))
        .map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Response::json(200, body))
}

type Asked<'a> = (Option<wire::Source<'a>>, Vec<Content>, Options);

fn read<'a>(report: &'a Report, node: &'a commerce::Node<'a>, now: i64) -> Option<Asked<'a>> {
    let object = report.read(node).object()?;
    let named = object.field("merchant").is_some() || object.field("rules").is_some();
    let source = if named { Some(wire::source(&object)?) } else { None };
    let texts = object.required("texts").map(|value| wire_texts::texts(value, bounds::CONTENTS));
    let options = wire_texts::options(&object, now);
    object.finish();
    Some((source, texts?, options))
}

/// Rules of nobody: the law, and no merchant's words.
fn plain() -> Result<tagging::Rules, Problem> {
    let compiled = tagging::compile("{}").map_err(Problem::invalid)?;
    tagging::Rules::load(&compiled.root).map_err(Problem::internal)
}

/// The request has no object `options`: its fields stand at the top.
fn at_top(fault: Fault) -> Fault {
    match fault.pointer.strip_prefix("/options") {
        Some(pointer) => Fault { pointer: pointer.to_owned(), ..fault },
        None => fault,
    }
}

//! Texts and what is said of them: JSON to facts and facts to JSON.

use commerce::facts::tags as facts;
use commerce::facts::tags::{Content, Level, Markup, Options, Similarity, Span};
use commerce::{Node, Object, Value, bounds};
use serde::Serialize;

/// Said with every review.
pub const NOTICE: &str = "This points a person to what to look at. It is not legal advice.";
/// Characters that readers see before unfolding, where the request does not say.
const FOLD: u32 = 120;

/// Reads `texts`; the core holds the bounds of each text.
pub fn texts(value: Value<'_>, most: usize) -> Vec<Content> {
    if let Node::List(items) = value.node()
        && items.len() > most
    {
        value.fault("too-many-texts", format!("must have at most {most} texts, has {}", items.len()));
        return Vec::new();
    }
    value.list(most).filter_map(content).collect()
}

fn content(value: Value<'_>) -> Option<Content> {
    let object = value.object()?;
    let text = object.required("text").and_then(|value| match value.node() {
        Node::Text(text) => Some(text.clone().into_owned()),
        _ => value.text(bounds::CONTENT_BYTES).map(str::to_owned),
    });
    let markups = [("plain", Markup::Plain), ("html", Markup::Html), ("markdown", Markup::Markdown)];
    let markup = object.field("markup").map_or(Some(Markup::Plain), |value| value.one_of(&markups));
    let product = object.field("product").and_then(|value| value.identifier().map(str::to_owned));
    let flag = |name: &str| object.field(name).and_then(|value| value.boolean()).unwrap_or(false);
    let (paid, digital_human) = (flag("paid"), flag("digitalHuman"));
    object.finish();
    Some(Content { text: text?, markup: markup?, product, paid, digital_human })
}

/// Reads `at`, `jurisdictions`, `kinds`, `key` and `fold`.
pub fn options(object: &Object<'_>, now: i64) -> Options {
    let names = |name: &str| object.field(name).map_or_else(Vec::new, |value| value.identifiers(bounds::CONTENTS));
    Options {
        at: object.field("at").and_then(|value| value.moment()).map_or(now, |moment| moment.at),
        jurisdictions: names("jurisdictions"),
        kinds: names("kinds"),
        key: object.field("key").and_then(|value| value.text(bounds::NAME_BYTES)).map(|key| key.as_bytes().to_vec()),
        fold: object.field("fold").and_then(|value| value.whole(0..=65_536)).unwrap_or(FOLD),
    }
}

/// The answer of a tagging.
#[derive(Serialize)]
pub struct Answer<'a> {
    /// One report a text, in their order.
    pub texts: Vec<Report<'a>>,
    /// What the review is not.
    pub notice: &'static str,
    /// What made the answer.
    pub record: Record<'a>,
}

/// What made an answer.
#[derive(Serialize)]
pub struct Record<'a> {
    /// Digest of the rules; absent where the request named none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<&'a str>,
}

/// What is said of a text.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report<'a> {
    language: &'a str,
    script: &'a str,
    tags: Vec<Tag<'a>>,
    claims: Vec<Claim<'a>>,
    level: Option<&'static str>,
    findings: Vec<Finding<'a>>,
    personal: Vec<Personal<'a>>,
    inventory: Vec<Count<'a>>,
    redacted: &'a str,
    fingerprint: Fingerprint<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    start: u32,
    end: u32,
    start_byte: u32,
    end_byte: u32,
}

#[derive(Serialize)]
struct Tag<'a> {
    kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    value: &'a str,
    confidence: u32,
    provenance: &'a str,
    spans: Vec<Place>,
}

#[derive(Serialize)]
struct Amount<'a> {
    amount: i64,
    currency: &'a str,
}

#[derive(Serialize)]
struct Claim<'a> {
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Amount<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<Amount<'a>>,
    span: Place,
}

#[derive(Serialize)]
struct Finding<'a> {
    level: &'static str,
    category: &'a str,
    term: &'a str,
    span: Place,
    jurisdiction: &'a str,
    statute: &'a str,
    article: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    penalty: Option<Penalty<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exemption: Option<&'a str>,
    suggestion: &'a str,
}

#[derive(Serialize)]
struct Penalty<'a> {
    least: Amount<'a>,
    most: Amount<'a>,
}

#[derive(Serialize)]
struct Personal<'a> {
    kind: &'a str,
    span: Place,
}

#[derive(Serialize)]
struct Count<'a> {
    kind: &'a str,
    count: u32,
}

#[derive(Serialize)]
struct Fingerprint<'a> {
    simhash: &'a str,
    minhash: &'a [u32],
}

/// How alike two texts are.
#[derive(Serialize)]
pub struct Likeness {
    jaccard: u32,
    distance: u32,
    duplicate: bool,
}

impl From<&Similarity> for Likeness {
    fn from(similarity: &Similarity) -> Self {
        let Similarity { jaccard, distance, duplicate } = similarity;
        Self { jaccard: *jaccard, distance: *distance, duplicate: *duplicate }
    }
}

fn place(span: &Span) -> Place {
    let Span { start_byte, end_byte, start, end } = *span;
    Place { start, end, start_byte, end_byte }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Block => "block",
    }
}

impl<'a> Report<'a> {
    /// What is said of a text, as it is written.
    #[must_use]
    pub fn of(report: &'a facts::Report) -> Self {
        let facts::Report {
            language,
            script,
            tags,
            claims,
            level: gravest,
            findings,
            personal,
            inventory,
            redacted,
            fingerprint,
        } = report;
        Self {
            language,
            script,
            tags: tags.iter().map(tag).collect(),
            claims: claims.iter().map(claim).collect(),
            level: gravest.map(level),
            findings: findings.iter().map(finding).collect(),
            personal: personal.iter().map(|one| Personal { kind: &one.kind, span: place(&one.span) }).collect(),
            inventory: inventory.iter().map(|one| Count { kind: &one.kind, count: one.count }).collect(),
            redacted,
            fingerprint: Fingerprint { simhash: &fingerprint.simhash, minhash: &fingerprint.minhash },
        }
    }
}

fn tag(tag: &facts::Tag) -> Tag<'_> {
    let facts::Tag { kind, name, value, confidence, provenance, spans } = tag;
    Tag { kind, name, value, confidence: *confidence, provenance, spans: spans.iter().map(place).collect() }
}

fn claim(claim: &facts::Claim) -> Claim<'_> {
    let facts::Claim { kind, amount, currency, rate, threshold, span } = claim;
    let money =
        |amount: Option<i64>| Some(Amount { amount: amount?, currency: currency.as_deref().unwrap_or_default() });
    Claim { kind, amount: money(*amount), rate: *rate, threshold: money(*threshold), span: place(span) }
}

fn finding(finding: &facts::Finding) -> Finding<'_> {
    let facts::Finding {
        level: grave,
        category,
        term,
        span,
        jurisdiction,
        statute,
        article,
        penalty,
        exemption,
        suggestion,
    } = finding;
    let penalty = penalty.as_ref().map(|facts::Penalty { least, most, currency }| Penalty {
        least: Amount { amount: *least, currency },
        most: Amount { amount: *most, currency },
    });
    let exemption = exemption.as_deref();
    Finding {
        level: level(*grave),
        category,
        term,
        span: place(span),
        jurisdiction,
        statute,
        article,
        penalty,
        exemption,
        suggestion,
    }
}

//! Reads the rulebook's `policy`, `segments` and `promotions`, says everything that is wrong, and compiles them.

use crate::index::Directory;
use crate::policy::Policy;
use crate::promotion::{Promotion, Read};
use crate::reader::{Reader, read_zone, stores};
use crate::rules::{FORMAT, Root};
use crate::segments::Segment;
use commerce::facts::types::{Compiled, Fault};
use commerce::{Node, Report, Value, bounds, document};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes that one promotion may take when compiled.
const PROMOTION_BYTES: usize = bounds::SHARD_BYTES / 2;

/// Checks the rulebook and compiles what belongs to promotions.
///
/// ```
/// let rulebook = r#"{"currency": "CNY", "promotions": [
///     {"id": "tea-10", "gives": [{"kind": "percent-off", "basisPoints": 1000, "of": {"categories": ["tea"]}}]}]}"#;
/// assert!(promotions::compile(rulebook).is_ok());
/// let faults = promotions::compile(r#"{"promotions": [{"id": "x", "gives": [{"kind": "percent-off", "basisPoints": -5}]}]}"#).unwrap_err();
/// assert_eq!((faults[0].code.as_str(), faults[0].pointer.as_str()), ("negative-percentage", "/promotions/0/gives/0/basisPoints"));
/// ```
///
/// # Errors
/// Everything that is wrong, with JSON pointers.
pub fn compile(rulebook: &str) -> Result<Compiled, Vec<Fault>> {
    let node = document::parse(rulebook.as_bytes()).map_err(|malformed| {
        vec![Fault { code: malformed.code.to_owned(), pointer: String::new(), detail: malformed.detail }]
    })?;
    let report = Report::new();
    let root = read(report.read(&node));
    if !report.is_clean() {
        return Err(report.faults(&node));
    }
    let Some((mut root, promotions)) = root else { return Err(report.faults(&node)) };
    let (directory, shards) = Directory::build(&promotions);
    root.directory = directory;
    let failed = |error: postcard::Error| {
        vec![Fault { code: "too-large".to_owned(), pointer: "/promotions".to_owned(), detail: error.to_string() }]
    };
    let shards: Result<Vec<Vec<u8>>, Vec<Fault>> =
        shards.iter().map(|shard| postcard::to_allocvec(shard).map_err(failed)).collect();
    let shards = shards?;
    let root = postcard::to_allocvec(&(FORMAT, root)).map_err(failed)?;
    if shards.iter().chain([&root]).any(|bytes| bytes.len() > bounds::SHARD_BYTES) {
        return Err(vec![Fault {
            code: "too-large".to_owned(),
            pointer: "/promotions".to_owned(),
            detail: format!("a part of the compiled rules is more than {} bytes", bounds::SHARD_BYTES),
        }]);
    }
    Ok(Compiled { root, shards })
}

fn read(value: Value<'_>) -> Option<(Root, Vec<Promotion>)> {
    // Other sections are other functions': only what is asked for here is looked at.
    let object = value.object()?;
    let mut reader = Reader::default();
    let currency = object.field("currency").and_then(|value| value.currency()).unwrap_or_default().to_owned();
    reader.zone = object.field("timeZone").and_then(read_zone).unwrap_or_else(|| "UTC".to_owned());
    reader.policy = object.field("policy").and_then(Policy::read).unwrap_or_default();
    reader.stores = stores(value.node());
    let segments = object
        .field("segments")
        .map(|value| value.list_by_id(1_000).filter_map(|item| Segment::read(item, &reader)).collect::<Vec<Segment>>())
        .unwrap_or_default();
    reader.segments = segments.iter().map(|segment| segment.id.clone()).collect();
    let promotions = object.field("promotions").map(|value| read_promotions(value, &reader)).unwrap_or_default();
    let Reader { zones, policy, .. } = reader;
    let zones = zones.into_inner().into_iter().collect();
    Some((Root { currency, policy, segments, zones, directory: Directory::default() }, promotions))
}

fn read_promotions(value: Value<'_>, reader: &Reader) -> Vec<Promotion> {
    if let Node::List(items) = value.node()
        && items.len() > bounds::PROMOTIONS
    {
        value.fault("too-many-promotions", format!("must be at most {}, are {}", bounds::PROMOTIONS, items.len()));
        return Vec::new();
    }
    let lanes = reader.policy.sequence();
    let mut found: Vec<Read<'_>> =
        value.list(bounds::PROMOTIONS).filter_map(|item| Promotion::read(item, reader, &lanes)).collect();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for read in &found {
        if !known.insert(&read.promotion.id) {
            read.value.fault("duplicate-id", format!("`{}` is another promotion's id", read.promotion.id));
        }
        if postcard::to_allocvec(&read.promotion).map_or(usize::MAX, |bytes| bytes.len()) > PROMOTION_BYTES {
            read.value.fault(
                "promotion-too-large",
                format!("must compile to at most {PROMOTION_BYTES} bytes: split its lists over several"),
            );
        }
    }
    let mut budgets: BTreeMap<&str, (i64, bool)> = BTreeMap::new();
    for read in &found {
        let Some(budget) = &read.promotion.budget else { continue };
        let same = (budget.limit, budget.uses);
        if *budgets.entry(&budget.id).or_insert(same) != same {
            let text = format!("another promotion has the budget `{}` with another `limit` or `of`", budget.id);
            read.value.fault("contradiction", text);
        }
    }
    // Stable: equals keep the order of the document.
    found.sort_by_key(|read| {
        (read.promotion.stage, if reader.policy.high_first { -read.priority } else { read.priority })
    });
    let order = sequence(&found);
    let mut ranked: Vec<Promotion> =
        order.into_iter().filter_map(|place| found.get(place)).map(|read| read.promotion.clone()).collect();
    for (promotion, rank) in ranked.iter_mut().zip(0..) {
        promotion.rank = rank;
    }
    ranked
}

/// The order of application: as sorted, but each promotion after those that it names in `after`.
fn sequence(found: &[Read<'_>]) -> Vec<usize> {
    // Where an id stands twice, which is a fault of its own, the first one is meant.
    let named = found.iter().enumerate().rev();
    let places: BTreeMap<&str, usize> = named.map(|(place, read)| (read.promotion.id.as_str(), place)).collect();
    let mut order = Vec::with_capacity(found.len());
    let mut state = vec![Visit::Unseen; found.len()];
    for start in 0..found.len() {
        // An own stack: a chain of 100,000 must not use up the machine's.
        let mut stack = vec![(start, 0_usize)];
        while let Some((place, next)) = stack.pop() {
            let (Some(read), Some(seen)) = (found.get(place), state.get_mut(place)) else { continue };
            if *seen == Visit::Done {
                continue;
            }
            *seen = Visit::Open;
            let Some(name) = read.promotion.after.get(next) else {
                *seen = Visit::Done;
                order.push(place);
                continue;
            };
            stack.push((place, next + 1));
            match places.get(name.as_str()) {
                None => read.value.fault("unknown-promotion", format!("`after` names `{name}`, which is no promotion")),
                Some(other) if found.get(*other).is_some_and(|other| other.promotion.stage > read.promotion.stage) => {
                    read.value.fault("runs-later", format!("`after` names `{name}`, which runs in a later lane"));
                }
                Some(other) if state.get(*other) == Some(&Visit::Open) => {
                    read.value.fault("cycle", format!("`after` leads from `{name}` back to it"));
                }
                Some(other) => stack.push((*other, 0)),
            }
        }
    }
    order
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    Unseen,
    Open,
    Done,
}

//! What a text is about: words of the dictionary, the merchant's own, hashtags, and the classifier's categories.

pub mod claims;
pub mod classifier;
pub mod features;
mod hashtags;
pub mod model;

use crate::lexicon::Find;
use crate::review::Reading;
use crate::rules::{Role, Word};
use crate::tables::{self, Sense};
use commerce::facts::tags::{Span, Tag};

/// Parts of garments: an attribute of one of them is an attribute of the garment that the text is about.
const PARTS: &[&str] = &["waist", "detail", "neckline", "sleeve", "sleeve-length", "closure", "length"];
/// Garments: the value of the attribute `type`, and what its attributes start with.
const GARMENTS: &[(&str, &str)] = &[("裙", "skirt"), ("上衣", "top"), ("裤", "trouser")];
/// A classifier that is less sure than this says nothing.
const SURE: u32 = 5_000;

/// Tags, surest first; each value once, with all the spans that say it.
#[must_use]
pub fn tags(reading: &Reading<'_>, own: &[(&Word, Find)]) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    let words: Vec<Said> = reading.finds.iter().filter_map(|(sense, find)| said(*sense, *find)).collect();
    let garment = garment(&words);
    // Where the tag of a row of the dictionary stands, so that a long text does not look for it again and again.
    let mut places: Vec<Option<usize>> = vec![None; tables::words().len()];
    for (row, (kind, name, value), find) in words {
        let span = reading.span(find.from, find.to);
        let place = places.get_mut(usize::from(row));
        if let Some(tag) = place.as_ref().and_then(|place| **place).and_then(|place| tags.get_mut(place)) {
            tag.spans.push(span);
            continue;
        }
        let Some(name) = named(kind, name, value, garment) else { continue };
        let added = add(&mut tags, [kind, &name, value, "dictionary"], 9_000, span);
        if let Some(place) = place {
            *place = Some(added);
        }
    }
    for (word, find) in own {
        let kind = match word.role {
            Role::Brand => "brand",
            Role::Listed => "vocabulary",
            Role::Refused | Role::Allowed => continue,
        };
        add(&mut tags, [kind, &word.list, &word.word, "vocabulary"], 10_000, reading.span(find.from, find.to));
    }
    for (value, span) in hashtags::read(reading.text) {
        add(&mut tags, ["hashtag", "", &value, "syntax"], 10_000, span);
    }
    categories(reading, &mut tags);
    named_vertical(&mut tags);
    tags.sort_by(|left, right| {
        let ordered = || (&left.kind, &left.name, &left.value).cmp(&(&right.kind, &right.name, &right.value));
        right.confidence.cmp(&left.confidence).then_with(ordered)
    });
    tags
}

/// A row of the dictionary, what it holds, and where a word of it was found.
type Said = (u16, (&'static str, &'static str, &'static str), Find);

fn said(sense: Sense, find: Find) -> Option<Said> {
    let Sense::Word(row) = sense else { return None };
    Some((row, tables::words().get(usize::from(row)).copied()?, find))
}

/// The garment named most often, and of those the one named first.
fn garment(words: &[Said]) -> Option<&'static str> {
    let counted = |(garment, prefix): &(&str, &'static str)| {
        let named = words.iter().filter(|(_, (_, name, value), _)| *name == "type" && value == garment);
        let places: Vec<u32> = named.map(|(_, _, find)| find.from).collect();
        let first = places.iter().min().copied()?;
        Some((places.len(), std::cmp::Reverse(first), *prefix))
    };
    GARMENTS.iter().filter_map(counted).max().map(|(_, _, prefix)| prefix)
}

/// The name that an attribute has in a text about a garment; `None` where it is another garment's.
fn named(kind: &str, name: &'static str, value: &str, garment: Option<&str>) -> Option<String> {
    if kind != "attribute" {
        return Some(name.to_owned());
    }
    if name == "type" {
        return GARMENTS
            .iter()
            .any(|(known, prefix)| *known == value && garment == Some(prefix))
            .then(|| name.to_owned());
    }
    if PARTS.contains(&name) {
        let part = if name == "length" { "cut" } else { name };
        return garment.map(|garment| format!("{garment}-{part}"));
    }
    match name.split_once('-') {
        Some((prefix, _)) if GARMENTS.iter().any(|(_, known)| *known == prefix) => {
            (garment == Some(prefix)).then(|| name.to_owned())
        }
        _ => Some(name.to_owned()),
    }
}

/// What the classifiers say, where they are sure; the product only within the verticals that its data has.
fn categories(reading: &Reading<'_>, tags: &mut Vec<Tag>) {
    let whole = || Vec::new();
    let push = |tags: &mut Vec<Tag>, name: &str, value: &str, confidence: u32| {
        tags.push(Tag {
            kind: "category".into(),
            name: name.into(),
            value: value.into(),
            confidence,
            provenance: "classifier".into(),
            spans: whole(),
        });
    };
    let features = features::of(reading.letters);
    let Some((class, sure)) = classifier::vertical(&features) else { return };
    let Some((vertical, _)) = classifier::VERTICALS.get(class) else { return };
    if sure >= SURE {
        push(tags, "vertical", vertical, sure);
    }
    // Most texts are of a vertical that has no product, and need not be asked about again.
    if classifier::PRODUCTS.iter().any(|(_, id)| id.starts_with(vertical))
        && let Some((class, sure)) = classifier::product(&features)
        && let Some((_, id)) = classifier::PRODUCTS.get(class)
        && sure >= 9_000
        && id.starts_with(vertical)
    {
        push(tags, "product", id, sure);
    }
}

/// Where the classifier is not sure, the vertical whose goods are named most, if no other's are named as often.
fn named_vertical(tags: &mut Vec<Tag>) {
    if tags.iter().any(|tag| tag.kind == "category" && tag.name == "vertical") {
        return;
    }
    let mut named: Vec<(&str, Vec<Span>)> = Vec::new();
    for tag in tags.iter().filter(|tag| tag.kind == "category" && tag.name == "second") {
        let vertical = tag.value.split('-').next().unwrap_or_default();
        match named.iter_mut().find(|(known, _)| *known == vertical) {
            Some((_, spans)) => spans.extend(&tag.spans),
            None => named.push((vertical, tag.spans.clone())),
        }
    }
    named.sort_by_key(|(_, spans)| std::cmp::Reverse(spans.len()));
    let spans = match named.as_slice() {
        [(vertical, spans)] => Some((*vertical, spans.clone())),
        [(vertical, spans), (_, fewer), ..] if spans.len() > fewer.len() => Some((*vertical, spans.clone())),
        _ => None,
    };
    let Some((vertical, spans)) = spans.map(|(vertical, spans)| (vertical.to_owned(), spans)) else { return };
    tags.push(Tag {
        kind: "category".into(),
        name: "vertical".into(),
        value: vertical,
        confidence: 7_000,
        provenance: "dictionary".into(),
        spans,
    });
}

/// Adds a span to a tag, new or known, and says where the tag stands.
fn add(tags: &mut Vec<Tag>, [kind, name, value, provenance]: [&str; 4], confidence: u32, span: Span) -> usize {
    let known = tags.iter().position(|tag| tag.kind == kind && tag.name == name && tag.value == value);
    if let Some((place, tag)) = known.and_then(|place| Some((place, tags.get_mut(place)?))) {
        tag.spans.push(span);
        return place;
    }
    tags.push(Tag {
        kind: kind.to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
        confidence,
        provenance: provenance.to_owned(),
        spans: vec![span],
    });
    tags.len() - 1
}

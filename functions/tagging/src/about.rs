//! What a text is about: words of the dictionary, the merchant's own, hashtags, and the classifier's categories.

pub mod claims;
mod hashtags;

use crate::lexicon::Find;
use crate::review::Reading;
use crate::rules::{Role, Word};
use crate::tables::{self, Sense};
use commerce::facts::tags::{Span, Tag};

/// Tags, surest first; each value once, with all the spans that say it.
#[must_use]
pub fn tags(reading: &Reading<'_>, own: &[(&Word, Find)], _language: &str) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    for (sense, find) in reading.finds {
        let Sense::Word(word) = sense else { continue };
        let Some((kind, name, value)) = tables::words().get(usize::from(*word)) else { continue };
        add(&mut tags, [kind, name, value, "dictionary"], 9_000, reading.span(find.from, find.to));
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
    tags.sort_by(|left, right| {
        right
            .confidence
            .cmp(&left.confidence)
            .then_with(|| (&left.kind, &left.name, &left.value).cmp(&(&right.kind, &right.name, &right.value)))
    });
    tags
}

fn add(tags: &mut Vec<Tag>, [kind, name, value, provenance]: [&str; 4], confidence: u32, span: Span) {
    let known = tags.iter_mut().find(|tag| tag.kind == kind && tag.name == name && tag.value == value);
    if let Some(tag) = known {
        tag.spans.push(span);
        return;
    }
    tags.push(Tag {
        kind: kind.to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
        confidence,
        provenance: provenance.to_owned(),
        spans: vec![span],
    });
}

//! Content that somebody paid for says so, and before the fold; a digital human is called one.

use super::{Reading, finding, laws};
use crate::tables::{self, Sense, cue};
use commerce::facts::tags::{Content, Finding, Options, Span};

const NOWHERE: Span = Span { start_byte: 0, end_byte: 0, start: 0, end: 0 };

pub fn review(reading: &Reading<'_>, content: &Content, options: &Options, findings: &mut Vec<Finding>) {
    if content.paid {
        for jurisdiction in ["CN", "EU", "US"] {
            // China's rule names the very word 广告.
            let labels: &[u16] = if jurisdiction == "CN" { &[cue::LABEL_CN] } else { &[cue::LABEL_CN, cue::LABEL_ALL] };
            let label = first(reading, labels);
            let (category, span) = match label {
                None => ("disclosure", NOWHERE),
                Some(span) if span.end > options.fold => ("disclosure-fold", span),
                Some(_) => continue,
            };
            demand(category, jurisdiction, span, options, findings);
        }
    }
    if content.digital_human && first(reading, &[cue::LABEL_AI]).is_none() {
        for jurisdiction in ["CN", "EU", "US"] {
            demand("digital-human", jurisdiction, NOWHERE, options, findings);
        }
    }
}

fn demand(category: &str, jurisdiction: &str, span: Span, options: &Options, findings: &mut Vec<Finding>) {
    let Some(place) =
        tables::categories().iter().position(|name| *name == category).and_then(|place| u8::try_from(place).ok())
    else {
        return;
    };
    for law in laws(place, options).filter(|law| law.jurisdiction == jurisdiction) {
        findings.push(finding(law, law.gravest, category, span, None));
    }
}

/// The first label, unless the text speaks about advertising law (广告法) or denies it.
fn first(reading: &Reading<'_>, labels: &[u16]) -> Option<Span> {
    let denied = |from: u32| {
        let talk = |sense: &Sense| matches!(sense, Sense::Cue(cue::TALK | cue::NOT_FAR | cue::NOT_NEAR));
        reading.finds.iter().any(|(sense, find)| talk(sense) && find.to + 3 > from && find.from <= from)
    };
    let labelled = |sense: &Sense| matches!(sense, Sense::Cue(cue) if labels.contains(cue));
    let (_, found) = reading.finds.iter().find(|(sense, find)| labelled(sense) && !denied(find.from))?;
    Some(reading.span(found.from, found.to))
}

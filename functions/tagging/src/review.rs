//! Reviews a text against advertising law: what is found, by which article, how grave, and what to write instead.
//!
//! The rules are data (`data/review`): terms by category, phrases that cover a term and make it harmless, and words that say
//! how what stands around them is to be taken. The exemptions are the nine of SAMR's 广告绝对化用语执法指南 (Notice 6 of
//! 2023). It is not legal advice: it says where a person should look. What must never be in here: a rule for one sentence.

mod context;
mod disclosure;

use crate::letters::Letter;
use crate::lexicon::Find;
use crate::rules::{Role, Word};
use crate::tables::{self, Law, Sense};
use crate::text::Text;
use commerce::facts::tags::{Content, Finding, Level, Options, Penalty, Span};
use context::Surroundings;

/// What a review reads.
pub struct Reading<'a> {
    /// The text.
    pub text: &'a Text<'a>,
    /// Its letters.
    pub letters: &'a [Letter],
    /// The words found in it.
    pub finds: &'a [(Sense, Find)],
}

impl Reading<'_> {
    /// Where letters stand in the original.
    #[must_use]
    pub fn span(&self, from: u32, to: u32) -> Span {
        let glyph = |place: u32| self.letters.get(place as usize).map_or(0, |letter| letter.glyph as usize);
        self.text.span(glyph(from), glyph(to.saturating_sub(1)) + 1)
    }
}

/// A term found, and how it is to be taken.
struct Hit {
    term: u16,
    category: u8,
    level: u8,
    from: u32,
    to: u32,
    exemption: Option<&'static str>,
}

/// Reviews a text, findings in its order.
#[must_use]
pub fn review(reading: &Reading<'_>, own: &[(&Word, Find)], content: &Content, options: &Options) -> Vec<Finding> {
    let allowed = |find: &Find| {
        own.iter().any(|(word, other)| word.role == Role::Allowed && other.from <= find.from && other.to >= find.to)
    };
    let surroundings = Surroundings::of(reading, content.product.as_deref());
    let mut hits: Vec<Hit> = Vec::new();
    for (sense, find) in reading.finds {
        let Sense::Term(term) = sense else { continue };
        let Some((_, category, level)) = tables::term(*term) else { continue };
        let (level, exemption) =
            if allowed(find) { (0, Some("merchant-allowed")) } else { surroundings.judge(category, level, *find) };
        hits.push(Hit { term: *term, category, level, from: find.from, to: find.to, exemption });
    }
    let mut findings: Vec<Finding> = Vec::new();
    for hit in outermost(hits) {
        let name = tables::term(hit.term).map_or("", |term| term.0);
        let span = reading.span(hit.from, hit.to);
        for law in laws(hit.category, options) {
            findings.push(finding(law, hit.level, name, span, hit.exemption));
        }
    }
    findings.extend(
        own.iter()
            .filter(|(word, _)| word.role == Role::Refused)
            .map(|(word, find)| refused(&word.word, reading.span(find.from, find.to))),
    );
    disclosure::review(reading, content, options, &mut findings);
    findings.sort_by_key(|finding| (finding.span.start_byte, finding.span.end_byte));
    findings
}

/// A word that the merchant itself refuses.
fn refused(word: &str, span: Span) -> Finding {
    Finding {
        level: Level::Block,
        category: "merchant".into(),
        term: word.to_owned(),
        span,
        jurisdiction: String::new(),
        statute: String::new(),
        article: String::new(),
        penalty: None,
        exemption: None,
        suggestion: "The merchant's own rules refuse this word.".into(),
    }
}

/// Of finds of one category within one another, the gravest and then the longest holds.
fn outermost(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.from, std::cmp::Reverse((hit.level, hit.to)), hit.category));
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        // Finds are at most 64 letters long and in the order of their starts, so only the last few can overlap this one.
        let near = kept.iter().enumerate().rev().take_while(|(_, other)| other.from + 64 > hit.from);
        let rival = near
            .filter(|(_, other)| other.category == hit.category && other.to > hit.from)
            .map(|(place, _)| place)
            .next();
        match rival.and_then(|place| kept.get_mut(place)) {
            Some(other) if (other.level, other.to - other.from) >= (hit.level, hit.to - hit.from) => {}
            Some(other) => *other = hit,
            None => kept.push(hit),
        }
    }
    kept
}

/// The laws that speak of a category at the moment and in the jurisdictions asked for.
fn laws<'a>(category: u8, options: &'a Options) -> impl Iterator<Item = &'static Law> + use<'a> {
    let applies = move |law: &&Law| {
        let asked =
            options.jurisdictions.is_empty() || options.jurisdictions.iter().any(|name| name == law.jurisdiction);
        law.category == category && asked && (law.from..law.until).contains(&options.at)
    };
    tables::laws().iter().filter(applies)
}

fn finding(law: &Law, level: u8, term: &str, span: Span, exemption: Option<&str>) -> Finding {
    let level = match level.min(law.gravest) {
        0 => Level::Info,
        1 => Level::Warn,
        _ => Level::Block,
    };
    Finding {
        level,
        category: tables::categories().get(usize::from(law.category)).copied().unwrap_or_default().to_owned(),
        term: term.to_owned(),
        span,
        jurisdiction: law.jurisdiction.to_owned(),
        statute: law.statute.to_owned(),
        article: law.article.to_owned(),
        penalty: law.penalty.map(|(least, most, currency)| Penalty { least, most, currency: currency.to_owned() }),
        exemption: exemption.map(str::to_owned),
        suggestion: law.suggestion.to_owned(),
    }
}

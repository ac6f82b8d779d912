//! Says what selling content is about, whether it may be published, and frees it of personal data.
//!
//! A text is read once into normalised characters that know their place in the original ([`text`]), its letters are
//! searched once for every word of every table ([`lexicon`], [`tables`]), and everything else reads those finds: tags
//! ([`about`]), the review ([`review`]) and personal data ([`personal`]). What must never be in here: input or output, a
//! clock, a learned model beyond a table of weights, a personal value in any answer but the caller's own text.

pub mod about;
#[cfg(target_family = "wasm")]
mod component;
pub mod fingerprint;
pub mod language;
pub mod letters;
pub mod lexicon;
pub mod markup;
pub mod personal;
pub mod review;
mod rules;
mod simplified;
pub mod tables;
pub mod text;

pub use rules::{Role, Rules, Word, compile};

use commerce::facts::tags::{Content, Count, Finding, Level, Options, Personal, Report, Similarity};
use commerce::{Fault, bounds};
use text::Text;

/// Products that a content may be of.
pub const PRODUCTS: [&str; 11] = [
    "cosmetics",
    "special-cosmetics",
    "food",
    "health-food",
    "infant-food",
    "children",
    "alcohol",
    "finance",
    "drug",
    "device",
    "other",
];
/// Whose law is known.
pub const JURISDICTIONS: [&str; 3] = ["CN", "EU", "US"];

/// Says how alike two texts are.
///
/// # Errors
/// `text-too-long` or `nothing-to-read`, with pointers from `/texts`.
pub fn compare(left: &Content, right: &Content) -> Result<Similarity, Vec<Fault>> {
    let mut faults = Vec::new();
    let read = |content: &Content, index: usize, faults: &mut Vec<Fault>| {
        let text = checked(content, index, faults)?;
        Some(fingerprint::of(&letters::of(&text)))
    };
    let (left, right) = (read(left, 0, &mut faults), read(right, 1, &mut faults));
    match left.zip(right) {
        Some((left, right)) if faults.is_empty() => Ok(fingerprint::similarity(&left, &right)),
        _ => Err(faults),
    }
}

fn fault(code: &str, pointer: String, detail: String) -> Fault {
    Fault { code: code.to_owned(), pointer, detail }
}

/// Reads a text within its bounds.
fn checked<'a>(content: &'a Content, index: usize, faults: &mut Vec<Fault>) -> Option<Text<'a>> {
    let pointer = || format!("/texts/{index}/text");
    if content.text.len() > bounds::CONTENT_BYTES {
        faults.push(fault(
            "text-too-long",
            pointer(),
            format!("must have at most {} bytes, has {}", bounds::CONTENT_BYTES, content.text.len()),
        ));
        return None;
    }
    if let Some(product) = content.product.as_deref()
        && !PRODUCTS.contains(&product)
    {
        faults.push(fault(
            "unknown-value",
            format!("/texts/{index}/product"),
            format!("must be one of {}", PRODUCTS.join(", ")),
        ));
    }
    let text = Text::read(&content.text, content.markup);
    if text.glyphs.iter().all(|glyph| glyph.letter.is_whitespace()) {
        faults.push(fault("nothing-to-read", pointer(), "has no visible character".into()));
        return None;
    }
    Some(text)
}

fn check(options: &Options, faults: &mut Vec<Fault>) {
    for (index, name) in options.jurisdictions.iter().enumerate() {
        if !JURISDICTIONS.contains(&name.as_str()) {
            faults.push(fault(
                "unknown-value",
                format!("/options/jurisdictions/{index}"),
                format!("must be one of {}", JURISDICTIONS.join(", ")),
            ));
        }
    }
    for (index, name) in options.kinds.iter().enumerate() {
        if !personal::KINDS.contains(&name.as_str()) {
            faults.push(fault(
                "unknown-value",
                format!("/options/kinds/{index}"),
                format!("must be one of {}", personal::KINDS.join(", ")),
            ));
        }
    }
    if let Some(key) = &options.key
        && !(16..=128).contains(&key.len())
    {
        faults.push(fault(
            "out-of-range",
            "/options/key".into(),
            format!("must have 16 to 128 bytes, has {}", key.len()),
        ));
    }
}

impl Rules {
    /// Tags texts; the order is kept.
    ///
    /// # Errors
    /// All faults at once, with pointers from `/texts` and `/options`: `too-many-texts` (more than 100), `text-too-long`
    /// (more than 64 KiB), `nothing-to-read`, `unknown-value`, `out-of-range` (the key's length).
    pub fn tag(&self, contents: &[Content], options: &Options) -> Result<Vec<Report>, Vec<Fault>> {
        let mut faults = Vec::new();
        if contents.len() > bounds::CONTENTS {
            return Err(vec![fault(
                "too-many-texts",
                "/texts".into(),
                format!("must have at most {} texts, has {}", bounds::CONTENTS, contents.len()),
            )]);
        }
        check(options, &mut faults);
        let texts: Vec<Option<Text<'_>>> =
            contents.iter().enumerate().map(|(index, content)| checked(content, index, &mut faults)).collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(texts.iter().flatten().zip(contents).map(|(text, content)| self.report(text, content, options)).collect())
    }

    fn report(&self, text: &Text<'_>, content: &Content, options: &Options) -> Report {
        let letters = letters::of(text);
        let finds = tables::find(&letters);
        let own = self.find(&letters);
        let (language, script) = language::of(text, &letters);
        let reading = review::Reading { text, letters: &letters, finds: &finds };
        let findings = review::review(&reading, &own, content, options);
        let wanted = |kind: &str| options.kinds.is_empty() || options.kinds.iter().any(|name| name == kind);
        let personal = personal::find(text, content.markup, wanted);
        let redacted = personal::mask::redact(text, &personal, options.key.as_deref());
        Report {
            language: language.to_owned(),
            script: script.to_owned(),
            tags: about::tags(&reading, &own),
            claims: about::claims::read(text),
            level: gravest(&findings),
            findings,
            inventory: inventory(&personal),
            personal,
            redacted,
            fingerprint: fingerprint::write(&fingerprint::of(&letters)),
        }
    }
}

fn gravest(findings: &[Finding]) -> Option<Level> {
    let rank = |level: &Level| match level {
        Level::Info => 0,
        Level::Warn => 1,
        Level::Block => 2,
    };
    findings.iter().map(|finding| finding.level).max_by_key(rank)
}

fn inventory(personal: &[Personal]) -> Vec<Count> {
    let count =
        |kind: &&str| u32::try_from(personal.iter().filter(|one| one.kind == **kind).count()).unwrap_or(u32::MAX);
    let counts = personal::KINDS.iter().map(|kind| Count { kind: (*kind).to_owned(), count: count(kind) });
    counts.filter(|count| count.count > 0).collect()
}

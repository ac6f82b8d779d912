//! The rulebook's section `content`: checked, compiled, loaded.
//!
//! `{"brands": ["…"], "vocabulary": {"list": ["word", …]}, "refused": ["word", …], "allowed": ["word", …]}`: the merchant's
//! brands and word lists become tags, refused words become findings, allowed words (a product's name) make what they hold
//! harmless. At most [`commerce::bounds::VOCABULARY`] words in all; the automaton is built here, once.

use crate::letters::{self, Letter};
use crate::lexicon::{self, Alphabet, Find, Stepper};
use crate::text::Text;
use commerce::facts::tags::Markup;
use commerce::{Compiled, Fault, Report, Value, bounds};
use daachorse::CharwiseDoubleArrayAhoCorasick;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What stands in front of the compiled form; another number is another form.
const FORMAT: u32 = 1;

/// What a merchant's word is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Names a brand.
    Brand,
    /// Is a word of a list.
    Listed,
    /// Must not be published.
    Refused,
    /// Makes harmless what it holds.
    Allowed,
}

/// A merchant's word, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// What it is for.
    pub role: Role,
    /// The list that it is of.
    pub list: String,
    /// The word.
    pub word: String,
}

#[derive(Serialize, Deserialize)]
struct Form {
    format: u32,
    /// Letters of the words, sorted; all of the Basic Multilingual Plane.
    alphabet: Vec<u16>,
    automaton: Vec<u8>,
    /// For each pattern of the automaton: its letters, and what it is.
    patterns: Vec<(u8, Vec<Word>)>,
}

/// Compiled rules, ready to use.
pub struct Rules {
    patterns: Vec<(u8, Vec<Word>)>,
    bits: Vec<u64>,
    ranks: Vec<u16>,
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
}

/// Checks the rulebook's `content` and compiles it.
///
/// # Errors
/// Everything that is wrong, by JSON pointer: `wrong-type`, `unknown-field`, `out-of-range`, `too-many-words`,
/// `empty-word` (no letter or digit in it), `word-too-long` (more than 64 letters), `unsupported-letter`.
pub fn compile(rulebook: &str) -> Result<Compiled, Vec<Fault>> {
    let node = commerce::document::parse(rulebook.as_bytes()).map_err(|malformed| {
        vec![Fault { code: malformed.code.to_owned(), pointer: String::new(), detail: malformed.detail }]
    })?;
    let report = Report::new();
    let mut words: BTreeMap<String, Vec<Word>> = BTreeMap::new();
    if let Some(content) = report.read(&node).object().and_then(|object| object.field("content")) {
        section(content, &mut words);
    }
    if !report.is_clean() {
        return Err(report.faults(&node));
    }
    let form = build(words)
        .map_err(|detail| vec![Fault { code: "invalid-vocabulary".into(), pointer: "/content".into(), detail }])?;
    let root = postcard::to_allocvec(&form).map_err(|error| {
        vec![Fault { code: "invalid-vocabulary".into(), pointer: "/content".into(), detail: error.to_string() }]
    })?;
    Ok(Compiled { root, shards: Vec::new() })
}

fn section(content: Value<'_>, words: &mut BTreeMap<String, Vec<Word>>) {
    let Some(object) = content.object() else { return };
    let mut count = 0;
    let mut take = |value: Value<'_>, role: Role, list: &str| {
        for item in value.list(usize::MAX) {
            count += 1;
            let Some(word) = item.text(bounds::NAME_BYTES) else { continue };
            let text = Text::read(word, Markup::Plain);
            let form: String = letters::of(&text).iter().map(|letter| letter.letter).collect();
            let length = form.chars().count();
            if length == 0 {
                item.fault("empty-word", "must have a letter or a digit");
            } else if length > 64 {
                item.fault("word-too-long", format!("must have at most 64 letters, has {length}"));
            } else if form.chars().any(|letter| u32::from(letter) > 0xFFFF) {
                item.fault("unsupported-letter", "must be of the Basic Multilingual Plane");
            } else {
                let word = Word { role, list: list.to_owned(), word: word.to_owned() };
                let known = words.entry(form).or_default();
                if !known.contains(&word) {
                    known.push(word);
                }
            }
        }
    };
    for (name, role) in [("brands", Role::Brand), ("refused", Role::Refused), ("allowed", Role::Allowed)] {
        if let Some(value) = object.field(name) {
            take(value, role, "");
        }
    }
    if let Some(lists) = object.field("vocabulary") {
        for (name, value) in lists.entries(bounds::ENTRIES) {
            take(value, Role::Listed, name);
        }
    }
    object.finish();
    if count > bounds::VOCABULARY {
        content.fault(
            "too-many-words",
            format!("must have at most {} words in all lists, has {count}", bounds::VOCABULARY),
        );
    }
}

fn build(words: BTreeMap<String, Vec<Word>>) -> Result<Form, String> {
    if words.is_empty() {
        return Ok(Form { format: FORMAT, alphabet: Vec::new(), automaton: Vec::new(), patterns: Vec::new() });
    }
    let points: BTreeSet<u16> =
        words.keys().flat_map(|word| word.chars()).filter_map(|letter| u16::try_from(u32::from(letter)).ok()).collect();
    let alphabet: Vec<u16> = points.into_iter().collect();
    let (bits, ranks) = tables(&alphabet);
    let codes = Alphabet::new(&bits, &ranks);
    let coded: Vec<(String, u32)> = words
        .keys()
        .zip(0..)
        .map(|(word, index)| (word.chars().map(|letter| codes.code(letter)).collect(), index))
        .collect();
    let automaton = CharwiseDoubleArrayAhoCorasick::<u32>::with_values(coded).map_err(|error| error.to_string())?;
    let patterns =
        words.into_iter().map(|(form, words)| (u8::try_from(form.chars().count()).unwrap_or(u8::MAX), words)).collect();
    Ok(Form { format: FORMAT, alphabet, automaton: automaton.serialize(), patterns })
}

/// The bitmap and the ranks of an alphabet.
fn tables(alphabet: &[u16]) -> (Vec<u64>, Vec<u16>) {
    let mut bits = vec![0u64; 1024];
    for point in alphabet {
        if let Some(word) = bits.get_mut(usize::from(point / 64)) {
            *word |= 1 << (point % 64);
        }
    }
    let mut before = 0u16;
    let ranks = bits
        .iter()
        .map(|word| {
            let rank = before;
            before = before.saturating_add(u16::try_from(word.count_ones()).unwrap_or_default());
            rank
        })
        .collect();
    (bits, ranks)
}

impl Rules {
    /// Takes the root of what [`compile`] gave.
    ///
    /// # Errors
    /// Where it is another version's form.
    pub fn load(root: &[u8]) -> Result<Self, String> {
        let form: Form =
            postcard::from_bytes(root).map_err(|error| format!("not a compiled form of content: {error}"))?;
        if form.format != FORMAT {
            return Err(format!("compiled form {} of content, this version reads {FORMAT}", form.format));
        }
        if form.patterns.is_empty() {
            return Ok(Self { patterns: Vec::new(), bits: Vec::new(), ranks: Vec::new(), automaton: None });
        }
        let (automaton, _) =
            CharwiseDoubleArrayAhoCorasick::deserialize(&form.automaton).map_err(|error| error.to_string())?;
        let (bits, ranks) = tables(&form.alphabet);
        Ok(Self { patterns: form.patterns, bits, ranks, automaton: Some(automaton) })
    }

    /// The merchant's words in a text.
    pub(crate) fn find(&self, letters: &[Letter]) -> Vec<(&Word, Find)> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let lengths = |pattern: u32| self.patterns.get(pattern as usize).map(|(length, _)| *length);
        let steps = Stepper::new(automaton, Alphabet::new(&self.bits, &self.ranks));
        let mut found = Vec::new();
        lexicon::find(steps, lengths, letters, |find| {
            let words = self.patterns.get(find.word as usize).map_or(&[][..], |(_, words)| words);
            found.extend(words.iter().map(|word| (word, find)));
        });
        found
    }
}

//! The advertising rules: terms, what covers them, the words around them, and the law of each category.

use crate::lexicon::Lexicon;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const LEVELS: [&str; 3] = ["info", "warn", "block"];

pub fn build(lexicon: &mut Lexicon, code: &mut String) {
    let categories = laws(code);
    let classes = classes();
    let variants = variants();
    let mut terms: Vec<(String, usize, usize)> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for line in crate::lines("review/terms.tsv") {
        let [category, level, written] = columns(&line);
        let category =
            categories.iter().position(|name| name == category).unwrap_or_else(|| panic!("no law for {category}"));
        let level = LEVELS.iter().position(|name| *name == level).unwrap();
        for template in written.split_whitespace() {
            for term in expand(template, &classes) {
                let name = term.replace('_', " ");
                // A word said twice keeps its gravest level within a category.
                let index = *known.entry(format!("{category} {name}")).or_insert(terms.len());
                if index == terms.len() {
                    terms.push((name.clone(), category, level));
                }
                terms[index].2 = terms[index].2.max(level);
                lexicon.add(&term, "Term", index);
                if level > 0 && !template.contains('{') && template.chars().count() <= 6 {
                    for variant in respell(&term, &variants) {
                        lexicon.add(&variant, "Term", index);
                    }
                }
            }
        }
    }
    write_terms(&terms, code);
    let covers: Vec<String> = group("review/covers.tsv", &classes, lexicon, "Cover");
    writeln!(code, "static COVERS: [&str; {}] = {covers:?};", covers.len()).unwrap();
    let cues = group("review/cues.tsv", &classes, lexicon, "Cue");
    writeln!(code, "/// Words around a find, by what they do to it.\npub mod cue {{").unwrap();
    for (index, cue) in cues.iter().enumerate() {
        writeln!(code, "    pub const {cue}: u16 = {index};").unwrap();
    }
    writeln!(code, "    pub const COUNT: usize = {};\n}}", cues.len()).unwrap();
}

/// All names in one text; of each its place (17 bits), its length (8), its category (5) and its level (2) in one number.
fn write_terms(terms: &[(String, usize, usize)], code: &mut String) {
    let mut names = String::new();
    let mut rows = Vec::new();
    for (name, category, level) in terms {
        assert!(
            names.len() < 1 << 17 && name.len() < 1 << 8 && *category < 1 << 5,
            "the terms have outgrown their form"
        );
        rows.push(names.len() << 15 | name.len() << 7 | category << 2 | level);
        names.push_str(name);
    }
    writeln!(code, "static NAMES: &str = {names:?};").unwrap();
    writeln!(code, "static TERMS: [u32; {}] = {rows:?};", rows.len()).unwrap();
}

fn columns<const N: usize>(line: &str) -> [&str; N] {
    line.split('\t').collect::<Vec<_>>().try_into().unwrap_or_else(|_| panic!("not {N} columns: {line}"))
}

fn laws(code: &mut String) -> Vec<String> {
    let mut categories: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for line in crate::lines("review/categories.tsv") {
        let [category, jurisdiction, statute, article, least, most, currency, from, until, gravest, suggestion] =
            columns(&line);
        if !categories.iter().any(|name| name == category) {
            categories.push(category.to_owned());
        }
        let category = categories.iter().position(|name| name == category).unwrap();
        let penalty = if least == "-" { "None".to_owned() } else { format!("Some(({least}, {most}, {currency:?}))") };
        let until = if until.is_empty() { i64::MAX } else { day(until) };
        let gravest = LEVELS.iter().position(|name| *name == gravest).unwrap();
        let from = day(from);
        rows.push(format!(
            "Law {{ category: {category}, jurisdiction: {jurisdiction:?}, statute: {statute:?}, article: {article:?}, penalty: {penalty}, from: {from}, until: {until}, gravest: {gravest}, suggestion: {suggestion:?} }}"
        ));
    }
    writeln!(code, "static LAWS: [Law; {}] = [{}];", rows.len(), rows.join(",\n")).unwrap();
    writeln!(code, "static CATEGORIES: [&str; {}] = {categories:?};", categories.len()).unwrap();
    categories
}

/// Midnight UTC of a day, in seconds since 1970 (Howard Hinnant's `days_from_civil`).
fn day(text: &str) -> i64 {
    let parts: Vec<i64> = text.split('-').map(|part| part.parse().unwrap()).collect();
    let (year, month, day) = (if parts[1] <= 2 { parts[0] - 1 } else { parts[0] }, parts[1], parts[2]);
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    (era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468) * 86_400
}

fn classes() -> BTreeMap<String, Vec<String>> {
    let row = |line: String| {
        let [name, words] = columns(&line);
        (name.to_owned(), words.split_whitespace().map(str::to_owned).collect())
    };
    crate::lines("review/classes.tsv").into_iter().map(row).collect()
}

fn expand(template: &str, classes: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let Some((before, rest)) = template.split_once('{') else { return vec![template.to_owned()] };
    let (class, after) = rest.split_once('}').unwrap();
    let words = classes.get(class).unwrap_or_else(|| panic!("no class {class}"));
    let tails = expand(after, classes);
    words.iter().flat_map(|word| tails.iter().map(move |tail| format!("{before}{word}{tail}"))).collect()
}

fn group(
    file: &str,
    classes: &BTreeMap<String, Vec<String>>,
    lexicon: &mut Lexicon,
    sense: &'static str,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in crate::lines(file) {
        let [name, words] = columns(&line);
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        let index = names.iter().position(|known| known == name).unwrap();
        for template in words.split_whitespace() {
            for word in expand(template, classes) {
                lexicon.add(&word, sense, index);
            }
        }
    }
    names
}

fn variants() -> BTreeMap<char, Vec<String>> {
    let row = |line: String| {
        let [letter, written] = columns(&line);
        (letter.chars().next().unwrap(), written.split_whitespace().map(str::to_owned).collect())
    };
    crate::lines("review/homophones.tsv").into_iter().map(row).collect()
}

/// A term with one character written otherwise, in every way, and all in pinyin where all of it can be.
fn respell(term: &str, variants: &BTreeMap<char, Vec<String>>) -> Vec<String> {
    let letters: Vec<char> = term.chars().collect();
    let mut spellings = Vec::new();
    for (place, letter) in letters.iter().enumerate() {
        for written in variants.get(letter).into_iter().flatten() {
            let mut spelling: String = letters[..place].iter().collect();
            spelling.push_str(written);
            spelling.extend(&letters[place + 1..]);
            spellings.push(spelling);
        }
    }
    let latin = |letter: &char| {
        variants.get(letter).and_then(|written| written.iter().find(|word| word.is_ascii() && word.len() > 1))
    };
    let whole: Option<String> = letters.iter().map(|letter| latin(letter).cloned()).collect();
    spellings.extend(whole.filter(|word| word.len() > 4));
    spellings
}

//! The words of the tags: one line a value, with everything that says it.

use crate::lexicon::Lexicon;
use std::fmt::Write as _;

pub fn build(lexicon: &mut Lexicon, code: &mut String) {
    let mut rows: Vec<String> = Vec::new();
    for line in crate::lines("words.tsv") {
        let columns: Vec<&str> = line.split('\t').collect();
        let [kind, name, value, words] = columns.try_into().unwrap_or_else(|_| panic!("not 4 columns: {line}"));
        for word in words.split_whitespace() {
            lexicon.add(&word.replace('_', " "), "Word", rows.len());
        }
        rows.push(format!("({kind:?}, {name:?}, {value:?})"));
    }
    writeln!(code, "static WORDS: [(&str, &str, &str); {}] = [{}];", rows.len(), rows.join(", ")).unwrap();
}

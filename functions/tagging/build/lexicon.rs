//! Every word of every table, in one automaton (daachorse) over a dense alphabet.

use daachorse::CharwiseDoubleArrayAhoCorasick;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// Words and what each stands for: a variant of `Sense` and an index.
#[derive(Default)]
pub struct Lexicon {
    words: BTreeMap<String, Vec<(&'static str, usize)>>,
}

impl Lexicon {
    /// Adds a word in the form that texts are read in.
    pub fn add(&mut self, word: &str, sense: &'static str, index: usize) {
        let word: String =
            word.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, '%' | '#')).collect();
        assert!(!word.is_empty(), "a word of {sense} {index} has no letters");
        let senses = self.words.entry(word.to_lowercase()).or_default();
        if !senses.contains(&(sense, index)) {
            senses.push((sense, index));
        }
    }

    pub fn write(&self, out: &Path, code: &mut String) {
        let alphabet: BTreeSet<u32> = self.words.keys().flat_map(|word| word.chars().map(u32::from)).collect();
        let mut bits = vec![0u64; *alphabet.last().unwrap() as usize / 64 + 1];
        for point in &alphabet {
            assert!(*point < 0x10000, "words are of the Basic Multilingual Plane");
            bits[*point as usize / 64] |= 1 << (point % 64);
        }
        let ranks: Vec<u32> =
            bits.iter().scan(0, |before, word| Some(std::mem::replace(before, *before + word.count_ones()))).collect();
        let coded = |word: &str| -> String {
            word.chars()
                .map(|letter| {
                    char::from_u32(alphabet.iter().position(|point| *point == u32::from(letter)).unwrap() as u32 + 1)
                        .unwrap()
                })
                .collect()
        };
        // The kind in the upper two bits, the place in the others.
        let number = |(sense, index): &(&str, usize)| {
            let kind = ["Term", "Cover", "Cue", "Word"].iter().position(|name| name == sense).unwrap();
            assert!(*index < 1 << 14, "a table has outgrown its form");
            kind << 14 | index
        };
        let mut senses: Vec<usize> = Vec::new();
        let mut patterns = Vec::new();
        let mut coded_words = Vec::new();
        for (index, (word, meanings)) in self.words.iter().enumerate() {
            // Most words have one sense, which stands where others' first is named.
            let (letters, meaning) = (word.chars().count(), number(&meanings[0]));
            patterns.push((letters, meanings.len(), if meanings.len() == 1 { meaning } else { senses.len() }));
            if meanings.len() > 1 {
                senses.extend(meanings.iter().map(number));
            }
            coded_words.push((coded(word), u32::try_from(index).unwrap()));
        }
        let automaton = CharwiseDoubleArrayAhoCorasick::<u32>::with_values(coded_words).unwrap();
        crate::write(out, "lexicon.bin", &packed(&automaton.serialize()));
        writeln!(code, "static BITS: [u64; {}] = {bits:?};", bits.len()).unwrap();
        writeln!(code, "static RANKS: [u16; {}] = {ranks:?};", ranks.len()).unwrap();
        writeln!(code, "static PATTERNS: [(u8, u8, u16); {}] = {patterns:?};", patterns.len()).unwrap();
        writeln!(code, "static SENSES: [u16; {}] = {senses:?};", senses.len()).unwrap();
    }
}

/// The automaton in the form that `src/lexicon.rs` reads where it lies, made of daachorse's own form. All are u16, little-endian:
/// how many states and letters; of each state its base, its check, where it fails to and its first output; of each letter its
/// code; of each output its word and the output that follows.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut numbers = bytes.chunks_exact(4).map(|number| u32::from_le_bytes(number.try_into().unwrap()));
    let mut take = |count: usize| -> Vec<u32> { numbers.by_ref().take(count).collect() };
    let states = take(1)[0] as usize;
    let form = take(states * 4);
    let letters = take(1)[0] as usize;
    let codes = take(letters);
    let outputs = take(2)[1] as usize;
    let outputs = take(outputs * 3);
    let mut packed = Vec::new();
    let mut push = |number: u32| {
        packed.extend(u16::try_from(number).expect("the automaton has outgrown its packed form").to_le_bytes());
    };
    push(states as u32);
    push(letters as u32);
    form.iter().for_each(|number| push(*number));
    // No word has the letter 0.
    codes.iter().for_each(|code| push(if *code == u32::MAX { u32::from(u16::MAX) } else { *code }));
    for output in outputs.chunks(3) {
        let [word, _, next] = output else { panic!("daachorse has another form") };
        push(*word);
        push(*next);
    }
    packed
}

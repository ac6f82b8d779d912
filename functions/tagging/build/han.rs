//! Traditional to simplified: pairs become a bitmap, ranks and forms.

use std::fmt::Write as _;
use std::path::Path;

pub fn build(out: &Path) {
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for line in crate::lines("simplified.txt") {
        let letters: Vec<char> = line.chars().collect();
        pairs.extend(letters.chunks(2).map(|pair| (u32::from(pair[0]), u32::from(pair[1]))));
    }
    pairs.sort_unstable();
    pairs.dedup_by_key(|pair| pair.0);
    let first = pairs[0].0 & !63;
    let words = (pairs[pairs.len() - 1].0 - first) as usize / 64 + 1;
    let mut bits = vec![0u64; words];
    for (from, _) in &pairs {
        bits[(from - first) as usize / 64] |= 1 << ((from - first) % 64);
    }
    let ranks: Vec<u32> =
        bits.iter().scan(0, |before, word| Some(std::mem::replace(before, *before + word.count_ones()))).collect();
    let forms: Vec<u32> = pairs.iter().map(|(_, to)| *to).collect();
    let mut code = String::new();
    writeln!(code, "const FIRST: u32 = {first};").unwrap();
    writeln!(code, "static BITS: [u64; {}] = {bits:?};", bits.len()).unwrap();
    writeln!(code, "static RANKS: [u16; {}] = {ranks:?};", ranks.len()).unwrap();
    writeln!(code, "static FORMS: [u16; {}] = {forms:?};", forms.len()).unwrap();
    crate::write(out, "simplified.rs", code.as_bytes());
}

//! Builds the tables of `data/` into the crate: automata, bitmaps and arrays that need no work when an instance starts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a build that fails must stop"
)]

mod han;
mod lexicon;
mod rules;
mod words;

use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=data");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    han::build(&out);
    let mut lexicon = lexicon::Lexicon::default();
    let mut code = String::new();
    rules::build(&mut lexicon, &mut code);
    words::build(&mut lexicon, &mut code);
    lexicon.write(&out, &mut code);
    write(&out, "tables.rs", code.as_bytes());
}

/// A data file, without comments and empty lines.
fn lines(name: &str) -> Vec<String> {
    let path = Path::new("data").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

fn write(out: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(out.join(name), bytes).unwrap();
}

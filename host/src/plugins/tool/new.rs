//! `pushcart plugin new`: a folder in which `build` and `test` work at once.

use super::Language;
use crate::plugins::check::kebab;
use crate::say::say;
use anyhow::{Context, Result, ensure};
use std::path::Path;

macro_rules! template {
    ($path:literal) => {
        include_str!(concat!("../../../../plugins/", $path))
    };
}

const SHARED: &[(&str, &str)] = &[
    ("wit/plugin.wit", include_str!("../../../../wit/plugin/plugin.wit")),
    ("carts/many.json", template!("template/carts/many.json")),
    ("config.json", template!("template/config.json")),
    (".gitignore", template!("template/gitignore")),
    ("README.md", template!("template/README.md")),
];
const RUST: &[(&str, &str)] = &[
    ("plugin.json", template!("rust/template/plugin.json")),
    ("Cargo.toml", template!("rust/template/Cargo.toml")),
    ("src/lib.rs", template!("rust/template/src/lib.rs")),
];
const JS: &[(&str, &str)] =
    &[("plugin.json", template!("js/template/plugin.json")), ("plugin.js", template!("js/template/plugin.js"))];
const PYTHON: &[(&str, &str)] =
    &[("plugin.json", template!("python/template/plugin.json")), ("plugin.py", template!("python/template/plugin.py"))];

/// The name that templates carry.
const NAME: &str = "my-plugin";

pub fn run(language: Language, name: &str) -> Result<()> {
    ensure!(kebab(name), "the name `{name}` must be kebab-case: lower-case letters and digits, with single hyphens");
    let folder = Path::new(name);
    ensure!(!folder.exists(), "{name} is there already");
    let own = match language {
        Language::Rust => RUST,
        Language::Js => JS,
        Language::Python => PYTHON,
    };
    for (path, text) in SHARED.iter().chain(own) {
        let file = folder.join(path);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
        }
        std::fs::write(&file, text.replace(NAME, name)).with_context(|| file.display().to_string())?;
    }
    say!("made {name}; next: cd {name} && pushcart plugin build && pushcart plugin test");
    Ok(())
}

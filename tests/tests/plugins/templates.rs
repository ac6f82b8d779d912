//! The templates as a newcomer meets them: made, built and tested by the three commands of `docs/plugins.md`, with nothing changed.

use std::path::Path;
use std::process::{Command, Output};
use tests::app::{Folder, binary, root};
use tests::examples::{JS, PYTHON, RUST, skip};

/// What cargo, npm and pip say where a package cannot be had.
const UNREACHED: [&str; 4] = ["failed to download", "failed to get", "Could not resolve", "reaches its registry"];

fn plugin(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary().unwrap());
    command.arg("plugin").args(arguments).current_dir(folder);
    // What was installed or compiled for a test before is not fetched again.
    let kept = root().join("target/plugin-tools");
    command.env("PUSHCART_PLUGIN_TOOLS", &kept).env("CARGO_TARGET_DIR", kept.join("cargo"));
    command.output().unwrap()
}

/// `pushcart plugin new`, `build` and `test`.
fn works_at_once(language: &str) {
    let folder = Folder::new().unwrap();
    let told = |output: &Output| {
        let [out, error] = [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said).into_owned());
        assert!(output.status.success(), "{language}: {out}{error}");
        out
    };
    told(&plugin(folder.path(), &["new", "--lang", language, "first-offer"]));
    let made = folder.path().join("first-offer");
    let built = plugin(&made, &["build"]);
    let said = String::from_utf8_lossy(&built.stderr);
    if !built.status.success() && UNREACHED.iter().any(|sign| said.contains(sign)) {
        return skip(&format!("the template of {language}: its registry is not reached: {said}"));
    }
    told(&built);
    let tested = told(&plugin(&made, &["test"]));
    assert!(tested.starts_with("first-offer 0.1.0, ") && tested.contains("an upload would take it"), "{tested}");
    assert!(tested.ends_with("1 passed, 0 failed\n"), "{tested}");
}

#[test]
fn rust_works_at_once() {
    RUST.built().unwrap();
    works_at_once("rust");
}

#[test]
fn javascript_works_at_once() {
    match JS.built() {
        Ok(_) => works_at_once("js"),
        Err(missing) => skip(&missing),
    }
}

#[test]
fn python_works_at_once() {
    match PYTHON.built() {
        Ok(_) => works_at_once("python"),
        Err(missing) => skip(&missing),
    }
}

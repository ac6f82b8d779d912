//! `pushcart plugin build`: calls the language's own tool, and says what to install where it is missing.

use super::folder::Folder;
use super::{Language, Place};
use crate::say::say;
use anyhow::{Context, Result, anyhow, bail, ensure};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const COMPONENTIZE_QJS: &str = "componentize-qjs@0.4.5";
const COMPONENTIZE_PY: &str = "componentize-py==0.25.1";
const TARGET: &str = "wasm32-unknown-unknown";

pub fn run(place: &Place) -> Result<()> {
    let folder = Folder::open(&place.folder)?;
    let out = folder.build();
    std::fs::create_dir_all(&out).with_context(|| out.display().to_string())?;
    let tools = place.tools.clone().unwrap_or_else(|| out.join("tools"));
    let tools = std::path::absolute(&tools).with_context(|| tools.display().to_string())?;
    let component = match folder.language {
        Language::Rust => rust(&folder)?,
        Language::Js => js(&folder, &tools)?,
        Language::Python => python(&folder, &tools)?,
    };
    let file = out.join("plugin.wasm");
    std::fs::write(&file, &component).with_context(|| file.display().to_string())?;
    say!("{}: {} bytes", file.display(), component.len());
    Ok(())
}

fn rust(folder: &Folder) -> Result<Vec<u8>> {
    let mut asked = Command::new("rustc");
    asked.args(["--print", "target-libdir", "--target", TARGET]).current_dir(folder.root());
    let libraries = call(&mut asked, "install Rust with rustup (rustup.rs)")?;
    ensure!(
        Path::new(libraries.trim()).is_dir(),
        "this Rust cannot build for {TARGET}: run `rustup target add {TARGET}` in {}",
        folder.root().display()
    );
    let mut command = Command::new("cargo");
    command.args([
        "build",
        "--lib",
        "--target",
        TARGET,
        "--message-format=json-render-diagnostics",
        "--profile",
        &folder.profile,
    ]);
    let output = command.current_dir(folder.root()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| missing("cargo", "install Rust with rustup (rustup.rs)", &error))?;
    ensure!(output.status.success(), "cargo failed; what it said stands above");
    let manifest = folder.root().join("Cargo.toml");
    let messages = String::from_utf8_lossy(&output.stdout);
    let mut modules = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let ours = Path::new(message.get("manifest_path")?.as_str()?) == manifest;
        let files = message.get("filenames").filter(|_| ours)?.as_array()?;
        files.iter().filter_map(serde_json::Value::as_str).find(|file| file.ends_with(".wasm")).map(PathBuf::from)
    });
    let module = modules.next_back().context("cargo built no .wasm: `crate-type` must have `cdylib`")?;
    let bytes = std::fs::read(&module).with_context(|| module.display().to_string())?;
    let encoded =
        wit_component::ComponentEncoder::default().module(&bytes).and_then(|encoder| encoder.validate(true).encode());
    encoded.map_err(|error| anyhow!("{} does not become a component: {error:#}", module.display()))
}

fn js(folder: &Folder, tools: &Path) -> Result<Vec<u8>> {
    let advice = "install Node.js 18 or later, with npm (Debian: apt-get install nodejs npm)";
    let old = "const { node } = process.versions; if (parseInt(node) < 18) throw new Error(`this is Node.js ${node}`)";
    call(Command::new("node").args(["-e", old]), advice)?;
    let compiler = tools.join("node_modules/.bin/componentize-qjs");
    if !compiler.exists() {
        eprintln!("installing {COMPONENTIZE_QJS} from npm into {}", tools.display());
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"]).arg(tools).arg(COMPONENTIZE_QJS);
        call(&mut npm, &format!("{advice}, and look whether npm reaches its registry"))?;
    }
    // Without the stubs it would import WASI, which plugins do not have.
    let mut command = Command::new(compiler);
    command.args(["--sync", "--stub-wasi", "--world", "promotion", "--wit"]).arg(folder.root().join(&folder.wit));
    made(folder, command.arg("--js").arg(folder.root().join("plugin.js")).arg("--output"))
}

fn python(folder: &Folder, tools: &Path) -> Result<Vec<u8>> {
    let advice = "install Python 3.10 or later, with venv and pip (Debian: apt-get install python3-venv)";
    let old = "import sys; sys.exit(None if sys.version_info >= (3, 10) else 'this is Python ' + sys.version)";
    call(Command::new("python3").args(["-c", old]), advice)?;
    let compiler = tools.join("venv/bin/componentize-py");
    if !compiler.exists() {
        eprintln!("installing {COMPONENTIZE_PY} from PyPI into {}", tools.display());
        call(Command::new("python3").args(["-m", "venv"]).arg(tools.join("venv")), advice)?;
        let pip = tools.join("venv/bin/pip");
        let advice = format!("{advice}, and look whether pip reaches its registry");
        call(Command::new(pip).args(["install", "--quiet", COMPONENTIZE_PY]), &advice)?;
    }
    let mut command = Command::new(compiler);
    command.arg("--wit-path").arg(folder.root().join(&folder.wit)).args(["--world", "promotion", "componentize"]);
    command.arg("--python-path").arg(folder.root()).args(["--stub-wasi", "plugin"]);
    made(folder, command.arg("--output"))
}

/// Runs a compiler whose last argument is the file that it writes.
fn made(folder: &Folder, command: &mut Command) -> Result<Vec<u8>> {
    let draft = folder.build().join("draft.wasm");
    call(
        command.arg(&draft).current_dir(folder.root()),
        "mend what it names; where it names nothing of yours, remove build/tools and build again",
    )?;
    let bytes = std::fs::read(&draft).with_context(|| draft.display().to_string())?;
    std::fs::remove_file(&draft).with_context(|| draft.display().to_string())?;
    Ok(bytes)
}

/// Runs a program and gives what it printed.
fn call(command: &mut Command, advice: &str) -> Result<String> {
    let name = command.get_program().to_owned();
    // What a tool tells of its progress is shown where it fails.
    let output = command.output().map_err(|error| missing(&name, advice, &error))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        bail!("{} failed:\n{}\n{advice}", name.to_string_lossy(), String::from_utf8_lossy(&said).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn missing(name: impl AsRef<OsStr>, advice: &str, error: &std::io::Error) -> anyhow::Error {
    anyhow!("{} cannot be run ({error}): {advice}", name.as_ref().to_string_lossy())
}

//! `pushcart plugin link`: an app with plugins in it, for hosts that take none while they run.
//!
//! It copies an app's components into a folder of their own, puts a chain of plugins where the manifest names what ends it, and
//! writes the manifest anew. What it writes is an ordinary Spin app; made from it again, the plugins of another merchant join.

use super::chain::{self, Link, PLUGINS};
use super::folder::Folder;
use super::plugin::Plugin;
use crate::manifest::{self, DependencySource, Manifest};
use crate::plugins::book::{Book, OnFailure};
use crate::plugins::shelf;
use crate::say::say;
use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::Args;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

const END: &str = "pushcart:commerce/plugins";

/// What to link, and where.
#[derive(Args, Debug)]
pub struct Wish {
    /// The merchant whose carts the plugins are asked about
    #[arg(long, env = "PUSHCART_MERCHANT")]
    merchant: String,
    /// The app: a manifest or its folder
    #[arg(short, long, default_value = "spin.toml", value_name = "PATH")]
    from: PathBuf,
    /// The folder that the app with its plugins is written to
    #[arg(short, long, value_name = "FOLDER")]
    out: PathBuf,
    /// Also link what the merchant has switched on in this state folder of a host
    #[arg(long, value_name = "FOLDER")]
    state_dir: Option<PathBuf>,
    /// What links a plugin; scripts/build makes it
    #[arg(long, default_value = "target/components/plugins-linked.wasm", value_name = "FILE")]
    adapter: PathBuf,
    /// What an error of the plugins named here does to a quote: `open` leaves the plugin out, `closed` fails the quote
    #[arg(long, default_value = "open", value_parser = ["open", "closed"])]
    on_failure: String,
    /// Plugins, in the order in which they are asked: a plugin's folder, FILE.wasm, or FILE.wasm=CONFIG.json
    plugins: Vec<PathBuf>,
}

pub fn run(wish: &Wish) -> Result<()> {
    let Wish { merchant, from, out, state_dir, adapter, on_failure, plugins } = wish;
    let closed = on_failure == "closed";
    let mut links = Vec::new();
    for plugin in plugins {
        links.push(named(merchant, plugin, closed).with_context(|| plugin.display().to_string())?);
    }
    if let Some(state) = state_dir {
        links.extend(active(merchant, state)?);
    }
    ensure!(!links.is_empty(), "no plugin is named, and none is taken from --state-dir: there is nothing to link");
    let file = manifest::locate(from);
    let app = manifest::read(&file)?;
    let (id, end) = socket(&app)?;
    let adapter =
        std::fs::read(adapter).with_context(|| format!("{}: run scripts/build components", adapter.display()))?;
    let end = std::fs::read(&end).with_context(|| end.display().to_string())?;
    let wasm = chain::compose(adapter, end, &links).map_err(anyhow::Error::msg)?;
    std::fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    let name = format!("plugins-{merchant}.wasm");
    write(&out.join(&name), &wasm)?;
    let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let rewritten = Rewritten { app: &app, id, chain: &name, out }.manifest(&text)?;
    let asked: Vec<String> = links.iter().map(|link| format!("{} {}", link.plugin, link.version)).collect();
    let head = format!("# Made by `pushcart plugin link`. Plugins of {merchant}: {}.\n", asked.join(", "));
    let manifest = out.join("spin.toml");
    write(&manifest, (head + &rewritten).as_bytes())?;
    manifest::read(&manifest)?;
    say!(
        "{}: {} with {} of {merchant}, {} bytes of plugins",
        manifest.display(),
        app.name,
        asked.join(", "),
        wasm.len()
    );
    Ok(())
}

/// A plugin that is named by its folder or its file.
fn named(merchant: &str, what: &Path, closed: bool) -> Result<Link> {
    if what.is_dir() {
        let folder = Folder::open(what)?;
        let bytes = folder.component()?;
        let plugin = folder.plugin(&bytes)?;
        return link(merchant, plugin, folder.config()?.to_string(), closed, bytes);
    }
    let text = what.to_string_lossy();
    let (file, config) = text.split_once('=').map_or((text.as_ref(), None), |(file, config)| (file, Some(config)));
    let bytes = std::fs::read(file).with_context(|| format!("{file} is neither a plugin's folder nor a component"))?;
    let config = match config {
        Some(config) => std::fs::read_to_string(config).with_context(|| config.to_owned())?,
        None => "{}".to_owned(),
    };
    link(merchant, Plugin::load(&bytes, None, None)?, config, closed, bytes)
}

/// What the merchant has switched on, with the configurations of its activations.
fn active(merchant: &str, state: &Path) -> Result<Vec<Link>> {
    let folder = state.join("pushcart/plugins").join(merchant);
    let file = folder.join("book.json");
    let text = std::fs::read(&file).with_context(|| format!("{}: has {merchant} plugins there?", file.display()))?;
    let book = Book::read(&text).map_err(|error| anyhow!("{}: {error}", file.display()))?;
    let mut links = Vec::new();
    for (name, kept) in &book.plugins {
        let Some(activation) = &kept.active else { continue };
        let version = kept.versions.get(&activation.version).context("a version that is switched on is not kept")?;
        let file = folder.join(format!("{}.wasm", version.digest.trim_start_matches("sha256:")));
        let bytes = std::fs::read(&file).with_context(|| file.display().to_string())?;
        ensure!(shelf::digest(&bytes) == version.digest, "{} is damaged", file.display());
        let plugin = Plugin::load(&bytes, None, Some((name, &activation.version)))?;
        let closed = activation.on_failure == OnFailure::Closed;
        links.push(link(merchant, plugin, activation.config.to_string(), closed, bytes)?);
    }
    ensure!(!links.is_empty(), "{merchant} has nothing switched on in {}", state.display());
    Ok(links)
}

fn link(merchant: &str, plugin: Plugin, config: String, closed: bool, wasm: Vec<u8>) -> Result<Link> {
    ensure!(!plugin.needs.wasi, "{} imports WASI: a linked plugin must not", plugin.name);
    plugin.configured(&config)?;
    let Plugin { loaded: _, name, version, needs, schema: _, trial: _ } = plugin;
    Ok(Link { merchant: merchant.to_owned(), plugin: name, version, config, closed, needs: needs.attributes, wasm })
}

/// The component that asks plugins, and what ends its chain.
fn socket(app: &Manifest) -> Result<(&str, PathBuf)> {
    for (id, component) in &app.components {
        for dependency in &component.dependencies {
            if dependency.name == END || dependency.name.starts_with(&format!("{END}@")) {
                let DependencySource::Path(path) = &dependency.source else {
                    bail!("component `{id}`: the dependency \"{}\" must have a path", dependency.name)
                };
                return Ok((id, path.clone()));
            }
        }
    }
    bail!("no component of the app has a dependency \"{PLUGINS}\": it asks no plugins")
}

/// An app that is written anew.
struct Rewritten<'w> {
    app: &'w Manifest,
    id: &'w str,
    chain: &'w str,
    out: &'w Path,
}

impl Rewritten<'_> {
    /// The manifest with every file beside it. Comments are not carried over, nor is how components are built.
    fn manifest(&self, text: &str) -> Result<String> {
        let mut document: Table = text.parse()?;
        let mut copied = BTreeMap::new();
        let components = document.get_mut("component").and_then(Value::as_table_mut).context("no component")?;
        for (id, component) in components {
            let component = component.as_table_mut().context("a component is a table")?;
            component.remove("build");
            if let Some(source) = component.get_mut("source") {
                self.copy(source, &mut copied)?;
            }
            let ours = id == self.id;
            let dependencies = component.get_mut("dependencies").and_then(Value::as_table_mut);
            for (name, dependency) in dependencies.into_iter().flatten() {
                let Some(path) = dependency.get_mut("path") else { continue };
                if ours && name.starts_with(END) {
                    *path = Value::from(self.chain);
                } else {
                    self.copy(path, &mut copied)?;
                }
            }
            if ours {
                let tool = component.entry("tool").or_insert_with(|| Value::Table(Table::new()));
                let tool = tool.as_table_mut().context("`tool` is a table")?;
                let tool = tool.entry("pushcart").or_insert_with(|| Value::Table(Table::new()));
                let tool = tool.as_table_mut().context("`tool.pushcart` is a table")?;
                tool.insert("linked".into(), Value::from(vec![PLUGINS]));
            }
        }
        Ok(toml::to_string_pretty(&document)?)
    }

    /// Copies a file of the app beside the new manifest and names it there.
    fn copy(&self, path: &mut Value, copied: &mut BTreeMap<String, PathBuf>) -> Result<()> {
        let from = self.app.folder.join(path.as_str().context("a path is a text")?);
        let name = from.file_name().context("a path ends with a file's name")?.to_string_lossy().into_owned();
        if let Some(other) = copied.insert(name.clone(), from.clone()).filter(|other| *other != from) {
            bail!("{} and {} have the same name", other.display(), from.display());
        }
        let wasm = std::fs::read(&from).with_context(|| format!("{}: is the app built?", from.display()))?;
        write(&self.out.join(&name), &wasm)?;
        *path = Value::from(name);
        Ok(())
    }
}

fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(file, bytes).with_context(|| file.display().to_string())
}

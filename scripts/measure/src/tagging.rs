//! The component `tagging` in wasmtime, warm and cold, on texts of 200, 2,000 and 20,000 characters, against Python's `re` and
//! `jieba` doing the same tags and masks with the same tables (`scripts/measure/baseline`).

mod bindings {
    #![allow(missing_docs)]
    wasmtime::component::bindgen!({
        path: "../../wit/commerce",
        world: "tagging-function",
        exports: { default: async },
    });
}

use anyhow::{Context as _, bail};
use bindings::pushcart::commerce::tags::{Content, Markup, Options, Report};
use bindings::{TaggingFunction, TaggingFunctionPre};
use std::process::Command;
use std::time::Instant;
use wasmtime::component::{Component, Linker, ResourceAny};
use wasmtime::{Engine, Store};

/// Characters of the texts.
const SIZES: [usize; 3] = [200, 2_000, 20_000];
/// How often all is measured, by turns, so that a busy moment of the machine does not fall on one of them alone.
const PASSES: usize = 4;
/// The project's sentences, which the texts are made of.
const LABELLED: &str = include_str!("../../../functions/tagging/tests/labelled/texts.tsv");

/// Prints the table.
pub fn run() -> anyhow::Result<()> {
    let path = "target/components/tagging.wasm";
    let wasm = std::fs::read(path).with_context(|| format!("{path} is missing: run scripts/build"))?;
    let options = pushcart::Options::default();
    let engine = pushcart::engine::build(&options, options.memory).map_err(anyhow::Error::msg)?;
    let component = Component::new(&engine, &wasm).map_err(anyhow::Error::msg)?;
    let pre = Linker::<()>::new(&engine).instantiate_pre(&component).map_err(anyhow::Error::msg)?;
    let pre = TaggingFunctionPre::new(pre).map_err(anyhow::Error::msg)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let texts: Vec<String> = SIZES.iter().map(|size| text(*size)).collect();
    let mut best = vec![Times::default(); texts.len()];
    for _ in 0..PASSES {
        let python = baseline(&texts)?;
        for (place, (text, best)) in texts.iter().zip(&mut best).enumerate() {
            let (warm, cold) = runtime
                .block_on(async { anyhow::Ok((warm(&engine, &pre, text).await?, cold(&engine, &pre, text).await?)) })?;
            best.take(warm, cold, python.get(place).copied());
        }
    }
    let instantiation = runtime.block_on(instantiation(&engine, &pre))?;
    println!("tagging.wasm: {} bytes; instantiation {instantiation:.1} µs (at most 60)", wasm.len());
    println!(
        "{:>10} {:>8} {:>10} {:>8} {:>10} {:>12} {:>8}",
        "characters", "bytes", "warm µs", "MB/s", "cold µs", "jieba+re µs", "ratio"
    );
    for ((size, text), Times { warm, cold, python }) in SIZES.iter().zip(&texts).zip(&best) {
        let ratio = if python.is_finite() { format!("{:.1} ×", python / warm) } else { "-".into() };
        let speed = text.len() as f64 / warm;
        println!("{size:>10} {:>8} {warm:>10.1} {speed:>8.1} {cold:>10.1} {python:>12.0} {ratio:>8}", text.len());
    }
    if let [_, short, long] = best.as_slice() {
        println!("20,000 characters cost {:.1} times 2,000 (at most 11)", long.warm / short.warm);
    }
    Ok(())
}

/// The least that each took, in microseconds.
#[derive(Clone, Copy)]
struct Times {
    warm: f64,
    cold: f64,
    python: f64,
}

impl Default for Times {
    fn default() -> Self {
        Self { warm: f64::INFINITY, cold: f64::INFINITY, python: f64::INFINITY }
    }
}

impl Times {
    fn take(&mut self, warm: f64, cold: f64, python: Option<f64>) {
        self.warm = self.warm.min(warm);
        self.cold = self.cold.min(cold);
        self.python = self.python.min(python.unwrap_or(f64::INFINITY));
    }
}

/// A text of so many characters: labelled sentences one after another, from the first.
fn text(characters: usize) -> String {
    let sentences = LABELLED.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('\t').nth(2));
    let sentences: Vec<&str> = sentences.collect();
    // Every seventh, so that a short text has live scripts, posts and personal data in it too.
    let order =
        (0..).map(|place: usize| sentences.get((place * 7 + 50) % sentences.len()).copied().unwrap_or_default());
    order.flat_map(|sentence| sentence.chars().chain(['\n'])).take(characters).collect()
}

fn options() -> Options {
    Options { at: 1_790_000_000, jurisdictions: vec!["CN".into()], kinds: Vec::new(), key: None, fold: 120 }
}

fn content(text: &str) -> Content {
    Content { text: text.to_owned(), markup: Markup::Plain, product: None, paid: false, digital_human: false }
}

struct Ready {
    store: Store<()>,
    function: TaggingFunction,
    rules: ResourceAny,
}

impl Ready {
    /// A fresh instance with the rules of nobody.
    async fn new(engine: &Engine, pre: &TaggingFunctionPre<()>, root: &[u8]) -> anyhow::Result<Self> {
        let mut store = Store::new(engine, ());
        store.set_epoch_deadline(u64::MAX / 2);
        let function = pre.instantiate_async(&mut store).await.map_err(anyhow::Error::msg)?;
        let rules = function.pushcart_commerce_tagging().rules();
        let rules = rules.call_load(&mut store, root).await.map_err(anyhow::Error::msg)?.map_err(anyhow::Error::msg)?;
        Ok(Self { store, function, rules })
    }

    async fn tag(&mut self, text: &str) -> anyhow::Result<Vec<Report>> {
        let rules = self.function.pushcart_commerce_tagging().rules();
        let said = rules.call_tag(&mut self.store, self.rules, &[content(text)], &options()).await;
        match said.map_err(anyhow::Error::msg)? {
            Ok(reports) => Ok(reports),
            Err(faults) => bail!("the text was refused: {faults:?}"),
        }
    }
}

async fn root(engine: &Engine, pre: &TaggingFunctionPre<()>) -> anyhow::Result<Vec<u8>> {
    let mut store = Store::new(engine, ());
    store.set_epoch_deadline(u64::MAX / 2);
    let function = pre.instantiate_async(&mut store).await.map_err(anyhow::Error::msg)?;
    let compiled =
        function.pushcart_commerce_tagging().call_compile(&mut store, "{}").await.map_err(anyhow::Error::msg)?;
    Ok(compiled.map_err(|faults| anyhow::anyhow!("{faults:?}"))?.root)
}

/// The least of so many measurements, in microseconds, here and in the baseline: what else the machine does adds to a time
/// and never takes from it.
fn least(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}

async fn instantiation(engine: &Engine, pre: &TaggingFunctionPre<()>) -> anyhow::Result<f64> {
    let mut times = Vec::new();
    for _ in 0..2_000 {
        let start = Instant::now();
        let mut store = Store::new(engine, ());
        store.set_epoch_deadline(u64::MAX / 2);
        pre.instantiate_async(&mut store).await.map_err(anyhow::Error::msg)?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    Ok(least(&times))
}

/// An instance that has tagged before.
async fn warm(engine: &Engine, pre: &TaggingFunctionPre<()>, text: &str) -> anyhow::Result<f64> {
    let mut ready = Ready::new(engine, pre, &root(engine, pre).await?).await?;
    let mut times = Vec::new();
    for _ in 0..(2_000_000 / text.len()).clamp(30, 1_000) {
        let start = Instant::now();
        std::hint::black_box(ready.tag(text).await?);
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    Ok(least(&times))
}

/// From nothing to the first answer: instance, rules, tables, text.
async fn cold(engine: &Engine, pre: &TaggingFunctionPre<()>, text: &str) -> anyhow::Result<f64> {
    let root = root(engine, pre).await?;
    let mut times = Vec::new();
    for _ in 0..30 {
        let start = Instant::now();
        let mut ready = Ready::new(engine, pre, &root).await?;
        std::hint::black_box(ready.tag(text).await?);
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    Ok(least(&times))
}

/// Microseconds a text; nothing, loudly, where Python or jieba is not to be had.
fn baseline(texts: &[String]) -> anyhow::Result<Vec<f64>> {
    let folder = std::env::temp_dir().join(format!("pushcart-baseline-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("texts.json");
    std::fs::write(&path, serde_json::to_vec(texts)?)?;
    let output = Command::new("scripts/measure/baseline").arg(&path).output()?;
    std::fs::remove_dir_all(&folder)?;
    if !output.status.success() {
        println!(
            "The baseline was not run, so there are no ratios:\n{}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        return Ok(Vec::new());
    }
    serde_json::from_slice(&output.stdout).context("the baseline's answer")
}

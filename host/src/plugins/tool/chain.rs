//! Plugins as one component that answers `pushcart:commerce/plugins`: a chain of links, each with a plugin and its settings.
//!
//! A link is `functions/plugins-linked`. It imports what it exports, so that the next link, or what ends the chain, is its
//! dependency like any other. Settings are a component too: a memory that holds them and a function that says where.

use crate::compose::{connect, register};
use std::path::Path;
use wac_graph::{CompositionGraph, EncodeOptions, PackageId};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, Function, FunctionSection, MemorySection,
    MemoryType, Module, TypeSection, ValType,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// What a link answers and imports.
pub const PLUGINS: &str = "pushcart:commerce/plugins@0.1.0";
const SETTINGS: &str = "pushcart:linked/settings@0.1.0";
const EVALUATE: &str = "evaluate";
const WIT: &str = include_str!("../../../../wit/linked/linked.wit");
/// Where settings begin in their memory.
const BASE: u32 = 16;
const PAGE: usize = 1 << 16;

/// A plugin to link, with what its merchant decided.
pub struct Link {
    /// Whose carts it is asked about.
    pub merchant: String,
    /// Its name.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// The configuration.
    pub config: String,
    /// A failure fails the quote.
    pub closed: bool,
    /// Names of attributes that the context must declare.
    pub needs: Vec<String>,
    /// The component.
    pub wasm: Vec<u8>,
}

/// Composes links, which are asked in this order, with `adapter` and before `end`.
///
/// # Errors
/// Which part does not fit.
pub fn compose(adapter: Vec<u8>, end: Vec<u8>, links: &[Link]) -> Result<Vec<u8>, String> {
    let mut graph = CompositionGraph::new();
    let adapter = part(&mut graph, "plugins-linked", adapter)?;
    let end = part(&mut graph, "the end of the chain", end)?;
    let mut rest = graph.instantiate(end);
    for (place, link) in links.iter().enumerate().rev() {
        let plugin = part(&mut graph, &format!("plugin-{place}"), link.wasm.clone())?;
        let settings = part(&mut graph, &format!("settings-{place}"), constant(link)?)?;
        let parts = [(EVALUATE, graph.instantiate(plugin)), (SETTINGS, graph.instantiate(settings)), (PLUGINS, rest)];
        rest = graph.instantiate(adapter);
        for (name, from) in parts {
            connect(&mut graph, rest, name, from, name)
                .map_err(|error| format!("{}: `{name}`: {error}", link.plugin))?;
        }
    }
    let answer = graph.alias_instance_export(rest, PLUGINS).map_err(|error| error.to_string())?;
    graph.export(answer, PLUGINS).map_err(|error| error.to_string())?;
    graph.encode(EncodeOptions::default()).map_err(|error| format!("the chain cannot be composed: {error:?}"))
}

/// Takes a part into the graph.
fn part(graph: &mut CompositionGraph, name: &str, wasm: Vec<u8>) -> Result<PackageId, String> {
    register(graph, name, Path::new(name), wasm)
}

/// The settings of a link as a component.
fn constant(link: &Link) -> Result<Vec<u8>, String> {
    let Link { merchant, plugin, version: _, config, closed, needs, wasm: _ } = link;
    let mut image = Image::default();
    let [merchant, plugin, config] = [merchant, plugin, config].map(|text| image.text(text));
    let needs: Vec<[u32; 2]> = needs.iter().map(|name| image.text(name)).collect();
    let list = [image.words(needs.as_flattened()), count(needs.len())];
    let record =
        [merchant[0], merchant[1], plugin[0], plugin[1], config[0], config[1], u32::from(*closed), list[0], list[1]];
    let at = image.words(&record);
    let mut module = module(&image.0, at);
    let mut resolve = Resolve::default();
    let wrong = |error: &dyn std::fmt::Display| format!("settings of {}: {error:#}", link.plugin);
    let package = resolve.push_str("linked.wit", WIT).map_err(|error| wrong(&error))?;
    let world = resolve.select_world(&[package], Some("constant")).map_err(|error| wrong(&error))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)
        .map_err(|error| wrong(&error))?;
    let encoded = ComponentEncoder::default().module(&module).and_then(|encoder| encoder.validate(true).encode());
    encoded.map_err(|error| wrong(&error))
}

/// A module whose one function says where the settings are.
fn module(image: &[u8], at: u32) -> Vec<u8> {
    let (mut types, mut functions, mut memories) = (TypeSection::new(), FunctionSection::new(), MemorySection::new());
    types.ty().function([], [ValType::I32]);
    functions.function(0);
    let pages = (BASE as usize + image.len()).div_ceil(PAGE) as u64;
    memories.memory(MemoryType {
        minimum: pages,
        maximum: Some(pages),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let (mut exports, mut code, mut data) = (ExportSection::new(), CodeSection::new(), DataSection::new());
    exports.export("memory", ExportKind::Memory, 0);
    exports.export(&format!("{SETTINGS}#get"), ExportKind::Func, 0);
    let mut get = Function::new([]);
    get.instructions().i32_const(at.cast_signed()).end();
    code.function(&get);
    data.active(0, &ConstExpr::i32_const(BASE.cast_signed()), image.iter().copied());
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&exports).section(&code).section(&data);
    module.finish()
}

/// What is in memory, from [`BASE`] on.
#[derive(Default)]
struct Image(Vec<u8>);

impl Image {
    fn text(&mut self, text: &str) -> [u32; 2] {
        let at = self.here();
        self.0.extend_from_slice(text.as_bytes());
        [at, count(text.len())]
    }

    fn words(&mut self, words: &[u32]) -> u32 {
        while !self.0.len().is_multiple_of(4) {
            self.0.push(0);
        }
        let at = self.here();
        self.0.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        at
    }

    fn here(&self) -> u32 {
        BASE + count(self.0.len())
    }
}

/// Texts and lists of settings are bounded far below 4 GiB.
fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

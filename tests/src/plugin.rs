//! Plugins for tests, written byte by byte: a core module whose memory holds its answers, wrapped by `wit-component` as any
//! toolchain wraps one. So a test decides everything that a plugin says, lawful or not.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The contract of plugins.
pub const WIT: &str = include_str!("../../wit/plugin/plugin.wit");
/// Where its answers begin in memory; what it is given is put above [`HEAP`].
const IMAGE: u32 = 1024;
/// Where what it is given begins.
const HEAP: u32 = 32 * 1024;

/// A plugin that takes an amount off the first line of a cart, and whatever a test makes of it.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// What it calls itself.
    pub name: String,
    /// And which version.
    pub version: String,
    /// JSON Schema of its configuration.
    pub schema: String,
    /// The code of its proposal.
    pub code: Vec<u8>,
    /// What it takes off the first line.
    pub amount: f64,
    /// How many proposals it says that it makes.
    pub proposals: u32,
    /// The line that it names; the first one of the cart where there is none.
    pub line: Option<String>,
    /// What `evaluate` does before it answers, in WAT; `$args` is where the cart is.
    pub before: String,
    /// What `describe` does before it answers.
    pub before_describing: String,
    /// What the module imports, in WAT.
    pub imports: String,
    /// Further fields of the module.
    pub fields: String,
    /// Pages of memory.
    pub pages: u32,
}

impl Plugin {
    /// A lawful one.
    #[must_use]
    pub fn new(name: &str, version: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            schema: "{}".to_owned(),
            code: b"off".to_vec(),
            amount: 100.0,
            proposals: 1,
            line: None,
            before: String::new(),
            before_describing: String::new(),
            imports: String::new(),
            fields: String::new(),
            pages: 1,
        }
    }

    /// The core module as text.
    #[must_use]
    pub fn module(&self) -> String {
        let Self { name, version, schema, code, amount, proposals, line, .. } = self;
        let Self { before, before_describing, imports, fields, pages, .. } = self;
        let mut image = Image::default();
        let (name, version, schema) = (image.text(name), image.text(version), image.text(schema));
        let code = image.bytes(code);
        let message = (image.text("en"), image.text("A little off"));
        let messages = image.words(&[message.0.0, message.0.1, message.1.0, message.1.1]);
        let nothing = (0, 0);
        let description = [name, version, nothing, schema, nothing];
        let description = image.words(&description.map(|(at, length)| [at, length]).concat());
        let named = line.as_ref().map(|line| image.text(line));
        image.align();
        let (at, length) = named.unwrap_or_default();
        let amounts = image.words(&[at, length]);
        image.number(*amount);
        // code, action (0: amounts off), messages, no lane, no tags, combines with all, no attributes.
        let proposal = image.words(&[code.0, code.1, 0, 0, amounts, 1, 0, 0, messages, 1]);
        image.words(&[0; 10]);
        let empty = image.words(&[0; 4]);
        let answer = image.words(&[0, proposal, *proposals, 0]);
        let taken = if named.is_some() {
            String::new()
        } else {
            format!(
                "(if (i32.eqz (i32.load offset=12 (local.get $args))) (then (return (i32.const {empty}))))
                 (i32.store (i32.const {amounts}) (i32.load (i32.load offset=8 (local.get $args))))
                 (i32.store offset=4 (i32.const {amounts}) (i32.load offset=4 (i32.load offset=8 (local.get $args))))"
            )
        };
        let data = image.data();
        format!(
            r#"(module
              {imports}
              (memory (export "memory") {pages})
              (global $next (mut i32) (i32.const {HEAP}))
              (data (i32.const {IMAGE}) "{data}")
              (func $realloc (export "cabi_realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
                (global.set $next (i32.add (local.get $at) (local.get $size)))
                (if (i32.gt_u (global.get $next) (i32.mul (memory.size) (i32.const 65536)))
                  (then (drop (memory.grow (i32.add (i32.shr_u (local.get $size) (i32.const 16)) (i32.const 1))))))
                (local.get $at))
              (func $describe (export "describe") (result i32) {before_describing} (i32.const {description}))
              (func $evaluate (export "evaluate") (param $args i32) (result i32) {before} {taken} (i32.const {answer}))
              {fields})"#
        )
    }

    /// The component.
    #[must_use]
    pub fn wasm(&self) -> Vec<u8> {
        wrap(&self.module(), WIT, "promotion")
    }
}

/// A core module of this text as a component of this world.
#[must_use]
pub fn wrap(module: &str, wit: &str, world: &str) -> Vec<u8> {
    let mut module = wat::parse_str(module).unwrap_or_else(|error| panic!("{error}\n{module}"));
    let mut resolve = Resolve::default();
    let package = resolve.push_str("plugin.wit", wit).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(false).encode().unwrap()
}

/// What is in memory.
#[derive(Default)]
struct Image(Vec<u8>);

impl Image {
    fn here(&self) -> u32 {
        IMAGE + u32::try_from(self.0.len()).unwrap()
    }

    fn align(&mut self) {
        while !self.0.len().is_multiple_of(8) {
            self.0.push(0);
        }
    }

    fn bytes(&mut self, bytes: &[u8]) -> (u32, u32) {
        let at = self.here();
        self.0.extend_from_slice(bytes);
        (at, u32::try_from(bytes.len()).unwrap())
    }

    fn text(&mut self, text: &str) -> (u32, u32) {
        self.bytes(text.as_bytes())
    }

    fn words(&mut self, words: &[u32]) -> u32 {
        self.align();
        let at = self.here();
        self.0.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        at
    }

    fn number(&mut self, number: f64) {
        self.0.extend(number.to_le_bytes());
    }

    fn data(&self) -> String {
        self.0.iter().map(|byte| format!("\\{byte:02x}")).collect()
    }
}

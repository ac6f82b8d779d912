//! Whether a component is of the world `pushcart:plugin/promotion`, and if not, which export is missing or which type differs
//! where. The world is read from `wit/plugin` itself, so that the two cannot disagree.

use super::shape::{self, Function, Shape};
use crate::plugins::refusal::{Code, Fault, Refusal};
use std::sync::LazyLock;
use wasmparser::PrimitiveValType;
use wasmparser::component_types::{
    ComponentDefinedType as Defined, ComponentEntityType, ComponentFuncType, ComponentValType,
};
use wasmparser::types::TypesRef;

/// The contract as it is published.
pub const WIT: &str = include_str!("../../../../wit/plugin/plugin.wit");
/// Its world.
pub const WORLD: &str = "promotion";
/// Differences that are named; what is beyond helps nobody.
const NAMED: usize = 20;

static FUNCTIONS: LazyLock<Result<Vec<Function>, String>> = LazyLock::new(|| shape::world("plugin.wit", WIT, WORLD));

/// Holds the component's exports against the world.
///
/// # Errors
/// With each difference, its place and both types.
pub fn check(types: TypesRef<'_>) -> Result<(), Refusal> {
    let functions =
        FUNCTIONS.as_ref().map_err(|error| Refusal::internal(format!("wit/plugin cannot be read: {error}")))?;
    let mut difference = Difference { types, faults: Vec::new() };
    for function in functions {
        let pointer = format!("/exports/{}", function.name);
        match types.component_item_for_export(&function.name).map(|item| item.ty) {
            None => difference.say("missing-export", &pointer, format!("The export `{}` is missing.", function.name)),
            Some(ComponentEntityType::Func(id)) => match types.get(id) {
                Some(found) => difference.function(&pointer, function, found),
                None => return Err(Refusal::internal("a function has no type")),
            },
            Some(_) => {
                difference.say("type-differs", &pointer, format!("The export `{}` is no function.", function.name));
            }
        }
    }
    if difference.faults.is_empty() { Ok(()) } else { Err(Refusal::of(Code::World, difference.faults)) }
}

struct Difference<'t> {
    types: TypesRef<'t>,
    faults: Vec<Fault>,
}

impl Difference<'_> {
    fn say(&mut self, code: &str, pointer: &str, detail: String) {
        if self.faults.len() < NAMED {
            self.faults.push(Fault { code: code.to_owned(), pointer: pointer.to_owned(), detail });
        }
    }

    fn differs(&mut self, pointer: &str, wanted: &dyn std::fmt::Display, found: &str) {
        let place = pointer.trim_start_matches("/exports/").replace('/', ".");
        self.say("type-differs", pointer, format!("`{place}` is {found} in the component and {wanted} in the world."));
    }

    fn function(&mut self, pointer: &str, wanted: &Function, found: &ComponentFuncType) {
        if found.async_ {
            self.differs(pointer, &"a plain function", "an async function");
        }
        if found.params.len() != wanted.parameters.len() {
            let names: Vec<&str> = wanted.parameters.iter().map(|(name, _)| name.as_str()).collect();
            let wanted = format!("a function of {} parameters ({})", names.len(), names.join(", "));
            return self.differs(pointer, &wanted, &format!("a function of {}", found.params.len()));
        }
        for ((name, wanted), (_, found)) in wanted.parameters.iter().zip(&found.params) {
            self.value(&format!("{pointer}/{name}"), wanted, found);
        }
        self.maybe(&format!("{pointer}/result"), wanted.result.as_ref(), found.result.as_ref());
    }

    fn maybe(&mut self, pointer: &str, wanted: Option<&Shape>, found: Option<&ComponentValType>) {
        match (wanted, found) {
            (Some(wanted), Some(found)) => self.value(pointer, wanted, found),
            (None, None) => {}
            (Some(wanted), None) => self.differs(pointer, wanted, "nothing"),
            (None, Some(found)) => {
                let found = self.name(found);
                self.differs(pointer, &"nothing", found);
            }
        }
    }

    fn value(&mut self, pointer: &str, wanted: &Shape, found: &ComponentValType) {
        let types = self.types;
        let defined = match found {
            ComponentValType::Primitive(primitive) => return self.primitive(pointer, wanted, *primitive),
            ComponentValType::Type(id) => types.get(*id),
        };
        match (wanted, defined) {
            (_, Some(Defined::Primitive(primitive))) => self.primitive(pointer, wanted, *primitive),
            (Shape::Record(wanted), Some(Defined::Record(found))) => {
                let names = found.fields.keys().map(|name| name.as_str());
                if self.names(pointer, "field", wanted.iter().map(|(name, _)| name.as_str()), names) {
                    for ((name, wanted), found) in wanted.iter().zip(found.fields.values()) {
                        self.value(&format!("{pointer}/{name}"), wanted, found);
                    }
                }
            }
            (Shape::Variant(wanted), Some(Defined::Variant(found))) => {
                let names = found.cases.keys().map(|name| name.as_str());
                if self.names(pointer, "case", wanted.iter().map(|(name, _)| name.as_str()), names) {
                    for ((name, wanted), found) in wanted.iter().zip(found.cases.values()) {
                        self.maybe(&format!("{pointer}/{name}"), wanted.as_ref(), found.ty.as_ref());
                    }
                }
            }
            (Shape::Enum(wanted), Some(Defined::Enum(found))) | (Shape::Flags(wanted), Some(Defined::Flags(found))) => {
                self.names(pointer, "name", wanted.iter().map(String::as_str), found.iter().map(|name| name.as_str()));
            }
            (Shape::List(wanted), Some(Defined::List { element, .. })) => {
                self.value(&format!("{pointer}/element"), wanted, element);
            }
            (Shape::Option(wanted), Some(Defined::Option { ty, .. })) => {
                self.value(&format!("{pointer}/some"), wanted, ty)
            }
            (Shape::Result(ok, error), Some(Defined::Result { ok: found_ok, err, .. })) => {
                self.maybe(&format!("{pointer}/ok"), ok.as_deref(), found_ok.as_ref());
                self.maybe(&format!("{pointer}/error"), error.as_deref(), err.as_ref());
            }
            (Shape::Tuple(wanted), Some(Defined::Tuple(found))) if wanted.len() == found.types.len() => {
                for (position, (wanted, found)) in wanted.iter().zip(&found.types).enumerate() {
                    self.value(&format!("{pointer}/{position}"), wanted, found);
                }
            }
            _ => {
                let found = self.name(found);
                self.differs(pointer, wanted, found);
            }
        }
    }

    fn primitive(&mut self, pointer: &str, wanted: &Shape, found: PrimitiveValType) {
        let name = primitive_name(found);
        if *wanted != Shape::Primitive(name) {
            self.differs(pointer, wanted, name);
        }
    }

    /// Whether names are the same in the same order; each that is not is named.
    fn names<'n>(
        &mut self,
        pointer: &str,
        what: &str,
        wanted: impl Iterator<Item = &'n str>,
        found: impl Iterator<Item = &'n str>,
    ) -> bool {
        let (wanted, found): (Vec<&str>, Vec<&str>) = (wanted.collect(), found.take(200).collect());
        if wanted == found {
            return true;
        }
        let before = self.faults.len();
        for name in wanted.iter().filter(|name| !found.contains(name)) {
            self.say("type-differs", &format!("{pointer}/{name}"), format!("The {what} `{name}` is missing."));
        }
        for name in found.iter().filter(|name| !wanted.contains(name)) {
            self.say("type-differs", &format!("{pointer}/{name}"), format!("The world has no {what} `{name}` here."));
        }
        if self.faults.len() == before {
            self.say("type-differs", pointer, format!("The {what}s stand in another order: {}.", wanted.join(", ")));
        }
        false
    }

    /// What a type is called, without looking into it.
    fn name(&self, ty: &ComponentValType) -> &'static str {
        let id = match ty {
            ComponentValType::Primitive(primitive) => return primitive_name(*primitive),
            ComponentValType::Type(id) => *id,
        };
        match self.types.get(id) {
            Some(Defined::Primitive(primitive)) => primitive_name(*primitive),
            Some(Defined::Record(_)) => "a record",
            Some(Defined::Variant(_)) => "a variant",
            Some(Defined::List { .. }) => "a list",
            Some(Defined::Tuple(_)) => "a tuple",
            Some(Defined::Flags(_)) => "flags",
            Some(Defined::Enum(_)) => "an enum",
            Some(Defined::Option { .. }) => "an option",
            Some(Defined::Result { .. }) => "a result",
            Some(_) | None => "a type that plugins have not",
        }
    }
}

fn primitive_name(primitive: PrimitiveValType) -> &'static str {
    match primitive {
        PrimitiveValType::Bool => "bool",
        PrimitiveValType::S8 => "s8",
        PrimitiveValType::U8 => "u8",
        PrimitiveValType::S16 => "s16",
        PrimitiveValType::U16 => "u16",
        PrimitiveValType::S32 => "s32",
        PrimitiveValType::U32 => "u32",
        PrimitiveValType::S64 => "s64",
        PrimitiveValType::U64 => "u64",
        PrimitiveValType::F32 => "f32",
        PrimitiveValType::F64 => "f64",
        PrimitiveValType::Char => "char",
        PrimitiveValType::String => "string",
        PrimitiveValType::ErrorContext => "error-context",
    }
}

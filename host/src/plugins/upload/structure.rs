//! What a component may be made of: counts of everything that the validator, the compiler or the pool would pay for.
//!
//! One pass over the sections, before anything is validated: a bound is reached long before the work that it prevents. What
//! must never be in here: a rule about meaning; that is the validator's.

use crate::plugins::refusal::{Code, Fault, Refusal};
use wasmparser::{ComponentType, ComponentTypeDeclaration, Parser, Payload};

/// What is counted, over the whole component unless its name says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Part {
    /// Core modules.
    Modules,
    /// Components within the component.
    Components,
    /// Components and modules within each other.
    Nesting,
    /// Instances of core modules and of components.
    Instances,
    /// Types, core and component, with the declarations inside of them.
    Types,
    /// Fields, cases or names of one type.
    Fields,
    /// Imports and exports of modules and components.
    Names,
    /// Aliases and canonical functions.
    Aliases,
    /// Functions.
    Functions,
    /// Parameters and results of one function type.
    Parameters,
    /// Locals of one function.
    Locals,
    /// Bytes of one function's body.
    Body,
    /// Globals.
    Globals,
    /// Tables.
    Tables,
    /// Elements that tables begin with.
    Elements,
    /// Memories.
    Memories,
    /// Bytes that memories begin with.
    Memory,
    /// Segments of data.
    DataSegments,
    /// Segments of elements.
    ElementSegments,
    /// Custom sections.
    Custom,
    /// Blocks within each other, in one function.
    Blocks,
}

/// One bound: the part, its code, its name in sentences, and the most in the normal tier and in the large one.
type Row = (Part, &'static str, &'static str, u64, u64);

/// Every bound, in the order of [`Part`].
#[rustfmt::skip]
pub const ROWS: [Row; 21] = [
    (Part::Modules, "plugin-too-many-modules", "core modules", 16, 64),
    (Part::Components, "plugin-too-many-components", "nested components", 64, 128),
    (Part::Nesting, "plugin-nested-too-deep", "levels of nesting", 4, 8),
    (Part::Instances, "plugin-too-many-instances", "instances", 256, 1_024),
    (Part::Types, "plugin-too-many-types", "types", 5_000, 20_000),
    (Part::Fields, "plugin-type-too-wide", "fields of one type", 100, 100),
    (Part::Names, "plugin-too-many-names", "imports and exports", 2_000, 40_000),
    (Part::Aliases, "plugin-too-many-aliases", "aliases and canonical functions", 4_000, 20_000),
    (Part::Functions, "plugin-too-many-functions", "functions", 20_000, 100_000),
    (Part::Parameters, "plugin-too-many-parameters", "parameters and results of one function", 100, 100),
    (Part::Locals, "plugin-too-many-locals", "locals of one function", 5_000, 20_000),
    (Part::Body, "plugin-function-too-large", "bytes of one function", 256 << 10, 1 << 20),
    (Part::Globals, "plugin-too-many-globals", "globals", 1_000, 20_000),
    (Part::Tables, "plugin-too-many-tables", "tables", 16, 32),
    (Part::Elements, "plugin-table-too-large", "elements in tables at the start", 20_000, 100_000),
    (Part::Memories, "plugin-too-many-memories", "memories", 4, 8),
    (Part::Memory, "plugin-memory-too-large", "bytes of memory at the start", 16 << 20, 64 << 20),
    (Part::DataSegments, "plugin-too-many-data-segments", "segments of data", 9_000, 9_000),
    (Part::ElementSegments, "plugin-too-many-element-segments", "segments of elements", 2_000, 9_000),
    (Part::Custom, "plugin-too-many-custom-sections", "custom sections", 200, 1_000),
    (Part::Blocks, "plugin-blocks-too-deep", "blocks within each other", 500, 1_000),
];

/// Bytes of a page of memory.
const PAGE: u64 = 64 << 10;

/// Counts against the bounds of one tier.
pub struct Census {
    counts: [u64; ROWS.len()],
    large: bool,
    depth: u64,
}

/// Why counting ended: a bound, or bytes that cannot be read.
#[derive(Debug)]
pub enum Stopped {
    /// A bound is exceeded.
    Bound(Refusal),
    /// What the reader says.
    Unreadable(wasmparser::Error),
}

impl From<wasmparser::Error> for Stopped {
    fn from(error: wasmparser::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// Counts what `component` is made of; `large` for the bounds of the large tier.
///
/// # Errors
/// At the first bound that is exceeded, and where the bytes cannot be read.
pub fn check(component: &[u8], large: bool) -> Result<Census, Stopped> {
    let mut census = Census { counts: [0; ROWS.len()], large, depth: 0 };
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        // The reader takes the end of the bytes for the end of whatever it is in: it is for us to see that they are all there.
        if let Some((_, range)) = payload.as_section()
            && range.end > component.len()
        {
            let detail =
                format!("A section ends at byte {}, and there are {}: upload it whole.", range.end, component.len());
            return Err(Stopped::Bound(Refusal::new(Code::Truncated, detail)));
        }
        census.payload(&payload)?;
    }
    Ok(census)
}

impl Census {
    /// What was counted of a part.
    pub fn of(&self, part: Part) -> u64 {
        self.counts.get(part as usize).copied().unwrap_or(0)
    }

    /// Adds to a count.
    fn add(&mut self, part: Part, more: u64) -> Result<(), Stopped> {
        let before = self.of(part);
        self.most(part, before.saturating_add(more))
    }

    /// Raises a count to `found` and holds it against its bound.
    pub fn most(&mut self, part: Part, found: u64) -> Result<(), Stopped> {
        let Some(count) = self.counts.get_mut(part as usize) else { return Ok(()) };
        *count = found.max(*count);
        let Some((_, code, name, normal, large)) = ROWS.get(part as usize) else { return Ok(()) };
        let most = if self.large { *large } else { *normal };
        if found <= most {
            return Ok(());
        }
        let more = if self.large { "" } else { "; the large tier has other bounds (header `pushcart-tier: large`)" };
        let detail = format!("The component has {found} or more {name}; at most {most} may be{more}.");
        let fault = Fault { code: (*code).to_owned(), pointer: String::new(), detail };
        Err(Stopped::Bound(Refusal::of(Code::Structure, vec![fault])))
    }

    fn payload(&mut self, payload: &Payload<'_>) -> Result<(), Stopped> {
        match payload {
            Payload::ModuleSection { .. } => {
                self.add(Part::Modules, 1)?;
                self.enter()
            }
            Payload::ComponentSection { .. } => {
                self.add(Part::Components, 1)?;
                self.enter()
            }
            Payload::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(())
            }
            Payload::InstanceSection(section) => self.add(Part::Instances, u64::from(section.count())),
            Payload::ComponentInstanceSection(section) => self.add(Part::Instances, u64::from(section.count())),
            Payload::ComponentAliasSection(section) => self.add(Part::Aliases, u64::from(section.count())),
            Payload::ComponentCanonicalSection(section) => self.add(Part::Aliases, u64::from(section.count())),
            Payload::ComponentImportSection(section) => self.add(Part::Names, u64::from(section.count())),
            Payload::ComponentExportSection(section) => self.add(Part::Names, u64::from(section.count())),
            Payload::ComponentTypeSection(section) => {
                self.add(Part::Types, u64::from(section.count()))?;
                section.clone().into_iter().try_for_each(|ty| self.component_type(&ty?, 0))
            }
            Payload::CoreTypeSection(section) => self.add(Part::Types, u64::from(section.count())),
            Payload::CustomSection(_) => self.add(Part::Custom, 1),
            core => self.core(core),
        }
    }

    fn enter(&mut self) -> Result<(), Stopped> {
        self.depth += 1;
        self.most(Part::Nesting, self.depth)
    }

    /// Sections of core modules.
    fn core(&mut self, payload: &Payload<'_>) -> Result<(), Stopped> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section.clone() {
                    for ty in group?.into_types() {
                        self.add(Part::Types, 1)?;
                        if let wasmparser::CompositeInnerType::Func(function) = &ty.composite_type.inner {
                            let all = function.params().len() + function.results().len();
                            self.most(Part::Parameters, all as u64)?;
                        }
                    }
                }
                Ok(())
            }
            Payload::ImportSection(section) => {
                // What is imported is another module's: memories and tables count where they are defined.
                for import in section.clone().into_imports() {
                    import?;
                    self.add(Part::Names, 1)?;
                }
                Ok(())
            }
            Payload::ExportSection(section) => self.add(Part::Names, u64::from(section.count())),
            Payload::FunctionSection(section) => self.add(Part::Functions, u64::from(section.count())),
            Payload::GlobalSection(section) => self.add(Part::Globals, u64::from(section.count())),
            Payload::TableSection(section) => section.clone().into_iter().try_for_each(|table| {
                self.add(Part::Tables, 1)?;
                self.add(Part::Elements, table?.ty.initial)
            }),
            Payload::MemorySection(section) => section.clone().into_iter().try_for_each(|memory| {
                self.add(Part::Memories, 1)?;
                self.add(Part::Memory, memory?.initial.saturating_mul(PAGE))
            }),
            Payload::ElementSection(section) => self.add(Part::ElementSegments, u64::from(section.count())),
            Payload::DataCountSection { count, .. } => self.most(Part::DataSegments, u64::from(*count)),
            Payload::DataSection(section) => self.add(Part::DataSegments, u64::from(section.count())),
            Payload::CodeSectionEntry(body) => {
                let range = body.range();
                self.most(Part::Body, (range.end - range.start) as u64)?;
                let mut locals: u64 = 0;
                for group in body.get_locals_reader()? {
                    locals += u64::from(group?.0);
                    self.most(Part::Locals, locals)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn component_type(&mut self, ty: &ComponentType<'_>, depth: u64) -> Result<(), Stopped> {
        use wasmparser::ComponentDefinedType as Defined;
        self.most(Part::Nesting, self.depth + depth)?;
        let width = match ty {
            ComponentType::Defined(Defined::Record(fields)) => fields.len(),
            ComponentType::Defined(Defined::Variant(cases)) => cases.len(),
            ComponentType::Defined(Defined::Tuple(types)) => types.len(),
            ComponentType::Defined(Defined::Flags(names) | Defined::Enum(names)) => names.len(),
            ComponentType::Func(function) => function.params.len(),
            ComponentType::Component(declarations) => {
                self.add(Part::Types, declarations.len() as u64)?;
                for declaration in declarations {
                    if let ComponentTypeDeclaration::Type(inner) = declaration {
                        self.component_type(inner, depth + 1)?;
                    }
                }
                0
            }
            ComponentType::Instance(declarations) => {
                self.add(Part::Types, declarations.len() as u64)?;
                for declaration in declarations.iter() {
                    if let wasmparser::InstanceTypeDeclaration::Type(inner) = declaration {
                        self.component_type(inner, depth + 1)?;
                    }
                }
                0
            }
            ComponentType::Defined(_) | ComponentType::Resource { .. } => 0,
        };
        self.most(Part::Fields, width as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_their_parts() {
        for (position, (part, code, ..)) in ROWS.iter().enumerate() {
            assert_eq!(*part as usize, position, "{code}");
        }
    }

    #[test]
    fn a_bound_is_held_to_the_last_one_and_named_beyond() {
        let tables = |count: usize| {
            let tables = "(table 1 funcref)".repeat(count);
            wat::parse_str(format!("(component (core module {tables}))")).unwrap()
        };
        assert_eq!(check(&tables(16), false).unwrap().of(Part::Tables), 16);
        let Err(Stopped::Bound(refusal)) = check(&tables(17), false) else { panic!("17 tables passed") };
        assert_eq!(refusal.said(), "plugin-too-many-tables");
        assert!(refusal.detail.contains("17 or more tables; at most 16"), "{}", refusal.detail);
        assert!(check(&tables(17), true).is_ok());
    }
}

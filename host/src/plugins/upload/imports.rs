//! What a component imports: the types of its own contract, and nothing that does anything. WASI only in its inert form, only
//! where the upload asks for it and the operator allows it.

use crate::plugins::refusal::{Code, Fault, Refusal};
use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType};
use wasmparser::types::TypesRef;
use wasmparser::{Parser, Payload};

/// The interface whose types every plugin shares.
const TYPES: &str = "pushcart:plugin/types@";
/// Imports that are named; what is beyond helps nobody.
const NAMED: usize = 20;

/// What was said of WASI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wasi {
    /// The upload asks for it.
    pub asked: bool,
    /// The operator allows it.
    pub allowed: bool,
}

/// Checks the imports; whether WASI is among them.
///
/// # Errors
/// With each import that plugins may not have.
pub fn check(component: &[u8], types: TypesRef<'_>, wasi: Wasi) -> Result<bool, Refusal> {
    let mut uses = false;
    let mut faults = Vec::new();
    for name in names(component)? {
        let Some(item) = types.component_item_for_import(&name) else { continue };
        if name.starts_with("wasi:") {
            uses = true;
            continue;
        }
        let harmless = match item.ty {
            ComponentEntityType::Type { created, .. } => !matches!(created, ComponentAnyTypeId::Resource(_)),
            ComponentEntityType::Instance(id) => {
                let all_types = types.get(id).is_some_and(|instance| {
                    let mut exports = instance.exports.values();
                    exports.all(|export| matches!(export.ty, ComponentEntityType::Type { created, .. } if !matches!(created, ComponentAnyTypeId::Resource(_))))
                });
                name.starts_with(TYPES) && all_types
            }
            _ => false,
        };
        if !harmless && faults.len() < NAMED {
            let detail = format!("`{name}` is imported; a plugin may import the types of `pushcart:plugin` only.");
            faults.push(Fault {
                code: "plugin-import-not-allowed".into(),
                pointer: format!("/imports/{}", escape(&name)),
                detail,
            });
        }
    }
    if !faults.is_empty() {
        return Err(Refusal::of(Code::Import, faults));
    }
    match (uses, wasi) {
        (true, Wasi { allowed: false, .. }) => Err(Refusal::new(
            Code::WasiNotAllowed,
            "Build the plugin without WASI (for Rust: target wasm32-unknown-unknown), or ask the operator for --plugin-wasi.",
        )),
        (true, Wasi { asked: false, .. }) => Err(Refusal::new(
            Code::WasiNotAsked,
            "If the language cannot do without, upload with the header `pushcart-wasi: inert`: a fixed clock, seeded \
             randomness, no file, no socket.",
        )),
        _ => Ok(uses),
    }
}

/// The names of the component's own imports.
fn names(component: &[u8]) -> Result<Vec<String>, Refusal> {
    let unreadable = |error: wasmparser::Error| Refusal::internal(format!("a valid component cannot be read: {error}"));
    let (mut depth, mut names) = (0usize, Vec::new());
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(unreadable)? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    names.push(import.map_err(unreadable)?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

/// A name as a part of a JSON pointer (RFC 6901).
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

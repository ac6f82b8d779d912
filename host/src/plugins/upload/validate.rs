//! Validation with the features that the plugins' toolchains need and no others, by the validator that the compiler uses.
//!
//! What would be valid with more features is told apart from what is not valid at all: the first needs a compiler flag, the
//! second another compiler.

use super::structure::{Census, Part, Stopped};
use crate::plugins::refusal::{Code, Refusal};
use wasmparser::types::Types;
use wasmparser::{FuncValidatorAllocations, Parser, Payload, ValidPayload, Validator, WasmFeatures};

/// What plugins may use: what rustc, clang of wasi-sdk and so QuickJS (which needs tail calls) and CPython emit. No threads, no garbage collection, no
/// exceptions, one memory a module, no 64-bit memory, no async functions.
pub const FEATURES: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::COMPONENT_MODEL);

/// Validates `component`; `census` counts the depth of blocks.
///
/// # Errors
/// With what is wrong and at which byte.
pub fn check(component: &[u8], census: &mut Census) -> Result<Types, Refusal> {
    match run(component, FEATURES, Some(census)) {
        Ok(types) => Ok(types),
        Err(Stopped::Bound(refusal)) => Err(refusal),
        Err(Stopped::Unreadable(error)) => Err(refusal(component, &error)),
    }
}

/// What an error of the reader or the validator is to the merchant.
pub fn refusal(component: &[u8], error: &wasmparser::Error) -> Refusal {
    let (offset, message) = (error.offset(), error.message());
    if message.starts_with("unexpected end") || offset >= component.len() {
        let detail = format!("The component ends at byte {offset} in the middle of a section: upload it whole.");
        return Refusal::new(Code::Truncated, detail);
    }
    if run(component, WasmFeatures::all(), None).is_ok() {
        let detail = format!(
            "At byte {offset}: {message}. Plugins have WebAssembly 2.0, extended constants and components; turn the \
             feature off in your compiler."
        );
        return Refusal::new(Code::Feature, detail);
    }
    Refusal::new(Code::Invalid, format!("At byte {offset}: {message}."))
}

fn run(component: &[u8], features: WasmFeatures, mut census: Option<&mut Census>) -> Result<Types, Stopped> {
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut allocations = FuncValidatorAllocations::default();
    let mut last = None;
    for payload in parser.parse_all(component) {
        let payload: Payload<'_> = payload?;
        match validator.payload(&payload)? {
            ValidPayload::Ok | ValidPayload::Parser(_) => {}
            ValidPayload::Func(function, body) => {
                let mut function = function.into_validator(allocations);
                let mut reader = body.get_binary_reader();
                reader.set_features(features);
                function.read_locals(&mut reader)?;
                let mut deepest = 0;
                let mut operators = wasmparser::OperatorsReader::new(reader);
                while !operators.eof() {
                    let (operator, offset) = operators.read_with_offset()?;
                    function.op(offset, &operator)?;
                    deepest = deepest.max(function.control_stack_height());
                    if let Some(census) = census.as_deref_mut().filter(|_| deepest > 100) {
                        census.most(Part::Blocks, u64::from(deepest))?;
                    }
                }
                operators.finish()?;
                allocations = function.into_allocations();
            }
            ValidPayload::End(types) => last = Some(types),
        }
    }
    last.ok_or_else(|| Stopped::Bound(Refusal::new(Code::Truncated, "The component does not end: upload it whole.")))
}

#[cfg(test)]
mod tests {
    use super::super::structure;
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Result<(), Refusal> {
        let component = wat::parse_str(text).unwrap();
        let mut census = structure::check(&component, false).unwrap();
        check(&component, &mut census).map(drop)
    }

    #[test]
    fn features_that_plugins_have_not_are_named() {
        let module = |body: &str| format!("(component (core module {body}))");
        let rows = [
            ("(func (result v128) v128.const i32x4 0 0 0 0)", None),
            ("(memory 1) (memory 1)", Some("plugin-feature-not-allowed")),
            ("(memory 1 1 shared)", Some("plugin-feature-not-allowed")),
            ("(memory i64 1)", Some("plugin-feature-not-allowed")),
            ("(tag)", Some("plugin-feature-not-allowed")),
            ("(type (struct))", Some("plugin-feature-not-allowed")),
            ("(func (result i32) i64.const 1)", Some("plugin-invalid")),
        ];
        for (body, wanted) in rows {
            assert_eq!(of(&module(body)).err().as_ref().map(Refusal::said), wanted, "{body}");
        }
        let deep = format!("(func {} {})", "block ".repeat(501), "end ".repeat(501));
        assert_eq!(of(&module(&deep)).unwrap_err().said(), "plugin-blocks-too-deep");
    }

    const WHOLE: &str = r#"(component (core module $m (memory (export "m") 1) (func (export "f") (result i32) i32.const 1))
        (core instance $i (instantiate $m)) (func (export "f") (result u32) (canon lift (core func $i "f"))))"#;

    fn is_valid(bytes: &[u8]) -> bool {
        structure::check(bytes, false).is_ok_and(|mut census| check(bytes, &mut census).is_ok())
    }

    #[test]
    fn a_component_may_end_between_its_sections_and_nowhere_else() {
        let whole = wat::parse_str(WHOLE).unwrap();
        let (mut depth, mut ends) = (0, vec![8]);
        for payload in Parser::new(0).parse_all(&whole) {
            let payload = payload.unwrap();
            if let (0, Some((_, range))) = (depth, payload.as_section()) {
                ends.push(range.end);
            }
            match payload {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth -= 1,
                _ => {}
            }
        }
        for length in 8..=whole.len() {
            assert_eq!(is_valid(&whole[..length]), ends.contains(&length), "{length} of {}", whole.len());
        }
    }

    proptest! {
        #[test]
        fn changed_bytes_are_refused_or_valid_and_never_a_panic(changes in prop::collection::vec((0usize..4096, any::<u8>()), 1..8)) {
            let mut bytes = wat::parse_str(WHOLE).unwrap();
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            let wasi = crate::plugins::upload::Wasi { asked: false, allowed: false };
            // It exports none of the world's functions, so that it is refused in any case, and with a code.
            let refused = crate::plugins::upload::inspect(&bytes, Default::default(), wasi).unwrap_err();
            prop_assert!(refused.code.parts().0 == 422 && !refused.detail.is_empty(), "{refused:?}");
        }
    }
}

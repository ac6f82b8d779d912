//! Everything that reads an upload before it is compiled: no bytes make it panic, and what one step calls valid the next one
//! can read. The first byte says what follows: bytes as they are, a module of wasm-smith wrapped in a component, or a component of
//! wasm-smith with a byte changed.
#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

#[path = "../../src/plugins"]
mod plugins {
    pub mod refusal;
    pub mod upload {
        pub mod imports;
        pub mod kind;
        pub mod shape;
        pub mod structure;
        pub mod validate;
        pub mod world;
    }
}

use plugins::upload::{imports, kind, structure, validate, world};

fuzz_target!(|data: &[u8]| {
    if let Some((choice, rest)) = data.split_first() {
        let component = match choice % 3 {
            0 => Some(rest.to_vec()),
            1 => wrapped(rest),
            _ => changed(rest),
        };
        component.iter().for_each(|component| check(component));
    }
});

fn check(bytes: &[u8]) {
    if kind::check(bytes).is_err() {
        return;
    }
    let mut census = match structure::check(bytes, false) {
        Ok(census) => census,
        Err(structure::Stopped::Bound(refusal)) => return assert!(!refusal.detail.is_empty()),
        Err(structure::Stopped::Unreadable(error)) => {
            let refusal = validate::refusal(bytes, &error);
            return assert!(!refusal.detail.is_empty());
        }
    };
    let Ok(types) = validate::check(bytes, &mut census) else { return };
    let wasi = imports::Wasi { asked: true, allowed: true };
    if imports::check(bytes, types.as_ref(), wasi).is_ok()
        && let Err(refusal) = world::check(types.as_ref())
    {
        assert!(refusal.code.parts().0 == 422, "{refusal:?}");
    }
}

/// A module of wasm-smith, wrapped.
fn wrapped(data: &[u8]) -> Option<Vec<u8>> {
    let mut source = Unstructured::new(data);
    let module = wasm_smith::Module::new(wasm_smith::Config::default(), &mut source).ok()?.to_bytes();
    let mut component = wasm_encoder::Component::new();
    component.section(&wasm_encoder::RawSection { id: 1, data: &module });
    Some(component.finish())
}

/// A component of wasm-smith with a byte changed.
fn changed(data: &[u8]) -> Option<Vec<u8>> {
    let mut source = Unstructured::new(data);
    let (at, byte): (usize, u8) = (source.arbitrary().ok()?, source.arbitrary().ok()?);
    let mut bytes = wasm_smith::Component::new(wasm_smith::Config::default(), &mut source).ok()?.to_bytes();
    let at = at % bytes.len().max(1);
    *bytes.get_mut(at)? = byte;
    Some(bytes)
}

//! What was uploaded, by its first bytes: only a component goes on.
//!
//! Native code is told apart from rubbish, so that whoever uploads a `.cwasm` learns why it is refused: to load it would be
//! to run whatever it says.

use crate::plugins::refusal::{Code, Refusal};

const MAGIC: &[u8] = b"\0asm";
/// Version 13 of the binary format, layer 1: a component.
const COMPONENT: [u8; 4] = [0x0d, 0, 1, 0];
/// Version 1, layer 0: a core module.
const MODULE: [u8; 4] = [1, 0, 0, 0];

/// Refuses what is not a component.
///
/// # Errors
/// With a code for each other thing that it can be.
pub fn check(bytes: &[u8]) -> Result<(), Refusal> {
    let refuse = |code, detail| Err(Refusal::new(code, detail));
    if bytes.is_empty() {
        return refuse(Code::PluginEmpty, "Send the component's bytes as the body.");
    }
    if bytes.starts_with(b"\x7fELF") || bytes.starts_with(b"\xcf\xfa\xed\xfe") || bytes.starts_with(b"MZ") {
        let detail = "Compiled code is never taken: upload the .wasm component; the host compiles it itself.";
        return refuse(Code::Precompiled, detail);
    }
    let Some(version) = bytes.strip_prefix(MAGIC) else {
        let text = bytes.iter().copied().find(|byte| !byte.is_ascii_whitespace());
        if text == Some(b'(') || text == Some(b';') {
            return refuse(Code::Text, "Upload the binary form: `wasm-tools parse` or `wat2wasm` makes it of text.");
        }
        return refuse(Code::NotWasm, "The bytes do not begin with `\\0asm`: upload a .wasm component, uncompressed.");
    };
    match version.get(..4) {
        Some(found) if found == COMPONENT => Ok(()),
        Some(found) if found == MODULE => refuse(
            Code::CoreModule,
            "A plugin is a component: wrap the module with `pushcart plugin build` or `wasm-tools component new`.",
        ),
        Some(_) => refuse(Code::NotWasm, "The version of the binary format is neither a component's nor a module's."),
        None => refuse(Code::Truncated, "The component ends within its first 8 bytes: upload it whole."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_bytes_is_told_apart() {
        let rows: &[(&[u8], Option<&str>)] = &[
            (b"\0asm\x0d\0\x01\0", None),
            (b"", Some("plugin-empty")),
            (b"\x7fELF\x02\x01\x01", Some("plugin-precompiled")),
            (b"\0asm\x01\0\0\0", Some("plugin-core-module")),
            (b"\0asm\x0d\0", Some("plugin-truncated")),
            (b"\0asm\x0a\0\x01\0", Some("plugin-not-wasm")),
            (b" (component)", Some("plugin-is-text")),
            (b"\x1f\x8b\x08", Some("plugin-not-wasm")),
            (b"PK\x03\x04", Some("plugin-not-wasm")),
        ];
        for (bytes, wanted) in rows {
            assert_eq!(check(bytes).err().as_ref().map(Refusal::said), *wanted, "{bytes:?}");
        }
    }
}

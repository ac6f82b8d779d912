//! What the host provides to components, one file an interface.
//!
//! `PROVIDED` is the catalogue: an import that is in it needs no dependency, one that is not and has none is refused by
//! name when the app starts. A new host interface is a file here, a row in `PROVIDED` and a line in `link`.

pub mod http;
pub mod key_value;
pub mod output;
pub mod variables;
pub mod wasi;

use crate::guest::Guest;
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Engine, Result};

mod bindings {
    #![allow(missing_docs)]
    wasmtime::component::bindgen!({
        path: "wit",
        world: "fermyon:spin/host",
        imports: {
            "fermyon:spin/key-value.[method]store.set": async | trappable,
            "fermyon:spin/key-value.[method]store.delete": async | trappable,
            default: trappable,
        },
        with: { "fermyon:spin/key-value.store": super::key_value::Opened },
        require_store_data_send: true,
    });
}

/// Interfaces that the host provides: a name, or all of a package when it ends with `/`, and the version's beginning.
const PROVIDED: &[(&str, &str)] = &[
    ("wasi:io/", "0.2."),
    ("wasi:clocks/", "0.2."),
    ("wasi:random/", "0.2."),
    ("wasi:cli/", "0.2."),
    ("wasi:filesystem/", "0.2."),
    ("wasi:sockets/", "0.2."),
    ("wasi:http/types", "0.2."),
    ("wasi:http/outgoing-handler", "0.2."),
    ("fermyon:spin/key-value", "2.0.0"),
    ("fermyon:spin/variables", "2.0.0"),
    ("pushcart:commerce/plugins", "0.1."),
];

/// Whether the host provides the interface of this name, such as `wasi:io/streams@0.2.3`.
pub fn provides(import: &str) -> bool {
    let Some((name, version)) = import.split_once('@') else { return false };
    let named = |wanted: &str| wanted == name || wanted.ends_with('/') && name.starts_with(wanted);
    PROVIDED.iter().any(|(wanted, begins)| named(wanted) && version.starts_with(begins))
}

/// A linker with everything that is provided.
pub fn link(engine: &Engine) -> Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    bindings::fermyon::spin::key_value::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)?;
    bindings::fermyon::spin::variables::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)?;
    crate::plugins::asking::link(&mut linker)?;
    Ok(linker)
}

#[cfg(test)]
mod tests {
    use super::provides;

    #[test]
    fn versions_count() {
        for import in ["wasi:io/streams@0.2.3", "fermyon:spin/key-value@2.0.0", "wasi:http/types@0.2.0"] {
            assert!(provides(import), "{import}");
        }
        for import in ["wasi:io/streams@0.3.0", "wasi:http/handler@0.2.0", "fermyon:spin/sqlite@2.0.0", "plain"] {
            assert!(!provides(import), "{import}");
        }
    }
}

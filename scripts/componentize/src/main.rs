//! `componentize MODULE OUTPUT`: wraps a core module, which carries its WIT world in a custom section, as a component.
//!
//! The five functions are built for `wasm32-unknown-unknown` so that they import nothing; rustc leaves them core modules.

use anyhow::{Context as _, bail};

fn main() -> anyhow::Result<()> {
    let [module, output] = std::env::args()
        .skip(1)
        .collect::<Vec<_>>()
        .try_into()
        .or_else(|_| bail!("usage: componentize MODULE OUTPUT"))?;
    let bytes = std::fs::read(&module).with_context(|| format!("cannot read {module}"))?;
    let component = wit_component::ComponentEncoder::default()
        .module(&bytes)
        .with_context(|| format!("{module} is not a module that carries a WIT world"))?
        .validate(true)
        .encode()
        .with_context(|| format!("{module} does not fit its WIT world"))?;
    std::fs::write(&output, component).with_context(|| format!("cannot write {output}"))
}

//! The words every function speaks: facts, money, documents, faults and bounds.
//!
//! What stands here is used by at least two functions. What must never be in here: a rule of commerce (those live in the
//! function that owns them), input or output, a clock, randomness.

pub mod bounds;
pub mod currency;
pub mod digest;
pub mod document;
pub mod facts;
#[cfg(any(test, target_family = "wasm"))]
mod heap;
pub mod instant;
#[cfg(any(test, target_family = "wasm"))]
mod memory;
pub mod money;
pub mod object;
mod of_line;
pub mod report;

/// The allocator of every component.
#[cfg(target_family = "wasm")]
#[global_allocator]
static HEAP: heap::Heap<talc::wasm::WasmDynamicTalc> = heap::Heap::before(talc::wasm::new_wasm_dynamic_allocator());

pub use document::Node;
pub use facts::types::{Compiled, Context, Fault};
pub use object::Object;
pub use of_line::of_line;
pub use report::{Report, Value};

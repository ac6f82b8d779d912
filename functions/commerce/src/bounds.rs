//! Every bound of the contract, each with a name, in one place. A bound is inclusive.

/// Bytes of a request's body.
pub const BODY_BYTES: usize = 1 << 20;
/// Bytes of a body with aggregated paths, or with decisions that were answered before.
pub const RECORDS_BYTES: usize = 8 << 20;
/// Bytes of a rulebook as published.
pub const RULEBOOK_BYTES: usize = 64 << 20;
/// Nested lists and objects in a document.
pub const JSON_DEPTH: usize = 32;
/// Fields of an object whose fields have fixed names.
pub const FIELDS: usize = 128;
/// Faults that one answer lists; the rest is counted.
pub const FAULTS: usize = 1_000;
/// Lines of a cart.
pub const LINES: usize = 500;
/// Units on a line.
pub const QUANTITY: i64 = 1_000_000;
/// Promotions in rules given inline.
pub const PROMOTIONS_INLINE: usize = 2_000;
/// Promotions in a published rulebook.
pub const PROMOTIONS: usize = 100_000;
/// Tests that a rulebook carries.
pub const TESTS: usize = 100;
/// Carts of one simulation.
pub const SIMULATED_CARTS: usize = 500;
/// Lines of all carts of one simulation together.
pub const SIMULATED_LINES: usize = 5_000;
/// Products in a published rulebook.
pub const PRODUCTS: usize = 100_000;
/// Codes entered with a cart.
pub const CODES: usize = 20;
/// Touches of a journey.
pub const TOUCHES: usize = 1_000;
/// Commissions of one decision, and entries of it when it comes back.
pub const COMMISSIONS: usize = 20_000;
/// Nodes that hold stock.
pub const NODES: usize = 500;
/// Bytes of one text to be tagged.
pub const CONTENT_BYTES: usize = 64 << 10;
/// Texts tagged in one call.
pub const CONTENTS: usize = 100;
/// Words of a merchant's own vocabulary, all lists together.
pub const VOCABULARY: usize = 10_000;
/// Bytes of an identifier.
pub const IDENTIFIER_BYTES: usize = 128;
/// Bytes of a name or a message shown to people.
pub const NAME_BYTES: usize = 512;
/// Entries in any other list of a request (groups, events, attributes, counters, …).
pub const ENTRIES: usize = 1_000;
/// The largest magnitude of an amount in minor units: 2^53 − 1, so that JavaScript reads it exactly.
pub const AMOUNT: i64 = (1 << 53) - 1;
/// Bytes of a shard of compiled rules: the portable bound of Spin's key-value providers.
pub const SHARD_BYTES: usize = 256 << 10;
/// Bytes of a key in the key-value store.
pub const KEY_BYTES: usize = 255;
/// The earliest moment that a request may name: 1970-01-01T00:00:00Z.
pub const EARLIEST: i64 = 0;
/// The latest moment that a request may name: 9999-12-31T23:59:59Z.
pub const LATEST: i64 = 253_402_300_799;

//! The host over real sockets, serving a component that behaves well and badly by path (`tests/guest`).

mod bounds;
mod clients;
mod failures;
mod host;
mod http;
mod instances;
mod process;
mod stores;

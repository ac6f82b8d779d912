//! The HTTP component: reads JSON, calls the five functions, writes JSON.
//!
//! It alone does input and output, and at the edges only: [`app::App::handle`] takes a request and what the world offers
//! ([`world`]), and gives a response. Natively the functions are the cores themselves, in Wasm they are WIT imports
//! ([`functions`]); nothing else differs. What must never be in here: a rule of commerce.

pub mod app;
pub mod claims;
pub mod content;
pub mod functions;
pub mod http;
pub mod judgement;
pub mod problem;
pub mod published;
pub mod routes;
pub mod stock;
pub mod till;
pub mod trial;
pub mod wire;
pub mod wishes;
pub mod world;

#[cfg(target_family = "wasm")]
mod component;

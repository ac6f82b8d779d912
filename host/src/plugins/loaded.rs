//! A plugin that is compiled and linked, ready for any number of calls at once.

use super::bindings::PromotionPre;
use super::bounds::Tier;
use super::engine::PluginEngine;
use super::inert;
use super::run::Call;
use std::sync::Arc;
use wasmtime::Result;
use wasmtime::component::{Component, Linker};

/// What a plugin may have beyond values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permit {
    /// The bounds that it runs in.
    pub tier: Tier,
    /// It may import WASI 0.2, in the inert form of `inert`.
    pub wasi: bool,
}

/// A plugin, ready to run.
pub struct Loaded {
    pub(super) pre: PromotionPre<Call>,
    pub(super) engine: Arc<PluginEngine>,
    pub(super) permit: Permit,
}

impl Loaded {
    /// Links `component`, which was compiled for `engine`.
    ///
    /// # Errors
    /// Where it imports what it may not have, or its exports are not those of the world.
    pub fn new(engine: &Arc<PluginEngine>, component: &Component, permit: Permit) -> Result<Self> {
        let mut linker: Linker<Call> = Linker::new(engine.engine());
        if permit.wasi {
            inert::link(&mut linker)?;
        }
        let pre = PromotionPre::new(linker.instantiate_pre(component)?)?;
        Ok(Self { pre, engine: engine.clone(), permit })
    }

    /// What it may have.
    pub fn permit(&self) -> Permit {
        self.permit
    }
}

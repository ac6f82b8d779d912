//! The host's side of `pushcart:commerce/plugins`: what the storefront asks of a merchant's plugins during a quote.
//!
//! A request takes what is active once, at its first question, and keeps it: no request sees two activations.

mod bindings {
    #![allow(missing_docs)]
    wasmtime::component::bindgen!({
        path: "../wit/commerce",
        inline: "package pushcart:host; world asked { import pushcart:commerce/plugins@0.1.0; }",
        imports: { "pushcart:commerce/plugins.propose": async | trappable, default: trappable },
        require_store_data_send: true,
    });
}

/// The facts that cross between storefront and host.
pub use bindings::pushcart::commerce as facts;

use super::active::{Active, ActivePlugin, Policy};
use super::types::{Cart, Context, Discount};
use super::values;
use crate::guest::Guest;
use facts::offers;
use facts::plugins::{Failure, Host, Proposed};
use facts::{prices, types};
use std::sync::Arc;
use wasmtime::component::{HasSelf, Linker};

/// What one request has of plugins.
#[derive(Default)]
pub struct Asking {
    taken: Option<Option<Arc<Active>>>,
}

impl Asking {
    /// Asks these plugins in this request in place of the merchant's active ones.
    pub fn instead(active: Arc<Active>) -> Self {
        Self { taken: Some(Some(active)) }
    }
}

/// What plugins are asked: the same for all of a quote.
#[derive(Debug)]
pub struct Question {
    /// The cart.
    pub cart: Cart,
    /// What is around it.
    pub context: Context,
    /// What promotions without plugins give.
    pub earlier: Vec<Discount>,
}

impl Question {
    /// Whether the context declares all that the plugin needs.
    fn meets(&self, plugin: &ActivePlugin) -> bool {
        plugin.needs.iter().all(|name| self.context.attributes.iter().any(|declared| declared.name == *name))
    }
}

/// Links the interface.
pub fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    facts::plugins::add_to_linker::<_, HasSelf<Guest>>(linker, |guest| guest)
}

impl Guest {
    fn asked(&mut self, merchant: &str) -> Option<Arc<Active>> {
        let actives = &self.shared.plugins.actives;
        self.asking.taken.get_or_insert_with(|| actives.get(merchant)).clone()
    }
}

impl Host for Guest {
    fn active(&mut self, merchant: String) -> wasmtime::Result<bool> {
        Ok(self.asked(&merchant).is_some())
    }

    async fn propose(
        &mut self,
        merchant: String,
        lines: Vec<prices::PricedLine>,
        declared: Vec<offers::LineAttribute>,
        shipping: Vec<offers::ShippingCharge>,
        earlier: Vec<offers::Discount>,
        context: types::Context,
    ) -> wasmtime::Result<Proposed> {
        let mut proposed = Proposed { proposals: Vec::new(), failures: Vec::new() };
        let Some(active) = self.asked(&merchant) else { return Ok(proposed) };
        let question = Arc::new(Question {
            cart: values::cart(&lines, &declared, &shipping, &context.currency),
            context: values::context(&context),
            earlier: values::earlier(&earlier, &lines),
        });
        let lanes = &self.shared.plugins.lanes;
        for plugin in active.plugins.iter().filter(|plugin| question.meets(plugin)) {
            match lanes.ask(&merchant, plugin, &question).await {
                Ok(checked) => {
                    proposed.proposals.extend(checked.into_iter().map(|one| values::proposal(one, &shipping)))
                }
                Err(failure) => proposed.failures.push(Failure {
                    plugin: plugin.name.clone(),
                    code: failure.code().to_owned(),
                    closed: plugin.policy == Policy::Closed,
                }),
            }
        }
        Ok(proposed)
    }
}

impl facts::types::Host for Guest {}
impl facts::prices::Host for Guest {}
impl facts::offers::Host for Guest {}

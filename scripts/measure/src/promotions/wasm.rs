//! The component `promotions` as it is shipped, called in an instance that holds its rules.

use super::{context, shard};
use crate::built::Built;
use commerce::facts::types::Compiled;
use wasmtime::Store;
use wasmtime::component::{Linker, ResourceAny};

mod bindings {
    #![allow(missing_docs, clippy::all, clippy::pedantic, reason = "generated")]
    wasmtime::component::bindgen!({ path: "../../wit/commerce", world: "pushcart:commerce/promotions-function" });
}

use bindings::PromotionsFunction;
use bindings::pushcart::commerce::{offers, prices, types};

/// The component compiled twice: as the host runs it, and counting fuel.
pub struct Engines {
    plain: Built,
    metered: Built,
}

/// An instance that holds what the cart needs.
pub struct Instance {
    store: Store<()>,
    function: PromotionsFunction,
    rules: ResourceAny,
    lines: Vec<prices::PricedLine>,
    context: types::Context,
}

impl Engines {
    /// Compiles.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self { plain: Built::hosted("promotions")?, metered: Built::metered("promotions")? })
    }

    /// An instance to be timed.
    pub fn plain(&self, compiled: &Compiled) -> anyhow::Result<Instance> {
        Instance::open(&self.plain, compiled)
    }

    /// An instance that counts fuel.
    pub fn metered(&self, compiled: &Compiled) -> anyhow::Result<Instance> {
        Instance::open(&self.metered, compiled)
    }
}

impl Instance {
    fn open(built: &Built, compiled: &Compiled) -> anyhow::Result<Self> {
        let mut store = built.store()?;
        let linker = Linker::new(store.engine());
        let function = PromotionsFunction::instantiate(&mut store, &built.component, &linker);
        let function = function.map_err(anyhow::Error::msg)?;
        let (lines, context) = (lines(), around());
        let of = function.pushcart_commerce_promotions().rules();
        let rules =
            of.call_load(&mut store, &compiled.root).map_err(anyhow::Error::msg)?.map_err(anyhow::Error::msg)?;
        for number in of.call_missing(&mut store, rules, &lines, &context).map_err(anyhow::Error::msg)? {
            let held = of.call_hold(&mut store, rules, number, shard(compiled, number)?);
            held.map_err(anyhow::Error::msg)?.map_err(anyhow::Error::msg)?;
        }
        Ok(Self { store, function, rules, lines, context })
    }

    /// What is taken off the cart.
    pub fn evaluate(&mut self) -> anyhow::Result<i64> {
        let wants = offers::Wants { every_outcome: false, hints: 0, trace: false };
        let of = self.function.pushcart_commerce_promotions().rules();
        let verdict = of
            .call_evaluate(&mut self.store, self.rules, &self.lines, &[], &[], &[], wants, &self.context)
            .map_err(anyhow::Error::msg)?
            .map_err(|faults| anyhow::anyhow!("the cart is refused: {faults:?}"))?;
        Ok(verdict.discounts.iter().map(|discount| discount.amount).sum())
    }

    /// Fuel of one evaluation, after others: the heap has its size then.
    pub fn fuel_of_one(&mut self) -> anyhow::Result<u64> {
        for _ in 0..10 {
            self.evaluate()?;
        }
        let before = self.store.get_fuel().map_err(anyhow::Error::msg)?;
        self.evaluate()?;
        Ok(before - self.store.get_fuel().map_err(anyhow::Error::msg)?)
    }
}

fn lines() -> Vec<prices::PricedLine> {
    let each = |line: commerce::facts::prices::PricedLine| prices::PricedLine {
        id: line.id,
        sku: line.sku,
        quantity: line.quantity,
        unit_price: line.unit_price,
        subtotal: line.subtotal,
        categories: line.categories,
        floor: line.floor,
        discountable: line.discountable,
        reduced: line.reduced,
        shop: line.shop,
        selected: line.selected,
        subscription: line.subscription,
        tax_on_top: line.tax_on_top,
    };
    super::cart().into_iter().map(each).collect()
}

fn around() -> types::Context {
    let context = context();
    types::Context {
        at: context.at,
        utc_offset: context.utc_offset,
        time_zone: context.time_zone.clone(),
        currency: context.currency,
        channel: types::Channel { kind: context.channel.kind, id: context.channel.id },
        country: None,
        region: None,
        shipping_method: None,
        shopper: None,
        gathering: types::Gathering { group_size: 0, leader: false, helpers: 0 },
        codes: Vec::new(),
        attributes: Vec::new(),
        counters: Vec::new(),
        tags: Vec::new(),
    }
}

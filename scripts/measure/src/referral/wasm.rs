//! The component `referral` as it is shipped, in an instance that has answered before.

use super::MERCHANT;
use crate::built::Built;
use commerce::facts::{referrals as core, types as around};
use wasmtime::Store;
use wasmtime::component::{Linker, ResourceAny};

mod bindings {
    #![allow(missing_docs, clippy::all, clippy::pedantic, reason = "generated")]
    wasmtime::component::bindgen!({ path: "../../wit/commerce", world: "pushcart:commerce/referral-function" });
}

use bindings::ReferralFunction;
use bindings::pushcart::commerce::{referrals, types};

/// A warm instance.
pub struct Instance {
    store: Store<()>,
    function: ReferralFunction,
}

impl Instance {
    /// Compiles and instantiates, as the host's own engine does.
    pub fn new() -> anyhow::Result<Self> {
        let built = Built::hosted("referral")?;
        let mut store = built.store()?;
        let linker = Linker::new(store.engine());
        let function = ReferralFunction::instantiate(&mut store, &built.component, &linker);
        Ok(Self { function: function.map_err(anyhow::Error::msg)?, store })
    }

    /// Loads compiled rules.
    pub fn load(&mut self, root: &[u8]) -> anyhow::Result<ResourceAny> {
        let rules = self.function.pushcart_commerce_referral().rules();
        rules.call_load(&mut self.store, root).map_err(anyhow::Error::msg)?.map_err(anyhow::Error::msg)
    }

    /// How many credits the sale gives.
    pub fn attribute(
        &mut self,
        rules: ResourceAny,
        sale: &referrals::Sale,
        context: &types::Context,
    ) -> anyhow::Result<usize> {
        let of = self.function.pushcart_commerce_referral().rules();
        let said = of.call_attribute(&mut self.store, rules, sale, context).map_err(anyhow::Error::msg)?;
        Ok(said.map_err(|faults| anyhow::anyhow!("the sale is refused: {faults:?}"))?.credits.len())
    }

    /// Every model, that of Markov of order 1.
    pub fn models(&mut self, channels: &[String], rows: &[referrals::PathRow]) -> anyhow::Result<()> {
        let of = self.function.pushcart_commerce_referral();
        let said = of.call_models(&mut self.store, channels, rows, 1).map_err(anyhow::Error::msg)?;
        std::hint::black_box(said.map_err(|faults| anyhow::anyhow!("the paths are refused: {faults:?}"))?);
        Ok(())
    }

    /// Verifies a link.
    pub fn verify(&mut self, token: &str, keys: &[referrals::LinkKey]) -> anyhow::Result<()> {
        let of = self.function.pushcart_commerce_referral();
        let said = of.call_verify(&mut self.store, token, MERCHANT, keys, 1, 1, 0).map_err(anyhow::Error::msg)?;
        std::hint::black_box(said.map_err(|code| anyhow::anyhow!("the link is refused: {code}"))?);
        Ok(())
    }
}

/// A journey of plain clicks in the component's types.
pub fn sale(sale: core::Sale) -> referrals::Sale {
    let touch = |touch: core::Touch| referrals::Touch {
        id: touch.id,
        at: touch.at,
        kind: referrals::TouchKind::Click,
        channel: touch.channel,
        referrer: touch.referrer,
        content: touch.content,
        campaign: touch.campaign,
        link: touch.link,
        consent: touch.consent,
        fingerprints: Vec::new(),
    };
    let line = |line: core::SoldLine| referrals::SoldLine {
        id: line.id,
        sku: line.sku,
        categories: line.categories,
        quantity: line.quantity,
        net: line.net,
        tax: line.tax,
        shipping: line.shipping,
        creator_funded: line.creator_funded,
        activity: line.activity,
    };
    referrals::Sale {
        merchant: sale.merchant,
        touches: sale.touches.into_iter().map(touch).collect(),
        lines: sale.lines.into_iter().map(line).collect(),
        bond: None,
        partners: Vec::new(),
        history: Vec::new(),
        keys: Vec::new(),
    }
}

/// Paths in the component's types.
pub fn rows(rows: &[core::PathRow]) -> Vec<referrals::PathRow> {
    let row = |row: &core::PathRow| referrals::PathRow {
        path: row.path.clone(),
        conversions: row.conversions,
        nulls: row.nulls,
        value: row.value,
    };
    rows.iter().map(row).collect()
}

/// A key in the component's types.
pub fn key(key: &core::LinkKey) -> referrals::LinkKey {
    referrals::LinkKey { id: key.id.clone(), secret: key.secret.clone(), until: key.until }
}

/// Where and when the sale is judged.
pub fn context(context: around::Context) -> types::Context {
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

//! What a cart comes to under one rulebook: prices, shipping, promotions and tax, each function called once.
//!
//! A quote, a rulebook's own tests and a simulation all reckon here, so that they cannot differ.

use crate::problem::Problem;
use crate::published::Rules;
use crate::wire::promotions::{Answer, Charge, nets};
use crate::world::Store;
use commerce::facts::offers::{ShippingCharge, Verdict};
use commerce::facts::prices::{PricedLine, ShippingOption, Taxable, Taxation};
use commerce::facts::types::{Context, Line};
use serde_json::{Map, Value as Json};

/// A cart that was reckoned.
pub struct Tally {
    /// The lines, priced.
    pub priced: Vec<PricedLine>,
    /// Ways of shipping.
    pub shipping: Vec<ShippingOption>,
    /// What promotions say.
    pub verdict: Verdict,
    /// What is paid for each line.
    pub nets: Vec<i64>,
    /// Tax on what is paid: the lines in order, then the chosen way of shipping.
    pub taxation: Taxation,
}

impl Tally {
    /// Reckons; `judge` asks promotions once the shards are held that the cart needs.
    ///
    /// # Errors
    /// 422 with faults from `/lines`, 503 where the store fails, and what `judge` says.
    pub fn of(
        store: &dyn Store,
        rules: &Rules,
        lines: &[Line],
        context: &Context,
        judge: impl FnOnce(&[PricedLine], &[ShippingCharge]) -> Result<Verdict, Problem>,
    ) -> Result<Self, Problem> {
        rules.hold_for_pricing(store, &rules.pricing.missing(lines))?;
        let priced = rules.pricing.price(lines, context).map_err(Problem::invalid)?;
        let shipping = rules.pricing.ship(&priced, context).map_err(Problem::invalid)?;
        let charges = charges(&shipping);
        rules.hold_for_promotions(store, &rules.promotions.missing(&priced, context))?;
        let verdict = judge(&priced, &charges)?;
        let nets = nets(&priced, &verdict);
        let taxation = tax(rules, &priced, &nets, &shipping, &verdict, context)?;
        Ok(Self { priced, shipping, verdict, nets, taxation })
    }

    /// The reckoning as `POST /v1/promotions/evaluate` writes it.
    #[must_use]
    pub fn write(&self, currency: &str) -> Map<String, Json> {
        let charge = |option: &ShippingOption| Charge {
            charge: ShippingCharge { method: option.method.clone(), amount: option.amount },
            tax_category: option.tax_category.clone(),
        };
        let charges: Vec<Charge> = self.shipping.iter().filter(|option| option.chosen).map(charge).collect();
        let answer = Answer {
            lines: &self.priced,
            charges: &charges,
            verdict: &self.verdict,
            taxation: &self.taxation,
            currency,
        };
        answer.write()
    }
}

/// What the chosen way of shipping asks.
#[must_use]
pub fn charges(shipping: &[ShippingOption]) -> Vec<ShippingCharge> {
    let chosen = shipping.iter().filter(|option| option.chosen);
    chosen.map(|option| ShippingCharge { method: option.method.clone(), amount: option.amount }).collect()
}

fn tax(
    rules: &Rules,
    priced: &[PricedLine],
    nets: &[i64],
    shipping: &[ShippingOption],
    verdict: &Verdict,
    context: &Context,
) -> Result<Taxation, Problem> {
    let goods = priced.iter().zip(nets).map(|(line, net)| Taxable {
        id: line.id.clone(),
        category: line.tax_category.clone(),
        quantity: line.quantity,
        amount: if line.selected { *net } else { 0 },
    });
    let carriage = shipping.iter().filter(|option| option.chosen).map(|option| Taxable {
        id: "shipping".to_owned(),
        category: option.tax_category.clone(),
        quantity: 1,
        amount: option.amount - verdict.shipping_discount,
    });
    let amounts: Vec<Taxable> = goods.chain(carriage).collect();
    rules.pricing.tax(&amounts, context).map_err(Problem::invalid)
}

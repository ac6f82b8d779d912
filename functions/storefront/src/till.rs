//! What a cart comes to under one rulebook: prices, shipping, promotions and tax, each function called once.
//!
//! A quote, a rulebook's own tests and a simulation all reckon here, so that they cannot differ.

use crate::problem::Problem;
use crate::published::Rules;
use crate::wire::promotions::{Answer, Charge, added_ids, nets};
use crate::world::Store;
use commerce::facts::offers::{Addition, LineAttribute, ShippingCharge, Verdict};
use commerce::facts::prices::{Particulars, PricedCart, PricedLine, ShippingOption, Taxable, Taxation};
use commerce::facts::types::{Attribute, Context, Line};
use serde_json::{Map, Value as Json};

/// A cart that was reckoned.
pub struct Tally {
    /// The lines, priced.
    pub priced: Vec<PricedLine>,
    /// What else pricing knows of each.
    pub particulars: Vec<Particulars>,
    /// What the lines declare.
    pub declared: Vec<LineAttribute>,
    /// Ways of shipping.
    pub shipping: Vec<ShippingOption>,
    /// What promotions say.
    pub verdict: Verdict,
    /// What is paid for each line.
    pub nets: Vec<i64>,
    /// Lines that promotions add.
    pub added: Vec<Added>,
    /// Tax on what is paid: the lines in order, then the chosen way of shipping, then the lines added.
    pub taxation: Taxation,
}

/// A line that a promotion adds.
#[derive(Clone)]
pub struct Added {
    /// Its id in the answer.
    pub id: String,
    /// The promotion.
    pub promotion: String,
    /// The product.
    pub sku: String,
    /// Units.
    pub quantity: u32,
    /// What one costs where no promotion gives it.
    pub unit_price: i64,
    /// What is paid for all of them.
    pub amount: i64,
    /// The tax category; empty for what the catalogue does not sell, and for what is free.
    pub category: String,
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
        judge: impl FnOnce(&[PricedLine], &[LineAttribute], &[ShippingCharge]) -> Result<Verdict, Problem>,
    ) -> Result<Self, Problem> {
        rules.hold_for_pricing(store, lines)?;
        let PricedCart { lines: priced, particulars } =
            rules.pricing.price(lines, context).map_err(Problem::invalid)?;
        let shipping = rules.ship(&priced, context)?;
        let charges = charges(&shipping);
        rules.hold_for_promotions(store, &priced, context)?;
        let declared = declared(lines);
        let verdict = judge(&priced, &declared, &charges)?;
        let nets = nets(&priced, &verdict);
        let added = added(store, rules, &priced, &verdict, context)?;
        let carriage = shipping.iter().filter(|option| option.chosen).map(|option| Taxable {
            id: "shipping".to_owned(),
            category: option.tax_category.clone(),
            quantity: 0,
            amount: option.amount - verdict.shipping_discount,
        });
        let mut amounts = taxables(&priced, &particulars, &nets);
        amounts.extend(carriage.chain(added.iter().map(Added::taxable)));
        let taxation = rules.pricing.tax(&amounts, context).map_err(Problem::invalid)?;
        Ok(Self { priced, particulars, declared, shipping, verdict, nets, added, taxation })
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

/// What the lines of a cart declare.
#[must_use]
pub fn declared(lines: &[Line]) -> Vec<LineAttribute> {
    let all = (0..).zip(lines).flat_map(|(place, line)| line.attributes.iter().map(move |declared| (place, declared)));
    all.map(|(line, Attribute { name, value })| LineAttribute { line, name: name.clone(), value: value.clone() })
        .collect()
}

/// What the chosen way of shipping asks.
#[must_use]
pub fn charges(shipping: &[ShippingOption]) -> Vec<ShippingCharge> {
    let chosen = shipping.iter().filter(|option| option.chosen);
    chosen.map(|option| ShippingCharge { method: option.method.clone(), amount: option.amount }).collect()
}

/// What is paid for each line, to be taxed.
#[must_use]
pub fn taxables(lines: &[PricedLine], particulars: &[Particulars], nets: &[i64]) -> Vec<Taxable> {
    let taxable = |((line, own), net): ((&PricedLine, &Particulars), &i64)| Taxable {
        id: line.id.clone(),
        category: own.tax_category.clone(),
        quantity: if line.selected { line.quantity } else { 0 },
        amount: if line.selected { *net } else { 0 },
    };
    lines.iter().zip(particulars).zip(nets).map(taxable).collect()
}

impl Added {
    /// What is paid for it, to be taxed.
    #[must_use]
    pub fn taxable(&self) -> Taxable {
        let Self { id, quantity, amount, category, .. } = self;
        Taxable { id: id.clone(), category: category.clone(), quantity: *quantity, amount: *amount }
    }
}

/// The lines that promotions add, with the tax categories that the catalogue gives their products.
///
/// # Errors
/// 503 where the store fails.
pub fn added(
    store: &dyn Store,
    rules: &Rules,
    priced: &[PricedLine],
    verdict: &Verdict,
    context: &Context,
) -> Result<Vec<Added>, Problem> {
    let ids = added_ids(priced, verdict);
    let read = |(addition, id): (&Addition, String)| {
        let Addition { promotion, sku, quantity, unit_price, discount, line: _ } = addition;
        let amount = i64::from(*quantity).saturating_mul(*unit_price).saturating_sub(*discount).max(0);
        let category = if amount > 0 { category(store, rules, sku, context)? } else { String::new() };
        Ok(Added {
            id,
            promotion: promotion.clone(),
            sku: sku.clone(),
            quantity: *quantity,
            unit_price: *unit_price,
            amount,
            category,
        })
    };
    verdict.additions.iter().zip(ids).map(read).collect()
}

/// One unit of a product, as a line of a cart.
#[must_use]
pub fn one(sku: &str) -> Line {
    Line {
        id: sku.to_owned(),
        sku: sku.to_owned(),
        quantity: 1,
        subscription: false,
        selected: true,
        claimed_reference: None,
        attributes: Vec::new(),
    }
}

/// The tax category of a product; empty where it has no price of its own, as a gift may not.
///
/// # Errors
/// 503 where the store fails.
pub fn category(store: &dyn Store, rules: &Rules, sku: &str, context: &Context) -> Result<String, Problem> {
    let line = [one(sku)];
    rules.hold_for_pricing(store, &line)?;
    let known = rules.pricing.price(&line, context).ok().and_then(|mut cart| cart.particulars.pop());
    Ok(known.map(|known| known.tax_category).unwrap_or_default())
}

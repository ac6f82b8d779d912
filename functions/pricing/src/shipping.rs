//! The section `shipping`: the ways of shipping, what each costs and where it goes.
//!
//! ```json
//! {"methods": [{"id": "standard", "charge": 1000, "freeOver": 9900, "taxCategory": "services", "countries": ["CN"]},
//!              {"id": "heavy", "weightBands": [{"upTo": 5000, "charge": 1500}, {"upTo": 30000, "charge": 6000}]}]}
//! ```
//! Weights are in grams; the band is the first that the cart's weight fits. What lowers a charge further is a promotion.

use crate::catalogue::by_currency;
use commerce::facts::prices::ShippingOption;
use commerce::facts::types::{Context, Fault};
use commerce::{Value, bounds};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Ways of shipping of a rulebook.
const METHODS: usize = 100;
/// Weight bands of one way.
const BANDS: usize = 100;

/// Amounts by currency.
type Amounts = Vec<(String, i64)>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Charge {
    Flat(Amounts),
    /// Up to that many grams.
    ByWeight(Vec<(u32, Amounts)>),
}

/// A way of shipping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    id: String,
    charge: Charge,
    free_over: Amounts,
    tax_category: Option<String>,
    countries: Vec<String>,
    regions: Vec<String>,
}

/// What is shipped.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// What all lines that are selected cost before promotions.
    pub subtotal: i64,
    /// Grams.
    pub weight: u64,
}

/// Reads the section.
pub fn read(section: Value<'_>, currency: &str) -> Vec<Method> {
    let Some(object) = section.object() else { return Vec::new() };
    let mut ids = BTreeSet::new();
    let mut methods: Vec<Method> = Vec::new();
    for value in object.required("methods").into_iter().flat_map(|list| list.list(METHODS)) {
        let Some(method) = method(value, currency) else { continue };
        if !ids.insert(method.id.clone()) {
            value.fault("duplicate-id", format!("`{}` stands twice among the ways of shipping", method.id));
        }
        methods.push(method);
    }
    object.finish();
    methods
}

fn method(value: Value<'_>, currency: &str) -> Option<Method> {
    let object = value.object()?;
    let amounts = |value: Value<'_>| -> Amounts {
        by_currency(value, currency).into_iter().map(|(code, amount)| (code.to_owned(), amount)).collect()
    };
    let words = |name: &str| object.field(name).map_or_else(Vec::new, |value| value.identifiers(bounds::ENTRIES));
    let id = object.required("id").and_then(|id| id.identifier());
    for title in object.field("title").iter().flat_map(|title| title.entries(bounds::FIELDS)) {
        let _ = title.1.text(bounds::NAME_BYTES);
    }
    let charge = match object.field("weightBands") {
        Some(bands) => Charge::ByWeight(weight_bands(bands, amounts)),
        None => Charge::Flat(object.required("charge").map_or_else(Vec::new, amounts)),
    };
    let method = Method {
        id: id.unwrap_or_default().to_owned(),
        charge,
        free_over: object.field("freeOver").map_or_else(Vec::new, amounts),
        tax_category: object.field("taxCategory").and_then(|value| value.identifier()).map(str::to_owned),
        countries: words("countries"),
        regions: words("regions"),
    };
    object.finish();
    id.map(|_| method)
}

fn weight_bands(bands: Value<'_>, amounts: impl Fn(Value<'_>) -> Amounts) -> Vec<(u32, Amounts)> {
    let mut read: Vec<(u32, Amounts)> = Vec::new();
    for value in bands.list(BANDS) {
        let Some(object) = value.object() else { continue };
        let up_to = object.required("upTo").and_then(|value| value.whole(1..=i64::from(u32::MAX)));
        let charge = object.required("charge").map_or_else(Vec::new, &amounts);
        object.finish();
        let Some(up_to) = up_to else { continue };
        if read.last().is_some_and(|(before, _)| *before >= up_to) {
            value.fault("overlapping-tiers", "each band must reach further than the one before it");
        }
        read.push((up_to, charge));
    }
    read
}

impl Method {
    /// What is asked, or why it cannot be shipped this way.
    fn ask(&self, cargo: Load, country: Option<&str>, context: &Context) -> Result<i64, &'static str> {
        let serves = |wanted: &[String], have: Option<&str>| {
            wanted.is_empty() || have.is_none_or(|have| wanted.iter().any(|word| word == have))
        };
        if !serves(&self.countries, country) {
            return Err("country-not-served");
        }
        if !serves(&self.regions, context.region.as_deref()) {
            return Err("region-not-served");
        }
        let amounts = match &self.charge {
            Charge::Flat(amounts) => amounts,
            Charge::ByWeight(bands) => {
                let fits = bands.iter().find(|(up_to, _)| cargo.weight <= u64::from(*up_to));
                &fits.ok_or("too-heavy")?.1
            }
        };
        let charge = of_currency(amounts, &context.currency).ok_or("no-charge-in-currency")?;
        let free = of_currency(&self.free_over, &context.currency).is_some_and(|over| cargo.subtotal >= over);
        Ok(if free { 0 } else { charge })
    }
}

fn of_currency(amounts: &Amounts, currency: &str) -> Option<i64> {
    amounts.iter().find(|(code, _)| code == currency).map(|(_, amount)| *amount)
}

/// What each way costs, and which is chosen.
///
/// # Errors
/// `unknown-shipping-method` where the context names a way that the rulebook does not have.
pub fn options(
    methods: &[Method],
    cargo: Load,
    default_category: &str,
    context: &Context,
) -> Result<Vec<ShippingOption>, Vec<Fault>> {
    let wished = context.shipping_method.as_deref();
    if let Some(wished) = wished
        && !methods.is_empty()
        && !methods.iter().any(|method| method.id == wished)
    {
        let known: Vec<&str> = methods.iter().map(|method| method.id.as_str()).collect();
        let detail = format!("must be one of {}", known.join(", "));
        return Err(vec![Fault {
            code: "unknown-shipping-method".to_owned(),
            pointer: "/delivery/method".to_owned(),
            detail,
        }]);
    }
    let mut taken = false;
    let option = |method: &Method| {
        let asked = method.ask(cargo, context.country.as_deref(), context);
        let chosen = !taken && wished.map_or(asked.is_ok(), |wished| wished == method.id);
        taken |= chosen;
        ShippingOption {
            method: method.id.clone(),
            amount: asked.unwrap_or(0),
            tax_category: method.tax_category.as_deref().unwrap_or(default_category).to_owned(),
            free_over: of_currency(&method.free_over, &context.currency),
            available: asked.is_ok(),
            code: asked.err().map(str::to_owned),
            chosen,
        }
    };
    Ok(methods.iter().map(option).collect())
}

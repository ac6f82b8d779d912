//! A priced cart and what promotions say of it.

use super::said::Said;
use commerce::facts::offers::{Addition, LineAmount, LineAttribute, Proposal, ShippingCharge, UnitRun, Verdict};
use commerce::facts::prices::{Particulars, PricedLine, Taxation};
use commerce::facts::types::Attribute;
use commerce::{Value, bounds, money};
use serde_json::{Map, Value as Json, json};

/// A cart that carries its prices.
#[derive(Default)]
pub struct Lines {
    /// The lines.
    pub priced: Vec<PricedLine>,
    /// What else is known of each.
    pub particulars: Vec<Particulars>,
    /// What they declare.
    pub declared: Vec<LineAttribute>,
}

/// Reads lines that carry their prices: 0 to 500, ids unique. An empty cart is judged too: what it lacks is said.
pub fn lines(value: Value<'_>, currency: &str) -> Lines {
    let mut ids = std::collections::HashSet::new();
    let mut lines = Lines::default();
    for item in value.list(bounds::LINES) {
        let Some((line, particulars, attributes)) = line(item, currency) else { continue };
        if !ids.insert(line.id.clone()) {
            item.fault("duplicate-line", format!("line id `{}` stands twice in the cart", line.id));
        }
        let place = u32::try_from(lines.priced.len()).unwrap_or(u32::MAX);
        let declared = |Attribute { name, value }| LineAttribute { line: place, name, value };
        lines.declared.extend(attributes.into_iter().map(declared));
        lines.priced.push(line);
        lines.particulars.push(particulars);
    }
    lines
}

fn line(item: Value<'_>, currency: &str) -> Option<(PricedLine, Particulars, Vec<Attribute>)> {
    let object = item.object()?;
    let word = |name: &str| object.required(name).and_then(|value| value.identifier().map(str::to_owned));
    let flag = |name: &str, otherwise: bool| object.field(name).and_then(|value| value.boolean()).unwrap_or(otherwise);
    let amount = |name: &str| object.field(name).and_then(|value| value.money(currency));
    let (id, sku) = (word("id"), word("sku"));
    let quantity: Option<u32> = object.required("quantity").and_then(|value| value.quantity());
    let unit_price = object.required("unitPrice").and_then(|value| value.money(currency));
    let product = unit_price.zip(quantity).and_then(|(price, quantity)| {
        let product = money::times(price, i64::from(quantity)).ok();
        if product.is_none() {
            item.fault("amount-overflow", format!("price times quantity must be at most {}", bounds::AMOUNT));
        }
        product
    });
    let subtotal = object.field("subtotal").map_or(product, |value| value.money(currency));
    let name =
        |name: &str| object.field(name).and_then(|value| value.identifier()).map(str::to_owned).unwrap_or_default();
    let particulars = Particulars {
        regular_price: amount("regularPrice"),
        price_list: name("priceList"),
        band_from: 1,
        tax_category: name("taxCategory"),
    };
    let line = PricedLine {
        id: id.clone().unwrap_or_default(),
        sku: sku.clone().unwrap_or_default(),
        quantity: quantity.unwrap_or(1),
        unit_price: unit_price.unwrap_or(0),
        subtotal: subtotal.unwrap_or(0),
        categories: object.field("categories").map_or_else(Vec::new, |value| value.identifiers(bounds::FIELDS)),
        floor: amount("floor"),
        discountable: flag("discountable", true),
        reduced: flag("reduced", false),
        shop: object.field("shop").and_then(|value| value.identifier()).map(str::to_owned),
        selected: flag("selected", true),
        subscription: flag("subscription", false),
        tax_on_top: object.field("taxOnTop").and_then(|value| value.whole(0..=100_000)).unwrap_or(0),
    };
    let attributes = object.field("attributes").map_or_else(Vec::new, super::context::attributes);
    object.finish();
    id.and(sku).and(quantity).and(unit_price).and(subtotal)?;
    Some((line, particulars, attributes))
}

/// A shipping charge and the tax category that it bears.
pub struct Charge {
    /// The charge.
    pub charge: ShippingCharge,
    /// Its tax category.
    pub tax_category: String,
}

/// Reads `shipping`: methods unique.
pub fn shipping(value: Value<'_>, currency: &str) -> Vec<Charge> {
    let mut charges: Vec<Charge> = Vec::new();
    for item in value.list(100) {
        let Some(object) = item.object() else { continue };
        let method = object.required("method").and_then(|value| value.identifier());
        let amount = object.required("amount").and_then(|value| value.money(currency));
        let tax_category = object.field("taxCategory").and_then(|value| value.identifier()).unwrap_or_default();
        object.finish();
        let (Some(method), Some(amount)) = (method, amount) else { continue };
        if charges.iter().any(|known| known.charge.method == method) {
            item.fault("duplicate-method", format!("method `{method}` stands twice"));
        }
        let charge = ShippingCharge { method: method.to_owned(), amount };
        charges.push(Charge { charge, tax_category: tax_category.to_owned() });
    }
    charges
}

/// Reads `proposals`, as a plugin makes them.
pub fn proposals(value: Value<'_>, currency: &str) -> Vec<Proposal> {
    let read = |item: Value<'_>| {
        let object = item.object()?;
        let id = object.required("id").and_then(|value| value.identifier());
        let words = |name: &str| object.field(name).map(|value| value.identifiers(bounds::FIELDS));
        let lines = object.field("lines").map_or_else(Vec::new, |value| {
            let read = |item: Value<'_>| {
                let object = item.object()?;
                let line = object.required("line").and_then(|value| value.identifier());
                let amount = object.required("amount").and_then(|value| value.money(currency));
                object.finish();
                Some(LineAmount { line: line?.to_owned(), amount: amount? })
            };
            value.list(bounds::LINES).filter_map(read).collect()
        });
        let proposal = Proposal {
            id: id.unwrap_or_default().to_owned(),
            lane: object.field("lane").and_then(|value| value.identifier()).unwrap_or("default").to_owned(),
            tags: words("tags").unwrap_or_default(),
            combines_with: words("combinesWith"),
            lines,
            shipping: object.field("shipping").and_then(|value| value.money(currency)).unwrap_or(0),
            messages: object.field("messages").map_or_else(Vec::new, super::context::attributes),
        };
        object.finish();
        id.map(|_| proposal)
    };
    value.list(bounds::FIELDS).filter_map(read).collect()
}

/// What is paid for each line: its price, less what promotions take off, and what they put on where it is sold by measure.
#[must_use]
pub fn nets(lines: &[PricedLine], verdict: &Verdict) -> Vec<i64> {
    let mut nets: Vec<i64> = lines.iter().map(|line| line.subtotal).collect();
    let off = verdict.discounts.iter().map(|off| (off.line, -off.amount));
    let on = verdict.surcharges.iter().map(|on| (on.line, on.amount));
    for (line, change) in off.chain(on) {
        if let Some(net) = usize::try_from(line).ok().and_then(|place| nets.get_mut(place)) {
            *net += change;
        }
    }
    nets
}

/// The ids of lines that promotions add, in their order: none is another's, nor a line's of the cart.
#[must_use]
pub fn added_ids(lines: &[PricedLine], verdict: &Verdict) -> Vec<String> {
    let mut taken: std::collections::BTreeSet<String> = lines.iter().map(|line| line.id.clone()).collect();
    let mut named = |added: &Addition| {
        let mut id = format!("{}:{}", added.promotion, added.sku);
        while !taken.insert(id.clone()) {
            id.push('+');
        }
        id
    };
    verdict.additions.iter().map(&mut named).collect()
}

/// What lines that promotions add cost.
#[must_use]
pub fn added(verdict: &Verdict) -> i64 {
    let cost = verdict
        .additions
        .iter()
        .map(|added| i64::from(added.quantity).saturating_mul(added.unit_price) - added.discount);
    cost.fold(0, i64::saturating_add)
}

/// What promotions said, by the facts they said it of.
pub struct Answer<'a> {
    /// The cart.
    pub lines: &'a [PricedLine],
    /// What was asked for shipping.
    pub charges: &'a [Charge],
    /// What was said.
    pub verdict: &'a Verdict,
    /// Tax on what is paid: the lines in order, then the charges.
    pub taxation: &'a Taxation,
    /// The currency.
    pub currency: &'a str,
}

impl Answer<'_> {
    /// The fields of the answer.
    #[must_use]
    pub fn write(&self) -> Map<String, Json> {
        let said = serde_json::to_value(Said::of(self.lines, self.verdict, self.currency)).unwrap_or_default();
        let mut fields = if let Json::Object(fields) = said { fields } else { Map::new() };
        let mut put = |name: &str, value: Json| fields.insert(name.to_owned(), value);
        put("lines", self.lines());
        put("shipping", self.shipping());
        put("totals", self.totals());
        fields
    }

    fn lines(&self) -> Json {
        let money = |amount: i64| json!({ "amount": amount, "currency": self.currency });
        let written = (0..).zip(self.lines).zip(nets(self.lines, self.verdict)).zip(&self.taxation.taxed).map(
            |(((place, line), net), taxed)| {
                let offs = self.verdict.discounts.iter().filter(|off| off.line == place);
                let discounts: Vec<Json> =
                    offs.map(|off| json!({ "promotion": off.promotion, "amount": money(off.amount) })).collect();
                let ons = self.verdict.surcharges.iter().filter(|on| on.line == place);
                let surcharges: Vec<Json> =
                    ons.map(|on| json!({ "promotion": on.promotion, "amount": money(on.amount) })).collect();
                let units: Vec<Json> =
                    self.verdict.units.iter().filter(|run| run.line == place).map(|run| unit(run, &money)).collect();
                let shipping = self
                    .verdict
                    .shipping_shares
                    .iter()
                    .find(|share| share.line == line.id)
                    .map_or(0, |share| share.amount);
                json!({
                    "id": line.id, "sku": line.sku, "quantity": line.quantity, "unitPrice": money(line.unit_price),
                    "subtotal": money(line.subtotal), "discounts": discounts, "surcharges": surcharges, "units": units,
                    "total": money(net), "shippingShare": money(shipping),
                    "tax": { "rateBasisPoints": taxed.rate, "amount": money(taxed.tax), "included": taxed.included },
                })
            },
        );
        written.collect()
    }

    fn shipping(&self) -> Json {
        let money = |amount: i64| json!({ "amount": amount, "currency": self.currency });
        let written = self.charges.iter().map(|Charge { charge, .. }| {
            let offs = || self.verdict.shipping_offs.iter().filter(|off| off.method == charge.method);
            let discounts: Vec<Json> = offs().map(|off| json!({ "promotion": off.promotion, "amount": money(off.amount) })).collect();
            let total = charge.amount - offs().map(|off| off.amount).sum::<i64>();
            json!({ "method": charge.method, "amount": money(charge.amount), "discounts": discounts, "total": money(total) })
        });
        written.collect()
    }

    fn totals(&self) -> Json {
        let money = |amount: i64| json!({ "amount": amount, "currency": self.currency });
        let selected = || self.lines.iter().zip(nets(self.lines, self.verdict)).filter(|(line, _)| line.selected);
        let subtotal: i64 = selected().map(|(line, _)| line.subtotal).fold(0, i64::saturating_add);
        let net: i64 = selected().map(|(_, net)| net).fold(0, i64::saturating_add);
        let surcharge: i64 = self.verdict.surcharges.iter().map(|on| on.amount).fold(0, i64::saturating_add);
        let asked: i64 = self.charges.iter().map(|charge| charge.charge.amount).fold(0, i64::saturating_add);
        let shipping = asked - self.verdict.shipping_discount;
        let taxes = |included: bool| {
            self.taxation
                .taxed
                .iter()
                .filter(|taxed| taxed.included == included)
                .map(|taxed| taxed.tax)
                .fold(0, i64::saturating_add)
        };
        let total = [net, shipping, added(self.verdict), taxes(false)].into_iter().fold(0, i64::saturating_add);
        json!({
            "subtotal": money(subtotal), "discount": money(subtotal + surcharge - net), "surcharge": money(surcharge),
            "additions": money(added(self.verdict)), "shipping": money(shipping),
            "shippingDiscount": money(self.verdict.shipping_discount), "taxIncluded": money(taxes(true)),
            "tax": money(taxes(false)), "total": money(total),
        })
    }
}

fn unit(run: &UnitRun, money: &impl Fn(i64) -> Json) -> Json {
    // What is less than nothing was put on, by a price by measure; it stands under surcharges.
    json!({ "quantity": run.quantity, "discount": money(run.discount.max(0)) })
}

//! Prices as storefronts read them, and the past prices that they tell.

use super::money::Money;
use commerce::facts::prices::{
    Particulars, PresalePlan, PriceEvent, PriceReference, PricedLine, ShippingOption, TaxNote, Taxation, Taxed,
};
use commerce::{Value, bounds, instant};
use serde::Serialize;

/// Past prices of one request.
const PAST: usize = 10_000;

/// Reads `[{"sku": "TEA", "at": "2026-09-01T00:00:00+08:00", "price": {…}, "reference": {…}}]`.
pub fn history(value: Value<'_>, currency: &str) -> Vec<PriceEvent> {
    let read = |value: Value<'_>| {
        let object = value.object()?;
        let sku = object.required("sku").and_then(|sku| sku.identifier());
        let at = object.required("at").and_then(|at| at.moment());
        let price = object.required("price").and_then(|price| price.money(currency));
        let reference = object.field("reference").and_then(|reference| reference.money(currency));
        object.finish();
        Some(PriceEvent { sku: sku?.to_owned(), at: at?.at, price: price?, reference })
    };
    value.list(PAST).filter_map(read).collect()
}

/// The answer of `POST /v1/price`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Prices<'a> {
    /// The currency of every amount.
    pub currency: &'a str,
    /// The moment the cart was priced at.
    pub at: String,
    /// The cart's lines, in its order.
    pub lines: Vec<Line<'a>>,
    /// The sums of the lines that are selected.
    pub totals: Totals<'a>,
    /// Ways of shipping.
    pub shipping: Vec<Shipping<'a>>,
    /// What is to be known of limits of import.
    pub tax_notes: Vec<Note<'a>>,
    /// Prices for everybody that the history does not know yet, as `history` takes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub price_events: Vec<Event<'a>>,
    /// What made this answer.
    pub record: Record<'a>,
}

/// What made an answer.
#[derive(Serialize)]
pub struct Record<'a> {
    /// The rulebook: `sha256:…`.
    pub rules: &'a str,
}

/// The sums.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals<'a> {
    /// Goods.
    pub subtotal: Money<'a>,
    /// Tax that the prices contain.
    pub tax_included: Money<'a>,
    /// Tax on top of the prices.
    pub tax: Money<'a>,
    /// Goods and the tax on top of them; shipping is not in it.
    pub total: Money<'a>,
}

/// A line with its price.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line<'a> {
    id: &'a str,
    sku: &'a str,
    quantity: u32,
    unit_price: Money<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    regular_price: Option<Money<'a>>,
    price_list: &'a str,
    band_from: u32,
    subtotal: Money<'a>,
    categories: &'a [String],
    tax_category: &'a str,
    tax: Tax<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<Money<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shop: Option<&'a str>,
    discountable: bool,
    reduced: bool,
    selected: bool,
    references: Vec<Reference<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presale: Option<Presale<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tax<'a> {
    rate_basis_points: u32,
    amount: Money<'a>,
    included: bool,
}

impl<'a> Line<'a> {
    /// As the contract writes it; moments with the shopper's offset.
    #[must_use]
    pub fn of(
        line: &'a PricedLine,
        particulars: &'a Particulars,
        taxed: &Taxed,
        references: &'a [PriceReference],
        presales: &'a [PresalePlan],
        money: impl Fn(i64) -> Money<'a> + Copy,
        offset: i32,
    ) -> Self {
        let PricedLine {
            id,
            sku,
            quantity,
            unit_price,
            subtotal,
            categories,
            floor,
            discountable,
            reduced,
            shop,
            selected,
            subscription: _,
            tax_on_top: _,
        } = line;
        let Particulars { regular_price, price_list, band_from, tax_category } = particulars;
        Self {
            id,
            sku,
            quantity: *quantity,
            unit_price: money(*unit_price),
            regular_price: regular_price.map(money),
            price_list,
            band_from: *band_from,
            subtotal: money(*subtotal),
            categories,
            tax_category,
            tax: Tax { rate_basis_points: taxed.rate, amount: money(taxed.tax), included: taxed.included },
            floor: floor.map(money),
            shop: shop.as_deref(),
            discountable: *discountable,
            reduced: *reduced,
            selected: *selected,
            references: Reference::all(references, id, money, offset),
            presale: presales.iter().find(|plan| plan.id == *id).map(|plan| Presale::of(plan, money, offset)),
        }
    }
}

/// What a rule says of a reduction.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference<'a> {
    rule: &'a str,
    statute: &'a str,
    since: String,
    window_from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lowest: Option<Money<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prior: Option<Money<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strike_through: Option<Money<'a>>,
    percent_basis_points: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    breach: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// Those of a line, as the contract writes them.
    pub fn all(
        references: &'a [PriceReference],
        line: &str,
        money: impl Fn(i64) -> Money<'a> + Copy,
        offset: i32,
    ) -> Vec<Self> {
        let own = references.iter().filter(|reference| reference.id == line);
        own.map(|reference| Self::of(reference, money, offset)).collect()
    }

    fn of(reference: &'a PriceReference, money: impl Fn(i64) -> Money<'a>, offset: i32) -> Self {
        let PriceReference {
            id: _,
            rule,
            statute,
            since,
            window_from,
            lowest,
            prior,
            strike_through,
            percent,
            breach,
            begins: _,
        } = reference;
        Self {
            rule,
            statute,
            since: instant::format(*since, offset),
            window_from: instant::format((*window_from).max(bounds::EARLIEST), offset),
            lowest: lowest.map(&money),
            prior: prior.map(&money),
            strike_through: strike_through.map(&money),
            percent_basis_points: *percent,
            breach: breach.as_deref(),
        }
    }
}

/// How a line of a presale is paid.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Presale<'a> {
    id: &'a str,
    phase: &'a str,
    deposit: Money<'a>,
    counts_for: Money<'a>,
    balance: Money<'a>,
    due: Money<'a>,
    deposit_from: String,
    deposit_until: String,
    balance_from: String,
    balance_until: String,
    codes: &'a [String],
}

impl<'a> Presale<'a> {
    /// As the contract writes it.
    pub fn of(plan: &'a PresalePlan, money: impl Fn(i64) -> Money<'a>, offset: i32) -> Self {
        let PresalePlan {
            id: _,
            presale,
            phase,
            deposit,
            counts_for,
            balance,
            due,
            deposit_from,
            deposit_until,
            balance_from,
            balance_until,
            codes,
        } = plan;
        Self {
            id: presale,
            phase,
            deposit: money(*deposit),
            counts_for: money(*counts_for),
            balance: money(*balance),
            due: money(*due),
            deposit_from: instant::format(*deposit_from, offset),
            deposit_until: instant::format(*deposit_until, offset),
            balance_from: instant::format(*balance_from, offset),
            balance_until: instant::format(*balance_until, offset),
            codes,
        }
    }
}

/// A price for everybody from a moment on.
#[derive(Serialize)]
pub struct Event<'a> {
    sku: &'a str,
    at: String,
    price: Money<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<Money<'a>>,
}

/// Events in the form in which a history takes them.
pub fn events<'a>(events: &'a [PriceEvent], money: impl Fn(i64) -> Money<'a>, offset: i32) -> Vec<Event<'a>> {
    let write = |PriceEvent { sku, at, price, reference }: &'a PriceEvent| Event {
        sku,
        at: instant::format(*at, offset),
        price: money(*price),
        reference: reference.map(&money),
    };
    events.iter().map(write).collect()
}

/// A way of shipping.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shipping<'a> {
    method: &'a str,
    amount: Money<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    free_over: Option<Money<'a>>,
    available: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    chosen: bool,
}

impl<'a> Shipping<'a> {
    /// As the contract writes it.
    #[must_use]
    pub fn of(option: &'a ShippingOption, money: impl Fn(i64) -> Money<'a>) -> Self {
        let ShippingOption { method, amount, tax_category: _, free_over, available, code, chosen } = option;
        Self {
            method,
            amount: money(*amount),
            free_over: free_over.map(money),
            available: *available,
            code: code.as_deref(),
            chosen: *chosen,
        }
    }
}

/// What is to be known of a limit of import.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note<'a> {
    rule: &'a str,
    code: &'a str,
    limit: Money<'a>,
    have: Money<'a>,
    allowed: bool,
    statute: &'a str,
}

/// The notes of a taxation.
pub fn notes<'a>(taxation: &'a Taxation, money: impl Fn(i64) -> Money<'a>) -> Vec<Note<'a>> {
    let note = |note: &'a TaxNote| {
        let TaxNote { rule, code, limit, have, allowed, statute } = note;
        Note { rule, code, limit: money(*limit), have: money(*have), allowed: *allowed, statute }
    };
    taxation.notes.iter().map(note).collect()
}

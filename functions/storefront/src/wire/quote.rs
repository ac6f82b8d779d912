//! A quote as storefronts read it.

use super::inventory::answer as inventory;
use super::money::Money;
use super::referral::answer::Referral;
use super::said::Said;
use crate::judgement::Degraded;
use serde::Serialize;

/// The answer of `POST /v1/quote`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quote<'a> {
    /// Whose rules.
    pub merchant: &'a str,
    /// The currency of every amount.
    pub currency: &'a str,
    /// The moment the cart was judged at.
    pub at: String,
    /// The cart's lines, in its order.
    pub lines: Vec<Line<'a>>,
    /// The sums.
    pub totals: Totals<'a>,
    /// What promotions said: each that was looked at, codes, hints, what a checkout must use up.
    #[serde(flatten)]
    pub said: Said<'a>,
    /// Ways of shipping.
    pub shipping: Vec<Shipping<'a>>,
    /// The plan of delivery.
    pub delivery: inventory::Delivery<'a>,
    /// Who earned the sale.
    pub referral: Referral<'a>,
    /// What the content that the shopper came from is about; absent where none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Content<'a>>,
    /// Prices for everybody that the price history does not know yet, as `priceHistory` takes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub price_events: Vec<super::pricing::Event<'a>>,
    /// Plugins that did not answer and were left out.
    pub degraded: &'a [Degraded],
    /// What made this answer.
    pub record: Record<'a>,
}

/// A line of the answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line<'a> {
    /// The caller's id.
    pub id: &'a str,
    /// The product.
    pub sku: &'a str,
    /// Units.
    pub quantity: u32,
    /// Price of one unit.
    pub unit_price: Money<'a>,
    /// The price that it is a reduction of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regular_price: Option<Money<'a>>,
    /// The list that set the price.
    pub price_list: &'a str,
    /// The quantity from which that price holds.
    pub band_from: u32,
    /// All units before promotions.
    pub subtotal: Money<'a>,
    /// What promotions take off.
    pub discounts: Vec<Discount<'a>>,
    /// What promotions put on, where it is sold by measure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub surcharges: Vec<Discount<'a>>,
    /// What is to be paid, without tax on top.
    pub total: Money<'a>,
    /// Tax.
    pub tax: Tax<'a>,
    /// What may be said of its price, by each rule on reductions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<super::pricing::Reference<'a>>,
    /// How it is paid, where it is bought by presale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presale: Option<super::pricing::Presale<'a>>,
    /// How much can be promised, from where and by when.
    pub availability: inventory::Line<'a>,
}

/// What one promotion takes off a line.
#[derive(Serialize)]
pub struct Discount<'a> {
    /// The promotion.
    pub promotion: &'a str,
    /// How much.
    pub amount: Money<'a>,
}

/// Tax on a line or on shipping.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tax<'a> {
    /// The rate, in basis points.
    pub rate_basis_points: u32,
    /// How much.
    pub amount: Money<'a>,
    /// Contained in the total (true) or on top of it.
    pub included: bool,
}

/// The sums of a quote.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals<'a> {
    /// Goods before promotions.
    pub subtotal: Money<'a>,
    /// What promotions take off goods.
    pub discount: Money<'a>,
    /// What promotions put on goods that are sold by measure.
    pub surcharge: Money<'a>,
    /// What lines that promotions add cost.
    pub additions: Money<'a>,
    /// Shipping after promotions.
    pub shipping: Money<'a>,
    /// What promotions take off shipping.
    pub shipping_discount: Money<'a>,
    /// Tax that the prices contain.
    pub tax_included: Money<'a>,
    /// Tax on top of the prices.
    pub tax: Money<'a>,
    /// What is to be paid: subtotal − discount + surcharge + additions + shipping + tax.
    pub total: Money<'a>,
    /// Where something is bought by presale, what of it is to be paid now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_now: Option<Money<'a>>,
    /// And what later; where a deposit counts for more than it is, both are less than the total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_later: Option<Money<'a>>,
}

/// A way of shipping.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shipping<'a> {
    /// The method.
    pub method: &'a str,
    /// What is asked for it before promotions.
    pub amount: Money<'a>,
    /// Whether the cart can be shipped this way, and if not, why.
    pub available: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'a str>,
    /// The one that the totals count.
    pub chosen: bool,
}

/// What a text is about.
#[derive(Serialize)]
pub struct Content<'a> {
    /// Tags, surest first.
    pub tags: Vec<Tag<'a>>,
    /// The text without personal data.
    pub redacted: &'a str,
}

/// A tag.
#[derive(Serialize)]
pub struct Tag<'a> {
    /// The kind.
    pub kind: &'a str,
    /// The value.
    pub value: &'a str,
    /// How sure, in basis points.
    pub confidence: u32,
}

/// What made an answer, so that it can be replayed.
#[derive(Serialize)]
pub struct Record<'a> {
    /// The rulebook: `sha256:…`.
    pub rules: &'a str,
    /// The stock, where the merchant published one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stock: Option<crate::routes::Published>,
    /// What binds later returns: it goes to `/v1/refund` as it is.
    pub decision: super::refund::Written<'a>,
    /// The functions and their versions.
    pub functions: Functions,
}

/// Versions of the functions; they are released together.
#[derive(Serialize)]
pub struct Functions {
    /// Of all five.
    pub pushcart: &'static str,
}

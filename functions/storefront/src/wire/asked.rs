//! What a request for a quote asks, beside whose rules it is asked of. A quote, a simulation and a refund by
//! re-evaluation take the same request, and read all of it here, so that none overlooks what another heeds.

use super::{cart, context, inventory, pricing, referral};
use commerce::facts::offers::Wants;
use commerce::facts::prices::PriceEvent;
use commerce::facts::types::{Context, Line};
use commerce::{Object, Value, bounds};

/// What is asked for.
pub struct Asked<'a> {
    /// What is around the cart; the tags of its content are not in it yet.
    pub context: Context,
    /// The cart.
    pub lines: Vec<Line>,
    /// Past prices, beside the rulebook's own.
    pub prices: Vec<PriceEvent>,
    /// How the shopper met the referrers.
    pub journey: referral::Journey,
    /// What the shopper wishes of delivery.
    pub wishes: inventory::Wishes,
    /// Everything is to be said.
    pub explain: bool,
    /// The text that the shopper came from.
    pub content: Option<&'a str>,
    /// What promotions are to say.
    pub wants: Wants,
}

impl<'a> Asked<'a> {
    /// Reads everything but `merchant`; `now` is the moment where the request names none. The caller refuses what is
    /// unknown.
    pub fn read(object: &Object<'a>, now: i64) -> Option<Self> {
        let context = context::read(object, now);
        let currency = context.as_ref().map_or("", |context| context.currency.as_str());
        let lines = object.required("lines").map(|value| cart::lines(value, currency));
        let prices = object.field("priceHistory").map_or_else(Vec::new, |value| pricing::history(value, currency));
        let journey = referral::journey(object, currency);
        let wishes = inventory::wishes(object);
        let content = object.field("content").and_then(content);
        let explain = object.field("explain").and_then(|value| value.boolean()).unwrap_or(false);
        let hints = object.field("hints").and_then(|value| value.whole(0..=10)).unwrap_or(3);
        let wants = Wants { every_outcome: explain, hints, trace: explain };
        Some(Self { context: context?, lines: lines?, prices, journey, wishes, explain, content, wants })
    }
}

/// Reads `{"text": "…"}`: what the shopper came from.
pub fn content(value: Value<'_>) -> Option<&str> {
    let object = value.object()?;
    let text = object.required("text").and_then(|value| value.text(bounds::CONTENT_BYTES));
    object.finish();
    text
}

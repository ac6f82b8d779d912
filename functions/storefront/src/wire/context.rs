//! The context of a cart: when, where, who, and what is used up already.

use commerce::facts::types::{Attribute, Channel, Context, Counter, Event, Gathering, OrderHistory, Place, Shopper};
use commerce::{Object, Value, bounds};

/// Reads the fields of a request that make its context: `at`, `currency`, `channel`, `shopper`, `delivery`, `gathering`,
/// `codes`, `attributes`, `counters`. `now` is the moment where the request names none.
///
/// `None` only where the currency is not readable, so that amounts cannot be read either.
pub fn read(object: &Object<'_>, now: i64) -> Option<Context> {
    let Some(currency) = object.required("currency").and_then(|value| value.currency()) else {
        let _ = object.field("at").and_then(|value| value.moment());
        for name in ["delivery", "channel", "shopper", "gathering", "codes", "attributes", "counters"] {
            object.ignore(name);
        }
        return None;
    };
    Some(of_currency(object, currency, now))
}

/// Reads the same fields where the currency is known already.
pub fn of_currency(object: &Object<'_>, currency: &str, now: i64) -> Context {
    let moment = object.field("at").and_then(|value| value.moment());
    let delivery = object.field("delivery").and_then(|value| value.object());
    let of_delivery = |name: &str| delivery.as_ref().and_then(|delivery| text(delivery, name));
    let (country, region, shipping_method) = (of_delivery("country"), of_delivery("region"), of_delivery("method"));
    if let Some(delivery) = &delivery {
        for name in super::inventory::WISHES {
            delivery.ignore(name);
        }
        delivery.finish();
    }
    let (shopper, time_zone) = object.field("shopper").and_then(|value| shopper(value, currency)).unzip();
    Context {
        at: moment.map_or(now, |moment| moment.at),
        utc_offset: moment.map(|moment| moment.offset),
        time_zone: time_zone.flatten(),
        channel: object
            .field("channel")
            .and_then(|value| channel(value))
            .unwrap_or(Channel { kind: "web".into(), id: None }),
        country,
        region,
        shipping_method,
        shopper,
        gathering: object.field("gathering").and_then(|value| gathering(value)).unwrap_or(Gathering {
            group_size: 0,
            leader: false,
            helpers: 0,
        }),
        codes: object.field("codes").map_or_else(Vec::new, |value| value.identifiers(bounds::CODES)),
        attributes: object.field("attributes").map_or_else(Vec::new, attributes),
        counters: object.field("counters").map_or_else(Vec::new, counters),
        tags: Vec::new(),
        currency: currency.to_owned(),
    }
}

/// The offset from UTC that the moments of an answer carry, in seconds.
#[must_use]
pub fn offset(context: &Context) -> i32 {
    context.utc_offset.unwrap_or(0)
}

fn text(object: &Object<'_>, name: &str) -> Option<String> {
    object.field(name).and_then(|value| value.identifier().map(str::to_owned))
}

fn channel(value: Value<'_>) -> Option<Channel> {
    let object = value.object()?;
    let kind = object.required("kind").and_then(|value| value.identifier().map(str::to_owned));
    let id = text(&object, "id");
    object.finish();
    Some(Channel { kind: kind?, id })
}

/// The shopper, and the shopper's time zone.
fn shopper(value: Value<'_>, currency: &str) -> Option<(Shopper, Option<String>)> {
    let object = value.object()?;
    let time_zone = text(&object, "timeZone");
    let list = |name: &str| object.field(name).map_or_else(Vec::new, |value| value.identifiers(bounds::ENTRIES));
    let count = |name: &str| object.field(name).and_then(|value| value.integer(0..=bounds::AMOUNT)).unwrap_or(0);
    let shopper = Shopper {
        id: text(&object, "id"),
        groups: list("groups"),
        segments: list("segments"),
        tier: text(&object, "tier"),
        entitlements: list("entitlements"),
        place: object.field("location").and_then(|value| place(value)),
        orders: object.field("orders").and_then(|value| orders(value, currency)),
        since: object.field("since").and_then(|value| value.moment()).map(|moment| moment.at),
        interactions: u32::try_from(count("interactions")).unwrap_or(u32::MAX),
        events: object.field("events").map_or_else(Vec::new, events),
        points: u64::try_from(count("points")).unwrap_or(0),
        subscriber: object.field("subscriber").and_then(|value| value.boolean()).unwrap_or(false),
        fingerprints: object.field("fingerprints").map_or_else(Vec::new, attributes),
    };
    object.finish();
    Some((shopper, time_zone))
}

/// Reads `{"lat": 31.23, "lon": 121.47}`.
pub fn place(value: Value<'_>) -> Option<Place> {
    let object = value.object()?;
    let latitude = object.required("lat").and_then(|value| value.decimal_or(-90.0..=90.0, "place-outside-globe"));
    let longitude = object.required("lon").and_then(|value| value.decimal_or(-180.0..=180.0, "place-outside-globe"));
    object.finish();
    Some(Place { latitude: latitude?, longitude: longitude? })
}

fn orders(value: Value<'_>, currency: &str) -> Option<OrderHistory> {
    let object = value.object()?;
    let moment = |name: &str| object.field(name).and_then(|value| value.moment()).map(|moment| moment.at);
    let history = OrderHistory {
        count: object.field("count").and_then(|value| value.whole(0..=i64::from(u32::MAX))).unwrap_or(0),
        first_at: moment("firstAt"),
        last_at: moment("lastAt"),
        spend: object.field("spend").and_then(|value| value.money(currency)).unwrap_or(0),
    };
    object.finish();
    Some(history)
}

fn events(value: Value<'_>) -> Vec<Event> {
    let read = |value: Value<'_>| {
        let object = value.object()?;
        let kind = object.required("kind").and_then(|value| value.identifier().map(str::to_owned));
        let at = object.required("at").and_then(|value| value.moment());
        let sku = text(&object, "sku");
        object.finish();
        Some(Event { kind: kind?, sku, at: at?.at })
    };
    value.list(bounds::ENTRIES).filter_map(read).collect()
}

fn gathering(value: Value<'_>) -> Option<Gathering> {
    let object = value.object()?;
    let count = |name: &str| object.field(name).and_then(|value| value.whole::<u32>(0..=bounds::QUANTITY)).unwrap_or(0);
    let leader = object.field("leader").and_then(|value| value.boolean()).unwrap_or(false);
    let gathering = Gathering { group_size: count("groupSize"), leader, helpers: count("helpers") };
    object.finish();
    Some(gathering)
}

/// `{"weather": "rain"}`: names are data.
pub fn attributes(value: Value<'_>) -> Vec<Attribute> {
    let read = |(name, value): (&str, Value<'_>)| {
        if name.is_empty() || name.len() > bounds::IDENTIFIER_BYTES {
            value.fault("out-of-range", format!("a name must have 1 to {} bytes", bounds::IDENTIFIER_BYTES));
            return None;
        }
        value.identifier().map(|text| Attribute { name: name.to_owned(), value: text.to_owned() })
    };
    value.entries(bounds::ENTRIES).filter_map(read).collect()
}

fn counters(value: Value<'_>) -> Vec<Counter> {
    let read = |value: Value<'_>| {
        let object = value.object()?;
        let word = |name: &str| object.required(name).and_then(|value| value.identifier().map(str::to_owned));
        let (kind, id, scope) = (word("kind"), word("id"), word("scope"));
        let used = object.required("used").and_then(|value| value.amount());
        object.finish();
        Some(Counter { kind: kind?, id: id?, scope: scope?, used: used? })
    };
    value.list(bounds::ENTRIES).filter_map(read).collect()
}

//! When a price list is for a line: the moment, the place, the channel and the shopper.
//!
//! A list of values holds when one of them is the shopper's; what is not named does not matter.

use commerce::facts::types::{Attribute, Context, Line};
use commerce::{Object, Value, bounds};
use serde::{Deserialize, Serialize};

/// What must hold for a price list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    validity: Validity,
    channels: Vec<(String, Option<String>)>,
    countries: Vec<String>,
    regions: Vec<String>,
    groups: Vec<String>,
    tiers: Vec<String>,
    segments: Vec<String>,
    entitlements: Vec<String>,
    shoppers: Vec<String>,
    attributes: Vec<(String, Vec<String>)>,
    subscription: Option<bool>,
}

/// A stretch of time: from a moment on, until before another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// The first moment.
    pub from: Option<i64>,
    /// The first moment after it.
    pub until: Option<i64>,
}

impl Validity {
    /// Reads `from` and `until`.
    pub fn read(object: &Object<'_>) -> Self {
        let moment = |name: &str| object.field(name).and_then(|value| value.moment()).map(|moment| moment.at);
        let validity = Self { from: moment("from"), until: moment("until") };
        if let (Some(from), Some(until)) = (validity.from, validity.until)
            && until <= from
        {
            object.value().fault("empty-period", "`until` must be after `from`");
        }
        validity
    }

    /// Whether the moment lies in it.
    #[must_use]
    pub fn holds(&self, at: i64) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

impl When {
    /// Reads `when`; `validity` stands beside it in the price list.
    pub fn read(value: Option<Value<'_>>, validity: Validity) -> Self {
        let Some(object) = value.and_then(|value| value.object()) else { return Self { validity, ..Self::default() } };
        let words = |name: &str| object.field(name).map_or_else(Vec::new, |value| value.identifiers(bounds::ENTRIES));
        let attributes = object.field("attributes").map_or_else(Vec::new, |value| {
            value
                .entries(bounds::ENTRIES)
                .map(|(name, values)| (name.to_owned(), values.identifiers(bounds::ENTRIES)))
                .collect()
        });
        let when = Self {
            validity,
            channels: object
                .field("channels")
                .map_or_else(Vec::new, |value| value.list(bounds::ENTRIES).filter_map(channel).collect()),
            countries: words("countries"),
            regions: words("regions"),
            groups: words("groups"),
            tiers: words("tiers"),
            segments: words("segments"),
            entitlements: words("entitlements"),
            shoppers: words("shoppers"),
            attributes,
            subscription: object.field("subscription").and_then(|value| value.boolean()),
        };
        object.finish();
        when
    }

    /// How many things it asks for besides the moment.
    #[must_use]
    pub fn specificity(&self) -> usize {
        let Self {
            validity: _,
            channels,
            countries,
            regions,
            groups,
            tiers,
            segments,
            entitlements,
            shoppers,
            attributes,
            subscription,
        } = self;
        let words = [countries, regions, groups, tiers, segments, entitlements, shoppers];
        let named = words.iter().filter(|words| !words.is_empty()).count();
        named + usize::from(!channels.is_empty()) + attributes.len() + usize::from(subscription.is_some())
    }

    /// Whether everybody gets it while it is valid.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.specificity() == 0
    }

    /// When it is valid.
    #[must_use]
    pub const fn validity(&self) -> Validity {
        self.validity
    }

    /// Whether it is for this line.
    #[must_use]
    pub fn holds(&self, line: &Line, context: &Context) -> bool {
        let Self {
            validity,
            channels,
            countries,
            regions,
            groups,
            tiers,
            segments,
            entitlements,
            shoppers,
            attributes,
            subscription,
        } = self;
        let shopper = context.shopper.as_ref();
        let any = |wanted: &[String], have: Option<&[String]>| {
            wanted.is_empty() || have.is_some_and(|have| have.iter().any(|word| wanted.contains(word)))
        };
        let one = |wanted: &[String], have: Option<&String>| any(wanted, have.map(std::slice::from_ref));
        validity.holds(context.at)
            && subscription.is_none_or(|subscription| subscription == line.subscription)
            && (channels.is_empty()
                || channels
                    .iter()
                    .any(|(kind, id)| *kind == context.channel.kind && (id.is_none() || *id == context.channel.id)))
            && one(countries, context.country.as_ref())
            && one(regions, context.region.as_ref())
            && any(groups, shopper.map(|shopper| shopper.groups.as_slice()))
            && one(tiers, shopper.and_then(|shopper| shopper.tier.as_ref()))
            && any(segments, shopper.map(|shopper| shopper.segments.as_slice()))
            && any(entitlements, shopper.map(|shopper| shopper.entitlements.as_slice()))
            && one(shoppers, shopper.and_then(|shopper| shopper.id.as_ref()))
            && attributes.iter().all(|(name, values)| {
                let declares = |attribute: &Attribute| attribute.name == *name && values.contains(&attribute.value);
                line.attributes.iter().chain(&context.attributes).any(declares)
            })
    }
}

/// Reads `"live"`, or `{"kind": "live", "id": "room-8"}`.
fn channel(value: Value<'_>) -> Option<(String, Option<String>)> {
    if matches!(value.node(), commerce::Node::Text(_)) {
        return value.identifier().map(|kind| (kind.to_owned(), None));
    }
    let object = value.object()?;
    let kind = object.required("kind").and_then(|kind| kind.identifier());
    let id = object.field("id").and_then(|id| id.identifier());
    object.finish();
    Some((kind?.to_owned(), id.map(str::to_owned)))
}

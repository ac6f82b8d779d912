//! Sales, touches and what is known of referrers: from JSON to facts. What is answered stands in the files of the folder.

pub mod account;
pub mod answer;
pub mod decision;
pub mod links;
pub mod paths;
pub mod sold;

use commerce::facts::referrals::{Bond, LinkKey, Partner, RecentOrder, SoldLine, Touch, TouchKind};
use commerce::{Object, Value, bounds, instant};

/// What a request says of a sale beside its lines: the same fields in a quote and in an attribution.
pub struct Journey {
    /// `touches`.
    pub touches: Vec<Touch>,
    /// `binding`: whom the customer is bound to.
    pub bond: Option<Bond>,
    /// `partners`: what the caller knows of referrers.
    pub partners: Vec<Partner>,
    /// `history`: orders that they brought lately.
    pub history: Vec<RecentOrder>,
}

/// Reads `touches`, `binding`, `partners` and `history`. Touches are at most 1,000.
pub fn journey(object: &Object<'_>, currency: &str) -> Journey {
    let touches = object.field("touches").map_or_else(Vec::new, |value| {
        if let commerce::Node::List(items) = value.node()
            && items.len() > bounds::TOUCHES
        {
            value.fault("too-many-touches", format!("must be at most {}, are {}", bounds::TOUCHES, items.len()));
            return Vec::new();
        }
        value.list(bounds::TOUCHES).filter_map(touch).collect()
    });
    let list = |name: &str| object.field(name).into_iter().flat_map(|value| value.list(bounds::ENTRIES));
    Journey {
        touches,
        bond: object.field("binding").and_then(bond),
        partners: list("partners").filter_map(|value| partner(value, currency)).collect(),
        history: list("history").filter_map(order).collect(),
    }
}

/// The text of a field, where it is there.
pub fn word(object: &Object<'_>, name: &str) -> Option<String> {
    object.field(name).and_then(|value| value.identifier().map(str::to_owned))
}

/// The text of a field that must be there.
pub fn named(object: &Object<'_>, name: &str) -> Option<String> {
    object.required(name).and_then(|value| value.identifier().map(str::to_owned))
}

/// The moment of a field, where it is there.
pub fn moment(object: &Object<'_>, name: &str) -> Option<i64> {
    object.field(name).and_then(|value| value.moment()).map(|moment| moment.at)
}

/// An amount that may be absent, which is nothing.
pub fn money(object: &Object<'_>, name: &str, currency: &str) -> i64 {
    object.field(name).and_then(|value| value.money(currency)).unwrap_or(0)
}

fn flag(object: &Object<'_>, name: &str, otherwise: bool) -> bool {
    object.field(name).and_then(|value| value.boolean()).unwrap_or(otherwise)
}

fn touch(item: Value<'_>) -> Option<Touch> {
    let object = item.object()?;
    let at = object.required("at").and_then(|value| value.moment());
    let kinds = [("click", TouchKind::Click), ("view", TouchKind::View)];
    let kind = object.required("kind").and_then(|value| value.one_of(&kinds));
    let link = object.field("link").and_then(|value| value.text(1_024).map(str::to_owned));
    // A signed link says what the touch would say itself.
    let channel =
        if link.is_some() { word(&object, "channel").or(Some(String::new())) } else { named(&object, "channel") };
    let (id, referrer, content) = (word(&object, "id"), word(&object, "referrer"), word(&object, "content"));
    let (campaign, consent) = (word(&object, "campaign"), flag(&object, "consent", true));
    let fingerprints = object.field("fingerprints").map_or_else(Vec::new, super::context::attributes);
    object.finish();
    let (at, kind, channel) = (at?.at, kind?, channel?);
    Some(Touch { id, at, kind, channel, referrer, content, campaign, link, consent, fingerprints })
}

fn bond(value: Value<'_>) -> Option<Bond> {
    let object = value.object()?;
    let referrer = named(&object, "referrer");
    let since = object.required("since").and_then(|value| value.moment());
    object.finish();
    Some(Bond { referrer: referrer?, since: since?.at })
}

fn partner(value: Value<'_>, currency: &str) -> Option<Partner> {
    let object = value.object()?;
    let id = named(&object, "id");
    let (parent, grade) = (word(&object, "parent"), word(&object, "grade"));
    let (active, own_sales) = (flag(&object, "active", true), flag(&object, "ownSales", false));
    let revenue = money(&object, "revenue", currency);
    let fingerprints = object.field("fingerprints").map_or_else(Vec::new, super::context::attributes);
    object.finish();
    Some(Partner { id: id?, parent, grade, active, own_sales, revenue, fingerprints })
}

fn order(value: Value<'_>) -> Option<RecentOrder> {
    let object = value.object()?;
    let (referrer, buyer) = (named(&object, "referrer"), named(&object, "buyer"));
    let at = object.required("at").and_then(|value| value.moment());
    let new_account = flag(&object, "newAccount", false);
    let fingerprints = object.field("fingerprints").map_or_else(Vec::new, super::context::attributes);
    object.finish();
    Some(RecentOrder { referrer: referrer?, buyer: buyer?, at: at?.at, new_account, fingerprints })
}

/// Reads the lines of a sale that was priced already.
pub fn lines(value: Value<'_>, currency: &str) -> Vec<SoldLine> {
    let read = |item: Value<'_>| {
        let object = item.object()?;
        let (id, sku) = (named(&object, "id"), named(&object, "sku"));
        let categories = object.field("categories").map_or_else(Vec::new, |value| value.identifiers(bounds::ENTRIES));
        let quantity = object.required("quantity").and_then(|value| value.whole(1..=bounds::QUANTITY));
        let net = object.required("net").and_then(|value| value.money(currency));
        let (tax, shipping) = (money(&object, "tax", currency), money(&object, "shipping", currency));
        let creator_funded = money(&object, "creatorFunded", currency);
        let activity = word(&object, "activity");
        object.finish();
        Some(SoldLine {
            id: id?,
            sku: sku?,
            categories,
            quantity: quantity?,
            net: net?,
            tax,
            shipping,
            creator_funded,
            activity,
        })
    };
    value.list(bounds::LINES).filter_map(read).collect()
}

/// Keys of signed links from the setting `link_keys`: `id:secret` pairs separated by spaces, the first one without an end signs.
/// A key that is only taken until a moment has it behind an `@`: `k2:secret@2026-12-31T00:00:00Z`.
///
/// What is no such pair is no key; `/readyz` says so.
pub fn keys(setting: &str) -> Vec<LinkKey> {
    setting.split_whitespace().filter_map(key).collect()
}

/// One pair of the setting `link_keys`.
pub fn key(pair: &str) -> Option<LinkKey> {
    let (id, rest) = pair.split_once(':')?;
    let (secret, until) = match rest.rsplit_once('@') {
        Some((secret, until)) => (secret, Some(instant::parse(until)?.at)),
        None => (rest, None),
    };
    let whole = !id.is_empty() && !secret.is_empty();
    whole.then(|| LinkKey { id: id.to_owned(), secret: secret.as_bytes().to_vec(), until })
}

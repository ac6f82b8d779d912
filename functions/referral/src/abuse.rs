//! Signs of abuse, each with a score and the number behind it; never a silent drop: the programme says what a total leads to.
//!
//! What they are: AppsFlyer and Branch publish click-to-install time (hijacking at its short end, flooding by its volume);
//! self-referral, shared devices, velocity and address clusters are those of affiliate programmes. Everything is read from
//! facts and hashes in the request; nothing is remembered.

use crate::commission::Partners;
use crate::programme::{Abuse, Limit, SelfPurchase};
use commerce::facts::referrals::{Action, RecentOrder, Sale, Signal, Touch, TouchKind};
use commerce::facts::types::{Attribute, Context};
use std::collections::{BTreeMap, BTreeSet};

/// Kinds of hashes that tell one person from another; a network is shared by strangers.
const PERSONAL: [&str; 3] = ["device", "payment", "address"];

/// What is known of one sale when its referrers are looked at.
pub struct Scene<'a> {
    pub sale: &'a Sale,
    pub context: &'a Context,
    /// Touches that were used.
    pub used: &'a [&'a Touch],
    pub partners: &'a Partners<'a>,
}

/// Every sign that one referrer of the sale raises.
pub fn signals(scene: &Scene<'_>, referrer: &str) -> Vec<Signal> {
    let abuse = &scene.partners.programme.abuse;
    let looks: [(&str, Limit, Option<i64>, i64); 7] = [
        ("self-referral", abuse.self_referral, same_person(scene, referrer), 1),
        ("circular-chain", abuse.circular_chain, circular(scene, referrer), 1),
        (
            "shared-device",
            abuse.shared_device,
            cluster(scene, referrer, abuse.shared_device, "device", false),
            i64::from(abuse.shared_device.count),
        ),
        (
            "new-accounts",
            abuse.new_accounts,
            cluster(scene, referrer, abuse.new_accounts, "address", true),
            i64::from(abuse.new_accounts.count),
        ),
        ("velocity", abuse.velocity, velocity(scene, referrer, abuse.velocity), i64::from(abuse.velocity.count)),
        ("click-hijack", abuse.hijack, hijack(scene, referrer, abuse.hijack), abuse.hijack.seconds),
        ("click-flooding", abuse.flooding, flooding(scene, referrer, abuse.flooding), i64::from(abuse.flooding.count)),
    ];
    let raised = looks.into_iter().filter_map(|(code, limit, found, bound)| {
        Some(Signal {
            code: code.into(),
            referrer: referrer.to_owned(),
            score: limit.score,
            found: found?,
            limit: bound,
        })
    });
    raised.collect()
}

/// What the programme makes of one referrer's signals.
pub fn judge(abuse: &Abuse, signals: &[Signal], referrer: &str) -> Action {
    let total: u32 = signals.iter().filter(|signal| signal.referrer == referrer).map(|signal| signal.score).sum();
    match total {
        _ if total >= abuse.refuse => Action::Refuse,
        _ if total >= abuse.hold => Action::Hold,
        _ => Action::Pay,
    }
}

fn buyer<'a>(scene: &Scene<'a>) -> Option<&'a str> {
    scene.context.shopper.as_ref().and_then(|shopper| shopper.id.as_deref())
}

/// Hashes of the buyer, and of the devices and networks that the touches were met with.
fn fingerprints<'a>(scene: &Scene<'a>) -> impl Iterator<Item = &'a Attribute> {
    let own = scene.context.shopper.iter().flat_map(|shopper| &shopper.fingerprints);
    own.chain(scene.used.iter().flat_map(|touch| &touch.fingerprints))
}

/// The same customer, or as many hashes as the referrer shares with the buyer or with the buyer's touches.
fn same_person(scene: &Scene<'_>, referrer: &str) -> Option<i64> {
    let welcome = scene.partners.programme.plan.self_purchase != SelfPurchase::Deny;
    if buyer(scene) == Some(referrer) {
        return (!welcome).then_some(1);
    }
    let known = scene.sale.partners.iter().find(|partner| partner.id == referrer)?;
    let personal = fingerprints(scene).filter(|hash| PERSONAL.contains(&hash.name.as_str()));
    let shared: BTreeSet<(&str, &str)> =
        personal.filter(|hash| known.fingerprints.contains(hash)).map(|hash| (&*hash.name, &*hash.value)).collect();
    (!shared.is_empty()).then(|| i64::try_from(shared.len()).unwrap_or(i64::MAX))
}

/// The buyer stands above the referrer; found is how many steps above.
fn circular(scene: &Scene<'_>, referrer: &str) -> Option<i64> {
    let buyer = buyer(scene)?;
    let mut above = scene.partners.standing(referrer).parent;
    // The request's chains have no cycle; the rulebook's and the request's together could, so the walk is bounded.
    for steps in 1..=64 {
        let id = above?;
        if id == buyer {
            return Some(steps);
        }
        above = scene.partners.standing(id).parent;
    }
    None
}

fn recent<'a>(scene: &Scene<'a>, referrer: &'a str, seconds: i64) -> impl Iterator<Item = &'a RecentOrder> {
    let at = scene.context.at;
    let orders = scene.sale.history.iter().filter(move |order| order.referrer == referrer);
    orders.filter(move |order| order.at <= at && at - order.at <= seconds)
}

/// The buyer has not ordered before, as far as the storefront says.
fn is_new(scene: &Scene<'_>) -> bool {
    let orders = scene.context.shopper.as_ref().and_then(|shopper| shopper.orders.as_ref());
    orders.is_some_and(|orders| orders.count == 0)
}

/// The most buyers who share one hash of a kind, this one among them.
fn cluster(scene: &Scene<'_>, referrer: &str, limit: Limit, kind: &str, new_only: bool) -> Option<i64> {
    let mut buyers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for order in recent(scene, referrer, limit.seconds).filter(|order| order.new_account || !new_only) {
        for hash in order.fingerprints.iter().filter(|hash| hash.name == kind) {
            buyers.entry(&hash.value).or_default().insert(&order.buyer);
        }
    }
    if let (Some(buyer), true) = (buyer(scene), !new_only || is_new(scene)) {
        for hash in fingerprints(scene).filter(|hash| hash.name == kind) {
            buyers.entry(&hash.value).or_default().insert(buyer);
        }
    }
    let most = buyers.values().map(BTreeSet::len).max().unwrap_or(0);
    reached(most, limit)
}

/// Orders in a short time, this one counted.
fn velocity(scene: &Scene<'_>, referrer: &str, limit: Limit) -> Option<i64> {
    reached(recent(scene, referrer, limit.seconds).count() + 1, limit)
}

/// Seconds from the referrer's last click to the order, where they are too few.
fn hijack(scene: &Scene<'_>, referrer: &str, limit: Limit) -> Option<i64> {
    let last = clicks(scene, referrer).map(|touch| touch.at).max()?;
    let seconds = scene.context.at - last;
    (seconds <= limit.seconds).then_some(seconds)
}

/// Clicks in a short time before the order.
fn flooding(scene: &Scene<'_>, referrer: &str, limit: Limit) -> Option<i64> {
    reached(clicks(scene, referrer).filter(|touch| scene.context.at - touch.at <= limit.seconds).count(), limit)
}

fn clicks<'a>(scene: &Scene<'a>, referrer: &'a str) -> impl Iterator<Item = &'a Touch> {
    let touches = scene.used.iter().copied();
    touches.filter(move |touch| touch.kind == TouchKind::Click && touch.referrer.as_deref() == Some(referrer))
}

fn reached(found: usize, limit: Limit) -> Option<i64> {
    let found = i64::try_from(found).unwrap_or(i64::MAX);
    (found >= i64::from(limit.count)).then_some(found)
}

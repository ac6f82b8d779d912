//! Signs of abuse, each with a score and the number behind it; never a silent drop: the programme says what a total leads to.
//!
//! What they are: AppsFlyer and Branch publish click-to-install time (hijacking at its short end, flooding by its volume);
//! self-referral, shared devices, velocity and address clusters are those of affiliate programmes. Everything is read from
//! facts and hashes in the request; nothing is remembered.

use crate::commission::Partners;
use crate::programme::{Abuse, Limit, SelfPurchase};
use commerce::facts::referrals::{Action, RecentOrder, Sale, Signal, Touch, TouchKind};
use commerce::facts::types::Context;
use std::collections::{BTreeMap, BTreeSet};

/// Kinds of hashes that tell one person from another; a network is shared by strangers.
const PERSONAL: [&str; 3] = ["device", "payment", "address"];

/// What is known of one sale when its referrers are looked at, each found by name: there may be a thousand of everything.
pub struct Scene<'a> {
    context: &'a Context,
    partners: &'a Partners<'a>,
    /// Orders that a referrer brought lately.
    orders: BTreeMap<&'a str, Vec<&'a RecentOrder>>,
    /// Moments of clicks that were used.
    clicks: BTreeMap<&'a str, Vec<i64>>,
    /// Hashes of the buyer, and of the devices and networks that the touches were met with: kind and value.
    fingerprints: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Scene<'a> {
    /// `used` are the touches that were used.
    pub fn new(sale: &'a Sale, context: &'a Context, used: &[&'a Touch], partners: &'a Partners<'a>) -> Self {
        let own = context.shopper.iter().flat_map(|shopper| &shopper.fingerprints);
        let met = used.iter().flat_map(|touch| &touch.fingerprints);
        let mut scene = Self {
            context,
            partners,
            orders: BTreeMap::new(),
            clicks: BTreeMap::new(),
            fingerprints: own.chain(met).map(|hash| (hash.name.as_str(), hash.value.as_str())).collect(),
        };
        for order in &sale.history {
            scene.orders.entry(&order.referrer).or_default().push(order);
        }
        for touch in used.iter().filter(|touch| touch.kind == TouchKind::Click) {
            if let Some(referrer) = &touch.referrer {
                scene.clicks.entry(referrer).or_default().push(touch.at);
            }
        }
        scene
    }

    /// The programme's say on signals.
    pub fn rule(&self) -> &'a Abuse {
        &self.partners.programme.abuse
    }

    fn buyer(&self) -> Option<&'a str> {
        self.context.shopper.as_ref().and_then(|shopper| shopper.id.as_deref())
    }
}

/// Every sign that one referrer of the sale raises.
pub fn signals(scene: &Scene<'_>, referrer: &str) -> Vec<Signal> {
    let abuse = scene.rule();
    let count = |limit: Limit| i64::from(limit.count);
    let looks: [(&str, Limit, Option<i64>, i64); 7] = [
        ("self-referral", abuse.self_referral, same_person(scene, referrer), 1),
        ("circular-chain", abuse.circular_chain, circular(scene, referrer), 1),
        (
            "shared-device",
            abuse.shared_device,
            cluster(scene, referrer, abuse.shared_device, "device", false),
            count(abuse.shared_device),
        ),
        (
            "new-accounts",
            abuse.new_accounts,
            cluster(scene, referrer, abuse.new_accounts, "address", true),
            count(abuse.new_accounts),
        ),
        ("velocity", abuse.velocity, velocity(scene, referrer, abuse.velocity), count(abuse.velocity)),
        ("click-hijack", abuse.hijack, hijack(scene, referrer, abuse.hijack), abuse.hijack.seconds),
        ("click-flooding", abuse.flooding, flooding(scene, referrer, abuse.flooding), count(abuse.flooding)),
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
pub fn judge(abuse: &Abuse, signals: &[Signal]) -> Action {
    let total: u32 = signals.iter().map(|signal| signal.score).sum();
    match total {
        _ if total >= abuse.refuse => Action::Refuse,
        _ if total >= abuse.hold => Action::Hold,
        _ => Action::Pay,
    }
}

/// The same customer, or as many hashes as the referrer shares with the buyer or with the buyer's touches.
fn same_person(scene: &Scene<'_>, referrer: &str) -> Option<i64> {
    let welcome = scene.partners.programme.plan.self_purchase != SelfPurchase::Deny;
    if scene.buyer() == Some(referrer) {
        return (!welcome).then_some(1);
    }
    let own = scene.partners.fingerprints(referrer).iter().map(|hash| (hash.name.as_str(), hash.value.as_str()));
    let personal = own.filter(|(kind, _)| PERSONAL.contains(kind));
    let shared: BTreeSet<(&str, &str)> = personal.filter(|hash| scene.fingerprints.contains(hash)).collect();
    (!shared.is_empty()).then(|| i64::try_from(shared.len()).unwrap_or(i64::MAX))
}

/// The buyer stands above the referrer; found is how many steps above.
fn circular(scene: &Scene<'_>, referrer: &str) -> Option<i64> {
    let buyer = scene.buyer()?;
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

fn recent<'s>(scene: &'s Scene<'_>, referrer: &str, seconds: i64) -> impl Iterator<Item = &'s RecentOrder> {
    let (at, orders) = (scene.context.at, scene.orders.get(referrer).into_iter().flatten().copied());
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
    let joins = scene.buyer().filter(|_| !new_only || is_new(scene));
    let alone = joins.is_some() && scene.fingerprints.range((kind, "")..).next().is_some_and(|(name, _)| *name == kind);
    let together = buyers.into_iter().map(|(hash, mut buyers)| {
        buyers.extend(joins.filter(|_| scene.fingerprints.contains(&(kind, hash))));
        buyers.len()
    });
    reached(together.max().unwrap_or(0).max(usize::from(alone)), limit)
}

/// Orders in a short time, this one counted.
fn velocity(scene: &Scene<'_>, referrer: &str, limit: Limit) -> Option<i64> {
    reached(recent(scene, referrer, limit.seconds).count() + 1, limit)
}

/// Seconds from the referrer's last click to the order, where they are too few.
fn hijack(scene: &Scene<'_>, referrer: &str, limit: Limit) -> Option<i64> {
    let last = clicks(scene, referrer).max()?;
    let seconds = scene.context.at - last;
    (seconds <= limit.seconds).then_some(seconds)
}

/// Clicks in a short time before the order.
fn flooding(scene: &Scene<'_>, referrer: &str, limit: Limit) -> Option<i64> {
    reached(clicks(scene, referrer).filter(|at| scene.context.at - at <= limit.seconds).count(), limit)
}

fn clicks(scene: &Scene<'_>, referrer: &str) -> impl Iterator<Item = i64> {
    scene.clicks.get(referrer).into_iter().flatten().copied()
}

fn reached(found: usize, limit: Limit) -> Option<i64> {
    let found = i64::try_from(found).unwrap_or(i64::MAX);
    (found >= i64::from(limit.count)).then_some(found)
}

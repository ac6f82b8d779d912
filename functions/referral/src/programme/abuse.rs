//! Which signals of abuse count, how much, and what a total leads to.

use commerce::{Value, bounds};
use serde::{Deserialize, Serialize};

/// One signal: it is raised when what was counted within the seconds reaches the number, or, for times, stays below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// What it adds to the total, 0 to 100; 0 reports it without effect.
    pub score: u32,
    /// How many raise it.
    pub count: u32,
    /// Within how many seconds.
    pub seconds: i64,
}

/// What the programme makes of signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abuse {
    /// A total from which payment is held for review.
    pub hold: u32,
    /// A total from which payment is refused.
    pub refuse: u32,
    /// The buyer is the referrer, or shares a device, payment or address with them.
    pub self_referral: Limit,
    /// Buyers of one referrer who share a device.
    pub shared_device: Limit,
    /// Orders of one referrer in a short time.
    pub velocity: Limit,
    /// The order came sooner after the click than a person can order (a hijacked click).
    pub hijack: Limit,
    /// Clicks of one referrer before the order, in a short time (flooding).
    pub flooding: Limit,
    /// The buyer stands above the referrer.
    pub circular_chain: Limit,
    /// New accounts at one address.
    pub new_accounts: Limit,
}

impl Default for Abuse {
    /// Any certain sign holds, two or a self-referral refuse; the numbers are starting points for a merchant to change.
    fn default() -> Self {
        let limit = |score, count, seconds| Limit { score, count, seconds };
        Self {
            hold: 50,
            refuse: 100,
            self_referral: limit(100, 1, 0),
            shared_device: limit(50, 3, 30 * 86_400),
            velocity: limit(30, 30, 3_600),
            hijack: limit(50, 1, 5),
            flooding: limit(30, 30, 86_400),
            circular_chain: limit(100, 1, 0),
            new_accounts: limit(50, 3, 30 * 86_400),
        }
    }
}

impl Abuse {
    pub(super) fn read(value: &Value<'_>) -> Self {
        let mut abuse = Self::default();
        let Some(object) = value.object() else { return abuse };
        let total = |name| object.field(name).and_then(|value| value.whole(1..=700));
        abuse.hold = total("hold").unwrap_or(abuse.hold);
        abuse.refuse = total("refuse").unwrap_or(abuse.refuse);
        if let Some(signals) = object.field("signals").and_then(|value| value.object()) {
            let places = [
                ("selfReferral", &mut abuse.self_referral),
                ("sharedDevice", &mut abuse.shared_device),
                ("velocity", &mut abuse.velocity),
                ("hijack", &mut abuse.hijack),
                ("flooding", &mut abuse.flooding),
                ("circularChain", &mut abuse.circular_chain),
                ("newAccounts", &mut abuse.new_accounts),
            ];
            for (name, place) in places {
                if let Some(value) = signals.field(name) {
                    *place = limit(&value, *place);
                }
            }
            signals.finish();
        }
        object.finish();
        abuse
    }
}

fn limit(value: &Value<'_>, otherwise: Limit) -> Limit {
    let Some(object) = value.object() else { return otherwise };
    let limit = Limit {
        score: object.field("score").and_then(|value| value.whole(0..=100)).unwrap_or(otherwise.score),
        count: object.field("count").and_then(|value| value.whole(1..=1_000_000)).unwrap_or(otherwise.count),
        seconds: object
            .field("seconds")
            .and_then(|value| value.integer(0..=bounds::LATEST))
            .unwrap_or(otherwise.seconds),
    };
    object.finish();
    limit
}

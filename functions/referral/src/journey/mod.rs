//! One journey: which touches count, and how the model shares the credit between them.
//!
//! A touch is *eligible* that is not after the sale, lies in its window (inclusive), and was made with consent. Direct
//! visits never win over a known touch: they count only where nothing else does. Touches are put in order of time, equal
//! times in the order given, so that the order of rows in a request decides nothing else.

mod weigh;

pub use weigh::weigh;

use crate::programme::Programme;
use commerce::facts::referrals::{Touch, UnusedTouch};

/// A touch later than the sale by more than this was not only a race of clocks: one day, in seconds.
const RACE: i64 = 86_400;

/// The channel of a visit that nobody brought about.
pub const DIRECT: &str = "direct";

/// The touches that count, in order of time, by their place in the request; and why the others do not.
pub struct Journey {
    /// Places of eligible touches.
    pub used: Vec<usize>,
    /// The others.
    pub unused: Vec<UnusedTouch>,
}

/// Sorts out the touches of a sale at `at`.
pub fn judge(touches: &[Touch], at: i64, programme: &Programme) -> Journey {
    let mut used = Vec::new();
    let mut unused = Vec::new();
    let known = touches.iter().any(|touch| reason(touch, at, programme).is_none() && touch.channel != DIRECT);
    for (place, touch) in touches.iter().enumerate() {
        let direct = (known && touch.channel == DIRECT).then_some("direct-after-known");
        match reason(touch, at, programme).or(direct) {
            None => used.push(place),
            Some(code) => {
                unused.push(UnusedTouch { index: u32::try_from(place).unwrap_or(u32::MAX), code: code.into() })
            }
        }
    }
    used.sort_by_key(|place| (touches.get(*place).map(|touch| touch.at), *place));
    Journey { used, unused }
}

fn reason(touch: &Touch, at: i64, programme: &Programme) -> Option<&'static str> {
    if touch.at > at {
        return Some(if touch.at - at > RACE { "implausible-time" } else { "after-conversion" });
    }
    (at - touch.at > programme.windows.of(touch.kind, &touch.channel)).then_some("outside-window")
}

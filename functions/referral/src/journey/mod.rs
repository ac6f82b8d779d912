//! One journey: which touches count, and how the model shares the credit between them.
//!
//! A touch is *eligible* that is not after the sale, lies in its window (inclusive), and was made with consent. Direct
//! visits never win over a known touch: they count only where nothing else does. Touches are put in order of time, equal
//! times in the order given, so that the order of rows in a request decides nothing else.

mod weigh;

pub use weigh::{position, weigh};

use crate::link;
use crate::programme::Programme;
use commerce::facts::referrals::{LinkClaim, Note, Sale, Touch, UnusedTouch};
use commerce::facts::types::Context;

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

/// Reads the signed links among the touches: what they say in place of what the touch says, or why they are not taken.
pub fn resolve(sale: &Sale, context: &Context, programme: &Programme) -> (Vec<Touch>, Vec<UnusedTouch>) {
    let mut refused = Vec::new();
    let read = |(place, touch): (usize, &Touch)| {
        let Some(token) = &touch.link else { return touch.clone() };
        match link::verify(token, &sale.merchant, &sale.keys, touch.at, context.at, programme.links.replay) {
            Ok(LinkClaim { referrer, channel, content, campaign, issued: _, expires: _ }) => {
                Touch { referrer: Some(referrer), channel, content, campaign, ..touch.clone() }
            }
            Err(code) => {
                refused.push(unused(place, &code));
                touch.clone()
            }
        }
    };
    let touches = sale.touches.iter().enumerate().map(read).collect();
    (touches, refused)
}

/// Sorts out the touches of a sale at `at`; `refused` are those whose link was not taken.
pub fn judge(
    touches: &[Touch],
    refused: Vec<UnusedTouch>,
    at: i64,
    programme: &Programme,
    notes: &mut Vec<Note>,
) -> Journey {
    if !touches.is_sorted_by_key(|touch| touch.at) {
        notes.push(Note { code: "touches-out-of-order".into(), subject: String::new() });
    }
    let mut sorted: Vec<usize> = Vec::new();
    let mut unusable = refused;
    for (place, touch) in touches.iter().enumerate() {
        if unusable.iter().any(|unused| usize::try_from(unused.index) == Ok(place)) {
            continue;
        }
        match reason(touch, at, programme) {
            None => sorted.push(place),
            Some(code) => unusable.push(unused(place, code)),
        }
    }
    let is_direct = |place: &usize| touches.get(*place).is_some_and(|touch| touch.channel == DIRECT);
    let known = sorted.iter().any(|place| !is_direct(place));
    let (mut used, dropped): (Vec<usize>, Vec<usize>) =
        sorted.into_iter().partition(|place| !known || !is_direct(place));
    unusable.extend(dropped.into_iter().map(|place| unused(place, "direct-after-known")));
    unusable.sort_by_key(|unused| unused.index);
    used.sort_by_key(|place| (touches.get(*place).map(|touch| touch.at), *place));
    Journey { used, unused: unusable }
}

fn unused(place: usize, code: &str) -> UnusedTouch {
    UnusedTouch { index: u32::try_from(place).unwrap_or(u32::MAX), code: code.to_owned() }
}

fn reason(touch: &Touch, at: i64, programme: &Programme) -> Option<&'static str> {
    if touch.at > at {
        return Some(if touch.at - at > RACE { "implausible-time" } else { "after-conversion" });
    }
    if !touch.consent {
        return Some("no-consent");
    }
    (at - touch.at > programme.windows.of(touch.kind, &touch.channel)).then_some("outside-window")
}

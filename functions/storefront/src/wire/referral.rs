//! Touches of a journey.

use commerce::facts::referrals::{Touch, TouchKind};
use commerce::{Object, Value, bounds};

/// Reads `touches`, at most 1,000.
pub fn touches(value: Value<'_>) -> Vec<Touch> {
    value.list(bounds::TOUCHES).filter_map(touch).collect()
}

fn touch(item: Value<'_>) -> Option<Touch> {
    let object = item.object()?;
    let word =
        |object: &Object<'_>, name: &str| object.field(name).and_then(|value| value.identifier().map(str::to_owned));
    let at = object.required("at").and_then(|value| value.moment());
    let kind = object
        .required("kind")
        .and_then(|value| value.one_of(&[("click", TouchKind::Click), ("view", TouchKind::View)]));
    let channel = object.required("channel").and_then(|value| value.identifier().map(str::to_owned));
    let touch = (word(&object, "referrer"), word(&object, "content"), word(&object, "campaign"));
    object.finish();
    let (referrer, content, campaign) = touch;
    Some(Touch { at: at?.at, kind: kind?, channel: channel?, referrer, content, campaign })
}

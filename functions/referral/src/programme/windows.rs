//! How long a touch counts: by kind, and by channel where the programme says so. A window is inclusive: a touch exactly
//! as old as the window counts.

use commerce::facts::referrals::TouchKind;
use commerce::{Value, bounds};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Seconds that a click and a view count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// For a touch that was followed.
    pub click: i64,
    /// For a touch that was seen.
    pub view: i64,
}

impl Default for Span {
    /// Seven days for a click and one for a view, the usual windows of mobile measurement.
    fn default() -> Self {
        Self { click: 7 * 86_400, view: 86_400 }
    }
}

impl Span {
    /// The seconds for one kind.
    pub fn of(&self, kind: TouchKind) -> i64 {
        match kind {
            TouchKind::Click => self.click,
            TouchKind::View => self.view,
        }
    }
}

/// Windows of a programme.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Windows {
    /// Where the channel has none of its own.
    pub usual: Span,
    /// By channel.
    pub channels: BTreeMap<String, Span>,
}

impl Windows {
    /// How long a touch of this kind in this channel counts, in seconds.
    pub fn of(&self, kind: TouchKind, channel: &str) -> i64 {
        self.channels.get(channel).unwrap_or(&self.usual).of(kind)
    }

    pub(super) fn read(value: &Value<'_>) -> Self {
        let mut windows = Self::default();
        let Some(object) = value.object() else { return windows };
        windows.usual = span(&object, Span::default());
        for (channel, value) in object.field("channels").iter().flat_map(|value| value.entries(bounds::ENTRIES)) {
            if let Some(own) = value.object() {
                windows.channels.insert(channel.to_owned(), span(&own, windows.usual));
                own.finish();
            }
        }
        object.finish();
        windows
    }
}

fn span(object: &commerce::Object<'_>, otherwise: Span) -> Span {
    let seconds = |name| object.field(name).and_then(|value| value.integer(0..=bounds::LATEST));
    Span { click: seconds("click").unwrap_or(otherwise.click), view: seconds("view").unwrap_or(otherwise.view) }
}

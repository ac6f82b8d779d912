//! Where the shopper shops: a live room, a mini-program, a store, a community, a group chat.

use crate::catalogue::{Kind, Test};
use crate::index::Key;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, holds};
use crate::target::{has, sorted};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    kinds: Vec<String>,
    ids: Vec<String>,
}

impl Test for Channel {
    const KIND: Kind = Kind {
        name: "channel",
        about: "The shopper shops in a channel of one of these kinds and, where given, in one of these rooms, shops or groups.",
        fields: r##""kinds": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/$defs/Identifier"}}, "ids": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/$defs/Identifier"}}"##,
        required: &["kinds|ids"],
        example: r#"{"kind": "channel", "kinds": ["live"], "ids": ["room-8"]}"#,
        codes: &[("channel-not-eligible", "the shopper shops elsewhere")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        let words = |name: &str| sorted(object.field(name).map(|value| value.identifiers(1_000)).unwrap_or_default());
        let found = Self { kinds: words("kinds"), ids: words("ids") };
        if found.kinds.is_empty() && found.ids.is_empty() {
            object.value().fault("missing-field", "`kinds` or `ids` must name something");
        }
        Some(found)
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        let channel = &scene.context.channel;
        let kind = self.kinds.is_empty() || has(&self.kinds, &channel.kind);
        let id = self.ids.is_empty() || channel.id.as_ref().is_some_and(|id| has(&self.ids, id));
        holds("channel-not-eligible", kind && id)
    }

    fn keys(&self) -> Option<Vec<Key>> {
        if self.ids.is_empty() {
            return Some(self.kinds.iter().map(|kind| Key::channel(kind)).collect());
        }
        Some(self.ids.iter().map(|id| Key::channel_id(id)).collect())
    }
}

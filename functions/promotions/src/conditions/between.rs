//! Between two moments.

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene};
use commerce::Object;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Between {
    from: Option<i64>,
    until: Option<i64>,
}

impl Test for Between {
    const KIND: Kind = Kind {
        name: "between",
        about: "The cart is judged at or after `from` and before `until`.",
        fields: r#""from": {"type": "string", "format": "date-time"}, "until": {"type": "string", "format": "date-time"}"#,
        required: &[],
        example: r#"{"kind": "between", "from": "2026-11-11T00:00:00+08:00", "until": "2026-11-12T00:00:00+08:00"}"#,
        codes: &[
            ("not-started", "seconds since 1970: when it starts, now"),
            ("ended", "seconds since 1970: when it ended, now"),
        ],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        let moment = |name: &str| object.field(name).and_then(|value| value.moment()).map(|moment| moment.at);
        let found = Self { from: moment("from"), until: moment("until") };
        if let (Some(from), Some(until)) = (found.from, found.until)
            && from >= until
        {
            object.value().fault("empty-range", "`from` is not before `until`");
        }
        Some(found)
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        let at = scene.context.at;
        if let Some(from) = self.from.filter(|from| at < *from) {
            return Err(Refusal::numbers("not-started", from, at));
        }
        match self.until {
            Some(until) if at >= until => Err(Refusal::numbers("ended", until, at)),
            _ => Ok(()),
        }
    }
}

//! Hours of the week as clocks show them in an IANA zone, right across changes of offset: 20:00 stays 20:00.
//!
//! Hours that a change skips do not occur; hours that it repeats occur twice, and both count.

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::{Reader, read_zone};
use crate::scene::{Refusal, Scene, holds};
use commerce::{Object, Value};
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weekly {
    days: Vec<u32>,
    from: i64,
    until: i64,
    zone: String,
}

const DAYS: [(&str, u32); 7] = [("mon", 0), ("tue", 1), ("wed", 2), ("thu", 3), ("fri", 4), ("sat", 5), ("sun", 6)];

impl Test for Weekly {
    const KIND: Kind = Kind {
        name: "weekly",
        about: "It is one of these days of the week, at or after `from` and before `until` (24:00 is the day's end; an end before the start is on the next day), in `timeZone` or the rulebook's.",
        fields: r##""days": {"type": "array", "maxItems": 7, "items": {"enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}}, "from": {"type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"}, "until": {"type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"}, "timeZone": {"$ref": "#/$defs/Identifier"}"##,
        required: &[],
        example: r#"{"kind": "weekly", "days": ["fri", "sat"], "from": "20:00", "until": "02:00", "timeZone": "Asia/Shanghai"}"#,
        codes: &[("outside-hours", "it is another hour or day there")],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let days: Vec<u32> = match object.field("days") {
            Some(value) => value.list(7).filter_map(|day| day.one_of(&DAYS)).collect(),
            None => DAYS.iter().map(|(_, day)| *day).collect(),
        };
        let from = object.field("from").map_or(Some(0), read_hour);
        let until = object.field("until").map_or(Some(86_400), read_hour);
        let zone = object.field("timeZone").map_or_else(|| Some(reader.zone.clone()), read_zone)?;
        reader.zones.borrow_mut().insert(zone.clone());
        Some(Self { days, from: from?, until: until?, zone })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        let Some(wall) = scene.wall(&self.zone) else { return Err(Refusal::plain("outside-hours")) };
        let yesterday = (wall.weekday + 6) % 7;
        let (today, eve) = (self.days.contains(&wall.weekday), self.days.contains(&yesterday));
        let open = if self.from < self.until {
            today && (self.from..self.until).contains(&wall.second)
        } else {
            (today && wall.second >= self.from) || (eve && wall.second < self.until)
        };
        holds("outside-hours", open)
    }
}

/// `20:00` as seconds since midnight; `24:00` is the end of the day.
fn read_hour(value: Value<'_>) -> Option<i64> {
    let text = value.text(5)?;
    let parsed = text.split_once(':').and_then(|(hours, minutes)| {
        let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let (hour, minute) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
        let known = digits(hours) && digits(minutes) && minute < 60 && (hour < 24 || (hour == 24 && minute == 0));
        known.then_some(hour * 3_600 + minute * 60)
    });
    if parsed.is_none() {
        value.fault("invalid-hour", "must be hours and minutes, 00:00 to 24:00");
    }
    parsed
}

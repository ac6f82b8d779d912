//! When a node works: weekly hours in its zone, days closed, the cut-off.
//!
//! Local time is the civil time of the zone (IANA time zone database, bundled with `jiff`, so that nothing is read from
//! the machine). What must never be in here: a clock.

use commerce::{Value, instant};
use jiff::{
    Timestamp,
    tz::{Offset, TimeZone},
};
use serde::{Deserialize, Serialize};

/// Seconds of a day.
pub const DAY: i64 = 86_400;
/// How many days ahead a node is looked at before it counts as closed.
const HORIZON: i64 = 60;

const DAYS: [(&str, usize); 7] = [("mon", 0), ("tue", 1), ("wed", 2), ("thu", 3), ("fri", 4), ("sat", 5), ("sun", 6)];

/// Hours of a node, in seconds of the local day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// For each day from Monday, from when to when; `None` is always open.
    week: Option<[Vec<(i64, i64)>; 7]>,
    /// Days closed, since 1970-01-01, sorted.
    closed: Vec<i64>,
}

/// A zone of the time zone database, or a fixed offset.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(Self)
    }

    /// The zone that is always so many seconds east of UTC; UTC where no clock on earth is.
    #[must_use]
    pub fn fixed(offset: i32) -> Self {
        Self(Offset::from_seconds(offset).map_or(TimeZone::UTC, TimeZone::fixed))
    }

    /// Seconds east of UTC at a moment.
    #[must_use]
    pub fn offset(&self, at: i64) -> i32 {
        Timestamp::from_second(at).map_or(0, |moment| self.0.to_offset(moment).seconds())
    }

    /// The civil time, as seconds since 1970-01-01T00:00:00 of the zone's own clock.
    #[must_use]
    pub fn local(&self, at: i64) -> i64 {
        at + i64::from(self.offset(at))
    }

    /// The moment of a civil time; where the clock is put forward over it, the moment as the clock before would show it.
    #[must_use]
    pub fn moment(&self, local: i64) -> i64 {
        let guess = local - i64::from(self.offset(local));
        let second = local - i64::from(self.offset(guess));
        if self.local(second) == local { second } else { guess.max(second) }
    }
}

/// Seconds of the day of `HH:MM`; `24:00` is the day's end.
pub fn clock(value: &Value<'_>) -> Option<i64> {
    let text = value.text(5)?;
    let seconds = match text.as_bytes() {
        [a, b, b':', c, d] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()) => {
            let digit = |byte: &u8| i64::from(byte - b'0');
            let (hours, minutes) = (digit(a) * 10 + digit(b), digit(c) * 10 + digit(d));
            (minutes < 60).then_some(hours * 3_600 + minutes * 60).filter(|seconds| *seconds <= DAY)
        }
        _ => None,
    };
    if seconds.is_none() {
        value.fault("invalid-clock", "must be a time of day as HH:MM, 00:00 to 24:00");
    }
    seconds
}

/// A civil date `YYYY-MM-DD`, as days since 1970-01-01.
pub fn date(value: &Value<'_>) -> Option<i64> {
    let text = value.text(10)?;
    let day = instant::parse(&format!("{text}T00:00:00Z")).map(|moment| moment.at / DAY);
    if day.is_none() {
        value.fault("invalid-date", "must be a date as YYYY-MM-DD");
    }
    day
}

impl Hours {
    /// Reads `hours` and `closed` of a node.
    pub fn read(hours: Option<Value<'_>>, closed: Option<Value<'_>>) -> Self {
        let mut week: [Vec<(i64, i64)>; 7] = Default::default();
        if let Some(list) = &hours {
            let refused = list.list(50).filter(|entry| read_hours(entry, &mut week).is_none()).count();
            if refused == 0 && week.iter().all(Vec::is_empty) {
                list.fault(
                    "closed-all-week",
                    "must be open at some hour of the week; a node that is closed for good has `active` false",
                );
            }
        }
        for day in &mut week {
            day.sort_unstable();
        }
        let mut days: Vec<i64> =
            closed.iter().flat_map(|list| list.list(1_000)).filter_map(|item| date(&item)).collect();
        days.sort_unstable();
        Self { week: hours.is_some().then_some(week), closed: days }
    }

    /// The open hours of a local day, in seconds of that day.
    fn day(&self, day: i64) -> &[(i64, i64)] {
        if self.closed.binary_search(&day).is_ok() {
            return &[];
        }
        let Some(week) = &self.week else { return &[(0, DAY)] };
        // 1970-01-01 was a Thursday.
        usize::try_from((day + 3).rem_euclid(7)).ok().and_then(|index| week.get(index)).map_or(&[], Vec::as_slice)
    }

    /// Whether the node works on that local day.
    #[must_use]
    pub fn works_on(&self, day: i64) -> bool {
        !self.day(day).is_empty()
    }

    /// When work that starts at a moment and takes so many seconds of open hours is done, as a moment; `None` where the node
    /// does not open within the horizon. Hours are of the zone's clock, work takes the seconds that pass: an hour that the clock
    /// leaves out is not worked in, one that it shows twice is two.
    #[must_use]
    pub fn done(&self, zone: &Zone, mut start: i64, seconds: i64) -> Option<i64> {
        if self.week.is_none() && self.closed.is_empty() {
            return Some(start + seconds);
        }
        let mut left = seconds;
        // Long work (a lead time of weeks) may pass the horizon; what counts is that the node opens in every stretch of it.
        let mut idle = 0;
        let mut day = zone.local(start).div_euclid(DAY);
        while idle < HORIZON {
            idle += 1;
            for (from, to) in self.day(day) {
                let begin = start.max(zone.moment(day * DAY + from));
                let room = zone.moment(day * DAY + to) - begin;
                if room > 0 || (room == 0 && left == 0) {
                    if left <= room {
                        return Some(begin + left);
                    }
                    left -= room;
                    // Hours that overlap are not worked twice.
                    start = begin + room;
                    idle = 0;
                }
            }
            day += 1;
        }
        None
    }

    /// The first local day from `day` on which the node works.
    #[must_use]
    pub fn next_day(&self, day: i64) -> Option<i64> {
        (day..day + HORIZON).find(|day| self.works_on(*day))
    }
}

/// `None` where something is wrong with the entry.
fn read_hours(entry: &Value<'_>, week: &mut [Vec<(i64, i64)>; 7]) -> Option<()> {
    let object = entry.object()?;
    let days: Vec<usize> = match object.field("days") {
        Some(list) => list.list(7).filter_map(|day| day.one_of(&DAYS)).collect(),
        None => (0..7).collect(),
    };
    let from = object.required("from").and_then(|value| clock(&value));
    let to = object.required("to").and_then(|value| clock(&value));
    object.finish();
    let (from, to) = (from?, to?);
    if from == to {
        entry.fault("empty-hours", "`from` and `to` must differ");
        return None;
    }
    for day in days {
        // Hours over midnight are two stretches: the evening, and the morning of the day after.
        let stretches =
            if from < to { [(day, from, to), (day, 0, 0)] } else { [(day, from, DAY), ((day + 1) % 7, 0, to)] };
        for (day, from, to) in stretches {
            if let Some(list) = week.get_mut(day).filter(|_| from < to) {
                list.push((from, to));
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use commerce::{Report, document};

    fn hours(text: &str) -> (Hours, Vec<String>) {
        let node = document::parse(text.as_bytes()).unwrap();
        let report = Report::new();
        let hours = Hours::read(Some(report.read(&node)), None);
        (hours, report.faults(&node).into_iter().map(|fault| fault.code).collect())
    }

    #[test]
    fn work_runs_only_while_the_doors_are_open() {
        let (hours, faults) = hours(
            r#"[{"days": ["mon", "tue"], "from": "08:00", "to": "20:00"}, {"days": ["mon"], "from": "10:00", "to": "12:00"}, {"days": ["sat"], "from": "22:00", "to": "02:00"}]"#,
        );
        assert!(faults.is_empty(), "{faults:?}");
        let (monday, utc) = (4 * DAY, Zone::named("UTC").unwrap());
        for (start, seconds, done) in [
            (monday, 600, monday + 8 * 3_600 + 600),
            (monday, 13 * 3_600, monday + DAY + 9 * 3_600),
            (monday + 19 * 3_600, 7_200, monday + DAY + 9 * 3_600),
            (monday + 2 * DAY, 60, monday + 5 * DAY + 22 * 3_600 + 60),
            (monday + 5 * DAY + 23 * 3_600, 7_200, monday + 6 * DAY + 3_600),
        ] {
            assert_eq!(hours.done(&utc, start, seconds), Some(done), "{start} + {seconds}");
        }
    }

    #[test]
    fn bad_hours_are_named() {
        for (text, code) in [
            ("[]", "closed-all-week"),
            (r#"[{"from": "8:00", "to": "20:00"}]"#, "invalid-clock"),
            (r#"[{"from": "08:00", "to": "08:00"}]"#, "empty-hours"),
        ] {
            assert_eq!(hours(text).1.first().map(String::as_str), Some(code), "{text}");
        }
    }

    #[test]
    fn a_zone_tells_civil_time_through_the_year() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let summer = instant::parse("2026-07-01T10:00:00Z").unwrap().at;
        let winter = instant::parse("2026-12-01T10:00:00Z").unwrap().at;
        assert_eq!((berlin.local(summer) - summer, berlin.local(winter) - winter), (7_200, 3_600));
        for at in [summer, winter] {
            assert_eq!(berlin.moment(berlin.local(at)), at);
        }
        assert!(Zone::named("Europe/Nowhere").is_none());
    }
}

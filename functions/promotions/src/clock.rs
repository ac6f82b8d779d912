//! The merchant's wall clock: from a moment to what clocks show in an IANA zone, across every change of offset.
//!
//! There is no clock here: the moment is an argument. Zones are those bundled with `jiff` (IANA tz database).

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What a clock on the wall shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wall {
    /// Days since 1970-01-01 of the civil date.
    pub day: i64,
    /// Seconds since that day's midnight, as the clock shows them.
    pub second: i64,
    /// 0 is Monday, 6 is Sunday.
    pub weekday: u32,
}

/// The zone of that name, if there is one.
#[must_use]
pub fn zone(name: &str) -> Option<TimeZone> {
    jiff::tz::db().get(name).ok()
}

/// What a clock in the zone shows at the moment.
///
/// ```
/// use promotions::clock::{wall, zone};
/// // New York, 2026-03-08: clocks go from 01:59:59 to 03:00:00.
/// let new_york = zone("America/New_York").unwrap();
/// let before = wall(&new_york, 1_772_953_199); // 06:59:59Z
/// assert_eq!((before.second, wall(&new_york, 1_772_953_200).second), (2 * 3_600 - 1, 3 * 3_600));
/// ```
#[must_use]
pub fn wall(zone: &TimeZone, at: i64) -> Wall {
    let offset = Timestamp::from_second(at).map_or(0, |moment| i64::from(zone.to_offset(moment).seconds()));
    let local = at.saturating_add(offset);
    let day = local.div_euclid(86_400);
    // 1970-01-01 was a Thursday.
    Wall { day, second: local.rem_euclid(86_400), weekday: u32::try_from((day + 3).rem_euclid(7)).unwrap_or(0) }
}

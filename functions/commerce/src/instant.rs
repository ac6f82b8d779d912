//! Moments as RFC 3339 writes them, without a clock and without zones: those belong to the functions that need them.

use crate::bounds;

/// A moment and the offset from UTC it was written with, both in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// Offset from UTC.
    pub offset: i32,
}

/// Days since 1970-01-01 of a civil date (proleptic Gregorian); after Howard Hinnant, "chrono-compatible low-level date
/// algorithms".
#[must_use]
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The civil date (year, month, day) that many days after 1970-01-01; the inverse of [`days_from_civil`].
#[must_use]
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Reads an RFC 3339 date-time with an offset; a fraction of a second is dropped. `None` where it is not one, or lies
/// outside [`bounds::EARLIEST`]`..=`[`bounds::LATEST`].
///
/// ```
/// let moment = commerce::instant::parse("2026-11-11T20:05:00+08:00").unwrap();
/// assert_eq!((moment.at, moment.offset), (1_794_398_700, 28_800));
/// assert!(commerce::instant::parse("2026-02-30T00:00:00Z").is_none());
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<Moment> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = bytes.get(from..to)?;
        digits.iter().try_fold(0_i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
    };
    let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|byte| wanted.contains(byte));
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let punctuated = is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
    let in_range = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 60;
    if !punctuated || !in_range {
        return None;
    }
    let mut next = 19;
    if is(next, b".") {
        next += 1;
        let first = next;
        while bytes.get(next).is_some_and(u8::is_ascii_digit) {
            next += 1;
        }
        if next == first {
            return None;
        }
    }
    let offset = match bytes.get(next..)? {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), rest @ ..] if rest.len() == 5 && is(next + 3, b":") => {
            let (hours, minutes) = (number(next + 1, next + 3)?, number(next + 4, next + 6)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 3_600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let at = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second.min(59) - offset;
    (bounds::EARLIEST..=bounds::LATEST).contains(&at).then_some(Moment { at, offset: i32::try_from(offset).ok()? })
}

/// Writes a moment as RFC 3339 with the given offset from UTC in seconds (whole minutes are written).
///
/// ```
/// assert_eq!(commerce::instant::format(1_794_398_700, 28_800), "2026-11-11T20:05:00+08:00");
/// assert_eq!(commerce::instant::format(0, 0), "1970-01-01T00:00:00Z");
/// ```
#[must_use]
pub fn format(at: i64, offset: i32) -> String {
    let local = at.saturating_add(i64::from(offset));
    let (year, month, day) = civil_from_days(local.div_euclid(86_400));
    let second = local.rem_euclid(86_400);
    let clock =
        format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
    if offset == 0 {
        return clock + "Z";
    }
    let minutes = offset.unsigned_abs() / 60;
    format!("{clock}{}{:02}:{:02}", if offset < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_what_is_no_moment() {
        for text in [
            "",
            "2026-11-11",
            "2026-11-11T20:05:00",
            "2026-13-01T00:00:00Z",
            "2026-11-11T24:00:00Z",
            "2026-11-11T20:05:00.Z",
            "2026-11-11T20:05:00+8:00",
            "2026-11-11T20:05:00+08:60",
            "1969-12-31T23:59:59Z",
            "２０26-11-11T20:05:00Z",
            "2026-11-11T20:05:00Z ",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn parse_and_print_agree(at in 86_400..=bounds::LATEST - 86_400, minutes in -1_439..=1_439_i32) {
            let offset = minutes * 60;
            prop_assert_eq!(parse(&format(at, offset)), Some(Moment { at, offset }));
        }
    }
}

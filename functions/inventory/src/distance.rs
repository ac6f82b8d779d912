//! How far it is over the globe.
//!
//! The haversine formula (R. W. Sinnott, "Virtues of the Haversine", 1984) on a sphere of the mean radius that IUGG gives.
//! `libm` makes the same bits on every machine, and the answer is whole metres.

use commerce::facts::types::Place;

/// Mean radius of the earth in metres (IUGG, R1).
const RADIUS: f64 = 6_371_008.8;

/// Metres between two places.
///
/// ```
/// use commerce::facts::types::Place;
/// let bund = Place { latitude: 31.2400, longitude: 121.4900 };
/// let xuhui = Place { latitude: 31.1883, longitude: 121.4365 };
/// assert_eq!(inventory::distance::metres(&bund, &xuhui), 7_677);
/// ```
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "at most half the earth's girth")]
pub fn metres(a: &Place, b: &Place) -> i64 {
    let (from, to) = (a.latitude.to_radians(), b.latitude.to_radians());
    let across = libm::sin((to - from) / 2.0);
    let along = libm::sin((b.longitude - a.longitude).to_radians() / 2.0);
    let haversine = across * across + libm::cos(from) * libm::cos(to) * along * along;
    libm::round(2.0 * RADIUS * libm::asin(libm::sqrt(haversine.clamp(0.0, 1.0)))) as i64
}

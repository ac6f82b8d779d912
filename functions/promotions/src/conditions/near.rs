//! The shopper is within a radius of a point, or of any of several: a geofence.
//!
//! Distance is the great circle's (haversine, sphere of 6,371,008.8 m, the mean radius of WGS 84): within 0.6 % of the
//! ellipsoid's, which no geofence notices. Floats stay here: no amount is touched.

use crate::catalogue::{Kind, Test};
use crate::ledger::Ledger;
use crate::reader::{Reader, must_hold, read_list};
use crate::scene::{Refusal, Scene};
use commerce::{Object, Value};
use serde::{Deserialize, Serialize};

const RADIUS: f64 = 6_371_008.8;

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Near {
    places: Vec<(f64, f64)>,
    metres: i64,
}

impl Test for Near {
    const KIND: Kind = Kind {
        name: "near",
        about: "The shopper is at most so many metres from one of the places, or with `anyStore` from one of the nodes of kind `store` in the rulebook's `inventory` that work.",
        fields: r#""places": {"type": "array", "maxItems": 1000, "items": {"type": "object", "additionalProperties": false, "required": ["lat", "lon"], "properties": {"lat": {"type": "number", "minimum": -90, "maximum": 90}, "lon": {"type": "number", "minimum": -180, "maximum": 180}}}}, "anyStore": {"type": "boolean"}, "metres": {"type": "integer", "minimum": 1, "maximum": 20038000}"#,
        required: &["metres", "places|anyStore"],
        example: r#"{"kind": "near", "places": [{"lat": 31.2304, "lon": 121.4737}], "metres": 1500}"#,
        codes: &[
            ("place-unknown", "nobody said where the shopper is"),
            ("too-far", "metres: the radius, the distance to the nearest place"),
        ],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let named = object.field("places");
        let any_store = object.field("anyStore").filter(|value| value.boolean() == Some(true));
        let mut places = named.map(|value| read_list(value, 1_000, read_place)).unwrap_or_default();
        match (named, any_store) {
            (None, None) => object.value().fault("missing-field", "either `places` or `anyStore` is required"),
            (Some(named), None) => must_hold(named, "name a place"),
            (_, Some(value)) if reader.stores.is_empty() => value
                .fault("no-store", "the rulebook's `inventory` has no node of kind `store` that works and has a place"),
            (_, Some(_)) => places.extend(&reader.stores),
        }
        let metres = object.required("metres").and_then(|value| value.integer(1..=20_038_000));
        Some(Self { places, metres: metres? })
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        let Some(place) = scene.shopper().and_then(|shopper| shopper.place.as_ref()) else {
            return Err(Refusal::plain("place-unknown"));
        };
        let nearest =
            self.places.iter().map(|to| metres((place.latitude, place.longitude), *to)).min().unwrap_or(i64::MAX);
        if nearest <= self.metres { Ok(()) } else { Err(Refusal::numbers("too-far", self.metres, nearest)) }
    }
}

fn read_place(value: Value<'_>) -> Option<(f64, f64)> {
    let object = value.object()?;
    let latitude = object.required("lat").and_then(|value| value.decimal(-90.0..=90.0));
    let longitude = object.required("lon").and_then(|value| value.decimal(-180.0..=180.0));
    object.finish();
    Some((latitude?, longitude?))
}

#[allow(clippy::cast_possible_truncation, reason = "at most half the circumference, rounded")]
fn metres(from: (f64, f64), to: (f64, f64)) -> i64 {
    let radians = |degrees: f64| degrees * (core::f64::consts::PI / 180.0);
    let (latitude, longitude) = (radians(to.0 - from.0), radians(to.1 - from.1));
    let (half_latitude, half_longitude) = (libm::sin(latitude / 2.0), libm::sin(longitude / 2.0));
    let chord = half_latitude * half_latitude
        + libm::cos(radians(from.0)) * libm::cos(radians(to.0)) * half_longitude * half_longitude;
    libm::round(2.0 * RADIUS * libm::asin(libm::sqrt(chord.clamp(0.0, 1.0)))) as i64
}

#[cfg(test)]
mod tests {
    use super::metres;

    #[test]
    fn distances_that_are_known() {
        assert_eq!(metres((31.2304, 121.4737), (31.2304, 121.4737)), 0);
        // One degree of latitude is 111,195 m on this sphere.
        assert_eq!(metres((0.0, 0.0), (1.0, 0.0)), 111_195);
        // Across the date line.
        assert_eq!(metres((0.0, 179.5), (0.0, -179.5)), 111_195);
    }
}

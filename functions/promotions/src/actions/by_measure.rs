//! A price by measure: so much a metre, times the metres that the line declares.

use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::Scene;
use crate::target::Target;
use commerce::Object;
use commerce::money::{Rounding, part};
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ByMeasure {
    attribute: String,
    of: Target,
}

impl Give for ByMeasure {
    const KIND: Kind = Kind {
        name: "by-measure",
        about: "The unit price of each line of `of` is multiplied by the number, with at most three decimals, that the line declares as `attribute`. It belongs on the level `catalogue`.",
        fields: r##""attribute": {"$ref": "#/$defs/Identifier"}, "of": {"$ref": "#/$defs/Target"}"##,
        required: &["attribute"],
        example: r#"{"kind": "by-measure", "attribute": "metres", "of": {"categories": ["fabric"]}}"#,
        codes: &[],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let attribute = object.required("attribute").and_then(|value| value.identifier());
        Some(Self { attribute: attribute?.to_owned(), of: super::of(object, reader) })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let measured: Vec<(usize, i64, i64)> = self.measured(desk.scene, desk.ledger, desk.rounding).collect();
        for (place, price, whole) in measured {
            desk.given.reached = true;
            if whole > price {
                desk.raise(place, whole - price);
            } else {
                let picks = desk.pick(&self.of);
                let own: Vec<_> = picks
                    .into_iter()
                    .filter(|pick| desk.ledger.runs.get(pick.run).is_some_and(|run| run.line == place))
                    .collect();
                desk.at_price(&own, whole);
            }
        }
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn raises(&self, scene: &Scene<'_>, ledger: &Ledger, rounding: Rounding) -> Vec<(usize, i64)> {
        let measured = self.measured(scene, ledger, rounding);
        measured.filter(|(_, price, whole)| whole > price).map(|(place, price, whole)| (place, whole - price)).collect()
    }
}

impl ByMeasure {
    /// The lines that declare a measure, by their place, with the price of a unit and what that is by its measure.
    fn measured<'a>(
        &'a self,
        scene: &'a Scene<'_>,
        ledger: &'a Ledger,
        rounding: Rounding,
    ) -> impl Iterator<Item = (usize, i64, i64)> {
        self.of.lines(scene, ledger).filter_map(move |(place, line)| {
            let measure = thousandths(scene.declared(place, &self.attribute).next()?)?;
            let whole = part(line.unit_price, measure, 1_000, rounding).unwrap_or(line.unit_price);
            Some((place, line.unit_price, whole))
        })
    }
}

/// `2.5` as 2500; at most 1,000,000 and three decimals.
fn thousandths(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 7 || fraction.len() > 3 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let padded: i64 = format!("{fraction:0<3}").parse().ok()?;
    Some(whole.parse::<i64>().ok()? * 1_000 + padded)
}

#[cfg(test)]
mod tests {
    use super::thousandths;

    #[test]
    fn numbers_as_lines_declare_them() {
        for (text, number) in [
            ("5", Some(5_000)),
            ("2.5", Some(2_500)),
            ("0.125", Some(125)),
            ("-1", None),
            ("1.2345", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(thousandths(text), number, "{text}");
        }
    }
}

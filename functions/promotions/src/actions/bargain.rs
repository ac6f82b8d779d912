//! A price that friends bargain down, to a floor (砍价).

use crate::allowance::{Fullest, Reached, fixed, some};
use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::policy::Choice;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, at_least};
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bargain {
    of: Target,
    per_helper: i64,
    floor: i64,
    start: Option<i64>,
}

impl Give for Bargain {
    const KIND: Kind = Kind {
        name: "bargain",
        about: "One unit of `of`, the dearest, costs `perHelper` less for each friend who helped, but no less than `floor`; it starts at its price, or at `start` where that is given and lower.",
        fields: r##""of": {"$ref": "#/$defs/Target"}, "perHelper": {"$ref": "#/$defs/MinorUnits"}, "floor": {"$ref": "#/$defs/MinorUnits"}, "start": {"$ref": "#/$defs/MinorUnits"}"##,
        required: &["of", "perHelper", "floor"],
        example: r#"{"kind": "bargain", "of": {"skus": ["POT-01"]}, "start": 29900, "perHelper": 1500, "floor": 9900}"#,
        codes: &[("helpers-missing", "friends: one at least, how many helped")],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let of = object.required("of").and_then(|value| Target::read(value, reader));
        let per_helper = object.required("perHelper").and_then(|value| value.amount());
        let floor = object.required("floor").and_then(|value| Some((value, value.amount()?)));
        let start = object.field("start").and_then(|value| value.amount());
        if let (Some((value, floor)), Some(start)) = (floor, start)
            && floor > start
        {
            value.fault("floor-above-price", format!("the floor {floor} is above the price {start} that it starts at"));
        }
        Some(Self { of: of?, per_helper: per_helper?, floor: floor?.1, start })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let helpers = i64::from(desk.scene.context.gathering.helpers);
        let picks = desk.pick(&self.of);
        let picks = desk.first(&picks, 1, Choice::Dearest);
        desk.off_units(&picks, |run| {
            let start = self.start.unwrap_or(run.price).min(run.price);
            let price = start.saturating_sub(self.per_helper.saturating_mul(helpers)).max(self.floor);
            run.left - price
        });
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn short(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Option<Refusal> {
        at_least("helpers-missing", 1, i64::from(scene.context.gathering.helpers)).err()
    }

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        let helped = self.per_helper.saturating_mul(i64::from(cart.scene.context.gathering.helpers));
        let off = |line: &Reached| {
            let start = self.start.unwrap_or(line.price).min(line.price);
            (line.price - start.saturating_sub(helped).max(self.floor)).max(0)
        };
        let lines = cart.lines(&self.of);
        let capped = vec![some(&lines, 1, Vec::new(), off)];
        Some(vec![Allowance { capped, ..fixed(Fullest::dearest(&lines, 1, off)) }])
    }
}

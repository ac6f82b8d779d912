//! An add-on at a price (加价购): with the rest of the cart, some units of a set cost only this.

use crate::allowance::{Fullest, Reached, each, smaller, some};
use crate::catalogue::{Give, Kind, Lack};
use crate::desk;
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
pub struct AddOn {
    price: i64,
    units: i64,
    of: Target,
}

impl Give for AddOn {
    const KIND: Kind = Kind {
        name: "add-on",
        about: "Beside at least one selected unit that is not of `of`, up to `units` units of `of` (1 by default) cost `price` each.",
        fields: r##""price": {"$ref": "#/$defs/MinorUnits"}, "units": {"$ref": "#/$defs/Units"}, "of": {"$ref": "#/$defs/Target"}"##,
        required: &["price", "of"],
        example: r#"{"kind": "add-on", "price": 990, "of": {"skus": ["CUP-CEL-01"]}, "units": 1}"#,
        codes: &[("quantity-below-minimum", "units of `of`, or lines beside it: one, none")],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let price = object.required("price").and_then(|value| value.amount());
        let of = object.required("of").and_then(|value| Target::read(value, reader));
        let units = object.field("units").map_or(Some(1), |value| value.integer(1..=commerce::bounds::QUANTITY));
        Some(Self { price: price?, units: units?, of: of? })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        if self.beside(desk.scene, desk.ledger) > 0 {
            let picks = desk.pick(&self.of);
            let picks = desk.first(&picks, self.units, Choice::Dearest);
            desk.at_price(&picks, self.price);
        }
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn lack(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Lack> {
        (desk::counted(&self.of, scene, ledger) == 0).then(|| Lack::units(&self.of, 1)).flatten()
    }

    fn short(&self, scene: &Scene<'_>, ledger: &Ledger) -> Option<Refusal> {
        let (units, beside) = (desk::counted(&self.of, scene, ledger), self.beside(scene, ledger));
        [units, beside].into_iter().find_map(|have| at_least("quantity-below-minimum", 1, have).err())
    }

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        let lines = cart.lines(&self.of);
        let off = |line: &Reached| (line.price - self.price).max(0);
        let capped = vec![some(&lines, self.units, Vec::new(), off)];
        let most = Fullest::dearest(&lines, self.units, off);
        Some(vec![Allowance { capped, ..smaller(most, each(&lines, off), cart) }])
    }
}

impl AddOn {
    /// Selected lines that are not of `of`.
    fn beside(&self, scene: &Scene<'_>, ledger: &Ledger) -> i64 {
        let all = scene.lines.iter().filter(|line| line.selected).count();
        let own = self.of.lines(scene, ledger).count();
        i64::try_from(all.saturating_sub(own)).unwrap_or(i64::MAX)
    }
}

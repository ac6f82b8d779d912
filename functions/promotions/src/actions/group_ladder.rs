//! The more buy together, the less each pays (拼团).

use super::tier::{self, Tier};
use crate::allowance::Fullest;
use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::desk::Spread;
use crate::index::Key;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene, at_least};
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupLadder {
    of: Target,
    tiers: Vec<Tier>,
}

impl Give for GroupLadder {
    const KIND: Kind = Kind {
        name: "group-ladder",
        about: "Steps reached by the people in the group (`from` people); the highest one reached gives its rate, amount or unit price on each unit of `of`.",
        fields: r##""of": {"$ref": "#/$defs/Target"}, "tiers": {"type": "array", "minItems": 1, "maxItems": 1000, "items": {"$ref": "#/$defs/Tier"}}"##,
        required: &["tiers"],
        example: r#"{"kind": "group-ladder", "of": {"skus": ["TEA-LJ-100"]}, "tiers": [{"from": 2, "price": 7900}, {"from": 5, "price": 6900}]}"#,
        codes: &[("group-too-small", "people: what the first step takes, how many there are")],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let tiers = object.required("tiers").map(|value| tier::read(value));
        Some(Self { of: super::of(object, reader), tiers: tiers? })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let people = i64::from(desk.scene.context.gathering.group_size);
        if let Some(tier) = self.tiers.iter().rfind(|tier| tier.holds(people)) {
            let picks = desk.pick(&self.of);
            tier.give(desk, &picks, Spread::Unit);
        }
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn short(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Option<Refusal> {
        at_least("group-too-small", self.tiers.first()?.from, i64::from(scene.context.gathering.group_size)).err()
    }

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        let people = i64::from(cart.scene.context.gathering.group_size);
        let tier = self.tiers.iter().rfind(|tier| tier.holds(people));
        Some(tier.map(|tier| tier.allows(&cart.lines(&self.of), Spread::Unit, cart)).into_iter().collect())
    }
}

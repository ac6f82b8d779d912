//! An amount off the first unit of each line and another off each further one.

use crate::allowance::{Fullest, each};
use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::index::Key;
use crate::ledger::Pick;
use crate::policy::Choice;
use crate::reader::Reader;
use crate::target::Target;
use commerce::Object;
use commerce::facts::offers::Allowance;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstThen {
    first: i64,
    then: i64,
    units: u32,
    of: Target,
}

impl Give for FirstThen {
    const KIND: Kind = Kind {
        name: "first-then",
        about: "Off the first unit of each line one amount, off each further unit another, for at most `units` units of a line.",
        fields: r##""first": {"$ref": "#/$defs/MinorUnits"}, "then": {"$ref": "#/$defs/MinorUnits"}, "units": {"$ref": "#/$defs/Units"}, "of": {"$ref": "#/$defs/Target"}"##,
        required: &["first", "then"],
        example: r#"{"kind": "first-then", "first": 113, "then": 211, "units": 5}"#,
        codes: &[],
    };

    fn read(object: &Object<'_>, reader: &Reader) -> Option<Self> {
        let first = object.required("first").and_then(|value| value.amount());
        let then = object.required("then").and_then(|value| value.amount());
        let units = object.field("units").map_or(Some(u32::MAX), |value| value.whole(1..=1_000_000));
        Some(Self { of: super::of(object, reader), first: first?, then: then?, units: units? })
    }

    fn give(&self, desk: &mut Desk<'_>) {
        let picks = desk.pick(&self.of);
        let line = |pick: &Pick| desk.ledger.runs.get(pick.run).map(|run| run.line);
        let mut amounts: Vec<(Pick, i64)> = Vec::with_capacity(2 * picks.len());
        for own in picks.chunk_by(|one, other| line(one) == line(other)) {
            let mut first = Some(self.first);
            for pick in desk.first(own, i64::from(self.units), Choice::CartOrder) {
                let one = first.take().map(|amount| (Pick { count: 1, ..pick }, amount));
                let count = pick.count - u32::from(one.is_some());
                amounts.extend(one.into_iter().chain((count > 0).then_some((Pick { count, ..pick }, self.then))));
            }
        }
        desk.off_each(amounts);
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }

    fn allows(&self, cart: &Fullest<'_>) -> Option<Vec<Allowance>> {
        Some(vec![each(&cart.lines(&self.of), |_| self.first.max(self.then))])
    }
}

//! An amount off the first unit of each line and another off each further one.

use crate::catalogue::{Give, Kind};
use crate::desk::Desk;
use crate::index::Key;
use crate::ledger::Pick;
use crate::policy::Choice;
use crate::reader::Reader;
use crate::target::Target;
use commerce::Object;
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
        let line = |desk: &Desk<'_>, pick: &Pick| desk.ledger.runs.get(pick.run).map(|run| run.line);
        let mut places: Vec<usize> = picks.iter().filter_map(|pick| line(desk, pick)).collect();
        places.dedup();
        for place in places {
            let own = |desk: &Desk<'_>| -> Vec<Pick> {
                desk.pick(&self.of).into_iter().filter(|pick| line(desk, pick) == Some(place)).collect()
            };
            // The later units first: taking the first one off would split the run.
            let units = own(desk);
            let reached = desk.first(&units, i64::from(self.units), Choice::CartOrder);
            let mut rest = reached.clone();
            if let Some(first) = rest.first_mut() {
                first.count -= 1;
            }
            let total = self.then.saturating_mul(Desk::count(&rest)).saturating_add(self.first);
            desk.off_places(&reached, &[place], &[total]);
        }
    }

    fn keys(&self) -> Option<Vec<Key>> {
        crate::conditions::keys_of(&self.of)
    }
}

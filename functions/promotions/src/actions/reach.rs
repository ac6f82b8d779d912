//! How far an action reaches: so many units of a line or of all, or only complete groups.

use crate::desk::Desk;
use crate::ledger::Pick;
use crate::policy::Choice;
use commerce::Object;
use serde::{Deserialize, Serialize};

/// How far; nothing given is all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    units: Option<i64>,
    per_line: bool,
    group_size: Option<i64>,
    choose: Option<Choice>,
}

impl Reach {
    /// The fields, as JSON Schema.
    pub const SCHEMA: &str = r##"{"type": "object", "additionalProperties": false, "description": "How far an action reaches: so many units of all or of each line, or only complete groups", "properties": {"units": {"$ref": "#/$defs/Units"}, "per": {"enum": ["order", "line"]}, "groupSize": {"$ref": "#/$defs/Units"}, "choose": {"$ref": "#/$defs/Choice"}}}"##;

    /// Reads the optional `reach`.
    pub fn read(object: &Object<'_>) -> Self {
        let Some(object) = object.field("reach").and_then(|value| value.object()) else { return Self::default() };
        let number = |name: &str| object.field(name).and_then(|value| value.integer(1..=commerce::bounds::QUANTITY));
        let per_line =
            object.field("per").and_then(|value| value.one_of(&[("order", false), ("line", true)])).unwrap_or(false);
        let choose = object.field("choose").and_then(|value| value.one_of(Choice::ALL));
        let reach = Self { units: number("units"), per_line, group_size: number("groupSize"), choose };
        object.finish();
        reach
    }

    /// Whether it is everything.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.units.is_none() && self.group_size.is_none()
    }

    /// The units reached.
    #[must_use]
    pub fn of(&self, picks: Vec<Pick>, desk: &Desk<'_>) -> Vec<Pick> {
        let mut picks = picks;
        if let Some(size) = self.group_size {
            let whole = Desk::count(&picks) / size * size;
            picks = desk.first(&picks, whole, self.choose.unwrap_or(desk.scene.policy.group_fill));
        }
        let Some(units) = self.units else { return picks };
        let choice = self.choose.unwrap_or(desk.scene.policy.max_units);
        if !self.per_line {
            return desk.first(&picks, units, choice);
        }
        let line = |pick: &Pick| desk.ledger.runs.get(pick.run).map(|run| run.line);
        picks.chunk_by(|one, other| line(one) == line(other)).flat_map(|own| desk.first(own, units, choice)).collect()
    }
}

//! How often something may be used.

use crate::scene::Refusal;
use commerce::Object;
use serde::{Deserialize, Serialize};

/// How often something may be used; counters come in with the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// By everybody.
    pub total: Option<i64>,
    /// By one shopper.
    pub customer: Option<i64>,
    /// On one day, by everybody.
    pub day: Option<i64>,
}

impl Limits {
    /// The fields, as JSON Schema.
    pub const SCHEMA: &str = r##"{"type": "object", "description": "How often it may be used; what is used up stands in the counters of a request", "additionalProperties": false, "properties": {"total": {"type": "integer", "minimum": 0, "maximum": 9007199254740991, "description": "By everybody"}, "perCustomer": {"type": "integer", "minimum": 0, "maximum": 9007199254740991, "description": "By one shopper"}, "perDay": {"type": "integer", "minimum": 0, "maximum": 9007199254740991, "description": "By everybody on one day"}}}"##;

    /// Each scope that has a limit.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, i64)> {
        let Self { total, customer, day } = *self;
        [("total", total), ("customer", customer), ("day", day)]
            .into_iter()
            .filter_map(|(scope, limit)| Some((scope, limit?)))
    }

    /// Whether it may be used once more, where `used` says how often it was within a scope; the reasons are those of the limit
    /// by everybody, by one shopper and on one day.
    ///
    /// # Errors
    /// The first limit that is reached.
    pub fn check(&self, used: impl Fn(&str) -> i64, [total, customer, day]: [&'static str; 3]) -> Result<(), Refusal> {
        for (scope, limit) in self.each() {
            let used = used(scope);
            if used >= limit {
                let reason = match scope {
                    "customer" => customer,
                    "day" => day,
                    _ => total,
                };
                return Err(Refusal::numbers(reason, limit, used));
            }
        }
        Ok(())
    }

    /// Reads the field `limits` of an object; none where it is absent.
    pub fn read(object: &Object<'_>) -> Self {
        let Some(object) = object.field("limits").and_then(|value| value.object()) else { return Self::default() };
        let limit = |name: &str| object.field(name).and_then(|value| value.amount());
        let limits = Self { total: limit("total"), customer: limit("perCustomer"), day: limit("perDay") };
        object.finish();
        limits
    }
}

//! Codes that shoppers enter: when they hold, how often they may be used, and why one does not work.

use crate::limits::Limits;
use crate::policy::Policy;
use crate::promotion::window;
use crate::scene::{Refusal, Scene};
use commerce::Value;
use serde::{Deserialize, Serialize};

/// A code that unlocks something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// In the form in which codes are compared.
    pub code: String,
    /// From when.
    pub starts: i64,
    /// Until before when.
    pub ends: i64,
    /// How often.
    pub limits: Limits,
}

impl Code {
    /// The fields, as JSON Schema.
    pub const SCHEMA: &str = r##"{"description": "A code, or a code with the time in which it holds and with limits", "oneOf": [{"$ref": "#/$defs/Identifier"}, {"type": "object", "additionalProperties": false, "required": ["code"], "properties": {"code": {"$ref": "#/$defs/Identifier"}, "startsAt": {"type": "string", "format": "date-time", "description": "The first moment; open where absent"}, "endsAt": {"type": "string", "format": "date-time", "description": "The first moment after it; open where absent"}, "limits": {"$ref": "#/$defs/Limits"}}}]}"##;
    /// Why none of several codes works, each with what `need` and `have` are.
    pub const REASONS: &[(&str, &str)] = &[
        ("code-not-entered", "none of them was entered"),
        ("code-not-started", "seconds since 1970: when it starts, now"),
        ("code-expired", "seconds since 1970: when it ended, now"),
        ("code-limit-reached", "uses by everybody: how many there are, how many were made"),
        ("code-customer-limit-reached", "uses by this shopper: how many there are, how many were made"),
        ("code-day-limit-reached", "uses on this day: how many there are, how many were made"),
    ];

    /// A code that holds at any time, without limits.
    #[must_use]
    pub fn plain(code: &str, policy: &Policy) -> Self {
        Self { code: policy.code(code), starts: i64::MIN, ends: i64::MAX, limits: Limits::default() }
    }

    /// Reads a code by itself or with its fields.
    pub fn read(value: Value<'_>, policy: &Policy) -> Option<Self> {
        if let commerce::Node::Text(_) = value.node() {
            return Some(Self::plain(value.identifier()?, policy));
        }
        let object = value.object()?;
        let code = object.required("code").and_then(|value| value.identifier());
        let (starts, ends) = window(&object);
        let limits = Limits::read(&object);
        object.finish();
        Some(Self { code: policy.code(code?), starts, ends, limits })
    }

    /// Whether it works now.
    ///
    /// # Errors
    /// Why it does not: its time, or one of its limits.
    pub fn check(&self, scene: &Scene<'_>) -> Result<(), Refusal> {
        let at = scene.context.at;
        if at < self.starts {
            return Err(Refusal::numbers("code-not-started", self.starts, at));
        }
        if at >= self.ends {
            return Err(Refusal::numbers("code-expired", self.ends, at));
        }
        let reasons = ["code-limit-reached", "code-customer-limit-reached", "code-day-limit-reached"];
        self.limits.check(|scope| self.used(scene, scope), reasons)
    }

    /// Counters name codes as the storefront writes them: compared in the same form.
    fn used(&self, scene: &Scene<'_>, scope: &str) -> i64 {
        let counters = scene.context.counters.iter().filter(|counter| counter.kind == "code" && counter.scope == scope);
        counters
            .filter(|counter| scene.policy.code(&counter.id) == self.code)
            .map(|counter| counter.used)
            .fold(0, i64::saturating_add)
    }

    /// As the shopper wrote it.
    #[must_use]
    pub fn written<'a>(&'a self, scene: &'a Scene<'_>) -> &'a str {
        let written = scene.context.codes.iter().find(|written| scene.policy.code(written) == self.code);
        written.map_or(&self.code, |written| written)
    }
}

/// Codes as entered, in their compared form.
#[must_use]
pub fn entered(scene: &Scene<'_>) -> Vec<String> {
    scene.context.codes.iter().map(|code| scene.policy.code(code)).collect()
}

/// The first of these codes that was entered and works.
///
/// # Errors
/// Why none does: of one that was entered, or that none was.
pub fn working<'a>(codes: &'a [Code], scene: &Scene<'_>) -> Result<&'a Code, Refusal> {
    let entered = entered(scene);
    let mut answer = Err(Refusal::plain("code-not-entered"));
    for code in codes.iter().filter(|code| entered.contains(&code.code)) {
        answer = code.check(scene).map(|()| code);
        if answer.is_ok() {
            break;
        }
    }
    answer
}

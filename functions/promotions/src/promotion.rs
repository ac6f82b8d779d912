//! One promotion: when it runs, what it asks for, what it gives, and how it goes together with others.

use crate::budget::Budget;
use crate::catalogue::{Action, Condition};
use crate::code::Code;
use crate::index::Key;
use crate::limits::Limits;
use crate::policy::{DEFAULT_LANE, Policy};
use crate::reader::{Reader, must_hold, read_list, read_rate};
use crate::target::sorted;
use commerce::money::Rounding;
use commerce::{Object, Value, bounds};
use serde::{Deserialize, Serialize};

/// An action and the conditions that it alone has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// All must hold.
    pub when: Vec<Condition>,
    /// What it gives.
    pub action: Action,
}

/// A promotion, compiled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promotion {
    /// Its id.
    pub id: String,
    /// Its place in the order of application, over the whole rulebook.
    pub rank: u32,
    /// 0 on the level of the catalogue, then one more than its lane's place.
    pub stage: u32,
    /// It wants to be alone.
    pub exclusive: bool,
    /// What others may call it by.
    pub tags: Vec<String>,
    /// Tags and ids that it goes together with; `None` is all.
    pub combines: Option<Vec<String>>,
    /// Promotions that must have applied.
    pub after: Vec<String>,
    /// From when.
    pub starts: i64,
    /// Until before when.
    pub ends: i64,
    /// Codes, one of which must be entered.
    pub codes: Vec<Code>,
    /// Somebody asks for it by its id; it applies even where nothing is left to take off.
    pub manual: bool,
    /// How often.
    pub limits: Limits,
    /// What it may cost.
    pub budget: Option<Budget>,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// What it gives.
    pub actions: Vec<Step>,
    /// The most that it takes off in one order.
    pub most: Option<i64>,
    /// Who pays which part, in basis points; empty is nobody in particular.
    pub funding: Vec<(String, i64)>,
    /// How its percentages are rounded, where not as the policy says.
    pub rounding: Option<Rounding>,
    /// What is said of it, by language.
    pub messages: Vec<(String, String)>,
    /// What a plugin proposes: off lines by their place, and off shipping.
    pub proposed: Option<(Vec<(usize, i64)>, i64)>,
}

/// A promotion as read, with what sorting it needs.
pub struct Read<'a> {
    /// The promotion.
    pub promotion: Promotion,
    /// Its priority.
    pub priority: i64,
    /// Where it stands in the document.
    pub value: Value<'a>,
}

impl Promotion {
    /// The fields, as JSON Schema.
    pub const SCHEMA: &str = include_str!("promotion.json");
    /// An example that compiles.
    pub const EXAMPLE: &str = r#"{
  "id": "spring-tea", "startsAt": "2026-03-01T00:00:00+08:00", "endsAt": "2026-12-31T00:00:00+08:00",
  "codes": ["SPRING"], "limits": {"perCustomer": 1}, "budget": {"id": "spring", "limit": 5000000, "short": "clip"},
  "when": [{"kind": "subtotal", "atLeast": 30000}],
  "gives": [{"kind": "percent-off", "basisPoints": 1500, "of": {"categories": ["tea"]}}],
  "most": 10000, "funding": [{"by": "platform", "basisPoints": 6000}, {"by": "shop", "basisPoints": 4000}],
  "tags": ["spring"], "combinesWith": ["shipping"], "messages": {"zh": "春茶八五折", "en": "15 % off spring tea"}
}"#;
    /// Why it does not apply where no condition and no action is the reason, each with what `need` and `have` are.
    pub const REASONS: &[(&str, &str)] = &[
        ("promotion-not-started", "seconds since 1970: when it starts, now"),
        ("promotion-ended", "seconds since 1970: when it ended, now"),
        ("code-not-entered", "none of its codes was entered"),
        ("limit-reached", "uses by everybody: how many there are, how many were made"),
        ("customer-limit-reached", "uses by this shopper: how many there are, how many were made"),
        ("day-limit-reached", "uses on this day: how many there are, how many were made"),
        ("budget-exhausted", "minor units or uses: the limit, what is used up of it or would be"),
        ("other-promotion-missing", "one that it names in `after` did not apply"),
        (
            "nothing-to-discount",
            "its conditions hold, and nothing that it gives on is there or costs anything any more",
        ),
        ("superseded", "others exclude it: `by` says which, `wouldGive` what it alone would have given"),
    ];

    /// Reads one promotion.
    pub fn read<'a>(value: Value<'a>, reader: &Reader, lanes: &[crate::policy::Lane]) -> Option<Read<'a>> {
        let object = value.object()?;
        let id = object.required("id").and_then(|value| value.identifier());
        let catalogue = object
            .field("level")
            .and_then(|value| value.one_of(&[("cart", false), ("catalogue", true)]))
            .unwrap_or(false);
        let lane = object.field("lane").map_or(Some(DEFAULT_LANE), |value| {
            let lane = value.identifier()?;
            if !lanes.iter().any(|known| known.id == lane) {
                value.fault("unknown-lane", format!("`{lane}` is no lane of the policy"));
            }
            Some(lane)
        });
        let place = lanes.iter().position(|known| Some(known.id.as_str()) == lane).unwrap_or(0);
        let (starts, ends) = window(&object);
        let manual = object
            .field("trigger")
            .and_then(|value| value.one_of(&[("automatic", false), ("manual", true)]))
            .unwrap_or(false);
        let mut codes = object
            .field("codes")
            .map(|value| read_list(value, 10_000, |item| Code::read(item, &reader.policy)))
            .unwrap_or_default();
        if manual && let Some(id) = id {
            codes.push(Code::plain(id, &reader.policy));
        }
        let words = |name: &str| object.field(name).map(|value| sorted(value.identifiers(1_000)));
        let promotion = Self {
            id: id.unwrap_or_default().to_owned(),
            rank: 0,
            stage: if catalogue { 0 } else { u32::try_from(place + 1).unwrap_or(u32::MAX) },
            exclusive: object.field("exclusive").and_then(|value| value.boolean()).unwrap_or(false),
            tags: words("tags").unwrap_or_default(),
            combines: words("combinesWith"),
            after: words("after").unwrap_or_default(),
            starts,
            ends,
            codes,
            manual,
            limits: Limits::read(&object),
            budget: object.field("budget").and_then(|value| Budget::read(value, id.unwrap_or_default())),
            conditions: object
                .field("when")
                .map(|value| read_list(value, 100, |item| Condition::read(item, reader)))
                .unwrap_or_default(),
            actions: read_actions(&object, reader),
            most: object.field("most").and_then(|value| value.amount()),
            funding: object.field("funding").map(read_funding).unwrap_or_default(),
            rounding: object.field("rounding").and_then(|value| value.one_of(&Rounding::ALL)),
            messages: object.field("messages").map(read_messages).unwrap_or_default(),
            proposed: None,
        };
        let priority =
            object.field("priority").and_then(|value| value.integer(-1_000_000_000..=1_000_000_000)).unwrap_or(0);
        object.ignore("name");
        object.finish();
        id.map(|_| Read { promotion, priority, value })
    }

    /// The keys of which a cart must have one for this promotion to be worth looking at; none where any cart may do.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        if !self.codes.is_empty() {
            return self.codes.iter().map(|code| Key::code(&code.code)).collect();
        }
        let actions: Option<Vec<Vec<Key>>> = self.actions.iter().map(|step| step.action.keys()).collect();
        let actions = actions.map(|keys| keys.into_iter().flatten().collect::<Vec<Key>>());
        let all = self
            .conditions
            .iter()
            .filter_map(Condition::keys)
            .chain(actions)
            .filter(|keys| !keys.is_empty() && (keys.len() <= Key::MOST || keys.iter().all(Key::is_code)));
        all.min_by_key(|keys| Key::breadth(keys)).unwrap_or_default()
    }

    /// How its percentages are rounded.
    #[must_use]
    pub fn rounding(&self, policy: &Policy) -> Rounding {
        self.rounding.unwrap_or(policy.rounding)
    }

    /// The codes that can unlock it or one of its actions.
    pub fn named(&self) -> impl Iterator<Item = &Code> {
        let of_actions = self.actions.iter().flat_map(|step| &step.when);
        let conditions = self.conditions.iter().chain(of_actions);
        self.codes.iter().chain(conditions.flat_map(Condition::named))
    }

    /// Whether two may be given together, by their tags.
    #[must_use]
    pub fn goes_with(&self, other: &Self) -> bool {
        let allows = |one: &Self, other: &Self| {
            one.combines.as_ref().is_none_or(|words| {
                words.iter().any(|word| *word == other.id || other.tags.binary_search(word).is_ok())
            })
        };
        allows(self, other) && allows(other, self)
    }
}

/// The time from `startsAt` until before `endsAt`; each end is open where it is absent.
pub fn window(object: &Object<'_>) -> (i64, i64) {
    let moment = |name: &str| object.field(name).and_then(|value| value.moment()).map(|moment| moment.at);
    let (starts, ends) = (moment("startsAt").unwrap_or(i64::MIN), moment("endsAt").unwrap_or(i64::MAX));
    if starts >= ends {
        object.value().fault("empty-range", "`startsAt` is not before `endsAt`");
    }
    (starts, ends)
}

fn read_actions(object: &Object<'_>, reader: &Reader) -> Vec<Step> {
    let Some(value) = object.required("gives") else { return Vec::new() };
    let steps = read_list(value, 100, |item| {
        let inner = item.object()?;
        let when = inner
            .field("when")
            .map(|value| read_list(value, 100, |item| Condition::read(item, reader)))
            .unwrap_or_default();
        let action = Action::read_fields(&inner, reader)?;
        inner.finish();
        Some(Step { when, action })
    });
    must_hold(value, "hold an action");
    steps
}

fn read_funding(value: Value<'_>) -> Vec<(String, i64)> {
    let parts = read_list(value, 20, |item| {
        let object = item.object()?;
        let by = object.required("by").and_then(|value| value.identifier());
        let share = object.required("basisPoints").and_then(|value| read_rate(value, 10_000));
        object.finish();
        Some((by?.to_owned(), share?))
    });
    if !parts.is_empty() && parts.iter().map(|(_, share)| share).sum::<i64>() != 10_000 {
        value.fault("shares-not-whole", "the parts must come to 10000 basis points");
    }
    parts
}

fn read_messages(value: Value<'_>) -> Vec<(String, String)> {
    value
        .entries(50)
        .filter_map(|(language, text)| Some((language.to_owned(), text.text(bounds::NAME_BYTES)?.to_owned())))
        .collect()
}

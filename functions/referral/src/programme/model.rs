//! How the credit of one journey is shared between its touches.

use commerce::{Object, Value, bounds};
use serde::{Deserialize, Serialize};

/// A model of one journey.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Model {
    /// All to the first touch.
    First,
    /// All to the last touch.
    #[default]
    Last,
    /// All to the last click; where there is none, to the last view.
    LastClickOverView,
    /// The same to every touch.
    Linear,
    /// Half as much for every half-life that a touch is older.
    TimeDecay {
        /// Seconds.
        half_life: u64,
    },
    /// Fixed weights for the first and the last touch; the middle ones share the third weight.
    Position {
        /// Weight of the first touch.
        first: u32,
        /// Weight of all touches between.
        middle: u32,
        /// Weight of the last touch.
        last: u32,
    },
}

impl Model {
    /// The model's name in documents and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "firstTouch",
            Self::Last => "lastTouch",
            Self::LastClickOverView => "lastClickOverView",
            Self::Linear => "linear",
            Self::TimeDecay { .. } => "timeDecay",
            Self::Position { .. } => "positionBased",
        }
    }

    pub(super) fn read(value: &Value<'_>) -> Self {
        let Some(object) = value.object() else { return Self::default() };
        let plain = [Self::First, Self::Last, Self::LastClickOverView, Self::Linear];
        let parametric =
            [Self::TimeDecay { half_life: 1 }, Self::Position { first: 4_000, middle: 2_000, last: 4_000 }];
        let words: Vec<(&str, Self)> = plain.into_iter().chain(parametric).map(|model| (model.name(), model)).collect();
        let model = match object.required("kind").and_then(|kind| kind.one_of(&words)) {
            Some(Self::TimeDecay { .. }) => Self::TimeDecay { half_life: half_life(&object) },
            Some(Self::Position { .. }) => position(&object),
            Some(other) => other,
            None => {
                // The parameters of an unknown kind are unknown too: one fault is enough.
                return Self::default();
            }
        };
        object.finish();
        model
    }
}

fn half_life(object: &Object<'_>) -> u64 {
    let Some(value) = object.required("halfLife") else { return 1 };
    let Some(seconds) = value.integer(-bounds::AMOUNT..=bounds::LATEST) else { return 1 };
    if seconds <= 0 {
        value.fault("half-life-not-positive", format!("must be 1 second or more, is {seconds}"));
    }
    u64::try_from(seconds).unwrap_or(1).max(1)
}

fn position(object: &Object<'_>) -> Model {
    let weight = |name| object.required(name).and_then(|value| value.whole::<u32>(0..=10_000)).unwrap_or(0);
    let (first, middle, last) = (weight("first"), weight("middle"), weight("last"));
    if first + middle + last != 10_000 {
        object.value().fault(
            "weights-not-whole",
            format!("first, middle and last must sum to 10000, sum to {}", first + middle + last),
        );
    }
    Model::Position { first, middle, last }
}

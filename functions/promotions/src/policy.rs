//! The rulebook's `policy`: every way in which correct engines differ, as data.
//!
//! One table lists every dimension with its values; the parser, the reference and the case files speak through it.

mod dimensions;

pub use dimensions::Dimension;

use crate::split::{Remainder, Sharing};
use commerce::Value;
use commerce::money::Rounding;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $word:literal => $variant:ident),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$doc])* $variant),+ }
        impl $name {
            /// Every value, with the name that documents use.
            pub const ALL: &[(&str, Self)] = &[$(($word, Self::$variant)),+];
        }
    };
}

words!(
    /// On what a percent rate is rounded.
    PercentLevel {
        /// On each unit.
        "unit" => Unit,
        /// On each line.
        "line" => Line,
        /// Once for all lines that it reaches; the sum is then split.
        "order" => Order,
    }
);
words!(
    /// By what an amount off several lines is split.
    Allocation {
        /// By what lines cost.
        "proportional" => Proportional,
        /// The same for each line.
        "even" => Even,
        /// By units.
        "by-unit" => ByUnit,
    }
);
words!(
    /// The price that a rate or a weight is taken of.
    Basis {
        /// What it costs now, after earlier promotions.
        "remaining" => Remaining,
        /// What it cost before promotions on the cart.
        "original" => Original,
        /// What it cost before promotions on the cart, with the tax that comes on top.
        "gross" => Gross,
    }
);
words!(
    /// Which subtotal a threshold looks at.
    Threshold {
        /// Before promotions on the cart.
        "initial" => Initial,
        /// After those that applied before.
        "discounted" => Discounted,
    }
);
words!(
    /// How the promotions of a lane go together.
    Stacking {
        /// All that may, in their order.
        "all" => All,
        /// The combination that is best for the shopper.
        "best" => Best,
        /// The one that is best for the shopper.
        "best-one" => BestOne,
        /// For each line and each shipping charge, the one that gives most.
        "best-per-line" => BestPerLine,
        /// The first one alone.
        "first" => First,
    }
);
words!(
    /// What exclusive means.
    Exclusive {
        /// The first exclusive promotion in order runs alone on the cart, whatever others would give.
        "alone" => Alone,
        /// It runs alone where that gives more than all others together.
        "best" => Best,
        /// Promotions after it in order do not run.
        "stop" => Stop,
    }
);
words!(
    /// Which units come first where not all can be reached.
    Choice {
        /// As they stand in the cart.
        "cart-order" => CartOrder,
        /// The cheapest.
        "cheapest" => Cheapest,
        /// The dearest.
        "dearest" => Dearest,
        /// Those of the line with the highest value.
        "line-value" => LineValue,
    }
);
words!(
    /// What becomes of a budget that covers a part.
    Short {
        /// The part is given.
        "clip" => Clip,
        /// Nothing is given.
        "refuse" => Refuse,
    }
);

/// A sequence of promotions with its own stacking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// Its name.
    pub id: String,
    /// How its promotions go together.
    pub stacking: Stacking,
}

/// How this merchant's engine counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// How a percentage of an amount is rounded.
    pub rounding: Rounding,
    /// On what a percentage of lines is rounded: each unit, each line, or once for all of them.
    pub percent_level: PercentLevel,
    /// What a percentage spread over the order is taken of, where earlier promotions applied.
    pub order_percent_base: Basis,
    /// What a percentage of each line or unit is taken of, where earlier promotions applied.
    pub line_percent_base: Basis,
    /// By what an amount off several lines is split.
    pub allocation: Allocation,
    /// What lines weigh in a proportional split.
    pub allocation_basis: Basis,
    /// How each share of a split is rounded before what is left over is handed out.
    pub share_rounding: Rounding,
    /// Which lines get the minor units that a split leaves over.
    pub remainder: Remainder,
    /// Which units of a line get them.
    pub unit_remainder: Remainder,
    /// What becomes of the part of a discount that a line cannot bear for its floor price.
    pub redistribute: bool,
    /// Which subtotal thresholds look at, where a condition does not say.
    pub thresholds: Threshold,
    /// How promotions go together in a lane that does not say.
    pub stacking: Stacking,
    /// How promotions go together that are part of the catalogue.
    pub catalogue_stacking: Stacking,
    /// What an exclusive promotion does to the others.
    pub exclusive: Exclusive,
    /// Which priority comes first; equals keep the order of the document.
    pub high_first: bool,
    /// Whether the case of a code matters.
    pub codes_fold_case: bool,
    /// Which units are free or reduced where some are, in buy-and-get and cheapest-free.
    pub free_item: Choice,
    /// Which units an action reaches that reaches only so many.
    pub max_units: Choice,
    /// Which units fill complete groups first.
    pub group_fill: Choice,
    /// Whether a unit that one promotion reduced can be reduced by another.
    pub units_used_once: bool,
    /// What becomes of what a budget covers only in part, where the promotion does not say.
    pub budget: Short,
    /// By what the shipping that is charged is shared over lines.
    pub shipping_shares: Allocation,
    /// Lanes in sequence; `default` is last where it is not named.
    pub lanes: Vec<Lane>,
    /// Evaluations of a promotion that the search for the best combination may do in one lane, or in neighbouring lanes together.
    pub work: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            rounding: Rounding::HalfUp,
            percent_level: PercentLevel::Line,
            order_percent_base: Basis::Remaining,
            line_percent_base: Basis::Remaining,
            allocation: Allocation::Proportional,
            allocation_basis: Basis::Remaining,
            share_rounding: Rounding::Down,
            remainder: Remainder::LargestFraction,
            unit_remainder: Remainder::First,
            redistribute: true,
            thresholds: Threshold::Initial,
            stacking: Stacking::All,
            catalogue_stacking: Stacking::All,
            exclusive: Exclusive::Alone,
            high_first: true,
            codes_fold_case: true,
            free_item: Choice::Cheapest,
            max_units: Choice::CartOrder,
            group_fill: Choice::CartOrder,
            units_used_once: false,
            budget: Short::Clip,
            shipping_shares: Allocation::Proportional,
            lanes: Vec::new(),
            work: Self::WORK,
        }
    }
}

impl Policy {
    /// The default bound on the work of one search.
    pub const WORK: u32 = 4_000;

    /// Reads the rulebook's `policy`.
    pub fn read(value: Value<'_>) -> Option<Self> {
        fn set<T: Copy>(object: &commerce::Object<'_>, name: &str, words: &[(&str, T)], place: &mut T) {
            if let Some(found) = object.field(name).and_then(|value| value.one_of(words)) {
                *place = found;
            }
        }
        let object = value.object()?;
        let mut policy = Self::default();
        set(&object, "rounding", &Rounding::ALL, &mut policy.rounding);
        set(&object, "percentLevel", PercentLevel::ALL, &mut policy.percent_level);
        set(&object, "orderPercentBase", Basis::ALL, &mut policy.order_percent_base);
        set(&object, "linePercentBase", Basis::ALL, &mut policy.line_percent_base);
        set(&object, "allocation", Allocation::ALL, &mut policy.allocation);
        set(&object, "allocationBasis", Basis::ALL, &mut policy.allocation_basis);
        set(&object, "shareRounding", &Rounding::ALL, &mut policy.share_rounding);
        set(&object, "remainder", &Remainder::ALL, &mut policy.remainder);
        set(
            &object,
            "unitRemainder",
            &[("first", Remainder::First), ("last", Remainder::Last)],
            &mut policy.unit_remainder,
        );
        set(&object, "floorPrice", &[("redistribute", true), ("drop", false)], &mut policy.redistribute);
        set(&object, "thresholds", Threshold::ALL, &mut policy.thresholds);
        set(&object, "stacking", Stacking::ALL, &mut policy.stacking);
        set(&object, "catalogueStacking", Stacking::ALL, &mut policy.catalogue_stacking);
        set(&object, "exclusive", Exclusive::ALL, &mut policy.exclusive);
        set(&object, "priority", &[("high-first", true), ("low-first", false)], &mut policy.high_first);
        set(&object, "codeCase", &[("insensitive", true), ("sensitive", false)], &mut policy.codes_fold_case);
        set(&object, "freeItem", Choice::ALL, &mut policy.free_item);
        set(&object, "maxUnits", Choice::ALL, &mut policy.max_units);
        set(&object, "groupFill", Choice::ALL, &mut policy.group_fill);
        set(&object, "unitUse", &[("shared", false), ("once", true)], &mut policy.units_used_once);
        set(&object, "budget", Short::ALL, &mut policy.budget);
        set(&object, "shippingShares", Allocation::ALL, &mut policy.shipping_shares);
        policy.lanes = object
            .field("lanes")
            .map(|value| value.list_by_id(100).filter_map(read_lane).collect())
            .unwrap_or_default();
        policy.work = object.field("searchWork").and_then(|value| value.whole(1..=1_000_000)).unwrap_or(Self::WORK);
        object.finish();
        Some(policy)
    }

    /// How a total is split over lines.
    #[must_use]
    pub fn lines(&self) -> Sharing {
        Sharing { rounding: self.share_rounding, remainder: self.remainder, redistribute: self.redistribute }
    }

    /// How a line's share is split over its units.
    #[must_use]
    pub fn units(&self) -> Sharing {
        Sharing { rounding: Rounding::Down, remainder: self.unit_remainder, redistribute: true }
    }

    /// The lanes of the cart in sequence, each with its stacking.
    #[must_use]
    pub fn sequence(&self) -> Vec<Lane> {
        let mut lanes = self.lanes.clone();
        if !lanes.iter().any(|lane| lane.id == DEFAULT_LANE) {
            lanes.push(Lane { id: DEFAULT_LANE.to_owned(), stacking: self.stacking });
        }
        lanes
    }

    /// The form in which codes are compared.
    #[must_use]
    pub fn code(&self, code: &str) -> String {
        if self.codes_fold_case { code.trim().to_lowercase() } else { code.trim().to_owned() }
    }
}

/// The lane of promotions that name none.
pub const DEFAULT_LANE: &str = "default";

fn read_lane(value: Value<'_>) -> Option<Lane> {
    let object = value.object()?;
    let id = object.required("id").and_then(|value| value.identifier());
    let stacking = object.field("stacking").map_or(Some(Stacking::All), |value| value.one_of(Stacking::ALL));
    object.finish();
    Some(Lane { id: id?.to_owned(), stacking: stacking? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_value_reads_and_the_first_is_the_default() {
        for dimension in Policy::DIMENSIONS {
            for (place, word) in dimension.values.iter().enumerate() {
                let text = format!("{{\"{}\": \"{word}\"}}", dimension.name);
                let node = commerce::document::parse(text.as_bytes()).unwrap();
                let report = commerce::Report::new();
                let policy = Policy::read(report.read(&node)).unwrap();
                assert!(report.is_clean(), "{text}");
                assert_eq!(policy == Policy::default(), place == 0, "{text}");
            }
        }
    }
}

//! The table of policies: every dimension whose value is one of a few words. The reference and the tests speak through it.

use super::Policy;

/// One dimension of the policy.
pub struct Dimension {
    /// The field.
    pub name: &'static str,
    /// What it decides.
    pub about: &'static str,
    /// The values; the first is the default.
    pub values: &'static [&'static str],
}

impl Dimension {
    /// A policy that sets it to what is not the default.
    #[must_use]
    pub fn example(&self) -> String {
        format!(r#"{{"{}": "{}"}}"#, self.name, self.values.last().unwrap_or(&""))
    }
}

impl Policy {
    /// A policy with lanes.
    pub const LANES_EXAMPLE: &str =
        r#"{"lanes": [{"id": "item", "stacking": "best-per-line"}, {"id": "order", "stacking": "best"}]}"#;
    /// A policy with a bound on work.
    pub const WORK_EXAMPLE: &str = r#"{"searchWork": 20000}"#;

    /// Every dimension whose value is one of a few words.
    pub const DIMENSIONS: &[Dimension] = &[
        Dimension {
            name: "rounding",
            about: "How a percentage of an amount is rounded.",
            values: &["half-up", "half-even", "half-down", "up", "down"],
        },
        Dimension {
            name: "percentLevel",
            about: "On what a percentage of lines is rounded: each unit, each line, or once for all of them.",
            values: &["line", "unit", "order"],
        },
        Dimension {
            name: "orderPercentBase",
            about: "What a percentage spread over the order is taken of, where earlier promotions applied.",
            values: &["remaining", "original", "gross"],
        },
        Dimension {
            name: "linePercentBase",
            about: "What a percentage of each line or unit is taken of, where earlier promotions applied.",
            values: &["remaining", "original", "gross"],
        },
        Dimension {
            name: "allocation",
            about: "By what an amount off several lines is split.",
            values: &["proportional", "even", "by-unit"],
        },
        Dimension {
            name: "allocationBasis",
            about: "What lines weigh in a proportional split.",
            values: &["remaining", "original"],
        },
        Dimension {
            name: "shareRounding",
            about: "How each share of a split is rounded before what is left over is handed out.",
            values: &["down", "half-up", "half-even", "half-down", "up"],
        },
        Dimension {
            name: "remainder",
            about: "Which lines get the minor units that a split leaves over.",
            values: &["largest-fraction", "first", "last", "last-takes-all"],
        },
        Dimension { name: "unitRemainder", about: "Which units of a line get them.", values: &["first", "last"] },
        Dimension {
            name: "floorPrice",
            about: "What becomes of the part of a discount that a line cannot bear for its floor price.",
            values: &["redistribute", "drop"],
        },
        Dimension {
            name: "thresholds",
            about: "Which subtotal thresholds look at, where a condition does not say.",
            values: &["initial", "discounted"],
        },
        Dimension {
            name: "stacking",
            about: "How promotions go together in a lane that does not say. With `best-per-line` each line takes the one that gives most on it; two lines may take two that do not go together.",
            values: &["all", "best", "best-one", "best-per-line", "first"],
        },
        Dimension {
            name: "catalogueStacking",
            about: "How promotions go together that are part of the catalogue.",
            values: &["all", "best", "best-one", "best-per-line", "first"],
        },
        Dimension {
            name: "exclusive",
            about: "What an exclusive promotion does to the others: the first whose conditions hold before any other applied is given alone, the best of them is where no others together give more, or what comes after one stops.",
            values: &["alone", "best", "stop"],
        },
        Dimension {
            name: "priority",
            about: "Which priority comes first; equals keep the order of the document.",
            values: &["high-first", "low-first"],
        },
        Dimension {
            name: "codeCase",
            about: "Whether the case of a code matters.",
            values: &["insensitive", "sensitive"],
        },
        Dimension {
            name: "freeItem",
            about: "Which units are free or reduced where some are, in buy-and-get and cheapest-free; of equals those that stand first in the cart.",
            values: &["cheapest", "dearest", "cart-order", "line-value"],
        },
        Dimension {
            name: "maxUnits",
            about: "Which units an action reaches that reaches only so many; of equals those that stand first in the cart.",
            values: &["cart-order", "cheapest", "dearest", "line-value"],
        },
        Dimension {
            name: "groupFill",
            about: "Which units fill complete groups first.",
            values: &["cart-order", "cheapest", "dearest", "line-value"],
        },
        Dimension {
            name: "unitUse",
            about: "Whether a unit that one promotion reduced can be reduced by another.",
            values: &["shared", "once"],
        },
        Dimension {
            name: "budget",
            about: "What becomes of what a budget covers only in part, where the promotion does not say.",
            values: &["clip", "refuse"],
        },
        Dimension {
            name: "shippingShares",
            about: "By what the shipping that is charged is shared over lines.",
            values: &["proportional", "even", "by-unit"],
        },
    ];
}

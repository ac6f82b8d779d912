//! The words of the rulebook's `inventory`, each with what it stands for. Nothing is decided here.

use serde::{Deserialize, Serialize};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A shop with a door.
    Store,
    /// A small warehouse near the shoppers (前置仓).
    Forward,
    /// A point in the neighbourhood where a group's goods are picked up.
    Community,
    /// A warehouse of a region.
    Regional,
    /// The warehouse of the whole country.
    Central,
    /// A supplier who ships to the shopper himself.
    DropShipper,
}

impl Kind {
    /// Every kind by its word.
    pub const ALL: [(&str, Self); 6] = [
        ("store", Self::Store),
        ("forward-warehouse", Self::Forward),
        ("community-point", Self::Community),
        ("regional-warehouse", Self::Regional),
        ("central-warehouse", Self::Central),
        ("drop-shipper", Self::DropShipper),
    ];

    /// The modes that a node of this kind offers where it does not name its own, the preferred one first.
    #[must_use]
    pub fn modes(self) -> &'static [Mode] {
        match self {
            Self::Store => &[Mode::Instant, Mode::SameDay, Mode::Pickup],
            Self::Forward => &[Mode::Instant, Mode::SameDay],
            Self::Community => &[Mode::Pickup],
            Self::Regional => &[Mode::NextDay, Mode::Express],
            Self::Central | Self::DropShipper => &[Mode::Express],
        }
    }
}

/// How goods reach the shopper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Mode {
    /// Within minutes, by a rider.
    Instant,
    /// On the day of the order.
    SameDay,
    /// On the day after.
    NextDay,
    /// By parcel, in days.
    Express,
    /// The shopper comes.
    Pickup,
}

impl Mode {
    /// Every mode by its word.
    pub const ALL: [(&str, Self); 5] = [
        ("instant", Self::Instant),
        ("same-day", Self::SameDay),
        ("next-day", Self::NextDay),
        ("express", Self::Express),
        ("pickup", Self::Pickup),
    ];

    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, mode)| *mode == self).map_or("", |(word, _)| word)
    }

    /// The mode that a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, mode)| *mode)
    }
}

/// What a plan is judged by, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Criterion {
    /// Units that are fulfilled: more is better.
    Units,
    /// Units that arrive by the time asked for: more is better.
    Promise,
    /// Nodes that ship: fewer is better.
    Shipments,
    /// What shipping costs the shop.
    Cost,
    /// Metres from the shipping nodes to the shopper, summed over the shipments.
    Distance,
    /// When the last shipment arrives.
    Latest,
    /// Grams of carbon dioxide.
    Carbon,
}

impl Criterion {
    /// Every criterion by its word.
    pub const ALL: [(&str, Self); 7] = [
        ("units", Self::Units),
        ("promise", Self::Promise),
        ("shipments", Self::Shipments),
        ("cost", Self::Cost),
        ("distance", Self::Distance),
        ("latest", Self::Latest),
        ("carbon", Self::Carbon),
    ];

    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, criterion)| *criterion == self).map_or("", |(word, _)| word)
    }
}

/// How nodes are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Strategy {
    /// The best plan by the criteria, with a proof.
    #[default]
    Best,
    /// In the order of the nodes' ranks, each giving what it has.
    Ranked,
}

impl Strategy {
    /// Every strategy by its word.
    pub const ALL: [(&str, Self); 2] = [("best", Self::Best), ("ranked", Self::Ranked)];
}

/// Where a count below zero is made up for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Negative {
    /// What one node owes is taken from what all nodes have together.
    #[default]
    Pool,
    /// A node that owes counts as empty.
    Node,
}

impl Negative {
    /// Every way by its word.
    pub const ALL: [(&str, Self); 2] = [("pool", Self::Pool), ("node", Self::Node)];
}

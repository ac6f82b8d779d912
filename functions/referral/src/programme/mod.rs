//! The programme: what a merchant's rulebook says under `referral`, checked, in the form that requests read.
//!
//! Every section is optional. Absent, it is the empty one: no model but last touch, no code, no rate, nothing paid.

mod abuse;
mod binding;
mod lawful;
mod model;
mod partners;
mod payout;
mod plan;
mod windows;

pub use abuse::{Abuse, Limit};
pub use binding::{Binding, Claim, CodeOwner, Links};
pub use lawful::TIERS;
pub use model::Model;
pub use partners::{Partner, cyclic};
pub use payout::{Payout, Withholding};
pub use plan::{Plan, Rates, SelfPurchase, Terms};
pub use windows::Windows;

use commerce::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Codes, partners, SKUs, categories and splits that a programme may name, each.
const NAMES: usize = commerce::bounds::PRODUCTS;

/// A merchant's referral programme.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Programme {
    /// How long a touch counts.
    pub windows: Windows,
    /// How a journey's credit is shared.
    pub model: Model,
    /// Which claim wins where several name a referrer: the first of these that does.
    pub precedence: Vec<Claim>,
    /// How customers are bound to referrers; absent, they are not.
    pub binding: Option<Binding>,
    /// Spoken codes and whose they are.
    pub codes: BTreeMap<String, CodeOwner>,
    /// How signed links are taken.
    pub links: Links,
    /// What is paid.
    pub plan: Plan,
    /// Referrers that the rulebook itself knows; a request may know better.
    pub partners: BTreeMap<String, Partner>,
    /// Which signals of abuse count, and how much.
    pub abuse: Abuse,
    /// When and how it is paid out.
    pub payout: Payout,
}

impl Programme {
    /// Reads the rulebook's `referral`; what is wrong goes to the report behind the value.
    pub fn read(rulebook: &Value<'_>) -> Self {
        let mut programme = Self { precedence: binding::DEFAULT_PRECEDENCE.to_vec(), ..Self::default() };
        let Some(section) = rulebook.object().and_then(|top| top.field("referral")).and_then(|value| value.object())
        else {
            return programme;
        };
        lawful::refuse_fields(&section);
        if let Some(value) = section.field("windows") {
            programme.windows = Windows::read(&value);
        }
        if let Some(value) = section.field("model") {
            programme.model = Model::read(&value);
        }
        if let Some(value) = section.field("precedence") {
            programme.precedence = binding::precedence(&value);
        }
        programme.binding = section.field("binding").map(|value| Binding::read(&value));
        if let Some(value) = section.field("codes") {
            programme.codes = value
                .entries(NAMES)
                .filter_map(|(code, owner)| Some((code.to_lowercase(), CodeOwner::read(&owner)?)))
                .collect();
        }
        if let Some(value) = section.field("links") {
            programme.links = Links::read(&value);
        }
        if let Some(value) = section.field("commission") {
            programme.plan = Plan::read(&value);
        }
        if let Some(value) = section.field("partners") {
            programme.partners = partners::read(&value, NAMES);
        }
        if let Some(value) = section.field("abuse") {
            programme.abuse = Abuse::read(&value);
        }
        if let Some(value) = section.field("payout") {
            programme.payout = Payout::read(&value);
        }
        section.finish();
        programme
    }
}

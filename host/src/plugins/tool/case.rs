//! A file of `carts/`: a cart, what is around it, and what the plugin must give for it.

use crate::plugins::check::Checked;
use crate::plugins::failure::Failure;
use crate::plugins::types::{Attribute, Cart, Context, Discount, Line, Shopper};
use crate::plugins::values::moment;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A case as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Case {
    #[serde(default, rename = "about")]
    _about: String,
    /// The merchant's configuration.
    #[serde(default)]
    pub config: serde_json::Map<String, serde_json::Value>,
    #[serde(default = "noon")]
    at: String,
    #[serde(default = "web")]
    channel: String,
    country: Option<String>,
    #[serde(default)]
    shopper: Person,
    #[serde(default)]
    codes: Vec<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    cart: Basket,
    #[serde(default)]
    earlier: Vec<Before>,
    /// What the plugin must give.
    pub expect: Expected,
}

fn noon() -> String {
    "2026-01-15T12:00:00+08:00".into()
}

fn web() -> String {
    "web".into()
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Person {
    groups: Vec<String>,
    segments: Vec<String>,
    tier: Option<String>,
    orders: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Basket {
    #[serde(default = "cny")]
    currency: String,
    #[serde(default)]
    shipping: u32,
    lines: Vec<Item>,
}

fn cny() -> String {
    "CNY".into()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Item {
    id: String,
    sku: String,
    quantity: u32,
    unit_price: u32,
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Before {
    promotion: String,
    line: String,
    amount: u32,
}

/// Proposals, or the code of a failure.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Expected {
    /// These, in any order.
    Proposals(Vec<Gives>),
    /// A failure of this code.
    Failure(String),
}

/// What a proposal takes off.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub struct Gives {
    code: String,
    #[serde(default)]
    lines: BTreeMap<String, i64>,
    #[serde(default)]
    shipping: i64,
}

impl Case {
    /// Reads one.
    ///
    /// # Errors
    /// Where it is not of this form.
    pub fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        serde_json::from_str(&text).with_context(|| file.display().to_string())
    }

    /// The cart, as the plugin sees it.
    pub fn cart(&self) -> Cart {
        let lines = self.cart.lines.iter().map(|item| Line {
            id: item.id.clone(),
            sku: item.sku.clone(),
            quantity: item.quantity,
            unit_price: item.unit_price.into(),
            subtotal: f64::from(item.unit_price) * f64::from(item.quantity),
            categories: item.categories.clone(),
            attributes: pairs(&item.attributes),
        });
        Cart {
            currency: self.cart.currency.clone(),
            lines: lines.collect(),
            shipping: self.cart.shipping.into(),
            attributes: Vec::new(),
        }
    }

    /// What is around the cart.
    ///
    /// # Errors
    /// Where `at` is no moment.
    pub fn context(&self) -> Result<Context> {
        let at =
            commerce::instant::parse(&self.at).with_context(|| format!("`at` must be RFC 3339, is {}", self.at))?;
        let Person { groups, segments, tier, orders } = &self.shopper;
        Ok(Context {
            moment: moment(at.at, at.offset),
            channel: self.channel.clone(),
            country: self.country.clone(),
            shopper: Shopper {
                groups: groups.clone(),
                segments: segments.clone(),
                tier: tier.clone(),
                orders: *orders,
                attributes: Vec::new(),
            },
            codes: self.codes.clone(),
            attributes: pairs(&self.attributes),
        })
    }

    /// What promotions without plugins give.
    pub fn earlier(&self) -> Vec<Discount> {
        let plain = |Before { promotion, line, amount }: &Before| Discount {
            promotion: promotion.clone(),
            line: line.clone(),
            amount: (*amount).into(),
        };
        self.earlier.iter().map(plain).collect()
    }
}

impl Expected {
    /// What was given, in the same form and order.
    pub fn found(plugin: &str, result: Result<Vec<Checked>, Failure>) -> Self {
        match result {
            Err(failure) => Self::Failure(failure.code().to_owned()),
            Ok(checked) => Self::Proposals(checked.into_iter().map(|one| gives(plugin, one)).collect()).sorted(),
        }
    }

    /// The same, in order of codes.
    pub fn sorted(self) -> Self {
        match self {
            Self::Proposals(mut all) => {
                all.sort();
                Self::Proposals(all)
            }
            Self::Failure(code) => Self::Failure(code),
        }
    }
}

fn gives(plugin: &str, one: Checked) -> Gives {
    let code = one.id.strip_prefix(plugin).and_then(|code| code.strip_prefix('/')).unwrap_or(&one.id).to_owned();
    Gives { code, lines: one.lines.into_iter().collect(), shipping: one.shipping }
}

fn pairs(all: &BTreeMap<String, String>) -> Vec<Attribute> {
    all.iter().map(|(name, value)| Attribute { name: name.clone(), value: value.clone() }).collect()
}

//! Which lines a condition counts or an action reaches. A target knows lines, never amounts to take off.

use crate::ledger::{Ledger, Pick};
use crate::reader::{Reader, read_list};
use crate::scene::Scene;
use commerce::Value;
use commerce::facts::prices::PricedLine;
use serde::{Deserialize, Serialize};

/// One line or one unit of all that match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Only {
    /// The line with the lowest unit price.
    CheapestLine,
    /// The line with the highest unit price.
    DearestLine,
    /// One unit of the lowest price.
    CheapestUnit,
    /// One unit of the highest price.
    DearestUnit,
}

/// Which lines; every field that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// One of these products.
    pub skus: Vec<String>,
    /// In one of these categories.
    pub categories: Vec<String>,
    /// Sold by one of these shops.
    pub shops: Vec<String>,
    price_at_least: Option<i64>,
    price_at_most: Option<i64>,
    not_reduced: bool,
    line_quantity_at_least: Option<u32>,
    subscription: Option<bool>,
    attribute: Option<(String, String)>,
    any: Vec<Target>,
    except: Option<Box<Target>>,
    only: Option<Only>,
}

impl Target {
    /// The fields, as JSON Schema.
    pub const SCHEMA: &str = r##"{"type": "object", "additionalProperties": false, "description": "Which lines; every field that is given must hold, and {} is the whole cart", "properties": {"skus": {"type": "array", "maxItems": 10000, "items": {"$ref": "#/$defs/Identifier"}}, "categories": {"type": "array", "maxItems": 10000, "items": {"$ref": "#/$defs/Identifier"}}, "shops": {"type": "array", "maxItems": 10000, "items": {"$ref": "#/$defs/Identifier"}}, "priceAtLeast": {"$ref": "#/$defs/MinorUnits"}, "priceAtMost": {"$ref": "#/$defs/MinorUnits"}, "notReduced": {"type": "boolean"}, "lineQuantityAtLeast": {"$ref": "#/$defs/Units"}, "subscription": {"type": "boolean"}, "attribute": {"type": "object", "additionalProperties": false, "required": ["name", "value"], "properties": {"name": {"$ref": "#/$defs/Identifier"}, "value": {"$ref": "#/$defs/Identifier"}}}, "any": {"type": "array", "maxItems": 100, "items": {"$ref": "#/$defs/Target"}}, "except": {"$ref": "#/$defs/Target"}, "only": {"enum": ["cheapest-line", "dearest-line", "cheapest-unit", "dearest-unit"]}}}"##;

    /// Reads a target.
    pub fn read(value: Value<'_>, _reader: &Reader) -> Option<Self> {
        let object = value.object()?;
        let words = |name: &str| object.field(name).map(|value| value.identifiers(10_000)).unwrap_or_default();
        let amount = |name: &str| object.field(name).and_then(|value| value.amount());
        let target = Self {
            skus: sorted(words("skus")),
            categories: sorted(words("categories")),
            shops: sorted(words("shops")),
            price_at_least: amount("priceAtLeast"),
            price_at_most: amount("priceAtMost"),
            not_reduced: object.field("notReduced").and_then(|value| value.boolean()).unwrap_or(false),
            line_quantity_at_least: object.field("lineQuantityAtLeast").and_then(|value| value.whole(1..=1_000_000)),
            subscription: object.field("subscription").and_then(|value| value.boolean()),
            attribute: object.field("attribute").and_then(|value| {
                let object = value.object()?;
                let name = object.required("name").and_then(|value| value.identifier());
                let word = object.required("value").and_then(|value| value.identifier());
                object.finish();
                Some((name?.to_owned(), word?.to_owned()))
            }),
            any: object
                .field("any")
                .map(|value| read_list(value, 100, |item| Self::read(item, _reader)))
                .unwrap_or_default(),
            except: object.field("except").and_then(|value| Self::read(value, _reader)).map(Box::new),
            only: object.field("only").and_then(|value| {
                value.one_of(&[
                    ("cheapest-line", Only::CheapestLine),
                    ("dearest-line", Only::DearestLine),
                    ("cheapest-unit", Only::CheapestUnit),
                    ("dearest-unit", Only::DearestUnit),
                ])
            }),
        };
        if let (Some(least), Some(most)) = (target.price_at_least, target.price_at_most)
            && least > most
        {
            value.fault("empty-range", "`priceAtLeast` is more than `priceAtMost`");
        }
        object.finish();
        Some(target)
    }

    /// One of these products or something of one of these categories.
    #[must_use]
    pub fn either(skus: &[String], categories: &[String]) -> Self {
        if skus.is_empty() || categories.is_empty() {
            return Self { skus: skus.to_vec(), categories: categories.to_vec(), ..Self::default() };
        }
        let one = |skus: &[String], categories: &[String]| Self {
            skus: skus.to_vec(),
            categories: categories.to_vec(),
            ..Self::default()
        };
        Self { any: vec![one(skus, &[]), one(&[], categories)], ..Self::default() }
    }

    /// The targets of which one must match.
    pub fn alternatives(&self) -> impl Iterator<Item = &Self> {
        self.any.iter()
    }

    /// Whether it is the whole cart.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is one line or unit of those that match: which one may change as promotions apply.
    #[must_use]
    pub fn is_only(&self) -> bool {
        self.only.is_some()
    }

    /// Whether a line matches, `only` aside.
    #[must_use]
    #[inline(always)]
    pub fn matches(&self, scene: &Scene<'_>, line: &PricedLine, ledger: &Ledger, index: usize) -> bool {
        // Most targets name products, and most lines are of others.
        (self.skus.is_empty() || has(&self.skus, &line.sku)) && self.matches_beside_sku(scene, line, ledger, index)
    }

    /// Whether a line may match in some cart: what depends on its units, or on what promotions made of its price, is taken
    /// to hold.
    #[must_use]
    pub fn possibly(&self, scene: &Scene<'_>, line: &PricedLine, index: usize) -> bool {
        self.lasts(scene, line, index)
            && (self.any.is_empty() || self.any.iter().any(|target| target.possibly(scene, line, index)))
            && !self.except.as_ref().is_some_and(|target| target.certainly(scene, line, index))
    }

    /// Whether a line matches in every cart that has it.
    #[must_use]
    pub fn certainly(&self, scene: &Scene<'_>, line: &PricedLine, index: usize) -> bool {
        let changes = self.price_at_least.is_some()
            || self.price_at_most.is_some()
            || self.not_reduced
            || self.line_quantity_at_least.is_some();
        !changes
            && self.lasts(scene, line, index)
            && (self.any.is_empty() || self.any.iter().any(|target| target.certainly(scene, line, index)))
            && !self.except.as_ref().is_some_and(|target| target.possibly(scene, line, index))
    }

    /// What holds of a line whatever its units and its price.
    fn lasts(&self, scene: &Scene<'_>, line: &PricedLine, index: usize) -> bool {
        let Self { skus, categories, shops, subscription, attribute, .. } = self;
        (skus.is_empty() || has(skus, &line.sku))
            && (categories.is_empty() || line.categories.iter().any(|category| has(categories, category)))
            && (shops.is_empty() || line.shop.as_ref().is_some_and(|shop| has(shops, shop)))
            && subscription.is_none_or(|wanted| line.subscription == wanted)
            && attribute.as_ref().is_none_or(|(name, value)| scene.declared(index, name).any(|found| found == value))
    }

    #[inline(never)]
    fn matches_beside_sku(&self, scene: &Scene<'_>, line: &PricedLine, ledger: &Ledger, index: usize) -> bool {
        let (price, reduced) = ledger.lines.get(index).copied().unwrap_or((line.unit_price, line.reduced));
        let Self {
            skus: _,
            categories,
            shops,
            price_at_least,
            price_at_most,
            not_reduced,
            line_quantity_at_least,
            subscription,
            attribute,
            any,
            except,
            only: _,
        } = self;
        (categories.is_empty() || line.categories.iter().any(|category| has(categories, category)))
            && (shops.is_empty() || line.shop.as_ref().is_some_and(|shop| has(shops, shop)))
            && price_at_least.is_none_or(|least| price >= least)
            && price_at_most.is_none_or(|most| price <= most)
            && !(*not_reduced && reduced)
            && line_quantity_at_least.is_none_or(|least| line.quantity >= least)
            && subscription.is_none_or(|wanted| line.subscription == wanted)
            && attribute.as_ref().is_none_or(|(name, value)| scene.declared(index, name).any(|found| found == value))
            && (any.is_empty() || any.iter().any(|target| target.matches(scene, line, ledger, index)))
            && !except.as_ref().is_some_and(|target| target.matches(scene, line, ledger, index))
    }

    /// The selected lines that match, by their place in the cart.
    pub fn lines<'a>(
        &'a self,
        scene: &'a Scene<'_>,
        ledger: &'a Ledger,
    ) -> impl Iterator<Item = (usize, &'a PricedLine)> {
        let lines = scene.lines.iter().enumerate().filter(|(_, line)| line.selected);
        lines.filter(|(index, line)| self.matches(scene, line, ledger, *index))
    }

    /// The units that an action may reach: of discountable lines that match, in the cart's order.
    #[must_use]
    pub fn pick(&self, scene: &Scene<'_>, ledger: &Ledger) -> Vec<Pick> {
        let once = scene.policy.units_used_once;
        let mut picks: Vec<Pick> = Vec::new();
        // Both stand in the cart's order.
        let mut runs = ledger.runs.iter().enumerate().peekable();
        for (place, _) in self.lines(scene, ledger).filter(|(_, line)| line.discountable) {
            while runs.next_if(|(_, run)| run.line < place).is_some() {}
            while let Some((index, run)) = runs.next_if(|(_, run)| run.line == place) {
                if !(once && run.used) {
                    picks.push(Pick { run: index, count: run.count });
                }
            }
        }
        match self.only {
            None => picks,
            Some(only) => only.narrow(picks, ledger),
        }
    }
}

impl Only {
    fn narrow(self, picks: Vec<Pick>, ledger: &Ledger) -> Vec<Pick> {
        let price = |pick: &Pick| ledger.runs.get(pick.run).map_or(0, |run| run.price);
        let line = |pick: &Pick| ledger.runs.get(pick.run).map_or(0, |run| run.line);
        let found = match self {
            Self::CheapestLine | Self::CheapestUnit => picks.iter().min_by_key(|pick| (price(pick), pick.run)),
            Self::DearestLine | Self::DearestUnit => picks.iter().min_by_key(|pick| (-price(pick), pick.run)),
        };
        let Some(found) = found.copied() else { return Vec::new() };
        match self {
            Self::CheapestUnit | Self::DearestUnit => vec![Pick { count: 1, ..found }],
            Self::CheapestLine | Self::DearestLine => {
                picks.into_iter().filter(|pick| line(pick) == line(&found)).collect()
            }
        }
    }
}

/// Sorted and each once, so that it can be searched.
#[must_use]
pub fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort_unstable();
    words.dedup();
    words
}

/// Whether a sorted list has the word.
#[must_use]
#[inline]
pub fn has(words: &[String], word: &str) -> bool {
    match words {
        [only] => same(only, word),
        _ => words.binary_search_by(|probe| probe.as_str().cmp(word)).is_ok(),
    }
}

/// Whether two identifiers are the same. Those that are not mostly differ in length or at their end (`TEA-100`, `TEA-200`),
/// which is looked at first: comparing bytes by a call is what a small promotion costs most, in Wasm above all.
#[must_use]
#[inline]
pub fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    one.len() == other.len() && one.last() == other.last() && one == other
}

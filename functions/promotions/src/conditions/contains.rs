//! The cart contains a product, or something of a category: any of those named, or all.

use crate::catalogue::{Kind, Lack, Test};
use crate::index::Key;
use crate::ledger::Ledger;
use crate::reader::Reader;
use crate::scene::{Refusal, Scene};
use crate::target::{Target, same, sorted};
use commerce::Object;
use commerce::facts::prices::PricedLine;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contains {
    skus: Vec<String>,
    categories: Vec<String>,
    all: bool,
}

impl Contains {
    fn found(&self, scene: &Scene<'_>) -> usize {
        let lines = || scene.lines.iter().filter(|line| line.selected);
        let skus = self.skus.iter().filter(|sku| lines().any(|line| same(&line.sku, sku))).count();
        let of = |line: &PricedLine, category: &str| line.categories.iter().any(|known| same(known, category));
        skus + self.categories.iter().filter(|category| lines().any(|line| of(line, category))).count()
    }
}

impl Test for Contains {
    const KIND: Kind = Kind {
        name: "contains",
        about: "The cart contains one of these products or something of one of these categories; with `all`, every one of them.",
        fields: r##""skus": {"type": "array", "maxItems": 10000, "items": {"$ref": "#/$defs/Identifier"}}, "categories": {"type": "array", "maxItems": 10000, "items": {"$ref": "#/$defs/Identifier"}}, "all": {"type": "boolean"}"##,
        required: &["skus|categories"],
        example: r#"{"kind": "contains", "skus": ["TEA-LJ-100", "CUP-CEL-01"], "all": true}"#,
        codes: &[("product-missing", "products and categories named: how many it takes, how many are there")],
    };

    fn read(object: &Object<'_>, _reader: &Reader) -> Option<Self> {
        let words = |name: &str| sorted(object.field(name).map(|value| value.identifiers(10_000)).unwrap_or_default());
        let found = Self {
            skus: words("skus"),
            categories: words("categories"),
            all: object.field("all").and_then(|value| value.boolean()).unwrap_or(false),
        };
        if found.skus.is_empty() && found.categories.is_empty() {
            object.value().fault("missing-field", "`skus` or `categories` must name something");
        }
        Some(found)
    }

    fn test(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Result<(), Refusal> {
        let need = if self.all { self.skus.len() + self.categories.len() } else { 1 };
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        crate::scene::at_least("product-missing", number(need), number(self.found(scene)))
    }

    fn keys(&self) -> Option<Vec<Key>> {
        Some(
            self.skus
                .iter()
                .map(|sku| Key::sku(sku))
                .chain(self.categories.iter().map(|category| Key::category(category)))
                .collect(),
        )
    }

    fn lack(&self, scene: &Scene<'_>, _ledger: &Ledger) -> Option<Lack> {
        let any = self.found(scene) == 0 && !self.all;
        any.then(|| Lack { target: Target::either(&self.skus, &self.categories), spend: 0, units: 1 })
    }
}

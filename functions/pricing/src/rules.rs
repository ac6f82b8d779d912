//! Compiled rules, ready to price carts.

use crate::bands::Cost;
use crate::catalogue::Product;
use crate::compiled::{self, Root, shard_of};
use crate::history;
use crate::presale;
use crate::price::{self, Unpriced};
use crate::shelf;
use crate::shipping;
use crate::table;
use commerce::bounds;
use commerce::facts::prices::{
    Cargo, Particulars, Payable, PresalePlan, PriceClaim, PriceEvent, PriceReference, PricedCart, PricedLine,
    ShippingOption, Taxable, Taxation, Terms, UnitRange,
};
use commerce::facts::types::{Context, Fault, Line};
use std::collections::BTreeMap;

/// Why a line has no price: the field to blame, the code, and what is said of it.
type Refusal = (&'static str, &'static str, String);

/// Compiled rules, ready to use.
pub struct Rules {
    root: Root,
    shards: BTreeMap<u32, Vec<u8>>,
}

impl Rules {
    /// Takes the root of what [`crate::compile`] gave.
    ///
    /// # Errors
    /// Where it is another version's form, which is to be compiled again.
    pub fn load(root: &[u8]) -> Result<Self, String> {
        let root = compiled::read(root)?;
        if root.shards == 0 && !table::is_whole(&root.table) {
            return Err("these rules are damaged: no table".to_owned());
        }
        Ok(Self { root, shards: BTreeMap::new() })
    }

    /// The numbers of the shards that these lines need and that are not held yet, ascending.
    #[must_use]
    pub fn missing(&self, lines: &[Line]) -> Vec<u32> {
        if self.root.shards == 0 {
            return Vec::new();
        }
        let mut numbers: Vec<u32> = lines.iter().map(|line| shard_of(&line.sku, self.root.shards)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.retain(|number| !self.shards.contains_key(number));
        numbers
    }

    /// The numbers of the shards that [`Self::cheapest`] needs of this category and that are not held yet.
    #[must_use]
    pub fn missing_of(&self, category: &str) -> Vec<u32> {
        let number = shard_of(&shelf::key(category), self.root.shards);
        if self.root.shards == 0 || self.shards.contains_key(&number) { Vec::new() } else { vec![number] }
    }

    /// Products of a category, those first whose lowest price in any list is lowest; a few.
    #[must_use]
    pub fn cheapest(&self, category: &str) -> Vec<String> {
        let key = shelf::key(category);
        let record = self.table(&key).and_then(|table| table::find(table, &key));
        record.and_then(|record| postcard::from_bytes(record).ok()).unwrap_or_default()
    }

    /// The table that has a key, where it is held.
    fn table(&self, key: &str) -> Option<&[u8]> {
        match self.root.shards {
            0 => Some(&self.root.table),
            shards => self.shards.get(&shard_of(key, shards)).map(Vec::as_slice),
        }
    }

    /// Takes a shard.
    ///
    /// # Errors
    /// Where the rules have no such shard, or it is damaged.
    pub fn hold(&mut self, number: u32, shard: &[u8]) -> Result<(), String> {
        if number >= self.root.shards {
            return Err(format!("these rules have {} shards, none with number {number}", self.root.shards));
        }
        if !table::is_whole(shard) {
            return Err(format!("shard {number} is damaged"));
        }
        self.shards.insert(number, shard.to_vec());
        Ok(())
    }

    /// Prices each line; the order is kept.
    ///
    /// # Errors
    /// Every line without a price, with pointers from `/lines`.
    pub fn price(&self, lines: &[Line], context: &Context) -> Result<PricedCart, Vec<Fault>> {
        let many = lines.len();
        let mut cart = PricedCart { lines: Vec::with_capacity(many), particulars: Vec::with_capacity(many) };
        let mut faults = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            match self.price_line(line, context) {
                Ok((line, particulars)) => {
                    cart.lines.push(line);
                    cart.particulars.push(particulars);
                }
                Err((field, code, detail)) => {
                    faults.push(Fault { code: code.to_owned(), pointer: format!("/lines/{index}/{field}"), detail });
                }
            }
        }
        if faults.is_empty() { Ok(cart) } else { Err(faults) }
    }

    /// Between which a unit of each line costs at any quantity up to the line's; the order is kept.
    ///
    /// # Errors
    /// As of [`Self::price`].
    pub fn ranges(&self, lines: &[Line], context: &Context) -> Result<Vec<UnitRange>, Vec<Fault>> {
        let each = lines.iter().enumerate().map(|(index, line)| {
            self.range(line, context).map_err(|(field, code, detail)| {
                vec![Fault { code: code.to_owned(), pointer: format!("/lines/{index}/{field}"), detail }]
            })
        });
        each.collect()
    }

    fn range(&self, line: &Line, context: &Context) -> Result<UnitRange, Refusal> {
        let product = self.product(&line.sku)?;
        let (least, most) = price::range(&product, &self.root.lists, line, context)
            .ok_or_else(|| unpriced(Unpriced::NoList, line, context))?;
        let category = product.tax_category.unwrap_or(self.root.taxes.default_category());
        Ok(UnitRange { least, most, tax_on_top: self.root.taxes.on_top_of_all(category, context) })
    }

    fn price_line(&self, line: &Line, context: &Context) -> Result<(PricedLine, Particulars), Refusal> {
        let product = self.product(&line.sku)?;
        let chosen = price::choose(&product, &self.root.lists, self.root.policy.choose, line, context)
            .map_err(|why| unpriced(why, line, context))?;
        let Cost { unit, all, from } = chosen.cost;
        let tax_category = product.tax_category.unwrap_or(self.root.taxes.default_category());
        let particulars = Particulars {
            regular_price: chosen.regular,
            price_list: chosen.list.id.clone(),
            band_from: from,
            tax_category: tax_category.to_owned(),
        };
        let line = PricedLine {
            id: line.id.clone(),
            sku: line.sku.clone(),
            quantity: line.quantity,
            unit_price: unit,
            subtotal: all,
            categories: product.categories.iter().map(|category| (*category).to_owned()).collect(),
            floor: product.floors.iter().find(|(code, _)| *code == context.currency).map(|(_, floor)| *floor),
            discountable: product.discountable,
            reduced: chosen.list.reduction,
            shop: product.shop.map(str::to_owned),
            selected: line.selected,
            subscription: line.subscription,
            tax_on_top: self.root.taxes.on_top(tax_category, context),
        };
        Ok((line, particulars))
    }

    fn product(&self, sku: &str) -> Result<Product<'_>, Refusal> {
        let table = self.table(sku).ok_or_else(|| {
            let number = shard_of(sku, self.root.shards);
            ("sku", "shard-not-held", format!("shard {number} of the rules must be held first"))
        })?;
        let record = table::find(table, sku)
            .ok_or_else(|| ("sku", "unknown-sku", format!("`{sku}` is not in the catalogue")))?;
        postcard::from_bytes(record).map_err(|error| ("sku", "rules-damaged", error.to_string()))
    }

    /// Says what each way of shipping costs, in the rulebook's order. The shards of these products must be held.
    ///
    /// # Errors
    /// `unknown-shipping-method` where the context names a way that the rulebook does not have; `amount-overflow`.
    pub fn ship(&self, cargo: &[Cargo], context: &Context) -> Result<Vec<ShippingOption>, Vec<Fault>> {
        let subtotal =
            commerce::money::sum(cargo.iter().map(|line| line.subtotal)).map_err(|commerce::money::Overflow| {
                let detail = format!("the cart's sum must be at most {}", bounds::AMOUNT);
                vec![Fault { code: "amount-overflow".to_owned(), pointer: "/lines".to_owned(), detail }]
            })?;
        let weight = cargo
            .iter()
            .map(|line| {
                self.product(&line.sku).map_or(0, |product| u64::from(product.weight)) * u64::from(line.quantity)
            })
            .sum();
        shipping::options(
            &self.root.shipping,
            shipping::Load { subtotal, weight },
            self.root.taxes.default_category(),
            context,
        )
    }

    /// Taxes what is paid; the order is kept.
    ///
    /// # Errors
    /// `amount-overflow` where an amount is too large.
    pub fn tax(&self, amounts: &[Taxable], context: &Context) -> Result<Taxation, Vec<Fault>> {
        self.root.taxes.tax(amounts, context)
    }

    /// Judges what is said of prices by each rule of the rulebook that holds where the shopper is, from the rulebook's
    /// history and the events given. The shards of these products must be held. A claim about a product without any price,
    /// asked or past, gets no answer.
    ///
    /// # Errors
    /// `unknown-sku`, with pointers from `/claims`.
    pub fn judge(
        &self,
        claims: &[PriceClaim],
        events: &[PriceEvent],
        context: &Context,
    ) -> Result<Vec<PriceReference>, Vec<Fault>> {
        let country = context.country.as_deref().or(self.root.taxes.home());
        let holds =
            |countries: &[String]| countries.is_empty() || countries.iter().any(|one| Some(one.as_str()) == country);
        let mut references = Vec::new();
        let mut faults = Vec::new();
        for (index, claim) in claims.iter().enumerate() {
            let product = match self.product(&claim.sku) {
                Ok(product) => product,
                Err((field, code, detail)) => {
                    faults.push(Fault { code: code.to_owned(), pointer: format!("/claims/{index}/{field}"), detail });
                    continue;
                }
            };
            let steps = history::steps(&product, &claim.sku, &self.root, events, context);
            for rule in self.root.policy.prior_price.iter().filter(|rule| holds(&rule.countries)) {
                let judged = rule.judge(&steps, context.at, claim.price, claim.reference);
                references.extend(judged.map(|judged| PriceReference {
                    id: claim.id.clone(),
                    rule: rule.id.clone(),
                    statute: rule.statute.clone(),
                    since: judged.since,
                    window_from: judged.window_from,
                    lowest: judged.lowest,
                    prior: judged.prior,
                    strike_through: judged.strike_through,
                    percent: judged.percent,
                    breach: judged.breach.map(str::to_owned),
                    begins: judged.begins,
                }));
            }
        }
        if faults.is_empty() { Ok(references) } else { Err(faults) }
    }

    /// Splits what is to be paid for products of a presale; what is in none is left out.
    ///
    /// # Errors
    /// `amount-overflow`, with pointers from `/lines`.
    pub fn presale(&self, amounts: &[Payable], context: &Context) -> Result<Vec<PresalePlan>, Vec<Fault>> {
        presale::plan(&self.root.policy.presales, amounts, context)
    }

    /// What a quote must heed.
    #[must_use]
    pub fn terms(&self) -> Terms {
        let policy = &self.root.policy;
        Terms {
            refund: policy.refund(),
            prior_price: !policy.prior_price.is_empty(),
            presale: !policy.presales.is_empty(),
        }
    }
}

fn unpriced(why: Unpriced, line: &Line, context: &Context) -> Refusal {
    let sku = &line.sku;
    match why {
        Unpriced::NoList => ("sku", "no-price", format!("no price list that holds for this cart has `{sku}`")),
        Unpriced::NotInCurrency => {
            ("sku", "no-price-in-currency", format!("no price list has `{sku}` in {}", context.currency))
        }
        Unpriced::NotInQuantity => {
            ("quantity", "no-price-for-quantity", format!("no tier of `{sku}` is for {} units", line.quantity))
        }
        Unpriced::TooLarge => {
            ("quantity", "amount-overflow", format!("price times quantity must be at most {}", bounds::AMOUNT))
        }
    }
}

//! A tiered bundle: the more products of a bundle are in the cart, the more off all of them.
//!
//! `offer` is the rule, plain Rust that is tested natively; `component` is the shell that speaks the plugin's WIT.

use serde::Deserialize;

#[cfg(target_family = "wasm")]
mod component;

/// The merchant's configuration.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// Products of the bundle, by SKU.
    pub bundle: Vec<String>,
    /// What is given from how many products on.
    pub tiers: Vec<Tier>,
}

/// What is given from so many products on.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tier {
    /// Different products of the bundle that must be in the cart.
    pub products: usize,
    /// Hundredths of a percent off.
    pub basis_points: u32,
}

/// What the rule gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Places in the cart of the lines that pay less.
    pub lines: Vec<usize>,
    /// The tier that is reached.
    pub tier: Tier,
}

/// Reads the configuration.
///
/// # Errors
/// Where it is not JSON of its form; the text says where.
pub fn config(text: &str) -> Result<Config, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// The offer for a cart of these SKUs; none where no tier is reached.
pub fn offer(config: &Config, skus: &[&str]) -> Option<Offer> {
    let inside = |sku: &&str| config.bundle.iter().any(|product| product == sku);
    let present = config.bundle.iter().filter(|product| skus.contains(&product.as_str())).count();
    let reached = config.tiers.iter().filter(|tier| tier.products <= present);
    let tier = *reached.max_by_key(|tier| tier.basis_points)?;
    let lines: Vec<usize> = (0..).zip(skus).filter(|(_, sku)| inside(sku)).map(|(place, _)| place).collect();
    if lines.is_empty() { None } else { Some(Offer { lines, tier }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_products_the_more_off() {
        let config = config(
            r#"{"bundle":["tea","cup","pot"],"tiers":[{"products":2,"basisPoints":1000},{"products":3,"basisPoints":2000}]}"#,
        );
        let config = config.unwrap();
        // SKUs of the cart, places and basis points: a product twice counts once, and strangers not at all.
        type Row = (&'static [&'static str], Option<(&'static [usize], u32)>);
        let table: [Row; 5] = [
            (&[], None),
            (&["tea", "tea", "spoon"], None),
            (&["tea", "spoon", "cup"], Some((&[0, 2], 1000))),
            (&["tea", "cup", "tea"], Some((&[0, 1, 2], 1000))),
            (&["pot", "cup", "tea"], Some((&[0, 1, 2], 2000))),
        ];
        for (skus, wanted) in table {
            let found = offer(&config, skus);
            let found = found.as_ref().map(|offer| (offer.lines.as_slice(), offer.tier.basis_points));
            assert_eq!(found, wanted, "{skus:?}");
        }
    }
}

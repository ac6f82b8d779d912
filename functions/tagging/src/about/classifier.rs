//! Two classifiers: which vertical of Shopify's taxonomy a text is of, and for household electronics, which product.

use super::model::Model;

/// Classes of the vertical: Shopify's id, and its name.
pub const VERTICALS: &[(&str, &str)] = &[
    ("aa", "Apparel & Accessories"),
    ("ae", "Arts & Entertainment"),
    ("ap", "Animals & Pet Supplies"),
    ("bi", "Business & Industrial"),
    ("bt", "Baby & Toddler"),
    ("co", "Cameras & Optics"),
    ("el", "Electronics"),
    ("fb", "Food, Beverages & Tobacco"),
    ("fr", "Furniture"),
    ("ha", "Hardware"),
    ("hb", "Health & Beauty"),
    ("hg", "Home & Garden"),
    ("lb", "Luggage & Bags"),
    ("ma", "Mature"),
    ("me", "Media"),
    ("os", "Office Supplies"),
    ("pa", "Product Add-Ons"),
    ("rc", "Religious & Ceremonial"),
    ("se", "Services"),
    ("sg", "Sporting Goods"),
    ("so", "Software"),
    ("tg", "Toys & Games"),
    ("vp", "Vehicles & Parts"),
];

/// Classes of the product: its name in the data, and the id that Shopify's taxonomy has for it.
pub const PRODUCTS: &[(&str, &str)] = &[
    ("CPUs", "el-7-9-4"),
    ("Digital Cameras", "co-2-2"),
    ("Dishwashers", "hg-11-7-9"),
    ("Freezers", "hg-11-7-20"),
    ("Fridge Freezers", "hg-11-7-41"),
    ("Fridges", "hg-11-7-41"),
    ("Microwaves", "hg-11-7-31"),
    ("Mobile Phones", "el-4-8-5"),
    ("TVs", "el-17-4"),
    ("Washing Machines", "hg-9-8-6"),
];

/// The likeliest vertical's place in [`VERTICALS`] by a text's [`super::features`], and how sure it is, of 10000.
#[must_use]
pub fn vertical(features: &[u32]) -> Option<(usize, u32)> {
    Model::read(include_bytes!("../../data/vertical.bin"))?.best(features)
}

/// The likeliest product's place in [`PRODUCTS`] by a text's [`super::features`], and how sure it is, of 10000.
#[must_use]
pub fn product(features: &[u32]) -> Option<(usize, u32)> {
    Model::read(include_bytes!("../../data/product.bin"))?.best(features)
}

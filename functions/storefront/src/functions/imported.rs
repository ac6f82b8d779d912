//! The functions as WIT imports. Facts cross without conversion: the bindings are remapped to the crate `commerce`.
#![allow(missing_docs, unsafe_code, clippy::all, reason = "generated")]

wit_bindgen::generate!({
    path: "../../wit/commerce",
    world: "storefront-functions",
    with: {
        "pushcart:commerce/types@0.1.0": commerce::facts::types,
        "pushcart:commerce/prices@0.1.0": commerce::facts::prices,
        "pushcart:commerce/offers@0.1.0": commerce::facts::offers,
        "pushcart:commerce/referrals@0.1.0": commerce::facts::referrals,
        "pushcart:commerce/stock@0.1.0": commerce::facts::stock,
        "pushcart:commerce/tags@0.1.0": commerce::facts::tags,
    },
    generate_all,
});

pub use pushcart::commerce::{inventory, plugins, pricing, promotions, referral, tagging};

//! The shell: the plugin's WIT to the rule and back.
#![allow(missing_docs, unsafe_code, clippy::all, reason = "generated")]

wit_bindgen::generate!({ path: "../../../wit/plugin", world: "promotion" });

use crate::{Offer, config, offer};
use pushcart::plugin::types::{Action, Message, ShareOff, Target};

struct Plugin;

impl Guest for Plugin {
    fn describe() -> Description {
        Description {
            name: "tiered-bundle".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            needs: Vec::new(),
            config_schema: include_str!("../config.schema.json").into(),
            messages: vec![
                message("en", "The more products of a bundle, the more off".into()),
                message("zh", "组合购，多件多折".into()),
            ],
        }
    }

    fn evaluate(cart: Cart, _: Context, text: String, _: Vec<Discount>) -> Result<Vec<Proposal>, Error> {
        let config = config(&text).map_err(Error::Configuration)?;
        let skus: Vec<&str> = cart.lines.iter().map(|line| line.sku.as_str()).collect();
        let Some(Offer { lines, tier }) = offer(&config, &skus) else { return Ok(Vec::new()) };
        let target = |place: &usize| Some(Target { line: cart.lines.get(*place)?.id.clone(), units: None });
        let (whole, hundredths) = (tier.basis_points / 100, tier.basis_points % 100);
        let percent = if hundredths == 0 { whole.to_string() } else { format!("{whole}.{hundredths:02}") };
        Ok(vec![Proposal {
            code: format!("bundle-of-{}", tier.products),
            action: Action::PercentOff(ShareOff {
                targets: lines.iter().filter_map(target).collect(),
                basis_points: tier.basis_points,
            }),
            messages: vec![
                message("en", format!("{percent}% off: {} products of the bundle", tier.products)),
                message("zh", format!("组合购满 {} 款，优惠 {percent}%", tier.products)),
            ],
            lane: None,
            tags: vec!["bundle".into()],
            combines_with: None,
            attributes: Vec::new(),
        }])
    }
}

fn message(language: &str, text: String) -> Message {
    Message { language: language.into(), text }
}

export!(Plugin);

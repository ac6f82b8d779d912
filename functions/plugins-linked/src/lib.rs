//! One plugin that is linked when the app is built, for hosts that take no plugins while they run: Spin.
//!
//! It answers `pushcart:commerce/plugins` and imports it too, so that plugins make a chain: each link asks its own plugin, then the
//! rest, and `plugins-none` ends it. What a plugin may see and propose is decided by the very files that decide it in the
//! Pushcart host; they are compiled here against these bindings. What is not here: fuel, memory and time of a call are bounded by
//! whoever runs the app, and a plugin that traps takes the quote with it.
#![cfg(target_family = "wasm")]

mod bindings {
    #![allow(missing_docs, unsafe_code, clippy::all, reason = "generated")]
    wit_bindgen::generate!({
        path: ["../../wit/commerce", "../../wit/plugin", "../../wit/linked"],
        inline: "
            package pushcart:link;
            world link {
              use pushcart:plugin/types@0.1.0.{cart, context, discount, proposal, error};
              import pushcart:linked/settings@0.1.0;
              import pushcart:commerce/plugins@0.1.0;
              import evaluate: func(cart: cart, context: context, config: string, earlier: list<discount>) -> result<list<proposal>, error>;
              export pushcart:commerce/plugins@0.1.0;
            }
        ",
        with: {
            "pushcart:commerce/types@0.1.0": commerce::facts::types,
            "pushcart:commerce/prices@0.1.0": commerce::facts::prices,
            "pushcart:commerce/offers@0.1.0": commerce::facts::offers,
        },
        generate_all,
    });
    use super::Link;
    export!(Link with_types_in self);
}

// One text, compiled twice: against wasmtime's types there, against wit-bindgen's here.
#[path = "../../../host/src/plugins/bounds.rs"]
pub mod bounds;
#[path = "../../../host/src/plugins/check/mod.rs"]
pub mod check;
#[path = "../../../host/src/plugins/failure.rs"]
pub mod failure;
#[path = "../../../host/src/plugins/size.rs"]
pub mod size;
#[path = "../../../host/src/plugins/values.rs"]
pub mod values;

use bindings::exports::pushcart::commerce::plugins::{Failure, Guest, Proposed};
use bindings::pushcart::commerce::plugins as rest;
use bindings::pushcart::linked::settings::{self, Settings};
use bindings::pushcart::plugin::types;
use commerce::facts;
use facts::offers::{Discount, LineAttribute, ShippingCharge};
use facts::prices::PricedLine;
use facts::types::Context;
use std::sync::LazyLock;

static SETTINGS: LazyLock<Settings> = LazyLock::new(settings::get);

struct Link;

impl Guest for Link {
    fn active(merchant: String) -> bool {
        merchant == SETTINGS.merchant || rest::active(&merchant)
    }

    fn propose(
        merchant: String,
        lines: Vec<PricedLine>,
        declared: Vec<LineAttribute>,
        shipping: Vec<ShippingCharge>,
        earlier: Vec<Discount>,
        context: Context,
    ) -> Proposed {
        let mut all = Proposed { proposals: Vec::new(), failures: Vec::new() };
        if merchant == SETTINGS.merchant {
            match ask(&lines, &declared, &shipping, &earlier, &context) {
                Ok(checked) => {
                    all.proposals.extend(checked.into_iter().map(|one| values::proposal(one, &shipping)));
                }
                Err(failure) => all.failures.push(Failure {
                    plugin: SETTINGS.plugin.clone(),
                    code: failure.code().to_owned(),
                    closed: SETTINGS.closed,
                }),
            }
        }
        if rest::active(&merchant) {
            let rest::Proposed { proposals, failures } =
                rest::propose(&merchant, &lines, &declared, &shipping, &earlier, &context);
            all.proposals.extend(proposals);
            let failed = |rest::Failure { plugin, code, closed }| Failure { plugin, code, closed };
            all.failures.extend(failures.into_iter().map(failed));
        }
        all
    }
}

/// What this link's plugin proposes, checked.
fn ask(
    lines: &[PricedLine],
    declared: &[LineAttribute],
    shipping: &[ShippingCharge],
    earlier: &[Discount],
    context: &Context,
) -> Result<Vec<check::Checked>, failure::Failure> {
    let cart = values::cart(lines, declared, shipping, &context.currency);
    let (context, earlier) = (values::context(context), values::earlier(earlier, lines));
    let declared = |name: &String| context.attributes.iter().any(|attribute| attribute.name == *name);
    if !SETTINGS.needs.iter().all(declared) {
        return Ok(Vec::new());
    }
    values::within(&cart, &context, &SETTINGS.config, &earlier)?;
    let proposals = bindings::evaluate(&cart, &context, &SETTINGS.config, &earlier).map_err(check::declined)?;
    size::within(size::proposals(&proposals))?;
    check::proposals(&SETTINGS.plugin, &cart, &proposals)
}

//! The golden carts: what every plugin is asked before it is let in, under the bounds that it will run in.
//!
//! They are few and wide apart: nothing, one line, an ordinary cart, a long one, and the largest amounts. A plugin may have
//! nothing to say of them; it must not trap, run out or say what no cart allows.

use crate::plugins::book::Trial;
use crate::plugins::check;
use crate::plugins::failure::Kind;
use crate::plugins::loaded::Loaded;
use crate::plugins::refusal::{Code, Fault, Refusal};
use crate::plugins::types::{Attribute, Cart, Context, Discount, Line, Moment, Shopper};
use commerce::bounds::AMOUNT;

/// A golden cart: its name, and what a plugin is given.
pub struct Golden {
    /// What it is for.
    pub name: &'static str,
    /// The cart.
    pub cart: Cart,
    /// What is around it.
    pub context: Context,
    /// What promotions gave before.
    pub earlier: Vec<Discount>,
}

/// Runs the plugin on every golden cart; the most that one of them cost. With `configured`, the plugin must take `config`; without,
/// it may refuse it.
///
/// # Errors
/// With each cart on which it failed, and its code.
pub fn run(plugin: &str, loaded: &Loaded, config: &str, configured: bool) -> Result<Trial, Refusal> {
    let (mut most, mut faults) = (Trial::default(), Vec::new());
    for Golden { name, cart, context, earlier } in carts() {
        let ran = loaded.evaluate(&cart, &context, config, &earlier);
        most.fuel = most.fuel.max(ran.usage.fuel);
        most.memory = most.memory.max(ran.usage.memory as u64);
        let checked = ran.result.and_then(|proposals| check::proposals(plugin, &cart, &proposals));
        let Err(failure) = checked else { continue };
        let refuses = matches!(failure.kind, Kind::RefusedConfig | Kind::Declined);
        if !refuses || (configured && failure.kind == Kind::RefusedConfig) {
            let (code, pointer) = (failure.code().to_owned(), format!("/carts/{name}"));
            faults.push(Fault { code, pointer, detail: failure.text });
        }
    }
    if faults.is_empty() {
        return Ok(most);
    }
    // A loop loops on every cart: one fault says it all.
    if faults.iter().all(|fault| Some(&fault.code) == faults.first().map(|first| &first.code)) {
        faults.truncate(1);
    }
    Err(Refusal::of(Code::Trial, faults))
}

/// Every golden cart.
pub fn carts() -> Vec<Golden> {
    let plain = || context("web");
    vec![
        Golden { name: "nothing", cart: cart("CNY", Vec::new()), context: plain(), earlier: Vec::new() },
        Golden { name: "one-line", cart: cart("CNY", vec![line(1, 2, 8_800)]), context: plain(), earlier: Vec::new() },
        Golden {
            name: "twenty-lines",
            cart: cart("CNY", (1..=20).map(|number| line(number, number % 4 + 1, 990 * i64::from(number))).collect()),
            context: context("live"),
            earlier: (1..=20)
                .map(|number| Discount { promotion: "double-11".into(), line: number.to_string(), amount: 99.0 })
                .collect(),
        },
        Golden {
            name: "hundred-lines",
            cart: cart("EUR", (1..=100).map(|number| line(number, 1, 1_999)).collect()),
            context: plain(),
            earlier: Vec::new(),
        },
        Golden { name: "largest", cart: cart("JPY", vec![line(1, 1, AMOUNT)]), context: plain(), earlier: Vec::new() },
    ]
}

/// Golden amounts are whole and at most 2^53 − 1, so that they are exact.
#[allow(clippy::cast_precision_loss, reason = "at most 2^53 − 1")]
fn line(number: u32, quantity: u32, price: i64) -> Line {
    let category = ["tea", "cups", "gifts"].get(number as usize % 3).copied().unwrap_or("tea");
    Line {
        id: number.to_string(),
        sku: format!("SKU-{number:03}"),
        quantity,
        unit_price: price as f64,
        subtotal: (price * i64::from(quantity)) as f64,
        categories: vec![category.into()],
        attributes: vec![Attribute { name: "colour".into(), value: "青".into() }],
    }
}

fn cart(currency: &str, lines: Vec<Line>) -> Cart {
    Cart { currency: currency.into(), lines, shipping: 600.0, attributes: Vec::new() }
}

/// 2026-11-11 20:05 in Shanghai, a Wednesday.
fn context(channel: &str) -> Context {
    let moment = Moment {
        at: 1_794_398_700.0,
        utc_offset: 28_800,
        year: 2026,
        month: 11,
        day: 11,
        weekday: 3,
        hour: 20,
        minute: 5,
    };
    let shopper = Shopper {
        groups: vec!["gold".into()],
        segments: Vec::new(),
        tier: Some("gold".into()),
        orders: 4,
        attributes: vec![Attribute { name: "birthday".into(), value: "1990-11-11".into() }],
    };
    Context {
        moment,
        channel: channel.into(),
        country: Some("CN".into()),
        shopper,
        codes: vec!["LIVE88".into()],
        attributes: vec![Attribute { name: "weather".into(), value: "rain".into() }],
    }
}

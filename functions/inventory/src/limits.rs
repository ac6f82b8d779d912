//! How many units a shopper may buy: at least, in steps, per order, per period and per campaign.
//!
//! What was bought before is a counter of the request: kind `sku`, the SKU, and as scope the period or campaign that the
//! rulebook names.

use crate::rulebook::items::Limits;
use commerce::Context;
use commerce::facts::stock::Reason;

/// What is left to buy of a product while the lines of a cart take from it.
#[derive(Debug)]
pub struct Allowance {
    /// The tightest limit, by its code, with what is left of it; `None` is no limit.
    left: Option<(&'static str, i64)>,
}

impl Allowance {
    /// What the limits leave after what the counters say.
    #[must_use]
    pub fn new(sku: &str, limits: &Limits, context: &Context) -> Self {
        let used = |scope: &str| -> i64 {
            let counts = context
                .counters
                .iter()
                .filter(|counter| counter.kind == "sku" && counter.id == sku && counter.scope == scope);
            counts.map(|counter| counter.used).sum()
        };
        let order = limits.order.map(|most| ("above-order-limit", i64::from(most)));
        let periods =
            limits.periods.iter().map(|(scope, most)| ("above-period-limit", (i64::from(*most) - used(scope)).max(0)));
        Self { left: order.into_iter().chain(periods).min_by_key(|(_, left)| *left) }
    }

    /// The most that can still be bought.
    #[must_use]
    pub fn most(&self) -> Option<i64> {
        self.left.map(|(_, left)| left)
    }

    /// Takes a line's units: how many of them the limits leave, and why not more. The step and the minimum are for all
    /// lines of a product together: [`fit`].
    pub fn take(&mut self, quantity: u32) -> (u32, Option<Reason>) {
        let wanted = i64::from(quantity);
        let Some((code, left)) = &mut self.left else { return (quantity, None) };
        let why = (*left < wanted).then(|| reason(code, wanted, *left));
        let allowed = wanted.min(*left);
        *left -= allowed;
        (u32::try_from(allowed).unwrap_or(0), why)
    }
}

/// The most of these units of an order that may be bought, a multiple of the step and no less than the minimum, and
/// why it is not all.
#[must_use]
pub fn fit(limits: &Limits, units: i64) -> (i64, Vec<Reason>) {
    let (mut fits, mut reasons) = (units, Vec::new());
    let step = i64::from(limits.step.max(1));
    if fits % step != 0 {
        reasons.push(reason("not-a-multiple-of-step", step, fits));
        fits -= fits % step;
    }
    let minimum = i64::from(limits.minimum.max(1));
    if fits < minimum && (fits > 0 || minimum > 1) {
        reasons.push(reason("below-minimum-quantity", minimum, fits));
        fits = 0;
    }
    (fits, reasons)
}

fn reason(code: &str, need: i64, have: i64) -> Reason {
    Reason { code: code.to_owned(), need: Some(need), have: Some(have) }
}

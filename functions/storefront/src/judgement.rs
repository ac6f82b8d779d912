//! What promotions say of a cart: alone, and where the merchant has plugins, again with what they propose beside what was
//! given without them.

use crate::functions::plugins;
use crate::problem::{Kind, Problem};
use crate::published::Rules;
use commerce::Fault;
use commerce::facts::offers::{LineAttribute, Proposal, ShippingCharge, Verdict, Wants};
use commerce::facts::prices::PricedLine;
use commerce::facts::types::Context;
use serde::Serialize;

/// A part that did not answer and was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Degraded {
    /// The plugin's name.
    pub plugin: String,
    /// Why, kebab-case and stable: `plugin-trapped`, `plugin-out-of-fuel`, …
    pub code: String,
}

/// A cart that is priced, and what is asked for shipping it.
#[derive(Clone, Copy)]
pub struct Judged<'a> {
    /// The lines.
    pub lines: &'a [PricedLine],
    /// What they declare.
    pub declared: &'a [LineAttribute],
    /// What is asked for shipping.
    pub shipping: &'a [ShippingCharge],
    /// What is around the cart.
    pub context: &'a Context,
    /// How much is to be said.
    pub wants: Wants,
}

/// What was judged.
pub struct Answered {
    /// The verdict.
    pub verdict: Verdict,
    /// Plugins that did not answer and were left out.
    pub degraded: Vec<Degraded>,
    /// What plugins proposed.
    pub proposals: Vec<Proposal>,
}

/// Judges a cart. `merchant` is whose plugins are asked, where rules are a merchant's; `proposals` come beside theirs.
///
/// # Errors
/// 422 where an amount overflows, 503 with the plugin's code where one did not answer and its merchant wants quotes to fail
/// then.
pub fn judge(
    rules: &Rules,
    merchant: Option<&str>,
    proposals: &[Proposal],
    cart: Judged<'_>,
) -> Result<Answered, Problem> {
    let Judged { lines, declared, shipping, context, wants } = cart;
    let evaluate = |proposals: &[Proposal]| {
        rules.promotions.evaluate(lines, declared, shipping, proposals, wants, context).map_err(Problem::invalid)
    };
    let verdict = evaluate(proposals)?;
    let Some(merchant) = merchant.filter(|merchant| plugins::active(merchant)) else {
        return Ok(Answered { verdict, degraded: Vec::new(), proposals: Vec::new() });
    };
    let proposed = plugins::propose(merchant, lines, declared, shipping, &verdict.discounts, context);
    if let Some(failure) = proposed.failures.iter().find(|failure| failure.closed) {
        return Err(failed(&failure.plugin, &failure.code));
    }
    let silent = proposed.failures.into_iter().map(|failure| Degraded { plugin: failure.plugin, code: failure.code });
    let degraded = silent.collect();
    let own = proposed.proposals;
    if own.is_empty() {
        return Ok(Answered { verdict, degraded, proposals: own });
    }
    let all: Vec<Proposal> = proposals.iter().chain(&own).cloned().collect();
    Ok(Answered { verdict: evaluate(&all)?, degraded, proposals: own })
}

/// The merchant lets no quote pass without this plugin.
fn failed(plugin: &str, code: &str) -> Problem {
    let detail = format!("The plugin `{plugin}` did not answer, and its merchant lets no quote pass without it.");
    let fault = Fault { code: code.to_owned(), pointer: String::new(), detail: detail.clone() };
    Problem { kind: Kind::PluginFailed, detail, faults: vec![fault], log: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_plugin_fails_the_quote_with_its_own_code() {
        let response = failed("bundle", "plugin-out-of-fuel").response();
        let body: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!((response.status, body["code"].as_str()), (503, Some("plugin-out-of-fuel")));
        assert!(response.headers.iter().any(|(name, value)| *name == "retry-after" && value == "1"));
    }
}

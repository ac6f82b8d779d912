//! The table that routes, and that `/openapi.json` is made from: one line an operation.

mod health;
mod inventory;
mod openapi;
mod plugins;
mod pricing;
mod promotions;
mod quote;
mod referral;
mod refund;
mod rulebook;
mod simulate;
mod stock;
mod tagging;

use crate::app::Exchange;
use crate::http::Response;
use crate::problem::Problem;
pub use inventory::Published;

/// One operation.
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path; `{name}` stands for one segment, or for one up to a verb, as in `{name}:verb`.
    pub path: &'static str,
    /// What answers it.
    pub handler: fn(&Exchange<'_>) -> Result<Response, Problem>,
    /// One line that says what it does.
    pub summary: &'static str,
    /// JSON Schema of the request's body, and of the answer's: files of the folder `schema`.
    pub request: Option<&'static str>,
    /// JSON Schema of the answer's body.
    pub answer: Option<&'static str>,
    /// A bearer token of the merchant is needed.
    pub authorized: bool,
}

macro_rules! schema {
    ($name:literal) => {
        Some(concat!("{\"$ref\":\"#/components/schemas/", $name, "\"}"))
    };
}

/// Schemas that operations refer to: name and JSON text.
pub const SCHEMAS: &[(&str, &str)] = &[
    ("Money", include_str!("../schema/money.json")),
    ("Price", include_str!("../schema/price.json")),
    ("Problem", include_str!("../schema/problem.json")),
    ("Surroundings", include_str!("../schema/surroundings.json")),
    ("Context", include_str!("../schema/context.json")),
    ("QuoteRequest", include_str!("../schema/quote-request.json")),
    ("Quote", include_str!("../schema/quote.json")),
    ("PriceRequest", include_str!("../schema/price-request.json")),
    ("Prices", include_str!("../schema/prices.json")),
    ("PriceReference", include_str!("../schema/price-reference.json")),
    ("PriceEvent", include_str!("../schema/price-event.json")),
    ("Presale", include_str!("../schema/presale.json")),
    ("PromotionsRequest", include_str!("../schema/promotions-request.json")),
    ("Promotions", include_str!("../schema/promotions.json")),
    ("Outcome", include_str!("../schema/outcome.json")),
    ("Sums", include_str!("../schema/sums.json")),
    ("Decision", include_str!("../schema/decision.json")),
    ("RefundRequest", include_str!("../schema/refund-request.json")),
    ("Refund", include_str!("../schema/refund.json")),
    ("SimulationRequest", include_str!("../schema/simulation-request.json")),
    ("Simulation", include_str!("../schema/simulation.json")),
    ("Touch", include_str!("../schema/touch.json")),
    ("Binding", include_str!("../schema/binding.json")),
    ("Partner", include_str!("../schema/partner.json")),
    ("RecentOrder", include_str!("../schema/recent-order.json")),
    ("AttributeRequest", include_str!("../schema/attribute-request.json")),
    ("ReferralDecision", include_str!("../schema/referral-decision.json")),
    ("Referral", include_str!("../schema/referral.json")),
    ("Attribution", include_str!("../schema/attribution.json")),
    ("ModelsRequest", include_str!("../schema/models-request.json")),
    ("Models", include_str!("../schema/models.json")),
    ("LinkRequest", include_str!("../schema/link-request.json")),
    ("Link", include_str!("../schema/link.json")),
    ("ClawbackRequest", include_str!("../schema/clawback-request.json")),
    ("Clawback", include_str!("../schema/clawback.json")),
    ("StatementRequest", include_str!("../schema/statement-request.json")),
    ("Statement", include_str!("../schema/statement.json")),
    ("Programme", include_str!("../schema/programme.json")),
    ("Rulebook", include_str!("../schema/rulebook.json")),
    ("Catalogue", include_str!("../schema/catalogue.json")),
    ("PriceList", include_str!("../schema/price-list.json")),
    ("Pricing", include_str!("../schema/pricing.json")),
    ("Taxes", include_str!("../schema/taxes.json")),
    ("Shipping", include_str!("../schema/shipping.json")),
    ("Segment", include_str!("../schema/segment.json")),
    ("Promotion", include_str!("../schema/promotion.json")),
    ("Limits", include_str!("../schema/limits.json")),
    ("Code", include_str!("../schema/code.json")),
    ("PromotionPolicy", include_str!("../schema/promotion-policy.json")),
    ("Condition", include_str!("../schema/condition.json")),
    ("Action", include_str!("../schema/action.json")),
    ("Target", include_str!("../schema/target.json")),
    ("Reach", include_str!("../schema/reach.json")),
    ("Tier", include_str!("../schema/tier.json")),
    ("Choice", include_str!("../schema/choice.json")),
    ("Supply", include_str!("../schema/supply.json")),
    ("Vocabulary", include_str!("../schema/vocabulary.json")),
    ("RulebookTest", include_str!("../schema/rulebook-test.json")),
    ("Texts", include_str!("../schema/texts.json")),
    ("Amounts", include_str!("../schema/amounts.json")),
    ("Identifier", include_str!("../schema/identifier.json")),
    ("MinorUnits", include_str!("../schema/minor-units.json")),
    ("BasisPoints", include_str!("../schema/basis-points.json")),
    ("Units", include_str!("../schema/units.json")),
    ("InventoryRequest", include_str!("../schema/inventory-request.json")),
    ("InventoryPlan", include_str!("../schema/inventory-plan.json")),
    ("Availability", include_str!("../schema/availability.json")),
    ("Delivery", include_str!("../schema/delivery.json")),
    ("StockLevel", include_str!("../schema/stock-level.json")),
    ("Stock", include_str!("../schema/stock.json")),
    ("StockPublished", include_str!("../schema/stock-published.json")),
    ("StockDeltas", include_str!("../schema/stock-deltas.json")),
    ("StockDeltasTaken", include_str!("../schema/stock-deltas-taken.json")),
    ("ContentRequest", include_str!("../schema/content-request.json")),
    ("ContentText", include_str!("../schema/content-text.json")),
    ("PersonalKind", include_str!("../schema/content-kind.json")),
    ("ContentSpan", include_str!("../schema/content-span.json")),
    ("Content", include_str!("../schema/content.json")),
    ("ContentReport", include_str!("../schema/content-report.json")),
    ("CompareRequest", include_str!("../schema/compare-request.json")),
    ("Likeness", include_str!("../schema/likeness.json")),
    ("Published", include_str!("../schema/published.json")),
    ("PluginVersion", include_str!("../schema/plugin-version.json")),
    ("PluginActivation", include_str!("../schema/plugin-activation.json")),
    ("Plugins", include_str!("../schema/plugins.json")),
    ("Plugin", include_str!("../schema/plugin.json")),
    ("PluginActive", include_str!("../schema/plugin-active.json")),
    ("PluginHealth", include_str!("../schema/plugin-health.json")),
    ("PluginLines", include_str!("../schema/plugin-lines.json")),
    ("PluginLog", include_str!("../schema/plugin-log.json")),
    ("PluginSwitched", include_str!("../schema/plugin-switched.json")),
    ("PluginTried", include_str!("../schema/plugin-tried.json")),
    ("PluginQuoted", include_str!("../schema/plugin-quoted.json")),
    ("PluginKeyKnown", include_str!("../schema/plugin-key-known.json")),
    ("PluginKeys", include_str!("../schema/plugin-keys.json")),
    ("PluginTrial", include_str!("../schema/plugin-trial.json")),
    ("PluginKey", include_str!("../schema/plugin-key.json")),
];

/// Every operation.
#[rustfmt::skip]
pub const ROUTES: &[Route] = &[
    Route { method: "POST", path: "/v1/quote", handler: quote::post, summary: "Price, promotions, stock, delivery promise and referral of a cart in one answer",
            request: schema!("QuoteRequest"), answer: schema!("Quote"), authorized: false },
    Route { method: "POST", path: "/v1/price", handler: pricing::post, summary: "What a cart costs before promotions, and what may be said of its prices",
            request: schema!("PriceRequest"), answer: schema!("Prices"), authorized: false },
    Route { method: "POST", path: "/v1/promotions/evaluate", handler: promotions::post, summary: "Which promotions a priced cart earns, and why not the others",
            request: schema!("PromotionsRequest"), answer: schema!("Promotions"), authorized: false },
    Route { method: "POST", path: "/v1/refund", handler: refund::post, summary: "What is refunded for units that come back",
            request: schema!("RefundRequest"), answer: schema!("Refund"), authorized: false },
    Route { method: "POST", path: "/v1/referrals/attribute", handler: referral::attribute, summary: "Who earned a sale and what each is paid",
            request: schema!("AttributeRequest"), answer: schema!("Attribution"), authorized: false },
    Route { method: "POST", path: "/v1/referrals/models", handler: referral::models, summary: "What channels are worth over aggregated paths, by every model",
            request: schema!("ModelsRequest"), answer: schema!("Models"), authorized: false },
    Route { method: "POST", path: "/v1/referrals/links", handler: referral::links, summary: "Sign a share link, which needs the merchant's token, or read one",
            request: schema!("LinkRequest"), answer: schema!("Link"), authorized: false },
    Route { method: "POST", path: "/v1/referrals/clawback", handler: referral::clawback, summary: "What returns change, under the rules frozen in a decision",
            request: schema!("ClawbackRequest"), answer: schema!("Clawback"), authorized: false },
    Route { method: "POST", path: "/v1/referrals/statement", handler: referral::statement, summary: "A payee's month: payments, holds, clawbacks, tax and net",
            request: schema!("StatementRequest"), answer: schema!("Statement"), authorized: false },
    Route { method: "POST", path: "/v1/content/tag", handler: tagging::tag, summary: "What texts are about, whether they may be published, and the texts without personal data",
            request: schema!("ContentRequest"), answer: schema!("Content"), authorized: false },
    Route { method: "POST", path: "/v1/content/compare", handler: tagging::compare, summary: "How alike two texts are",
            request: schema!("CompareRequest"), answer: schema!("Likeness"), authorized: false },
    Route { method: "PUT", path: "/v1/merchants/{merchant}/rulebook", handler: rulebook::put, summary: "Publish a merchant's rules",
            request: schema!("Rulebook"), answer: schema!("Published"), authorized: true },
    Route { method: "GET", path: "/v1/merchants/{merchant}/rulebook", handler: rulebook::get, summary: "The merchant's current rules",
            request: None, answer: schema!("Rulebook"), authorized: true },
    Route { method: "POST", path: "/v1/merchants/{merchant}/rulebook:simulate", handler: simulate::post, summary: "What a draft of the rules would change in carts, beside the current ones; nothing is stored",
            request: schema!("SimulationRequest"), answer: schema!("Simulation"), authorized: true },
    Route { method: "POST", path: "/v1/inventory/check", handler: inventory::post, summary: "What can be promised, from where and by when",
            request: schema!("InventoryRequest"), answer: schema!("InventoryPlan"), authorized: false },
    Route { method: "PUT", path: "/v1/merchants/{merchant}/stock", handler: stock::put, summary: "Publish a merchant's whole stock",
            request: schema!("Stock"), answer: schema!("StockPublished"), authorized: true },
    Route { method: "PATCH", path: "/v1/merchants/{merchant}/stock", handler: stock::patch, summary: "Change a merchant's stock by deltas, each taken once",
            request: schema!("StockDeltas"), answer: schema!("StockDeltasTaken"), authorized: true },
    Route { method: "GET", path: "/v1/merchants/{merchant}/plugins", handler: plugins::elsewhere, summary: "A merchant's plugins, what is active and how it fares",
            request: None, answer: schema!("Plugins"), authorized: true },
    Route { method: "GET", path: "/v1/merchants/{merchant}/plugins/{plugin}", handler: plugins::elsewhere, summary: "One plugin: versions, what is active and was, health, log",
            request: None, answer: schema!("Plugin"), authorized: true },
    Route { method: "DELETE", path: "/v1/merchants/{merchant}/plugins/{plugin}", handler: plugins::elsewhere, summary: "Remove a plugin with all its versions",
            request: None, answer: None, authorized: true },
    Route { method: "PUT", path: "/v1/merchants/{merchant}/plugins/{plugin}/versions/{version}", handler: plugins::elsewhere, summary: "Upload a component; every step that refuses it has its own code",
            request: Some(plugins::WASM), answer: schema!("PluginVersion"), authorized: true },
    Route { method: "GET", path: "/v1/merchants/{merchant}/plugins/{plugin}/versions/{version}", handler: plugins::elsewhere, summary: "What is known of a version",
            request: None, answer: schema!("PluginVersion"), authorized: true },
    Route { method: "DELETE", path: "/v1/merchants/{merchant}/plugins/{plugin}/versions/{version}", handler: plugins::elsewhere, summary: "Remove a version that is not active",
            request: None, answer: None, authorized: true },
    Route { method: "GET", path: "/v1/merchants/{merchant}/plugins/{plugin}/logs", handler: plugins::elsewhere, summary: "The last lines of the active version's log",
            request: None, answer: schema!("PluginLog"), authorized: true },
    Route { method: "POST", path: "/v1/merchants/{merchant}/plugins/{plugin}:try", handler: plugins::elsewhere, summary: "What a version would do, beside what is answered now",
            request: schema!("PluginTrial"), answer: schema!("PluginTried"), authorized: true },
    Route { method: "POST", path: "/v1/merchants/{merchant}/plugins/{plugin}:activate", handler: plugins::elsewhere, summary: "Switch a version on",
            request: schema!("PluginActivation"), answer: schema!("PluginSwitched"), authorized: true },
    Route { method: "POST", path: "/v1/merchants/{merchant}/plugins/{plugin}:rollback", handler: plugins::elsewhere, summary: "Switch on what was active before",
            request: None, answer: schema!("PluginSwitched"), authorized: true },
    Route { method: "POST", path: "/v1/merchants/{merchant}/plugins/{plugin}:deactivate", handler: plugins::elsewhere, summary: "Switch a plugin off",
            request: None, answer: schema!("PluginSwitched"), authorized: true },
    Route { method: "GET", path: "/v1/merchants/{merchant}/plugin-keys", handler: plugins::elsewhere, summary: "Public keys that uploads are signed with",
            request: None, answer: schema!("PluginKeys"), authorized: true },
    Route { method: "PUT", path: "/v1/merchants/{merchant}/plugin-keys/{key}", handler: plugins::elsewhere, summary: "Register a public key",
            request: schema!("PluginKey"), answer: schema!("PluginKeyKnown"), authorized: true },
    Route { method: "DELETE", path: "/v1/merchants/{merchant}/plugin-keys/{key}", handler: plugins::elsewhere, summary: "Forget a public key",
            request: None, answer: None, authorized: true },
    Route { method: "GET", path: "/healthz", handler: health::alive, summary: "The process answers",
            request: None, answer: None, authorized: false },
    Route { method: "GET", path: "/readyz", handler: health::ready, summary: "The settings can be read, and the store answers",
            request: None, answer: None, authorized: false },
    Route { method: "GET", path: "/openapi.json", handler: openapi::get, summary: "This contract",
            request: None, answer: None, authorized: false },
];

/// What a method and a path lead to.
pub enum Found {
    /// An operation, and what its parameters stand for.
    Route(&'static Route, Vec<String>),
    /// The path takes these methods only.
    OtherMethods(Vec<&'static str>),
    /// There is nothing.
    Nothing,
}

/// Finds the operation for a request.
#[must_use]
pub fn find(method: &str, path: &str) -> Found {
    let mut others = Vec::new();
    for route in ROUTES {
        let Some(parameters) = matched(route.path, path) else { continue };
        if route.method == method {
            return Found::Route(route, parameters);
        }
        others.push(route.method);
    }
    if others.is_empty() { Found::Nothing } else { Found::OtherMethods(others) }
}

fn matched(pattern: &str, path: &str) -> Option<Vec<String>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut parameters = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(parameters),
            (Some(name), Some(value)) if name.starts_with('{') && !value.is_empty() => {
                let verb = name.split_once('}').map_or("", |(_, verb)| verb);
                parameters.push(value.strip_suffix(verb)?.to_owned());
            }
            (Some(name), Some(value)) if name == value => {}
            _ => return None,
        }
    }
}

//! A draft rulebook with carts to try it on, and what it changes in them.

use super::{cart, context, inventory, referral};
use commerce::facts::types::{Context, Fault, Line};
use commerce::{Node, Report, Value, bounds};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A cart to try.
pub struct Cart {
    /// What the caller calls it; by default its place, from 0.
    pub id: String,
    /// What is around it.
    pub context: Context,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A cart under one rulebook.
pub enum Side {
    /// What it comes to, as `POST /v1/promotions/evaluate` writes it.
    Tally(Map<String, Json>),
    /// Why it is refused.
    Refused(Vec<Fault>),
}

/// A cart under both.
pub struct Reckoned<'a> {
    /// The cart.
    pub id: &'a str,
    /// Under the current rulebook, where there is one.
    pub current: Option<Side>,
    /// Under the draft.
    pub draft: Side,
}

/// The sums that differences are told of.
const SUMS: [&str; 9] =
    ["subtotal", "discount", "surcharge", "additions", "shipping", "shippingDiscount", "taxIncluded", "tax", "total"];

/// Reads `rulebook`, the draft, and `carts`: each a request for a quote, whose `merchant` is not needed.
pub fn read<'a>(report: &'a Report, node: &'a Node<'a>, now: i64) -> Option<(&'a Node<'a>, Vec<Cart>)> {
    let object = report.read(node).object()?;
    let draft = object.required("rulebook").map(|value| value.node());
    let carts = object.required("carts").map(|value| carts(value, now));
    object.finish();
    Some((draft?, carts?))
}

fn carts(value: Value<'_>, now: i64) -> Vec<Cart> {
    if let Node::List(items) = value.node() {
        if items.is_empty() {
            value.fault("empty-list", "must hold a cart");
        }
        if items.len() > bounds::SIMULATED_CARTS {
            value.fault("too-many-carts", format!("must be at most {}, are {}", bounds::SIMULATED_CARTS, items.len()));
            return Vec::new();
        }
    }
    let mut ids = HashSet::new();
    let mut carts: Vec<Cart> = Vec::new();
    for (item, place) in value.list(bounds::SIMULATED_CARTS).zip(0_usize..) {
        let Some(cart) = cart(item, place, now) else { continue };
        if !ids.insert(cart.id.clone()) {
            item.fault("duplicate-id", format!("another cart is called `{}`", cart.id));
        }
        carts.push(cart);
    }
    let lines: usize = carts.iter().map(|cart| cart.lines.len()).sum();
    if lines > bounds::SIMULATED_LINES {
        let most = bounds::SIMULATED_LINES;
        value.fault("too-many-lines", format!("the carts may have {most} lines together, have {lines}"));
    }
    carts
}

fn cart(item: Value<'_>, place: usize, now: i64) -> Option<Cart> {
    let object = item.object()?;
    let id = object.field("id").map_or_else(|| Some(place.to_string()), |value| value.identifier().map(str::to_owned));
    let context = context::read(&object, now);
    let currency = context.as_ref().map_or("", |context| context.currency.as_str());
    let lines = object.required("lines").map(|value| cart::lines(value, currency));
    // Requests for quotes can be sent as they were logged: what says nothing of money is checked and left out.
    let _ = referral::journey(&object, currency);
    let _ = inventory::wishes(&object);
    ["merchant", "content", "explain", "hints", "priceHistory"].iter().for_each(|name| object.ignore(name));
    object.finish();
    Some(Cart { id: id?, context: context?, lines: lines? })
}

/// The answer: `digests` are of the current rulebook and the draft, `failed` is in what the draft's own tests fail.
#[must_use]
pub fn answer(
    merchant: &str,
    digests: (Option<&str>, &str),
    currency: &str,
    carts: &[Reckoned<'_>],
    tests: usize,
    failed: &[Fault],
) -> Json {
    let mut all = Sums::default();
    let mut changed = 0;
    let written: Vec<Json> = carts
        .iter()
        .map(|cart| {
            let (written, differs) = write(cart, currency, &mut all);
            changed += usize::from(differs);
            written
        })
        .collect();
    let failing: BTreeSet<&str> = failed.iter().filter_map(|fault| fault.pointer.split('/').nth(3)).collect();
    json!({
        "merchant": merchant,
        "current": digests.0,
        "draft": digests.1,
        "carts": written,
        "totals": {
            "carts": carts.len(), "changed": changed, "compared": all.compared,
            "current": all.current.write(currency), "draft": all.draft.write(currency),
            "difference": all.draft.less(&all.current).write(currency),
        },
        "tests": { "passed": tests - failing.len().min(tests), "failed": failing.len(), "faults": faults(failed) },
    })
}

/// Amounts by the names of [`SUMS`].
#[derive(Default)]
struct Amounts(BTreeMap<&'static str, i128>);

impl Amounts {
    fn of(tally: &Map<String, Json>) -> Self {
        let totals = tally.get("totals");
        let amount = |name: &str| totals?.get(name)?.get("amount")?.as_i64();
        Self(SUMS.iter().map(|name| (*name, i128::from(amount(name).unwrap_or(0)))).collect())
    }

    fn add(&mut self, other: &Self) {
        for (name, amount) in &other.0 {
            *self.0.entry(name).or_default() += amount;
        }
    }

    fn less(&self, other: &Self) -> Self {
        let of = |name: &str, amounts: &Self| amounts.0.get(name).copied().unwrap_or(0);
        Self(SUMS.iter().map(|name| (*name, of(name, self) - of(name, other))).collect())
    }

    fn write(&self, currency: &str) -> Json {
        let money = |name: &&'static str| {
            // 500 carts of at most 2^53 − 1 each stay within 64 bits.
            let amount = i64::try_from(self.0.get(name).copied().unwrap_or(0)).unwrap_or(i64::MAX);
            ((*name).to_owned(), json!({ "amount": amount, "currency": currency }))
        };
        Json::Object(SUMS.iter().map(money).collect())
    }
}

/// Sums over the carts that both rulebooks take.
#[derive(Default)]
struct Sums {
    compared: usize,
    current: Amounts,
    draft: Amounts,
}

/// A cart of the answer, and whether anything differs in it.
fn write(cart: &Reckoned<'_>, currency: &str, all: &mut Sums) -> (Json, bool) {
    let Reckoned { id, current, draft } = cart;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Json| fields.insert(name.to_owned(), value);
    put("id", (*id).into());
    put("current", current.as_ref().map_or(Json::Null, side));
    put("draft", side(draft));
    let differs = match (current, draft) {
        (Some(Side::Tally(before)), Side::Tally(after)) => {
            let (was, is) = (Amounts::of(before), Amounts::of(after));
            all.compared += 1;
            all.current.add(&was);
            all.draft.add(&is);
            let difference = is.less(&was);
            let promotions = promotions(before, after);
            let differs = difference.0.values().any(|amount| *amount != 0) || !promotions.is_empty();
            put("difference", difference.write(currency));
            put("promotions", promotions.into());
            differs
        }
        (Some(Side::Refused(_)), Side::Refused(_)) | (None, _) => false,
        (Some(_), _) => true,
    };
    (Json::Object(fields), differs)
}

fn side(side: &Side) -> Json {
    match side {
        Side::Tally(tally) => json!({ "totals": tally.get("totals"), "lines": tally.get("lines") }),
        Side::Refused(refused) => json!({ "faults": faults(refused) }),
    }
}

fn faults(faults: &[Fault]) -> Json {
    let write = |Fault { code, pointer, detail }: &Fault| json!({ "code": code, "pointer": pointer, "detail": detail });
    faults.iter().map(write).collect()
}

/// Each promotion whose outcome differs, with what it is in either; `null` where the cart does not reach it.
fn promotions(before: &Map<String, Json>, after: &Map<String, Json>) -> Vec<Json> {
    let by_id = |tally: &Map<String, Json>| -> BTreeMap<String, Json> {
        let outcomes = tally.get("promotions").and_then(Json::as_array).cloned().unwrap_or_default();
        outcomes.into_iter().filter_map(|outcome| Some((outcome.get("id")?.as_str()?.to_owned(), outcome))).collect()
    };
    let (before, after) = (by_id(before), by_id(after));
    let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = ids.into_iter().filter(|id| before.get(*id) != after.get(*id));
    changed.map(|id| json!({ "id": id, "current": before.get(id), "draft": after.get(id) })).collect()
}

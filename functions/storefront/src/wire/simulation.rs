//! A draft rulebook with carts to try it on, and what it changes in them.

use super::asked::Asked;
use super::money::Money;
use super::pricing::{Reference, events};
use crate::claims::Claims;
use crate::till::Tally;
use commerce::facts::types::{Context, Fault};
use commerce::{Node, Report, Value, bounds};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A cart to try.
pub struct Cart<'a> {
    /// What the caller calls it; by default its place, from 0.
    pub id: String,
    /// The request for a quote.
    pub asked: Asked<'a>,
}

/// A cart under one rulebook.
pub enum Side {
    /// What it comes to, as `POST /v1/promotions/evaluate` writes it, and what may be said of its prices.
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

impl Side {
    /// What a cart comes to, with what rules on reductions say of its prices and what is news to the history.
    #[must_use]
    pub fn of(tally: &Tally, told: &Claims, context: &Context) -> Self {
        let mut fields = tally.write(&context.currency);
        let (money, offset) = (Money::of(&context.currency), super::context::offset(context));
        let claims =
            tally.priced.iter().map(|line| (&line.id, Reference::all(&told.references, &line.id, money, offset)));
        let claims = claims.filter(|(_, references)| !references.is_empty());
        let claims: Vec<Json> =
            claims.map(|(line, references)| json!({ "line": line, "references": references })).collect();
        if !claims.is_empty() {
            fields.insert("claims".to_owned(), claims.into());
        }
        if !told.events.is_empty() {
            fields.insert("priceEvents".to_owned(), json!(events(&told.events, money, offset)));
        }
        Self::Tally(fields)
    }
}

/// What is said of prices, where there is something.
const CLAIMED: [&str; 2] = ["claims", "priceEvents"];
/// What is told of a cart under one rulebook.
const TOLD: [&str; 4] = ["totals", "lines", "claims", "priceEvents"];

/// The sums that differences are told of.
const SUMS: [&str; 9] =
    ["subtotal", "discount", "surcharge", "additions", "shipping", "shippingDiscount", "taxIncluded", "tax", "total"];

/// Reads `rulebook`, the draft, and `carts`: each a request for a quote, whose `merchant` is not needed.
pub fn read<'a>(report: &'a Report, node: &'a Node<'a>, now: i64) -> Option<(&'a Node<'a>, Vec<Cart<'a>>)> {
    let object = report.read(node).object()?;
    let draft = object.required("rulebook").map(|value| value.node());
    let carts = object.required("carts").map(|value| carts(value, now));
    object.finish();
    Some((draft?, carts?))
}

fn carts(value: Value<'_>, now: i64) -> Vec<Cart<'_>> {
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
    let mut carts: Vec<Cart<'_>> = Vec::new();
    for (item, place) in value.list(bounds::SIMULATED_CARTS).zip(0_usize..) {
        let Some(cart) = cart(item, place, now) else { continue };
        if !ids.insert(cart.id.clone()) {
            item.fault("duplicate-id", format!("another cart is called `{}`", cart.id));
        }
        carts.push(cart);
    }
    let lines: usize = carts.iter().map(|cart| cart.asked.lines.len()).sum();
    if lines > bounds::SIMULATED_LINES {
        let most = bounds::SIMULATED_LINES;
        value.fault("too-many-lines", format!("the carts may have {most} lines together, have {lines}"));
    }
    carts
}

fn cart(item: Value<'_>, place: usize, now: i64) -> Option<Cart<'_>> {
    let object = item.object()?;
    let id = object.field("id").map_or_else(|| Some(place.to_string()), |value| value.identifier().map(str::to_owned));
    // Requests for quotes can be sent as they were logged: what changes no answer here is checked all the same.
    if object.field("merchant").is_some() {
        super::merchant(&object);
    }
    let asked = Asked::read(&object, now);
    object.finish();
    Some(Cart { id: id?, asked: asked? })
}

/// The answer while carts are reckoned: of each no more is kept than what is written of it.
#[derive(Default)]
pub struct Answer {
    written: Vec<u8>,
    carts: usize,
    changed: usize,
    all: Sums,
}

impl Answer {
    /// Writes a cart.
    ///
    /// # Errors
    /// What serde says.
    pub fn add(&mut self, cart: Reckoned<'_>, currency: &str) -> serde_json::Result<()> {
        let (cart, differs) = write(cart, currency, &mut self.all);
        if self.carts > 0 {
            self.written.push(b',');
        }
        self.written.extend(serde_json::to_vec(&cart)?);
        self.carts += 1;
        self.changed += usize::from(differs);
        Ok(())
    }

    /// The whole: `digests` are of the current rulebook and the draft, `failed` is in what the draft's own tests fail.
    ///
    /// # Errors
    /// What serde says.
    pub fn finish(
        self,
        merchant: &str,
        digests: (Option<&str>, &str),
        currency: &str,
        tests: usize,
        failed: &[Fault],
    ) -> serde_json::Result<Vec<u8>> {
        let Self { written, carts, changed, all } = self;
        let failing: BTreeSet<&str> = failed.iter().filter_map(|fault| fault.pointer.split('/').nth(3)).collect();
        let totals = json!({
            "carts": carts, "changed": changed, "compared": all.compared,
            "current": all.current.write(currency), "draft": all.draft.write(currency),
            "difference": all.draft.less(&all.current).write(currency),
        });
        let tests = json!({
            "passed": tests - failing.len().min(tests), "failed": failing.len(), "faults": faults(failed),
        });
        let mut body = Vec::with_capacity(written.len() + 4_096);
        let mut name = b'{';
        let rest = [
            ("merchant", json!(merchant)),
            ("current", json!(digests.0)),
            ("draft", json!(digests.1)),
            ("totals", totals),
            ("tests", tests),
        ];
        for (field, value) in rest {
            body.push(name);
            body.extend(serde_json::to_vec(field)?);
            body.push(b':');
            body.extend(serde_json::to_vec(&value)?);
            name = b',';
        }
        body.extend_from_slice(b",\"carts\":[");
        body.extend_from_slice(&written);
        body.extend_from_slice(b"]}");
        Ok(body)
    }
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
fn write(cart: Reckoned<'_>, currency: &str, all: &mut Sums) -> (Json, bool) {
    let Reckoned { id, mut current, mut draft } = cart;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Json| fields.insert(name.to_owned(), value);
    let differs = match (&mut current, &mut draft) {
        (Some(Side::Tally(before)), Side::Tally(after)) => {
            let (was, is) = (Amounts::of(before), Amounts::of(after));
            all.compared += 1;
            all.current.add(&was);
            all.draft.add(&is);
            let difference = is.less(&was);
            let promotions = promotions(before, after);
            let amounts = difference.0.values().any(|amount| *amount != 0);
            let lines = leave_out_what_is_the_same(before, after);
            let said = |name: &&str| before.get(*name) != after.get(*name);
            let differs = amounts || lines || !promotions.is_empty() || CLAIMED.iter().any(said);
            put("difference", difference.write(currency));
            put("promotions", promotions.into());
            differs
        }
        (Some(Side::Refused(_)), Side::Refused(_)) | (None, _) => false,
        (Some(_), _) => true,
    };
    put("id", id.into());
    put("current", current.map_or(Json::Null, side));
    put("draft", side(draft));
    (Json::Object(fields), differs)
}

/// Leaves out the lines in which both are the same; whether any is left.
fn leave_out_what_is_the_same(before: &mut Map<String, Json>, after: &mut Map<String, Json>) -> bool {
    let (Some(Json::Array(was)), Some(Json::Array(is))) = (before.get_mut("lines"), after.get_mut("lines")) else {
        return false;
    };
    // Both are of one cart: its lines, in its order.
    let differs: Vec<bool> = was.iter().zip(&*is).map(|(was, is)| was != is).collect();
    for lines in [was, is] {
        let mut differs = differs.iter();
        lines.retain(|_| differs.next().copied().unwrap_or(true));
    }
    differs.contains(&true)
}

fn side(side: Side) -> Json {
    match side {
        Side::Tally(mut tally) => {
            tally.retain(|name, _| TOLD.contains(&name.as_str()));
            Json::Object(tally)
        }
        Side::Refused(refused) => json!({ "faults": faults(&refused) }),
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

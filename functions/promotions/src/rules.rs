//! Compiled rules, and what they say of a cart.

use crate::allowance::{self, Fullest};
use crate::attempt::open;
use crate::hints;
use crate::index::{Directory, Shard, keys};
use crate::judge::{Fate, Judgement, judge};
use crate::ledger::Ledger;
use crate::policy::Policy;
use crate::promotion::Promotion;
use crate::scene::Scene;
use crate::segments::{self, Segment};
use crate::verdict;
use commerce::facts::offers::{Ceiling, LineAttribute, Proposal, ShippingCharge, Verdict, Wants};
use commerce::facts::prices::PricedLine;
use commerce::facts::types::{Context, Fault};
use commerce::{bounds, money};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::collections::BTreeMap;

/// The form of the compiled rules; another form is refused and compiled again.
pub const FORMAT: u32 = 3;

/// What every request needs.
#[derive(Debug, Serialize, Deserialize)]
pub struct Root {
    /// The currency of all amounts; empty where the rulebook does not say.
    pub currency: String,
    /// How to count.
    pub policy: Policy,
    /// Segments of shoppers.
    pub segments: Vec<Segment>,
    /// Zones that schedules name.
    pub zones: Vec<String>,
    /// Where to find which promotion.
    pub directory: Directory,
}

/// Compiled rules, ready to use.
pub struct Rules {
    root: Root,
    zones: Vec<(String, TimeZone)>,
    held: BTreeMap<u32, Shard>,
}

impl Rules {
    /// Takes the root of what [`crate::compile`] gave.
    ///
    /// # Errors
    /// Where it is another version's form.
    pub fn load(root: &[u8]) -> Result<Self, String> {
        let (format, rest): (u32, &[u8]) = postcard::take_from_bytes(root).map_err(|error| error.to_string())?;
        if format != FORMAT {
            return Err(format!("the rules are of form {format}, this function reads form {FORMAT}"));
        }
        let root: Root = postcard::from_bytes(rest).map_err(|error| error.to_string())?;
        let zones = root.zones.iter().filter_map(|name| Some((name.clone(), crate::clock::zone(name)?))).collect();
        Ok(Self { root, zones, held: BTreeMap::new() })
    }

    /// The shards that this cart can touch and that are not held yet.
    #[must_use]
    pub fn missing(&self, lines: &[PricedLine], context: &Context) -> Vec<u32> {
        if self.root.directory.inline.is_some() {
            return Vec::new();
        }
        let segments = segments::of(&self.root.segments, context);
        self.lacking(&self.root.directory.shards(&self.keys(lines, context, &segments), context.at))
    }

    fn lacking(&self, wanted: &[u32]) -> Vec<u32> {
        wanted.iter().copied().filter(|number| !self.held.contains_key(number)).collect()
    }

    /// Takes a shard.
    ///
    /// # Errors
    /// Where it is none.
    pub fn hold(&mut self, number: u32, shard: &[u8]) -> Result<(), String> {
        let shard = postcard::from_bytes(shard).map_err(|error| error.to_string())?;
        self.held.insert(number, shard);
        Ok(())
    }

    fn keys(&self, lines: &[PricedLine], context: &Context, segments: &[String]) -> Vec<u64> {
        let codes: Vec<String> = context.codes.iter().map(|code| self.root.policy.code(code)).collect();
        keys(lines, context, segments, &codes)
    }

    /// The promotions that a cart with these keys reaches in these shards, in the order of application.
    fn reached(&self, keys: &[u64], wanted: &[u32], every: bool) -> Vec<&Promotion> {
        let mut found: Vec<&Promotion> = Vec::with_capacity(keys.len());
        let inline = self.root.directory.inline.iter();
        if every {
            found.extend(inline.chain(self.held.values()).flat_map(|shard| &shard.promotions));
        } else {
            for shard in inline.chain(wanted.iter().filter_map(|number| self.held.get(number))) {
                keys.iter().for_each(|key| found.extend(shard.find(*key)));
            }
        }
        found.sort_unstable_by_key(|promotion| promotion.rank);
        found.dedup_by_key(|promotion| promotion.rank);
        found
    }

    /// Promotions that the cart does not reach and that a product more might: all of a small rulebook, a shelf of a large one.
    fn unreached(&self, reached: &[&Promotion]) -> Vec<&Promotion> {
        let known: std::collections::BTreeSet<u32> = reached.iter().map(|promotion| promotion.rank).collect();
        let all = match &self.root.directory.inline {
            Some(shard) => &shard.promotions,
            None => &self.root.directory.shelf,
        };
        all.iter().filter(|promotion| !known.contains(&promotion.rank)).take(hints::LOOKS).collect()
    }

    /// Judges the cart.
    ///
    /// # Errors
    /// Faults with pointers into the request: an amount that overflows, another currency, a proposal that names what is
    /// not there, or a shard that is not held.
    pub fn evaluate(
        &self,
        lines: &[PricedLine],
        declared: &[LineAttribute],
        shipping: &[ShippingCharge],
        proposals: &[Proposal],
        wants: &Wants,
        context: &Context,
    ) -> Result<Verdict, Vec<Fault>> {
        let segments = segments::of(&self.root.segments, context);
        let keys = self.keys(lines, context, &segments);
        let wanted = self.root.directory.shards(&keys, context.at);
        self.check(lines, shipping, proposals, context, &wanted)?;
        let scene = self.scene(lines, declared, shipping, context, &segments);
        let mut reached = self.reached(&keys, &wanted, wants.every_outcome);
        let proposed: Vec<Promotion> =
            proposals.iter().zip(0..).map(|(proposal, place)| self.candidate(proposal, place, lines)).collect();
        reached.extend(&proposed);
        reached.sort_by_key(|promotion| (promotion.stage, promotion.rank));
        let judgement = judge(&scene, &reached);
        within_bounds(&judgement)?;
        let mut verdict = verdict::write(&scene, &reached, &judgement, wants);
        if wants.hints > 0 {
            let worth = judgement.value();
            let again = |lines: &[PricedLine], id: &str| {
                let scene = self.scene(lines, declared, shipping, context, &segments);
                let keys = self.keys(lines, context, &segments);
                let reached = self.reached(&keys, &self.root.directory.shards(&keys, context.at), false);
                let judged = judge(&scene, &reached);
                (judged.value(), judged.own(id))
            };
            // Proposals were made for this cart: a changed one is judged without them on both sides.
            let worth = if proposals.is_empty() { worth } else { again(lines, "").0 };
            let unreached = self.unreached(&reached);
            let found = hints::find(&judgement, &unreached, worth, &again, wants.hints);
            (verdict.hints, verdict.wishes) = (found.hints, found.wishes);
        }
        Ok(verdict)
    }

    /// The most that each promotion can take off the lines of this cart, or of any cart with no more units of any line in
    /// which no unit costs more than here; `None` where something may make units dearer, and where they come to more than
    /// can be written in millionths.
    ///
    /// # Errors
    /// Faults as of [`Self::evaluate`].
    pub fn ceilings(
        &self,
        lines: &[PricedLine],
        declared: &[LineAttribute],
        context: &Context,
    ) -> Result<Option<Vec<Ceiling>>, Vec<Fault>> {
        let segments = segments::of(&self.root.segments, context);
        let keys = self.keys(lines, context, &segments);
        let wanted = self.root.directory.shards(&keys, context.at);
        self.check(lines, &[], &[], context, &wanted)?;
        let scene = self.scene(lines, declared, &[], context, &segments);
        let mut reached = self.reached(&keys, &wanted, false);
        reached.retain(|promotion| open(promotion, &scene).is_ok());
        let ledger = Ledger::open(lines, &[]);
        let whole = lines.iter().map(|line| line.subtotal).fold(0, i64::saturating_add);
        let dearer = |promotion: &&Promotion| {
            let rounding = promotion.rounding(&self.root.policy);
            promotion.actions.iter().any(|step| !step.action.raises(&scene, &ledger, rounding).is_empty())
        };
        if whole > i64::MAX / allowance::MILLIONTHS || reached.iter().any(dearer) {
            return Ok(None);
        }
        Ok(Some(allowance::ceilings(&Fullest { scene: &scene }, &reached)))
    }

    fn scene<'a>(
        &'a self,
        lines: &'a [PricedLine],
        declared: &'a [LineAttribute],
        shipping: &'a [ShippingCharge],
        context: &'a Context,
        segments: &'a [String],
    ) -> Scene<'a> {
        Scene {
            lines,
            declared,
            shipping,
            context,
            policy: &self.root.policy,
            segments,
            zones: &self.zones,
            attempts: Cell::new(0),
        }
    }

    fn check(
        &self,
        lines: &[PricedLine],
        shipping: &[ShippingCharge],
        proposals: &[Proposal],
        context: &Context,
        wanted: &[u32],
    ) -> Result<(), Vec<Fault>> {
        let fault = |code: &str, pointer: String, detail: String| Fault { code: code.to_owned(), pointer, detail };
        let mut faults = Vec::new();
        if !self.root.currency.is_empty() && context.currency != self.root.currency {
            faults.push(fault(
                "mixed-currencies",
                "/currency".to_owned(),
                format!("the rulebook is in {}", self.root.currency),
            ));
        }
        let sum = money::sum(lines.iter().map(|line| line.subtotal).chain(shipping.iter().map(|charge| charge.amount)));
        let negative = lines.iter().any(|line| line.subtotal < 0 || line.unit_price < 0)
            || shipping.iter().any(|charge| charge.amount < 0);
        if sum.is_err() || negative {
            faults.push(fault(
                "amount-out-of-range",
                "/lines".to_owned(),
                format!("amounts must be 0 or more, and together at most {}", bounds::AMOUNT),
            ));
        }
        for (place, proposal) in proposals.iter().enumerate() {
            let pointer = format!("/proposals/{place}");
            if proposal.shipping < 0 || proposal.lines.iter().any(|off| off.amount < 0 || off.amount > bounds::AMOUNT) {
                faults.push(fault(
                    "amount-out-of-range",
                    pointer.clone(),
                    "a proposal must not be negative".to_owned(),
                ));
            }
            if let Some(off) = proposal.lines.iter().find(|off| !lines.iter().any(|line| line.id == off.line)) {
                faults.push(fault("unknown-line", pointer, format!("the cart has no line `{}`", off.line)));
            }
        }
        if !self.lacking(wanted).is_empty() {
            faults.push(fault(
                "shard-missing",
                String::new(),
                "a part of the rules that this cart needs is not held".to_owned(),
            ));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// A proposal as a candidate like any other, after the rulebook's own in its lane.
    fn candidate(&self, proposal: &Proposal, place: u32, lines: &[PricedLine]) -> Promotion {
        let lanes = self.root.policy.sequence();
        let lane = lanes.iter().position(|lane| lane.id == proposal.lane);
        let lane = lane.or_else(|| lanes.iter().position(|lane| lane.id == crate::policy::DEFAULT_LANE)).unwrap_or(0);
        let amounts = proposal
            .lines
            .iter()
            .filter_map(|off| Some((lines.iter().position(|line| line.id == off.line)?, off.amount)));
        Promotion {
            id: proposal.id.clone(),
            rank: u32::MAX - bounds::PROMOTIONS_INLINE.try_into().unwrap_or(2_000) + place,
            stage: u32::try_from(lane + 1).unwrap_or(1),
            exclusive: false,
            tags: crate::target::sorted(proposal.tags.clone()),
            combines: proposal.combines_with.clone().map(crate::target::sorted),
            after: Vec::new(),
            starts: i64::MIN,
            ends: i64::MAX,
            codes: Vec::new(),
            manual: false,
            limits: crate::limits::Limits::default(),
            budget: None,
            conditions: Vec::new(),
            actions: Vec::new(),
            most: None,
            funding: Vec::new(),
            rounding: None,
            messages: proposal.messages.iter().map(|message| (message.name.clone(), message.value.clone())).collect(),
            proposed: Some((amounts.collect(), proposal.shipping)),
        }
    }
}

/// Whether what promotions add and grant can be written: amounts have a bound, which a rulebook's own numbers may pass.
fn within_bounds(judgement: &Judgement<'_>) -> Result<(), Vec<Fault>> {
    let given = || {
        judgement.fates.iter().flatten().filter_map(|fate| match fate {
            Fate::Applied(given) => Some(given),
            _ => None,
        })
    };
    let added = given().flat_map(|given| &given.additions);
    let added: Result<Vec<i64>, _> =
        added.map(|added| money::times(added.unit_price, i64::from(added.quantity))).collect();
    let whole = added.and_then(|added| {
        let scene = judgement.scene;
        let charges = scene.shipping.iter().map(|charge| charge.amount);
        let raised = given().flat_map(|given| given.raised.iter().copied());
        money::sum(scene.lines.iter().map(|line| line.subtotal).chain(charges).chain(added).chain(raised))
    });
    if whole.is_ok() && given().flat_map(|given| &given.grants).all(|granted| granted.amount <= bounds::AMOUNT) {
        return Ok(());
    }
    let detail = format!("the cart with what promotions add, and each grant, must come to at most {}", bounds::AMOUNT);
    Err(vec![Fault { code: "amount-out-of-range".to_owned(), pointer: "/lines".to_owned(), detail }])
}

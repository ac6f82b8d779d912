//! The verdict on one sale: who earned it and what each is paid.

use crate::claims::{self, Winner};
use crate::commission::{Due, Partners, WHOLE, decide, due};
use crate::compiled::Rules;
use crate::journey::{self, Journey};
use crate::programme::{Binding, Programme};
use crate::{abuse, check, shares};
use commerce::facts::referrals::{Action, Attribution, Bond, Credit, Decision, Payment, Sale, Signal, Touch};
use commerce::facts::types::{Context, Fault};
use commerce::money;
use std::collections::{BTreeMap, BTreeSet};

impl Rules {
    /// Attributes the sale at `context.at` and says what each party is paid.
    ///
    /// # Errors
    /// `too-many-touches`, `duplicate-touch`, `duplicate-line`, `duplicate-partner`, `cyclic-chain`,
    /// `too-many-commissions`, `overflow`.
    pub fn attribute(&self, sale: &Sale, context: &Context) -> Result<Attribution, Vec<Fault>> {
        check::sale(sale, &self.programme)?;
        let overflow = |_| check::fault("overflow", "/lines", "the amounts of the sale are too large");
        let total = money::sum(sale.lines.iter().map(|line| line.net)).map_err(overflow)?;
        let programme = &self.programme;
        let mut notes = Vec::new();
        let (touches, refused) = journey::resolve(sale, context, programme);
        let Journey { used, unused } = journey::judge(&touches, refused, context.at, programme, &mut notes);
        let used: Vec<&Touch> = used.iter().filter_map(|place| touches.get(*place)).collect();
        let journeyed = credits(programme, &used, total);
        let settled = claims::settle(programme, leading(&journeyed), sale.bond.as_ref(), context);
        let (claim, credits) = match settled.winner {
            Some(Winner::Journey) => (Some("link"), journeyed.clone()),
            Some(Winner::Code(referrer, campaign)) => (Some("code"), vec![whole("code", referrer, campaign, total)]),
            Some(Winner::Binding(referrer)) => (Some("binding"), vec![whole("binding", referrer, None, total)]),
            None => (None, journeyed.iter().filter(|credit| credit.referrer.is_none()).cloned().collect()),
        };
        check::size(credits.len(), sale.lines.len())?;
        let partners = Partners::new(&sale.partners, programme);
        let decision = decide(&credits, &sale.lines, &partners, context, &mut notes).map_err(overflow)?;
        let (signals, fates) = look(&abuse::Scene::new(sale, context, &used, &partners), &credits, &partners);
        let payments = payments(&decision, &fates)?;
        let winner = leading(&credits);
        let bond = bond(programme.binding, settled.bond, winner, claim, context.at);
        let claim = claim.map(str::to_owned);
        Ok(Attribution {
            claim,
            overridden: settled.overridden,
            credits,
            decision,
            payments,
            signals,
            unused,
            bond,
            notes,
        })
    }
}

/// One credit for each referrer, channel and campaign, in order of their first touch.
fn credits(programme: &Programme, used: &[&Touch], total: i64) -> Vec<Credit> {
    let mut groups: Vec<(&Touch, i128)> = Vec::new();
    let mut places = BTreeMap::new();
    for (touch, weight) in used.iter().zip(journey::weigh(programme.model, used)) {
        let next = groups.len();
        let place = *places.entry((&touch.referrer, &touch.channel, &touch.campaign)).or_insert(next);
        match groups.get_mut(place) {
            Some(group) => group.1 += weight,
            None => groups.push((touch, weight)),
        }
    }
    groups.retain(|(_, weight)| *weight > 0);
    let weights: Vec<i128> = groups.iter().map(|(_, weight)| *weight).collect();
    let parts = shares::split(WHOLE, &weights).into_iter().zip(shares::split(total, &weights));
    let credit = |((touch, _), (billionths, amount)): ((&Touch, i128), (i64, i64))| Credit {
        referrer: touch.referrer.clone(),
        channel: touch.channel.clone(),
        campaign: touch.campaign.clone(),
        model: programme.model.name().into(),
        billionths: u32::try_from(billionths).unwrap_or(0),
        amount,
    };
    groups.into_iter().zip(parts).map(credit).collect()
}

/// The whole sale to one referrer.
fn whole(claim: &str, referrer: &str, campaign: Option<&str>, total: i64) -> Credit {
    Credit {
        referrer: Some(referrer.to_owned()),
        channel: claim.into(),
        campaign: campaign.map(str::to_owned),
        model: claim.into(),
        billionths: u32::try_from(WHOLE).unwrap_or(0),
        amount: total,
    }
}

/// The referrer with the largest share; of equals, the first.
fn leading(credits: &[Credit]) -> Option<&str> {
    let named = credits.iter().filter_map(|credit| Some((credit.referrer.as_deref()?, credit.billionths)));
    let best = named.fold(
        None,
        |best: Option<(&str, u32)>, next| if best.is_some_and(|best| best.1 >= next.1) { best } else { Some(next) },
    );
    best.map(|(referrer, _)| referrer)
}

/// What becomes of payments to somebody at a tier.
type Fates<'c> = BTreeMap<(u32, &'c str), Action>;

/// Signs of abuse, and what they lead to: a second tier shares the fate of the worst referrer below it.
fn look<'c>(scene: &abuse::Scene<'_>, credits: &'c [Credit], partners: &'c Partners<'_>) -> (Vec<Signal>, Fates<'c>) {
    let (mut signals, mut fates) = (Vec::new(), Fates::new());
    let referrers: BTreeSet<&str> = credits.iter().filter_map(|credit| credit.referrer.as_deref()).collect();
    for referrer in referrers {
        let found = abuse::signals(scene, referrer);
        let action = abuse::judge(scene.rule(), &found);
        signals.extend(found);
        let second = [Some(referrer), partners.standing(referrer).parent].into_iter().flatten().map(|id| (2, id));
        for earner in second.chain([(1, referrer)]) {
            let fate = fates.entry(earner).or_insert(Action::Pay);
            *fate = worse(*fate, action);
        }
    }
    (signals, fates)
}

fn worse(one: Action, other: Action) -> Action {
    match (one, other) {
        (Action::Refuse, _) | (_, Action::Refuse) => Action::Refuse,
        (Action::Hold, _) | (_, Action::Hold) => Action::Hold,
        (Action::Pay, Action::Pay) => Action::Pay,
    }
}

fn payments(decision: &Decision, fates: &Fates<'_>) -> Result<Vec<Payment>, Vec<Fault>> {
    let payment = |due: Due| {
        let action = fates.get(&(due.tier, due.referrer.as_str())).copied().unwrap_or(Action::Pay);
        let amount = if action == Action::Refuse { 0 } else { due.amount };
        Payment { payee: due.payee, referrer: due.referrer, tier: due.tier, earned: due.amount, amount, action }
    };
    Ok(due(decision, &[])?.into_iter().map(payment).collect())
}

/// The binding from now on: the one that holds, unless another referrer won a sale that could be won.
fn bond(
    rule: Option<Binding>,
    held: Option<&Bond>,
    winner: Option<&str>,
    claim: Option<&str>,
    at: i64,
) -> Option<Bond> {
    rule?;
    let taken = winner.filter(|winner| claim != Some("binding") && held.is_none_or(|held| held.referrer != *winner));
    taken.map(|winner| Bond { referrer: winner.to_owned(), since: at }).or_else(|| held.cloned())
}

//! Which claim wins where link, code and binding name referrers for the same sale.
//!
//! A customer who is bound and may not be taken over, or is still protected, stays with the binding. Otherwise the first
//! claim in the programme's order wins; of several codes, the one entered first. Whoever loses is named with the reason.

use crate::programme::{Claim, Programme};
use commerce::facts::referrals::{Bond, Overridden};
use commerce::facts::types::Context;

/// The claim that won.
pub enum Winner<'a> {
    /// The journey.
    Journey,
    /// A code: its referrer and campaign.
    Code(&'a str, Option<&'a str>),
    /// The binding: its referrer.
    Binding(&'a str),
}

/// The verdict on claims.
pub struct Settled<'a> {
    /// The winner, if any claim names a referrer.
    pub winner: Option<Winner<'a>>,
    /// The others.
    pub overridden: Vec<Overridden>,
    /// The binding that still holds after this sale, if no other referrer takes over.
    pub bond: Option<&'a Bond>,
}

/// Settles the claims. `journey` is the referrer with the largest share of the journey, if it names one.
pub fn settle<'a>(
    programme: &'a Programme,
    journey: Option<&'a str>,
    bond: Option<&'a Bond>,
    context: &Context,
) -> Settled<'a> {
    let mut owners = context.codes.iter().filter_map(|code| programme.codes.get(&code.to_lowercase()));
    let code = owners.next();
    let mut overridden = Vec::new();
    let mut lose = |claim: Claim, referrer: &str, code: &str| {
        overridden.push(Overridden { claim: claim.name().into(), referrer: referrer.to_owned(), code: code.into() });
    };
    for later in owners.filter(|owner| code.is_some_and(|code| code.referrer != owner.referrer)) {
        lose(Claim::Code, &later.referrer, "later-code");
    }
    let holds = bond.and_then(|bond| {
        match programme.binding {
            None => Err("binding-not-offered"),
            Some(_) if bond.since > context.at => Err("binding-not-begun"),
            Some(rule) if rule.lasts.is_some_and(|lasts| context.at - bond.since > lasts) => Err("binding-expired"),
            Some(rule) => Ok((bond, rule)),
        }
        .map_err(|code| lose(Claim::Binding, &bond.referrer, code))
        .ok()
    });
    let mut claims: Vec<(Claim, &str)> = Vec::new();
    claims.extend(journey.map(|referrer| (Claim::Link, referrer)));
    claims.extend(code.map(|owner| (Claim::Code, owner.referrer.as_str())));
    claims.extend(holds.map(|(bond, _)| (Claim::Binding, bond.referrer.as_str())));
    let firm = holds.and_then(|(bond, rule)| match rule.snatch {
        false => Some("binding-holds"),
        true => (context.at - bond.since <= rule.protects).then_some("binding-protected"),
    });
    let (won, why) = match firm {
        Some(why) => (Some(Claim::Binding), why),
        None => {
            let first = programme.precedence.iter().find(|claim| claims.iter().any(|(known, _)| known == *claim));
            (first.copied(), "lower-precedence")
        }
    };
    for (claim, referrer) in claims {
        if Some(claim) != won {
            lose(
                claim,
                referrer,
                if programme.precedence.contains(&claim) || firm.is_some() { why } else { "claim-not-taken" },
            );
        }
    }
    let winner = match won {
        Some(Claim::Link) => Some(Winner::Journey),
        Some(Claim::Code) => code.map(|owner| Winner::Code(&owner.referrer, owner.campaign.as_deref())),
        Some(Claim::Binding) => holds.map(|(bond, _)| Winner::Binding(&bond.referrer)),
        None => None,
    };
    Settled { winner, overridden, bond: holds.map(|(bond, _)| bond) }
}

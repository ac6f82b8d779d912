//! What a plugin proposes, checked and turned into amounts. Pure, exact, and all or nothing: one proposal that breaks a rule
//! makes the whole answer invalid, and the text says which rule.

use super::bounds;
use super::failure::{Failure, Kind};
use super::types::{
    Action, Attribute, Cart, Error, FixedPrice, Line, Message, Proposal, ShareOff, SharedAmount, Target,
};
use commerce::bounds::AMOUNT;
use commerce::money::{Remainder, Rounding, allocate, divide};
use std::collections::BTreeSet;

/// A proposal whose amounts are known and lawful.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// `plugin/code`.
    pub id: String,
    /// The lane; empty for the default one.
    pub lane: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The tags that it combines with; absent for all.
    pub combines_with: Option<Vec<String>>,
    /// Minor units off lines, in the cart's order: more than 0, at most the line's price.
    pub lines: Vec<(String, i64)>,
    /// Minor units off shipping, at most what is asked for it.
    pub shipping: i64,
    /// What is said of it, by language.
    pub messages: Vec<(String, String)>,
}

/// Checks what `plugin` proposes for `cart`. A lawful proposal that takes nothing off is left out.
///
/// # Errors
/// `plugin-output-invalid` where a rule is broken, `plugin-output-too-large` where there is too much of something.
pub fn proposals(plugin: &str, cart: &Cart, proposals: &[Proposal]) -> Result<Vec<Checked>, Failure> {
    few("proposals", proposals.len(), bounds::PROPOSALS)?;
    let mut codes = BTreeSet::new();
    let mut checked = Vec::with_capacity(proposals.len());
    for proposal in proposals {
        if !kebab(&proposal.code) {
            return Err(wrong(format!(
                "the code {:?} is not kebab-case of 1 to {} characters",
                shown(&proposal.code),
                bounds::NAME
            )));
        }
        if !codes.insert(proposal.code.as_str()) {
            return Err(wrong(format!("the code `{}` stands twice", proposal.code)));
        }
        let one = one(plugin, cart, proposal).map_err(|failure| Failure {
            text: format!("proposal `{}`: {}", proposal.code, failure.text),
            ..failure
        })?;
        if one.shipping > 0 || !one.lines.is_empty() {
            checked.push(one);
        }
    }
    Ok(checked)
}

/// The failure that an error of the plugin's own is.
pub fn declined(error: Error) -> Failure {
    let (kind, text) = match error {
        Error::Configuration(text) => (Kind::RefusedConfig, text),
        Error::Other(text) => (Kind::Declined, text),
    };
    Failure::new(kind, text.chars().take(bounds::TEXT).collect::<String>())
}

fn one(plugin: &str, cart: &Cart, proposal: &Proposal) -> Result<Checked, Failure> {
    let Proposal { code, action, messages: said, lane, tags, combines_with, attributes } = proposal;
    let messages = messages(said)?;
    few("attributes", attributes.len(), bounds::ATTRIBUTES)?;
    for Attribute { name, value } in attributes {
        if name.len() > bounds::NAME || value.len() > bounds::TEXT {
            return Err(large(format!(
                "an attribute has a name over {} or a value over {} bytes",
                bounds::NAME,
                bounds::TEXT
            )));
        }
    }
    for names in [Some(tags), combines_with.as_ref()].into_iter().flatten() {
        few("tags", names.len(), bounds::TAGS)?;
        names.iter().try_for_each(|tag| word("tag", tag))?;
    }
    lane.iter().try_for_each(|lane| word("lane", lane))?;
    let (lines, shipping) = amounts(cart, action)?;
    Ok(Checked {
        id: format!("{plugin}/{code}"),
        lane: lane.clone().unwrap_or_default(),
        tags: tags.clone(),
        combines_with: combines_with.clone(),
        lines,
        shipping,
        messages,
    })
}

/// What the action takes off each line, by place in the cart, and off shipping.
fn amounts(cart: &Cart, action: &Action) -> Result<(Vec<(String, i64)>, i64), Failure> {
    let mut off = vec![0; cart.lines.len()];
    let mut shipping = 0;
    match action {
        Action::AmountsOff(amounts) => {
            let places = places(cart, amounts.iter().map(|one| one.line.as_str()))?;
            for (place, one) in places.into_iter().zip(amounts) {
                let (line, amount) = (line(cart, place)?, positive("an amount", one.amount)?);
                let price = whole("a subtotal", line.subtotal)?;
                at_most(&format!("the amount off line `{}`", line.id), amount, price)?;
                set(&mut off, place, amount);
            }
        }
        Action::SharedOff(SharedAmount { lines, amount }) => {
            let places = places(cart, lines.iter().map(String::as_str))?;
            let weights = places.iter().map(|place| whole("a subtotal", line(cart, *place)?.subtotal));
            let weights = weights.collect::<Result<Vec<i64>, Failure>>()?;
            let amount = positive("the amount", *amount)?;
            let together = commerce::money::sum(weights.iter().copied()).unwrap_or(AMOUNT);
            at_most("the amount off the lines together", amount, together)?;
            for (place, share) in places.iter().zip(allocate(amount, &weights, Remainder::LargestFraction)) {
                set(&mut off, *place, share);
            }
        }
        Action::PercentOff(ShareOff { targets, basis_points }) => {
            if !(1..=10_000).contains(basis_points) {
                return Err(wrong(format!("basis points must be 1 to 10000, are {basis_points}")));
            }
            for (place, units) in units(cart, targets)? {
                let line = line(cart, place)?;
                let price = i128::from(whole("a subtotal", line.subtotal)?) * i128::from(units);
                let share =
                    divide(price * i128::from(*basis_points), i128::from(line.quantity) * 10_000, Rounding::HalfUp);
                set(&mut off, place, share.map_err(|_| wrong("an amount overflows"))?);
            }
        }
        Action::UnitPrice(FixedPrice { targets, price }) => {
            let price = whole("the price", *price)?;
            for (place, units) in units(cart, targets)? {
                let line = line(cart, place)?;
                let now = i128::from(whole("a subtotal", line.subtotal)?) * i128::from(units);
                let now =
                    divide(now, line.quantity.into(), Rounding::Down).map_err(|_| wrong("an amount overflows"))?;
                let then = i128::from(price) * i128::from(units);
                let less = i64::try_from(i128::from(now) - then).unwrap_or(0);
                set(&mut off, place, less.max(0));
            }
        }
        Action::ShippingOff(amount) => {
            shipping = positive("the amount off shipping", *amount)?.min(whole("shipping", cart.shipping)?);
        }
    }
    let named = cart.lines.iter().zip(off).filter(|(_, off)| *off > 0);
    Ok((named.map(|(line, off)| (line.id.clone(), off)).collect(), shipping))
}

/// Places of lines in the cart; each is known and stands once, and there is at least one.
fn places<'a>(cart: &Cart, names: impl Iterator<Item = &'a str>) -> Result<Vec<usize>, Failure> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for name in names {
        let place = cart.lines.iter().position(|line| line.id == name);
        let place = place.ok_or_else(|| wrong(format!("there is no line {:?} in the cart", shown(name))))?;
        if !seen.insert(place) {
            return Err(wrong(format!("line `{name}` stands twice")));
        }
        found.push(place);
    }
    if found.is_empty() { Err(wrong("it names no line")) } else { Ok(found) }
}

/// Places and units of targets.
fn units(cart: &Cart, targets: &[Target]) -> Result<Vec<(usize, u32)>, Failure> {
    let places = places(cart, targets.iter().map(|target| target.line.as_str()))?;
    let units = places.into_iter().zip(targets).map(|(place, target)| {
        let line = line(cart, place)?;
        let units = target.units.unwrap_or(line.quantity);
        if units == 0 || units > line.quantity {
            return Err(wrong(format!("units of line `{}` must be 1 to {}, are {units}", line.id, line.quantity)));
        }
        Ok((place, units))
    });
    units.collect()
}

fn line(cart: &Cart, place: usize) -> Result<&Line, Failure> {
    cart.lines.get(place).ok_or_else(|| wrong("there is no such line"))
}

fn set(off: &mut [i64], place: usize, amount: i64) {
    if let Some(off) = off.get_mut(place) {
        *off = amount;
    }
}

/// A number that is whole, not negative, and at most 2^53 − 1.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn whole(what: &str, number: f64) -> Result<i64, Failure> {
    // NaN compares as false.
    if number >= 0.0 && number <= AMOUNT as f64 && number.trunc() == number {
        return Ok(number as i64);
    }
    Err(wrong(format!("{what} must be a whole number from 0 to {AMOUNT}, is {number}")))
}

fn positive(what: &str, number: f64) -> Result<i64, Failure> {
    match whole(what, number)? {
        0 => Err(wrong(format!("{what} must be more than 0"))),
        amount => Ok(amount),
    }
}

fn at_most(what: &str, amount: i64, most: i64) -> Result<(), Failure> {
    if amount <= most { Ok(()) } else { Err(wrong(format!("{what} must be at most {most}, is {amount}"))) }
}

/// Checks messages: languages that are tags and stand once, texts within bounds.
pub fn messages(said: &[Message]) -> Result<Vec<(String, String)>, Failure> {
    few("messages", said.len(), bounds::MESSAGES)?;
    let mut languages = BTreeSet::new();
    for Message { language, text } in said {
        let tag = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if language.is_empty() || language.len() > bounds::NAME || !language.bytes().all(tag) {
            return Err(wrong(format!("{:?} is no BCP 47 language tag", shown(language))));
        }
        if !languages.insert(language.as_str()) {
            return Err(wrong(format!("there are two messages in `{language}`")));
        }
        if text.len() > bounds::TEXT {
            return Err(large(format!("the message in `{language}` has more than {} bytes", bounds::TEXT)));
        }
        if text.chars().any(char::is_control) {
            return Err(wrong(format!("the message in `{language}` has a control character")));
        }
    }
    Ok(said.iter().map(|one| (one.language.clone(), one.text.clone())).collect())
}

fn few(what: &str, count: usize, most: usize) -> Result<(), Failure> {
    if count <= most { Ok(()) } else { Err(large(format!("there are {count} {what}, at most {most} are allowed"))) }
}

fn word(what: &str, text: &str) -> Result<(), Failure> {
    if !text.is_empty() && text.len() <= bounds::NAME && !text.chars().any(char::is_control) {
        return Ok(());
    }
    Err(wrong(format!("the {what} {:?} must have 1 to {} bytes and no control character", shown(text), bounds::NAME)))
}

/// Whether a text is kebab-case: lower-case letters and digits, with single hyphens in between.
pub fn kebab(text: &str) -> bool {
    let part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.len() <= bounds::NAME && text.split('-').all(part)
}

/// The beginning of a text that a plugin gave, short enough to be quoted.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

fn wrong(text: impl Into<String>) -> Failure {
    Failure::new(Kind::OutputInvalid, text)
}

fn large(text: impl Into<String>) -> Failure {
    Failure::new(Kind::OutputTooLarge, text)
}

#[cfg(test)]
mod tests;

//! How large an answer of a plugin is: bytes of texts, eight for each number and each list or text.

use super::bounds;
use super::failure::{Failure, Kind};
use super::types::{
    Action, Attribute, Description, FixedPrice, LineAmount, Message, Proposal, ShareOff, SharedAmount, Target,
};

const WORD: usize = 8;

/// Checks the size of an answer.
///
/// # Errors
/// `plugin-output-too-large`.
pub fn within(size: usize) -> Result<(), Failure> {
    if size <= bounds::OUTPUT {
        return Ok(());
    }
    let text = format!("the answer has {size} bytes, at most {} are allowed", bounds::OUTPUT);
    Err(Failure::new(Kind::OutputTooLarge, text))
}

/// Bytes of proposals.
pub fn proposals(proposals: &[Proposal]) -> usize {
    proposals.iter().map(proposal).sum()
}

/// Bytes of a description. Its schema may be as large as a configuration and is bounded by itself.
pub fn description(description: &Description) -> usize {
    let Description { name, version, needs, config_schema: _, messages: said } = description;
    text(name) + text(version) + attributes(needs) + messages(said)
}

fn proposal(proposal: &Proposal) -> usize {
    let Proposal { code, action: does, messages: said, lane, tags, combines_with, attributes: named } = proposal;
    let optional = lane.as_deref().map_or(WORD, text) + combines_with.as_deref().map_or(WORD, texts);
    text(code) + action(does) + messages(said) + optional + texts(tags) + attributes(named)
}

fn action(action: &Action) -> usize {
    match action {
        Action::AmountsOff(amounts) => {
            amounts.iter().map(|LineAmount { line, amount: _ }| text(line) + WORD).sum::<usize>() + WORD
        }
        Action::SharedOff(SharedAmount { lines, amount: _ }) => texts(lines) + WORD,
        Action::PercentOff(ShareOff { targets: at, basis_points: _ })
        | Action::UnitPrice(FixedPrice { targets: at, price: _ }) => targets(at) + WORD,
        Action::ShippingOff(_) => WORD,
    }
}

fn targets(targets: &[Target]) -> usize {
    targets.iter().map(|Target { line, units: _ }| text(line) + WORD).sum()
}

fn messages(messages: &[Message]) -> usize {
    messages.iter().map(|Message { language, text: said }| text(language) + text(said)).sum()
}

fn attributes(attributes: &[Attribute]) -> usize {
    attributes.iter().map(|Attribute { name, value }| text(name) + text(value)).sum()
}

fn texts(texts: &[String]) -> usize {
    texts.iter().map(|one| text(one)).sum::<usize>() + WORD
}

fn text(text: &str) -> usize {
    text.len() + WORD
}

//! What the content that a shopper came from is about: promotions may ask for its tags.

use crate::problem::Problem;
use crate::published::Rules;
use commerce::facts::tags::{Content, Markup, Options, Report};
use commerce::facts::types::Context;

/// Tags the content, where there is some, and puts the tags into the context.
///
/// # Errors
/// 422 where the text cannot be read.
pub fn tag(rules: &Rules, content: Option<&str>, context: &mut Context) -> Result<Option<Report>, Problem> {
    let Some(text) = content else { return Ok(None) };
    let content =
        Content { text: text.to_owned(), markup: Markup::Plain, product: None, paid: false, digital_human: false };
    let options = Options { at: context.at, jurisdictions: Vec::new(), kinds: Vec::new(), key: None, fold: 0 };
    let in_content = |faults: Vec<commerce::Fault>| {
        let moved = |fault: commerce::Fault| commerce::Fault {
            pointer: fault.pointer.replacen("/texts/0", "/content", 1),
            ..fault
        };
        Problem::invalid(faults.into_iter().map(moved).collect())
    };
    let tagged = rules.tagging.tag(&[content], &options).map_err(in_content)?.pop();
    let tags = tagged.iter().flat_map(|report| &report.tags);
    context.tags = tags.map(|tag| format!("{}:{}", tag.kind, tag.value)).collect();
    Ok(tagged)
}
